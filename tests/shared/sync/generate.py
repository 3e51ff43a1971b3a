"""Writes the cases that the engine's twins in C++ and TypeScript must both get right, number by number: python3 generate.py [--check]

Seeded, and computed by the reference beside this file, not by either twin. --check says whether the files are what would be written.
A case is a list of steps, each an array that begins with its name; times are the member's own but for those named so:
  ["exchange", sent, received (server), answered (server), back, taken?]      ["clock", at, [offset, drift, wander, bound, dispersion,
  ["truth", truth]   ["restart"]   ["doubt"]                                   down delay, next exchange, known?, restarts, server time at]]
  ["sample", at, position]   ["seeked", at]   ["set", conditions, at]
  ["frame", duration]   ["offset", own offset]
  ["decide", at, [state, play, rate, seek to, muted, ask for a tap, measured, skew, next look, seek latency, start latency]]
  ["report", buffered, [mode, version, ready, buffered, down delay, skew]]
  ["add", truth, taken?, truths]   ["prune", server time]   ["at", server time, version, position, moves?, next change, truths]
"""
import json
import math
import pathlib
import random
import sys

from reference_clock import Clock
from reference_follower import CONDITIONS, Follower, Timeline, moves, position_at

HERE = pathlib.Path(__file__).parent


def short(x):
    return round(x, 3)


class Line:
    """A network and two clocks: true time is the server's."""

    def __init__(self, rng, up, down, jitter, drift, ahead, loss=0.0):
        self.rng, self.up, self.down, self.jitter, self.drift, self.ahead, self.loss = rng, up, down, jitter, drift, ahead, loss

    def local(self, t):
        return short(t / (1 + self.drift) + self.ahead)

    def exchange(self, t):
        late = lambda: self.rng.uniform(0, self.jitter) + (self.rng.uniform(200, 400) if self.rng.random() < self.loss else 0)
        received = t + self.up + late()
        answered = received + self.rng.uniform(0, 0.3)
        back = answered + self.down + late()
        return [self.local(t), short(received), short(answered), self.local(back)], back


def clock_state(clock, at):
    return [clock.offset, clock.drift, clock.wander, clock.bound, clock.dispersion, clock.down_delay, clock.next_exchange(),
            clock.known(), clock.restarts, clock.to_server(at)]


def clock_case(name, seed, seconds, events=(), **line):
    line = Line(random.Random(seed), **line)
    clock, steps, t = Clock(), [], 1000.0
    events = list(events)
    while t < seconds * 1000:
        while events and t > events[0][0] * 1000:
            what = events.pop(0)[1]
            if callable(what):
                what(line)
            else:
                getattr(clock, what)()
                steps.append([what])
        stamps, back = line.exchange(t)
        steps.append(["exchange", *stamps, clock.add(*stamps)])
        at = short(stamps[3] + 777.5)
        steps.append(["clock", at, clock_state(clock, at)])
        t = back + clock.next_exchange()
    return {"name": name, "steps": steps}


def clock_cases():
    def step(ms):
        return lambda line: setattr(line, "ahead", line.ahead + ms)

    def longer(line):
        line.up += 150

    even = dict(up=0.2, down=0.2, jitter=0.6, drift=0, ahead=5e5)
    far = dict(up=100, down=70, jitter=50, drift=300e-6, ahead=-4e5)
    cases = [
        clock_case("loopback", 1, 60, **even),
        clock_case("far, jitter, asymmetry, drift", 2, 90, **far),
        clock_case("loss", 3, 60, **{**far, "loss": 0.1, "drift": -500e-6}),
        clock_case("own clock set back by a day", 4, 40, [(20, step(-86_400_000.0))], **even),
        clock_case("server's clock set by 300 s", 5, 40, [(20, step(300_000.0))], **far),
        clock_case("a step below the delay", 6, 60, [(30, step(40.0)), (30, "doubt")], up=100, down=100, jitter=2, drift=0, ahead=0),
        clock_case("the line becomes longer", 7, 90, [(40, longer)], up=20, down=20, jitter=5, drift=100e-6, ahead=1e6),
        clock_case("doubt, then another server", 8, 40, [(10, "doubt"), (25, "reset")], **even),
    ]
    clock, steps = Clock(), []
    for stamps in ([100, 0, 0, 50], [0, 50, 0, 100], [0, 0, 500, 100], [0, 0, 0, 6000], [0, 10, 10.5, 10], [5, 30, 31, 21]):
        steps.append(["exchange", *stamps, clock.add(*stamps)])
        steps.append(["clock", 30, clock_state(clock, 30)])
    return cases + [{"name": "timestamps that cannot be true", "steps": steps}]


class Player:
    """Enough of a player that corrections have consequences."""

    def __init__(self, rng):
        self.rng, self.at, self.position, self.speed = rng, 0.0, 0.0, 0.0
        self.changes = []  # (when, what, value)

    def run(self, t):
        for when, what, value in sorted(c for c in self.changes if c[0] <= t):
            self.position += self.speed * max(when - self.at, 0)
            self.at = max(self.at, when)
            if what == "position":
                self.position = value
            else:
                self.speed = value
        self.changes = [c for c in self.changes if c[0] > t]
        self.position += self.speed * (t - self.at)
        self.at = t


def follower_case(name, seed, seconds, script, **line):
    rng = random.Random(seed)
    line = Line(rng, **line)
    f, player, steps = Follower(), Player(rng), []
    conditions = dict(CONDITIONS)
    version = 0
    events = []  # (true time, order, function)

    def at(t, what):
        events.append((t, len(events) + rng.random(), what))

    def decide(t):
        now = line.local(t)
        f.decide(now)
        o = f.orders
        steps.append(["decide", now, [o["state"], o["play"], o["rate"], o["seekToMs"], o["muted"], o["askTap"], o["measured"], o["skewMs"],
                                      o["nextMs"], f.player.seek_latency.value(), f.player.start_latency.value()]])
        player.run(t)
        wanted = o["rate"] if o["play"] and o["state"] != "free" else 0.0
        player.changes = [c for c in player.changes if c[1] != "speed"] + [(t + rng.uniform(10, 60), "speed", wanted)]
        if o["seekToMs"] is not None:
            takes = rng.uniform(80, 350)
            player.changes = [c for c in player.changes if c[1] == "speed"] + [(t + takes, "position", o["seekToMs"])]

            def seeked(t, to=o["seekToMs"]):
                if f.player.ordered[1] == to and f.player.seek_since is not None:
                    f.player.seeked(line.local(t))
                    steps.append(["seeked", line.local(t)])
                    decide(t)
            at(t + takes, seeked)

    def look(t):
        decide(t)
        at(t + max(f.orders["nextMs"], 20), look)

    def sample(t):
        player.run(t)
        if f.player.seek_since is None and not conditions["stalled"]:
            reading = [line.local(t + rng.uniform(-1, 9)), short(player.position + rng.uniform(-8, 0))]
            f.player.sample(*reading)
            steps.append(["sample", *reading])
        at(t + 50, sample)

    def exchange(t):
        stamps, back = line.exchange(t)

        def answer(t):
            steps.append(["exchange", *stamps, f.clock.add(*stamps)])
            at(t + f.clock.next_exchange(), exchange)
        at(back, answer)

    def report(t):
        r = f.report(short(rng.choice([rng.uniform(0, 3000), 30_000])))
        steps.append(["report", r["bufferedMs"], [r["mode"], r["version"], r["ready"], r["bufferedMs"], r["downDelayMs"], r["skewMs"]]])
        at(t + 1000, report)

    room = Timeline()

    def truth(**change):
        def do(t):
            nonlocal version
            version += 1
            since = short(t + 150)
            last = room.truths[-1] if room.truths else dict(
                version=0, placed=0, mediaId="", live=False, positionMs=0.0, sinceMs=0.0, rate=1.0, pace=1.0, playing=False, held=False,
                durationMs=0.0, targetLatencyMs=0.0)
            new = {**last, "positionMs": short(position_at(last, since)), "sinceMs": since, **change, "version": version}
            if "positionMs" in change or "mediaId" in change:
                new["placed"] = version
            if new["live"]:
                new["positionMs"] = short(since - new["targetLatencyMs"])
            room.add(new)

            def hear(t):
                f.timeline.add(dict(new))
                steps.append(["truth", new])
                decide(t)
            at(t + line.down + rng.uniform(0, line.jitter), hear)
        return do

    def condition(**change):
        def do(t):
            conditions.update(change)
            f.set(dict(conditions), line.local(t))
            steps.append(["set", dict(conditions), line.local(t)])
            decide(t)
        return do

    def tell(name, value):
        def do(t):
            if name == "frame":
                f.set_frame_duration(value)
            else:
                f.own_offset = value
            steps.append([name, value])
        return do

    def sleep(ms):
        def do(t):
            line.ahead -= ms
        return do

    def restart(t):
        nonlocal room, version
        f.restart()
        steps.append(["restart"])
        room, version = Timeline(), 0

    tools = dict(truth=truth, condition=condition, tell=tell, sleep=sleep, restart=lambda: restart)
    for when, what, *arguments in script:
        keywords = arguments[0] if arguments and isinstance(arguments[0], dict) else {}
        at(1000 + when * 1000, tools[what](**keywords) if keywords else tools[what](*arguments))
    for begin in (exchange, look, report):
        at(1000, begin)
    at(1030, sample)
    while True:
        events.sort(key=lambda e: (e[0], e[1]))
        t, _, what = events.pop(0)
        if t > 1000 + seconds * 1000:
            return {"name": name, "steps": steps}
        what(t)


def follower_cases():
    near = dict(up=5, down=5, jitter=4, drift=50e-6, ahead=2e5)
    far = dict(up=100, down=70, jitter=50, drift=-400e-6, ahead=-1e5 + 2e5)
    begin = [(0.2, "truth", dict(mediaId="film", playing=True, durationMs=7.2e6)), (0.5, "condition", dict(loaded="film"))]
    rng = random.Random(99)
    chaos = []
    for i in range(60):
        chaos.append((1 + i * 0.31, *rng.choice([
            ("truth", dict(playing=True)), ("truth", dict(playing=False)), ("truth", dict(held=True)), ("truth", dict(held=False)),
            ("truth", dict(positionMs=float(rng.randrange(7_000_000)))), ("truth", dict(rate=rng.choice([0.5, 1.0, 1.25, 2.0]))),
            ("truth", dict(pace=rng.choice([0.95, 1.0, 1.05]))), ("condition", dict(stalled=rng.random() < 0.5)),
            ("condition", dict(hidden=rng.random() < 0.15)), ("condition", dict(free=rng.random() < 0.3)),
            ("condition", dict(userSeeks=rng.random() < 0.3)),
            ("condition", dict(autoplay=rng.choice(["allowed", "needs-mute", "needs-tap"])))])))
    return [
        follower_case("joins, then pause, play, seek, rate", 11, 22, begin + [
            (6, "truth", dict(playing=False)), (8, "truth", dict(playing=True)), (12, "truth", dict(positionMs=900_000.0)),
            (16, "truth", dict(rate=1.5))], **near),
        follower_case("far, with drift", 12, 24, begin, **far),
        follower_case("waits, slows", 13, 16, begin + [
            (4, "truth", dict(held=True)), (6, "truth", dict(held=False)), (9, "truth", dict(pace=0.95)), (12, "truth", dict(pace=1.0))],
            **near),
        follower_case("stall, background, free, own seek, tap", 14, 32, begin + [
            (5, "condition", dict(stalled=True)), (7, "condition", dict(stalled=False)), (11, "condition", dict(hidden=True)),
            (14, "condition", dict(hidden=False)), (16, "condition", dict(free=True)), (18, "condition", dict(free=False)),
            (20, "condition", dict(userSeeks=True)), (21, "condition", dict(userSeeks=False)),
            (24, "condition", dict(autoplay="needs-mute")), (26, "condition", dict(autoplay="needs-tap")),
            (28, "condition", dict(autoplay="allowed"))], **near),
        follower_case("live, own offset, 60 pictures a second", 15, 14, [
            (0.1, "tell", "frame", 1000.0 / 60), (0.1, "tell", "offset", 120.0),
            (0.2, "truth", dict(mediaId="concert", live=True, playing=True, targetLatencyMs=3000.0)),
            (0.5, "condition", dict(loaded="concert")), (8, "truth", dict(targetLatencyMs=5000.0, positionMs=0.0))], **near),
        follower_case("sleep, another life of the room", 16, 24, begin + [
            (6, "sleep", -60_000.0), (12, "sleep", 30_000.0), (18, "restart"),
            (18.1, "truth", dict(mediaId="film", playing=True, positionMs=50_000.0))], **near),
        follower_case("everything at once", 17, 22, begin + chaos, **far),
    ]


def timeline_cases():
    rng, cases = random.Random(21), []
    for i in range(12):
        timeline, steps = Timeline(), []
        version = 0
        for _ in range(25):
            version += rng.choice([0, 1, 1, 2])
            now = short(rng.uniform(0, 2000))
            t = dict(version=version, placed=version // 2, mediaId="film", live=False, positionMs=short(rng.uniform(0, 9000)),
                     sinceMs=short(rng.uniform(0, 2000)), rate=rng.choice([0.25, 1.0, 1.5, 4.0]), pace=rng.choice([0.95, 1.0, 1.05]),
                     playing=rng.random() < 0.8, held=rng.random() < 0.2, durationMs=rng.choice([0.0, 9500.0]), targetLatencyMs=0.0)
            added = timeline.add(t)
            steps.append(["add", t, added, len(timeline.truths)])
            if rng.random() < 0.3:
                timeline.prune(now)
                steps.append(["prune", now])
            here = timeline.at(now)
            steps.append(["at", now, here["version"], position_at(here, now), moves(here), timeline.next_change(now), len(timeline.truths)])
        cases.append({"name": f"random {i}", "steps": steps})
    return cases


def written(cases):
    lines = []
    for case in cases:
        steps = ",\n".join(json.dumps(step, separators=(",", ":"), allow_nan=False) for step in case["steps"])
        lines.append(f'{{"name":{json.dumps(case["name"])},"steps":[\n{steps}]}}')
    return "[" + ",\n".join(lines) + "]\n"


def main():
    stale = []
    for name, make in (("timeline", timeline_cases), ("clock", clock_cases), ("follower", follower_cases)):
        file, text = HERE / f"{name}.json", written(make())
        if "--check" not in sys.argv:
            file.write_text(text, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            stale.append(file.name)
    print("stale: " + ", ".join(stale) if stale else "The shared cases are as their generator writes them.")
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
