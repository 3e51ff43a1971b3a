import { expect, test } from 'vitest';
import { codeOf, waysOf } from './prove';

test('the easiest way comes first, and none that does not work here', () => {
  expect(waysOf(['recovery_code', 'totp', 'passkey'], true)).toEqual(['passkey', 'totp', 'recovery_code']);
  expect(waysOf(['recovery_code', 'totp', 'passkey'], false)).toEqual(['totp', 'recovery_code']);
  expect(waysOf(['password', 'mail_code', 'telepathy'], true)).toEqual(['password', 'mail_code']);
  expect(waysOf(['passkey'], false)).toEqual([]);
});

test('codes are taken as they are shown and typed', () => {
  expect(['123456', ' 123 456 ', '１２３４５６', '123-456'].map((typed) => codeOf('totp', typed))).toEqual(Array(4).fill('123456'));
  expect(['', '12345', '1234567', '12345a'].map((typed) => codeOf('mail_code', typed))).toEqual(Array(4).fill(null));
  expect(codeOf('recovery_code', 'ABCD-efgh 1234–5678')).toBe('ABCDefgh12345678');
  expect(codeOf('recovery_code', 'abcd-efgh')).toBe(null);
});
