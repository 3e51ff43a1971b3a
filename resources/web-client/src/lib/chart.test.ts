import { expect, test } from 'vitest';
import { kChartHeight, kChartWidth, linePath, niceCeiling } from './chart';

test('scales are round and never below what they show', () => {
  expect([0, NaN, 0.3, 1, 3, 24, 30, 61, 999, 6040].map(niceCeiling)).toEqual([1, 1, 0.5, 1, 5, 25, 50, 100, 1000, 10000]);
});

test('the newest value is at the right edge, from the floor to the ceiling', () => {
  expect(linePath([0, 10], 2, 10)).toBe(`M0.0 ${kChartHeight - 1}.0L${kChartWidth}.0 1.0`);
  expect(linePath([5], 3, 10)).toBe(`M${kChartWidth}.0 30.0`);
});

test('only so many values are shown, and none leaves the picture', () => {
  expect(linePath([1, 2, 3, 4], 2, 4).match(/[ML]/g)).toEqual(['M', 'L']);
  expect(linePath([99, -5], 2, 10)).toBe(`M0.0 1.0L${kChartWidth}.0 ${kChartHeight - 1}.0`);
});

test('a gap lifts the pen', () => expect(linePath([1, null, 1, 1], 4, 1).match(/[ML]/g)).toEqual(['M', 'M', 'L']));

test('nothing draws nothing', () => expect(linePath([], 10, 1)).toBe(''));
