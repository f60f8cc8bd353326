#!/bin/bash
# What the image's scripts share: words, the machine's Debian mirrors, changed roots. Sourced, never run.
# shellcheck disable=SC2034  # what is set here is read by those who source this
set -euo pipefail

image=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(readlink -f "$image/../..")
cache=${CALLBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/callbox}/image
suite=trixie
export SOURCE_DATE_EPOCH=1760000000 LC_ALL=C.UTF-8 TZ=UTC DEBIAN_FRONTEND=noninteractive
mkdir -p "$cache"
log=$cache/build.log

say() { echo "[image] $*" >&2; }
die() {
    say "$*"
    exit 1
}

step() { # what it is, then the command; its output goes to the log
    local what=$1 start=$SECONDS
    shift
    say "$what"
    "$@" <&0 >>"$log" 2>&1 & # beside, so that a function too ends at its first error
    wait $! || die "$what failed; the last lines of $log: $(tail -n 3 "$log" | tr '\n' ' ')"
    say "$what: $((SECONDS - start)) s"
}

# Every call in a mount space of its own: a build that is killed leaves nothing mounted.
apart() {
    if [ -z "${CALLBOX_APART:-}" ]; then CALLBOX_APART=1 exec unshare --mount --propagation private "$0" "$@"; fi
}

mirror() { # of Debian's archive or its security archive, as this machine's apt has it
    apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        sed -n "s/^Debian|$1|//p" | head -n 1
}

# apt's sources for the build, one paragraph for an archive. They stay on this machine: the image is given none of them.
sources() {
    local components=$1 archive security
    archive=${CALLBOX_DEBIAN_MIRROR:-$(mirror Debian)}
    security=$(mirror Debian-Security)
    [ -n "$archive" ] || die "apt knows no Debian mirror: run 'apt-get update', or set CALLBOX_DEBIAN_MIRROR to one"
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: %s\nSigned-By: %s\n\n' \
        "$archive" "$suite $suite-updates $suite-backports" "$components" /usr/share/keyrings/debian-archive-keyring.gpg
    [ -n "$security" ] || die "apt knows no mirror of Debian's security updates: add one and run 'apt-get update'"
    printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: %s\nSigned-By: %s\n' \
        "$security" "$suite-security" "$components" /usr/share/keyrings/debian-archive-keyring.gpg
}

# What this machine's apt was told of dates holds for its mirrors, so for the build too (not for the image).
date_checks() {
    apt-config dump | sed -nE 's/^Acquire::Check-(Valid-Until|Date) "(false|0)";$/--aptopt=Acquire::Check-\1 "false"/p'
}

listed() { # the entries of package lists, without comments; of a|b the one that Debian 13 has
    sed -e 's/[[:space:]]*#.*//' -e '/^[[:space:]]*$/d' -e 's/|.*//' "$@" | sort -u
}

hash_of() { cat "$@" | sha256sum | cut -c1-16; }

in_root() { # a command in a changed root, with what programs want of the kernel; only after `apart`
    local top=$1
    shift
    mountpoint -q "$top/proc" || mount -t proc none "$top/proc"
    mountpoint -q "$top/dev" || mount --rbind /dev "$top/dev"
    env -i PATH=/usr/sbin:/usr/bin HOME=/root TERM=dumb TZ=UTC LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" chroot "$top" "$@"
}

in_place() { # a command of this machine that works on another root and starts programs in it
    local top=$1
    shift
    mountpoint -q "$top/proc" || mount -t proc none "$top/proc"
    mountpoint -q "$top/dev" || mount --rbind /dev "$top/dev"
    "$@"
}
