// The player's decisions as a pure function: state and event in, new state and effects out. No clock, network or element.
import type { Effect, EngineName, Event, Reason, State, TimerName } from './machine_types';
import { kEngineTries, kFailedDelay, kJitter, kMissingDelay, kStallLimit, kStartLimit, pollDelay, reconnectDelay } from './delays';

export type Step = [State, Effect[]];

export function initialState(): State {
  return {
    phase: 'looking',
    engines: [],
    engine: null,
    attempt: 0,
    engineFailures: 0,
    hasPlayed: false,
    paused: false,
    soundBlocked: false,
    playBlocked: false,
    hidden: false,
    online: true,
    polls: 0,
    reason: null,
  };
}

const start = (timer: TimerName, ms: number, jitter = 0): Effect => ({ type: 'start_timer', timer, ms, jitter });
const stop = (timer: TimerName): Effect => ({ type: 'stop_timer', timer });

export function hasEngineAttached(state: State): boolean {
  return state.phase === 'starting' || state.phase === 'playing' || state.phase === 'stalled';
}

export function step(state: State, event: Event): Step {
  switch (event.type) {
    case 'open':
      return opened(state, event.engines, event.hidden, event.online);
    case 'playback':
      return answered(state, event.live, event.engines, event.playable);
    case 'playback_missing':
      if (hasEngineAttached(state)) return [state, []];
      return [{ ...state, phase: 'missing', attempt: 0, polls: state.polls + 1 }, [start('ask', kMissingDelay, kJitter)]];
    case 'playback_unreachable':
      return unreachable(state, event.retryAfterMs);
    case 'timer':
      return timerFired(state, event.timer);
    case 'picture':
      if (!hasEngineAttached(state)) return [state, []];
      return [
        { ...state, phase: 'playing', attempt: 0, engineFailures: 0, hasPlayed: true, polls: 0, playBlocked: false },
        [stop('watchdog')],
      ];
    case 'dry':
      if (state.phase !== 'playing' || state.paused) return [state, []];
      return [{ ...state, phase: 'stalled' }, [start('watchdog', kStallLimit)]];
    case 'ended':
      if (!hasEngineAttached(state)) return [state, []];
      // Without a first picture it is a failure, or this would go round for ever.
      if (state.phase === 'starting') return engineFailed(state, 'network');
      // Ended, or the server is being restarted: only the server can tell, so it is asked.
      return reconnect(state);
    case 'engine_error':
      return engineFailed(state, event.cause);
    case 'sound_blocked':
      return [{ ...state, soundBlocked: true }, [{ type: 'mute' }, { type: 'play_video', atLive: false }]];
    case 'play_blocked':
      // The watchdog must not take the browser's refusal for a broken stream.
      return [{ ...state, playBlocked: true, soundBlocked: false }, [stop('watchdog')]];
    case 'sound_wanted':
      return [{ ...state, soundBlocked: false }, [{ type: 'unmute' }]];
    case 'pause':
      if (state.paused) return [state, []];
      return [{ ...state, paused: true }, [stop('watchdog'), { type: 'pause_video' }]];
    case 'play':
      return [
        { ...state, paused: false, playBlocked: false },
        hasEngineAttached(state) ? [{ type: 'play_video', atLive: true }, ...startLimitIfStarting(state)] : [],
      ];
    case 'visibility':
      return visibilityChanged(state, event.hidden);
    case 'network':
      return networkChanged(state, event.online);
    case 'retry':
      return [
        { ...state, phase: 'looking', attempt: 0, engineFailures: 0, polls: 0, reason: null },
        [stop('watchdog'), stop('ask'), { type: 'detach' }, { type: 'forget_failures' }, { type: 'ask' }],
      ];
  }
}

function startLimitIfStarting(state: State): Effect[] {
  return state.phase === 'starting' ? [start('watchdog', kStartLimit)] : [];
}

function opened(state: State, engines: EngineName[], hidden: boolean, online: boolean): Step {
  const next = { ...state, engines, hidden, online };
  if (engines.length === 0) return fail(next, 'unsupported_browser');
  return [{ ...next, phase: 'looking' }, [{ type: 'ask' }]];
}

function answered(state: State, live: boolean, engines: EngineName[], playable: boolean): Step {
  if (hasEngineAttached(state)) return [state, []]; // an answer that was overtaken
  if (!live) {
    const polls = state.polls + 1;
    const next: State = { ...state, phase: 'waiting', attempt: 0, engineFailures: 0, polls, reason: null };
    return [next, [stop('watchdog'), start('ask', pollDelay(state.hidden, polls), kJitter)]];
  }
  if (!playable) return fail(state, 'unsupported_codec');
  const engine = engines[0];
  if (engine === undefined) return fail(state, state.engines.length === 0 ? 'unsupported_browser' : 'playback_error');
  const effects: Effect[] = [stop('ask'), { type: 'attach', engine }];
  if (!state.paused) effects.push(start('watchdog', kStartLimit));
  return [{ ...state, phase: 'starting', engines, engine, reason: null, engineFailures: engine === state.engine ? state.engineFailures : 0 }, effects];
}

function unreachable(state: State, retryAfterMs: number): Step {
  if (hasEngineAttached(state)) return [state, []];
  const delay = Math.max(reconnectDelay(state.attempt, state.hidden), retryAfterMs);
  return [{ ...state, phase: 'reconnecting', attempt: state.attempt + 1 }, [start('ask', delay, kJitter)]];
}

function reconnect(state: State): Step {
  const delay = reconnectDelay(state.attempt, state.hidden);
  return [
    { ...state, phase: 'reconnecting', attempt: state.attempt + 1 },
    [stop('watchdog'), { type: 'detach' }, start('ask', delay, kJitter)],
  ];
}

function engineFailed(state: State, cause: 'network' | 'media' | 'unsupported'): Step {
  if (!hasEngineAttached(state) || state.engine === null) return [state, []];
  const failures = state.engineFailures + 1;
  // A broken connection says nothing against the engine until it has happened several times without any picture between.
  const giveUp = cause === 'unsupported' || failures >= kEngineTries;
  if (!giveUp) return reconnect({ ...state, engineFailures: failures });
  const engines = state.engines.filter((name) => name !== state.engine);
  const effects: Effect[] = [stop('watchdog'), { type: 'detach' }, { type: 'remember_failure', engine: state.engine }];
  const next = { ...state, engines, engineFailures: 0 };
  if (engines.length === 0) {
    const [failed, failEffects] = fail(next, 'playback_error');
    return [failed, [...effects, ...failEffects]];
  }
  return [{ ...next, phase: 'reconnecting', engine: engines[0] ?? null }, [...effects, { type: 'ask' }]];
}

function fail(state: State, reason: Exclude<Reason, null>): Step {
  // A browser does not change while the page is open; a codec or a broken stream may.
  const again: Effect[] = reason === 'unsupported_browser' ? [] : [start('ask', kFailedDelay, kJitter)];
  return [{ ...state, phase: 'failed', reason, engine: null }, again];
}

function timerFired(state: State, timer: TimerName): Step {
  if (timer === 'watchdog') {
    if (state.phase === 'starting') return engineFailed(state, 'network');
    if (state.phase === 'stalled') return reconnect(state);
    return [state, []];
  }
  if (hasEngineAttached(state)) return [state, []];
  if (state.phase === 'failed') return [{ ...state, attempt: 0, engineFailures: 0 }, [{ type: 'forget_failures' }, { type: 'ask' }]];
  if (!state.online) return [state, [start('ask', reconnectDelay(state.attempt, true), kJitter)]];
  return [state, [{ type: 'ask' }]];
}

function visibilityChanged(state: State, hidden: boolean): Step {
  const next = { ...state, hidden, polls: hidden ? state.polls : 0 };
  if (hidden || state.phase === 'failed' || state.phase === 'looking') return [next, []];
  // Somebody is looking again: do not make them wait for a timer that was set for an empty room.
  if (!hasEngineAttached(state)) return [next, [stop('ask'), { type: 'ask' }]];
  return [next, state.paused ? [] : [{ type: 'play_video', atLive: true }]];
}

function networkChanged(state: State, online: boolean): Step {
  const next = { ...state, online };
  if (!online || hasEngineAttached(state) || state.phase === 'failed') return [next, []];
  return [{ ...next, attempt: 0 }, [stop('ask'), { type: 'ask' }]];
}
