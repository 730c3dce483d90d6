# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Debian packages, for scripts: . test/tools/packages.sh; need_packages NAME...

packages_missing() {
    for package; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
            grep -qx installed || printf ' %s' "$package"
    done
}

# Install what is missing. Services are not started by that, unless the
# machine says how itself (policy-rc.d).
need_packages() {
    missing=$(packages_missing "$@")
    [ -n "$missing" ] || return 0
    line="apt-get install -y --no-install-recommends$missing"
    if [ "$(id -u)" -ne 0 ]; then
        echo "These packages are missing. As root, run:" >&2
        echo "    $line" >&2
        exit 1
    fi
    echo "Installing$missing"
    policy=/usr/sbin/policy-rc.d
    [ -e $policy ] && policy=
    if [ -n "$policy" ]; then
        trap 'rm -f $policy' EXIT
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod +x $policy
    fi
    packages_log=$(mktemp)
    # A fresh machine has no lists of packages yet.
    # shellcheck disable=SC2086
    if ! { DEBIAN_FRONTEND=noninteractive $line ||
        { apt-get update && DEBIAN_FRONTEND=noninteractive $line; }; } \
        >"$packages_log" 2>&1 </dev/null; then
        cat "$packages_log" >&2
        rm -f "$packages_log" ${policy:+"$policy"}
        exit 1
    fi
    rm -f "$packages_log" ${policy:+"$policy"}
    [ -z "$policy" ] || trap - EXIT
}
