// Thumbnails as the server tells of them: a WebVTT track whose cues are parts of sheets. Pure.

export interface Cue {
  begins: number;
  ends: number;
  /** Address of the sheet, absolute. */
  sheet: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface ThumbnailTrack {
  /** In the order of time. */
  cues: Cue[];
  /** Where the stream was when the server answered; null for a recording. */
  newest: number | null;
}

const kMostCues = 5000;
const kTiming = /^(?:(\d+):)?(\d\d):(\d\d\.\d{3}) --> (?:(\d+):)?(\d\d):(\d\d\.\d{3})/;
const kPlace = /^([^#]+)#xywh=(\d+),(\d+),(\d+),(\d+)$/;

export function parseTrack(text: string, base: string): ThumbnailTrack | null {
  const lines = text.split(/\r?\n/);
  if (!lines[0]?.startsWith('WEBVTT')) return null;
  const cues: Cue[] = [];
  let newest: number | null = null;
  for (let i = 1; i < lines.length && cues.length < kMostCues; i++) {
    const note = /^NOTE newest (\d+\.\d+)$/.exec(lines[i] ?? '');
    if (note) newest = Number(note[1]);
    const timing = kTiming.exec(lines[i] ?? '');
    const place = timing && kPlace.exec(lines[i + 1] ?? '');
    if (!timing || !place) continue;
    const [x, y, width, height] = place.slice(2).map(Number) as [number, number, number, number];
    if (width === 0 || height === 0) continue;
    const sheet = new URL(place[1] as string, base).href;
    cues.push({ begins: seconds(timing, 1), ends: seconds(timing, 4), sheet, x, y, width, height });
  }
  return { cues, newest };
}

function seconds(parts: RegExpExecArray, at: number): number {
  return Number(parts[at] ?? 0) * 3600 + Number(parts[at + 1]) * 60 + Number(parts[at + 2]);
}

/** The newest that is not later; the first for what is before all of them. */
export function cueAt(cues: readonly Cue[], time: number): Cue | null {
  let low = 0;
  let high = cues.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cues[middle] as Cue).begins <= time) low = middle + 1;
    else high = middle;
  }
  return cues[Math.max(0, low - 1)] ?? null;
}

/** The sheet of a live stream that is not full has another address with each thumbnail: "…-3-17.jpg" is "…-3" with 17 of them. */
export function sheetKey(address: string): { key: string; tiles: number } {
  const grown = /^(.*)-(\d+)\.jpg(\?.*)?$/.exec(address);
  return grown ? { key: grown[1] as string, tiles: Number(grown[2]) } : { key: address, tiles: Infinity };
}

/** Which thumbnail of its sheet, row by row. */
export function placeOf(cue: Cue, columns = 5): number {
  return Math.round(cue.y / cue.height) * columns + Math.round(cue.x / cue.width);
}
