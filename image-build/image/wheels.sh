#!/bin/bash
# Collects the wheels the image takes, for arm64 and Debian 13's Python.
#
#   wheels.sh DIR       those of requirements.lock by their hashes (and kept), pjsua2 (cross-built), callbox (packed anew)
#   wheels.sh --list    writes wheels.txt, the names and hashes of the first kind, which a test holds against the lock
set -euo pipefail
# shellcheck source=image-build/image/lib.sh
. "$(dirname "$(readlink -f "$0")")/lib.sh"
out=${1:?usage: wheels.sh DIR | --list}
lock=$root/requirements.lock
python=$root/.venv/bin/python
[ -x "$python" ] || die "The checkout has no .venv yet: make setup"
tags=() # pip does not widen one tag to the older ones as the box's own pip would
for libc in 17 24 26 27 28 31 34 35 36 38 39 41; do tags+=(--platform "manylinux_2_${libc}_aarch64"); done
tags+=(--platform manylinux2014_aarch64)

kept=$cache/wheels-$(hash_of "$lock" "$image"/{wheels.sh,wanted.py} "$root/image-build/install/unpack.py")
if [ ! -d "$kept" ]; then
    rm -rf "$kept.new"
    mkdir "$kept.new"
    "$python" "$image/wanted.py" "$lock" 3.13 >"$kept.new.txt"
    step "fetching wheels for arm64" "$python" -m pip --quiet --disable-pip-version-check --no-input download --require-hashes --no-deps \
        --only-binary=:all: --implementation cp --python-version 3.13 --abi cp313 --abi abi3 --abi none "${tags[@]}" \
        --dest "$kept.new" -r "$kept.new.txt"
    mv "$kept.new" "$kept"
fi
if [ "$out" = --list ]; then
    (cd "$kept" && sha256sum -- *.whl) >"$image/wheels.txt"
    exit
fi
cp "$kept"/*.whl "$out/"
wheel=$("$image/pjsua2.sh")
cp "$wheel" "$out/"
step "packing callbox" "$root/image-build/install/wheels.sh" --project "$out"
