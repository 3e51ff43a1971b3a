// HTTP-FLV through Media Source Extensions: the way with the least delay. Loaded only when it is used.
import Mpegts from 'mpegts.js';
import { bufferedEnd, seekNearEnd, type EngineFactory } from '../engine';

// Silence, except for what we report ourselves.
Mpegts.LoggingControl.applyConfig({ enableAll: false });

export const createMpegts: EngineFactory = async (video, source, events) => {
  const goal = { target: 0.9, tolerate: 1.6, jump: 6 };
  const player = Mpegts.createPlayer(
    { type: 'flv', isLive: true, url: source.flvUrl },
    {
      isLive: true,
      // Frames go to the decoder as they come; the catch-up of session.svelte.ts keeps the distance.
      enableStashBuffer: false,
      lazyLoad: false,
      deferLoadAfterSourceOpen: false,
      autoCleanupSourceBuffer: true,
      autoCleanupMaxBackwardDuration: 40,
      autoCleanupMinBackwardDuration: 20,
      statisticsInfoReportInterval: 1000,
      headers: source.headers,
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
    goal,
    latency: () => {
      const end = bufferedEnd(video);
      return end === null ? null : Math.max(0, end - video.currentTime);
    },
    jumpToLive: () => seekNearEnd(video, goal.target),
    kilobitsPerSecond: () => kilobits,
    destroy: () => {
      closed = true;
      player.destroy();
    },
  };
};
