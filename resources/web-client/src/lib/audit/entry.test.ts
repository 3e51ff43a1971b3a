import { expect, test } from 'vitest';
import { actionOf, changesOf, isTime, outcomeOf, spaced, whoOf } from './entry';

test('a person is told from a key, the command line and nobody', () => {
  expect(whoOf('user alice (u7k2q-_A)')).toEqual({ kind: 'user', name: 'alice', id: 'u7k2q-_A' });
  expect(whoOf('user 小明 (u1)')).toEqual({ kind: 'user', name: '小明', id: 'u1' });
  expect(whoOf('anonymous').kind).toBe('anonymous');
  expect(whoOf('local').kind).toBe('local');
  expect(whoOf('k3f9')).toEqual({ kind: 'other', name: 'k3f9', id: '' });
  expect(whoOf('user without an id').kind).toBe('other');
});

test('an action goes by the name of its call, or by its own', () => {
  expect(actionOf('matinee.v1.UserService/BanUser')).toBe('BanUser');
  expect(actionOf('settings.change')).toBe('settings.change');
  expect(actionOf('')).toBe('');
  expect(spaced('CreateUserRole')).toBe('Create user role');
  expect(spaced('settings.change')).toBe('settings.change');
});

test('how a call went is told from what other entries say', () => {
  expect(outcomeOf('rest: ok')).toEqual({ face: 'rest', code: 'ok' });
  expect(outcomeOf('websocket: permission_denied')).toEqual({ face: 'websocket', code: 'permission_denied' });
  expect(outcomeOf('a token was used twice: the session ended')).toBe(null);
  expect(outcomeOf('')).toBe(null);
});

test('changes are listed a field at a time, also where a side lacks it', () => {
  expect(changesOf({ before: '{"role":"user"}', after: '{"role":"admin","banned_until":null}' })).toEqual([
    { field: 'role', before: 'user', after: 'admin' },
    { field: 'banned_until', before: undefined, after: null },
  ]);
  expect(changesOf({ before: '', after: '' })).toEqual([]);
});

test('what is no object is not taken for one', () => {
  for (const text of ['[1]', '3', 'null', '{"a":', 'words']) expect(changesOf({ before: '', after: text }), text).toBe(null);
});

test('only whole times are shown as times', () => {
  expect(isTime('2026-11-21T18:00:00Z')).toBe(true);
  expect(isTime('2026-11-21T18:00:00.123456Z')).toBe(true);
  for (const value of ['2026-11-21', '2026-13-41T18:00:00Z', 'soon', 3, null]) expect(isTime(value), String(value)).toBe(false);
});
