import { expect, test } from 'vitest';
import { keyAction } from './keys';

const press = (key: string, more: object = {}) =>
  keyAction({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, target: null, ...more });

test('keys do what the list of keys says', () => {
  expect([' ', 'k', 'M', 'f', 'p', 'i', '?', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'l'].map((key) => press(key))).toEqual([
    'play', 'play', 'mute', 'fullscreen', 'pip', 'stats', 'help', 'louder', 'softer', 'back', 'forward', 'live',
  ]);
});

test('shortcuts of the browser are left alone', () => {
  expect(press('f', { ctrlKey: true })).toBe(null);
  expect(press('p', { metaKey: true })).toBe(null);
  expect(press('Tab')).toBe(null);
});

test('typing in a field is typing', () => expect(press('m', { target: { tagName: 'INPUT' } as unknown as EventTarget })).toBe(null));

test('a slider keeps its arrows and gives up the letters', () => {
  const target = { tagName: 'INPUT', type: 'range' } as unknown as EventTarget;
  expect(press('ArrowLeft', { target })).toBe(null);
  expect(press(' ', { target })).toBe(null);
  expect(press('m', { target })).toBe('mute');
});

test('space on a button presses the button', () => {
  const target = { tagName: 'BUTTON' } as unknown as EventTarget;
  expect(press(' ', { target })).toBe(null);
  expect(press('k', { target })).toBe('play');
});

test('a held key toggles once, and goes on with the volume', () => {
  expect(press('f', { repeat: true })).toBe(null);
  expect(press('ArrowUp', { repeat: true })).toBe('louder');
});
