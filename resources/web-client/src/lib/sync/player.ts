// What is known of this page's own player: where it is, by samples of what was on the screen, and how late it does what it is told.
// Pure. Twin of server/rooms/sync/client_player.h. Times in milliseconds of performance.now(), positions in milliseconds of media.

interface Spot {
  atMs: number;
  positionMs: number;
}

const kSamples = 15;
const kEnough = 5;
/** Older samples do not count. */
const kFreshnessMs = 1000;
/** A rate is applied late, by what the audio has buffered. */
const kRateSettlesMs = 150;

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)]!;
}

/** The median of the last five, or what is usual. */
class LearnedLatency {
  #seen: number[] = [];

  constructor(
    private readonly usualMs: number,
    private readonly mostMs: number,
  ) {}

  add(ms: number): void {
    this.#seen.push(Math.min(Math.max(ms, 0), this.mostMs));
    if (this.#seen.length > 5) this.#seen.shift();
  }

  get valueMs(): number {
    return this.#seen.length === 0 ? this.usualMs : median([...this.#seen]);
  }
}

export class ClientPlayer {
  #samples: Spot[] = [];
  /** The last order, and where it was then. */
  #anchor: Spot = { atMs: 0, positionMs: 0 };
  #validFromMs = 0;
  #speed = 0;
  #seekSinceMs: number | null = null;
  #lesson: 'seek' | 'start' | null = null;
  #ordered: Spot = { atMs: 0, positionMs: 0 };
  readonly #seekLatency = new LearnedLatency(200, 3000);
  readonly #startLatency = new LearnedLatency(30, 500);

  /** The position was or will be seen at `atMs`. Where it stands: currentTime, at least ten times a second. */
  sample(atMs: number, positionMs: number): void {
    if (this.seeking || atMs < this.#validFromMs || !Number.isFinite(positionMs)) return;
    this.#samples.push({ atMs, positionMs });
    if (this.#samples.length > kSamples) this.#samples.shift();
  }

  /** What it was told to do: media milliseconds per millisecond; 0 is a pause. */
  setSpeed(speed: number, nowMs: number): void {
    if (speed === this.#speed) return;
    if (!this.seeking) {
      const starts = this.#speed === 0;
      this.#anchor = { atMs: starts ? nowMs + this.startLatencyMs : nowMs, positionMs: this.positionAt(nowMs) };
      this.#samples = [];
      this.#validFromMs = starts ? this.#anchor.atMs : nowMs + kRateSettlesMs;
      this.#lesson = starts ? 'start' : null;
      this.#ordered = { atMs: nowMs, positionMs: this.#anchor.positionMs };
    }
    this.#speed = speed;
  }

  beginSeek(toMs: number, nowMs: number): void {
    this.#seekSinceMs = nowMs;
    this.#samples = [];
    this.#anchor = { atMs: nowMs + this.seekLatencyMs, positionMs: toMs };
    this.#lesson = 'seek';
    this.#ordered = { atMs: nowMs, positionMs: toMs };
  }

  /** The browser's event, or given up. */
  seeked(nowMs: number): void {
    this.#seekSinceMs = null;
    this.#validFromMs = nowMs;
    this.#anchor = { atMs: nowMs, positionMs: this.#ordered.positionMs };
  }

  /** Somebody else moved it, or it stalled. */
  forget(): void {
    this.#samples = [];
    this.#lesson = null;
  }

  /** Times from before are of another clock. */
  clockWasSet(nowMs: number): void {
    this.forget();
    this.#anchor.atMs = nowMs;
    this.#validFromMs = nowMs;
    if (this.seeking) this.#seekSinceMs = nowMs;
  }

  measured(nowMs: number): boolean {
    return this.#fresh(nowMs).length >= kEnough;
  }

  /** Measured, or reckoned from the last order. */
  positionAt(nowMs: number): number {
    const fresh = this.#fresh(nowMs);
    if (fresh.length < kEnough) return this.#anchor.positionMs + this.#speed * Math.max(nowMs - this.#anchor.atMs, 0);
    return median(fresh.map((s) => s.positionMs + this.#speed * (nowMs - s.atMs)));
  }

  get seeking(): boolean {
    return this.#seekSinceMs !== null;
  }

  seekingFor(nowMs: number): number {
    return this.#seekSinceMs === null ? 0 : nowMs - this.#seekSinceMs;
  }

  /** From order to moving at the new place. */
  get seekLatencyMs(): number {
    return this.#seekLatency.valueMs;
  }

  /** From order to moving. */
  get startLatencyMs(): number {
    return this.#startLatency.valueMs;
  }

  /** From what was measured since the last order. To be called before each decision. */
  learn(nowMs: number): void {
    if (this.#lesson === null || this.#speed <= 0 || this.seeking || !this.measured(nowMs)) return;
    const took = nowMs - this.#ordered.atMs - (this.positionAt(nowMs) - this.#ordered.positionMs) / this.#speed;
    (this.#lesson === 'seek' ? this.#seekLatency : this.#startLatency).add(took);
    this.#lesson = null;
  }

  #fresh(nowMs: number): Spot[] {
    return this.#samples.filter((s) => nowMs - s.atMs <= kFreshnessMs);
  }
}
