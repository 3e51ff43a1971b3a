import { expect, test } from 'vitest';
import { isNoteTooLong, isOpen, kInvitationSpans, usesOf } from './invitations';

test('an invitation is for 1 to 100 people', () => {
  expect([usesOf('1'), usesOf(' 100 '), usesOf('07')]).toEqual([1, 100, 7]);
  for (const wrong of ['', '0', '101', '1.5', '-1', '1e1', 'ten', '9999999']) expect(usesOf(wrong), wrong).toBe(null);
});

test('it lasts for 90 days at most', () => {
  for (const seconds of Object.values(kInvitationSpans)) expect(seconds).toBeLessThanOrEqual(90 * 86_400);
});

test('a note is measured as the server measures it', () => {
  expect(isNoteTooLong('字'.repeat(66))).toBe(false);
  expect(isNoteTooLong('字'.repeat(67))).toBe(true);
});

test('only an open one can be used and taken back', () => {
  expect(['open', 'used_up', 'expired', 'revoked'].map((state) => isOpen({ state }))).toEqual([true, false, false, false]);
});
