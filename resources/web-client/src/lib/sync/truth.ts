// The room's truth, and those scheduled to follow it within the next moments: what plays, where, since when and how fast. Pure.
// Twin of server/rooms/sync/truth.h and timeline.h; times of the server in its milliseconds, positions in milliseconds of media.

export interface Truth {
  /** One more with each change, whoever made it. */
  version: number;
  /** The version in which the position last jumped. */
  placed: number;
  /** Empty: nothing is chosen. */
  mediaId: string;
  /** Positions are the server's time at which a moment was new. */
  live: boolean;
  /** At `sinceMs`. */
  positionMs: number;
  /** Server's time at which this begins to hold: a little ahead, the same instant for everybody. */
  sinceMs: number;
  /** As people chose. */
  rate: number;
  /** The room's own gentle factor, 0.95 to 1.05. */
  pace: number;
  /** As people chose. */
  playing: boolean;
  /** The room waits for members, whatever people chose. */
  held: boolean;
  /** 0: not known, or live. */
  durationMs: number;
  targetLatencyMs: number;
}

export const moves = (truth: Truth): boolean => truth.playing && !truth.held;

/** Before `sinceMs`, where it will begin; never past the end. */
export function positionAt(truth: Truth, serverMs: number): number {
  const speed = moves(truth) ? truth.rate * truth.pace : 0;
  const reached = truth.positionMs + Math.max(serverMs - truth.sinceMs, 0) * speed;
  return truth.durationMs > 0 ? Math.min(reached, truth.durationMs) : reached;
}

/** A ninth scheduled truth takes the place of the eighth. */
const kMost = 8;

export class Timeline {
  #truths: Truth[] = [];

  /** Truths that were scheduled for later than this one begins are void. False: one as new is known already. */
  add(truth: Truth): boolean {
    let last = this.#truths.at(-1);
    if (last !== undefined && truth.version <= last.version) return false;
    while (last !== undefined && (last.sinceMs >= truth.sinceMs || this.#truths.length >= kMost)) {
      this.#truths.pop();
      last = this.#truths.at(-1);
    }
    this.#truths.push(truth);
    return true;
  }

  /** Forgets what is over. */
  prune(serverMs: number): void {
    while ((this.#truths[1]?.sinceMs ?? Infinity) <= serverMs) this.#truths.shift();
  }

  clear(): void {
    this.#truths = [];
  }

  get length(): number {
    return this.#truths.length;
  }

  get newest(): Truth | undefined {
    return this.#truths.at(-1);
  }

  /** What holds then, or the first of all where that is still to come. */
  at(serverMs: number): Truth | undefined {
    let i = this.#truths.length - 1;
    while (i > 0 && this.#truths[i]!.sinceMs > serverMs) --i;
    return this.#truths[i];
  }

  /** Server's time at which the next truth begins. */
  nextChange(serverMs: number): number | null {
    return this.#truths.find((truth) => truth.sinceMs > serverMs)?.sinceMs ?? null;
  }
}
