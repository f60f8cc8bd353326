#!/bin/bash
# Fills a root from the base and from what is ours:  fill.sh BASE.tar WHEELS ROOT
# ../install/install.sh puts Callbox in, as on any machine; what only the image has is in files/.
set -euo pipefail
# shellcheck source=image-build/image/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
apart "$@"
base=$1 wheels=$2 to=$3

unpack() {
    mkdir -p "$to"
    tar -xpf "$base" -C "$to" --numeric-owner --xattrs --xattrs-include='*'
}

configure() {
    cp -r --no-preserve=ownership,timestamps "$image/files/." "$to/"
    find "$to/usr/lib/callbox-image" -type f -exec chmod 755 {} +
    mkdir -p "$to"/{data,boot/firmware,var/lib/callbox,var/lib/systemd/timesync,etc/systemd/system-generators}
    ln -sf /usr/share/zoneinfo/UTC "$to/etc/localtime"
    ln -sf ../run/systemd/resolve/stub-resolv.conf "$to/etc/resolv.conf"
    # Lamps and keys: the library is Debian's, as pyalsaaudio.
    ln -sf /usr/lib/python3/dist-packages/gpiod "$(echo "$to"/usr/lib/callbox/lib/python3*/site-packages)/gpiod"
    # Nobody logs in: no shell is offered at the console, no account has a password.
    ln -sf /dev/null "$to/etc/systemd/system-generators/systemd-getty-generator"
    systemctl --root="$to" --quiet disable getty@tty1.service
    systemctl --root="$to" --quiet enable systemd-networkd systemd-resolved systemd-timesyncd avahi-daemon callbox-grow callbox-data
    # Backups by SFTP want ssh, nobody an agent with rights of its own.
    chmod g-s "$to/usr/bin/ssh-agent"
    # Debian starts these for machines with one purpose; here Callbox's own units start them. Nothing waits for a network.
    local idle=(nginx kamailio systemd-networkd-wait-online apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer
        e2scrub_all.timer e2scrub_reap fstrim.timer)
    systemctl --root="$to" --quiet disable "${idle[@]}"
    systemctl --root="$to" --quiet mask "${idle[@]}" systemd-machine-id-commit systemd-firstboot alsa-restore alsa-state
    sed -i 's/^#\?publish-workstation=.*/publish-workstation=no/; s/^#\?use-ipv6=.*/use-ipv6=yes/' "$to/etc/avahi/avahi-daemon.conf"
}

# Nothing of the machine that built it, nothing that differs between two builds or two boxes.
clean() {
    rm -rf "$to"/etc/apt/sources.list.d/* "$to"/etc/apt/sources.list "$to"/etc/apt/apt.conf.d/99mmdebstrap "$to"/etc/apt/preferences.d/* \
        "$to"/etc/dpkg/dpkg.cfg.d/99mmdebstrap "$to"/var/lib/apt/lists/* "$to"/var/cache/apt/* "$to"/var/cache/ldconfig/* "$to"/var/log/* \
        "$to"/etc/ssl/private/* "$to"/etc/ssh "$to"/root/.[a-z]* "$to"/tmp/* "$to"/var/tmp/* "$to"/var/lib/systemd/random-seed \
        "$to"/etc/{passwd,group,shadow,gshadow,subuid,subgid}- "$to"/etc/.pwd.lock "$to"/var/lib/dbus/machine-id "$to"/var/cache/debconf/*-old
    : >"$to/etc/machine-id"
    # Its caches are as new as its programs: no start looks at them again (systemd-update-done(8)).
    touch "$to"/{etc,var}/.updated
    # No password was ever set: every account's is locked, and its day of change is the build's.
    awk -F: -v OFS=: -v day=$((SOURCE_DATE_EPOCH / 86400)) '{ $2 = "!*"; $3 = day; print }' "$to/etc/shadow" >"$to/etc/shadow.new"
    chmod --reference="$to/etc/shadow" "$to/etc/shadow.new" && chown --reference="$to/etc/shadow" "$to/etc/shadow.new"
    mv "$to/etc/shadow.new" "$to/etc/shadow"
    sed -i "s,^root:\(.*\):[^:]*\$,root:\1:/usr/sbin/nologin," "$to/etc/passwd"
    find "$to" -xdev -newermt "@$SOURCE_DATE_EPOCH" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
}

step "unpacking the base" unpack
mount --bind "$to" "$to" # so that what is mounted in it goes with it
step "installing Callbox" in_place "$to" "$root/image-build/install/install.sh" --root "$to" --wheels "$wheels" --no-apt --no-compile
# The toolbox has the box's Python for this machine: its byte code is the same, twenty times faster.
toolbox=$("$image/toolbox.sh")
mkdir -p "$toolbox/callbox/to"
mount --bind "$to" "$toolbox/callbox/to"
step "making its byte code" in_root "$toolbox" /usr/bin/python3 -m compileall -q -s /callbox/to -p / --invalidation-mode unchecked-hash \
    /callbox/to/usr/lib/callbox/lib
site=$(echo "$to"/usr/lib/callbox/lib/python3*/site-packages)
step "leaving out what only programmers read" in_root "$toolbox" /usr/bin/python3 - --site "/callbox/to${site#"$to"}" -q -f -s /callbox/to -p / \
    --invalidation-mode unchecked-hash <"$root/image-build/setup/lean.py"
say "compiling what dataclasses are given"
in_root "$to" env PYTHONHASHSEED=0 /usr/lib/callbox/bin/python -P -B -c 'from appliance.precompiled import make; make()' >>"$log" 2>&1 ||
    say "note: each start compiles the methods of dataclasses anew"
step "trying pjsua2: TLS, and 64 calls at once" in_root "$to" /usr/lib/callbox/bin/python - <"$root/image-build/pjsua2/prove.py"
step "setting the box up" configure
step "listing what is in it" python3 "$image/sbom.py" "$to" "$to/usr/share/callbox/sbom.cdx.json"
umount -R "$to/proc" "$to/dev"
step "removing what is not the box's" clean
