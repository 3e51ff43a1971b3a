// What a viewer can choose between, read from the multivariant playlist (RFC 8216bis, 4.4.6). Pure.

/** "auto", "audio", or the height of a picture: "720". */
export type Choice = string;

export interface Rendition {
  choice: Choice;
  /** 0 for sound alone. */
  height: number;
  bitsPerSecond: number;
  /** As it stands in the playlist, resolved by whoever uses it. */
  uri: string;
}

export const kAuto: Choice = 'auto';
export const kAudio: Choice = 'audio';

export function isChoice(text: string | null): text is Choice {
  return text !== null && (text === kAuto || text === kAudio || /^[1-9]\d{1,4}$/.test(text));
}

/** The best of each height, tallest first, sound alone last. */
export function renditionsOf(playlist: string): Rendition[] {
  const found = new Map<Choice, Rendition>();
  const lines = playlist.split(/\r?\n/);
  lines.forEach((line, at) => {
    const attributes = /^#EXT-X-STREAM-INF:(.*)$/.exec(line)?.[1];
    if (attributes === undefined) return;
    const uri = lines.slice(at + 1).find((next) => next !== '' && !next.startsWith('#'));
    const height = Number(/(?:^|,)RESOLUTION=\d+x(\d+)/.exec(attributes)?.[1] ?? 0);
    const codecs = /(?:^|,)CODECS="([^"]*)"/.exec(attributes)?.[1] ?? '';
    const hasVideo = height > 0 || codecs === '' || codecs.split(',').some((codec) => /^(avc|hvc|hev|av01|vp0)/.test(codec.trim()));
    // Without a height there is nothing to choose by.
    if (uri === undefined || (hasVideo && height === 0)) return;
    const choice = hasVideo ? String(height) : kAudio;
    const bitsPerSecond = Number(/(?:^|,)BANDWIDTH=(\d+)/.exec(attributes)?.[1] ?? 0);
    if (bitsPerSecond >= (found.get(choice)?.bitsPerSecond ?? 0)) found.set(choice, { choice, height, bitsPerSecond, uri });
  });
  return [...found.values()].sort((a, b) => b.height - a.height);
}

/** The level of a player's list that is nearest to the wish from below, or the lowest. -1 leaves it to the player. */
export function levelFor(choice: Choice, heights: readonly number[]): number {
  const wanted = Number(choice);
  if (!Number.isFinite(wanted) || heights.length === 0) return -1;
  let best = -1;
  heights.forEach((height, index) => {
    if (height <= wanted && (best < 0 || height > (heights[best] ?? 0))) best = index;
  });
  if (best >= 0) return best;
  return heights.indexOf(Math.min(...heights));
}
