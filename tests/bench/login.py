"""Server CPU of an OPAQUE login, both messages, beside the bare group operations; and whether time tells an account from none."""
import argparse
import json
import subprocess
import sys

import rig

LIMIT_US = 600  # the table
LIMIT_T = 4.5
ap = argparse.ArgumentParser()
ap.add_argument("--json", action="store_true")
ap.add_argument("--bin", help="not used: the code is compiled into a program of its own")
ap.add_argument("--attempts", type=int, default=20000)
args = ap.parse_args()

folder = rig.ROOT / "build" / "bench"
folder.mkdir(parents=True, exist_ok=True)
program = folder / "bench_login"
sources = [rig.ROOT / "tests/bench/load/login_cpu.cpp", *sorted((rig.ROOT / "common/opaque").glob("*.cpp"))]
newest = max(f.stat().st_mtime for f in [*sources, *(rig.ROOT / "common/opaque").glob("*.h")])
if not program.exists() or program.stat().st_mtime < newest:
    subprocess.run(["g++", "-std=c++20", "-O2", "-Wall", "-Wextra", f"-I{rig.ROOT}", "-o", program, *sources, "-lsodium"], check=True)
found = json.loads(subprocess.run([program, str(args.attempts)], check=True, stdout=subprocess.PIPE, preexec_fn=rig.pinned({rig.CLIENT_CORE})).stdout)
found |= {"limit_us": LIMIT_US, "limit_t": LIMIT_T}
found["ok"] = found["both_us"] <= LIMIT_US and abs(found["t_known_unknown"]) < LIMIT_T
if args.json:
    print(json.dumps(found))
else:
    print(f"login: {found['first_message_us']:.0f} us for the first message, {found['second_message_us']:.1f} us for the second, "
          f"{found['logins_per_core_and_second']:.0f} logins a second and core (floor: {found['floor_us']:.0f} us; limit {LIMIT_US} us)")
    print(f"known against unknown over {found['attempts']} attempts: {found['first_message_us']:.1f} us, {found['unknown_first_message_us']:.1f} us, "
          f"t = {found['t_known_unknown']:.2f} (limit {LIMIT_T})")
sys.exit(0 if found["ok"] else 1)
