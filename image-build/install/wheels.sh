#!/bin/bash
# Collects wheels for an installation.
#
#   wheels.sh DIR             everything for this machine: the lock's packages by their hashes, pjsua2, and callbox itself
#   wheels.sh --project DIR   callbox alone, which is the same for every machine
#
# Works with the checkout's .venv, which `make setup` makes.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
checkout=$(readlink -f "$here/../..")
python=$checkout/.venv/bin/python
only=
if [ "${1:-}" = --project ]; then only=1 && shift; fi
out=$(readlink -f "${1:?usage: wheels.sh [--project] DIR}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() {
    echo "[wheels] $*" >&2
    exit 1
}

pip() { "$python" -m pip --quiet --disable-pip-version-check --no-input wheel --no-deps --no-build-isolation --wheel-dir "$out" "$@"; }

[ -x "$python" ] || die "The checkout has no .venv yet: make setup"
if [ -z "$only" ]; then
    pip --require-hashes -r "$checkout/requirements.lock" || die "The Python packages could not be fetched (no network?)."
    cp "$("$checkout/image-build/pjsua2/build.sh" "$python")" "$out/" || die "pjsua2 could not be built."
fi

# From a copy: setuptools leaves its work beside the source.
cp -r "$checkout"/{appliance,drivers,simulator,webui,pyproject.toml,README.md,LICENSE} "$work/"
find "$work" -name __pycache__ -prune -exec rm -rf {} +
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1760000000} pip "$work" || die "Callbox could not be packed."
