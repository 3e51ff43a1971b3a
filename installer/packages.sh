# Sourced by quickstart.sh and tests/run.sh: which Debian packages the build and the tests need, and how to get them.
# shellcheck shell=bash

debian_version() { . /etc/os-release && echo "${VERSION_ID:-0}"; }

build_packages() {
    echo g++ cmake ninja-build ccache pkg-config \
        qt6-base-dev qt6-websockets-dev qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools libqt6sql6-sqlite libqt6sql6-psql \
        qtkeychain-qt6-dev libsodium-dev libavformat-dev libavcodec-dev libswscale-dev libssl-dev zlib1g-dev \
        protobuf-compiler libprotobuf-dev libgrpc++-dev libcurl4-openssl-dev libidn2-dev libyaml-cpp-dev libcli11-dev libspdlog-dev \
        prometheus-cpp-dev libsystemd-dev
    # Debian 12's unversioned Boost is 1.74, which has no result type.
    if [ "$(debian_version)" = 12 ]; then
        echo libboost1.81-dev libboost-json1.81-dev
    else
        echo libboost-dev libboost-json-dev
    fi
    # Any Node.js from 18 on will do.
    if ! node -e 'process.exit(+process.versions.node.split(".")[0] >= 18 ? 0 : 1)' 2>/dev/null || ! command -v npm >/dev/null; then
        echo nodejs npm
    fi
}

test_packages() {
    echo clang libclang-rt-dev python3 libgtest-dev libgmock-dev libbenchmark-dev ffmpeg chromium postgresql prometheus openssl curl git \
        xvfb xauth fonts-noto-cjk gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly \
        gstreamer1.0-libav mpv nginx-light libnginx-mod-rtmp oathtool
    # It would take the place of another mail server: where there is one, the tests that need it are skipped.
    if [ -e /usr/sbin/exim4 ] || [ ! -e /usr/sbin/sendmail ]; then
        echo exim4-daemon-light
    fi
}

# need_packages NAME... installs what is missing; asks for root only when something is.
need_packages() {
    local missing=() name
    for name in "$@"; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "==> Installing ${#missing[@]} packages: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "These packages are missing and installing them needs root. Run as root, once: apt-get install ${missing[*]}" >&2
            return 3
        fi
        as_root=(sudo)
    fi
    # A service that a package starts by itself would only be in the way: we start our own.
    local log
    log=$(mktemp)
    "${as_root[@]}" apt-get update -qq || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1 || {
        tail -20 "$log" >&2
        echo "Installing packages failed; the lines above say why. Check the machine's package sources and run this again." >&2
        return 3
    }
    rm -f "$log"
}
