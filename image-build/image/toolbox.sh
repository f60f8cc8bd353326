#!/bin/bash
# Makes the toolbox, a folder with Debian 13 for this machine, and prints its path: cross compilers for arm64, the Python that the image
# has (to compile our files for it) and a mke2fs that takes its times from SOURCE_DATE_EPOCH. Kept under a hash of what goes in.
set -euo pipefail
# shellcheck source=image-build/image/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
apart "$@"
exec 8>"$cache/toolbox.lock"
flock 8 # two builds at once make one

key=$(hash_of "$image/toolbox.sh" /etc/debian_version)
toolbox=$cache/toolbox-$key
if [ ! -e "$toolbox/ready" ]; then
    rm -rf "$toolbox"
    list=$(mktemp)
    trap 'rm -f "$list"' EXIT
    sources main >"$list"
    mapfile -t dates < <(date_checks)
    step "making the toolbox" mmdebstrap --variant=minbase --mode=root --format=directory \
        --include=ca-certificates,swig,make,pkgconf,patch,xz-utils,python3,python3-setuptools,python3-wheel,e2fsprogs,dosfstools,mtools,fdisk \
        --aptopt='Apt::Install-Recommends "false"' "${dates[@]}" \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        "$suite" "$toolbox" "$list"
    cp /etc/resolv.conf /etc/hosts "$toolbox/etc/"
    step "adding the cross compilers to it" in_root "$toolbox" sh -ec '
        dpkg --add-architecture arm64
        apt-get -q update
        apt-get -q -y install --no-install-recommends crossbuild-essential-arm64 libpython3-dev:arm64 libssl-dev:arm64 \
            libsrtp2-dev:arm64 libspeex-dev:arm64 libspeexdsp-dev:arm64 libgsm1-dev:arm64 libopus-dev:arm64 uuid-dev:arm64
        apt-get clean'
    touch "$toolbox/ready"
fi
echo "$toolbox"
