/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct iotsim_uri into canonical `iotsim:` text: the attributes in the order
 * of the table; what RFC 7512 lets stand for itself stands, every other octet
 * and every octet of an id is %XX in upper case.
 */
#include <string.h>

#include "attr.h"

/* Text appended to the caller's storage; failure is sticky. */
struct text {
    char *out;
    size_t max; /* characters that fit, without the NUL */
    size_t len;
    bool failed;
};

static const char digits[] = "0123456789ABCDEF";

static void put_char(struct text *t, char c)
{
    if (t->len == t->max) {
        t->failed = true;
        return;
    }
    t->out[t->len++] = c;
}

static void put_word(struct text *t, const char *word)
{
    while (*word != '\0')
        put_char(t, *word++);
}

static void put_hex(struct text *t, uint8_t octet)
{
    put_char(t, digits[octet >> 4]);
    put_char(t, digits[octet & 0x0f]);
}

/* Append one octet of the value of `a`. */
static void put_octet(struct text *t, const struct attr *a, uint8_t octet)
{
    bool plain = a->kind != ATTR_OCTETS && attr_is_plain(a->part, (char)octet);

    if (a->kind == ATTR_HEX) {
        put_hex(t, octet);
    } else if (plain) {
        put_char(t, (char)octet);
    } else {
        put_char(t, '%');
        put_hex(t, octet);
    }
}

/* Append the value of `a`: `len` octets, or the word of the type. A type out
 * of range fails as a length out of range does. */
static void put_value(struct text *t, const struct attr *a, size_t len,
                      const struct iotsim_uri *uri)
{
    const uint8_t *field = (const uint8_t *)uri + a->field;

    if (a->kind == ATTR_TYPE) {
        const char *word = attr_type_name(uri->type);

        t->failed = t->failed || word == NULL;
        put_word(t, word == NULL ? "" : word);
        return;
    }
    for (size_t i = 0; i < len; i++)
        put_octet(t, a, field[i]);
}

/* Append all attributes that are given, each behind its separator. */
static iotsim_result put_attributes(struct text *t,
                                    const struct iotsim_uri *uri)
{
    static const char first[] = { [ATTR_PATH] = '\0', [ATTR_QUERY] = '?' };
    static const char next[] = { [ATTR_PATH] = ';', [ATTR_QUERY] = '&' };
    bool begun[] = { [ATTR_PATH] = false, [ATTR_QUERY] = false };

    for (size_t i = 0; i < ATTR_COUNT && !t->failed; i++) {
        const struct attr *a = &attr_table[i];
        size_t len = attr_length(a, uri);
        const char *separators = begun[a->part] ? next : first;

        if (len == 0)
            continue;
        if (len > a->most)
            return IOTSIM_FAIL(TOO_LONG);
        if (separators[a->part] != '\0')
            put_char(t, separators[a->part]);
        put_word(t, a->name);
        put_char(t, '=');
        put_value(t, a, len, uri);
        begun[a->part] = true;
    }
    return t->failed ? IOTSIM_FAIL(TOO_LONG) : IOTSIM_OK;
}

iotsim_result iotsim_uri_format(const struct iotsim_uri *uri, char *out,
                                size_t size)
{
    if (size == 0)
        return IOTSIM_FAIL(TOO_LONG);

    size_t max = size - 1 < IOTSIM_URI_MAX ? size - 1 : IOTSIM_URI_MAX;
    struct text t = { .out = out, .max = max };

    put_word(&t, IOTSIM_URI_SCHEME);

    iotsim_result r = put_attributes(&t, uri);

    if (iotsim_ok(r))
        out[t.len] = '\0';
    else
        explicit_bzero(out, max + 1);
    return r;
}
