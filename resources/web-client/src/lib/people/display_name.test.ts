import { expect, test } from 'vitest';
import { displayNameProblem } from './display_name';

test('a display name may be anything that one can see', () => {
  for (const name of ['', 'Ada Lovelace', '小明 🎬', 'José', 'ß & co.', 'x'.repeat(64), '🎬'.repeat(64)]) expect(displayNameProblem(name), name).toBe(null);
});

test('it has 64 characters at most, of whatever size', () => {
  expect(displayNameProblem('x'.repeat(65))).toBe('long');
  expect(displayNameProblem(`  ${'x'.repeat(64)}  `)).toBe(null);
});

test('what nobody sees, or what turns the text around it, is no part of a name', () => {
  for (const character of ['\u200b', '\u202e', '\u0007', '\u2028', '\ufeff', '\ue000']) expect(displayNameProblem(`ali${character}ce`), JSON.stringify(character)).toBe('hidden');
});
