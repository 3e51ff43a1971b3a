// The people of a server, page after page: of one state, and counted by state. What asks the server is handed in.
import type { ListUsersResponse, User, UserCounts } from '../../api/types';

/** Nobody looks for who is merely active. */
export type StateFilter = 'all' | Exclude<keyof UserCounts, 'active'>;
/** In the order in which they are offered. */
export const kStateFilters: readonly StateFilter[] = ['all', 'waiting', 'unconfirmed', 'banned', 'closed'];

export const fits = (user: User, filter: StateFilter): boolean => filter === 'all' || user.state === filter;

/** As the server is asked. */
export const stateOf = (filter: StateFilter): string => (filter === 'all' ? '' : filter);

export const countOf = (counts: UserCounts, filter: StateFilter): number =>
  filter === 'all' ? counts.active + counts.waiting + counts.unconfirmed + counts.banned + counts.closed : counts[filter];

export class PeopleListing {
  readonly #page: (token: string) => Promise<ListUsersResponse>;
  readonly #filter: StateFilter;
  #found: User[] = [];
  #counts: UserCounts | null = null;
  #token = '';
  #isWhole = false;

  constructor(filter: StateFilter, page: (token: string) => Promise<ListUsersResponse>) {
    this.#filter = filter;
    this.#page = page;
  }

  /** By name. */
  get found(): readonly User[] {
    return this.#found;
  }

  /** There is nobody else. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** How many there are of each state, this one or not; null before the first page. */
  get counts(): UserCounts | null {
    return this.#counts;
  }

  /** Asks on until so many are found, or nobody is left. */
  async upTo(count: number): Promise<void> {
    while (!this.#isWhole && this.#found.length < count) {
      const { users, next_page_token: next, counts } = await this.#page(this.#token);
      this.#found.push(...(users ?? []));
      this.#counts = counts ?? this.#counts;
      this.#isWhole = !next || next === this.#token;
      this.#token = next ?? '';
    }
  }

  /** Somebody was changed: they stay where they are, and are found no more where they no longer fit. */
  put(changed: User): void {
    const before = this.#found.find((user) => user.id === changed.id);
    if (before !== undefined && this.#counts !== null) this.#counts = moved(this.#counts, before.state, changed.state);
    this.#found = this.#found.map((user) => (user.id === changed.id ? changed : user)).filter((user) => fits(user, this.#filter));
  }
}

function moved(counts: UserCounts, from: string, to: string): UserCounts {
  const next = { ...counts };
  const isState = (state: string): state is keyof UserCounts => state in next;
  if (isState(from)) next[from] = Math.max(0, next[from] - 1);
  if (isState(to)) next[to]++;
  return next;
}
