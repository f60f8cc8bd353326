#!/bin/bash
# Builds the pjsua2 wheel from Debian's source and prints its path.
#
#   image-build/pjsua2/build.sh PYTHON          PYTHON: the virtual environment's interpreter (with setuptools)
#   image-build/pjsua2/build.sh PYTHON TRIPLET  the same for another processor; image-build/image/pjsua2.sh has what that takes
#
# PJSIP comes from Debian's source package `asterisk`, of which it is the component "Xpjproject": signed by Debian,
# without PJSIP's own third-party folder, so it is built against Debian's libraries. apt reads it with a sources list and a state
# folder of its own; the system's are not touched. Wheel and source are kept in $CALLBOX_CACHE (default ~/.cache/callbox) under a hash
# of all that goes into them. Why not the package index's wheel: docs/decisions/0001-pjsua2.md
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
python=${1:?usage: build.sh PYTHON [TRIPLET]}
host=${2:-}
cache=${CALLBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/callbox}/pjsua2
oldest=2.17  # what the box was tested with; Debian's source may have moved on to a later 2.x
tested_source=6860c2f7604b4eee75f38151a9ef69774eb3f0c5286fc1d14bc1db2dc5a9e8aa

say() { echo "[pjsua2] $*" >&2; }
die() {
    say "$*"
    exit 1
}

wheel_key() {
    {
        cat "$here/build.sh" "$here/config_site.h" "$here/receive-race.patch"
        "$python" -c 'import sysconfig; print(sysconfig.get_config_var("SOABI"))'
        . /etc/os-release && echo "$ID $VERSION_ID"
    } | sha256sum | cut -c1-16
}

# The mirror this machine's apt uses for Debian itself.
debian_mirror() {
    if [ -n "${CALLBOX_DEBIAN_MIRROR:-}" ]; then
        echo "$CALLBOX_DEBIAN_MIRROR"
        return
    fi
    apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        sed -n 's/^Debian|Debian|//p' | head -n 1
}

isolated_apt() {
    local tool=$1
    shift
    "$tool" -q -o Dir::Etc::SourceList="$work/sid.sources" -o Dir::Etc::SourceParts=/dev/null -o Dir::State="$work/state" \
        -o Dir::State::Status=/dev/null -o Dir::Cache="$work/apt-cache" -o APT::Sandbox::User=root "$@"
}

fetch_source() {
    local mirror uri name hash line
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || die "apt knows no Debian mirror; run 'apt-get update', or set CALLBOX_DEBIAN_MIRROR to one"
    mkdir -p "$work/state/lists/partial" "$work/apt-cache/archives/partial"
    printf 'Types: deb-src\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: %s\n' \
        "$mirror" /usr/share/keyrings/debian-archive-keyring.gpg >"$work/sid.sources"
    say "reading Debian's list of sources (12 MB)"
    isolated_apt apt-get update --error-on=any >>"$log" 2>&1 ||
        die "Debian's list of sources could not be read from $mirror or its signature is wrong; see $log"
    line=$(isolated_apt apt-get source --print-uris asterisk 2>>"$log" | grep -F 'orig-Xpjproject.tar' || true)
    read -r uri name _ hash <<<"$line"
    [ -n "$hash" ] || die "Debian's source package asterisk no longer carries PJSIP; put a tarball of it at $cache/source.tar.xz"
    say "fetching $name"
    isolated_apt /usr/lib/apt/apt-helper download-file "${uri//\'/}" "$work/source.tar.xz" "$hash" >>"$log" 2>&1 ||
        die "$name could not be fetched; see $log"
    mv "$work/source.tar.xz" "$cache/source.tar.xz"
}

cross() {
    export CC=$host-gcc CXX=$host-g++ AR=$host-ar RANLIB=$host-ranlib LD=$host-g++ _PYTHON_SYSCONFIGDATA_NAME=_sysconfigdata__$host
    export _PYTHON_HOST_PLATFORM=linux-${host%%-*} LDSHARED="$host-gcc -shared" LDCXXSHARED="$host-g++ -shared"
}

step() {
    local what=$1 start=$SECONDS
    shift
    say "$what"
    "$@" >>"$log" 2>&1 || die "$what failed; the last lines of $log: $(tail -n 3 "$log" | tr '\n' ' ')"
    say "$what: $((SECONDS - start)) s"
}

configure() {
    # bdimad is a commercial sound library whose object the Makefile names though its source is not shipped.
    sed -i 's/ bdimad_dev\.o//' pjmedia/build/Makefile
    cp "$here/config_site.h" pjlib/include/pj/config_site.h
    # A crash while calls are set up, mended upstream after 2.17; a source that has it mended refuses the patch.
    if patch -p1 --forward --dry-run <"$here/receive-race.patch"; then
        patch -p1 --forward <"$here/receive-race.patch"
    else
        say "note: receive-race.patch does not fit this source; see whether it still needs it"
    fi
    # --with-ssl is named because PJSIP leaves TLS out in silence when its search fails.
    ./configure ${host:+--host="$host"} --with-ssl=/usr --disable-video --disable-sound --enable-epoll --disable-libwebrtc --disable-libyuv \
        --disable-ilbc-codec --disable-g7221-codec --disable-upnp --enable-speex-resample \
        --with-external-speex --with-external-gsm --with-external-srtp
}

libraries() { make dep && make -j"$(nproc)" lib; }

# The module is glue: -O1 halves the time of its one huge file, and without documentation strings it takes less memory.
wheel() {
    export CFLAGS=${CFLAGS/-O2/-O1} CXXFLAGS=${CXXFLAGS/-O2/-O1} PATH=${python%/*}:$PATH
    make -C pjsip-apps/src/swig/python GEN_DOC= wheel
}

check() {
    local folder=$work/check
    "$python" -m zipfile -e "$1" "$folder"
    PYTHONPATH=$folder "$python" - "$version" <<'PY'
import sys
import pjsua2
endpoint = pjsua2.Endpoint()
endpoint.libCreate()
config = pjsua2.EpConfig()
config.logConfig.level = config.logConfig.consoleLevel = 0
endpoint.libInit(config)
assert endpoint.libVersion().full == sys.argv[1], endpoint.libVersion().full
assert endpoint.mediaMaxPorts() >= 254
transport = pjsua2.TransportConfig()
transport.boundAddress = "127.0.0.1"
endpoint.transportCreate(pjsua2.PJSIP_TRANSPORT_TLS, transport)
endpoint.libDestroy()
PY
}

[ -z "$host" ] || cross
key=$(wheel_key)
mkdir -p "$cache/$key"
log=$cache/$key/build.log
exec 9>"$cache/lock"
flock 9  # two starts at once build one wheel

if ready=$(ls "$cache/$key"/pjsua2-*.whl 2>/dev/null); then
    echo "$ready"
    exit
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/callbox-pjsua2.XXXXXX")
trap 'rm -rf "$work"' EXIT
: >"$log"
say "building pjsua2 once; the log is $log"
[ -s "$cache/source.tar.xz" ] || fetch_source
sum=$(sha256sum "$cache/source.tar.xz" | cut -d' ' -f1)
[ "$sum" = "$tested_source" ] || say "note: Debian's PJSIP source is not the one Callbox was tested with (sha256 $sum)"

mkdir "$work/pj"
tar -xf "$cache/source.tar.xz" -C "$work/pj" --strip-components=1 || {
    rm -f "$cache/source.tar.xz"
    die "the PJSIP source was damaged and has been removed; start again"
}
cd "$work/pj"
version=$(make -s -f - print <<<'include version.mak
print: ; @echo $(PJ_VERSION)')
[ "$(printf '%s\n' "$oldest" "$version" | sort -V | head -n 1)" = "$oldest" ] || die "PJSIP $version is older than $oldest"

# -DNDEBUG: a failed assertion must become an error code, not the end of the process.
export CFLAGS="-O2 -g0 -fPIC -DNDEBUG -ffile-prefix-map=$work=." LDFLAGS="-Wl,-s"
export CXXFLAGS=$CFLAGS
step "configuring PJSIP $version" configure
step "compiling the libraries (half a minute)" libraries
step "compiling the Python module (one minute)" wheel
built=$(ls "$PWD"/pjsip-apps/src/swig/python/dist/pjsua2-*.whl)
[ -n "$host" ] || step "trying the wheel" check "$built"  # another processor's is tried where it can run
echo "$sum  source.tar.xz" >"$cache/$key/source.sha256"
mv "$built" "$cache/$key/"
echo "$cache/$key/$(basename "$built")"
