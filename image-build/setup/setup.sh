#!/bin/bash
# Everything `make run`, `make demo` and `make test` need, on a bare Debian 12 or 13 or Raspberry Pi OS:
# Debian packages, pjsua2 and the virtual environment. What is there already is not done again.
#
#   setup.sh run|demo|test|bench
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$here/../..")
purpose=${1:?usage: setup.sh run|demo|test|bench}
cache=${CALLBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/callbox}
venv=$root/.venv
python=/usr/bin/python3
export CALLBOX_CACHE=$cache PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { echo "[setup] $*"; }
die() {
    echo "[setup] $*" >&2
    exit 1
}

case $purpose in
    run) lists=(run build) lock=requirements.lock ;;
    demo) lists=(run build demo) lock=requirements.lock ;;
    test) lists=(run build test) lock=requirements-dev.lock ;;
    bench) lists=(run build test bench) lock=requirements-dev.lock ;;
    *) die "unknown purpose $purpose: run, demo, test or bench is wanted" ;;
esac
lists=("${lists[@]/#/$here/packages-}")
lists=("${lists[@]/%/.txt}")

check_distribution() {
    local name
    name=$(. /etc/os-release && echo "${ID:-} ${VERSION_ID:-}") 2>/dev/null || name=unknown
    case $name in
        "debian 12" | "debian 13" | "raspbian 12" | "raspbian 13") ;;
        *) die "Callbox sets itself up on Debian 12 or 13 and on Raspberry Pi OS of the same age; this is '$name'." ;;
    esac
}

debian_packages() {
    local missing
    missing=$("$here/missing.sh" "${lists[@]}")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" -eq 0 ]; then
        "$here/packages.sh" "$log" "${lists[@]}" || exit 1
    elif ! command -v sudo >/dev/null; then
        die "Debian packages are missing (${missing//$'\n'/ }): run this as root, or install sudo."
    else
        say "Debian packages are missing; sudo may ask for your password to install them"
        sudo "$here/packages.sh" "$log" "${lists[@]}" ||
            die "The Debian packages were not installed: run this as root, or as a user who may use sudo."
    fi
}

# A hash of all that the environment is made from.
fingerprint() {
    {
        cat "$root/$lock" "$root/requirements-build.lock" "$root/pyproject.toml" "$here"/{setup.sh,lean.py}
        cat "$root"/image-build/pjsua2/{build.sh,config_site.h,receive-race.patch}
        echo "$root"
        "$python" -V
        cat /etc/debian_version
    } | sha256sum
}

pip() {
    "$venv/bin/python" -m pip install --quiet "$@" >>"$log" 2>&1
}

# Hashes are checked for the builds' own needs too: nothing is fetched that is not in a lock, which names all there is.
start_python_packages() {
    exec "$venv/bin/python" -m pip install --quiet --no-deps --require-hashes --no-build-isolation -r "$root/$lock" >>"$log" 2>&1
}

environment() {
    local start=$SECONDS packages wheel failed="The log is $log."
    if [ -e "$venv" ] && [ "$("$venv/bin/python" -V 2>/dev/null)" != "$("$python" -V)" ]; then
        say "making the virtual environment anew for $("$python" -V)"
        rm -rf "$venv"
    fi
    rm -f "$stamp"
    [ -e "$venv" ] || "$python" -m venv "$venv" >>"$log" 2>&1 || die "No virtual environment could be made. $failed"
    pip --require-hashes -r "$root/requirements-build.lock" || die "Python packages could not be fetched (no network?): $(last_error) $failed"

    say "installing $(grep -c '^[a-z].*==' "$root/$lock") Python packages (half a minute)"
    start_python_packages & # beside the compiler: one waits for the network while the other computes
    packages=$!
    trap 'kill "$packages" 2>/dev/null || true' EXIT
    wheel=$("$root/image-build/pjsua2/build.sh" "$venv/bin/python") || exit 1
    wait "$packages" || die "Python packages could not be installed (no network?): $(last_error) $failed"
    trap - EXIT
    pip --no-deps --no-build-isolation --no-index --editable "$root" || die "Callbox could not be installed. $failed"
    pip --no-deps --no-index --force-reinstall "$wheel" || die "pjsua2 could not be installed. $failed"
    "$venv/bin/python" "$here/lean.py" -q -f >>"$log" 2>&1 || true # only memory depends on it
    say "Python packages and pjsua2 are in $venv ($((SECONDS - start)) s)"
}

last_error() { grep -a '^ERROR' "$log" | tail -n 1; }

check_distribution
mkdir -p "$cache" || die "The folder $cache cannot be made; name another with CALLBOX_CACHE."
log=$cache/setup.log
touch "$log"
exec 9>"$cache/setup.lock"
flock -n 9 || { say "another set-up is running; waiting for it" && flock 9; }

debian_packages
stamp=$venv/callbox-$purpose.stamp
print=$(fingerprint)
if [ "$(cat "$stamp" 2>/dev/null)" != "$print" ] || [ ! -x "$venv/bin/python" ]; then
    date -u +"%FT%TZ set-up for $purpose" >>"$log"
    environment
    echo "$print" >"$stamp"
fi

# Our own code is compiled here, in a moment: where Python may not write beside it, every start would do it again.
"$venv/bin/python" -m compileall -q "$root"/{appliance,drivers,simulator,webui} >>"$log" 2>&1 || true
