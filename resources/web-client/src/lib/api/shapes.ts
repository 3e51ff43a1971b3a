// What the player reads out of a Playback, in the words of the player.
import type { Playback } from '../../api/types';
import type { OnAir } from '../player/machine_types';

export function onAirOf(playback: Playback): OnAir {
  if (playback.interrupted) return 'interrupted';
  return playback.live ? 'live' : 'idle';
}

/** How far one can go back, now: no further than the stream is old. */
export function dvrSeconds(playback: Playback | null, now: number): number {
  const window = playback?.dvr_window_seconds ?? 0;
  const age = playback?.started_at === undefined ? 0 : (now - Date.parse(playback.started_at)) / 1000;
  return Math.max(0, Math.min(window, age));
}
