import { expect, test } from 'vitest';
import type { VerifyAuditResponse } from '../../api/types';
import { entriesBetween, followChain } from './verification';

const answer = (given: Partial<VerifyAuditResponse>): VerifyAuditResponse => ({
  state: 'more', checked: 0, fault_place: '0', fault: '', sentence: '', anchor: '', removed_through: '0', anchor_too_old: false, continue_token: '', ...given,
});

function chain(answers: VerifyAuditResponse[], stopAfter = Infinity) {
  const asked: string[] = [];
  const told: number[] = [];
  const verdict = followChain({
    piece: (token) => {
      asked.push(token);
      return Promise.resolve(answers[asked.length - 1] as VerifyAuditResponse);
    },
    onprogress: (checked) => told.push(checked),
    isStopped: () => asked.length >= stopAfter,
  });
  return { asked, told, verdict };
}

test('a long log is followed piece by piece to its end', async () => {
  const { asked, told, verdict } = chain([
    answer({ checked: 20_000, continue_token: '20000:aa' }),
    answer({ checked: 20_000, continue_token: '40000:bb' }),
    answer({ state: 'whole', checked: 7, anchor: '40007:cc' }),
  ]);
  expect(await verdict).toMatchObject({ state: 'whole', checked: 40_007, last: { anchor: '40007:cc' } });
  expect(asked).toEqual(['', '20000:aa', '40000:bb']);
  expect(told).toEqual([20_000, 40_000, 40_007]);
});

test('it ends where the log is broken', async () => {
  const { verdict } = chain([answer({ checked: 20_000, continue_token: 'x' }), answer({ state: 'broken', checked: 3, fault: 'altered', fault_place: '20003' })]);
  expect(await verdict).toMatchObject({ state: 'broken', checked: 20_003, last: { fault_place: '20003' } });
});

test('who does not want to wait is not told that it is whole', async () => {
  const { verdict } = chain([answer({ checked: 5, continue_token: 'x' })], 1);
  expect(await verdict).toMatchObject({ state: 'stopped', checked: 5 });
  expect(await chain([], 0).verdict).toEqual({ state: 'stopped', checked: 0, last: null });
});

test('a server that does not go on is not asked for ever', async () => {
  await expect(chain([answer({ checked: 1 })]).verdict).rejects.toThrow();
  await expect(chain([answer({ continue_token: 'x' }), answer({ continue_token: 'x' })]).verdict).rejects.toThrow();
});

test('entries are counted by their numbers', () => {
  expect(entriesBetween('120', '20')).toBe(100);
  expect(entriesBetween(undefined, undefined)).toBe(0);
});
