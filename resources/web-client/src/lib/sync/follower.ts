// A member's half of keeping in step: from the room's truth, the server's clock and samples of the player, what the player is to do now.
// Pure. Twin of server/rooms/sync/client_follower.h, which explains it; both are held to tests/shared/sync. The page carries out what
// decide() says, and calls it again when `nextMs` has passed and when something new comes in.
import { ClientClock } from './clock';
import { ClientPlayer } from './player';
import { moves, positionAt, Timeline, type Truth } from './truth';

/** `needs-mute`: play() was refused with sound; `needs-tap`: also muted. A tap allows it. */
export type Autoplay = 'allowed' | 'needs-mute' | 'needs-tap';
export type State = 'in-step' | 'nudging' | 'seeking' | 'waiting' | 'free' | 'asleep' | 'blocked';

/** What the page sees. */
export interface Conditions {
  /** The media whose metadata the player has. */
  loaded: string;
  /** No data to go on with (readyState), whether it plays or not. */
  stalled: boolean;
  /** In the background, where timers come late. */
  hidden: boolean;
  /** "I am alone today." */
  free: boolean;
  /** Drags the slider. */
  userSeeks: boolean;
  autoplay: Autoplay;
}

export interface Orders {
  state: State;
  /** In state `free` none of this concerns the player. */
  play: boolean;
  rate: number;
  /** Once. */
  seekToMs: number | null;
  muted: boolean;
  /** Show the button that brings sound. */
  askTap: boolean;
  /** `skewMs` is not just reckoned. */
  measured: boolean;
  /** Ahead of where it should be. */
  skewMs: number;
  /** When to call decide() again, unless something happens. */
  nextMs: number;
}

/** What the server is told. */
export interface Report {
  mode: 'in-step' | 'free' | 'asleep' | 'blocked';
  version: number;
  ready: boolean;
  bufferedMs: number;
  downDelayMs: number;
  skewMs: number | null;
}

const kLookMs = 250;
/** Of the chosen rate, the room's pace included. */
const kMostNudge = 0.1;
const kLeastNudge = 0.02;
/** That a nudge should take, where it is strong enough. */
const kNudgeTimeMs = 1000;
/** At most so many, until within a quarter of a frame. */
const kFinishingNudges = 3;
/** Rather a seek than more. */
const kMostNudgeTimeMs = 8000;
const kSeekPastMs = 1000;
/** Just after a jump, when another is not minded. */
const kSeekPastSettlingMs = 200;
const kSeekPastAsleepMs = 1500;
const kSettlingMs = 3000;
/** After the user's own seek, until the room has answered. */
const kUserHoldMs = 2000;
/** Then a seek is taken for done. */
const kMostSeekMs = 10_000;
/** Twice as long after each seek that did not help, up to kMostSeekRestMs. */
const kLeastSeekRestMs = 500;
const kMostSeekRestMs = 30_000;
/** Of media, after a jump or a stall, to be ready. Live: a quarter of the latency. */
const kEnoughAheadMs = 2000;
/** Called so much too late: the machine slept. */
const kSleepGapMs = 3000;
/** Below, a drift is left to be nudged once in minutes. */
const kLeastTrim = 100e-6;
const kTrimStep = 50e-6;

export class ClientFollower {
  readonly timeline = new Timeline();
  readonly clock = new ClientClock();
  readonly player = new ClientPlayer();
  /** Positive: plays ahead of the room (a late television). */
  ownOffsetMs = 0;

  #conditions: Conditions = { loaded: '', stalled: false, hidden: false, free: false, userSeeks: false, autoplay: 'allowed' };
  readonly #orders: Orders = {
    state: 'waiting',
    play: false,
    rate: 1,
    seekToMs: null,
    muted: false,
    askTap: false,
    measured: false,
    skewMs: 0,
    nextMs: kLookMs,
  };
  #halfFrameMs = 1000 / 60;
  #lookedAtMs: number | null = null;
  #version: number | null = null;
  #placed: number | null = null;
  /** The last of #placed where the player has been. */
  #reached: number | null = null;
  /** Has not had enough media since it came here. */
  #starved = true;
  /** The truth did, and the player has not been judged since. */
  #jumped = false;
  /** The drift, played rather than corrected. */
  #trim = 0;
  #nudgeRate = 1;
  #nudgeEndMs: number | null = null;
  /** Nudges that a correction under way may still take. */
  #finishing = kFinishingNudges;
  #settlingUntilMs = 0;
  #userUntilMs = 0;
  #nextSeekAtMs = 0;
  #seekRestMs = kLeastSeekRestMs;

  /** Of the media; 1/30 s until told. Below 20 ms the screen is coarser than the media, above 50 ms the sound is finer. */
  set frameDurationMs(duration: number) {
    this.#halfFrameMs = Math.min(Math.max(duration, 20), 50) / 2;
  }

  set(conditions: Conditions, nowMs: number): void {
    const before = this.#conditions;
    this.#conditions = { ...conditions };
    if (before.loaded !== conditions.loaded || before.stalled !== conditions.stalled) this.player.forget();
    if (before.loaded !== conditions.loaded) {
      this.#jumped = true;
      this.#reached = null;
    }
    if (before.userSeeks && !conditions.userSeeks) {
      this.#userUntilMs = nowMs + kUserHoldMs;
      this.player.forget();
    }
    if ((before.hidden && !conditions.hidden) || (before.free && !conditions.free)) this.#settle(nowMs);
  }

  /** The room has begun another life, on a server whose clock has another zero. */
  restart(): void {
    this.timeline.clear();
    this.clock.reset();
    this.player.forget();
    this.#version = this.#placed = this.#reached = this.#nudgeEndMs = null;
  }

  /** The same object each time: to be read at once. */
  decide(nowMs: number): Readonly<Orders> {
    const orders = this.#orders;
    const conditions = this.#conditions;
    if (this.#lookedAtMs !== null && nowMs < this.#lookedAtMs) {
      this.#beginOtherClock(nowMs);
    } else if (this.#lookedAtMs !== null && nowMs - this.#lookedAtMs > orders.nextMs + kSleepGapMs && !conditions.hidden) {
      this.clock.doubt();
      this.#settle(nowMs);
    }
    this.#lookedAtMs = nowMs;
    orders.seekToMs = null;
    orders.nextMs = kLookMs;
    orders.muted = orders.askTap = conditions.autoplay !== 'allowed';
    orders.measured = false;
    if (conditions.free) {
      orders.state = 'free';
      return orders;
    }
    const serverMs = this.clock.toServer(nowMs);
    if (this.clock.known) this.timeline.prune(serverMs);
    const truth = this.#due(serverMs);
    if (truth === undefined || !this.clock.known) {
      orders.state = 'waiting'; // what it does, it goes on doing
      return orders;
    }

    orders.nextMs = this.#untilNext(serverMs, nowMs);
    if (this.#version !== truth.version) this.#take(truth, nowMs);
    this.player.learn(nowMs);
    const targetMs = Math.max(positionAt(truth, serverMs) + this.ownOffsetMs, 0);

    if (conditions.autoplay === 'needs-tap') return this.#wait('blocked', false, truth, nowMs);
    if (truth.mediaId !== conditions.loaded || truth.mediaId === '') return this.#wait('waiting', false, truth, nowMs);
    if (this.player.seekingFor(nowMs) > kMostSeekMs) this.player.seeked(nowMs);
    if (this.player.seeking && !this.#jumped) return this.#wait('seeking', moves(truth), truth, nowMs);
    if (conditions.userSeeks || nowMs < this.#userUntilMs) return orders;
    if (conditions.stalled && !this.#jumped) return this.#wait('waiting', moves(truth), truth, nowMs);

    orders.measured = this.player.measured(nowMs);
    orders.skewMs = this.player.positionAt(nowMs) - targetMs;
    if (moves(truth)) {
      this.#follow(truth, Math.max(positionAt(truth, serverMs + this.player.seekLatencyMs) + this.ownOffsetMs, 0), nowMs);
    } else {
      this.#stand(truth, targetMs, nowMs);
    }
    this.#jumped = false;
    if (!this.player.seeking) this.#reached = this.#placed;
    this.player.setSpeed(orders.play ? orders.rate : 0, nowMs);
    return orders;
  }

  report(bufferedMs: number): Report {
    const { stalled, hidden, free, autoplay } = this.#conditions;
    const newest = this.timeline.newest;
    const enough = newest?.live === true ? Math.min(kEnoughAheadMs, newest.targetLatencyMs / 4) : kEnoughAheadMs;
    this.#starved = stalled || (this.#starved && bufferedMs < enough);
    return {
      mode: free ? 'free' : autoplay === 'needs-tap' ? 'blocked' : hidden ? 'asleep' : 'in-step',
      version: this.#version ?? 0,
      // A seek of its own, to catch up, is nothing for the others to wait for.
      ready: this.#placed !== null && this.#reached === this.#placed && !this.#starved,
      bufferedMs,
      downDelayMs: this.clock.downDelayMs,
      skewMs: this.#orders.measured ? this.#orders.skewMs : null,
    };
  }

  #wait(state: State, play: boolean, truth: Truth, nowMs: number): Orders {
    const orders = this.#orders;
    orders.state = state;
    orders.play = play;
    orders.rate = this.#baseRate(truth);
    this.#nudgeEndMs = null;
    this.player.setSpeed(play ? orders.rate : 0, nowMs);
    return orders;
  }

  /** A player takes a moment to begin to move: it is told that much earlier. */
  #due(serverMs: number): Truth | undefined {
    const present = this.timeline.at(serverMs);
    const soon = this.timeline.at(serverMs + this.player.startLatencyMs);
    if (present === undefined || soon === undefined) return undefined;
    return !moves(present) && moves(soon) && soon.placed === present.placed ? soon : present;
  }

  #take(truth: Truth, nowMs: number): void {
    this.#version = truth.version;
    this.#userUntilMs = nowMs;
    this.#nudgeEndMs = null;
    if (this.#placed === truth.placed) return;
    this.#placed = truth.placed;
    this.#jumped = true;
    this.#starved = true;
    this.#settlingUntilMs = nowMs + kSettlingMs;
    this.#nextSeekAtMs = nowMs;
    this.#seekRestMs = kLeastSeekRestMs;
  }

  /** Everybody looks at the same picture; nobody hears a seek. */
  #stand(truth: Truth, targetMs: number, nowMs: number): void {
    const orders = this.#orders;
    orders.state = this.#conditions.hidden ? 'asleep' : truth.held ? 'waiting' : 'in-step';
    orders.play = false;
    orders.rate = this.#baseRate(truth);
    const isOther = (orders.measured || this.#jumped) && Math.abs(orders.skewMs) > this.#halfFrameMs;
    if (isOther && nowMs >= this.#nextSeekAtMs) this.#seek(targetMs, nowMs);
  }

  #follow(truth: Truth, aimMs: number, nowMs: number): void {
    const orders = this.#orders;
    const base = this.#baseRate(truth);
    const error = Math.abs(orders.skewMs);
    if (!orders.play) this.#finishing = kFinishingNudges;
    orders.play = true;
    orders.state = this.#conditions.hidden ? 'asleep' : 'in-step';
    const limit = this.#conditions.hidden ? kSeekPastAsleepMs : nowMs < this.#settlingUntilMs ? kSeekPastSettlingMs : kSeekPastMs;
    if ((orders.measured || this.#jumped) && error > limit && nowMs >= this.#nextSeekAtMs) {
      orders.rate = base;
      this.#seek(aimMs, nowMs);
      return;
    }
    this.#review(base, nowMs);
    const tolerated = this.#finishing > 0 ? this.#halfFrameMs / 2 : this.#halfFrameMs;
    // A timer that comes a minute late would make a nudge a fault of seconds.
    if (this.#conditions.hidden) this.#nudgeEndMs = null;
    else if (this.#nudgeEndMs === null && orders.measured && error > tolerated) this.#nudge(truth, base, nowMs);
    orders.rate = base;
    if (this.#nudgeEndMs === null) return;
    if (this.#nudgeEndMs - nowMs > kMostNudgeTimeMs && nowMs >= this.#nextSeekAtMs) {
      this.#seek(aimMs, nowMs);
      return;
    }
    orders.rate = this.#nudgeRate;
    orders.state = 'nudging';
    orders.nextMs = Math.max(Math.min(orders.nextMs, this.#nudgeEndMs - nowMs), 1);
  }

  /** What has become of the nudge under way, and of the correction that it is part of. */
  #review(base: number, nowMs: number): void {
    const orders = this.#orders;
    const error = Math.abs(orders.skewMs);
    if (orders.measured && error <= this.#halfFrameMs && nowMs >= this.#nextSeekAtMs) this.#seekRestMs = kLeastSeekRestMs;
    if (this.#nudgeEndMs !== null) {
      const planned = (base - this.#nudgeRate) * (this.#nudgeEndMs - nowMs);
      if (nowMs >= this.#nudgeEndMs) {
        this.#nudgeEndMs = null;
        orders.measured = false; // what was seen until now does not tell what it has brought
      } else if (orders.measured && Math.abs(orders.skewMs - planned) > 2 * this.#halfFrameMs) {
        this.#nudgeEndMs = null; // not as planned: a stall, or the clock is known better now
      }
    }
    if (this.#nudgeEndMs !== null || !orders.measured) return;
    if (error <= this.#halfFrameMs / 2) this.#finishing = 0;
    else if (error > this.#halfFrameMs && this.#finishing === 0) this.#finishing = kFinishingNudges;
  }

  #nudge(truth: Truth, base: number, nowMs: number): void {
    const { skewMs } = this.#orders;
    const error = Math.abs(skewMs);
    this.#finishing = Math.max(this.#finishing - 1, 0);
    const strength = Math.min(Math.max(error / kNudgeTimeMs, kLeastNudge), kMostNudge);
    const wanted = skewMs > 0 ? base - strength * truth.rate : base + strength * truth.rate;
    this.#nudgeRate = Math.min(Math.max(wanted, (1 - kMostNudge) * truth.rate), (1 + kMostNudge) * truth.rate);
    this.#nudgeEndMs = nowMs + error / Math.max(Math.abs(this.#nudgeRate - base), 1e-6);
  }

  #seek(toMs: number, nowMs: number): void {
    this.#orders.seekToMs = toMs;
    this.#orders.state = 'seeking';
    this.#nudgeEndMs = null;
    this.#finishing = kFinishingNudges;
    this.player.beginSeek(toMs, nowMs);
    this.#nextSeekAtMs = nowMs + this.#seekRestMs;
    this.#seekRestMs = Math.min(this.#seekRestMs * 2, kMostSeekRestMs);
  }

  /** A monotonic clock does not go back: it is not the one that it was. */
  #beginOtherClock(nowMs: number): void {
    this.clock.reset();
    this.player.clockWasSet(nowMs);
    this.#nudgeEndMs = null;
    this.#userUntilMs = this.#nextSeekAtMs = nowMs;
    this.#settle(nowMs);
  }

  #settle(nowMs: number): void {
    this.player.forget();
    this.#settlingUntilMs = nowMs + kSettlingMs;
    this.#finishing = kFinishingNudges;
  }

  /** One media clock gains on another for ever: that is no error to correct but a rate to play at. */
  #baseRate(truth: Truth): number {
    const gap = Math.abs(this.clock.drift - this.#trim);
    if (gap > kLeastTrim && gap > 2 * this.clock.wander) this.#trim = Math.floor(this.clock.drift / kTrimStep + 0.5) * kTrimStep;
    return truth.rate * truth.pace * (1 + this.#trim);
  }

  #untilNext(serverMs: number, nowMs: number): number {
    const change = this.timeline.nextChange(serverMs);
    if (change === null) return kLookMs;
    const exact = this.clock.toLocal(change) - nowMs;
    const early = exact - this.player.startLatencyMs;
    return Math.max(Math.min(kLookMs, early > 0 ? early : exact), 1);
  }
}
