import { expect, test } from 'vitest';
import { ago, bitRate, byteSize, codecName, duration, encoderName } from './format';

test('bit rates', () => {
  expect(bitRate(640)).toBe('640 kbit/s');
  expect(bitRate(6040)).toBe('6.0 Mbit/s');
});

test('durations', () => {
  expect(duration(-1)).toBe('0:00');
  expect(duration(65.9)).toBe('1:05');
  expect(duration(3661)).toBe('1:01:01');
});

test('codecs by the names that people know', () => {
  expect(codecName('avc1.64001f')).toBe('H.264');
  expect(codecName('hvc1.1.6.L93.B0')).toBe('H.265');
  expect(codecName('mp4a.40.2')).toBe('AAC');
  expect(codecName('xyz1')).toBe('xyz1');
});

test('encoders without their disguise', () => {
  expect(encoderName('FMLE/3.0 (compatible; obs-studio/31.0)')).toBe('obs-studio/31.0');
  expect(encoderName('Lavf59.27.100')).toBe('Lavf59.27.100');
});

test('sizes', () => {
  expect(byteSize(-1)).toBe('0 B');
  expect(byteSize(999)).toBe('999 B');
  expect(byteSize(4_200_000)).toBe('4.2 MB');
  expect(byteSize(123_400_000_000)).toBe('123 GB');
});

test('how long ago, in the words of the language', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  expect(ago(now - 59_000, now, 'en')).toBe('now');
  expect(ago(now + 5000, now, 'en')).toBe('now');
  expect(ago(now - 61_000, now, 'en')).toBe('1 minute ago');
  expect(ago(now - 7_200_000, now, 'zh-CN')).toBe('2小时前');
  expect(ago(now - 26 * 3_600_000, now, 'en')).toBe('yesterday');
});
