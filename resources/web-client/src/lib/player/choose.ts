// Which engines may be tried, best first, from what the browser can do, what failed before and what the address asks for. Pure.
import type { EngineName } from './machine_types';

export interface Capabilities {
  /** Media Source Extensions with live streaming by fetch. */
  mse: boolean;
  /** <video src="...m3u8"> works: Safari, and the only way on older iPhones. */
  nativeHls: boolean;
}

export interface Track {
  kind: string;
  codec: string;
}

export interface Wish {
  can: Capabilities;
  tracks: readonly Track[];
  /** What failed earlier in this session. */
  failed: readonly EngineName[];
  /** From the address: ?engine=hls. */
  forced: string | null;
  /** The media must be asked for with a header, which neither a WebSocket nor the browser's own player can send. */
  needsHeader: boolean;
  /** A rendition other than the publisher's own, or an earlier moment: only HLS has them. */
  rendition: boolean;
}

// A WebSocket comes before the one long HTTP answer because browsers open at most six connections to one server, and every
// long answer takes one: the seventh tab would not even load its page.
const kOrder: readonly EngineName[] = ['websocket', 'mpegts', 'hls', 'native'];
const kFlvCodecs = /^(avc[13]|hvc1|hev1|av01|mp4a|opus|mp3)/i;

export function chooseEngines({ can, tracks, failed, forced, needsHeader, rendition }: Wish): EngineName[] {
  const inFlv = tracks.every((track) => track.codec === '' || kFlvCodecs.test(track.codec));
  const possible = kOrder.filter((name) => {
    if (name === 'native') return can.nativeHls;
    if (name === 'hls') return can.mse;
    return can.mse && inFlv && !(name === 'websocket' && needsHeader);
  });
  const wanted = possible.filter((name) => name === forced);
  if (wanted.length > 0) return wanted;
  const sorted = rendition && possible.includes('hls') ? ['hls' as const, ...possible.filter((name) => name !== 'hls')] : possible;
  const fresh = sorted.filter((name) => !failed.includes(name));
  // If everything failed earlier in this session, the reason may be gone: begin again.
  return fresh.length > 0 ? fresh : sorted;
}

/** What this browser surely cannot decode. An unknown codec is left for the engine to try. */
export function unplayable<T extends Track>(tracks: readonly T[], isTypeSupported: (mime: string) => boolean): T[] {
  return tracks.filter((track) => track.codec !== '' && !isTypeSupported(`${track.kind}/mp4; codecs="${track.codec}"`));
}
