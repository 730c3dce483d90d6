/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of a URI; see scan.h. */
#include "scan.h"

#include <string.h>

size_t scan_octet(const char *text, size_t len, uint8_t *octet)
{
    if (len == 0)
        return 0;
    if (text[0] != '%') {
        *octet = (uint8_t)text[0];
        return 1;
    }
    int high = len < 3 ? -1 : attr_hex_digit(text[1]);
    int low = len < 3 ? -1 : attr_hex_digit(text[2]);

    if (high < 0 || low < 0)
        return 0;
    *octet = (uint8_t)(high << 4 | low);
    return 3;
}

/* Check every character of a value and count its octets. */
static iotsim_result scan_value(struct scan *s, const struct attr *a,
                                struct span *span)
{
    size_t end = span->value + span->len;
    size_t used;

    for (s->at = span->value; s->at < end; s->at += used) {
        const char *c = s->text + s->at;
        uint8_t octet = 0;

        used = scan_octet(c, end - s->at, &octet);
        if (used == 0)
            return IOTSIM_FAIL(URI_ESCAPE);
        if (used == 1 && !attr_is_plain(a->part, *c))
            return IOTSIM_FAIL(URI_VALUE);
        if (!attr_takes(a->kind, octet))
            return IOTSIM_FAIL(URI_VALUE);
        span->octets++;
    }
    return IOTSIM_OK;
}

/* Check the length of a value against its field, and that of the canonical
 * text, which is longer than this one when an id is not percent-encoded. */
static iotsim_result scan_length(const struct scan *s, const struct attr *a,
                                 const struct span *span)
{
    size_t len = a->kind == ATTR_HEX ? span->octets / 2 : span->octets;

    if (len > a->most)
        return IOTSIM_FAIL(TOO_LONG);
    if (len < a->least || (a->kind == ATTR_HEX && span->octets % 2 != 0))
        return IOTSIM_FAIL(URI_VALUE);
    if (a->kind == ATTR_OCTETS &&
        s->len - span->len + 3 * span->octets > IOTSIM_URI_MAX)
        return IOTSIM_FAIL(TOO_LONG);
    return IOTSIM_OK;
}

/* Scan the attribute between two offsets. */
static iotsim_result scan_attribute(struct scan *s, enum attr_part part,
                                    size_t from, size_t to)
{
    const char *name = s->text + from;
    const char *equals = memchr(name, '=', to - from);

    s->at = from;
    if (equals == NULL || equals == name)
        return IOTSIM_FAIL(BAD_URI);

    size_t name_len = (size_t)(equals - name);
    size_t i = attr_find(part, name, name_len);

    if (i == ATTR_COUNT)
        return IOTSIM_FAIL(URI_UNKNOWN);

    const struct attr *a = &attr_table[i];
    struct span *span = &s->found[i];
    bool pin = a->kind == ATTR_PIN;

    if (span->value != 0 || (pin && s->pin))
        return IOTSIM_FAIL(URI_DUPLICATE);
    s->pin = s->pin || pin;
    span->at = from;
    span->value = from + name_len + 1;
    span->len = to - span->value;

    iotsim_result r = scan_value(s, a, span);
    if (!iotsim_ok(r))
        return r;
    s->at = from;
    return scan_length(s, a, span);
}

/* Scan the attributes between two offsets; none at all is legal. */
static iotsim_result scan_part(struct scan *s, enum attr_part part,
                               char separator, size_t from, size_t to)
{
    iotsim_result r = IOTSIM_OK;

    if (from == to)
        return r;
    for (;;) {
        const char *next = memchr(s->text + from, separator, to - from);
        size_t end = next == NULL ? to : (size_t)(next - s->text);

        r = scan_attribute(s, part, from, end);
        if (!iotsim_ok(r) || next == NULL)
            return r;
        from = end + 1;
    }
}

iotsim_result scan_text(struct scan *s, const char *text)
{
    memset(s, 0, sizeof *s);
    if (!iotsim_uri_is(text))
        return IOTSIM_FAIL(BAD_URI);

    s->text = text;
    s->len = strnlen(text, IOTSIM_URI_MAX + 1);
    s->at = IOTSIM_URI_MAX;
    if (s->len > IOTSIM_URI_MAX)
        return IOTSIM_FAIL(TOO_LONG);

    size_t path_end = strcspn(text, "?");
    iotsim_result r = scan_part(s, ATTR_PATH, ';', SCAN_SCHEME_LEN, path_end);

    if (!iotsim_ok(r) || path_end == s->len)
        return r;
    return scan_part(s, ATTR_QUERY, '&', path_end + 1, s->len);
}

/* Where the attribute around `at` begins: behind the scheme, the first "?" or
 * a separator of its part. */
static size_t find_start(const char *text, size_t at)
{
    size_t query = strcspn(text, "?");
    char separator = at > query ? '&' : ';';
    size_t floor = at > query ? query + 1 : strcspn(text, ":") + 1;

    while (at > floor && text[at - 1] != separator)
        at--;
    return at;
}

void iotsim_uri_name_at(const char *text, size_t at, char *out, size_t size)
{
    size_t len = strlen(text);
    size_t start = find_start(text, at < len ? at : len);
    size_t n = 0;

    if (start > len)
        start = 0; /* there is not even a scheme */
    for (const char *c = text + start; n + 1 < size; c++) {
        if (*c == '\0' || strchr("=;&?", *c) != NULL)
            break;
        out[n++] = *c > ' ' && *c <= '~' ? *c : '?';
    }
    if (size > 0)
        out[n] = '\0';
}
