import { describe, expect, test } from 'vitest';
import { kBreakDelay, kEngineTries, kFailedDelay, kMissingDelay, kReturnLimit, kStallLimit, kStartLimit } from './delays';
import { initialState, step } from './machine';
import type { Effect, Event, State, TimerName } from './machine_types';

/** A machine with timers on a simulated clock; what it asks of the world is written down with its time. */
class Stage {
  state: State = initialState();
  now = 0;
  done: (Effect & { at: number })[] = [];
  #timers = new Map<TimerName, number>();

  send(event: Event): this {
    const [state, effects] = step(this.state, event);
    this.state = state;
    for (const effect of effects) {
      if (effect.type === 'start_timer') this.#timers.set(effect.timer, this.now + effect.ms);
      if (effect.type === 'stop_timer') this.#timers.delete(effect.timer);
      this.done.push({ ...effect, at: this.now });
    }
    return this;
  }

  advance(ms: number): this {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, at]) => at <= end).sort((a, b) => a[1] - b[1])[0];
      if (due === undefined) break;
      this.#timers.delete(due[0]);
      this.now = due[1];
      this.send({ type: 'timer', timer: due[0] });
    }
    this.now = end;
    return this;
  }

  times(type: Effect['type']): number[] {
    return this.done.filter((effect) => effect.type === type).map((effect) => effect.at);
  }

  attached(): string[] {
    return this.done.flatMap((effect) => (effect.type === 'attach' ? [effect.engine] : []));
  }

  open(): this {
    return this.send({ type: 'open', engines: ['mpegts', 'hls'], hidden: false, online: true });
  }

  answer(live: boolean, engines: State['engines'] = ['mpegts', 'hls']): this {
    return this.send({ type: 'playback', onAir: live ? 'live' : 'idle', engines, playable: true });
  }

  broken(): this {
    return this.send({ type: 'playback', onAir: 'interrupted', engines: ['mpegts', 'hls'], playable: true });
  }

  playing(): this {
    return this.open().answer(true).send({ type: 'picture' });
  }
}

const unreachable: Event = { type: 'playback_unreachable', retryAfterMs: 0 };

describe('a stream that has not started', () => {
  test('is asked for every two seconds and starts by itself', () => {
    const stage = new Stage().open().answer(false);
    expect(stage.state.phase).toBe('waiting');
    for (let i = 0; i < 3; i++) stage.advance(2000).answer(false);
    expect(stage.times('ask')).toEqual([0, 2000, 4000, 6000]);
    stage.advance(2000).answer(true);
    expect(stage.state.phase).toBe('starting');
    stage.send({ type: 'picture' });
    expect(stage.state).toMatchObject({ phase: 'playing', hasPlayed: true, engine: 'mpegts' });
  });

  test('is asked for less and less often by a hidden page, and at once when it is looked at again', () => {
    const stage = new Stage().open().send({ type: 'visibility', hidden: true });
    for (let i = 0; i < 5; i++) stage.answer(false).advance(60_000);
    const asked = stage.times('ask').length;
    expect(asked).toBeLessThan(12);
    stage.answer(false).send({ type: 'visibility', hidden: false });
    expect(stage.times('ask').at(-1)).toBe(stage.now);
  });

  test('whose name is unknown is asked for slowly', () => {
    const stage = new Stage().open().send({ type: 'playback_missing' });
    expect(stage.state.phase).toBe('missing');
    stage.advance(kMissingDelay - 1);
    expect(stage.times('ask')).toEqual([0]);
    stage.advance(1);
    expect(stage.times('ask')).toEqual([0, kMissingDelay]);
  });
});

describe('a server that goes away', () => {
  test('is asked with back-off from half a second to five, and the picture comes back without a reload', () => {
    const stage = new Stage().playing().send({ type: 'ended' });
    expect(stage.state.phase).toBe('reconnecting');
    const asked: number[] = [];
    for (let i = 0; i < 6; i++) {
      const before = stage.now;
      while (stage.times('ask').length === asked.length + 1) stage.advance(100);
      asked.push(stage.now - before);
      stage.send(unreachable);
    }
    expect(asked).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
    stage.advance(5000).answer(true).send({ type: 'picture' });
    expect(stage.state).toMatchObject({ phase: 'playing', attempt: 0 });
    expect(stage.attached()).toEqual(['mpegts', 'mpegts']);
  });

  test('and says when to come back is not asked before', () => {
    const stage = new Stage().open().send({ type: 'playback_unreachable', retryAfterMs: 9000 });
    stage.advance(8999);
    expect(stage.times('ask')).toEqual([0]);
    stage.advance(1);
    expect(stage.times('ask')).toEqual([0, 9000]);
  });

  test('and comes back without the publisher leads to waiting, and the wait knows that it played before', () => {
    const stage = new Stage().playing().send({ type: 'ended' }).advance(500).answer(false);
    expect(stage.state).toMatchObject({ phase: 'waiting', hasPlayed: true, attempt: 0 });
  });

  test('is not asked while the network is off, and at once when it is back', () => {
    const stage = new Stage().playing().send({ type: 'network', online: false }).send({ type: 'engine_error', cause: 'network' });
    stage.advance(30_000);
    expect(stage.times('ask')).toEqual([0]);
    stage.send({ type: 'network', online: true });
    expect(stage.times('ask')).toEqual([0, 30_000]);
  });
});

describe('a picture that stands still', () => {
  test('is given time to move again', () => {
    const stage = new Stage().playing().send({ type: 'dry' });
    expect(stage.state.phase).toBe('stalled');
    stage.advance(kStallLimit - 1).send({ type: 'picture' });
    stage.advance(kStallLimit * 2);
    expect(stage.state.phase).toBe('playing');
    expect(stage.times('detach')).toEqual([]);
  });

  test('for too long means a new connection', () => {
    const stage = new Stage().playing().send({ type: 'dry' }).advance(kStallLimit);
    expect(stage.state.phase).toBe('reconnecting');
    expect(stage.times('detach')).toEqual([kStallLimit]);
  });
});

describe('a break of the publisher', () => {
  test('keeps the connection, says so, and goes on over it', () => {
    const stage = new Stage().playing().send({ type: 'dry' }).broken();
    expect(stage.state).toMatchObject({ phase: 'stalled', interrupted: true });
    for (let i = 0; i < 14; i++) stage.advance(kBreakDelay).broken();
    expect(stage.times('detach')).toEqual([]);
    stage.send({ type: 'picture' }).advance(60_000);
    expect(stage.state).toMatchObject({ phase: 'playing', interrupted: false });
    expect(stage.attached()).toEqual(['mpegts']);
  });

  test('whose return does not show over the kept connection gets a new one', () => {
    const stage = new Stage().playing().send({ type: 'dry' }).broken().advance(kBreakDelay).answer(true);
    expect(stage.state.interrupted).toBe(false);
    stage.advance(kReturnLimit);
    expect(stage.state.phase).toBe('reconnecting');
  });

  test('that the server has not noticed yet is asked for again', () => {
    const stage = new Stage().playing().send({ type: 'dry' }).answer(true).advance(kBreakDelay);
    expect(stage.times('ask')).toEqual([0, 0, kBreakDelay]);
    stage.broken().advance(kStallLimit * 2);
    expect(stage.times('detach')).toEqual([]);
  });

  test('after which nobody came back is the end', () => {
    const stage = new Stage().playing().send({ type: 'dry' }).broken().send({ type: 'ended' }).advance(500).answer(false);
    expect(stage.state).toMatchObject({ phase: 'waiting', interrupted: false, hasPlayed: true });
  });

  test('that is met on arrival waits and asks often', () => {
    const stage = new Stage().open().broken();
    expect(stage.state).toMatchObject({ phase: 'waiting', interrupted: true });
    stage.advance(kBreakDelay).answer(true);
    expect(stage.state).toMatchObject({ phase: 'starting', interrupted: false });
  });
});

describe('a viewer who goes back', () => {
  test('changes the way to play without a word about a lost connection', () => {
    const stage = new Stage().playing().send({ type: 'switch', engine: 'hls' });
    expect(stage.state).toMatchObject({ phase: 'starting', engine: 'hls', attempt: 0 });
    expect(stage.attached()).toEqual(['mpegts', 'hls']);
    stage.send({ type: 'picture' }).advance(kStartLimit * 2);
    expect(stage.state.phase).toBe('playing');
  });
});

describe('a stream that is closed to this viewer', () => {
  test('says why, and asks again now and then', () => {
    const stage = new Stage().open().send({ type: 'playback_refused', reason: 'expired' });
    expect(stage.state).toMatchObject({ phase: 'failed', reason: 'expired' });
    stage.advance(kFailedDelay).answer(true);
    expect(stage.state.phase).toBe('starting');
  });

  test('does not lose a picture that still comes', () => {
    expect(new Stage().playing().send({ type: 'playback_refused', reason: 'expired' }).state.phase).toBe('playing');
  });
});

describe('a way to play that fails', () => {
  test('because the browser cannot, gives way to the next at once and is remembered', () => {
    const stage = new Stage().open().answer(true).send({ type: 'engine_error', cause: 'unsupported' }).answer(true, ['hls']);
    expect(stage.attached()).toEqual(['mpegts', 'hls']);
    expect(stage.done).toContainEqual({ type: 'remember_failure', engine: 'mpegts', at: 0 });
  });

  test('several times in a row without a picture gives way to the next', () => {
    const stage = new Stage().open();
    for (let i = 0; i < kEngineTries; i++) stage.answer(true).send({ type: 'engine_error', cause: 'network' }).advance(5000);
    stage.answer(true, ['hls']);
    expect(stage.attached()).toEqual([...Array<string>(kEngineTries).fill('mpegts'), 'hls']);
  });

  test('as a WebSocket that brings nothing gives way at once: a proxy may not let it through', () => {
    const stage = new Stage().open().answer(true, ['websocket', 'mpegts']).send({ type: 'engine_error', cause: 'network' });
    stage.answer(true, ['mpegts']);
    expect(stage.attached()).toEqual(['websocket', 'mpegts']);
  });

  test('now and then, with pictures between, is kept', () => {
    const stage = new Stage().open();
    for (let i = 0; i < 10; i++) {
      stage.answer(true).send({ type: 'picture' }).send({ type: 'engine_error', cause: 'network' }).advance(600);
    }
    expect(stage.times('remember_failure')).toEqual([]);
  });

  test('by never showing a picture is found out', () => {
    const stage = new Stage().open();
    for (let i = 0; i < kEngineTries; i++) stage.answer(true).advance(kStartLimit + 5000);
    expect(stage.done.filter((effect) => effect.type === 'remember_failure')).toHaveLength(1);
  });

  test('by ending before its first picture does not go round for ever', () => {
    const stage = new Stage().open();
    for (let i = 0; i < kEngineTries; i++) stage.answer(true).send({ type: 'ended' }).advance(5000);
    expect(stage.done.filter((effect) => effect.type === 'remember_failure')).toHaveLength(1);
  });

  test('as the last one is said in words, and all are tried afresh later', () => {
    const stage = new Stage().open().answer(true, ['hls']).send({ type: 'engine_error', cause: 'unsupported' });
    expect(stage.state).toMatchObject({ phase: 'failed', reason: 'playback_error' });
    stage.advance(kFailedDelay).answer(true);
    expect(stage.times('forget_failures')).toEqual([kFailedDelay]);
    expect(stage.state.phase).toBe('starting');
  });

  test('is not tried where the codec cannot be decoded', () => {
    const stage = new Stage().open().send({ type: 'playback', onAir: 'live', engines: ['mpegts'], playable: false });
    expect(stage.state).toMatchObject({ phase: 'failed', reason: 'unsupported_codec' });
    expect(stage.attached()).toEqual([]);
  });

  test('cannot exist in a browser without any', () => {
    const stage = new Stage().send({ type: 'open', engines: [], hidden: false, online: true });
    expect(stage.state).toMatchObject({ phase: 'failed', reason: 'unsupported_browser' });
    expect(stage.times('ask')).toEqual([]);
  });
});

describe('a browser that forbids', () => {
  test('sound gets silence until the viewer asks', () => {
    const stage = new Stage().open().answer(true).send({ type: 'sound_blocked' });
    expect(stage.state.soundBlocked).toBe(true);
    expect(stage.done.slice(-2).map((effect) => effect.type)).toEqual(['mute', 'play_video']);
    stage.send({ type: 'sound_wanted' });
    expect(stage.state.soundBlocked).toBe(false);
    expect(stage.done.at(-1)?.type).toBe('unmute');
  });

  test('playing at all is not taken for a broken stream', () => {
    const stage = new Stage().open().answer(true).send({ type: 'play_blocked' }).advance(60_000);
    expect(stage.state).toMatchObject({ phase: 'starting', playBlocked: true });
    stage.send({ type: 'play' });
    expect(stage.done).toContainEqual({ type: 'resume', at: 60_000 });
  });
});

describe('a pause', () => {
  test('ends as the host decides: at live, or where it began', () => {
    const stage = new Stage().playing().send({ type: 'pause' }).advance(60_000).send({ type: 'play' });
    expect(stage.done.at(-1)).toMatchObject({ type: 'resume' });
  });

  test('is not ended by looking at the page again', () => {
    const stage = new Stage().playing().send({ type: 'pause' });
    const before = stage.done.length;
    stage.send({ type: 'visibility', hidden: true }).send({ type: 'visibility', hidden: false });
    expect(stage.done).toHaveLength(before);
  });

  test('lasts through a reconnection', () => {
    const stage = new Stage().playing().send({ type: 'pause' }).send({ type: 'ended' }).advance(500).answer(true).advance(60_000);
    expect(stage.state).toMatchObject({ paused: true, phase: 'starting' });
  });
});

test('an answer that comes late does not disturb a running picture', () => {
  const stage = new Stage().playing();
  for (const late of [unreachable, { type: 'playback_missing' } as const]) stage.send(late);
  stage.answer(false).answer(true);
  expect(stage.state.phase).toBe('playing');
  expect(stage.attached()).toEqual(['mpegts']);
});
