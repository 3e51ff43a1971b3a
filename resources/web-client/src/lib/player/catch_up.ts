// Keeping near to live: a little faster when behind, never past what the buffer can bear, and no jump that an ear could notice. Pure.

/** Seconds of distance to the newest media; each engine has its own. */
export interface LatencyGoal {
  /** Where playback likes to be. */
  target: number;
  /** From here on it plays faster; after silence (a start, a stall) it jumps, which while sound is heard it never does. */
  tolerate: number;
}

export const kMaxRate = 1.1;
/** Below what ears notice; the rest comes in as the distance grows. */
const kGentle = 1.03;
/** Seconds behind the target at which the full rate is reached. */
const kFar = 3;

/** `rate` is the present one: catching up goes on until the target, not just under the line where it began (no flutter). */
export function catchUpRate(latency: number | null, rate: number, goal: LatencyGoal): number {
  if (latency === null || !Number.isFinite(latency)) return 1;
  const catching = rate > 1 ? latency > goal.target : latency > goal.tolerate;
  if (!catching) return 1;
  const far = Math.min(1, Math.max(0, latency - goal.target) / kFar);
  return Math.round((kGentle + far * (kMaxRate - kGentle)) * 100) / 100;
}

/** "Live" on the badge, or "12 s behind" with a button to jump. */
export function isAtLive(latency: number | null, goal: LatencyGoal): boolean {
  return latency === null || latency < goal.tolerate + 1.5;
}

/** The room between calm and hurry is what frames that come in twos and threes need; more of it is delay that a viewer keeps for good. */
export function goalFor(target: number): LatencyGoal {
  return { target, tolerate: target + Math.max(0.1, target * 0.3) };
}

const kStep = 0.25;
/** So long without a stall, and the target goes down again by a fifth of a step. */
const kCalmMs = 20_000;

/** How near to live a network allows: as near as possible, a step back after each stall, and slowly nearer again. */
export class AdaptiveTarget {
  #target: number;
  #calmSince: number;

  constructor(
    private readonly least: number,
    private readonly most: number,
    now: number,
  ) {
    this.#target = least;
    this.#calmSince = now;
  }

  stalled(now: number): void {
    this.#target = Math.min(this.most, this.#target + kStep);
    this.#calmSince = now;
  }

  value(now: number): number {
    if (now - this.#calmSince >= kCalmMs) {
      this.#calmSince = now;
      this.#target = Math.max(this.least, this.#target - kStep / 5);
    }
    return this.#target;
  }
}
