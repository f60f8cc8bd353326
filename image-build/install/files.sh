#!/bin/bash
# Where the files of systemd/ go; the one place that knows.
#
#   files.sh SYSTEMD ROOT install|remove
set -euo pipefail

source=${1:?usage: files.sh SYSTEMD ROOT install|remove} root=$2 what=$3

put() { # file, its place
    case $what in
        install) install -Dm 644 "$1" "$root$2" ;;
        remove) rm -f "$root$2" ;;
        *) exit 2 ;;
    esac
}

# A unit that this version no longer has goes too.
rm -f "$root"/usr/lib/systemd/system/callbox.target "$root"/usr/lib/systemd/system/callbox-*
for unit in "$source"/*.{service,target,timer,socket,path,slice}; do
    [ ! -e "$unit" ] || put "$unit" "/usr/lib/systemd/system/${unit##*/}"
done
put "$source/sysusers.conf" /usr/lib/sysusers.d/callbox.conf
put "$source/tmpfiles.conf" /usr/lib/tmpfiles.d/callbox.conf
put "$source/modules.conf" /usr/lib/modules-load.d/callbox.conf
put "$source/first.nft" /etc/callbox/first.nft
put "$source/udev.rules" /usr/lib/udev/rules.d/70-callbox.rules
put "$source/watchdog.conf" /usr/lib/systemd/system.conf.d/70-callbox-watchdog.conf
# The journal in memory is for a card; another machine's journal is its owner's.
[ -z "$root" ] || put "$source/journald-callbox.conf" /usr/lib/systemd/journald.conf.d/70-callbox.conf
if [ -d "$source/nginx" ]; then
    for file in "$source"/nginx/*; do put "$file" "/etc/callbox/${file##*/}"; done
fi
