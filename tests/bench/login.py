"""OPAQUE sign-in over HTTP: the server's CPU for both messages beside what the messages cost by themselves, sign-ins a second and core, the check of
an access token on a request, and whether the time of either answer tells an account from a name that nobody has."""
import argparse
import json
import subprocess
import sys

import rig

LIMIT_US = 600  # the table
LIMIT_PER_SECOND = 1000
LIMIT_TOKEN_US = 15
LIMIT_T = 4.5
PER_NAME = 4  # wrong proofs at one account: the fifth would have to wait
ap = argparse.ArgumentParser()
ap.add_argument("--json", action="store_true")
ap.add_argument("--bin", default="build/release/bin/matinee")
ap.add_argument("--attempts", type=int, default=20000)
ap.add_argument("--seconds", type=float, default=8)
ap.add_argument("--requests", type=int, default=5000, help="of each of six rounds, without and with a token")
args = ap.parse_args()
ACCOUNTS = 64
CONNECTIONS = 8

folder = rig.ROOT / "build" / "bench"
folder.mkdir(parents=True, exist_ok=True)


def built(name):
    program = folder / f"bench_{name}"
    sources = [rig.ROOT / "tests/bench/load" / f"{name}.cpp", *sorted((rig.ROOT / "common/opaque").glob("*.cpp"))]
    newest = max(f.stat().st_mtime for f in [*sources, *(rig.ROOT / "common/opaque").glob("*.h")])
    if not program.exists() or program.stat().st_mtime < newest:
        subprocess.run(["g++", "-std=c++20", "-O2", "-Wall", "-Wextra", f"-I{rig.ROOT}", "-o", program, *sources, "-lsodium", "-pthread"], check=True)
    return program


def of_program(*command):
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, preexec_fn=rig.pinned({rig.CLIENT_CORE})).stdout
    return json.loads(out)


alone = of_program(built("login_cpu"), str(max(args.attempts // 4, 100)))
load = built("login_load")
server = rig.Server(args.bin, cores=(0,), settings=["accounts.sign_up=open", "server.trusted_proxies=127.0.0.1", "api.rate_limit_per_minute=1000000"])


def run(*what):
    return of_program(load, str(server.port), *[str(w) for w in what])


found = {"limit_us": LIMIT_US, "limit_per_second": LIMIT_PER_SECOND, "limit_token_us": LIMIT_TOKEN_US, "limit_t": LIMIT_T,
         "messages_us": alone["both_us"], "floor_us": alone["floor_us"], "t_messages": alone["t_known_unknown"]}
try:
    run("sign-up", 0, ACCOUNTS)
    run("logins", ACCOUNTS, CONNECTIONS, 1)  # warm
    before = server.cpu_seconds()
    logins = run("logins", ACCOUNTS, CONNECTIONS, args.seconds)
    used = server.cpu_seconds() - before
    found |= {"login_us": used * 1e6 / logins["logins"], "per_second_and_core": logins["logins"] / used, "per_second": logins["logins"] / logins["seconds"],
              "median_us": logins["median_us"]}

    # Rounds without and with a token in turns, so that what else happens on the machine hits both.
    client = subprocess.Popen([load, str(server.port), "tokens", str(ACCOUNTS), str(args.requests)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              preexec_fn=rig.pinned({rig.CLIENT_CORE}))
    spent, kind = {"without": [], "with": []}, None
    for line in client.stdout:
        now = server.cpu_seconds()
        if kind:
            spent[kind].append((now - before) * 1e6 / args.requests)
        kind = line.strip() if line.strip() in spent else None
        if kind:
            before = server.cpu_seconds()
            client.stdin.write("\n")
            client.stdin.flush()
    if client.wait() != 0:
        raise SystemExit("the load client failed")
    plain, checked = (sorted(spent[k])[len(spent[k]) // 2] for k in ("without", "with"))
    found |= {"request_us": plain, "token_us": checked - plain}

    accounts = -(-args.attempts * 6 // (10 * PER_NAME)) + 64
    run("sign-up", ACCOUNTS, accounts)
    found |= run("timing", ACCOUNTS, accounts, args.attempts)
finally:
    server.stop()
checks = {"login_us": found["login_us"] <= LIMIT_US, "per_second_and_core": found["per_second_and_core"] >= LIMIT_PER_SECOND, "token_us": found["token_us"] <= LIMIT_TOKEN_US,
          "t_first": abs(found["t_first"]) < LIMIT_T, "t_finish": abs(found["t_finish"]) < LIMIT_T, "t_messages": abs(found["t_messages"]) < LIMIT_T}
found["missed"] = [name for name, good in checks.items() if not good]
found["ok"] = not found["missed"]
if args.json:
    print(json.dumps(found))
else:
    print(f"login: {found['login_us']:.0f} us of the server for both messages over HTTP, session and audit entry stored (limit {LIMIT_US}); the messages by themselves "
          f"{found['messages_us']:.0f} us, bare group operations {found['floor_us']:.0f} us")
    print(f"       {found['per_second_and_core']:.0f} logins a second and core (limit {LIMIT_PER_SECOND}); {found['per_second']:.0f} a second came, half of them within {found['median_us'] / 1000:.1f} ms")
    print(f"token: {found['token_us']:.1f} us on a request of {found['request_us']:.0f} us (limit {LIMIT_TOKEN_US})")
    print(f"known against unknown over {found['attempts']} attempts: first answer {found['known_us']:.0f} us, {found['unknown_us']:.0f} us, t = {found['t_first']:.2f}; refusal "
          f"{found['known_finish_us']:.0f} us, {found['unknown_finish_us']:.0f} us, t = {found['t_finish']:.2f}; the messages by themselves t = {found['t_messages']:.2f} (limit {LIMIT_T})")
    for name in found["missed"]:
        print(f"MISSED: {name}")
sys.exit(0 if found["ok"] else 1)
