import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SignInResponse } from '../../api/types';
import { kGoodFor, PasskeySignIn } from './passkey_sign_in';
import type { PasskeyRequest } from './webauthn';

interface Asked {
  options: string;
  how: PasskeyRequest;
  choose: (credential: string) => void;
  refuse: (error: Error) => void;
}

let begun = 0;
let finished: string[] = [];
let asked: Asked[] = [];
let down = false;

const signIn = (): PasskeySignIn =>
  new PasskeySignIn({
    begin: () => (down ? Promise.reject(new Error('down')) : Promise.resolve({ sign_in_id: `s${++begun}`, options_json: `o${begun}` })),
    finish: (id, credential) => {
      finished.push(`${id} ${credential}`);
      return credential === 'wrong' ? Promise.reject(new Error('wrong')) : Promise.resolve({ outcome: 'signed_in' } as SignInResponse);
    },
    get: (options, how = {}) =>
      new Promise((choose, refuse) => {
        asked.push({ options, how, choose, refuse });
        how.signal?.addEventListener('abort', () => refuse(new Error('aborted')));
      }),
    now: () => Date.now(),
  });
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
  [begun, finished, asked, down] = [0, [], [], false];
});
afterEach(() => {
  vi.useRealTimers();
});

test('one challenge is enough for the offer and the button, which takes its place', async () => {
  const one = signIn();
  expect(await one.isPossible()).toBe(true);
  const offered = one.byAutofill();
  await settle();
  const pressed = one.byHand();
  await settle();
  expect(await offered).toBe(null);
  expect([begun, asked.map(({ options, how }) => [options, how.autofill === true])]).toEqual([1, [['o1', true], ['o1', false]]]);
  asked[1]?.choose('right');
  expect((await pressed).outcome).toBe('signed_in');
  expect(finished).toEqual(['s1 right']);
});

test('what was used is not used again', async () => {
  const one = signIn();
  const first = one.byAutofill();
  await settle();
  asked[0]?.choose('wrong');
  await expect(first).rejects.toThrow('wrong');
  const second = one.byAutofill();
  await settle();
  asked[1]?.choose('right');
  await second;
  expect(finished).toEqual(['s1 wrong', 's2 right']);
});

test('somebody who stops has used nothing', async () => {
  const one = signIn();
  const first = one.byHand();
  await settle();
  asked[0]?.refuse(new Error('stopped'));
  await expect(first).rejects.toThrow('stopped');
  void one.byHand();
  await settle();
  expect(begun).toBe(1);
});

test('a page that lies open keeps an offer that is good', async () => {
  const one = signIn();
  const offered = one.byAutofill();
  await vi.advanceTimersByTimeAsync(3 * kGoodFor + 1);
  expect([begun, asked.length, asked[0]?.how.signal?.aborted, asked[3]?.how.signal?.aborted]).toEqual([4, 4, true, false]);
  asked[3]?.choose('right');
  await offered;
  expect(finished).toEqual(['s4 right']);
});

test('leaving the page ends the offer, and one that was on its way', async () => {
  const one = signIn();
  const offered = one.byAutofill();
  await settle();
  one.close();
  expect(await offered).toBe(null);
  const late = signIn();
  const other = late.byAutofill();
  late.close();
  expect(await other).toBe(null);
  expect(asked.length).toBe(1);
});

test('a server that has none or is away has no button, until it is asked again', async () => {
  const one = signIn();
  down = true;
  expect(await one.isPossible()).toBe(false);
  down = false;
  await settle();
  expect(await one.isPossible()).toBe(true);
});
