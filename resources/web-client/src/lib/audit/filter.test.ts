import { expect, test } from 'vitest';
import { anyEntry, filterOf, filterPath, filterProblem, filterQuery, isAny } from './filter';

test('an empty filter asks for everything and has a plain address', () => {
  expect(filterQuery(anyEntry())).toEqual({});
  expect(filterPath(anyEntry())).toBe('/audit');
  expect(isAny({ ...anyEntry(), actor: '  ' })).toBe(true);
});

test('what is typed is asked for without the blanks around it, and times go out as those of the world', () => {
  const filter = { ...anyEntry(), actor: ' alice ', since: '2026-11-21T18:00' };
  expect(filterQuery(filter)).toEqual({ actor: 'alice', since: new Date(2026, 10, 21, 18, 0).toISOString() });
});

test('the address of the page brings the same filter back', () => {
  const filter = { ...anyEntry(), actor: 'user 小明 (u7)', action: 'BanUser', until: '2026-11-21T18:00' };
  const path = filterPath(filter);
  expect(filterOf(path.slice(path.indexOf('?')))).toEqual(filter);
});

test('an address that somebody made up has no times that are none', () => {
  expect(filterOf('?since=yesterday&until=%00&actor=a&foo=b')).toEqual({ ...anyEntry(), actor: 'a' });
  expect(filterQuery({ ...anyEntry(), since: '2026-99-99T99:99' })).toEqual({});
});

test('a filter that cannot fit anything is told before it is asked for', () => {
  expect(filterProblem({ ...anyEntry(), since: '2026-11-22T00:00', until: '2026-11-21T00:00' })).toBe('times');
  expect(filterProblem({ ...anyEntry(), since: '2026-11-21T00:00', until: '2026-11-22T00:00' })).toBe(null);
  expect(filterProblem({ ...anyEntry(), target: '字'.repeat(86) })).toBe('long');
  expect(filterProblem({ ...anyEntry(), target: '字'.repeat(85) })).toBe(null);
});
