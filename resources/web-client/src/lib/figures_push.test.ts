import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { PlaybackStatistics } from '../api/types';
import { FiguresPush, type Socket } from './figures_push';

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: string[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.closed = true;
  }
  event(status: string, topic = 'playback:show'): void {
    this.onmessage?.({ data: JSON.stringify({ event: { topic, playback: { name: 'show', status } } }) });
  }
}

describe('figures that are pushed', () => {
  let now = 0;
  let sockets: FakeSocket[] = [];
  let told: string[] = [];
  let push: FiguresPush;

  const socket = (): FakeSocket => sockets.at(-1)!;

  beforeEach(() => {
    now = 10_000;
    sockets = [];
    told = [];
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    push = new FiguresPush(
      'show',
      () => {
        sockets.push(new FakeSocket());
        return socket();
      },
      (figures: PlaybackStatistics) => told.push(figures.status),
    );
    push.keep(now);
  });
  afterEach(() => vi.restoreAllMocks());

  test('are those of one topic, and carry as long as they come', () => {
    socket().onopen?.();
    expect(socket().sent).toEqual(['{"subscribe":{"topic":"playback:show"}}']);
    expect(push.carries(now)).toBe(false);
    socket().event('live');
    socket().event('live', 'playback:other');
    socket().onmessage?.({ data: '{' });
    expect(told).toEqual(['live']);
    expect(push.carries(now + 3999)).toBe(true);
    expect(push.carries(now + 4000)).toBe(false);
  });

  test('are asked for when a stream is over, which may mean that it is gone', () => {
    socket().event('live');
    socket().event('idle');
    expect([told, push.carries(now)]).toEqual([['live'], false]);
    socket().event('idle');
    expect([told, push.carries(now)]).toEqual([['live', 'idle'], true]);
  });

  test('do not say whether a private stream is on air', () => {
    push.hasSecret = true;
    socket().event('idle');
    socket().event('idle');
    expect([told, push.carries(now)]).toEqual([[], false]);
    socket().event('live');
    expect([told, push.carries(now)]).toEqual([['live'], true]);
  });

  test('are given up more and more slowly where nothing gets through', () => {
    const tries: number[] = [];
    for (let second = 0; second < 200; second++) {
      socket().onclose?.();
      const before = sockets.length;
      push.keep(now + second * 1000);
      if (sockets.length > before) tries.push(second);
    }
    expect(tries).toEqual([2, 6, 14, 30, 62, 122, 182]);
  });

  test('come again at once after a break, and not after they were closed', () => {
    socket().event('live');
    socket().onclose?.();
    expect(push.carries(now)).toBe(false);
    push.keep(now);
    expect(sockets.length).toBe(2);
    push.close();
    expect(socket().closed).toBe(true);
    socket().event('live');
    expect(told).toEqual(['live']);
  });
});
