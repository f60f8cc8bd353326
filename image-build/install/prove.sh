#!/bin/bash
# Proves `make install` on a bare Debian: a machine of its own (systemd-nspawn, with its own systemd, network and packet filter) is made
# anew, Callbox installed with the one command, looked at, brought up to date, refused for data of a newer one, and taken off again.
# Needs root, mmdebstrap, systemd-container, nftables and the network; ten minutes.
#
#   prove.sh [bookworm|trixie]
set -euo pipefail

checkout=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
suite=${1:-bookworm}
cache=${CALLBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/callbox}
net=callbox-prove
address=10.203.0.2
code=/srv/callbox
began=$SECONDS

say() { echo "[install-test] $*"; }
die() {
    say "FAILED: $*" >&2
    if [ -n "${leader:-}" ]; then inside journalctl -b --no-pager -n 40 -p warning >&2 || true; fi
    exit 1
}

[ "$(id -u)" -eq 0 ] || die "a machine is made by root"
for need in mmdebstrap systemd-nspawn nft ip curl; do
    command -v "$need" >/dev/null || die "$need is missing: apt-get install mmdebstrap systemd-container nftables iproute2 curl"
done
work=$(mktemp -d)
root=$work/root
mkdir -p "$cache"

end() {
    if [ -n "${nspawn:-}" ]; then
        kill -TERM "$nspawn" 2>/dev/null || true
        wait "$nspawn" 2>/dev/null || true
    fi
    ip netns delete $net 2>/dev/null || true
    nft delete table ip $net 2>/dev/null || true
    [ -z "${forward:-}" ] || sysctl -qw "net.ipv4.ip_forward=$forward"
    rm -rf "$work"
}
trap end EXIT

network() {
    forward=$(sysctl -n net.ipv4.ip_forward)
    ip netns add $net
    ip link add ${net:0:9}0 type veth peer name host0 netns $net
    ip addr add 10.203.0.1/24 dev ${net:0:9}0
    ip link set ${net:0:9}0 up
    ip -n $net addr add $address/24 dev host0
    ip -n $net link set host0 up
    ip -n $net link set lo up
    ip -n $net route add default via 10.203.0.1
    sysctl -qw net.ipv4.ip_forward=1
    nft -f - <<RULES
table ip $net {
    chain out { type nat hook postrouting priority 100; ip saddr 10.203.0.0/24 masquerade; }
}
RULES
}

# A bare Debian with what a checkout wants, and this machine's own ways to its package sources.
machine() {
    local file
    mmdebstrap --quiet --variant=minbase --mode=root --aptopt='Apt::Install-Recommends "false"' \
        --include=systemd,systemd-sysv,dbus,udev,python3,python3-venv,make,git,ca-certificates,iproute2 "$suite" "$root"
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    for file in /etc/pip.conf "$HOME/.config/pip/pip.conf"; do
        [ ! -e "$file" ] || install -D "$file" "$root/${file/#$HOME//root}"
    done
    git clone --quiet "$checkout" "$root$code"
}

start() {
    systemd-nspawn --quiet --directory="$root" --boot --network-namespace-path=/run/netns/$net --capability=CAP_NET_ADMIN \
        --bind="$cache:/srv/cache" --keep-unit --register=no --resolv-conf=off --console=read-only >"$work/console.log" 2>&1 &
    nspawn=$!
    for _ in $(seq 600); do
        leader=$(pgrep -P $nspawn || true)
        if [ -n "$leader" ] && inside systemctl is-system-running --quiet 2>/dev/null; then return 0; fi
        sleep 0.5
    done
    die "it does not start"
}

stop() {
    inside systemctl poweroff || true
    wait "$nspawn" 2>/dev/null || true
    nspawn=''
}

inside() {
    local given
    mapfile -t given < <(env | grep -E '^(PIP|SSL|REQUESTS|CURL)_[A-Z_]*=')
    nsenter -t "$leader" -m -u -i -p -n -C env -i HOME=/root CALLBOX_CACHE=/srv/cache PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "${given[@]}" "$@"
}

until_true() {
    for _ in $(seq 240); do
        if "${@:2}" >/dev/null 2>&1; then return 0; fi
        sleep 0.5
    done
    die "$1"
}

answers() { [ "$(curl -sk -m 5 -o /dev/null -w '%{http_code}' -H 'Host: callbox.local' https://$address/login)" = 200 ]; }
well() { inside systemctl is-active --quiet callbox.target callbox-{core,edge,web,front,firewall}.service; }
no_failed_unit() { [ -z "$(inside systemctl --failed --no-legend --plain)" ]; }
install_box() { inside make -s -C $code install >"$work/install.log" 2>&1 || { tail -n 20 "$work/install.log" >&2 && die "make install"; }; }

# What an admin would do: a name for the box, a password of one's own, somebody in the phone book.
fill() {
    inside runuser -u callbox -- /usr/lib/callbox/bin/python -P - <<'PYTHON'
from appliance.config.secrets import hash_secret
from appliance.control.client import ControlClient

box = ControlClient("/run/callbox/control.sock")
box.set_admin_password(hash_secret("a password of the proof"), "prove")
version, settings = box.settings()
settings["box"]["name"] = "Proved"
box.save_settings(version, settings, "prove")
box.desk.save_contact(None, {"name": "Ada Proved", "numbers": ["+4930123456"]})
box.close()
PYTHON
}

# All settings and the phone book, as they are on the disk.
data() {
    inside sha256sum /var/lib/callbox/settings.json
    inside runuser -u callbox -- python3 - <<'PYTHON'
import sqlite3

records = sqlite3.connect("file:/var/lib/callbox/records.sqlite?mode=ro", uri=True)
print(records.execute("SELECT * FROM contacts").fetchall(), records.execute("SELECT * FROM contact_numbers").fetchall())
PYTHON
}

look() {
    until_true "the units run" well
    until_true "no unit failed" no_failed_unit
    until_true "the page answers over HTTPS" answers
    say "ok   $1 ($((SECONDS - began)) s)"
}

say "making a bare Debian ($suite)"
network
machine
start
say "ok   it starts ($((SECONDS - began)) s)"
install_box
look "make install: units, page, packet filter"
grep -aq 'one-time code' "$work/console.log" || die "no one-time code on the console"
fill || die "settings and a contact are not saved"
before=$(data)
grep -q Proved <<<"$before" || die "the contact is not in the records"
stop
start
look "it starts again by itself"
[ "$(data)" = "$before" ] || die "settings or records have changed by a new start"
inside git -C $code -c user.name=prove -c user.email=prove@localhost commit --quiet --allow-empty -m newer
install_box
look "brought up to date"
[ "$(data)" = "$before" ] || die "settings or records have changed by the way"
say "ok   settings and records kept"
inside systemctl stop callbox.target
inside cp -p /var/lib/callbox/version.json /srv/kept.json
inside sed -i 's/"settings": *[0-9]*/"settings": 999/' /var/lib/callbox/version.json
if inside make -s -C $code install >"$work/install.log" 2>&1; then die "data of a newer Callbox were taken"; fi
grep -q 'newer' "$work/install.log" || { cat "$work/install.log" && die "the refusal does not say why"; }
say "ok   data of a newer one: $(grep -m 1 newer "$work/install.log")"
inside cp -p /srv/kept.json /var/lib/callbox/version.json
inside make -s -C $code uninstall >"$work/install.log" 2>&1 || { cat "$work/install.log" && die "make uninstall"; }
[ -z "$(inside sh -c 'systemctl list-unit-files --no-legend "callbox*"; ls -d /usr/lib/callbox /usr/sbin/callbox 2>/dev/null')" ] || die "something stays behind"
[ "$(data)" = "$before" ] || die "the data are gone"
say "ok   make uninstall, data kept ($((SECONDS - began)) s)"
