#!/usr/bin/env bash
# Runs the quick tests of this checkout in another Debian release: a tree made by debootstrap, used by chroot. Needs root.
# usage: tests/support/debian_tree.sh trixie /var/tmp/matinee-trixie [COMMAND...]
set -euo pipefail
release=${1:?a Debian release, e.g. trixie}
tree=${2:?a folder for the tree}
shift 2
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if [ ! -x "$tree/usr/bin/apt-get" ]; then
    debootstrap --variant=minbase "$release" "$tree"
    cp /etc/apt/apt.conf.d/* "$tree/etc/apt/apt.conf.d/" 2>/dev/null || true
fi
cp /etc/resolv.conf "$tree/etc/resolv.conf"
# Behind a proxy of one's own, npm must trust what this machine trusts.
mkdir -p "$tree/etc/ssl/certs"
cp -L "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$tree/etc/ssl/certs/matinee-host.crt"
cleanup() {
    for point in dev/shm dev proc; do
        mountpoint -q "$tree/$point" && umount "$tree/$point"
    done
    return 0
}
trap cleanup EXIT
mountpoint -q "$tree/proc" || mount -t proc proc "$tree/proc"
mountpoint -q "$tree/dev" || mount --bind /dev "$tree/dev"
mountpoint -q "$tree/dev/shm" || mount -t tmpfs tmpfs "$tree/dev/shm"

mkdir -p "$tree/src/matinee"
git -C "$source" archive HEAD | tar -x -C "$tree/src/matinee"
[ $# -gt 0 ] || set -- tests/run.sh --quick
chroot "$tree" /usr/bin/env -C /src/matinee HOME=/root NODE_EXTRA_CA_CERTS=/etc/ssl/certs/matinee-host.crt PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"
