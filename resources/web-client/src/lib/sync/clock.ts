// The server's clock as this page knows it, from exchanges of four timestamps (RFC 5905, section 8). Pure.
// Twin of server/rooms/sync/client_clock.h, which explains it: each exchange proves an interval in which the offset lies, those of the past
// are moved by the drift, widened by what is not known of it, and intersected. The page's clock is performance.now().

export interface Exchange {
  /** t1, this page's milliseconds. */
  sentMs: number;
  /** t2, the server's. */
  receivedMs: number;
  /** t3, the server's. */
  answeredMs: number;
  /** t4, this page's. */
  backMs: number;
}

interface Sample {
  /** The middle of the exchange. */
  atMs: number;
  offsetMs: number;
  delayMs: number;
}

const kWindow = 48;
const kMostAgeMs = 300_000;
/** An exchange that took longer tells nothing. */
const kMostDelayMs = 5000;
/** Browsers round their clocks. */
const kResolutionMs = 1;
/** Per unit of time; crystals have up to 100e-6. */
const kMostDrift = 600e-6;
/** Drift follows the temperature. */
const kLeastWander = 10e-6;
const kWanderGrowth = 1.05;
const kLeastSpanMs = 5000;
/** Beyond what is explained, and so often in a row: the clock was set by less than the network's delay. */
const kStrayMs = 4;
const kStrays = 4;
const kDoubts = 4;

const ascending = (a: number, b: number): number => a - b;

export class ClientClock {
  #samples: Sample[] = [];
  #offsetMs = 0;
  #drift = 0;
  #wander = kMostDrift;
  #boundMs = 0;
  #dispersionMs = 0;
  #downDelayMs = 0;
  #strays = 0;
  #doubts = 0;
  #restarts = 0;

  /** False where the timestamps cannot be true: one clock was set meanwhile, or the server lies. */
  add(exchange: Exchange): boolean {
    const { sentMs, receivedMs, answeredMs, backMs } = exchange;
    const delayMs = backMs - sentMs - (answeredMs - receivedMs);
    // NaN fails each of them.
    if (!(backMs >= sentMs && answeredMs >= receivedMs && delayMs >= -kResolutionMs && delayMs <= kMostDelayMs)) return false;
    const offsetMs = (receivedMs - sentMs + (answeredMs - backMs)) / 2;
    if (!Number.isFinite(offsetMs)) return false;
    const sample = { atMs: sentMs + (backMs - sentMs) / 2, offsetMs, delayMs: Math.max(delayMs, 0) };

    const last = this.#samples.at(-1);
    if (last !== undefined && sample.atMs < last.atMs) this.#beginAnew(0);
    if (this.#doubts > 0) --this.#doubts;
    this.#strays = this.#isStray(sample) ? this.#strays + 1 : 0;
    this.#samples.push(sample);
    if (this.#strays >= kStrays) this.#beginAnew(kStrays);
    while (this.#samples.length > kWindow || sample.atMs - this.#samples[0]!.atMs > kMostAgeMs) this.#samples.shift();
    while (!this.#fit()) this.#beginAnew(Math.floor(this.#samples.length / 2));
    return true;
  }

  /** The machine may have slept: asks again quickly. What is known stays until it is contradicted. */
  doubt(): void {
    this.#doubts = kDoubts;
  }

  /** Another server, or the same after a restart. */
  reset(): void {
    this.#samples = [];
    this.#offsetMs = this.#drift = this.#boundMs = this.#dispersionMs = this.#downDelayMs = 0;
    this.#wander = kMostDrift;
    this.#strays = this.#doubts = this.#restarts = 0;
  }

  /** Enough was heard, also since the last doubt. */
  get known(): boolean {
    return this.#samples.length >= 3 && this.#doubts < kDoubts;
  }

  toServer(localMs: number): number {
    return localMs + this.offsetAt(localMs);
  }

  toLocal(serverMs: number): number {
    const base = this.#samples.at(-1)?.atMs;
    return base === undefined ? serverMs : base + (serverMs - base - this.#offsetMs) / (1 + this.#drift);
  }

  /** Server's time less this page's. */
  offsetAt(localMs: number): number {
    const base = this.#samples.at(-1)?.atMs;
    return base === undefined ? 0 : this.#offsetMs + this.#drift * (localMs - base);
  }

  /** At the newest sample. */
  get offsetMs(): number {
    return this.#offsetMs;
  }
  /** Gain of the server's clock per unit of this page's. */
  get drift(): number {
    return this.#drift;
  }
  /** How uncertain the drift is, as estimated. */
  get wander(): number {
    return this.#wander;
  }
  /** The offset is proven within this, whatever the network does. */
  get boundMs(): number {
    return this.#boundMs;
  }
  /** Estimated error without asymmetry. */
  get dispersionMs(): number {
    return this.#dispersionMs;
  }
  /** Server to here: 90th percentile of the last 16. */
  get downDelayMs(): number {
    return this.#downDelayMs;
  }
  get restarts(): number {
    return this.#restarts;
  }

  /** How long to wait before the next exchange: 50 ms at first, 1 s while unsure, then 5 s. */
  nextExchangeMs(): number {
    const count = this.#samples.length;
    if (count < 4 || this.#doubts > 0) return 50;
    if (count < 12) return 250;
    return this.#dispersionMs > 4 || this.#samples[count - 1]!.atMs - this.#samples[0]!.atMs < 30_000 ? 1000 : 5000;
  }

  /** A longer delay explains an error of half of what it has in excess. */
  #isStray(sample: Sample): boolean {
    const last = this.#samples.at(-1);
    if (last === undefined || this.#samples.length < 4) return false;
    const least = this.#samples.reduce((so, s) => Math.min(so, s.delayMs), Infinity);
    const excess = Math.max(sample.delayMs - least, 0);
    const allowed = excess / 2 + this.#dispersionMs + this.#wander * (sample.atMs - last.atMs) + kStrayMs;
    return Math.abs(sample.offsetMs - this.offsetAt(sample.atMs)) > allowed;
  }

  /** Any two samples bound the slope between them. Of pairs far apart: the highest of the lower bounds, the lowest of the upper ones. */
  #fitDrift(): void {
    const samples = this.#samples;
    const count = samples.length;
    const span = samples[count - 1]!.atMs - samples[0]!.atMs;
    if (span < kLeastSpanMs) return;
    const delays = samples.map((s) => s.delayMs).sort(ascending);
    const least = delays[0]!;
    let low = -Infinity;
    let high = Infinity;
    for (let i = 0; i < count; ++i) {
      const a = samples[i]!;
      for (let j = count - 1; j > i; --j) {
        const b = samples[j]!;
        const apart = b.atMs - a.atMs;
        if (apart < span / 2) break;
        const room = (a.delayMs - least + (b.delayMs - least)) / 2;
        const rise = b.offsetMs - a.offsetMs;
        low = Math.max(low, (rise - room) / apart);
        high = Math.min(high, (rise + room) / apart);
      }
    }
    // How far the third quickest is from the quickest tells how well the least delay is known.
    const third = delays[Math.min(2, count - 1)]! - least;
    const wander = Math.abs(high - low) / 2 + third / 2 / span;
    if (wander < kMostDrift) {
      this.#wander = Math.max(wander, kLeastWander);
      this.#drift = Math.min(Math.max((low + high) / 2, -kMostDrift), kMostDrift);
    } else {
      // The line has changed: what was known of the clocks stays true for a while.
      this.#wander = Math.min(this.#wander * kWanderGrowth, kMostDrift);
    }
  }

  /** False where the samples contradict each other: then the older half is of another time. */
  #fit(): boolean {
    this.#fitDrift();
    const newest = this.#samples.at(-1)!;
    const lows: number[] = [];
    const highs: number[] = [];
    for (const sample of this.#samples) {
      const age = newest.atMs - sample.atMs;
      const middle = sample.offsetMs + this.#drift * age;
      const room = sample.delayMs / 2 + this.#wander * age;
      lows.push(middle - room);
      highs.push(middle + room);
    }
    lows.sort((a, b) => b - a);
    highs.sort(ascending);
    const low = lows[0]!;
    const high = highs[0]!;
    if (low > high + kResolutionMs && this.#samples.length > 1) return false;
    this.#offsetMs = (low + high) / 2;
    this.#boundMs = Math.max(high - low, 0) / 2;
    // The best of many is as far from perfect as the next best are from it.
    this.#dispersionMs = lows.length >= 3 ? (low - lows[2]! + (highs[2]! - high)) / 4 : newest.delayMs / 2;
    const delays = this.#samples.slice(-16).map((s) => this.offsetAt(s.atMs) - (s.offsetMs - s.delayMs / 2)).sort(ascending);
    this.#downDelayMs = Math.max(delays[Math.floor((delays.length * 9 + 9) / 10) - 1]!, 0);
    return true;
  }

  #beginAnew(keep: number): void {
    this.#samples = this.#samples.slice(this.#samples.length - keep);
    this.#drift = 0;
    this.#wander = kMostDrift;
    this.#strays = 0;
    ++this.#restarts;
  }
}
