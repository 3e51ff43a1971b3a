import { expect, test } from 'vitest';
import { AdaptiveTarget, catchUpRate, goalFor, isAtLive, kMaxRate } from './catch_up';

const goal = { target: 1, tolerate: 2 };

test('near to live nothing is done', () => {
  for (const latency of [0, 0.5, 1, 1.9]) expect(catchUpRate(latency, 1, goal)).toBe(1);
});

test('an unknown distance changes nothing', () => {
  for (const latency of [null, NaN, Infinity]) expect(catchUpRate(latency, 1.05, goal)).toBe(1);
});

test('behind, it plays gently faster, more with the distance, never above the limit', () => {
  let before = 1;
  for (let latency = 2.1; latency < 60; latency += 0.1) {
    const rate = catchUpRate(latency, 1, goal);
    expect(rate).toBeGreaterThanOrEqual(before);
    expect(rate).toBeLessThanOrEqual(kMaxRate);
    before = rate;
  }
  expect(before).toBe(kMaxRate);
});

test('catching up ends at the target, not at the line where it began', () => {
  expect(catchUpRate(1.5, 1.05, goal)).toBeGreaterThan(1);
  expect(catchUpRate(1.0, 1.05, goal)).toBe(1);
});

test('from any distance, simulated playback arrives at the target and stays', () => {
  for (const begin of [2.5, 4, 12]) {
    let latency = begin;
    let rate = 1;
    let changes = 0;
    for (let second = 0; second < 240; second += 0.5) {
      const next = catchUpRate(latency, rate, goal);
      if (next > 1 !== rate > 1) changes++;
      rate = next;
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

test('a goal leaves room between calm and hurry', () => {
  for (const target of [0.3, 1, 4]) expect(goalFor(target).tolerate).toBeGreaterThanOrEqual(target + 0.1);
});

test('each stall moves the target back, up to a limit, and calm brings it near again', () => {
  const adaptive = new AdaptiveTarget(0.35, 1, 0);
  expect(adaptive.value(0)).toBe(0.35);
  adaptive.stalled(1000);
  expect(adaptive.value(1000)).toBeCloseTo(0.6);
  for (let i = 0; i < 9; i++) adaptive.stalled(2000);
  expect(adaptive.value(2000)).toBe(1);
  let now = 2000;
  for (; now < 600_000; now += 500) adaptive.value(now);
  expect(adaptive.value(now)).toBe(0.35);
});
