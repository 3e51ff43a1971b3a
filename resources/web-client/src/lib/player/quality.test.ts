import { expect, test } from 'vitest';
import { isChoice, levelFor, renditionsOf } from './quality';

const list = `#EXTM3U
#EXT-X-VERSION:9
#EXT-X-STREAM-INF:BANDWIDTH=6000000,AVERAGE-BANDWIDTH=5000000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1920x1080,FRAME-RATE=30.000
show/main.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=128000,CODECS="mp4a.40.2"
show/audio.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2500000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720
# a comment between
show@720p/main.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2000000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720
show/ts.m3u8
`;

test('renditions stand tallest first, the best of each height, sound alone last', () => {
  expect(renditionsOf(list)).toEqual([
    { choice: '1080', height: 1080, bitsPerSecond: 6000000, uri: 'show/main.m3u8' },
    { choice: '720', height: 720, bitsPerSecond: 2500000, uri: 'show@720p/main.m3u8' },
    { choice: 'audio', height: 0, bitsPerSecond: 128000, uri: 'show/audio.m3u8' },
  ]);
});

test('what cannot be told apart is not offered', () => {
  expect(renditionsOf('')).toEqual([]);
  expect(renditionsOf('#EXTM3U\n#EXTINF:2,\nsegment.ts')).toEqual([]);
  expect(renditionsOf('#EXT-X-STREAM-INF:BANDWIDTH=1\nmain.m3u8')).toEqual([]);
  expect(renditionsOf('#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=1x720')).toEqual([]);
});

test('the nearest level from below is taken, else the lowest', () => {
  expect(levelFor('720', [1080, 720, 480])).toBe(1);
  expect(levelFor('900', [1080, 720, 480])).toBe(1);
  expect(levelFor('360', [1080, 720, 480])).toBe(2);
  expect(levelFor('auto', [1080])).toBe(-1);
  expect(levelFor('720', [])).toBe(-1);
});

test('only choices are choices', () => {
  for (const text of ['auto', 'audio', '720']) expect(isChoice(text)).toBe(true);
  for (const text of [null, '', '0', '-1', 'best', '123456']) expect(isChoice(text)).toBe(false);
});
