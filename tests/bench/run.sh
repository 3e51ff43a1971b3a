#!/usr/bin/env bash
# Prints the figures of one benchmark, beside the floor or a peer measured in the same run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
usage() {
    cat <<'HELP'
Usage: tests/bench/run.sh NAME [--json] [--bin PATH]
  start    time from exec to ready (first start and later ones) and resident memory when idle; peer: nginx
HELP
}
[ $# -ge 1 ] || { usage >&2; exit 2; }
name=$1
shift
case "$name" in
    -h | --help) usage; exit 0 ;;
    start) ;;
    *) echo "There is no benchmark '$name'." >&2; usage >&2; exit 2 ;;
esac
. installer/packages.sh
need_packages python3 nginx-light >&2
exec python3 "tests/bench/$name.py" "$@"
