// The words of the player's state machine. Everything here is data; the machine is in machine.ts, its host in session.svelte.ts.

/** A way to play: FLV over a WebSocket or in one long answer, HLS through Media Source Extensions, or HLS by the browser itself. */
export type EngineName = 'websocket' | 'mpegts' | 'hls' | 'native';

/** What the server says of a stream. `interrupted`: its publisher broke off and is given time to come back. */
export type OnAir = 'idle' | 'live' | 'interrupted';

export type Phase =
  | 'looking' // asking the server for the first time
  | 'missing' // the server knows no stream of this name (asked again, slowly)
  | 'waiting' // known, not live
  | 'starting' // live, no picture yet
  | 'playing'
  | 'stalled' // playing, and the buffer ran dry
  | 'reconnecting' // the connection or the server went away
  | 'failed'; // no engine of this browser can play it

export type Reason = 'unsupported_browser' | 'unsupported_codec' | 'playback_error' | 'expired' | 'refused' | null;

export interface State {
  phase: Phase;
  /** Engines that may still be tried, best first. */
  engines: EngineName[];
  /** The engine in use or to be used next. */
  engine: EngineName | null;
  /** Consecutive failures to reach a picture, for the back-off. */
  attempt: number;
  /** Failures of the present engine while the server says that the stream is live. */
  engineFailures: number;
  /** The publisher broke off and may come back at any moment: with an engine attached, its connection is kept. */
  interrupted: boolean;
  /** A picture has been seen in this visit: waiting then means "ended", not "has not begun". */
  hasPlayed: boolean;
  /** The viewer pressed pause. */
  paused: boolean;
  /** The browser forbade sound; muted until the viewer asks. */
  soundBlocked: boolean;
  /** The browser forbade even silent playback until the viewer asks. */
  playBlocked: boolean;
  hidden: boolean;
  online: boolean;
  polls: number;
  reason: Reason;
}

export type Event =
  | { type: 'open'; engines: EngineName[]; hidden: boolean; online: boolean }
  | { type: 'playback'; onAir: OnAir; engines: EngineName[]; playable: boolean }
  | { type: 'playback_refused'; reason: 'expired' | 'refused' }
  | { type: 'playback_missing' }
  | { type: 'playback_unreachable'; retryAfterMs: number }
  | { type: 'timer'; timer: TimerName }
  | { type: 'picture' } // the first frame, or the picture moving again
  | { type: 'dry' } // the buffer is empty
  | { type: 'ended' } // the server closed the stream in good order
  | { type: 'engine_error'; cause: 'network' | 'media' | 'unsupported' }
  | { type: 'sound_blocked' }
  | { type: 'play_blocked' }
  | { type: 'sound_wanted' }
  | { type: 'pause' }
  | { type: 'play' }
  | { type: 'switch'; engine: EngineName } // the viewer wants what only another way to play can give
  | { type: 'visibility'; hidden: boolean }
  | { type: 'network'; online: boolean }
  | { type: 'retry' };

/** `ask`: when to ask the server again. `watchdog`: no picture for too long. */
export type TimerName = 'ask' | 'watchdog';

export type Effect =
  | { type: 'ask' }
  | { type: 'start_timer'; timer: TimerName; ms: number; jitter: number }
  | { type: 'stop_timer'; timer: TimerName }
  | { type: 'attach'; engine: EngineName }
  | { type: 'detach' }
  | { type: 'pause_video' }
  | { type: 'play_video' }
  | { type: 'resume' } // after a pause of the viewer's: where that is, live or earlier, the host decides
  | { type: 'wake' } // looked at again: play if the browser stopped it meanwhile
  | { type: 'mute' }
  | { type: 'unmute' }
  | { type: 'remember_failure'; engine: EngineName }
  | { type: 'forget_failures' };
