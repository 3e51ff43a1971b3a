"""What the benchmarks of live streaming share: a server pinned to cores of its own, a publisher in real time, samples of CPU and memory."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENT_CORE = max(os.cpu_count() - 1, 0)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pinned(cores):
    return lambda: os.sched_setaffinity(0, cores)


def programs():
    """The load client and the floor, compiled when their sources changed: two files each, no library."""
    folder = ROOT / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    load = ROOT / "tests" / "bench" / "load"
    built = {}
    for name, sources in {"viewers": ["viewers.cpp", "viewer.cpp"], "floor": ["floor.cpp"]}.items():
        program = folder / f"bench_{name}"
        newest = max(f.stat().st_mtime for f in load.iterdir())
        if not program.exists() or program.stat().st_mtime < newest:
            subprocess.run(["g++", "-std=c++20", "-O2", "-Wall", "-Wextra", f"-I{ROOT}", "-o", program, *[load / s for s in sources]], check=True)
        built[name] = str(program)
    return built


def source(seconds=40):
    """720p30 H.264 without B-frames, key frame each 2 s, and AAC, about 1 Mbit/s together; made once."""
    path = ROOT / "build" / "bench" / f"source-{seconds}.flv"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_suffix(".part.flv")
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=30", "-f", "lavfi", "-i", "sine=f=440:r=48000",
                        "-t", str(seconds), "-vf", "noise=alls=12:allf=t", "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main",
                        "-bf", "0", "-g", "60", "-keyint_min", "60", "-sc_threshold", "0", "-b:v", "900k", "-maxrate", "900k", "-bufsize", "900k",
                        "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", "-b:a", "96k", part], check=True)
        part.rename(path)
    return str(path)


class Server:
    """Matinee on free ports and an empty folder, on the cores given and with as many workers."""

    def __init__(self, binary, cores=(0,), settings=(), streams=()):
        """`streams` are made before the start, which no rate limit of calls slows down; their keys are in self.keys."""
        self.binary = binary
        self.folder = tempfile.mkdtemp(prefix="matinee-bench-")
        self.keys = [self.stream(name) for name in streams]
        self.port, self.rtmp = free_port(), free_port()
        limits = [f"server.workers={len(cores)}", "server.max_connections=100000", "server.max_connections_per_address=100000",
                  "livestream.max_viewers=100000", *settings]
        self.log = open(pathlib.Path(self.folder, "log"), "w")
        self.process = subprocess.Popen([binary, "--data-dir", self.folder, "serve", "--port", str(self.port), "--rtmp-port", str(self.rtmp),
                                         *[a for s in limits for a in ("--set", s)]], stdout=self.log, stderr=self.log, preexec_fn=pinned(cores))
        for _ in range(1000):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=1).read()
                break
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("the server did not start:\n" + pathlib.Path(self.folder, "log").read_text())
                time.sleep(0.02)
        self.publishers = []

    def stream(self, name):
        """Makes the stream; its publish key."""
        made = subprocess.run([self.binary, "--data-dir", self.folder, "--output", "json", "stream", "create", name], check=True,
                              capture_output=True, text=True)
        found = json.loads(made.stdout)
        return found["publish_key"]

    def publish(self, name, source_file):
        key = self.stream(name)
        self.publishers.append(subprocess.Popen(["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", source_file, "-c", "copy", "-f", "flv",
                                                 f"rtmp://127.0.0.1:{self.rtmp}/live/{key}"], stdin=subprocess.DEVNULL,
                                                stderr=self.log, preexec_fn=pinned([CLIENT_CORE])))
        for _ in range(500):
            if b"matinee_live_streams 0" not in self.metrics():
                time.sleep(1)
                return
            time.sleep(0.05)
        raise SystemExit("the publisher did not go live")

    def metrics(self):
        return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5).read()

    def gauge(self, begins):
        """Largest value of the metrics whose line begins so."""
        values = [float(line.split()[-1]) for line in self.metrics().decode().splitlines() if line.startswith(begins)]
        return max(values, default=None)

    def cpu_seconds(self):
        """User and system, of all threads that live; nanoseconds where the kernel tells them, ticks otherwise."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task")
        try:
            return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks.iterdir()) * 1e-9
        except OSError:
            fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_kib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0

    def stop(self):
        for publisher in self.publishers:
            publisher.kill()
            publisher.wait()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def watch(server, client, protocol, viewers, *, seconds=8, settle=3, joins=500, name="bench", mute=0):
    """One crowd of viewers; what it saw, and what it cost the server during its window."""
    port = server.rtmp if protocol == "rtmp" else server.port
    before = server.resident_kib()
    crowd = subprocess.Popen([client, "--protocol", protocol, "--port", str(port), "--name", name, "--viewers", str(viewers), "--joins", str(joins),
                              "--settle", str(settle), "--seconds", str(seconds), "--mute", str(mute)], stdout=subprocess.PIPE, text=True,
                             preexec_fn=pinned([CLIENT_CORE]))
    row, marks, resident, merge = {}, [], before, None
    for line in crowd.stdout:
        if line.startswith("window"):
            marks.append((time.monotonic(), server.cpu_seconds()))
            resident = server.resident_kib()
        elif line.startswith("{"):
            row = json.loads(line)
        if line.startswith("window ends"):
            merge = 1000 * server.gauge("matinee_live_merge_seconds")
    crowd.wait()
    if len(marks) != 2 or not row:
        raise SystemExit("the load client ended early")
    (begin, cpu_before), (end, cpu_after) = marks
    row["server_cores"] = (cpu_after - cpu_before) / (end - begin)
    row["cpu_us_per_viewer_s"] = row["server_cores"] * 1e6 / viewers
    row["resident_kib_per_viewer"] = (resident - before) / viewers
    row["merge_ms"] = merge
    return row


def floor(program, viewers, video, audio, seconds=6):
    """The kernel's own share for the same bytes in `video + audio` sends a second."""
    return json.loads(subprocess.run([program, "--viewers", str(viewers), "--video", str(video), "--audio", str(audio), "--seconds", str(seconds),
                                      "--reader-core", str(CLIENT_CORE)], check=True, capture_output=True, text=True).stdout)


def complaints(row):
    """What was wrong with a row; empty when every viewer got everything."""
    found = []
    if row["failed"]:
        found.append(f"{row['failed']} viewers failed: {row['failure']}")
    if row["without_picture"]:
        found.append(f"{row['without_picture']} viewers got no key frame")
    # A window cuts a merge or a large key frame in two for some: 3 % for the slowest.
    if row["kbps_p1"] < 0.97 * row["kbps_median"]:
        found.append(f"the slowest got {row['kbps_p1']:.0f} of {row['kbps_median']:.0f} kbit/s")
    if not 0.95 < row["media_rate_min"] < 1.06:
        found.append(f"media time ran at {row['media_rate_min']:.2f} of real time")
    return found
