// What the player asks of a way to play. Each engine owns the media pipeline of one <video> element between construction and destroy().
import type { LatencyGoal } from './catch_up';
import type { Choice } from './quality';

export interface EngineEvents {
  /** The server closed the stream in good order. */
  ended(): void;
  failed(cause: 'network' | 'media' | 'unsupported', detail: string): void;
}

export interface EngineSource {
  flvUrl: string;
  hlsUrl: string;
  /** Sent with each media request, for private streams. Native playback and WebSockets cannot. */
  headers: Record<string, string>;
  /** Seconds before live at which to begin: the viewer went back. 0 is live. */
  behind: number;
  choice: Choice;
}

/** What can be played just now, in seconds of the element's clock. `live` is where a viewer who follows live would be. */
export interface SeekWindow {
  start: number;
  live: number;
}

export interface Engine {
  /** Asked for again and again: it may change with the network. */
  goal(): LatencyGoal;
  /** Seconds behind the newest media that the server has, as far as it can be known; null when unknown. */
  latency(): number | null;
  jumpToLive(): void;
  /** The buffer ran dry. */
  stalled?(): void;
  /** What can be gone back to; null where there is nothing. */
  window?(): SeekWindow | null;
  /** Renditions; undefined where the engine has no say in it. */
  choose?(choice: Choice): void;
  /** Of the media that arrived lately, or null when unknown. */
  kilobitsPerSecond(): number | null;
  destroy(): void;
}

export type EngineFactory = (video: HTMLVideoElement, source: EngineSource, events: EngineEvents) => Promise<Engine>;

export function bufferedEnd(video: HTMLVideoElement): number | null {
  const ranges = video.buffered;
  return ranges.length === 0 ? null : ranges.end(ranges.length - 1);
}

/** Seconds that can be played without another byte. */
export function bufferAhead(video: HTMLVideoElement): number {
  const ranges = video.buffered;
  for (let i = 0; i < ranges.length; i++) {
    if (video.currentTime >= ranges.start(i) - 0.1 && video.currentTime <= ranges.end(i)) return ranges.end(i) - video.currentTime;
  }
  return 0;
}

/** Seeks to `distance` before the end of the buffer, never backwards. */
export function seekNearEnd(video: HTMLVideoElement, distance: number): void {
  const end = bufferedEnd(video);
  if (end === null) return;
  const ranges = video.buffered;
  seekForward(video, Math.max(ranges.start(ranges.length - 1), end - distance));
}

export function seekForward(video: HTMLVideoElement, time: number): void {
  if (time > video.currentTime) video.currentTime = time;
}
