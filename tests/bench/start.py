"""Cold start and idle memory of the release build, with nginx in the same run as the peer.

Cold means a new process; the page cache is warm after the first round, which is not counted. "first" starts on an empty data folder
(secrets, database and migrations are made), "again" on the folder that the first one left."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request

ROUNDS = 7
ap = argparse.ArgumentParser()
ap.add_argument("--json", action="store_true")
ap.add_argument("--bin", default="build/release/bin/matinee")
args = ap.parse_args()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def until_ok(url, process, limit=10):
    start = time.monotonic()
    while time.monotonic() - start < limit:
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                if answer.status == 200:
                    return time.monotonic()
        except OSError:
            pass
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode} before it was ready")
        time.sleep(0.001)
    raise SystemExit("not ready in time")


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(15)


def matinee(folder):
    port, rtmp = free_port(), free_port()
    begin = time.monotonic()
    process = subprocess.Popen([args.bin, "serve", "--data-dir", folder, "--port", str(port), "--rtmp-port", str(rtmp)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ready = until_ok(f"http://127.0.0.1:{port}/health/ready", process)
    return process, (ready - begin) * 1000


def nginx(folder):
    port = free_port()
    conf = pathlib.Path(folder, "nginx.conf")
    conf.write_text(f"daemon off; pid {folder}/pid; error_log {folder}/log; events {{}} http {{ access_log off; "
                    f"client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; "
                    f"scgi_temp_path {folder}/s; server {{ listen 127.0.0.1:{port}; location / {{ return 200; }} }} }}\n")
    begin = time.monotonic()
    process = subprocess.Popen(["nginx", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ready = until_ok(f"http://127.0.0.1:{port}/", process)
    return process, (ready - begin) * 1000


figures = {"first_start_ms": [], "again_ms": [], "resident_mib": [], "nginx_ms": []}
for round_number in range(ROUNDS + 1):
    folder = tempfile.mkdtemp(prefix="matinee-bench-")
    try:
        process, first = matinee(folder)
        stop(process)
        process, again = matinee(folder)
        time.sleep(2)
        resident = resident_mib(process.pid)
        stop(process)
        peer, peer_ms = nginx(folder)
        stop(peer)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if round_number:
        for key, value in zip(figures, (first, again, resident, peer_ms)):
            figures[key].append(value)

summary = {key: {"min": min(v), "median": statistics.median(v), "max": max(v)} for key, v in figures.items()}
if args.json:
    print(json.dumps({"benchmark": "start", "rounds": ROUNDS, **summary}))
else:
    names = {"first_start_ms": "exec to ready, empty folder, ms", "again_ms": "exec to ready, later starts, ms",
             "resident_mib": "resident when idle, MiB", "nginx_ms": "peer: nginx, exec to ready, ms"}
    print(f"{'start':36}{'min':>9}{'median':>9}{'max':>9}   ({ROUNDS} rounds, {os.cpu_count()} cores)")
    for key, row in summary.items():
        print(f"{names[key]:36}{row['min']:9.1f}{row['median']:9.1f}{row['max']:9.1f}")
