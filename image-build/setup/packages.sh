#!/bin/bash
# Installs the Debian packages of the lists named; run as root by setup.sh when one of them is missing.
#
#   packages.sh LOG LIST...
#
# The services that come with packages (kamailio, gammu-smsd) do not start, now or at boot: Callbox runs
# its own with its own configuration. Services that were there before are left as they are.
set -euo pipefail

log=$1
shift
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
policy=/usr/sbin/policy-rc.d
mark="# put here by Callbox's set-up while it installs packages"

say() { echo "[packages] $*"; }
die() {
    say "$*" >&2
    exit 1
}

# Debian's own switch: with exit code 101 no package may start its service. One that is there already is kept aside.
forbid_starts() {
    restore_starts  # a set-up that was killed may have left ours
    if [ -e $policy ]; then mv $policy $policy.callbox-kept; fi
    printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >$policy
    chmod 755 $policy
}

restore_starts() {
    if grep -qsF "$mark" $policy; then rm -f $policy; fi
    if [ -e $policy.callbox-kept ]; then mv $policy.callbox-kept $policy; fi
}

# apt's status lines (fd 3) as one line for each tenth of the way.
progress() {
    awk -F: -v shown=-1 '
        $1 == "dlstatus" { what = "fetching" }
        $1 == "pmstatus" { what = "installing" }
        { tenth = int($3 / 10) }
        what != before || tenth > shown { printf "[packages] %s: %d %%\n", what, tenth * 10; fflush() }
        { before = what; shown = tenth }'
}

units_of() { dpkg -L "$1" | sed -nE "s,^(/usr)?/lib/systemd/$2/([^/@]+\.(service|socket))\$,\2,p"; }

keep_from_boot() {
    local package unit
    for package in "$@"; do
        for unit in $(units_of "$package" system); do
            DPKG_MAINTSCRIPT_PACKAGE=$package deb-systemd-helper disable "$unit" >>"$log" 2>&1 || true
        done
        for unit in $(units_of "$package" user); do
            DPKG_MAINTSCRIPT_PACKAGE=$package deb-systemd-helper --user disable "$unit" >>"$log" 2>&1 || true
        done
    done
}

pick() { # the first of a|b|c that this distribution has
    local name
    for name in ${1//|/ }; do
        if [ -n "$(apt-cache madison "$name" 2>/dev/null)" ]; then
            echo "$name"
            return
        fi
    done
    [ -z "$unread" ] || die "Debian's package lists could not be read: is this machine on the network? The log is $log"
    die "apt finds none of the packages ${1//|/, }: are Debian's own sources (component main) switched on?"
}

mapfile -t missing < <("$(dirname "$0")/missing.sh" "$@")
[ ${#missing[@]} -gt 0 ] || exit 0

say "reading Debian's package lists"
unread=
apt-get -q -o DPkg::Lock::Timeout=600 update --error-on=any >>"$log" 2>&1 || {
    unread=1
    say "note: some package lists could not be read; see $log"
}
wanted=()
for entry in "${missing[@]}"; do
    name=$(pick "$entry") || exit 1
    wanted+=("$name")
done

say "installing ${#wanted[@]} packages and what they need: ${wanted[*]}"
trap restore_starts EXIT
forbid_starts
apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o APT::Status-Fd=3 -o Dpkg::Options::=--force-confold \
    install --no-install-recommends "${wanted[@]}" 3> >(progress) >>"$log" 2>&1 </dev/null ||
    die "Debian packages could not be installed: $(grep -a '^E:' "$log" | tail -n 1) (no network? the log is $log)"
keep_from_boot "${wanted[@]}"
