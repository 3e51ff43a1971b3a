import { expect, test } from 'vitest';
import { nextOf, routeOf, signInPath, statsPath, streamNameFrom, tokenInHash, tokenOf, withToken } from './routes';

test('addresses lead to their pages', () => {
  expect(routeOf('/')).toEqual({ page: 'home' });
  expect(routeOf('/watch/friday-night')).toEqual({ page: 'watch', name: 'friday-night' });
  expect(routeOf('/watch/Friday-Night/')).toEqual({ page: 'watch', name: 'friday-night' });
  expect(routeOf('/watch/show/stats')).toEqual({ page: 'numbers', name: 'show' });
  expect(routeOf('/watch/stats')).toEqual({ page: 'watch', name: 'stats' });
  expect(routeOf('/setup')).toEqual({ page: 'setup' });
  expect(routeOf('/studio/')).toEqual({ page: 'studio' });
  expect(routeOf('/sign-in')).toEqual({ page: 'sign-in' });
  expect(routeOf('/oauth2/callback/github')).toEqual({ page: 'oauth2', name: 'github' });
  expect(routeOf('/oauth2/callback/git%2Fhub')).toEqual({ page: 'missing' });
  expect(routeOf('/account')).toEqual({ page: 'account' });
  expect(routeOf('/account/security/')).toEqual({ page: 'security' });
  expect(routeOf('/account/keys')).toEqual({ page: 'keys' });
  expect(routeOf('/reset')).toEqual({ page: 'reset' });
  expect(routeOf('/verify')).toEqual({ page: 'verify' });
  expect(routeOf('/account/data')).toEqual({ page: 'data' });
  expect(routeOf('/people')).toEqual({ page: 'people' });
  expect(routeOf('/audit')).toEqual({ page: 'audit' });
  expect(routeOf('/audit/export.jsonl')).toEqual({ page: 'missing' });
});

test('anything else is not found', () => {
  for (const path of ['/watch', '/watch/', '/watch/a/b', '/watch/a b', '/watch/%ff', '/watch/..', '/nothing', `/watch/${'a'.repeat(65)}`]) {
    expect(routeOf(path), path).toEqual({ page: 'missing' });
  }
});

test('a stream name is found in what people type or paste', () => {
  expect(streamNameFrom(' Friday Night ')).toBe('friday-night');
  expect(streamNameFrom('https://tv.example.org/watch/show_1?engine=hls')).toBe('show_1');
  expect(streamNameFrom('')).toBe(null);
  expect(streamNameFrom('ünïcode')).toBe(null);
});

test('a token goes along, and is not mixed up with anything else', () => {
  expect(tokenOf('?engine=hls&token=a.b-c_d')).toBe('a.b-c_d');
  expect(tokenOf('')).toBe('');
  expect(withToken(statsPath('show'), 'a+b')).toBe('/watch/show/stats?token=a%2Bb');
  expect(withToken('/watch/show', '')).toBe('/watch/show');
});

test('after signing in one comes back to a page of ours, and to none of others', () => {
  expect(signInPath('/')).toBe('/sign-in');
  const there = signInPath('/watch/show?token=a+b');
  expect(nextOf(there.slice(there.indexOf('?')))).toBe('/watch/show?token=a+b');
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '/nothing', '/sign-in', '/oauth2/callback/oidc?code=1', '/setup', '/verify', '/reset', '']) {
    expect(nextOf(`?${new URLSearchParams({ next })}`), next).toBe(null);
  }
  expect(nextOf('')).toBe(null);
});

test('a link of one use keeps its token behind the hash', () => {
  expect(tokenInHash('#a-b_c')).toBe('a-b_c');
  expect(tokenInHash('#%41')).toBe('A');
  expect(tokenInHash('')).toBe('');
  expect(tokenInHash('#%')).toBe('');
});
