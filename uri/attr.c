/* SPDX-License-Identifier: Apache-2.0 */
/*
 * THE TABLE of attributes, the alphabets of their values and the names of
 * object types; see attr.h. The order of the rows is the order of a canonical
 * URI: path first, then query.
 */
#include "attr.h"

#include <p11-kit/pkcs11.h>
#include <string.h>

#define ROW(text, in_part, of_kind, in_home, at_least, ...)             \
    {                                                                   \
        .name = (text), .part = ATTR_##in_part, .kind = ATTR_##of_kind, \
        .home = ATTR_IN_##in_home, .least = (at_least), __VA_ARGS__     \
    }
#define AT(member) offsetof(struct iotsim_uri, member)
#define SIZE(member) sizeof(((struct iotsim_uri *)0)->member)
#define TEXT(member) .field = AT(member), .most = SIZE(member) - 1
#define OCTETS(member) \
    .field = AT(member), .most = SIZE(member), .length = AT(member##_len)
#define ENUM(member) .field = AT(member), .most = IOTSIM_URI_MAX

/* clang-format off */
const struct attr attr_table[ATTR_COUNT] = {
/*      name          part   kind    home        least field, which sets most */
    ROW("token",      PATH,  DIGITS, TOKEN,      18,   TEXT(token)),
    ROW("object",     PATH,  TEXT,   LABEL,       1,   TEXT(object)),
    ROW("id",         PATH,  OCTETS, ID,          1,   OCTETS(id)),
    ROW("type",       PATH,  TYPE,   CLASS,       1,   ENUM(type)),
    ROW("transport",  QUERY, TEXT,   VENDOR,      1,   TEXT(transport)),
    ROW("reader",     QUERY, TEXT,   VENDOR,      1,   TEXT(reader)),
    ROW("device",     QUERY, TEXT,   VENDOR,      1,   TEXT(device)),
    ROW("address",    QUERY, TEXT,   VENDOR,      1,   TEXT(address)),
    ROW("aid",        QUERY, HEX,    VENDOR,      5,   OCTETS(aid)),
    ROW("nonce",      QUERY, NONCE,  VENDOR,     32,   TEXT(nonce)),
    ROW("pin-value",  QUERY, PIN,    URI,         1,   TEXT(pin_value)),
    ROW("pin-source", QUERY, PIN,    PIN_SOURCE,  1,   TEXT(pin_source)),
};
/* clang-format on */

/* Octets that a value of a kind may have; NULL is all but NUL. */
static const char *const alphabets[] = {
    [ATTR_DIGITS] = "0123456789",
    [ATTR_NONCE] = "0123456789ABCDEFabcdef",
    [ATTR_HEX] = "0123456789ABCDEFabcdef",
    [ATTR_TYPE] = NULL,
};

/* RFC 7512: unreserved and pk11-res-avail, and what each part adds. */
#define PLAIN                                                        \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" \
    "-._~:[]@!$'()*+,="

static const char *const plain[] = {
    [ATTR_PATH] = PLAIN "&",
    [ATTR_QUERY] = PLAIN "/?|",
};

static const struct {
    const char *name;
    CK_OBJECT_CLASS class;
} types[] = {
    [IOTSIM_TYPE_PRIVATE] = { "private", CKO_PRIVATE_KEY },
    [IOTSIM_TYPE_PUBLIC] = { "public", CKO_PUBLIC_KEY },
    [IOTSIM_TYPE_CERT] = { "cert", CKO_CERTIFICATE },
    [IOTSIM_TYPE_SECRET] = { "secret-key", CKO_SECRET_KEY },
};

enum { TYPE_COUNT = sizeof types / sizeof types[0] };

size_t attr_find(enum attr_part part, const char *name, size_t len)
{
    for (size_t i = 0; i < ATTR_COUNT; i++) {
        const struct attr *a = &attr_table[i];

        if (a->part == part && strlen(a->name) == len &&
            memcmp(a->name, name, len) == 0)
            return i;
    }
    return ATTR_COUNT;
}

size_t attr_length(const struct attr *a, const struct iotsim_uri *uri)
{
    const char *base = (const char *)uri;
    size_t len;

    if (a->kind == ATTR_TYPE)
        return uri->type != IOTSIM_TYPE_ANY;
    if (a->length == 0)
        return strnlen(base + a->field, a->most + 1);
    memcpy(&len, base + a->length, sizeof len);
    return len;
}

bool attr_takes(enum attr_kind kind, uint8_t octet)
{
    if (kind == ATTR_OCTETS)
        return true;
    if (octet == '\0')
        return false;
    return alphabets[kind] == NULL || strchr(alphabets[kind], octet) != NULL;
}

bool attr_is_plain(enum attr_part part, char c)
{
    return c != '\0' && strchr(plain[part], c) != NULL;
}

int attr_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

const char *attr_type_name(enum iotsim_type type)
{
    return (size_t)type < TYPE_COUNT ? types[type].name : NULL;
}

enum iotsim_type attr_type_of_class(unsigned long class)
{
    size_t i = TYPE_COUNT - 1;

    while (i > IOTSIM_TYPE_ANY && types[i].class != class)
        i--;
    return (enum iotsim_type)i;
}
