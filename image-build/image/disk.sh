#!/bin/bash
# Makes the disk image of a filled root, without loop devices or mounts of it:  disk.sh ROOT IMAGE
#
#   1 boot   512 MiB FAT    the Raspberry Pi's firmware, and a/ with kernel, RAM disk and device trees of root A
#   2 root A 1280 MiB ext4  mounted read-only
#   3 root B 1280 MiB       empty, for updates
#   4 data   64 MiB ext4    grows to the end of the card at the first start
#
# The same root gives the same bytes: identities are fixed here (a box's own are made at its first start), times are SOURCE_DATE_EPOCH,
# files go in sorted. mke2fs and mtools are the toolbox's.
set -euo pipefail
# shellcheck source=image-build/image/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
apart "$@"
from=$(readlink -f "$1")
out=$(readlink -f "$2")

boot_mb=512 root_mb=1280 data_mb=64
disk_id=ca11b0c5 # as in boot/cmdline.txt
root_uuid=ca11b0c5-0000-4000-8000-00000000000a
data_uuid=ca11b0c5-0000-4000-8000-0000000000da

toolbox=$("$image/toolbox.sh")
work=$(mktemp -d "$cache/disk.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$toolbox/callbox/"{from,work} "$work"/{boot,data}
mount --bind "$from" "$toolbox/callbox/from"
mount --bind "$work" "$toolbox/callbox/work"

# The firmware goes to the top, where a board looks for it; what belongs to a kernel goes to a/.
collect_boot() {
    local kernel
    kernel=$(basename "$from"/usr/lib/modules/*)
    mkdir -p "$work/boot/a"
    cp --no-preserve=all "$from"/usr/lib/raspi-firmware/*.{bin,elf,dat} "$work/boot/"
    cp --no-preserve=all "$from/usr/lib/linux-image-$kernel"/broadcom/bcm2{71,83}*-rpi-*.dtb "$work/boot/a/"
    cp --no-preserve=all "$(readlink -f "$from/boot/vmlinuz-$kernel")" "$work/boot/a/vmlinuz"
    cp --no-preserve=all "$from/boot/initrd.img-$kernel" "$work/boot/a/initrd.img"
    cp "$image/boot/cmdline.txt" "$work/boot/a/"
    cp "$image/boot/config.txt" "$work/boot/"
    find "$work/boot" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
}

fat() {
    truncate -s "${boot_mb}M" "$work/boot.fat"
    in_root "$toolbox" mkfs.vfat --invariant -F 32 -n BOOT -i "$disk_id" /callbox/work/boot.fat
    (cd "$work/boot" && find . -mindepth 1 -type d | sort) | while read -r folder; do
        in_root "$toolbox" mmd -i /callbox/work/boot.fat "::${folder#.}"
    done
    (cd "$work/boot" && find . -type f | sort) | while read -r file; do
        in_root "$toolbox" mcopy -m -i /callbox/work/boot.fat "/callbox/work/boot/$file" "::${file#.}"
    done
}

ext4() { # name, label, UUID, MiB, folder
    # Room in its tables to grow to 256 GB; blocks and journal of a grown size from the start.
    in_root "$toolbox" mke2fs -q -t ext4 -b 4096 -J size=16 -L "$2" -m 1 -U "$3" -O ^metadata_csum_seed,^orphan_file \
        -E "root_owner=0:0,hash_seed=$3,lazy_itable_init=0,lazy_journal_init=0,resize=67108864" -d "$5" "/callbox/work/$1" "${4}M"
    in_root "$toolbox" e2fsck -fn "/callbox/work/$1"
}

data() {
    install -d -m 700 "$work/data/identity"
    install -d -m 750 -o "$(id_of passwd callbox)" -g "$(id_of group callbox)" "$work/data/callbox"
    install -d -m 755 -o "$(id_of passwd systemd-timesync)" -g "$(id_of group systemd-timesync)" "$work/data/timesync"
    find "$work/data" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
    ext4 data.ext4 callbox-data "$data_uuid" "$data_mb" /callbox/work/data
}

id_of() { awk -F: -v name="$2" '$1 == name { print $3 }' "$from/etc/$1"; }

assemble() {
    local a=$((1 + boot_mb)) b=$((1 + boot_mb + root_mb)) d=$((1 + boot_mb + 2 * root_mb))
    rm -f "$out"
    truncate -s $((d + data_mb))M "$out"
    in_root "$toolbox" sfdisk -q /callbox/out/"$(basename "$out")" <<LAYOUT
label: dos
label-id: 0x$disk_id
start=1MiB, size=${boot_mb}MiB, type=c, bootable
start=${a}MiB, size=${root_mb}MiB, type=83
start=${b}MiB, size=${root_mb}MiB, type=83
start=${d}MiB, size=${data_mb}MiB, type=83
LAYOUT
    dd if="$work/boot.fat" of="$out" bs=1M seek=1 conv=notrunc,sparse status=none
    dd if="$work/root.ext4" of="$out" bs=1M seek="$a" conv=notrunc,sparse status=none
    dd if="$work/data.ext4" of="$out" bs=1M seek="$d" conv=notrunc,sparse status=none
}

step "collecting what the board boots from" collect_boot
step "making the boot partition" fat
# What the boot partition has is not kept twice: an empty folder lies over the root's.
mount -t tmpfs -o mode=0755 none "$toolbox/callbox/from/boot"
install -d -m 755 "$toolbox/callbox/from/boot/firmware"
touch -hd "@$SOURCE_DATE_EPOCH" "$toolbox/callbox/from/boot/firmware" "$toolbox/callbox/from/boot"
step "making the root partition" ext4 root.ext4 callbox-root "$root_uuid" "$root_mb" /callbox/from
step "making the data partition" data
mkdir -p "$toolbox/callbox/out"
mount --bind "$(dirname "$out")" "$toolbox/callbox/out"
step "putting the disk together" assemble
