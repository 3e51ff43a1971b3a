import { expect, test } from 'vitest';
import { allowedNow, isShrunk, keyNameProblem, kPermissions, scopesToGive } from './rules';

const kAdmin = ['public', 'read_server', 'read_streams', 'manage_streams', 'manage_api_keys', 'signed_in', 'manage_users', 'read_audit', 'known'];

test('nobody is offered a key that may more than they may', () => {
  expect(scopesToGive(['public', 'signed_in', 'known'])).toEqual([]);
  expect(scopesToGive(kAdmin)).toEqual(['streams:read', 'streams', 'server:read', 'users', 'audit:read']);
  expect(scopesToGive([...kAdmin, 'administer'])).toContain('admin');
});

test('what a key allows is told in one order, without what everybody may', () => {
  expect(allowedNow({ permissions: ['read_server', 'public', 'read_streams'] })).toEqual(['read_streams', 'read_server']);
  expect(allowedNow({ permissions: [] })).toEqual([]);
});

test('a key has shrunk where its owner may less than it was made for', () => {
  expect(isShrunk({ scopes: ['streams'], permissions: ['public', 'read_streams', 'manage_streams', 'read_server'], state: 'active' })).toBe(false);
  expect(isShrunk({ scopes: ['streams'], permissions: ['public'], state: 'active' })).toBe(true);
  expect(isShrunk({ scopes: ['admin'], permissions: kPermissions.filter((one) => one !== 'administer'), state: 'active' })).toBe(true);
  expect(isShrunk({ scopes: ['streams'], permissions: [], state: 'suspended' })).toBe(false);
  expect(isShrunk({ scopes: ['of-a-newer-server'], permissions: [], state: 'active' })).toBe(false);
});

test('the name of a key is there, and fits', () => {
  expect(keyNameProblem('  ')).toBe('missing');
  expect(keyNameProblem('overlay')).toBe(null);
  expect(keyNameProblem('钥'.repeat(33))).toBe(null);
  expect(keyNameProblem('钥'.repeat(34))).toBe('long');
});
