#!/bin/bash
# Cross-builds the pjsua2 wheel for arm64 and Debian 13 in the toolbox (two minutes) and prints its path. ../pjsua2/build.sh does the work
# and keeps the wheel. An arm64 wheel is tried by install.sh in the image's root: TLS, and 64 calls.
set -euo pipefail
# shellcheck source=image-build/image/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
apart "$@"

toolbox=$("$image/toolbox.sh")
wheels=${cache%/image}
mkdir -p "$wheels/pjsua2" "$toolbox/callbox/"{build,cache}
mount --bind "$root/image-build/pjsua2" "$toolbox/callbox/build"
mount --bind "$wheels" "$toolbox/callbox/cache"
wheel=$(in_root "$toolbox" env CALLBOX_CACHE=/callbox/cache /callbox/build/build.sh /usr/bin/python3 aarch64-linux-gnu)
echo "$wheels${wheel#/callbox/cache}"
