#!/usr/bin/env bash
# From a bare Debian 12 or 13 to a running server: installs what the build needs, builds, starts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    cat <<'HELP'
Usage: installer/quickstart.sh [OPTIONS]
Builds Matinee and runs it with its data in one folder.

  --data-dir DIR    where everything is kept (default ./matinee-data)
  --port N          web, API and playback (default 8080)
  --rtmp-port N     where OBS sends to (default 1935)
  --build-only      build, do not start
  --no-console      leave out matinee-admin, the desktop console
  -h, --help        this text
HELP
}

data_dir=./matinee-data
build_only=
console=ON
serve=()
while [ $# -gt 0 ]; do
    case "$1" in
        --data-dir) data_dir=${2:?--data-dir needs a folder}; shift 2 ;;
        --port) serve+=(--port "${2:?--port needs a number}"); shift 2 ;;
        --rtmp-port) serve+=(--rtmp-port "${2:?--rtmp-port needs a number}"); shift 2 ;;
        --build-only) build_only=1; shift ;;
        --no-console) console=OFF; shift ;;
        -h | --help) usage; exit 0 ;;
        *) echo "quickstart.sh does not know '$1'." >&2; usage >&2; exit 2 ;;
    esac
done

. installer/packages.sh
# shellcheck disable=SC2046
need_packages $(build_packages)

build=build/release
if [ ! -f $build/build.ninja ]; then
    echo "==> Configuring"
    mkdir -p build
    cmake --preset release -DMATINEE_TESTS=OFF -DMATINEE_GUI=$console >build/configure.log 2>&1 || { tail -30 build/configure.log >&2; exit 1; }
fi
targets=(matinee)
[ $console = ON ] && grep -q '^MATINEE_GUI:BOOL=ON' $build/CMakeCache.txt && targets+=(matinee-admin)
echo "==> Building (the first time takes some minutes)"
cmake --build $build --target "${targets[@]}"

if [ -n "$build_only" ]; then
    echo "==> Built: $build/bin/matinee. Start it with: installer/quickstart.sh"
    exit 0
fi
exec $build/bin/matinee serve --data-dir "$data_dir" "${serve[@]}"
