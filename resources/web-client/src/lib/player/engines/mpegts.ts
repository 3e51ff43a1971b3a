// FLV through Media Source Extensions, over a WebSocket or in one long HTTP answer: the way with the least delay. Loaded only when it is used.
import Mpegts from 'mpegts.js';
import { SocketLoader } from './websocket_loader';
import { AdaptiveTarget, goalFor } from '../catch_up';
import { bufferedEnd, seekNearEnd, type Engine, type EngineEvents, type EngineFactory, type EngineSource } from '../engine';

// Silence, except for what we report ourselves.
Mpegts.LoggingControl.applyConfig({ enableAll: false });

/** Nine frames of a 30 Hz picture; with less, Chromium begins to wait for its decoder. Each stall takes it further back. */
const kLeastTarget = 0.3;
const kMostTarget = 2;

export const createMpegts: EngineFactory = async (video, source, events) => create(video, source, events, false);
export const createWebSocket: EngineFactory = async (video, source, events) => create(video, source, events, true);

function create(video: HTMLVideoElement, source: EngineSource, events: EngineEvents, bySocket: boolean): Engine {
  const url = bySocket ? source.flvUrl.replace(/^http/, 'ws') : source.flvUrl;
  const target = new AdaptiveTarget(kLeastTarget, kMostTarget, performance.now());
  const player = Mpegts.createPlayer(
    { type: 'flv', isLive: true, url },
    {
      isLive: true,
      // Frames go to the decoder as they come; live_edge.svelte.ts keeps the distance.
      enableStashBuffer: false,
      lazyLoad: false,
      deferLoadAfterSourceOpen: false,
      autoCleanupSourceBuffer: true,
      autoCleanupMaxBackwardDuration: 40,
      autoCleanupMinBackwardDuration: 20,
      statisticsInfoReportInterval: 1000,
      headers: source.headers,
      ...(bySocket ? { customLoader: SocketLoader as unknown as Mpegts.CustomLoaderConstructor } : {}),
      referrerPolicy: 'same-origin',
    },
  );
  let kilobits: number | null = null;
  let closed = false;

  player.on(Mpegts.Events.LOADING_COMPLETE, () => {
    if (!closed) events.ended();
  });
  player.on(Mpegts.Events.ERROR, (type: string, detail: string, info: { msg?: string } | undefined) => {
    if (closed) return;
    const cause =
      detail === Mpegts.ErrorDetails.MEDIA_FORMAT_UNSUPPORTED || detail === Mpegts.ErrorDetails.MEDIA_CODEC_UNSUPPORTED
        ? 'unsupported'
        : type === Mpegts.ErrorTypes.NETWORK_ERROR
          ? 'network'
          : 'media';
    events.failed(cause, `${detail}: ${info?.msg ?? ''}`);
  });
  player.on(Mpegts.Events.STATISTICS_INFO, (info: { speed?: number }) => {
    if (typeof info.speed === 'number') kilobits = Math.round(info.speed * 8.192);
  });

  player.attachMediaElement(video);
  player.load();

  return {
    goal: () => goalFor(target.value(performance.now())),
    latency: () => {
      const end = bufferedEnd(video);
      return end === null ? null : Math.max(0, end - video.currentTime);
    },
    jumpToLive: () => seekNearEnd(video, target.value(performance.now())),
    stalled: () => target.stalled(performance.now()),
    kilobitsPerSecond: () => kilobits,
    destroy: () => {
      closed = true;
      player.destroy();
    },
  };
}
