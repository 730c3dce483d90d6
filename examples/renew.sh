#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Renews a certificate: the SIM makes a new EC key in the same container, and
# the request has the names of the old certificate. THE OLD KEY IS LOST: what
# still uses it fails from then on, and so does the old certificate on the SIM,
# which only its issuer can replace. Use the new certificate as a file.
#
#   renew.sh iotsim:object=web old.pem new.key new.csr
#
# For a certificate that shall keep its key:
#
#   openssl x509 -x509toreq -copy_extensions copy -in old.pem \
#       -key iotsim:object=web -out new.csr
set -eu
if [ $# -ne 4 ]; then
    echo "usage: renew.sh URI OLD-CERTIFICATE NEW-KEY NEW-REQUEST" >&2
    exit 2
fi
uri=$1 certificate=$2 key=$3 request=$4

# Nothing may fail for a mistyped name once the old key is gone.
openssl x509 -in "$certificate" -noout
: >"$request"
: >"$key.new"

openssl genpkey -propquery provider=iotsim -algorithm EC \
    -pkeyopt "iotsim-uri:$uri" -out "$key.new"
mv "$key.new" "$key"
if ! openssl x509 -x509toreq -copy_extensions copy -in "$certificate" \
    -key "$key" -out "$request"; then
    echo "The SIM has made the new key, $key names it: write the request anew." >&2
    exit 1
fi
