#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Writes a certificate request for a key in the SIM, signed by the SIM.
#
#   csr.sh iotsim:object=web /CN=device-1 [openssl req options...] >device.csr
set -eu
if [ $# -lt 2 ]; then
    echo "usage: csr.sh URI SUBJECT [openssl req options...]" >&2
    exit 2
fi
key=$1 subject=$2
shift 2
exec openssl req -new -key "$key" -subj "$subject" "$@"
