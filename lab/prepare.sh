# Sourced by lab/run, lab/test and lab/bench: makes this machine ready. Every step first looks whether
# there is anything to do, so a second run costs nothing; a failed step ends the script with its reason.

LAB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY=$(dirname "$LAB")
export PYTHONPATH=$LAB PYTHONDONTWRITEBYTECODE=1

BUILD_PACKAGES="maven clang llvm libbpf-dev"
LAB_PACKAGES="bpftool ethtool tcpdump iproute2 iputils-ping util-linux procps openssh-client iperf3
    isc-dhcp-client udhcpc freeradius freeradius-utils redis-server postgresql nftables
    user-mode-linux ppp pppoe busybox-static
    curl gcc libc6-dev python3 python3-yaml python3-pytest python3-redis python3-psycopg2"

say() { printf 'lab: %s\n' "$*"; }
fail() { printf 'lab: %s\n' "$*" >&2; exit 1; }

need_root() { [ "$(id -u)" = 0 ] || fail "needs root: it makes network namespaces and loads BPF programs"; }

# need_packages NAME...: installs those that dpkg does not have, without letting a package start a daemon here.
need_packages() {
    local missing=() name policy=/usr/sbin/policy-rc.d own=
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
    done
    [ ${#missing[@]} = 0 ] && return
    say "installing ${missing[*]}"
    if [ ! -e $policy ]; then own=1; printf '#!/bin/sh\nexit 101\n' > $policy; chmod +x $policy; fi
    local status=0
    apt_install "${missing[@]}" || { say "refreshing the package lists"; apt-get -qq update && apt_install "${missing[@]}"; } || status=$?
    [ -z "$own" ] || rm -f $policy
    [ $status = 0 ] || fail "cannot install ${missing[*]}"
}

apt_install() { DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "$@" >/dev/null; }

# The JDK that runs the appliance; Maven finds the same one through its toolchains.
need_jdk() {
    local release
    for release in /usr/lib/jvm/*/release; do
        if grep -qs '^JAVA_VERSION="25' "$release"; then
            SLUICE_JAVA_HOME=$(dirname "$release"); export SLUICE_JAVA_HOME; return
        fi
    done
    fail "no JDK 25 below /usr/lib/jvm"
}

appliance() { compgen -G "$REPOSITORY/karaf-assembly/target/sluice-*.tar.gz" | head -1; }

# Builds the appliance when there is none, or when a source is newer than it.
need_appliance() {
    local built; built=$(appliance || true)
    if [ -n "$built" ] && [ -z "$(newer_source "$built")" ]; then return; fi
    say "building the appliance (a minute or two; log in lab/.work/build.log)"
    mkdir -p "$LAB/.work"
    (cd "$REPOSITORY" && mvn -B -ntp -DskipTests -pl karaf-assembly -am package > "$LAB/.work/build.log" 2>&1) \
        || { tail -40 "$LAB/.work/build.log" >&2; fail "the build failed"; }
    built=$(appliance) || fail "the build made no karaf-assembly/target/sluice-*.tar.gz"
    touch "$built"
}

newer_source() {
    cd "$REPOSITORY" && find pom.xml bundles features karaf-assembly hw-profiles \
        \( -name target -o -path '*/src/test' \) -prune -o -type f -newer "$1" -print -quit
}
