#!/bin/bash
# Takes Callbox off this machine. Its data (settings, records, recordings), its users and the Debian packages stay; `--data` removes
# the data too.
#
#   uninstall.sh [--root DIR] [--data]
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
root=''
purge=''

say() { echo "[uninstall] $*"; }

while [ $# -gt 0 ]; do
    case $1 in
        --root) root=$(readlink -f "${2:?--root wants a folder}") && shift 2 ;;
        --data) purge=1 && shift ;;
        *) say "unknown word $1; usage: uninstall.sh [--root DIR] [--data]" >&2 && exit 1 ;;
    esac
done
[ "$(id -u)" -eq 0 ] || { say "Callbox is taken off by root: sudo make uninstall" >&2 && exit 1; }
[ "$root" != / ] || root=

if [ -z "$root" ] && [ -d /run/systemd/system ]; then systemctl stop callbox.target 'callbox-*' || true; fi
units=("$here"/../../systemd/*.{service,target,timer})
systemctl ${root:+--root="$root"} disable --quiet "${units[@]##*/}" 2>/dev/null || true
"$here/files.sh" "$here/../../systemd" "$root" remove
rm -rf "$root/usr/lib/callbox" "$root/usr/lib/callbox.new" "$root/usr/lib/callbox.old" "$root/usr/sbin/callbox" "$root/run/callbox"
if [ -n "$purge" ]; then
    rm -rf "$root/var/lib/callbox" "$root/etc/callbox"
    say "Callbox and all its data are gone"
else
    say "Callbox is gone; its data is kept in /var/lib/callbox (uninstall.sh --data removes it)"
fi
if [ -z "$root" ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl reset-failed 'callbox-*' 2>/dev/null || true
fi
