import { describe, expect, test } from 'vitest';
import { cueAt, parseTrack, placeOf, sheetKey } from './thumbnails';

const kTrack = `WEBVTT

NOTE newest 61.480

00:00:00.000 --> 00:00:05.000
show/5f-0-25.jpg?token=a.b#xywh=0,0,160,90

00:00:05.000 --> 00:00:10.500
show/5f-0-25.jpg?token=a.b#xywh=160,0,160,90

01:00:10.500 --> 101:00:15.500
show/5f-1-2.jpg?token=a.b#xywh=0,90,160,90
`;

describe('a thumbnail track', () => {
  const track = parseTrack(kTrack, 'https://server.example/preview/show.vtt?token=a.b');

  test('is read with its times, its places and where the stream is', () => {
    expect(track?.newest).toBe(61.48);
    expect(track?.cues).toHaveLength(3);
    expect(track?.cues[1]).toEqual({
      begins: 5, ends: 10.5, sheet: 'https://server.example/preview/show/5f-0-25.jpg?token=a.b', x: 160, y: 0, width: 160, height: 90,
    });
    expect(track?.cues[2]?.begins).toBe(3610.5);
    expect(track?.cues[2]?.ends).toBe(101 * 3600 + 15.5);
  });

  test('is nothing where the server says something else', () => {
    expect(parseTrack('<!doctype html>', 'https://server.example/')).toBeNull();
    expect(parseTrack('', 'https://server.example/')).toBeNull();
    expect(parseTrack('WEBVTT\n\n00:00:00.000 --> 00:00:05.000\nhello\n', 'https://server.example/')).toEqual({ cues: [], newest: null });
  });

  test('gives the picture that was there at a time, and the nearest outside of it', () => {
    const cues = track?.cues ?? [];
    expect(cueAt(cues, 4.9)?.x).toBe(0);
    expect(cueAt(cues, 5)?.x).toBe(160);
    expect(cueAt(cues, 700)?.x).toBe(160);
    expect(cueAt(cues, -3)?.begins).toBe(0);
    expect(cueAt(cues, 1e6)?.begins).toBe(3610.5);
    expect(cueAt([], 0)).toBeNull();
  });

  test('names a sheet the same while it fills', () => {
    expect(sheetKey('https://s/preview/show/5f-1-2.jpg?token=a')).toEqual({ key: 'https://s/preview/show/5f-1', tiles: 2 });
    expect(sheetKey('https://s/preview/show/5f-1-3.jpg').key).toBe('https://s/preview/show/5f-1');
    expect(sheetKey('https://s/preview/recordings/abc/0.jpg').tiles).toBe(Infinity);
    expect(placeOf({ begins: 0, ends: 1, sheet: '', x: 320, y: 90, width: 160, height: 90 })).toBe(7);
  });
});
