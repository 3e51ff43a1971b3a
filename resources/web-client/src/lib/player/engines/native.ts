// HLS by the browser itself: iPhones, and Safari where Media Source Extensions are missing.
import type { LatencyGoal } from '../catch_up';
import type { EngineFactory, SeekWindow } from '../engine';

const kNetworkError = 2;
const kNotSupported = 4;

export const createNative: EngineFactory = async (video, source, events) => {
  // The phone's own player keeps its distance by itself, and knows its reasons.
  const goal: LatencyGoal = { target: 4, tolerate: 12 };
  let backTo = source.behind;

  const onError = (): void => {
    const code = video.error?.code;
    // Code 4 also stands for a playlist that could not be loaded, so it is no proof against this way to play.
    events.failed(code === kNetworkError || code === kNotSupported ? 'network' : 'media', video.error?.message ?? '');
  };
  const onEnded = (): void => events.ended();
  const onLoaded = (): void => {
    const window = windowNow();
    if (backTo > 0 && window !== null) video.currentTime = Math.max(window.start, window.live - backTo);
    backTo = 0;
  };
  video.addEventListener('error', onError);
  video.addEventListener('ended', onEnded);
  video.addEventListener('loadedmetadata', onLoaded);
  video.src = source.hlsUrl;
  video.load();

  const liveEdge = (): number | null => {
    const ranges = video.seekable;
    return ranges.length === 0 ? null : ranges.end(ranges.length - 1);
  };

  const windowNow = (): SeekWindow | null => {
    const edge = liveEdge();
    return edge === null ? null : { start: video.seekable.start(0), live: Math.max(video.seekable.start(0), edge - goal.target) };
  };

  return {
    goal: () => goal,
    window: windowNow,
    latency: () => {
      const edge = liveEdge();
      return edge === null ? null : Math.max(0, edge - video.currentTime);
    },
    jumpToLive: () => {
      const edge = liveEdge();
      if (edge !== null && edge - goal.target > video.currentTime) video.currentTime = edge - goal.target;
    },
    kilobitsPerSecond: () => null,
    destroy: () => {
      video.removeEventListener('error', onError);
      video.removeEventListener('ended', onEnded);
      video.removeEventListener('loadedmetadata', onLoaded);
      video.removeAttribute('src');
      video.load();
    },
  };
};
