// Keeping near to live: a little faster when behind, a jump when far behind, and never past what the buffer can bear. Pure.

/** Seconds of distance to the end of the buffer; each engine has its own. */
export interface LatencyGoal {
  /** Where playback likes to be. */
  target: number;
  /** From here on it plays faster. */
  tolerate: number;
  /** From here on it jumps. */
  jump: number;
}

export interface CatchUp {
  rate: number;
  jump: boolean;
}

export const kMaxRate = 1.1;

/** `rate` is the present one: catching up goes on until the target, not just under the line where it began (no flutter). */
export function catchUp(latency: number | null, rate: number, goal: LatencyGoal): CatchUp {
  if (latency === null || !Number.isFinite(latency)) return { rate: 1, jump: false };
  if (latency >= goal.jump) return { rate: 1, jump: true };
  const catching = rate > 1 ? latency > goal.target : latency > goal.tolerate;
  if (!catching) return { rate: 1, jump: false };
  const far = Math.min(1, (latency - goal.target) / Math.max(0.001, goal.jump - goal.target));
  // 1.03 is below what ears notice; the rest comes in as the distance grows.
  return { rate: Math.round(Math.min(kMaxRate, 1.03 + far * 0.14) * 100) / 100, jump: false };
}

/** "Live" on the badge, or "12 s behind" with a button to jump. */
export function isAtLive(latency: number | null, goal: LatencyGoal): boolean {
  return latency === null || latency < goal.tolerate + 1.5;
}
