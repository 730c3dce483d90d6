#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Renews a certificate: the SIM makes a new key in the same container, and the
# request has the names of the old certificate. THE OLD KEY IS LOST: keep the
# old certificate in use only until the SIM has made the new key.
#
#   renew.sh iotsim:object=web old.pem new.key new.csr
#
# For a certificate that shall keep its key leave out the first command and use
# iotsim:object=web as the key.
set -eu
if [ $# -ne 4 ]; then
    echo "usage: renew.sh URI OLD-CERTIFICATE NEW-KEY NEW-REQUEST" >&2
    exit 2
fi
openssl genpkey -propquery provider=iotsim -algorithm EC \
    -pkeyopt "iotsim-uri:$1" -out "$3"
openssl x509 -x509toreq -copy_extensions copy -in "$2" -key "$3" -out "$4"
