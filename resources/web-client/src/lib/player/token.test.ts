import { expect, test } from 'vitest';
import { whyRefused } from './token';

const token = (claims: object): string => `e30.${btoa(JSON.stringify(claims)).replace(/=+$/, '')}.c2ln`;

test('a token that has ended says so', () => {
  expect(whyRefused(token({ sub: 'show', exp: 1000 }), 1_000_000)).toBe('expired');
  expect(whyRefused(token({ sub: 'show', exp: 1001 }), 1_000_000)).toBe('refused');
});

test('what cannot be read was refused for another reason', () => {
  for (const text of ['', 'x', 'a.b.c', token({}), token({ exp: 'soon' }), 'e30.bnVsbA.x']) expect(whyRefused(text, 0), text).toBe('refused');
});
