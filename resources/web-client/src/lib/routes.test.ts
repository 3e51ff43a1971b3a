import { expect, test } from 'vitest';
import { routeOf, streamNameFrom } from './routes';

test('addresses lead to their pages', () => {
  expect(routeOf('/')).toEqual({ page: 'home' });
  expect(routeOf('/watch/friday-night')).toEqual({ page: 'watch', name: 'friday-night' });
  expect(routeOf('/watch/Friday-Night/')).toEqual({ page: 'watch', name: 'friday-night' });
  expect(routeOf('/setup')).toEqual({ page: 'setup' });
  expect(routeOf('/studio/')).toEqual({ page: 'studio' });
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
