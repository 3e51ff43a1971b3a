"""Memory of streams that are live and send next to nothing: a header and a small picture now and then. Resident memory before and after, divided."""
import argparse
import json
import resource
import socket
import struct
import sys
import time

import rig

LIMIT_KIB = 64  # the table
ap = argparse.ArgumentParser()
ap.add_argument("--json", action="store_true")
ap.add_argument("--bin", default="build/release/bin/matinee")
ap.add_argument("--streams", type=int, default=1000)
args = ap.parse_args()
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)

SPS = bytes.fromhex("6764001facd9405005bb011000000300100000030320f1831960")
PPS = bytes.fromhex("68ebecb22c")
CONFIG = b"\x01" + SPS[1:4] + b"\xff\xe1" + struct.pack(">H", len(SPS)) + SPS + b"\x01" + struct.pack(">H", len(PPS)) + PPS
HEADER = b"\x17\x00\x00\x00\x00" + CONFIG
PICTURE = b"\x17\x01\x00\x00\x00" + struct.pack(">I", 100) + b"\x65" + bytes(99)


def text(value):
    return b"\x02" + struct.pack(">H", len(value)) + value.encode()


def message(stream, kind, payload, time_ms=0, channel=3):
    out = bytes([channel]) + struct.pack(">I", time_ms)[1:] + struct.pack(">I", len(payload))[1:] + bytes([kind]) + struct.pack("<I", stream)
    parts = [payload[i:i + 128] for i in range(0, len(payload), 128)]  # the chunk size that RTMP begins with
    return out + bytes([0xc0 | channel]).join(parts)


def command(name, number, *values):
    return text(name) + b"\x00" + struct.pack(">d", number) + b"".join(values)


def until(connection, mark):
    seen = b""
    while mark not in seen:
        more = connection.recv(65536)
        if not more:
            raise SystemExit(f"the server closed before it said {mark.decode()}: {seen[-200:]!r}")
        seen += more


def publisher(port, key):
    connection = socket.create_connection(("127.0.0.1", port))
    connection.settimeout(20)
    connection.sendall(b"\x03" + bytes(8) + bytes(1528))
    answer = b""
    while len(answer) < 3073:
        answer += connection.recv(65536)
    app = struct.pack(">H", 3) + b"app" + text("live")
    connection.sendall(answer[1:1537] + message(0, 20, command("connect", 1, b"\x03" + app + b"\x00\x00\x09")))
    until(connection, b"_result")
    connection.sendall(message(0, 20, command("createStream", 2, b"\x05")))
    until(connection, b"_result")
    connection.sendall(message(1, 20, command("publish", 3, b"\x05", text(key), text("live"))))
    until(connection, b"NetStream.Publish.Start")
    connection.sendall(message(1, 9, HEADER, 0, 4) + message(1, 9, PICTURE, 0, 4))
    return connection


server = rig.Server(args.bin, settings=[f"livestream.max_streams={args.streams + 1}"], streams=[f"idle-{i}" for i in range(args.streams)])
try:
    keys = server.keys
    warm = [publisher(server.rtmp, key) for key in keys[:20]]  # what the first ones cost once and for all is not theirs
    time.sleep(1)
    before = server.resident_kib()
    others = [publisher(server.rtmp, key) for key in keys[20:]]
    for beat in range(1, 4):
        for connection in warm + others:
            connection.sendall(message(1, 9, PICTURE, beat * 1000, 4))
        time.sleep(1)
    after = server.resident_kib()
    live = server.gauge("matinee_live_streams")
finally:
    server.stop()

each = (after - before) / len(others)
complaints = [] if live == args.streams else [f"{live} of {args.streams} streams are live"]
if args.json:
    print(json.dumps({"benchmark": "idle", "streams": args.streams, "live": live, "resident_kib_per_stream": each, "limit": LIMIT_KIB}))
else:
    print(f"idle: {args.streams} streams that send a small picture a second\n  {each:.1f} KiB each; asked for: at most {LIMIT_KIB}"
          f"{'' if each <= LIMIT_KIB else '  NOT MET'}")
    for complaint in complaints:
        print(f"      {complaint}")
sys.exit(1 if complaints else 0)
