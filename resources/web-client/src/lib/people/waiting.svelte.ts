// How many people wait for review, for who may let them in. Asked for seldom; the server counts.
import { listUsers } from '../api/people_calls';

const kOften = 5 * 60_000;

let count = $state<number | null>(null);
let askedAt = -Infinity;

async function ask(): Promise<void> {
  askedAt = Date.now();
  count = (await listUsers('', 'waiting', 1, '')).counts?.waiting ?? null;
}

export const waiting = {
  /** null until it is known. */
  get count(): number | null {
    return count;
  },
  /** Where it was not asked for lately. What goes wrong leaves it as it was: it is a badge. */
  async look(): Promise<void> {
    if (Date.now() - askedAt >= kOften) await ask().catch(() => undefined);
  },
  /** Something was changed. */
  refresh: (): Promise<void> => ask().catch(() => undefined),
};
