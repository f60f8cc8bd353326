#!/bin/bash
# Puts Callbox on this machine (Debian 12 or 13, Raspberry Pi OS), or into the root of an image, and brings an older one up to date:
# settings and records stay. Run as root; `make install` does.
#
#   install.sh [--root DIR] [--wheels DIR] [--no-apt] [--no-compile]
#
#   --root DIR    into the root filesystem DIR (of any machine type): nothing is started, no data is made
#   --wheels DIR  take all Python packages from the wheels in DIR: those of requirements.lock, pjsua2 and callbox (wheels.sh makes
#                 the last); without it they are made here, after `make setup` where that was not done
#   --no-compile  byte code is made by the caller: in a foreign root it takes minutes here
#   --no-apt      the Debian packages of packages-run.txt and packages-box.txt are there already
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
checkout=$(readlink -f "$here/../..")
root=''
wheels=''
apt=1
compile=1
umask 022

say() { echo "[install] $*"; }
die() {
    echo "[install] $*" >&2
    exit 1
}

while [ $# -gt 0 ]; do
    case $1 in
        --root) root=$(readlink -f "${2:?--root wants a folder}") && shift 2 ;;
        --wheels) wheels=$(readlink -f "${2:?--wheels wants a folder}") && shift 2 ;;
        --no-apt) apt= && shift ;;
        --no-compile) compile= && shift ;;
        *) die "unknown word $1; usage: install.sh [--root DIR] [--wheels DIR] [--no-apt] [--no-compile]" ;;
    esac
done
[ "$(id -u)" -eq 0 ] || die "Callbox is installed by root: sudo make install"
[ -z "$root" ] || [ -d "$root" ] || die "There is no folder for --root."
[ "$root" != / ] || root=

program=/usr/lib/callbox
data=/var/lib/callbox
new=$root$program.new

check_distribution() {
    local name
    name=$(. "$root/etc/os-release" && echo "${ID:-} ${VERSION_ID:-}") 2>/dev/null || name=unknown
    case $name in
        "debian 12" | "debian 13" | "raspbian 12" | "raspbian 13") ;;
        *) die "Callbox runs on Debian 12 or 13 and on Raspberry Pi OS of the same age; this is '$name'." ;;
    esac
}

debian_packages() {
    [ -z "$root" ] || die "Debian packages are not installed into another root: give --no-apt and install them there."
    local unit before=()
    for unit in nginx kamailio; do if known "$unit"; then before+=("$unit"); fi; done
    "$checkout/image-build/setup/packages.sh" /var/log/callbox-install.log "$checkout"/image-build/setup/packages-{run,box}.txt || exit 1
    # What came with the packages stays off; what this machine had before is its owner's.
    for unit in nginx kamailio; do
        if known "$unit" && [[ " ${before[*]} " != *" $unit "* ]]; then systemctl disable --quiet "$unit" 2>/dev/null; fi
    done
    if [[ " ${before[*]} " == *" nginx "* ]] && systemctl is-enabled --quiet nginx; then
        say "note: this machine has an nginx of its own; Callbox's page needs ports 80 and 443 to itself"
    fi
}

known() { [ -e "/usr/lib/systemd/system/$1.service" ] || [ -e "/lib/systemd/system/$1.service" ] || [ -e "/etc/init.d/$1" ]; }

# The interpreter's version and machine, read from its files: it may be one that cannot run here.
target_python() {
    version=$(basename "$(readlink "$root/usr/bin/python3")")
    version=${version#python}
    [[ $version =~ ^3\.[0-9]+$ ]] || die "The target has no python3."
    case $(od -An -tx1 -j18 -N1 "$root/usr/bin/python$version" | tr -d ' ') in
        b7) machine=aarch64 ;;
        3e) machine=x86_64 ;;
        28) machine=armv7l ;;
        *) die "The target's machine type is not known." ;;
    esac
}

# A virtual environment by hand: it has neither pip nor setuptools, and is the same for every machine.
environment() {
    local site=$new/lib/python$version/site-packages
    rm -rf "$new"
    mkdir -p "$new/bin" "$site"
    printf 'home = /usr/bin\ninclude-system-site-packages = false\nversion = %s\n' "$version" >"$new/pyvenv.cfg"
    ln -s "/usr/bin/python$version" "$new/bin/python"
    ln -s python "$new/bin/python3"
    python3 "$here/unpack.py" --python "$version" --machine "$machine" --lock "$checkout/requirements.lock" \
        --debian "$root/usr/lib/python3/dist-packages" "$site" "$wheels"/*.whl || die "The Python packages do not fit; nothing was changed."
    [ -n "$compile" ] || return 0
    # The program's folder is never written again: byte code that is not checked against its source starts fastest.
    inside "$program.new/bin/python" -m compileall -q -j 0 -s "$program.new" -p "$program" --invalidation-mode unchecked-hash "$program.new/lib" >/dev/null ||
        die "The Python packages could not be compiled for the target."
    inside "$program.new/bin/python" - -q -f -s "$program.new" -p "$program" --invalidation-mode unchecked-hash <"$checkout/image-build/setup/lean.py" ||
        say "note: the packages' docstrings stay in memory, 3 MB"
    inside "$program.new/bin/python" -P -B -c 'from appliance.precompiled import make; make()' ||
        say "note: each start compiles the methods of dataclasses anew"
}

inside() { if [ -n "$root" ]; then chroot "$root" "$@"; else "$@"; fi; }

# Settings and records of a newer Callbox are not touched: the program itself says whether it can read what is there.
check_data() {
    [ -n "$root" ] || [ ! -e "$data" ] || "$new/bin/python" -P -m appliance fits --data "$data" || die "Nothing was changed."
}

stop_old() {
    if [ -z "$root" ] && running; then
        say "stopping the Callbox that runs; calls going on end"
        systemctl stop callbox.target 'callbox-*'
    fi
}

running() { [ -d /run/systemd/system ] && systemctl is-active --quiet callbox.target; }

files() {
    rm -rf "$root$program.old"
    [ ! -e "$root$program" ] || mv "$root$program" "$root$program.old"
    mv "$new" "$root$program"
    rm -rf "$root$program.old"
    install -Dm 755 "$here/callbox" "$root/usr/sbin/callbox"
    "$here/files.sh" "$checkout/systemd" "$root" install
    [ -e "$root/etc/callbox/callbox.env" ] || install -Dm 644 "$here/callbox.env" "$root/etc/callbox/callbox.env"
    echo "$(git -C "$checkout" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)" >"$root$program/revision"
}

users_and_start() {
    systemd-sysusers ${root:+--root="$root"} callbox.conf
    systemctl ${root:+--root="$root"} enable --quiet callbox.target callbox-firstboot.service callbox-backup.timer
    [ -z "$root" ] || return 0
    systemd-tmpfiles --create callbox.conf
    [ -d /run/systemd/system ] || {
        say "systemd does not run here: Callbox starts at the next boot"
        return 0
    }
    systemctl daemon-reload
    if udevadm control --reload 2>/dev/null; then udevadm trigger --subsystem-match=tty --subsystem-match=sound --subsystem-match=gpio; fi
    systemctl start callbox.target
}

made=''
trap 'rm -rf "$new" ${made:+"$made"}' EXIT
check_distribution
[ -z "$apt" ] || debian_packages
target_python
if [ -z "$wheels" ]; then
    [ -z "$root" ] || die "--root wants --wheels: what is compiled here may not fit the target."
    wheels=$(mktemp -d)
    made=$wheels
    [ -x "$checkout/.venv/bin/python" ] || "$checkout/image-build/setup/setup.sh" run || exit 1
    say "collecting the Python packages"
    "$here/wheels.sh" "$wheels" || exit 1
fi
say "unpacking for Python $version on $machine"
environment
check_data
stop_old
files
users_and_start
say "Callbox $(inside "$program/bin/python" -P -c 'import appliance; print(appliance.__version__)') is installed"
