"""A member's decisions as docs/design/rooms-sync.md describes them, written a third time: what both twins are held to."""
import math

from reference_clock import Clock


def position_at(t, now):
    speed = t["rate"] * t["pace"] if moves(t) else 0
    reached = t["positionMs"] + max(now - t["sinceMs"], 0) * speed
    return min(reached, t["durationMs"]) if t["durationMs"] > 0 else reached


def moves(t):
    return t["playing"] and not t["held"]


class Timeline:
    def __init__(self):
        self.truths = []

    def add(self, t):
        if self.truths and t["version"] <= self.truths[-1]["version"]:
            return False
        while self.truths and (self.truths[-1]["sinceMs"] >= t["sinceMs"] or len(self.truths) >= 8):
            self.truths.pop()
        self.truths.append(t)
        return True

    def prune(self, now):
        while len(self.truths) > 1 and self.truths[1]["sinceMs"] <= now:
            self.truths.pop(0)

    def at(self, now):
        begun = [t for t in self.truths if t["sinceMs"] <= now]
        return begun[-1] if begun else self.truths[0]

    def next_change(self, now):
        return next((t["sinceMs"] for t in self.truths if t["sinceMs"] > now), None)


class Latency:
    def __init__(self, usual, most):
        self.usual, self.most, self.seen = usual, most, []

    def add(self, ms):
        self.seen = (self.seen + [min(max(ms, 0), self.most)])[-5:]

    def value(self):
        return sorted(self.seen)[len(self.seen) // 2] if self.seen else self.usual


class Player:
    def __init__(self):
        self.samples = []
        self.anchor = (0.0, 0.0)
        self.valid_from = 0.0
        self.speed = 0.0
        self.seek_since = None
        self.lesson = None
        self.ordered = (0.0, 0.0)
        self.seek_latency = Latency(200, 3000)
        self.start_latency = Latency(30, 500)

    def sample(self, at, position):
        if self.seek_since is None and at >= self.valid_from and math.isfinite(position):
            self.samples = (self.samples + [(at, position)])[-15:]

    def set_speed(self, speed, now):
        if speed == self.speed:
            return
        if self.seek_since is None:
            starts = self.speed == 0
            self.anchor = (now + self.start_latency.value() if starts else now, self.position_at(now))
            self.samples = []
            self.valid_from = self.anchor[0] if starts else now + 150
            self.lesson = "start" if starts else None
            self.ordered = (now, self.anchor[1])
        self.speed = speed

    def begin_seek(self, to, now):
        self.seek_since = now
        self.samples = []
        self.anchor = (now + self.seek_latency.value(), to)
        self.lesson = "seek"
        self.ordered = (now, to)

    def seeked(self, now):
        self.seek_since = None
        self.valid_from = now
        self.anchor = (now, self.ordered[1])

    def forget(self):
        self.samples = []
        self.lesson = None

    def clock_was_set(self, now):
        self.forget()
        self.anchor = (now, self.anchor[1])
        self.valid_from = now
        if self.seek_since is not None:
            self.seek_since = now

    def fresh(self, now):
        return [s for s in self.samples if now - s[0] <= 1000]

    def measured(self, now):
        return len(self.fresh(now)) >= 5

    def position_at(self, now):
        if not self.measured(now):
            return self.anchor[1] + self.speed * max(now - self.anchor[0], 0)
        carried = sorted(p + self.speed * (now - at) for at, p in self.fresh(now))
        return carried[len(carried) // 2]

    def learn(self, now):
        if self.lesson is None or self.speed <= 0 or self.seek_since is not None or not self.measured(now):
            return
        took = (now - self.ordered[0]) - (self.position_at(now) - self.ordered[1]) / self.speed
        (self.seek_latency if self.lesson == "seek" else self.start_latency).add(took)
        self.lesson = None


CONDITIONS = {"loaded": "", "stalled": False, "hidden": False, "free": False, "userSeeks": False, "autoplay": "allowed"}


class Follower:
    def __init__(self):
        self.timeline, self.clock, self.player = Timeline(), Clock(), Player()
        self.conditions = dict(CONDITIONS)
        self.orders = {"state": "waiting", "play": False, "rate": 1, "seekToMs": None, "muted": False, "askTap": False,
                       "measured": False, "skewMs": 0, "nextMs": 250}
        self.half_frame = 1000.0 / 60
        self.own_offset = 0
        self.looked_at = self.version = self.placed = self.reached = self.nudge_end = None
        self.jumped = False
        self.starved = True
        self.trim = 0.0
        self.nudge_rate = 1.0
        self.finishing = 3
        self.settling_until = self.user_until = self.next_seek_at = 0
        self.seek_rest = 500

    def set_frame_duration(self, ms):
        self.half_frame = min(max(ms, 20), 50) / 2

    def set(self, conditions, now):
        before, self.conditions = self.conditions, conditions
        if before["loaded"] != conditions["loaded"] or before["stalled"] != conditions["stalled"]:
            self.player.forget()
        if before["loaded"] != conditions["loaded"]:
            self.jumped = True
            self.reached = None
        if before["userSeeks"] and not conditions["userSeeks"]:
            self.user_until = now + 2000
            self.player.forget()
        if (before["hidden"] and not conditions["hidden"]) or (before["free"] and not conditions["free"]):
            self.settle(now)

    def restart(self):
        self.timeline = Timeline()
        self.clock.reset()
        self.player.forget()
        self.version = self.placed = self.reached = self.nudge_end = None

    def settle(self, now):
        self.player.forget()
        self.settling_until = now + 3000
        self.finishing = 3

    def decide(self, now):
        o, c = self.orders, self.conditions
        if self.looked_at is not None and now < self.looked_at:
            self.clock.reset()
            self.player.clock_was_set(now)
            self.nudge_end = None
            self.user_until = self.next_seek_at = now
            self.settle(now)
        elif self.looked_at is not None and now - self.looked_at > o["nextMs"] + 3000 and not c["hidden"]:
            self.clock.doubt()
            self.settle(now)
        self.looked_at = now
        o["seekToMs"], o["nextMs"], o["measured"] = None, 250, False
        o["muted"] = o["askTap"] = c["autoplay"] != "allowed"
        if c["free"]:
            o["state"] = "free"
            return
        if not self.timeline.truths or not self.clock.known():
            o["state"] = "waiting"
            return
        server = self.clock.to_server(now)
        self.timeline.prune(server)
        o["nextMs"] = self.until_next(server, now)
        truth = self.due(server)
        if self.version != truth["version"]:
            self.take(truth, now)
        self.player.learn(now)
        target = max(position_at(truth, server) + self.own_offset, 0)
        if c["autoplay"] == "needs-tap":
            return self.wait("blocked", False, truth, now)
        if truth["mediaId"] != c["loaded"] or truth["mediaId"] == "":
            return self.wait("waiting", False, truth, now)
        if self.player.seek_since is not None and now - self.player.seek_since > 10_000:
            self.player.seeked(now)
        if self.player.seek_since is not None and not self.jumped:
            return self.wait("seeking", moves(truth), truth, now)
        if c["userSeeks"] or now < self.user_until:
            return
        if c["stalled"] and not self.jumped:
            return self.wait("waiting", moves(truth), truth, now)
        o["measured"] = self.player.measured(now)
        o["skewMs"] = self.player.position_at(now) - target
        if moves(truth):
            aim = max(position_at(truth, server + self.player.seek_latency.value()) + self.own_offset, 0)
            self.follow(truth, aim, now)
        else:
            self.stand(truth, target, now)
        self.jumped = False
        if self.player.seek_since is None:
            self.reached = self.placed
        self.player.set_speed(o["rate"] if o["play"] else 0, now)

    def wait(self, state, play, truth, now):
        self.orders["state"], self.orders["play"], self.orders["rate"] = state, play, self.base_rate(truth)
        self.nudge_end = None
        self.player.set_speed(self.orders["rate"] if play else 0, now)

    def due(self, server):
        present = self.timeline.at(server)
        soon = self.timeline.at(server + self.player.start_latency.value())
        return soon if not moves(present) and moves(soon) and soon["placed"] == present["placed"] else present

    def take(self, truth, now):
        self.version = truth["version"]
        self.user_until = now
        self.nudge_end = None
        if self.placed == truth["placed"]:
            return
        self.placed = truth["placed"]
        self.jumped = self.starved = True
        self.settling_until = now + 3000
        self.next_seek_at = now
        self.seek_rest = 500

    def stand(self, truth, target, now):
        o = self.orders
        o["state"] = "asleep" if self.conditions["hidden"] else "waiting" if truth["held"] else "in-step"
        o["play"], o["rate"] = False, self.base_rate(truth)
        if (o["measured"] or self.jumped) and abs(o["skewMs"]) > self.half_frame and now >= self.next_seek_at:
            self.seek(target, now)

    def follow(self, truth, aim, now):
        o, hidden = self.orders, self.conditions["hidden"]
        base = self.base_rate(truth)
        error = abs(o["skewMs"])
        if not o["play"]:
            self.finishing = 3
        o["play"] = True
        o["state"] = "asleep" if hidden else "in-step"
        limit = 1500 if hidden else 200 if now < self.settling_until else 1000
        if (o["measured"] or self.jumped) and error > limit and now >= self.next_seek_at:
            o["rate"] = base
            self.seek(aim, now)
            return
        self.review(base, now)
        if hidden:
            self.nudge_end = None
        elif self.nudge_end is None and o["measured"] and error > (self.half_frame / 2 if self.finishing > 0 else self.half_frame):
            self.nudge(truth, base, now)
        o["rate"] = base
        if self.nudge_end is None:
            return
        if self.nudge_end - now > 8000 and now >= self.next_seek_at:
            self.seek(aim, now)
            return
        o["rate"], o["state"] = self.nudge_rate, "nudging"
        o["nextMs"] = max(min(o["nextMs"], self.nudge_end - now), 1)

    def review(self, base, now):
        o = self.orders
        error = abs(o["skewMs"])
        if o["measured"] and error <= self.half_frame and now >= self.next_seek_at:
            self.seek_rest = 500
        if self.nudge_end is not None:
            planned = (base - self.nudge_rate) * (self.nudge_end - now)
            if now >= self.nudge_end:
                self.nudge_end = None
                o["measured"] = False
            elif o["measured"] and abs(o["skewMs"] - planned) > 2 * self.half_frame:
                self.nudge_end = None
        if self.nudge_end is not None or not o["measured"]:
            return
        if error <= self.half_frame / 2:
            self.finishing = 0
        elif error > self.half_frame and self.finishing == 0:
            self.finishing = 3

    def nudge(self, truth, base, now):
        error = abs(self.orders["skewMs"])
        self.finishing = max(self.finishing - 1, 0)
        strength = min(max(error / 1000, 0.02), 0.1)
        wanted = base - strength * truth["rate"] if self.orders["skewMs"] > 0 else base + strength * truth["rate"]
        self.nudge_rate = min(max(wanted, (1 - 0.1) * truth["rate"]), (1 + 0.1) * truth["rate"])
        self.nudge_end = now + error / max(abs(self.nudge_rate - base), 1e-6)

    def seek(self, to, now):
        self.orders["seekToMs"], self.orders["state"] = to, "seeking"
        self.nudge_end = None
        self.finishing = 3
        self.player.begin_seek(to, now)
        self.next_seek_at = now + self.seek_rest
        self.seek_rest = min(self.seek_rest * 2, 30_000)

    def base_rate(self, truth):
        gap = abs(self.clock.drift - self.trim)
        if gap > 100e-6 and gap > 2 * self.clock.wander:
            self.trim = math.floor(self.clock.drift / 50e-6 + 0.5) * 50e-6
        return truth["rate"] * truth["pace"] * (1 + self.trim)

    def until_next(self, server, now):
        change = self.timeline.next_change(server)
        if change is None:
            return 250
        exact = self.clock.to_local(change) - now
        early = exact - self.player.start_latency.value()
        return max(min(250, early if early > 0 else exact), 1)

    def report(self, buffered):
        c = self.conditions
        mode = "free" if c["free"] else "blocked" if c["autoplay"] == "needs-tap" else "asleep" if c["hidden"] else "in-step"
        newest = self.timeline.truths[-1] if self.timeline.truths else None
        enough = min(2000, newest["targetLatencyMs"] / 4) if newest and newest["live"] else 2000
        self.starved = c["stalled"] or (self.starved and buffered < enough)
        ready = self.placed is not None and self.reached == self.placed and not self.starved
        return {"mode": mode, "version": self.version or 0, "ready": ready, "bufferedMs": buffered,
                "downDelayMs": self.clock.down_delay, "skewMs": self.orders["skewMs"] if self.orders["measured"] else None}
