#!/usr/bin/env bash
# Prints the figures of one benchmark, beside the floor or a peer measured in the same run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
usage() {
    cat <<'HELP'
Usage: tests/bench/run.sh NAME [--json] [--bin PATH]
  start    time from exec to ready (first start and later ones) and resident memory when idle; peer: nginx
  fanout   CPU and memory a viewer of one stream by FLV, RTMP and FLV over WebSocket, x the kernel's floor of the same run [--viewers N]
           [--saturate N: automatic merging] [--workers: two against one]
  join     first picture while 500 viewers a second join [--joins N] [--viewers N]
  idle     memory of streams that are live and send next to nothing [--streams N]
  hls      CPU a request for a segment and for a playlist out of memory [--requests N]; peer: nginx with files
  latency  encoder to screen in Chromium by a clock in the picture: FLV, FLV over WebSocket, low-latency HLS [--seconds N]
  login    OPAQUE sign-in over HTTP: CPU of the server for both messages, logins a second and core, check of a token; whether time tells an account
           from none [--attempts N] [--seconds N] [--requests N]
  soak     viewers of all protocols come and go, a publisher breaks: memory over time, error counters [--minutes N] [--viewers N]
HELP
}
[ $# -ge 1 ] || { usage >&2; exit 2; }
name=$1
shift
case "$name" in
    -h | --help) usage; exit 0 ;;
    start | hls) ;;
    fanout | idle | join)
        . installer/packages.sh
        need_packages python3 ffmpeg g++ >&2
        exec python3 "tests/bench/$name.py" "$@"
        ;;
    login)
        . installer/packages.sh
        need_packages python3 g++ libsodium-dev >&2
        exec python3 tests/bench/login.py "$@"
        ;;
    latency | soak)
        . installer/packages.sh
        need_packages ffmpeg chromium >&2
        [ -d tests/e2e/node_modules ] || (cd tests/e2e && npm ci --no-audit --no-fund --silent) >&2
        exec node "tests/bench/$name.mjs" "$@"
        ;;
    *) echo "There is no benchmark '$name'." >&2; usage >&2; exit 2 ;;
esac
. installer/packages.sh
need_packages python3 nginx-light ffmpeg >&2
exec python3 "tests/bench/$name.py" "$@"
