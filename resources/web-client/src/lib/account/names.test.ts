import { expect, test } from 'vitest';
import { nameProblem } from './names';

test('names of any one script are taken', () => {
  for (const name of ['mia', 'Mia-2', 'müller', 'Åsa.b', '小明', 'さくら花子', '김철수', '金철수', 'Иван_3', 'Ελένη', 'مريم', '42', '  mia  ', 'a\u0301b']) {
    expect(nameProblem(name), name).toBe(null);
  }
});

test('what is wrong with a name is told', () => {
  expect(nameProblem('')).toBe('short');
  expect(nameProblem('𠀀')).toBe('short');
  expect(nameProblem('a'.repeat(33))).toBe('long');
  expect(nameProblem('mia b')).toBe('characters');
  expect(nameProblem('mia@home')).toBe('characters');
  expect(nameProblem('mi\u200ba')).toBe('characters');
  expect(nameProblem('.mia')).toBe('begins');
  expect(nameProblem('mіa')).toBe('mixed'); // the middle one is Cyrillic
  expect(nameProblem('小明Tom')).toBe('mixed');
});
