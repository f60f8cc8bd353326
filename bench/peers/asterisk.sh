#!/bin/bash
# Asterisk 22 as a peer to measure beside ours: Debian sid in a folder of its own, prints the folder's path.
#
#   bench/peers/asterisk.sh [--only-if-there]
#
# It is a lab peer, never a dependency: nothing of it is installed on this machine, and where it cannot be had (no network, no
# mmdebstrap, no right to make a chroot) this says why in one line and ends with 1. 366 MB in $CALLBOX_CACHE (default ~/.cache/callbox).
set -euo pipefail

cache=${CALLBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/callbox}/peers
folder=$cache/asterisk-sid

die() {
    echo "$*" >&2
    exit 1
}

debian_mirror() {
    if [ -n "${CALLBOX_DEBIAN_MIRROR:-}" ]; then
        echo "$CALLBOX_DEBIAN_MIRROR"
        return
    fi
    apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        sed -n 's/^Debian|Debian|//p' | head -n 1
}

if [ -x "$folder/usr/sbin/asterisk" ]; then
    echo "$folder"
    exit
fi
[ "${1:-}" != --only-if-there ] || die "the peer is not there; bench/peers/asterisk.sh fetches it"
[ "$(id -u)" = 0 ] || die "making and entering the peer's chroot takes root"
command -v mmdebstrap >/dev/null || die "mmdebstrap is not installed (apt-get install mmdebstrap)"
mirror=$(debian_mirror)
[ -n "$mirror" ] || die "apt knows no Debian mirror; run apt-get update, or set CALLBOX_DEBIAN_MIRROR to one"

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
part=$(mktemp -d "$cache/part.XXXXXX")
trap 'rm -rf "$part"' EXIT
# A mirror kept at one day (for builds that stay the same) has lists past their date; their signature is checked all the same.
# In a mount namespace of its own: if it is killed, no mount is left in what is then removed.
unshare -m mmdebstrap --quiet --aptopt='Acquire::Check-Valid-Until "false"' --variant=minbase --include=asterisk,asterisk-moh-opsound-wav \
    sid "$part/root" "$mirror" >"$cache/asterisk.log" 2>&1 ||
    die "mmdebstrap failed: $(tail -n 1 "$cache/asterisk.log")"
[ -x "$folder/usr/sbin/asterisk" ] || mv "$part/root" "$folder"
echo "$folder"
