// The cases of tests/shared/sync, which the twin in C++ has to get right as well: step by step, to a billionth.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ClientClock } from './clock';
import { ClientFollower, type Conditions, type Orders, type Report } from './follower';
import type { ClientPlayer } from './player';
import { moves, positionAt, Timeline, type Truth } from './truth';

type Step = [string, ...unknown[]];
interface Case {
  name: string;
  steps: Step[];
}

const casesOf = (file: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../../../../tests/shared/sync/${file}`, import.meta.url), 'utf8')) as Case[];

function expectSame(got: unknown[], wanted: unknown[], where: string): void {
  const same =
    got.length === wanted.length &&
    got.every((value, i) => {
      const other = wanted[i];
      if (typeof value !== 'number' || typeof other !== 'number') return value === other;
      return Math.abs(value - other) <= 1e-9 * Math.max(1, Math.abs(other));
    });
  if (!same) expect(got, where).toEqual(wanted);
}

const ofClock = (clock: ClientClock, at: number): unknown[] => [
  clock.offsetMs, clock.drift, clock.wander, clock.boundMs, clock.dispersionMs, clock.downDelayMs, clock.nextExchangeMs(), clock.known,
  clock.restarts, clock.toServer(at),
];
const ofOrders = (o: Readonly<Orders>, player: ClientPlayer): unknown[] => [
  o.state, o.play, o.rate, o.seekToMs, o.muted, o.askTap, o.measured, o.skewMs, o.nextMs, player.seekLatencyMs, player.startLatencyMs,
];
const ofReport = (r: Report): unknown[] => [r.mode, r.version, r.ready, r.bufferedMs, r.downDelayMs, r.skewMs];

function takeStep([name, ...rest]: Step, follower: ClientFollower, where: string): void {
  const n = rest as number[];
  const wanted = rest.at(-1);
  switch (name) {
    case 'exchange':
      expect(follower.clock.add({ sentMs: n[0]!, receivedMs: n[1]!, answeredMs: n[2]!, backMs: n[3]! }), where).toBe(wanted);
      break;
    case 'clock':
      return expectSame(ofClock(follower.clock, n[0]!), wanted as unknown[], where);
    case 'truth':
      follower.timeline.add(rest[0] as Truth);
      break;
    case 'restart':
      return follower.restart();
    case 'doubt':
      return follower.clock.doubt();
    case 'reset':
      return follower.clock.reset();
    case 'sample':
      return follower.player.sample(n[0]!, n[1]!);
    case 'seeked':
      return follower.player.seeked(n[0]!);
    case 'set':
      return follower.set(rest[0] as Conditions, n[1]!);
    case 'frame':
      follower.frameDurationMs = n[0]!;
      break;
    case 'offset':
      follower.ownOffsetMs = n[0]!;
      break;
    case 'decide':
      return expectSame(ofOrders(follower.decide(n[0]!), follower.player), wanted as unknown[], where);
    case 'report':
      return expectSame(ofReport(follower.report(n[0]!)), wanted as unknown[], where);
    default:
      expect.unreachable(`${where}: no such step: ${name}`);
  }
}

describe.each(['clock.json', 'follower.json'])('%s', (file) => {
  test.each(casesOf(file))('$name', ({ name, steps }) => {
    const follower = new ClientFollower();
    expect(steps.length).toBeGreaterThan(5);
    steps.forEach((step, i) => takeStep(step, follower, `${name}, step ${i}`));
  });
});

describe('timeline.json', () => {
  test.each(casesOf('timeline.json'))('$name', ({ name, steps }) => {
    const timeline = new Timeline();
    steps.forEach(([what, ...rest], i) => {
      const where = `${name}, step ${i}`;
      if (what === 'add') return expectSame([timeline.add(rest[0] as Truth), timeline.length], rest.slice(1), where);
      const now = rest[0] as number;
      if (what === 'prune') return timeline.prune(now);
      const truth = timeline.at(now)!;
      expectSame([truth.version, positionAt(truth, now), moves(truth), timeline.nextChange(now), timeline.length], rest.slice(1), where);
    });
  });
});
