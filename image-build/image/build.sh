#!/bin/bash
# Makes the SD-card image: Debian 13 for arm64 (Raspberry Pi 3, 4, 5, Zero 2 W) with Callbox in it.
#
#   build.sh [--fresh]     --fresh: with the Debian packages of today, not those of the last base
#
# Leaves in image-build/out/: callbox.img, callbox.img.zst, callbox.sbom.json (CycloneDX), callbox.sha256. Run as root. The steps, each a script beside
# this one: packages of this machine; base.sh (Debian, ten minutes, kept); wheels.sh (Python packages; pjsua2.sh cross-builds the one
# nobody has); fill.sh (ours into it); disk.sh (partitions); check.py (what must and must not be in it). Why so: docs/decisions/0021-image.md
set -euo pipefail
# shellcheck source=image-build/image/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"

start=$SECONDS
out=$root/image-build/out
[ "$(id -u)" -eq 0 ] || die "An image is made by root, since its files belong to others: sudo make image"
[ "$(df --output=avail -BG "$cache" | tail -n 1 | tr -dc 0-9)" -ge 8 ] || die "8 GB are wanted in $cache; the disk has less."
date -u +"%FT%TZ image" >"$log"

# Foreign programs: binfmt_misc is mounted before the packages are installed, so that they register with it.
mountpoint -q /proc/sys/fs/binfmt_misc || mount -t binfmt_misc none /proc/sys/fs/binfmt_misc 2>>"$log" ||
    die "This machine's kernel has no binfmt_misc: arm64 programs cannot run on it, so no image can be made here."
"$root/image-build/setup/packages.sh" "$log" "$root/image-build/setup/packages-image.txt" || exit 1
[ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || update-binfmts --enable qemu-aarch64 >>"$log" 2>&1 ||
    die "arm64 programs do not run here: qemu-user-static could not be registered with binfmt_misc."

work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
mkdir -p "$work/wheels" "$work/root" "$out"
base=$("$image/base.sh" "$@")
"$image/wheels.sh" "$work/wheels"
"$image/fill.sh" "$base" "$work/wheels" "$work/root"
"$image/disk.sh" "$work/root" "$work/callbox.img"
step "checking what is in it" python3 "$image/check.py" "$work/callbox.img"

cp "$work/root/usr/share/callbox/sbom.cdx.json" "$out/callbox.sbom.json"
step "compressing" zstd -q -f -9 -T0 "$work/callbox.img" -o "$out/callbox.img.zst"
mv -f "$work/callbox.img" "$out/callbox.img"
(cd "$out" && sha256sum callbox.img callbox.img.zst callbox.sbom.json >callbox.sha256)
seconds=$((SECONDS - start)) megabytes=$((($(stat -c %s "$out/callbox.img.zst") + 999999) / 1000000))
printf '{"build_s": %d, "compressed_mb": %d}\n' "$seconds" "$megabytes" >"$out/callbox.build.json"
say "image-build/out/callbox.img.zst: $megabytes MB, in $seconds s"
