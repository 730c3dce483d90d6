/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzer of the URI parser. What is refused leaves nothing behind; what is
 * read can be written, and is read again as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "iotsim/uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check(const char *text)
{
    static const struct iotsim_uri none;
    static struct iotsim_uri first;
    static struct iotsim_uri second;
    static char canonical[IOTSIM_URI_MAX + 1];
    static char again[IOTSIM_URI_MAX + 1];
    size_t at = 0;

    if (!iotsim_ok(iotsim_uri_parse(text, &first, &at))) {
        require(at <= strlen(text));
        require(memcmp(&first, &none, sizeof none) == 0);
        return;
    }
    require(iotsim_ok(iotsim_uri_format(&first, canonical, sizeof canonical)));
    require(iotsim_ok(iotsim_uri_parse(canonical, &second, &at)));
    require(memcmp(&first, &second, sizeof first) == 0);
    require(iotsim_ok(iotsim_uri_format(&second, again, sizeof again)));
    require(strcmp(canonical, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\0';
    check(text);
    free(text);
    return 0;
}
