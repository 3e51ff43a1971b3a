// One visit to one stream: runs the effects of the state machine on a real <video> element, real timers and the real server.
import { getPlayback } from '../api/calls';
import { ApiError, authorization } from '../api/client';
import { dvrSeconds, onAirOf } from '../api/shapes';
import type { Playback, TrackInfo } from '../../api/types';
import { keep, keepForSession } from '../keep';
import { chooseEngines, unplayable } from './choose';
import { browserCapabilities, isTypeSupported } from './capabilities';
import type { Engine, EngineFactory } from './engine';
import { kJitter } from './delays';
import { LiveEdge } from './live_edge.svelte';
import { Preview } from './preview.svelte';
import { hasEngineAttached, initialState, step } from './machine';
import type { Effect, EngineName, Event, State, TimerName } from './machine_types';
import { PictureWatch } from './picture_watch';
import { isChoice, kAudio, kAuto, type Choice } from './quality';
import { whyRefused } from './token';

const kFactories: Record<EngineName, () => Promise<EngineFactory>> = {
  websocket: async () => (await import('./engines/mpegts')).createWebSocket,
  mpegts: async () => (await import('./engines/mpegts')).createMpegts,
  hls: async () => (await import('./engines/hls')).createHls,
  native: async () => (await import('./engines/native')).createNative,
};
const kTick = 500;
const kRefresh = 8000;
/** The server counts a new viewer at once, but the answer that we have is older than that. */
const kFirstRefresh = 1200;

export interface SessionOptions {
  name: string;
  key: string | null;
  /** Playback token from the address, or ''. */
  token: string;
  /** From the address: ?engine=hls. */
  forcedEngine: string | null;
  /** Called before the picture of an engine goes away. */
  beforeDetach: () => void;
  /** The viewer's own choice of silence. */
  wantsMuted: () => boolean;
}

export class Session {
  readonly video: HTMLVideoElement;
  readonly edge: LiveEdge;
  state = $state.raw<State>(initialState());
  playback = $state.raw<Playback | null>(null);
  /** Thumbnails of what can be gone back to; null where the server makes none. */
  preview = $state.raw<Preview | null>(null);
  /** What cannot be decoded here, when that is why there is no picture. */
  undecodable = $state.raw<TrackInfo[]>([]);
  choice = $state<Choice>(kAuto);

  #options: SessionOptions;
  #engine: Engine | null = null;
  /** Counts attachments, so that what an engine of yesterday says is not heard. */
  #attachment = 0;
  #timers = new Map<TimerName, ReturnType<typeof setTimeout>>();
  #tick: ReturnType<typeof setInterval>;
  #asking: symbol | null = null;
  #closed = false;
  #watch: PictureWatch;
  #forget: (() => void)[] = [];
  #key: string | null;
  #refreshAt = 0;
  /** Where the next engine begins, until it has a picture; 0 is live. */
  #startBehind = 0;
  #pausedAt: number | null = null;

  constructor(video: HTMLVideoElement, options: SessionOptions) {
    this.video = video;
    this.edge = new LiveEdge(video);
    this.#options = options;
    this.#key = options.key;
    const kept = keep.get('quality');
    if (isChoice(kept)) this.choice = kept;
    this.#watch = new PictureWatch(video, () => this.#pictured(), () => this.#dry());
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

  /** How far the viewer can go back, in whatever way; 0 when not at all. */
  get reach(): number {
    if (this.edge.reach > 0) return this.edge.reach;
    return this.#engines().includes('hls') ? dvrSeconds(this.playback, Date.now()) : 0;
  }

  /** Where media is asked for, with what opens it. */
  mediaUrl(path: string): string {
    const url = new URL(path, location.href);
    if (this.#options.token !== '' && !url.searchParams.has('token')) url.searchParams.set('token', this.#options.token);
    return url.href;
  }

  get mediaHeaders(): Record<string, string> {
    return authorization(this.#key);
  }

  send(event: Event): void {
    if (this.#closed) return;
    const [state, effects] = step(this.state, event);
    this.state = state;
    for (const effect of effects) this.#run(effect);
  }

  jumpToLive(): void {
    this.#pausedAt = null;
    this.#startBehind = 0;
    const best = this.#engines()[0];
    // Whoever went back did so through HLS; live has a quicker way.
    if (!this.edge.following && best !== undefined && best !== this.state.engine) this.send({ type: 'switch', engine: best });
    else this.edge.toLive();
    if (this.state.paused) this.send({ type: 'play' });
  }

  /** Back from live by so many seconds. */
  goTo(behind: number): void {
    this.#pausedAt = null;
    if (behind < 1) return this.jumpToLive();
    if (this.edge.toBehind(behind) || this.reach === 0) return;
    this.#startBehind = Math.min(behind, this.reach);
    this.send({ type: 'switch', engine: 'hls' });
  }

  skip(seconds: number): void {
    if (this.reach > 0) this.goTo(Math.min(this.reach, Math.max(0, this.#behind() - seconds)));
    else if (seconds > 0) this.jumpToLive();
  }

  choose(choice: Choice): void {
    const before = this.choice;
    this.choice = choice;
    keep.set('quality', choice);
    if (choice === before) return;
    const best = this.#engines()[0];
    // Sound alone is another list, not another level of the same one.
    if (best === this.state.engine && before !== kAudio && choice !== kAudio) return this.#engine?.choose?.(choice);
    this.#startBehind = this.edge.following ? 0 : this.#behind();
    if (best !== undefined) this.send({ type: 'switch', engine: this.#startBehind > 0 ? 'hls' : best });
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    clearInterval(this.#tick);
    for (const forget of this.#forget) forget();
    this.#watch.close();
    this.preview?.close();
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
        this.#pausedAt = Date.now() - this.#behind() * 1000;
        return this.video.pause();
      case 'play_video':
        return void this.#play();
      case 'resume':
        return this.#resume();
      case 'wake':
        if (!this.video.paused) return;
        this.edge.settle();
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
      const playback = await getPlayback(this.#options.name, this.#key, this.#options.token);
      if (this.#closed || this.#asking !== asking) return;
      this.playback = playback;
      if (playback.preview_path && this.preview === null) {
        this.preview = new Preview(this.mediaUrl(playback.preview_path), () => this.mediaHeaders, true);
      }
      this.undecodable = unplayable(playback.tracks ?? [], isTypeSupported);
      const playable = this.undecodable.length === 0;
      this.send({ type: 'playback', onAir: onAirOf(playback), engines: this.#engines(), playable });
    } catch (error) {
      if (this.#closed || this.#asking !== asking) return;
      this.#notTold(error instanceof ApiError ? error : new ApiError('unreachable', '', 0, 0));
    }
  }

  #notTold(error: ApiError): void {
    if (error.code === 'unauthenticated' && this.#key !== null) {
      // A key that was revoked must not stand between its former owner and a public stream.
      this.#key = null;
      return void this.#ask();
    }
    if (error.code === 'permission_denied' || error.code === 'unauthenticated') {
      const { token } = this.#options;
      return this.send({ type: 'playback_refused', reason: token === '' ? 'refused' : whyRefused(token, Date.now()) });
    }
    if (error.code === 'not_found' || error.code === 'invalid_argument') {
      this.playback = null;
      return this.send({ type: 'playback_missing' });
    }
    this.send({ type: 'playback_unreachable', retryAfterMs: Math.min(error.retryAfterMs, 300_000) });
  }

  async #attach(name: EngineName): Promise<void> {
    this.#detach();
    const attachment = ++this.#attachment;
    const current = (): boolean => !this.#closed && attachment === this.#attachment;
    const behind = name === 'hls' ? this.#startBehind : 0;
    const { flv_path, hls_path } = this.playback ?? { flv_path: '', hls_path: '' };
    try {
      const create = await kFactories[name]();
      if (!current()) return;
      const source = {
        flvUrl: this.mediaUrl(flv_path),
        hlsUrl: this.mediaUrl(hls_path),
        headers: this.mediaHeaders,
        behind,
        choice: this.choice,
      };
      const engine = await create(this.video, source, {
        ended: () => current() && this.send({ type: 'ended' }),
        failed: (cause) => current() && this.send({ type: 'engine_error', cause }),
      });
      if (!current()) return engine.destroy();
      this.#engine = engine;
      this.edge.attach(engine, behind === 0);
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
    this.edge.detach();
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

  /** Where the pause began, if the stream can be gone back to; else at live. */
  #resume(): void {
    const since = this.#pausedAt === null ? 0 : (Date.now() - this.#pausedAt) / 1000;
    this.#pausedAt = null;
    if (since > 2 && this.reach > 0) {
      if (this.edge.reach > 0) this.edge.following = false;
      else this.goTo(since);
    } else if (this.edge.following) this.edge.toLive();
    void this.#play();
  }

  #behind(): number {
    if (this.edge.following) return this.edge.latency ?? 0;
    return this.edge.behind;
  }

  #pictured(): void {
    if (this.state.phase === 'playing') return;
    this.#startBehind = 0;
    this.edge.settle();
    this.#refreshAt = performance.now() + kFirstRefresh;
    this.send({ type: 'picture' });
  }

  #dry(): void {
    this.#engine?.stalled?.();
    this.send({ type: 'dry' });
  }

  #everyTick(): void {
    if (this.#engine === null) return;
    this.#watch.look();
    const playing = this.state.phase === 'playing' && !this.state.paused && !this.video.paused;
    this.edge.look(playing);
    if (playing) this.#refresh();
  }

  /** The number of viewers, and what else may change, now and then while somebody looks. */
  #refresh(): void {
    const now = performance.now();
    if (this.state.hidden || now < this.#refreshAt) return;
    this.#refreshAt = now + kRefresh * (1 + Math.random() * kJitter);
    getPlayback(this.#options.name, this.#key, this.#options.token).then(
      (playback) => playback.live && !this.#closed && (this.playback = playback),
      () => undefined,
    );
  }

  #engines(): EngineName[] {
    return chooseEngines({
      can: browserCapabilities(),
      tracks: this.playback?.tracks ?? [],
      failed: (Object.keys(kFactories) as EngineName[]).filter((name) => keepForSession.get(`failed.${name}`) !== null),
      forced: this.#options.forcedEngine,
      needsHeader: this.#key !== null && this.#options.token === '',
      rendition: this.choice !== kAuto || this.#startBehind > 0,
    });
  }

  #listen(target: EventTarget, name: string, listener: () => unknown): void {
    target.addEventListener(name, listener);
    this.#forget.push(() => target.removeEventListener(name, listener));
  }
}
