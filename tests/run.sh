#!/usr/bin/env bash
# Installs, builds and runs all tests. --quick leaves out those that need a browser, a display or minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

quick=
for argument in "$@"; do
    case "$argument" in
        --quick) quick=1 ;;
        -h | --help) echo "Usage: tests/run.sh [--quick]"; exit 0 ;;
        *) echo "tests/run.sh does not know '$argument'. Usage: tests/run.sh [--quick]" >&2; exit 2 ;;
    esac
done

. installer/packages.sh
# shellcheck disable=SC2046
need_packages $(build_packages) $(test_packages)
export CCACHE_MAXSIZE=${CCACHE_MAXSIZE:-5G}

# In quarters of a core: each test says how many it keeps busy, and most wait for a stream's own time rather than for a processor. Where browsers
# draw, one quarter of each core stays free: a machine that is full is one on which pictures come late.
whole_machine=$(($(nproc) * 4))
with_browsers=$(($(nproc) * 3))

# run_tests FOLDER QUARTERS [option of ctest]...: all that happens goes to FOLDER/ctest.log as well. Tests that play in real time cannot know that the
# machine is held up for seconds: they have a second try, and it is told. No other test has a reason to need one.
run_tests() {
    local folder=$1 quarters=$2 failed= name
    shift 2
    ctest --test-dir "$folder" "$@" -j"$quarters" --output-on-failure --no-tests=error --repeat until-pass:2 2>&1 | tee "$folder/ctest.log" || failed=1
    while read -r name; do
        echo "$name failed at its first try: $folder/ctest.log says why." >&2
        ctest --test-dir "$folder" -N -LE 'e2e|protocol|scenario' | grep -qE ": $name\$" && failed=1
    done < <(sed -nE 's;^ *([0-9]+/[0-9]+)? *Test +#[0-9]+: ([^ ]+) .*\*\*\*(Failed|Timeout|Exception).*;\2;p' "$folder/ctest.log" | sort -u)
    [ -z "$failed" ]
}

step() { printf '\n==> %s (%(%H:%M:%S)T)\n' "$1" -1; }

# What a unit test may find, it finds with sanitizers: it is built once, there.
step "Building (release)"
cmake --preset release -DMATINEE_TESTS=ON -DMATINEE_UNIT_TESTS=OFF -DMATINEE_GUI=ON >/dev/null
cmake --build build/release | grep -E -v '^\[[0-9]*[1-9]/' || exit "${PIPESTATUS[0]}"

step "Building unit and protocol tests with address and undefined behaviour sanitizers"
cmake --preset asan >/dev/null
cmake --build build/asan --target sanitized_tests | grep -E -v '^\[[0-9]*[1-9]/' || exit "${PIPESTATUS[0]}"

step "Running them"
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:check_initialization_order=1 UBSAN_OPTIONS=print_stacktrace=1
export MATINEE_BIN=$PWD/build/release/bin/matinee
run_tests build/asan "$whole_machine" -L 'unit|protocol' | tail -12 || asan_failed=1

step "Running all others, and protocol tests again, on the release build"
labels=()
[ -n "$quick" ] && labels=(-LE 'e2e|gui')
if [ -z "$quick" ]; then
    (cd tests/e2e && npm ci --no-audit --no-fund --silent)
fi
run_tests build/release "$with_browsers" "${labels[@]}" || release_failed=1
if [ -n "${asan_failed:-}" ]; then
    grep -A60 -E '\*\*\*(Failed|Timeout|Exception|Not Run)' build/asan/ctest.log | head -200 >&2
    echo "Sanitized unit or protocol tests failed: build/asan/ctest.log has all of it." >&2
fi
[ -z "${asan_failed:-}${release_failed:-}" ]
