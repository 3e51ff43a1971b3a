// Where playback is against live, looked at twice a second: shown to the viewer, and kept small while the viewer follows live.
import { catchUpRate, isAtLive } from './catch_up';
import type { Engine } from './engine';

/** A window shorter than this is the player's own room to breathe, not something to go back to. */
const kLeastWindow = 20;
/** The window moves on while the viewer aims at its beginning. */
const kStartMargin = 3;

export class LiveEdge {
  latency = $state<number | null>(null);
  kilobits = $state<number | null>(null);
  atLive = $state(true);
  /** False after going back or pausing where the stream can be gone back to: then nothing hurries the viewer. */
  following = $state(true);
  /** Seconds that the present engine can go back; 0 when it cannot. */
  reach = $state(0);
  /** Seconds behind where a viewer who follows would be. */
  behind = $state(0);

  #engine: Engine | null = null;

  constructor(private readonly video: HTMLVideoElement) {}

  attach(engine: Engine, following: boolean): void {
    this.#engine = engine;
    this.following = following;
  }

  detach(): void {
    this.#engine = null;
    this.video.playbackRate = 1;
    this.latency = null;
    this.kilobits = null;
    this.atLive = true;
    this.reach = 0;
    this.behind = 0;
  }

  look(playing: boolean): void {
    const engine = this.#engine;
    if (engine === null) return;
    const goal = engine.goal();
    this.latency = engine.latency();
    this.kilobits = engine.kilobitsPerSecond();
    const window = engine.window?.() ?? null;
    const reach = window === null ? 0 : window.live - window.start;
    this.reach = reach >= kLeastWindow ? reach : 0;
    this.behind = window === null ? 0 : Math.max(0, window.live - this.video.currentTime);
    this.atLive = this.following && isAtLive(this.latency, goal);
    if (playing) this.#setRate(this.following ? catchUpRate(this.latency, this.video.playbackRate, goal) : 1);
  }

  /** After silence, when a jump is not heard. */
  settle(): void {
    const goal = this.#engine?.goal();
    if (this.following && goal !== undefined && (this.#engine?.latency() ?? 0) > goal.tolerate) this.#engine?.jumpToLive();
  }

  toLive(): void {
    this.following = true;
    this.#engine?.jumpToLive();
    this.#setRate(1);
    this.look(false);
  }

  /** To so many seconds before live. False where the engine cannot. */
  toBehind(seconds: number): boolean {
    const window = this.#engine?.window?.() ?? null;
    if (window === null || this.reach === 0) return false;
    if (seconds < 1) {
      this.toLive();
      return true;
    }
    this.following = false;
    this.#setRate(1);
    this.video.currentTime = Math.max(Math.min(window.start + kStartMargin, window.live), window.live - seconds);
    this.look(false);
    return true;
  }

  #setRate(rate: number): void {
    if (this.video.playbackRate !== rate) this.video.playbackRate = rate;
  }
}
