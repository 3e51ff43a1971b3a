// Which engines may be tried, best first, from what the browser can do, what failed before and what the address asks for. Pure.
import type { EngineName } from './machine_types';

export interface Capabilities {
  /** Media Source Extensions with live streaming by fetch. */
  mse: boolean;
  /** <video src="...m3u8"> works: Safari, and the only way on older iPhones. */
  nativeHls: boolean;
}

const kOrder: readonly EngineName[] = ['mpegts', 'hls', 'native'];

export function chooseEngines(can: Capabilities, failed: readonly EngineName[], forced: string | null): EngineName[] {
  const possible = kOrder.filter((name) => (name === 'native' ? can.nativeHls : can.mse));
  const wanted = possible.filter((name) => name === forced);
  if (wanted.length > 0) return wanted;
  const fresh = possible.filter((name) => !failed.includes(name));
  // If everything failed earlier in this session, the reason may be gone: begin again.
  return fresh.length > 0 ? fresh : possible;
}

export interface Track {
  kind: string;
  codec: string;
}

/** False only when the browser surely cannot play it: an unknown codec is left for the engine to try. */
export function canPlayTracks(tracks: readonly Track[], isTypeSupported: (mime: string) => boolean): boolean {
  return tracks.every((track) => track.codec === '' || isTypeSupported(`${track.kind}/mp4; codecs="${track.codec}"`));
}
