#!/usr/bin/env bash
# Builds the fuzz targets (clang, ASan, UBSan) and runs each on its corpus; what is found stays in build/fuzz/found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
usage() {
    cat <<'HELP'
Usage: tests/fuzz/run.sh [--runs N] [--seconds N] [TARGET...]
  --runs N      executions of each target (default 10000000)
  --seconds N   at most so long for each (default 3600)
HELP
}
runs=10000000
seconds=3600
targets=()
while [ $# -gt 0 ]; do
    case "$1" in
        --runs) runs=${2:?}; shift 2 ;;
        --seconds) seconds=${2:?}; shift 2 ;;
        -h | --help) usage; exit 0 ;;
        -*) echo "tests/fuzz/run.sh does not know '$1'." >&2; usage >&2; exit 2 ;;
        *) targets+=("$1"); shift ;;
    esac
done
. installer/packages.sh
# shellcheck disable=SC2046
need_packages $(build_packages) libgtest-dev libgmock-dev clang "$(apt-cache depends clang | sed -n 's/.*Depends: clang-\([0-9]*\).*/libclang-rt-\1-dev/p' | head -1)"

cmake --preset fuzz >/dev/null
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(sed -n 's/^matinee_fuzz(\([a-z0-9_]*\).*/\1/p' tests/fuzz/*/CMakeLists.txt)
fi
cmake --build build/fuzz --target "${targets[@]/#/fuzz_}" | tail -1
mkdir -p build/fuzz/found
failed=0
for target in "${targets[@]}"; do
    work=build/fuzz/corpus/$target
    mkdir -p "$work"
    log=build/fuzz/$target.log
    if build/fuzz/bin/fuzz_"$target" -runs="$runs" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
        -artifact_prefix="build/fuzz/found/$target-" -print_final_stats=1 "$work" "tests/fuzz/corpus/$target" >"$log" 2>&1; then
        result=ok
    else
        result=FOUND
        failed=1
    fi
    printf '%-20s %-6s %12s executions\n' "$target" "$result" "$(sed -n 's/^stat::number_of_executed_units: //p' "$log")"
done
exit $failed
