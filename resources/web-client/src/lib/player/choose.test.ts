import { expect, test } from 'vitest';
import { canPlayTracks, chooseEngines } from './choose';

const desktop = { mse: true, nativeHls: false };
const safari = { mse: true, nativeHls: true };
const iphone = { mse: false, nativeHls: true };

test('low delay comes first where the browser can', () => {
  expect(chooseEngines(desktop, [], null)).toEqual(['mpegts', 'hls']);
  expect(chooseEngines(safari, [], null)).toEqual(['mpegts', 'hls', 'native']);
});

test('an iPhone plays HLS by itself', () => expect(chooseEngines(iphone, [], null)).toEqual(['native']));

test('what failed in this session is left out', () => expect(chooseEngines(desktop, ['mpegts'], null)).toEqual(['hls']));

test('when all have failed, all may try again', () => expect(chooseEngines(desktop, ['mpegts', 'hls'], null)).toEqual(['mpegts', 'hls']));

test('the address may ask for one, if the browser has it', () => {
  expect(chooseEngines(desktop, ['hls'], 'hls')).toEqual(['hls']);
  expect(chooseEngines(desktop, [], 'native')).toEqual(['mpegts', 'hls']);
  expect(chooseEngines(desktop, [], 'nonsense')).toEqual(['mpegts', 'hls']);
});

test('a browser that can do nothing gets nothing', () => expect(chooseEngines({ mse: false, nativeHls: false }, [], null)).toEqual([]));

test('tracks are asked for by their container type, and unknown codecs are given a try', () => {
  const asked: string[] = [];
  const onlyH264 = (mime: string): boolean => {
    asked.push(mime);
    return mime.includes('avc1') || mime.includes('mp4a');
  };
  const video = { kind: 'video', codec: 'avc1.64001f' };
  expect(canPlayTracks([video, { kind: 'audio', codec: 'mp4a.40.2' }], onlyH264)).toBe(true);
  expect(asked[0]).toBe('video/mp4; codecs="avc1.64001f"');
  expect(canPlayTracks([{ kind: 'video', codec: 'hvc1.1.6.L93.B0' }], onlyH264)).toBe(false);
  expect(canPlayTracks([{ kind: 'video', codec: '' }], onlyH264)).toBe(true);
});
