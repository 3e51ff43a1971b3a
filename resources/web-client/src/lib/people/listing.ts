// The people of a server, page after page, of whom only some are wanted. The server finds names and not states, so states are looked at here:
// no more than a few pages at a time, and going on is up to the person. What asks the server is handed in.
import type { ListUsersResponse, User } from '../../api/types';

export type StateFilter = 'all' | 'waiting' | 'banned' | 'closed';
export const kStateFilters: readonly StateFilter[] = ['all', 'waiting', 'banned', 'closed'];

export const fits = (user: User, filter: StateFilter): boolean => filter === 'all' || user.state === filter;

const kPagesAtOnce = 10;

export class PeopleListing {
  readonly #page: (token: string) => Promise<ListUsersResponse>;
  readonly #filter: StateFilter;
  #found: User[] = [];
  #token = '';
  #isWhole = false;
  #looked = 0;

  constructor(filter: StateFilter, page: (token: string) => Promise<ListUsersResponse>) {
    this.#filter = filter;
    this.#page = page;
  }

  /** By name. */
  get found(): readonly User[] {
    return this.#found;
  }

  /** Nobody is left who has not been looked at. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** How many accounts were looked at. */
  get looked(): number {
    return this.#looked;
  }

  /** Looks on until so many are found, or nobody is left, or it has taken long enough. */
  async upTo(count: number): Promise<void> {
    for (let pages = 0; pages < kPagesAtOnce && !this.#isWhole && this.#found.length < count; pages++) {
      const { users, next_page_token: next } = await this.#page(this.#token);
      this.#looked += users?.length ?? 0;
      this.#found.push(...(users ?? []).filter((user) => fits(user, this.#filter)));
      this.#isWhole = !next || next === this.#token;
      this.#token = next ?? '';
    }
  }

  /** Somebody was changed: they stay where they are, and are found no more where they no longer fit. */
  put(changed: User): void {
    this.#found = this.#found.map((user) => (user.id === changed.id ? changed : user)).filter((user) => fits(user, this.#filter));
  }
}
