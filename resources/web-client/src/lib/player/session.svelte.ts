// One visit to one stream: runs the effects of the state machine on a real <video> element, real timers and the real server.
import { getPlayback } from '../api/calls';
import { ApiError } from '../api/client';
import type { Playback } from '../../api/types';
import { keepForSession } from '../keep';
import { catchUp, isAtLive } from './catch_up';
import { canPlayTracks, chooseEngines } from './choose';
import { browserCapabilities, isTypeSupported } from './capabilities';
import { bufferAhead, type Engine, type EngineFactory } from './engine';
import { kJitter } from './delays';
import { hasEngineAttached, initialState, step } from './machine';
import type { Effect, EngineName, Event, State, TimerName } from './machine_types';
import { PictureWatch } from './picture_watch';

const kFactories: Record<EngineName, () => Promise<EngineFactory>> = {
  mpegts: async () => (await import('./engines/mpegts')).createMpegts,
  hls: async () => (await import('./engines/hls')).createHls,
  native: async () => (await import('./engines/native')).createNative,
};
const kTick = 500;
const kRefresh = 8000;

export interface SessionOptions {
  name: string;
  key: string | null;
  /** From the address: ?engine=hls. */
  forcedEngine: string | null;
  /** Called before the picture of an engine goes away. */
  beforeDetach: () => void;
  /** The viewer's own choice of silence. */
  wantsMuted: () => boolean;
}

export class Session {
  readonly video: HTMLVideoElement;
  state = $state.raw<State>(initialState());
  playback = $state.raw<Playback | null>(null);
  latency = $state<number | null>(null);
  atLive = $state(true);
  kilobits = $state<number | null>(null);

  #options: SessionOptions;
  #engine: Engine | null = null;
  /** Counts attachments, so that what an engine of yesterday says is not heard. */
  #attachment = 0;
  #timers = new Map<TimerName, ReturnType<typeof setTimeout>>();
  #tick: ReturnType<typeof setInterval>;
  #asking: symbol | null = null;
  #settled = false;
  #closed = false;
  #watch: PictureWatch;
  #forget: (() => void)[] = [];
  #key: string | null;
  #refreshedAt = performance.now();

  constructor(video: HTMLVideoElement, options: SessionOptions) {
    this.video = video;
    this.#options = options;
    this.#key = options.key;
    this.#watch = new PictureWatch(video, () => this.#pictured(), () => this.send({ type: 'dry' }));
    this.#tick = setInterval(() => this.#everyTick(), kTick);
    this.#listen(document, 'visibilitychange', () => this.send({ type: 'visibility', hidden: document.hidden }));
    this.#listen(window, 'online', () => this.send({ type: 'network', online: true }));
    // Headphones pulled out, media keys, the browser's own picture in picture window.
    this.#listen(video, 'pause', () => !video.ended && hasEngineAttached(this.state) && this.send({ type: 'pause' }));
    this.#listen(video, 'play', () => this.state.paused && this.send({ type: 'play' }));
    this.#listen(window, 'offline', () => this.send({ type: 'network', online: false }));
    const engines = this.#engines();
    // The engine's code comes while the server is being asked; a failure is met when it is needed.
    if (engines[0] !== undefined) kFactories[engines[0]]().catch(() => undefined);
    this.send({ type: 'open', engines, hidden: document.hidden, online: navigator.onLine });
  }

  send(event: Event): void {
    if (this.#closed) return;
    const [state, effects] = step(this.state, event);
    this.state = state;
    for (const effect of effects) this.#run(effect);
  }

  jumpToLive(): void {
    this.#engine?.jumpToLive();
    this.video.playbackRate = 1;
    if (this.state.paused) this.send({ type: 'play' });
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    clearInterval(this.#tick);
    for (const forget of this.#forget) forget();
    this.#watch.close();
    this.#detach();
  }

  #run(effect: Effect): void {
    switch (effect.type) {
      case 'ask':
        return void this.#ask();
      case 'start_timer':
        clearTimeout(this.#timers.get(effect.timer));
        this.#timers.set(
          effect.timer,
          setTimeout(() => this.send({ type: 'timer', timer: effect.timer }), effect.ms * (1 + Math.random() * effect.jitter)),
        );
        return;
      case 'stop_timer':
        return clearTimeout(this.#timers.get(effect.timer));
      case 'attach':
        return void this.#attach(effect.engine);
      case 'detach':
        this.#options.beforeDetach();
        return this.#detach();
      case 'pause_video':
        return this.video.pause();
      case 'play_video':
        if (effect.atLive) this.#engine?.jumpToLive();
        return void this.#play();
      case 'mute':
        this.video.muted = true;
        return;
      case 'unmute':
        this.video.muted = false;
        return;
      case 'remember_failure':
        return keepForSession.set(`failed.${effect.engine}`, '1');
      case 'forget_failures':
        for (const name of Object.keys(kFactories)) keepForSession.remove(`failed.${name}`);
        return;
    }
  }

  async #ask(): Promise<void> {
    const asking = (this.#asking = Symbol());
    try {
      const playback = await getPlayback(this.#options.name, this.#key);
      if (this.#closed || this.#asking !== asking) return;
      this.playback = playback;
      this.send({
        type: 'playback',
        live: playback.live,
        engines: this.#engines(),
        playable: canPlayTracks(playback.tracks ?? [], isTypeSupported),
      });
    } catch (error) {
      if (this.#closed || this.#asking !== asking) return;
      if (error instanceof ApiError && error.code === 'unauthenticated' && this.#key !== null) {
        // A key that was revoked must not stand between its former owner and a public stream.
        this.#key = null;
        return void this.#ask();
      }
      if (error instanceof ApiError && (error.code === 'not_found' || error.code === 'invalid_argument')) {
        this.playback = null;
        this.send({ type: 'playback_missing' });
      } else {
        this.send({ type: 'playback_unreachable', retryAfterMs: error instanceof ApiError ? error.retryAfterMs : 0 });
      }
    }
  }

  async #attach(name: EngineName): Promise<void> {
    this.#detach();
    const attachment = ++this.#attachment;
    const current = (): boolean => !this.#closed && attachment === this.#attachment;
    const key = this.#key;
    const { flv_path, hls_path } = this.playback ?? { flv_path: '', hls_path: '' };
    try {
      const create = await kFactories[name]();
      if (!current()) return;
      const source = {
        flvUrl: new URL(flv_path, location.href).href,
        hlsUrl: new URL(hls_path, location.href).href,
        headers: key === null ? {} : { Authorization: `Bearer ${key}` },
      };
      const engine = await create(this.video, source, {
        ended: () => current() && this.send({ type: 'ended' }),
        failed: (cause) => current() && this.send({ type: 'engine_error', cause }),
      });
      if (!current()) return engine.destroy();
      this.#engine = engine;
      this.#settled = false;
      if (!this.state.paused) void this.#play();
    } catch {
      // The engine's own code could not be loaded: the server is away, or it has been updated under this page.
      if (current()) this.send({ type: 'engine_error', cause: 'network' });
    }
  }

  #detach(): void {
    this.#attachment++;
    this.#engine?.destroy();
    this.#engine = null;
    this.video.playbackRate = 1;
    this.latency = null;
    this.atLive = true;
    this.kilobits = null;
    this.#watch.reset();
  }

  async #play(): Promise<void> {
    const attachment = this.#attachment;
    try {
      this.video.muted = this.state.soundBlocked || this.#options.wantsMuted();
      await this.video.play();
    } catch (error) {
      if (this.#closed || attachment !== this.#attachment || !(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      this.send({ type: this.video.muted ? 'play_blocked' : 'sound_blocked' });
    }
  }

  #pictured(): void {
    if (this.state.phase !== 'playing') this.send({ type: 'picture' });
  }

  #everyTick(): void {
    const engine = this.#engine;
    if (engine === null) return;
    this.#watch.look();
    this.latency = engine.latency();
    this.kilobits = engine.kilobitsPerSecond();
    this.atLive = isAtLive(this.latency, engine.goal);
    const playing = this.state.phase === 'playing' && !this.state.paused && !this.video.paused;
    if (!playing) return;
    this.#refreshViewers();
    if (!this.#settled) {
      // The server begins with the last key frame, which may be some seconds old.
      this.#settled = true;
      if (this.latency !== null && this.latency > engine.goal.tolerate && bufferAhead(this.video) > engine.goal.target) engine.jumpToLive();
      return;
    }
    const { rate, jump } = catchUp(this.latency, this.video.playbackRate, engine.goal);
    if (jump) engine.jumpToLive();
    if (this.video.playbackRate !== rate) this.video.playbackRate = rate;
  }

  /** The number of viewers, now and then, while somebody looks. */
  #refreshViewers(): void {
    const now = performance.now();
    if (this.state.hidden || now < this.#refreshedAt) return;
    this.#refreshedAt = now + kRefresh * (1 + Math.random() * kJitter);
    getPlayback(this.#options.name, this.#key).then(
      (playback) => playback.live && !this.#closed && (this.playback = playback),
      () => undefined,
    );
  }

  #engines(): EngineName[] {
    const failed = (Object.keys(kFactories) as EngineName[]).filter((name) => keepForSession.get(`failed.${name}`) !== null);
    return chooseEngines(browserCapabilities(), failed, this.#options.forcedEngine);
  }

  #listen(target: EventTarget, name: string, listener: () => unknown): void {
    target.addEventListener(name, listener);
    this.#forget.push(() => target.removeEventListener(name, listener));
  }
}
