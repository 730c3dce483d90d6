#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The module exports its entry point and nothing else, and needs no library
# that is not documented.   check_exports.sh MODULE
set -eu
exported=$(nm -D --defined-only "$1" | awk '{ print $3 }' | grep -v '@@*IOTSIM' |
    sed 's/@.*//' | sort -u)
if [ "$exported" != OSSL_provider_init ]; then
    echo "exported:" "$exported"
    exit 1
fi
needed=$(objdump -p "$1" | awk '$1 == "NEEDED" { print $2 }')
for library in $needed; do
    case $library in
    libc.so.* | libcrypto.so.3 | libpcsclite.so.1 | libp11-kit.so.0) ;;
    libasan.so.* | libubsan.so.* | libtsan.so.*) ;;
    *)
        echo "needs $library"
        exit 1
        ;;
    esac
done
