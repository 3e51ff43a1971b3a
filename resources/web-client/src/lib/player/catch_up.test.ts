import { expect, test } from 'vitest';
import { catchUp, isAtLive, kMaxRate } from './catch_up';

const goal = { target: 1, tolerate: 2, jump: 6 };

test('near to live nothing is done', () => {
  for (const latency of [0, 0.5, 1, 1.9]) expect(catchUp(latency, 1, goal)).toEqual({ rate: 1, jump: false });
});

test('an unknown distance changes nothing', () => {
  for (const latency of [null, NaN, Infinity]) expect(catchUp(latency, 1.05, goal).rate).toBe(1);
});

test('behind, it plays gently faster, more with the distance, never above the limit', () => {
  let before = 1;
  for (let latency = 2.1; latency < 6; latency += 0.1) {
    const { rate, jump } = catchUp(latency, 1, goal);
    expect(jump).toBe(false);
    expect(rate).toBeGreaterThanOrEqual(before);
    expect(rate).toBeLessThanOrEqual(kMaxRate);
    before = rate;
  }
  expect(before).toBe(kMaxRate);
});

test('catching up ends at the target, not at the line where it began', () => {
  expect(catchUp(1.5, 1.05, goal).rate).toBeGreaterThan(1);
  expect(catchUp(1.0, 1.05, goal).rate).toBe(1);
});

test('far behind, it jumps', () => {
  expect(catchUp(6, 1.1, goal)).toEqual({ rate: 1, jump: true });
});

test('from any distance below the jump, simulated playback arrives at the target and stays', () => {
  for (const begin of [2.5, 4, 5.9]) {
    let latency = begin;
    let rate = 1;
    let changes = 0;
    for (let second = 0; second < 240; second += 0.5) {
      const next = catchUp(latency, rate, goal);
      if (next.rate > 1 !== rate > 1) changes++;
      rate = next.rate;
      latency -= (rate - 1) * 0.5;
    }
    expect(latency).toBeLessThanOrEqual(1.05);
    expect(latency).toBeGreaterThan(0.9);
    expect(changes).toBe(2);
  }
});

test('the badge says live within the usual swing', () => {
  expect(isAtLive(null, goal)).toBe(true);
  expect(isAtLive(3, goal)).toBe(true);
  expect(isAtLive(5, goal)).toBe(false);
});
