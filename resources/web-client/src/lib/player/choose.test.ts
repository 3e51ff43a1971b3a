import { expect, test } from 'vitest';
import { chooseEngines, unplayable, type Wish } from './choose';

const desktop = { mse: true, nativeHls: false };
const safari = { mse: true, nativeHls: true };
const iphone = { mse: false, nativeHls: true };
const engines = (wish: Partial<Wish>) =>
  chooseEngines({ can: desktop, tracks: [], failed: [], forced: null, needsHeader: false, rendition: false, ...wish });

test('low delay comes first where the browser can', () => {
  expect(engines({})).toEqual(['websocket', 'mpegts', 'hls']);
  expect(engines({ can: safari })).toEqual(['websocket', 'mpegts', 'hls', 'native']);
});

test('an iPhone plays HLS by itself', () => expect(engines({ can: iphone })).toEqual(['native']));

test('what failed in this session is left out', () => expect(engines({ failed: ['websocket', 'mpegts'] })).toEqual(['hls']));

test('when all have failed, all may try again', () =>
  expect(engines({ failed: ['websocket', 'mpegts', 'hls'] })).toEqual(['websocket', 'mpegts', 'hls']));

test('the address may ask for one, if the browser has it', () => {
  expect(engines({ failed: ['hls'], forced: 'hls' })).toEqual(['hls']);
  expect(engines({ forced: 'native' })).toEqual(['websocket', 'mpegts', 'hls']);
  expect(engines({ forced: 'nonsense' })).toEqual(['websocket', 'mpegts', 'hls']);
});

test('a key travels in a header, which a WebSocket cannot have', () => expect(engines({ needsHeader: true })).toEqual(['mpegts', 'hls']));

test('a rendition is found in HLS only', () => {
  expect(engines({ rendition: true })).toEqual(['hls', 'websocket', 'mpegts']);
  expect(engines({ rendition: true, can: iphone })).toEqual(['native']);
});

test('what FLV cannot carry goes by HLS', () => {
  const track = (codec: string) => [{ kind: 'video', codec }];
  expect(engines({ tracks: track('vp09.00.31.08') })).toEqual(['hls']);
  for (const codec of ['avc1.64001f', 'hvc1.1.6.L93.B0', 'av01.0.04M.08']) expect(engines({ tracks: track(codec) })[0], codec).toBe('websocket');
});

test('a browser that can do nothing gets nothing', () => expect(engines({ can: { mse: false, nativeHls: false } })).toEqual([]));

test('tracks are asked for by their container type, what cannot be decoded is named, and unknown codecs are given a try', () => {
  const asked: string[] = [];
  const onlyH264 = (mime: string): boolean => {
    asked.push(mime);
    return mime.includes('avc1') || mime.includes('mp4a');
  };
  const h264 = { kind: 'video', codec: 'avc1.64001f' };
  const h265 = { kind: 'video', codec: 'hvc1.1.6.L93.B0' };
  const aac = { kind: 'audio', codec: 'mp4a.40.2' };
  expect(unplayable([h264, aac], onlyH264)).toEqual([]);
  expect(asked[0]).toBe('video/mp4; codecs="avc1.64001f"');
  expect(unplayable([h265, aac], onlyH264)).toEqual([h265]);
  expect(unplayable([{ kind: 'video', codec: '' }], onlyH264)).toEqual([]);
});
