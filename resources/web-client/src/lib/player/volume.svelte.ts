// Volume and silence as the viewer left them.
import { keep } from '../keep';

const stored = Number(keep.get('volume') ?? '1');
let level = $state(Number.isFinite(stored) ? Math.min(1, Math.max(0, stored)) : 1);
let muted = $state(keep.get('muted') === '1');

export const volume = {
  get level(): number {
    return level;
  },
  set level(value: number) {
    level = Math.round(Math.min(1, Math.max(0, value)) * 100) / 100;
    keep.set('volume', String(level));
    volume.muted = level === 0;
  },
  get muted(): boolean {
    return muted;
  },
  set muted(value: boolean) {
    muted = value;
    keep.set('muted', value ? '1' : '0');
  },
};
