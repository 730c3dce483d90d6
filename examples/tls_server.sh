#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A TLS server whose key and certificate are in the SIM; it sends back every
# line reversed, and ends after CLIENTS of them (default: never).
#
#   tls_server.sh iotsim:object=web 127.0.0.1:4433 [CLIENTS]
set -eu
if [ $# -lt 2 ]; then
    echo "usage: tls_server.sh URI ADDRESS:PORT [CLIENTS]" >&2
    exit 2
fi
exec openssl s_server -accept "$2" -cert "$1" -key "$1" -rev \
    ${3:+-naccept "$3"}
