import { expect, test } from 'vitest';
import { strengthOf } from './password_strength';

test('what is guessed first is refused, with a reason', async () => {
  for (const [password, hint] of [
    ['', 'short'], ['Xk3!q', 'short'], ['password', 'common'], ['password1', 'common'], ['aaaaaaaaaaaa', 'repeat'], ['abcdefghijk', 'sequence'], ['qwertyuiop[', 'keyboard'],
    ['friedrich', 'name'], ['x'.repeat(1001), 'long'],
  ] as const) {
    const { hint: told, refused } = await strengthOf(password, ['Friedrich']);
    expect([told, refused], password).toEqual([hint, true]);
  }
});

test('what is long and of no pattern is taken', async () => {
  for (const password of ['velvet lantern orbit', 'gN7#kd02!vQx', '月亮代表我的心呀朋友', 'Ünïcödë-wörter-8']) {
    const { score, refused } = await strengthOf(password, ['mia']);
    expect(refused, password).toBe(false);
    expect(score, password).toBeGreaterThanOrEqual(3);
  }
});

test('a very long one costs no more than a long one', async () => {
  const before = performance.now();
  await strengthOf('p4ssw0rd'.repeat(125), []);
  expect(performance.now() - before).toBeLessThan(5000);
});
