// HLS through Media Source Extensions, low latency where the playlist offers parts: renditions, going back, and networks that cut
// long answers off. Loaded only when used.
import Hls from 'hls.js/light';
import { AdaptiveTarget, goalFor } from '../catch_up';
import { bufferAhead, seekForward, type EngineFactory, type SeekWindow } from '../engine';
import { kAudio, kAuto, levelFor, renditionsOf, type Choice } from '../quality';

/** Until the first playlist says better. */
const kUnknownTarget = 4;
/** Seconds that stalls may add to the distance which the playlist asks for. */
const kMostMargin = 4;

export const createHls: EngineFactory = async (video, source, events) => {
  const hls = new Hls({
    // A blob worker would need 'unsafe-eval' in some browsers; demuxing one stream is little work.
    enableWorker: false,
    lowLatencyMode: true,
    // Where to play is left to the playlist's own HOLD-BACK and PART-HOLD-BACK; the rate is ours, so that it is the same everywhere.
    maxLiveSyncPlaybackRate: 1,
    // Nor does one stall, such as that of every start, cost a second for good: the margin below goes again.
    liveSyncOnStallIncrease: 0,
    backBufferLength: 30,
    maxBufferLength: 30,
    // The player has its own reconnection, which asks the server what became of the stream.
    manifestLoadPolicy: policy(8000, 1),
    playlistLoadPolicy: policy(8000, 2),
    fragLoadPolicy: policy(15_000, 3),
    xhrSetup: (xhr) => {
      for (const [name, value] of Object.entries(source.headers)) xhr.setRequestHeader(name, value);
    },
  });
  const margin = new AdaptiveTarget(0, kMostMargin, performance.now());
  let kilobits: number | null = null;
  let mediaErrors = 0;
  let closed = false;
  let backTo = source.behind;

  hls.on(Hls.Events.FRAG_BUFFERED, (_, data) => {
    const { stats, frag, part } = data;
    const seconds = part?.duration ?? frag.duration;
    if (seconds > 0 && stats.total > 0) kilobits = smoothed(kilobits, (stats.total * 8) / 1000 / seconds);
    // The viewer comes from live elsewhere and wants to be earlier. hls.js can be led there only once it has begun: told to begin there,
    // it now and then loads nothing at all.
    const window = backTo > 0 ? windowNow() : null;
    if (window === null) return;
    video.currentTime = Math.max(window.start, window.live - backTo);
    backTo = 0;
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => choose(source.choice));
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

  function choose(choice: Choice): void {
    if (choice === kAudio) return;
    hls.nextLevel = choice === kAuto ? -1 : levelFor(choice, hls.levels.map((level) => level.height));
  }

  function windowNow(): SeekWindow | null {
    const details = hls.latestLevelDetails;
    const first = details?.fragments[0];
    if (!details || first === undefined || !details.live) return null;
    return { start: first.start, live: Math.max(first.start, hls.liveSyncPosition ?? details.edge) };
  }

  hls.loadSource(source.choice === kAudio ? await audioUrl(source.hlsUrl, source.headers) : source.hlsUrl);
  hls.attachMedia(video);

  return {
    goal: () => goalFor((hls.targetLatency ?? kUnknownTarget) + margin.value(performance.now())),
    latency: () => (hls.latestLevelDetails === null ? null : Math.max(0, hls.latency, bufferAhead(video))),
    jumpToLive: () => {
      const live = hls.liveSyncPosition;
      if (live !== null) seekForward(video, live - margin.value(performance.now()));
    },
    stalled: () => margin.stalled(performance.now()),
    window: windowNow,
    choose,
    kilobitsPerSecond: () => (kilobits === null ? null : Math.round(kilobits)),
    destroy: () => {
      closed = true;
      hls.destroy();
    },
  };
};

/** hls.js leaves variants without a picture out of a list that has some with one, so the list of the sound is opened itself. */
async function audioUrl(url: string, headers: Record<string, string>): Promise<string> {
  const playlist = await fetch(url, { headers }).then((answer) => (answer.ok ? answer.text() : ''));
  const audio = renditionsOf(playlist).find((one) => one.choice === kAudio);
  return audio === undefined ? url : new URL(audio.uri, url).href;
}

/** Parts differ much in size: one with a key frame is many times the others. */
function smoothed(before: number | null, value: number): number {
  return before === null ? value : before * 0.85 + value * 0.15;
}

function policy(timeout: number, retries: number) {
  const retry = { maxNumRetry: retries, retryDelayMs: 500, maxRetryDelayMs: 4000 };
  return { default: { maxTimeToFirstByteMs: timeout, maxLoadTimeMs: timeout * 2, timeoutRetry: retry, errorRetry: retry } };
}
