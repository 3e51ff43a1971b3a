// The thumbnails of one stream or recording while somebody looks for a place in it: the track, and the sheets that have been needed so far.
import { loadPicture } from '../pictures';
import { cueAt, parseTrack, placeOf, sheetKey, type ThumbnailTrack } from './thumbnails';

/** A live stream has a new thumbnail every few seconds; a recording has none. */
const kStale = 8000;
const kRetry = 5000;
const kMaking = 1000;

export interface Tile {
  /** Address of the sheet for the page. */
  url: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export class Preview {
  /** 0 to 1 while the server makes the thumbnails of a recording; null otherwise. */
  making = $state<number | null>(null);
  #track = $state.raw<ThumbnailTrack | null>(null);
  #sheets = $state.raw(new Map<string, { url: string; tiles: number }>());

  #loading = new Set<string>();
  #loadedAt = 0;
  #askAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** Of a live stream `url` is asked for again and again, as long as somebody looks. */
  constructor(
    private readonly url: string,
    private readonly headers: () => Record<string, string>,
    private readonly live: boolean,
  ) {}

  /** Somebody looks. */
  wake(): void {
    if (this.#closed || this.#loading.has(this.url) || performance.now() < this.#askAt) return;
    if (this.#track === null || this.live) void this.#load();
  }

  /** Where a live stream is now, on the clock of its thumbnails. */
  get newest(): number | null {
    const newest = this.#track?.newest ?? null;
    return newest === null ? null : newest + (performance.now() - this.#loadedAt) / 1000;
  }

  /** The picture of a time, when it has come; asks for it otherwise. */
  at(seconds: number): Tile | null {
    const cue = this.#track && cueAt(this.#track.cues, seconds);
    if (!cue) return null;
    const { key, tiles } = sheetKey(cue.sheet);
    const sheet = this.#sheets.get(key);
    if (sheet === undefined || sheet.tiles < tiles) void this.#loadSheet(cue.sheet, key, tiles);
    return sheet !== undefined && placeOf(cue) < sheet.tiles ? { url: sheet.url, x: cue.x, y: cue.y, width: cue.width, height: cue.height } : null;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const { url } of this.#sheets.values()) URL.revokeObjectURL(url);
  }

  async #load(): Promise<void> {
    this.#loading.add(this.url);
    this.#askAt = performance.now() + kRetry;
    try {
      const answer = await fetch(this.url, { headers: this.headers(), credentials: 'same-origin', cache: 'no-store' });
      const text = await answer.text();
      if (this.#closed) return;
      if (answer.status === 202) return this.#notYet(text);
      this.making = null;
      const track = answer.ok ? parseTrack(text, new URL(this.url, location.href).href) : null;
      if (track === null) return;
      this.#loadedAt = performance.now();
      this.#askAt = this.#loadedAt + kStale;
      this.#track = track;
      this.#forgetOthers(track);
    } catch {
      // No thumbnails; the bar does without.
    } finally {
      this.#loading.delete(this.url);
    }
  }

  #notYet(text: string): void {
    const { done } = JSON.parse(text) as { done?: number };
    this.making = typeof done === 'number' ? done : 0;
    this.#askAt = 0;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), kMaking);
  }

  async #loadSheet(address: string, key: string, tiles: number): Promise<void> {
    if (this.#closed || this.#loading.has(address)) return;
    this.#loading.add(address);
    const url = await loadPicture(address, this.headers());
    if (url === null) return void setTimeout(() => this.#loading.delete(address), kRetry);
    this.#loading.delete(address);
    if (this.#closed) return URL.revokeObjectURL(url);
    const before = this.#sheets.get(key);
    if (before !== undefined) URL.revokeObjectURL(before.url);
    this.#sheets = new Map(this.#sheets).set(key, { url, tiles });
  }

  /** What the viewer cannot go back to any more. */
  #forgetOthers(track: ThumbnailTrack): void {
    const named = new Set(track.cues.map((cue) => sheetKey(cue.sheet).key));
    const left = new Map(this.#sheets);
    for (const [key, { url }] of this.#sheets) {
      if (named.has(key)) continue;
      URL.revokeObjectURL(url);
      left.delete(key);
    }
    if (left.size !== this.#sheets.size) this.#sheets = left;
  }
}
