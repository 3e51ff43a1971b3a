"""CPU and memory for each viewer of one stream of 1 Mbit/s, beside the kernel's floor of the same run.

Server on core 0, load client and publisher on the last core. "low latency" rows are as installed; "merged" rows have so many viewers that
the worker merges by itself. Two workers need cores of their own: where client and server share one, the figure says little and the row says so."""
import argparse
import json
import os
import sys

import rig

ap = argparse.ArgumentParser()
ap.add_argument("--json", action="store_true")
ap.add_argument("--bin", default="build/release/bin/matinee")
ap.add_argument("--viewers", type=int, default=1000)
ap.add_argument("--protocols", default="flv,rtmp,ws")
ap.add_argument("--saturate", type=int, default=0, metavar="N", help="also N viewers on one core, to see the automatic merging")
ap.add_argument("--workers", action="store_true", help="also the most that one and two workers deliver of one stream")
ap.add_argument("--seconds", type=float, default=8)
args = ap.parse_args()

tools = rig.programs()
media = rig.source()
floors = {name: rig.floor(tools["floor"], args.viewers, video, audio)
          for name, (video, audio) in {"30 sends/s": (30, 0), "77 sends/s": (30, 47), "3 sends/s": (3, 0)}.items()}
base = floors["30 sends/s"]["cpu_us_per_viewer_s"]

rows = []


def measure(label, server, protocol, viewers, against=base, **options):
    row = rig.watch(server, tools["viewers"], protocol, viewers, seconds=args.seconds, **options)
    row.update(label=label, ratio_to_floor=row["cpu_us_per_viewer_s"] / against, complaints=rig.complaints(row))
    rows.append(row)
    return row


for protocol in args.protocols.split(","):
    server = rig.Server(args.bin)  # a new one each: memory that an earlier crowd gave back would hide what this one takes
    try:
        server.publish("bench", media)
        # The ring of the stream fills, and the first viewers bring what is there once for all: none of it is a viewer's.
        rig.watch(server, tools["viewers"], protocol, 20, seconds=3, settle=2)
        measure(f"{protocol}, low latency", server, protocol, args.viewers)
        if args.saturate:
            measure(f"{protocol}, saturated", server, protocol, args.saturate, floors["3 sends/s"]["cpu_us_per_viewer_s"], joins=1000, settle=10)
    finally:
        server.stop()

scaling = None
if args.workers:
    # As much as comes through in a window at full load: viewers * (what the median got).
    delivered = {}
    for count in (1, 2):
        server = rig.Server(args.bin, cores=tuple(range(count)), settings=["livestream.merge_ms=0"])
        try:
            server.publish("bench", media)
            row = measure(f"flv, {count} worker(s)", server, "flv", args.viewers)
            delivered[count] = row["cpu_us_per_viewer_s"]
        finally:
            server.stop()
    scaling = {"cpu_ratio_two_to_one": delivered[2] / delivered[1], "speedup_of_two_workers": 2 * delivered[1] / delivered[2],
               "shared_core": rig.CLIENT_CORE < 2}

if args.json:
    print(json.dumps({"benchmark": "fanout", "cores": os.cpu_count(), "floors": floors, "rows": rows, "two_workers": scaling}))
else:
    print(f"fanout: 1 Mbit/s 720p30, {args.viewers} viewers, server on core 0, client on core {rig.CLIENT_CORE}, {os.cpu_count()} cores")
    for name, row in floors.items():
        print(f"  floor, {name:12}{row['cpu_us_per_viewer_s']:9.1f} us a viewer and second{'  (short sends!)' if row['short_sends'] else ''}")
    print(f"  {'':24}{'us/viewer/s':>12}{'x floor':>9}{'KiB/viewer':>12}{'cores':>7}{'merge ms':>10}{'p50 ms':>8}{'p99 ms':>8}{'client':>8}")
    for row in rows:
        merge = "-" if row["merge_ms"] is None else f"{row['merge_ms']:.0f}"
        print(f"  {row['label']:24}{row['cpu_us_per_viewer_s']:12.1f}{row['ratio_to_floor']:9.2f}{row['resident_kib_per_viewer']:12.1f}"
              f"{row['server_cores']:7.2f}{merge:>10}{row['first_picture_p50_ms']:8.1f}{row['first_picture_p99_ms']:8.1f}{row['client_cores']:8.2f}")
        for complaint in row["complaints"]:
            print(f"      NOT MET: {complaint}")
    if scaling:
        print(f"  two workers do {scaling['speedup_of_two_workers']:.2f} times the work of one for the same CPU a core"
              + (" (by CPU time: client and second worker share a core here)" if scaling["shared_core"] else ""))
sys.exit(1 if any(row["complaints"] for row in rows) else 0)
