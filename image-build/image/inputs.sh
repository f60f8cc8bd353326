#!/bin/bash
# Prints one hash of all the image is made from and proved with. image-build/tested.txt holds that of the last one that passed `make
# image-test`: where they differ, the image has to be built and booted again.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
# What only tests, the demo and the benchmarks want on a developer's machine never comes near the image.
find image-build systemd drivers requirements.lock -type f ! -path 'image-build/out/*' ! -name tested.txt ! -path '*/__pycache__/*' ! -path '*/.*' \
    ! -path 'image-build/setup/packages-test.txt' ! -path 'image-build/setup/packages-demo.txt' ! -path 'image-build/setup/packages-bench.txt' -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
