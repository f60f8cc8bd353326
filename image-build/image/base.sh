#!/bin/bash
# Makes the base of the image, Debian 13 for arm64 without anything of ours, as a tar file, and prints its path. Ten minutes on two
# cores, most of them foreign code under qemu-user; kept under a hash of what goes in. `base.sh --fresh` makes it anew all the
# same, with the Debian packages of today.
set -euo pipefail
# shellcheck source=image-build/image/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
apart "$@"
exec 8>"$cache/base.lock"
flock 8 # two builds at once make one

lists=("$image/packages.txt" "$root"/image-build/setup/packages-{run,box}.txt)
key=$({ listed "${lists[@]}" && cat "$image/base.sh" "$image/initramfs/callbox-overlay"; } | hash_of)
base=$cache/base-$key.tar
if [ -s "$base" ] && [ "${1:-}" != --fresh ]; then
    echo "$base"
    exit
fi

[ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] ||
    die "arm64 programs cannot run here: install qemu-user-static with binfmt_misc mounted (image-build/image/build.sh does)"
work=$(mktemp -d "$cache/base.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
sources "main non-free-firmware" >"$work/debian.sources"

# Kernel from backports: the stock one can neither read a Pi 5's card nor reach its USB and network, and lacks gpio-sim.
cat >"$work/kernel.pref" <<'PIN'
Package: linux-image-* linux-base* linux-binary-* linux-modules-* raspi-firmware firmware-*
Pin: release n=trixie-backports
Pin-Priority: 600
PIN

# "most" would take ten minutes under qemu-user. virtio is for QEMU, the others find a Pi's card or USB disk.
cat >"$work/initramfs.conf" <<'CONF'
MODULES=list
COMPRESS=zstd
FSTYPE=ext4
CONF
printf '%s\n' ext4 overlay virtio_blk virtio_pci virtio_mmio virtio_net virtio_console mmc_block sdhci_iproc sdhci_brcmstb \
    bcm2835 sdhci sdhci_pltfm pcie_brcmstb reset_raspberrypi usb_storage uas xhci_pci dwc2 rp1_pci clk_rp1 pinctrl_rp1 >"$work/modules"

mapfile -t dates < <(date_checks)
step "making the base (ten minutes)" mmdebstrap --architectures=arm64 --variant=minbase --mode=root --format=tar \
    --include="$(listed "${lists[@]}" | paste -sd,)" \
    --aptopt='Apt::Install-Recommends "false"' "${dates[@]}" \
    --dpkgopt=force-confold --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --setup-hook="mkdir -p \"\$1/etc/apt/preferences.d\" && cp $work/kernel.pref \"\$1/etc/apt/preferences.d/callbox-kernel.pref\"" \
    --essential-hook="mkdir -p \"\$1/etc/initramfs-tools/conf.d\" \"\$1/etc/initramfs-tools/scripts/init-bottom\" \"\$1/usr/share/initramfs-tools/modules.d\"" \
    --essential-hook="cp $work/initramfs.conf \"\$1/etc/initramfs-tools/conf.d/callbox.conf\"" \
    --essential-hook="cp $work/modules \"\$1/usr/share/initramfs-tools/modules.d/callbox\"" \
    --essential-hook="install -m 755 $image/initramfs/callbox-overlay \"\$1/etc/initramfs-tools/scripts/init-bottom/callbox-overlay\"" \
    --essential-hook="printf 'update_initramfs=no\n' >\"\$1/etc/initramfs-tools/update-initramfs.conf\"" \
    --customize-hook="ls -l \"\$1/boot\" \"\$1/boot/firmware\"" \
    "$suite" "$work/base.tar" "$work/debian.sources"
mv "$work/base.tar" "$base"
echo "$base"
