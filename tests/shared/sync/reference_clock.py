"""The clock of docs/design/rooms-sync.md, written a third time and as plainly as possible, so that neither twin is its own judge."""
import math

WINDOW = 48
MOST_AGE = 300_000.0
MOST_DELAY = 5_000.0
RESOLUTION = 1.0
MOST_DRIFT = 600e-6
LEAST_WANDER = 10e-6
WANDER_GROWTH = 1.05
LEAST_SPAN = 5_000.0
STRAY = 4.0
STRAYS = 4


class Sample:
    def __init__(self, t1, t2, t3, t4):
        self.at = t1 + (t4 - t1) / 2
        self.offset = ((t2 - t1) + (t3 - t4)) / 2
        self.delay = max((t4 - t1) - (t3 - t2), 0.0)


class Clock:
    def __init__(self):
        self.reset()

    def reset(self):
        self.samples = []
        self.offset = self.drift = self.bound = self.dispersion = self.down_delay = 0.0
        self.wander = MOST_DRIFT
        self.strays = 0
        self.restarts = 0
        self.doubts = 0

    def doubt(self):
        self.doubts = 4

    def known(self):
        return len(self.samples) >= 3 and self.doubts < 4

    def offset_at(self, local):
        return self.offset + self.drift * (local - self.samples[-1].at) if self.samples else 0.0

    def to_server(self, local):
        return local + self.offset_at(local)

    def to_local(self, server):
        if not self.samples:
            return server
        base = self.samples[-1].at
        return base + (server - base - self.offset) / (1 + self.drift)

    def next_exchange(self):
        n = len(self.samples)
        if n < 4 or self.doubts > 0:
            return 50.0
        if n < 12:
            return 250.0
        if self.dispersion > 4 or self.samples[-1].at - self.samples[0].at < 30_000:
            return 1000.0
        return 5000.0

    def add(self, t1, t2, t3, t4):
        if not all(map(math.isfinite, (t1, t2, t3, t4))) or t4 < t1 or t3 < t2:
            return False
        delay = (t4 - t1) - (t3 - t2)
        if delay < -RESOLUTION or delay > MOST_DELAY:
            return False
        sample = Sample(t1, t2, t3, t4)
        if self.samples and sample.at < self.samples[-1].at:
            self.begin_anew(0)
        self.doubts = max(self.doubts - 1, 0)
        self.strays = self.strays + 1 if self.is_stray(sample) else 0
        self.samples.append(sample)
        if self.strays >= STRAYS:
            self.begin_anew(STRAYS)
        while len(self.samples) > WINDOW or sample.at - self.samples[0].at > MOST_AGE:
            self.samples.pop(0)
        while not self.fit():
            self.begin_anew(len(self.samples) // 2)
        return True

    def begin_anew(self, keep):
        self.samples = self.samples[len(self.samples) - keep:]
        self.drift = 0.0
        self.wander = MOST_DRIFT
        self.strays = 0
        self.restarts += 1

    def is_stray(self, sample):
        if len(self.samples) < 4:
            return False
        least = min(s.delay for s in self.samples)
        excess = max(sample.delay - least, 0.0)
        age = sample.at - self.samples[-1].at
        allowed = excess / 2 + self.dispersion + self.wander * age + STRAY
        return abs(sample.offset - self.offset_at(sample.at)) > allowed

    def fit_drift(self):
        span = self.samples[-1].at - self.samples[0].at
        if span < LEAST_SPAN:
            return
        delays = sorted(s.delay for s in self.samples)
        least = delays[0]
        low, high = -math.inf, math.inf
        for i, a in enumerate(self.samples):
            for b in reversed(self.samples[i + 1:]):
                apart = b.at - a.at
                if apart < span / 2:
                    break
                room = (a.delay - least + (b.delay - least)) / 2
                rise = b.offset - a.offset
                low = max(low, (rise - room) / apart)
                high = min(high, (rise + room) / apart)
        third = delays[min(2, len(delays) - 1)] - least
        wander = abs(high - low) / 2 + third / 2 / span
        if wander < MOST_DRIFT:
            self.wander = max(wander, LEAST_WANDER)
            self.drift = min(max((low + high) / 2, -MOST_DRIFT), MOST_DRIFT)
        else:
            self.wander = min(self.wander * WANDER_GROWTH, MOST_DRIFT)

    def fit(self):
        self.fit_drift()
        newest = self.samples[-1]
        lows, highs = [], []
        for s in self.samples:
            age = newest.at - s.at
            now = s.offset + self.drift * age
            room = s.delay / 2 + self.wander * age
            lows.append(now - room)
            highs.append(now + room)
        lows.sort(reverse=True)
        highs.sort()
        if lows[0] > highs[0] + RESOLUTION and len(self.samples) > 1:
            return False
        self.offset = (lows[0] + highs[0]) / 2
        self.bound = max(highs[0] - lows[0], 0.0) / 2
        third = min(2, len(lows) - 1)
        self.dispersion = ((lows[0] - lows[third]) + (highs[third] - highs[0])) / 4 if len(lows) >= 3 else newest.delay / 2
        downs = sorted(self.offset_at(s.at) - (s.offset - s.delay / 2) for s in self.samples[-16:])
        self.down_delay = max(downs[(len(downs) * 9 + 9) // 10 - 1], 0.0)
        return True
