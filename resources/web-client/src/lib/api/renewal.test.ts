import { beforeEach, describe, expect, test } from 'vitest';
import { kDue, Renewal, type RenewalWorld } from './renewal';

class Refused extends Error {}

describe('the session', () => {
  let now = 0;
  let note: number | null = null;
  let refreshes = 0;
  let answer: () => Promise<void>;
  let ended = 0;
  let queue: Promise<unknown> = Promise.resolve();

  const world = (): RenewalWorld => ({
    refresh: () => {
      refreshes++;
      return answer();
    },
    isFinal: (error) => error instanceof Refused,
    now: () => now,
    note: { get: () => note, set: (at) => (note = at), remove: () => (note = null) },
    exclusively: (work) => {
      const done = queue.then(work);
      queue = done.catch(() => undefined);
      return done;
    },
  });
  const tab = (): Renewal => {
    const one = new Renewal(world());
    one.onended = () => ended++;
    return one;
  };

  beforeEach(() => {
    now = 1_000_000_000_000;
    note = null;
    refreshes = 0;
    ended = 0;
    answer = () => Promise.resolve();
    queue = Promise.resolve();
  });

  test('is renewed once for many calls, and once for many tabs', async () => {
    const one = tab();
    one.begin();
    const two = tab();
    now += 1000;
    const tried = await Promise.all([one.renew(now - 1), one.renew(now - 1), two.renew(now - 1), two.renew(now - 1)]);
    expect([tried, refreshes]).toEqual([[true, true, true, true], 1]);
  });

  test('is renewed before it lapses, and not sooner', async () => {
    const one = tab();
    await one.keepFresh();
    one.begin();
    now += kDue - 1;
    await one.keepFresh();
    expect(refreshes).toBe(0);
    now += 1;
    await one.keepFresh();
    expect([refreshes, one.isDue]).toEqual([1, false]);
    now -= 10; // a clock that was put back
    expect(one.isDue).toBe(true);
    await one.keepFresh();
    expect([refreshes, one.isDue]).toEqual([2, false]);
  });

  test('ends when the server says no', async () => {
    const one = tab();
    one.begin();
    now += 1000;
    answer = () => Promise.reject(new Refused());
    expect(await one.renew(now - 1)).toBe(false);
    expect([ended, note, one.isOn]).toEqual([1, null, false]);
    expect(await one.renew(now)).toBe(false);
    expect(refreshes).toBe(1);
  });

  test('outlasts a server that does not answer, and does not press it', async () => {
    const one = tab();
    one.begin();
    now += kDue;
    answer = () => Promise.reject(new Error('unreachable'));
    await expect(one.renew(now - 1)).rejects.toThrow('unreachable');
    await one.keepFresh();
    expect([ended, one.isOn, refreshes]).toEqual([0, true, 1]);
    now += 10_000;
    answer = () => Promise.resolve();
    await one.keepFresh();
    expect([refreshes, one.isDue]).toEqual([2, false]);
  });

  test('does not come back by a refresh that was on its way when somebody signed out', async () => {
    const one = tab();
    one.begin();
    now += 1000;
    let release = (): void => undefined;
    answer = () => new Promise((done) => (release = done));
    const renewing = one.renew(now - 1);
    await Promise.resolve();
    await Promise.resolve();
    one.end();
    release();
    await renewing;
    expect([one.isOn, note]).toEqual([false, null]);
  });

  test('is found again where only its cookies are left', async () => {
    const one = tab();
    answer = () => Promise.reject(new Refused());
    expect([await one.resume(), one.isOn, ended]).toEqual([false, false, 0]);
    answer = () => Promise.resolve();
    expect([await one.resume(), one.isOn, note]).toEqual([true, true, now]);
  });
});
