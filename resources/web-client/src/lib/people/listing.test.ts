import { expect, test } from 'vitest';
import type { ListUsersResponse, User } from '../../api/types';
import { PeopleListing, type StateFilter } from './listing';

const user = (id: string, state = 'active'): User => ({
  id, name: id, role: 'user', state, ban_reason: '', language: 'en', has_password: true, permissions: [], must_add_factor: false, avatar: '',
});

/** A server of so many people, the n-th of whom has the state that `stateOf` gives. */
function server(count: number, pageSize: number, stateOf: (n: number) => string = () => 'active') {
  const asked: string[] = [];
  const page = (token: string): Promise<ListUsersResponse> => {
    asked.push(token);
    const from = Number(token || 0);
    const users = Array.from({ length: Math.min(pageSize, count - from) }, (_, i) => user(`u${from + i}`, stateOf(from + i)));
    return Promise.resolve({ users, next_page_token: from + pageSize < count ? String(from + pageSize) : '' });
  };
  return { asked, listing: (filter: StateFilter) => new PeopleListing(filter, page) };
}

test('all people are found a page at a time, and only as many as are wanted', async () => {
  const { asked, listing } = server(5, 2);
  const all = listing('all');
  await all.upTo(2);
  expect([all.found.length, all.isWhole, asked.length]).toEqual([2, false, 1]);
  await all.upTo(5);
  expect([all.found.map(({ id }) => id), all.isWhole]).toEqual([['u0', 'u1', 'u2', 'u3', 'u4'], true]);
  await all.upTo(100);
  expect(asked).toEqual(['', '2', '4']);
});

test('who waits is found behind many who do not', async () => {
  const { listing } = server(100, 10, (n) => (n === 73 ? 'waiting' : 'active'));
  const waiting = listing('waiting');
  await waiting.upTo(1);
  expect(waiting.found.map(({ id }) => id)).toEqual(['u73']);
  expect([waiting.looked, waiting.isWhole]).toEqual([80, false]);
});

test('a large server is not read whole at once for a state that nobody has', async () => {
  const { asked, listing } = server(1000, 10);
  const banned = listing('banned');
  await banned.upTo(20);
  expect([asked.length, banned.looked, banned.isWhole]).toEqual([10, 100, false]);
  await banned.upTo(20);
  expect(banned.looked).toBe(200);
});

test('who no longer fits is found no more; others are as they are now', async () => {
  const { listing } = server(3, 5, () => 'waiting');
  const waiting = listing('waiting');
  await waiting.upTo(3);
  waiting.put(user('u1', 'active'));
  expect(waiting.found.map(({ id }) => id)).toEqual(['u0', 'u2']);
  const all = server(2, 5).listing('all');
  await all.upTo(2);
  all.put(user('u1', 'banned'));
  expect(all.found.map(({ state }) => state)).toEqual(['active', 'banned']);
});

test('a token that leads nowhere ends the list', async () => {
  const stuck = new PeopleListing('banned', (token) => Promise.resolve({ users: [user('a')], next_page_token: token || 'same' }));
  await stuck.upTo(5);
  expect([stuck.isWhole, stuck.looked]).toEqual([true, 2]);
});
