import { expect, test } from 'vitest';
import { banSeconds, handleOf, initials, isReasonTooLong, keptUntil, mayHandle, rolesToGive, tintOf } from './rules';

test('an admin handles users, and only a root handles admins and roots', () => {
  const may = ['root', 'admin', 'user'].map((actor) => ['root', 'admin', 'user'].map((whose) => mayHandle(actor, whose)));
  expect(may).toEqual([[true, true, true], [false, false, true], [false, false, false]]);
  expect(rolesToGive('admin')).toEqual(['user']);
  expect(rolesToGive('root')).toEqual(['user', 'admin', 'root']);
});

test('a name has its first letter, or the first of its first and last word', () => {
  expect(initials('alice')).toBe('A');
  expect(initials('Ada King Lovelace')).toBe('AL');
  expect(initials('friday-night')).toBe('FN');
  expect(initials('小明')).toBe('小');
  expect(initials('𠮷野')).toBe('𠮷');
  expect(initials(' ')).toBe('?');
});

test('a name has the same colour each time', () => {
  for (const name of ['alice', '小明', '']) {
    expect(tintOf(name, 5)).toBe(tintOf(name, 5));
    expect(tintOf(name, 5)).toBeLessThan(5);
  }
  expect(new Set(['alice', 'bob', 'carol', 'dave', 'erin', 'frank'].map((name) => tintOf(name, 5))).size).toBeGreaterThan(1);
});

test('a ban lasts for a span, until a day that is to come, or for good', () => {
  const now = Date.parse('2026-11-21T18:00:00Z');
  expect(banSeconds('week', '', now)).toBe(604_800);
  expect(banSeconds('good', '', now)).toBe(0);
  expect(banSeconds('until', new Date(now + 90_500).toISOString(), now)).toBe(91);
  for (const until of ['', 'soon', '2026-11-21T17:59:59Z', '9999-01-01T00:00:00Z']) expect(banSeconds('until', until, now), until).toBe(null);
});

test('a reason is measured as the server measures it', () => {
  expect(isReasonTooLong('字'.repeat(166))).toBe(false);
  expect(isReasonTooLong('字'.repeat(167))).toBe(true);
});

test('somebody goes by their name, and by their id where the name could be the id of somebody else', () => {
  expect(handleOf({ id: 'ub2hkiq3vpdznp4k', name: 'wendy' })).toBe('wendy');
  expect(handleOf({ id: 'ub2hkiq3vpdznp4k', name: 'ui6udx34thdgy44w' })).toBe('ub2hkiq3vpdznp4k');
  expect(handleOf({ id: 'ub2hkiq3vpdznp4k', name: 'UI6UDX34THDGY44W' })).toBe('ub2hkiq3vpdznp4k');
});

test('a closed account is kept for 90 days', () => {
  expect(keptUntil({ closed_at: '2026-01-01T00:00:00Z' })?.toISOString()).toBe('2026-04-01T00:00:00.000Z');
  expect(keptUntil({})).toBe(null);
});
