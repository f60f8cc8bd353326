#!/bin/bash
# Resolves pyproject.toml into the lock files, for every Python version and architecture at once.
# uv does this and nothing else here; it runs from an environment that is thrown away.
set -euo pipefail

cd "$(dirname "$(readlink -f "$0")")/../.."
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
/usr/bin/python3 -m venv "$tool"
"$tool/bin/pip" install --quiet --disable-pip-version-check uv

resolve() {
    "$tool/bin/uv" pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
        --custom-compile-command 'make lock' "$@"
}

resolve pyproject.toml --extra dev -o requirements-dev.lock
resolve pyproject.toml -c requirements-dev.lock -o requirements.lock
resolve requirements-build.in -c requirements-dev.lock -o requirements-build.lock

# The image's wheels of these, for arm64: whoever locks what has none learns it here.
image-build/image/wheels.sh --list
