#!/bin/bash
# Runs one part of the tests. Up to three that failed are run once more, with the rest of their file (what came before a
# step of a story belongs to it), on a machine that has nothing else to do: one that passes then is named FLAKY, which
# is a fault to be mended and no reason to stop the rest. More than three are no accident.
#
#   tests.sh WORKERS MARKERS
set -uo pipefail

cd "$(dirname "$(readlink -f "$0")")/../.." || exit
workers=${1:?usage: tests.sh WORKERS MARKERS}
markers=${2:?usage: tests.sh WORKERS MARKERS}
pytest=(.venv/bin/python -m pytest -q -m "$markers")
cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT

"${pytest[@]}" -n "$workers" --dist loadfile -o cache_dir="$cache"
code=$?
[ $code -eq 1 ] || exit $code # 0 is well; 2 and more are no failures of tests

mapfile -t failed < <(.venv/bin/python -c 'import json, sys; print("\n".join([name for name in json.load(sys.stdin) if "::" in name]))' \
    <"$cache/v/cache/lastfailed")
if [ -z "${failed[*]}" ] || [ ${#failed[@]} -gt 3 ]; then
    exit 1
fi
mapfile -t files < <(printf '%s\n' "${failed[@]%%::*}" | sort -u)
echo "Once more, alone: ${files[*]}"
"${pytest[@]}" "${files[@]}" || exit 1
printf 'FLAKY: %s\n' "${failed[@]}"
