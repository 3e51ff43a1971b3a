import { expect, test } from 'vitest';
import { exportName } from './download';

test('a file is named after whose data it has and the day', () => {
  const day = new Date('2026-11-21T18:00:00Z');
  expect(exportName('alice', day)).toBe('matinee-alice-2026-11-21.json');
  expect(exportName('小明', day)).toBe('matinee-小明-2026-11-21.json');
  expect(exportName('a/b\\c:"d', day)).toBe('matinee-a_b_c__d-2026-11-21.json');
});
