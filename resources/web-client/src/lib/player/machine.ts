// The player's decisions as a pure function: state and event in, new state and effects out. No clock, network or element.
import type { Effect, EngineName, Event, OnAir, Reason, State, TimerName } from './machine_types';
import {
  kBreakDelay, kEngineTries, kFailedDelay, kJitter, kMissingDelay, kReturnLimit, kStallLimit, kStartLimit, pollDelay, reconnectDelay,
} from './delays';

export type Step = [State, Effect[]];

export function initialState(): State {
  return {
    phase: 'looking',
    engines: [],
    engine: null,
    attempt: 0,
    engineFailures: 0,
    interrupted: false,
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
      return hasEngineAttached(state) ? answeredMeanwhile(state, event.onAir) : answered(state, event.onAir, event.engines, event.playable);
    case 'playback_refused':
      if (hasEngineAttached(state)) return [state, []];
      return fail(state, event.reason);
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
        { ...state, phase: 'playing', attempt: 0, engineFailures: 0, hasPlayed: true, polls: 0, playBlocked: false, interrupted: false },
        [stop('watchdog'), stop('ask')],
      ];
    case 'dry':
      if (state.phase !== 'playing' || state.paused) return [state, []];
      // A slow network, or the publisher: only the server knows.
      return [{ ...state, phase: 'stalled' }, [start('watchdog', kStallLimit), { type: 'ask' }]];
    case 'ended':
      if (!hasEngineAttached(state)) return [state, []];
      // Without a first picture it is a failure, or this would go round for ever.
      if (state.phase === 'starting') return engineFailed(state, 'network');
      // Ended, or the server is being restarted: only the server can tell, so it is asked.
      return reconnect(state);
    case 'engine_error':
      return engineFailed(state, event.cause);
    case 'sound_blocked':
      return [{ ...state, soundBlocked: true }, [{ type: 'mute' }, { type: 'play_video' }]];
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
        hasEngineAttached(state) ? [{ type: 'resume' }, ...startLimitIfStarting(state)] : [],
      ];
    case 'switch':
      return switchTo(state, event.engine);
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

function answered(state: State, onAir: OnAir, engines: EngineName[], playable: boolean): Step {
  if (onAir !== 'live') {
    const polls = state.polls + 1;
    const interrupted = onAir === 'interrupted';
    const next: State = { ...state, phase: 'waiting', attempt: 0, engineFailures: 0, polls, reason: null, interrupted };
    return [next, [stop('watchdog'), start('ask', interrupted ? kBreakDelay : pollDelay(state.hidden, polls), kJitter)]];
  }
  if (!playable) return fail(state, 'unsupported_codec');
  const engine = engines[0];
  if (engine === undefined) return fail(state, state.engines.length === 0 ? 'unsupported_browser' : 'playback_error');
  const effects: Effect[] = [stop('ask'), { type: 'attach', engine }];
  if (!state.paused) effects.push(start('watchdog', kStartLimit));
  return [{ ...state, phase: 'starting', engines, engine, reason: null, interrupted: false, engineFailures: engine === state.engine ? state.engineFailures : 0 }, effects];
}

/** The picture stands, and the server was asked why. Any other answer has been overtaken. */
function answeredMeanwhile(state: State, onAir: OnAir): Step {
  if (state.phase !== 'stalled') return [state, []];
  if (onAir === 'idle') return reconnect(state);
  if (onAir === 'interrupted') return [{ ...state, interrupted: true }, [stop('watchdog'), start('ask', kBreakDelay, kJitter)]];
  // It is back: the frames come over the connection that was kept. Or nobody has noticed the break yet.
  const again = start('ask', kBreakDelay, kJitter);
  return [{ ...state, interrupted: false }, state.interrupted ? [start('watchdog', kReturnLimit), again] : [again]];
}

function switchTo(state: State, engine: EngineName): Step {
  if (!hasEngineAttached(state)) return [state, []];
  const engines = [engine, ...state.engines.filter((name) => name !== engine)];
  return [
    { ...state, phase: 'starting', engines, engine, engineFailures: 0, interrupted: false },
    [stop('ask'), stop('watchdog'), { type: 'detach' }, { type: 'attach', engine }, ...(state.paused ? [] : [start('watchdog', kStartLimit)])],
  ];
}

function unreachable(state: State, retryAfterMs: number): Step {
  // A break of the publisher is still going on as far as we know; when the server goes, the engine says so.
  if (hasEngineAttached(state)) return [state, state.phase === 'stalled' ? [start('ask', kBreakDelay, kJitter)] : []];
  const delay = Math.max(reconnectDelay(state.attempt, state.hidden), retryAfterMs);
  return [{ ...state, phase: 'reconnecting', attempt: state.attempt + 1 }, [start('ask', delay, kJitter)]];
}

function reconnect(state: State): Step {
  const delay = reconnectDelay(state.attempt, state.hidden);
  return [
    { ...state, phase: 'reconnecting', attempt: state.attempt + 1, interrupted: false },
    [stop('watchdog'), { type: 'detach' }, start('ask', delay, kJitter)],
  ];
}

function engineFailed(state: State, cause: 'network' | 'media' | 'unsupported'): Step {
  if (!hasEngineAttached(state) || state.engine === null) return [state, []];
  const failures = state.engineFailures + 1;
  // A broken connection says nothing against the engine until it has happened several times without any picture between.
  // A WebSocket that never brought a picture is most likely one that a proxy does not let through.
  const tries = state.engine === 'websocket' && state.phase === 'starting' ? 1 : kEngineTries;
  const giveUp = cause === 'unsupported' || failures >= tries;
  if (!giveUp) return reconnect({ ...state, engineFailures: failures });
  const engines = state.engines.filter((name) => name !== state.engine);
  const effects: Effect[] = [stop('watchdog'), stop('ask'), { type: 'detach' }, { type: 'remember_failure', engine: state.engine }];
  const next = { ...state, engines, engineFailures: 0, interrupted: false };
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
  if (hasEngineAttached(state)) return [state, state.phase === 'stalled' ? [{ type: 'ask' }] : []];
  if (state.phase === 'failed') return [{ ...state, attempt: 0, engineFailures: 0 }, [{ type: 'forget_failures' }, { type: 'ask' }]];
  if (!state.online) return [state, [start('ask', reconnectDelay(state.attempt, true), kJitter)]];
  return [state, [{ type: 'ask' }]];
}

function visibilityChanged(state: State, hidden: boolean): Step {
  const next = { ...state, hidden, polls: hidden ? state.polls : 0 };
  if (hidden || state.phase === 'failed' || state.phase === 'looking') return [next, []];
  // Somebody is looking again: do not make them wait for a timer that was set for an empty room.
  if (!hasEngineAttached(state)) return [next, [stop('ask'), { type: 'ask' }]];
  return [next, state.paused ? [] : [{ type: 'wake' }]];
}

function networkChanged(state: State, online: boolean): Step {
  const next = { ...state, online };
  if (!online || hasEngineAttached(state) || state.phase === 'failed') return [next, []];
  return [{ ...next, attempt: 0 }, [stop('ask'), { type: 'ask' }]];
}
