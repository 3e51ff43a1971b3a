// HLS by the browser itself: iPhones, and Safari where Media Source Extensions are missing.
import type { EngineFactory } from '../engine';

const kNetworkError = 2;
const kNotSupported = 4;

export const createNative: EngineFactory = async (video, source, events) => {
  const goal = { target: 4, tolerate: 10, jump: 25 };

  const onError = (): void => {
    const code = video.error?.code;
    // Code 4 also stands for a playlist that could not be loaded, so it is no proof against this way to play.
    events.failed(code === kNetworkError || code === kNotSupported ? 'network' : 'media', video.error?.message ?? '');
  };
  const onEnded = (): void => events.ended();
  video.addEventListener('error', onError);
  video.addEventListener('ended', onEnded);
  video.src = source.hlsUrl;
  video.load();

  const liveEdge = (): number | null => {
    const ranges = video.seekable;
    return ranges.length === 0 ? null : ranges.end(ranges.length - 1);
  };

  return {
    goal,
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
      video.removeAttribute('src');
      video.load();
    },
  };
};
