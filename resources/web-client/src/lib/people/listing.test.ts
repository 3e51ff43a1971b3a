import { expect, test } from 'vitest';
import type { ListUsersResponse, User, UserCounts } from '../../api/types';
import { countOf, PeopleListing, stateOf, type StateFilter } from './listing';

const user = (id: string, state = 'active'): User => ({
  id, name: id, role: 'user', state, ban_reason: '', language: 'en', has_password: true, permissions: [], must_add_factor: false, avatar: '',
});
const kCounts: UserCounts = { active: 3, waiting: 2, unconfirmed: 0, banned: 1, closed: 4 };

/** A server of so many people of one state. */
function server(count: number, pageSize: number, state = 'active') {
  const asked: string[] = [];
  const page = (token: string): Promise<ListUsersResponse> => {
    asked.push(token);
    const from = Number(token || 0);
    const users = Array.from({ length: Math.min(pageSize, count - from) }, (_, i) => user(`u${from + i}`, state));
    const answer: ListUsersResponse = { users, next_page_token: from + pageSize < count ? String(from + pageSize) : '' };
    if (token === '') answer.counts = kCounts;
    return Promise.resolve(answer);
  };
  return { asked, listing: (filter: StateFilter) => new PeopleListing(filter, page) };
}

test('people are found a page at a time, and only as many as are wanted', async () => {
  const { asked, listing } = server(5, 2);
  const all = listing('all');
  expect(all.counts).toBe(null);
  await all.upTo(2);
  expect([all.found.length, all.isWhole, asked.length]).toEqual([2, false, 1]);
  await all.upTo(5);
  expect([all.found.map(({ id }) => id), all.isWhole]).toEqual([['u0', 'u1', 'u2', 'u3', 'u4'], true]);
  await all.upTo(100);
  expect(asked).toEqual(['', '2', '4']);
  expect(all.counts).toEqual(kCounts);
});

test('who no longer fits is found no more and counted elsewhere; others are as they are now', async () => {
  const { listing } = server(3, 5, 'waiting');
  const waiting = listing('waiting');
  await waiting.upTo(3);
  waiting.put(user('u1', 'active'));
  expect(waiting.found.map(({ id }) => id)).toEqual(['u0', 'u2']);
  expect(waiting.counts).toEqual({ ...kCounts, waiting: 1, active: 4 });
  waiting.put(user('nobody', 'banned'));
  waiting.put(user('u0', 'of a newer server'));
  expect(waiting.counts).toEqual({ ...kCounts, waiting: 0, active: 4 });
  const all = server(2, 5).listing('all');
  await all.upTo(2);
  all.put(user('u1', 'banned'));
  expect(all.found.map(({ state }) => state)).toEqual(['active', 'banned']);
});

test('a token that leads nowhere ends the list', async () => {
  const stuck = new PeopleListing('banned', (token) => Promise.resolve({ users: [user('a')], next_page_token: token || 'same' }));
  await stuck.upTo(5);
  expect([stuck.isWhole, stuck.found.length]).toEqual([true, 2]);
});

test('a filter is a state for the server and has a number', () => {
  expect([stateOf('all'), stateOf('banned')]).toEqual(['', 'banned']);
  expect([countOf(kCounts, 'all'), countOf(kCounts, 'closed')]).toEqual([10, 4]);
});
