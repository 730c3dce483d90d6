#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every header compiles alone.
#   check_headers.sh CC SOURCE_DIR BUILD_DIR
set -eu
cc=$1 source=$2 build=$3
failed=0
# shellcheck disable=SC2046
set -- -std=c11 -fsyntax-only -D_GNU_SOURCE -Wall -Wextra -Werror -x c \
    "-I$source/include" "-I$build/include" $(pkg-config --cflags p11-kit-1 libpcsclite)
for header in $(cd "$source" && find include uri provider test/softcard \
    test/support -name '*.h'); do
    folder=$(dirname "$header")
    printf '#include "%s"\n' "$(basename "$header")" |
        "$cc" "$@" "-I$source/$folder" "-I$source/provider" "-I$source/uri" \
            "-I$source/test" "-I$source/test/softcard" - || {
        echo "$header does not compile alone"
        failed=1
    }
done
exit $failed
