#!/bin/bash
# Prints the entries of the package lists named that are not installed.
set -euo pipefail

declare -A installed
while read -r status name; do
    [ "$status" = ii ] && installed[$name]=1
done < <(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n')

while IFS= read -r entry; do
    found=
    for name in ${entry//|/ }; do
        [ -z "${installed[$name]:-}" ] || found=1
    done
    [ -n "$found" ] || echo "$entry"
done < <(sed -e 's/[[:space:]]*#.*//' -e '/^[[:space:]]*$/d' "$@" | sort -u)
