"""What a request costs that HLS viewers make: CPU of the server for a segment of some 250 kB and for a playlist, out of memory, over
connections that stay open; nginx serves the same bytes as files in the same run. The cost of the publisher alone is taken off."""
import argparse
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.dirname(__file__))
import rig

CONNECTIONS = 16
ap = argparse.ArgumentParser()
ap.add_argument("--json", action="store_true")
ap.add_argument("--bin", default="build/release/bin/matinee")
ap.add_argument("--requests", type=int, default=8000)
ap.add_argument("--rounds", type=int, default=3)
args = ap.parse_args()
os.sched_setaffinity(0, [rig.CLIENT_CORE])


class Client:
    """Keeps some connections busy, one request each at a time."""

    def __init__(self, port, path):
        self.request = f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
        self.sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
        self.buffer = bytearray(1 << 20)

    def answer(self, connection):
        view = memoryview(self.buffer)
        got = 0
        while b"\r\n\r\n" not in self.buffer[:got]:
            count = connection.recv_into(view[got:])
            if count == 0:
                raise SystemExit("the server closed a connection that was to stay open")
            got += count
        head, _, _ = bytes(self.buffer[:got]).partition(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n")[0]:
            raise SystemExit(head.decode())
        length = int(re.search(rb"content-length: (\d+)", head, re.I).group(1))
        left = length + len(head) + 4 - got
        while left > 0:
            count = connection.recv_into(view)
            if count == 0:
                raise SystemExit("the server closed a connection in the middle of an answer")
            left -= count
        return length

    def run(self, count):
        size = 0
        for _ in range(count // CONNECTIONS):
            for connection in self.sockets:
                connection.sendall(self.request)
            for connection in self.sockets:
                size = self.answer(connection)
        return size

    def close(self):
        for connection in self.sockets:
            connection.close()


def cpu_of(pids):
    total = 0
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total * 1e-9


def cost(port, path, pids, idle=0.0):
    """Microseconds of CPU a request, and bytes of an answer."""
    client = Client(port, path)
    client.run(CONNECTIONS * 8)
    cpu, begin = cpu_of(pids), time.monotonic()
    size = client.run(args.requests)
    spent = cpu_of(pids) - cpu - idle * (time.monotonic() - begin)
    client.close()
    return spent * 1e6 / (args.requests // CONNECTIONS * CONNECTIONS), size


class Nginx:
    def __init__(self, folder):
        self.port = rig.free_port()
        conf = pathlib.Path(folder, "nginx.conf")
        conf.write_text(f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log; events {{ worker_connections 1024; }} http {{ access_log off; "
                        f"sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=100; root {folder}/www; "
                        f"client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; "
                        f"scgi_temp_path {folder}/s; server {{ listen 127.0.0.1:{self.port}; }} }}\n")
        if os.geteuid() == 0:
            conf.write_text("user root; " + conf.read_text())
        self.process = subprocess.Popen(["nginx", "-c", str(conf)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=rig.pinned([0]))
        for _ in range(200):
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            if children:
                break
            time.sleep(0.02)
        self.pids = [self.process.pid, *map(int, children)]


server = rig.Server(args.bin)
try:
    server.publish("bench", rig.source())
    base = f"http://127.0.0.1:{server.port}/hls/bench"
    urllib.request.urlopen(f"{base}/main.m3u8").read()
    time.sleep(6)
    listed = urllib.request.urlopen(f"{base}/main.m3u8").read()
    cpu = cpu_of([server.process.pid])
    time.sleep(4)
    idle = (cpu_of([server.process.pid]) - cpu) / 4
    with tempfile.TemporaryDirectory() as folder:
        www = pathlib.Path(folder, "www")
        www.mkdir()
        peer = Nginx(folder)
        figures = {name: [] for name in ("segment_us", "nginx_segment_us", "playlist_us", "nginx_playlist_us")}
        sizes = {}
        for _ in range(args.rounds):
            listed = urllib.request.urlopen(f"{base}/main.m3u8").read()
            uri = [line for line in listed.decode().splitlines() if line and not line.startswith("#")][-1]
            (www / "segment.m4s").write_bytes(urllib.request.urlopen(f"{base}/{uri}").read())
            (www / "list.m3u8").write_bytes(listed)
            for name, port, path, pids, share in (("segment_us", server.port, f"/hls/bench/{uri}", [server.process.pid], idle),
                                                  ("nginx_segment_us", peer.port, "/segment.m4s", peer.pids, 0.0),
                                                  ("playlist_us", server.port, "/hls/bench/main.m3u8", [server.process.pid], idle),
                                                  ("nginx_playlist_us", peer.port, "/list.m3u8", peer.pids, 0.0)):
                spent, sizes[name] = cost(port, path, pids, share)
                figures[name].append(spent)
        peer.process.terminate()
        peer.process.wait(10)
finally:
    server.stop()

best = {name: min(values) for name, values in figures.items()}
if args.json:
    print(json.dumps({"bench": "hls", **{k: round(v, 1) for k, v in best.items()}, "segment_bytes": sizes["segment_us"], "playlist_bytes": sizes["playlist_us"]}))
else:
    print(f"CPU of the server a request, us (best of {args.rounds} rounds of {args.requests} over {CONNECTIONS} connections)")
    print(f"  segment, {sizes['segment_us']} bytes:  matinee, memory {best['segment_us']:.1f}   nginx, file {best['nginx_segment_us']:.1f}   aim 45")
    print(f"  playlist, {sizes['playlist_us']} bytes:  matinee, memory {best['playlist_us']:.1f}   nginx, file {best['nginx_playlist_us']:.1f}   aim 20")
