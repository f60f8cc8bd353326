#!/bin/bash
# Prints one hash of all the image is made from and proved with. image-build/tested.txt holds that of the last one that passed `make
# image-test`: where they differ, the image has to be built and booted again.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
# What only tests, the demo and the benchmarks want on a developer's machine, and the proof of `make install`, never come near the image.
find image-build systemd drivers requirements.lock -type f ! -path 'image-build/out/*' ! -name tested.txt ! -path '*/__pycache__/*' ! -path '*/.*' \
    ! -path 'image-build/setup/packages-test.txt' ! -path 'image-build/setup/packages-demo.txt' ! -path 'image-build/setup/packages-bench.txt' \
    ! -path image-build/install/prove.sh ! -path image-build/setup/house_rules.py ! -path image-build/setup/tests.sh -print0 |
    sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
