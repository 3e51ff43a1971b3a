import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, call } from './client';
import { stepUp } from './step_up';

let calls: string[] = [];
let isFresh = false;
let questions = 0;
let answer: (proved: boolean) => void = () => undefined;

beforeEach(() => {
  [calls, isFresh, questions] = [[], false, 0];
  vi.stubGlobal('fetch', (path: string, { method }: RequestInit) => {
    calls.push(`${method} ${path}`);
    const refused = path.startsWith('/fresh') && !isFresh;
    const body = refused ? { code: 'step_up_required', status: 403, detail: 'Prove it.' } : { made: true };
    return Promise.resolve(new Response(JSON.stringify(body), { status: refused ? 403 : 200 }));
  });
  stepUp.onasked = () => {
    questions++;
    return new Promise((done) => (answer = done));
  };
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const asked = (): Promise<void> => vi.waitFor(() => expect(questions).toBe(1));

test('a call that asks for a proof is made again after it', async () => {
  const made = call('/fresh/passkeys', { method: 'POST', body: {} });
  await asked();
  isFresh = true;
  answer(true);
  expect(await made).toEqual({ made: true });
  expect(calls).toEqual(['POST /fresh/passkeys', 'POST /fresh/passkeys']);
});

test('many such calls at once ask one question', async () => {
  const made = Promise.all([call('/fresh/1'), call('/fresh/2'), call('/fresh/3')]);
  await asked();
  await vi.waitFor(() => expect(calls.length).toBe(3));
  isFresh = true;
  answer(true);
  await made;
  expect([questions, calls.length]).toEqual([1, 6]);
});

test('who does not prove it gets the refusal, and is asked again the next time', async () => {
  const first = call('/fresh/passkeys');
  await asked();
  answer(false);
  await expect(first).rejects.toMatchObject({ code: 'step_up_required', status: 403 });
  expect(calls.length).toBe(1);
  void call('/fresh/passkeys').catch(() => undefined);
  await vi.waitFor(() => expect(questions).toBe(2));
  answer(false);
});

test('it is asked once for each call: a server that refuses all the same is believed', async () => {
  const made = call('/fresh/passkeys');
  await asked();
  answer(true);
  await expect(made).rejects.toBeInstanceOf(ApiError);
  expect([questions, calls.length]).toEqual([1, 2]);
});

test('a question that could not be asked is none that was answered', async () => {
  stepUp.onasked = () => Promise.reject(new TypeError('the dialog did not load'));
  await expect(call('/fresh/passkeys')).rejects.toMatchObject({ code: 'step_up_required' });
});

test('API keys and calls of nobody are not asked', async () => {
  await expect(call('/fresh/a', { key: 'mk_1' })).rejects.toMatchObject({ code: 'step_up_required' });
  await expect(call('/fresh/b', { anonymous: true })).rejects.toMatchObject({ code: 'step_up_required' });
  expect(questions).toBe(0);
});
