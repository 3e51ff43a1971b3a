"""Time from connect() to the last byte of the first key frame while 500 viewers join a second, by FLV, RTMP and FLV over WebSocket; beside it
the same for one joiner at a time in the same run, which is the part of the machine and of the protocol's round trips."""
import argparse
import json
import os
import sys

import rig

LIMITS = {"flv": (1, 10), "rtmp": (5, 20), "ws": (1, 10)}  # p50, p99 in ms: the table
ap = argparse.ArgumentParser()
ap.add_argument("--json", action="store_true")
ap.add_argument("--bin", default="build/release/bin/matinee")
ap.add_argument("--viewers", type=int, default=1000)
ap.add_argument("--joins", type=float, default=500)
ap.add_argument("--protocols", default="flv,rtmp,ws")
args = ap.parse_args()

tools = rig.programs()
media = rig.source()
rows = []
for protocol in args.protocols.split(","):
    server = rig.Server(args.bin)
    try:
        server.publish("bench", media)
        alone = rig.watch(server, tools["viewers"], protocol, 20, seconds=1, settle=1, joins=10)
        row = rig.watch(server, tools["viewers"], protocol, args.viewers, seconds=2, settle=1, joins=args.joins)
    finally:
        server.stop()
    wanted = LIMITS[protocol]
    row["alone_p50_ms"] = alone["first_picture_p50_ms"]
    row["met"] = row["first_picture_p50_ms"] <= wanted[0] and row["first_picture_p99_ms"] <= wanted[1]
    row["complaints"] = [c for c in rig.complaints(row) if "slowest" not in c and "media time" not in c]  # it is too short a window for those
    rows.append(row)

if args.json:
    print(json.dumps({"benchmark": "join", "cores": os.cpu_count(), "joins_per_second": args.joins, "rows": rows}))
else:
    print(f"join: first picture while {args.joins:.0f} viewers a second join, {args.viewers} in all")
    print(f"  {'':8}{'p50 ms':>9}{'p99 ms':>9}{'one at a time':>15}   asked for")
    for row in rows:
        wanted = LIMITS[row["protocol"]]
        print(f"  {row['protocol']:8}{row['first_picture_p50_ms']:9.2f}{row['first_picture_p99_ms']:9.2f}{row['alone_p50_ms']:15.2f}"
              f"   {wanted[0]} / {wanted[1]}{'' if row['met'] else '  NOT MET'}")
        for complaint in row["complaints"]:
            print(f"      {complaint}")
sys.exit(1 if any(row["complaints"] for row in rows) else 0)
