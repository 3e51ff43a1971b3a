// How many people wait for review, for who may let them in. Asked for seldom, and of a large server only the first pages.
import { listUsers } from '../api/people_calls';
import { PeopleListing } from './listing';

const kPage = 500;
/** More than anybody wants to read on a badge. */
const kEnough = 100;
const kOften = 5 * 60_000;

let count = $state<number | null>(null);
let isMore = $state(false);
let askedAt = -Infinity;

async function ask(): Promise<void> {
  askedAt = Date.now();
  const listing = new PeopleListing('waiting', (token) => listUsers('', kPage, token));
  await listing.upTo(kEnough);
  count = listing.found.length;
  isMore = !listing.isWhole;
}

export const waiting = {
  /** null until it is known. */
  get count(): number | null {
    return count;
  },
  /** There may be more. */
  get isMore(): boolean {
    return isMore;
  },
  /** Where it was not asked for lately. What goes wrong leaves it as it was: it is a badge. */
  async look(): Promise<void> {
    if (Date.now() - askedAt >= kOften) await ask().catch(() => undefined);
  },
  /** Something was changed. */
  refresh: (): Promise<void> => ask().catch(() => undefined),
};
