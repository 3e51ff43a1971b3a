// HLS through Media Source Extensions: some seconds later than FLV, and it passes where long answers are cut off. Loaded only when used.
import Hls from 'hls.js/light';
import type { EngineFactory } from '../engine';

export const createHls: EngineFactory = async (video, source, events) => {
  const goal = { target: 4, tolerate: 9, jump: 20 };
  const hls = new Hls({
    // A blob worker would need 'unsafe-eval' in some browsers; demuxing one stream is little work.
    enableWorker: false,
    liveSyncDurationCount: 2,
    liveMaxLatencyDurationCount: 10,
    backBufferLength: 20,
    maxBufferLength: 20,
    // The player has its own reconnection, which asks the server what became of the stream.
    manifestLoadPolicy: policy(8000, 1),
    playlistLoadPolicy: policy(8000, 2),
    fragLoadPolicy: policy(15_000, 3),
    xhrSetup: (xhr) => {
      for (const [name, value] of Object.entries(source.headers)) xhr.setRequestHeader(name, value);
    },
  });
  let kilobits: number | null = null;
  let mediaErrors = 0;
  let closed = false;

  hls.on(Hls.Events.FRAG_LOADED, (_, data) => {
    const seconds = data.frag.duration;
    if (seconds > 0) kilobits = Math.round((data.frag.stats.total * 8) / 1000 / seconds);
  });
  hls.on(Hls.Events.LEVEL_UPDATED, (_, data) => {
    // The server ended the list. What is in the buffer is still played to its end.
    if (!data.details.live && !closed) video.addEventListener('ended', () => closed || events.ended(), { once: true });
  });
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (closed || !data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && mediaErrors++ === 0) {
      hls.recoverMediaError();
      return;
    }
    const unsupported =
      data.details === Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR || data.details === Hls.ErrorDetails.BUFFER_ADD_CODEC_ERROR;
    events.failed(unsupported ? 'unsupported' : data.type === Hls.ErrorTypes.NETWORK_ERROR ? 'network' : 'media', data.details);
  });

  hls.loadSource(source.hlsUrl);
  hls.attachMedia(video);

  return {
    goal,
    latency: () => (hls.latestLevelDetails === null ? null : Math.max(0, hls.latency)),
    jumpToLive: () => {
      const live = hls.liveSyncPosition;
      if (live !== null && live > video.currentTime) video.currentTime = live;
    },
    kilobitsPerSecond: () => kilobits,
    destroy: () => {
      closed = true;
      hls.destroy();
    },
  };
};

function policy(timeout: number, retries: number) {
  const retry = { maxNumRetry: retries, retryDelayMs: 500, maxRetryDelayMs: 4000 };
  return { default: { maxTimeToFirstByteMs: timeout, maxLoadTimeMs: timeout * 2, timeoutRetry: retry, errorRetry: retry } };
}
