// How long the player waits before it does something again. Jitter is added by the host, so that these stay exact in tests.

/** A stream that has not started is asked for every 2 s; a hidden page goes down to twice a minute. */
export function pollDelay(hidden: boolean, polls: number): number {
  if (!hidden) return 2000;
  return Math.min(30_000, 2000 * 2 ** Math.min(polls, 4));
}

/** A name that the server does not know may be a typing mistake, so it is asked for less often. */
export const kMissingDelay = 10_000;

/** 0.5, 1, 2, 4, 5, 5 ... seconds. A hidden page gives the server more room. */
export function reconnectDelay(attempt: number, hidden: boolean): number {
  const ms = Math.min(5000, 500 * 2 ** Math.min(attempt, 4));
  return hidden ? Math.max(ms, 5000) : ms;
}

/** From attaching an engine to its first picture. The server sends from a key frame at once, so this is generous. */
export const kStartLimit = 12_000;
/** A picture that stands still while the connection pretends to be alive. */
export const kStallLimit = 8000;
/** While a publisher is away for a moment, the server is asked so often whether it is back. */
export const kBreakDelay = 1000;
/** From the publisher's return to a picture that moves, over the connection that was kept; then a new connection is made. */
export const kReturnLimit = 4000;
/** Fraction of a delay that is added at random, so that a thousand viewers do not come back in the same instant. */
export const kJitter = 0.3;
/** Failures in a row of one engine, with a live stream and a server that answers, before the next is tried. */
export const kEngineTries = 3;
/** After all engines failed, they are tried afresh. */
export const kFailedDelay = 20_000;
