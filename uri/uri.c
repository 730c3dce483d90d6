/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `iotsim:` text into struct iotsim_uri. scan.c has checked the text, p11-kit
 * decodes it as a `pkcs11:` URI (RFC 7512), this file moves the values to
 * their fields. A PIN never reaches p11-kit, which frees without cleansing.
 */
#include "iotsim/uri.h"

#include <p11-kit/uri.h>
#include <string.h>

#include "scan.h"

#define P11_SCHEME P11_KIT_URI_SCHEME ":"

_Static_assert(sizeof P11_SCHEME == sizeof IOTSIM_URI_SCHEME,
               "both schemes are as long, so offsets are the same");

struct value {
    const void *data; /* borrowed from p11-kit */
    size_t len;
};

static struct value text_value(const char *text)
{
    return (struct value){ text, text == NULL ? 0 : strlen(text) };
}

static struct value attribute_value(P11KitUri *p11, CK_ATTRIBUTE_TYPE type)
{
    const CK_ATTRIBUTE *attribute = p11_kit_uri_get_attribute(p11, type);

    if (attribute == NULL)
        return (struct value){ NULL, 0 };
    return (struct value){ attribute->pValue, attribute->ulValueLen };
}

/* p11-kit pads the token's label with spaces; an ICCID has none. */
static struct value token_value(P11KitUri *p11)
{
    const CK_TOKEN_INFO *info = p11_kit_uri_get_token_info(p11);
    size_t len = 0;

    while (len < sizeof info->label && info->label[len] != ' ')
        len++;
    return (struct value){ info->label, len };
}

/* The value of `a`, percent-decoded; empty when p11-kit has none. */
static struct value get_value(P11KitUri *p11, const struct attr *a)
{
    switch (a->home) {
    case ATTR_IN_TOKEN:
        return token_value(p11);
    case ATTR_IN_LABEL:
        return attribute_value(p11, CKA_LABEL);
    case ATTR_IN_ID:
        return attribute_value(p11, CKA_ID);
    case ATTR_IN_CLASS:
        return attribute_value(p11, CKA_CLASS);
    case ATTR_IN_VENDOR:
        return text_value(p11_kit_uri_get_vendor_query(p11, a->name));
    case ATTR_IN_PIN_SOURCE:
        return text_value(p11_kit_uri_get_pin_source(p11));
    case ATTR_IN_URI:
        break;
    }
    return (struct value){ NULL, 0 };
}

/* p11-kit knows further words for types, and types that a SIM has not: a
 * known class is ours only if its name is as long as the word in the text. A
 * word that p11-kit does not know only sets its flag. */
static iotsim_result put_type(P11KitUri *p11, const struct attr *a,
                              const struct span *span, struct iotsim_uri *uri)
{
    struct value v = get_value(p11, a);
    CK_OBJECT_CLASS class;

    if (p11_kit_uri_any_unrecognized(p11))
        return IOTSIM_FAIL(URI_VALUE);
    if (v.len != sizeof class)
        return IOTSIM_FAIL(NO_MEMORY);
    memcpy(&class, v.data, sizeof class);
    uri->type = attr_type_of_class(class);

    const char *name = attr_type_name(uri->type);

    if (name == NULL || strlen(name) != span->len)
        return IOTSIM_FAIL(URI_VALUE);
    return IOTSIM_OK;
}

static void put_hex(uint8_t *field, const char *digits, size_t octets)
{
    for (size_t i = 0; i < octets; i++, digits += 2)
        field[i] = (uint8_t)(attr_hex_digit(digits[0]) << 4 |
                             attr_hex_digit(digits[1]));
}

/* Move a value from p11-kit to its field. The scan has checked its length; a
 * value not as long as that was lost for want of memory. */
static iotsim_result put_value(P11KitUri *p11, const struct attr *a,
                               const struct span *span, struct iotsim_uri *uri)
{
    struct value v = get_value(p11, a);
    uint8_t *field = (uint8_t *)uri + a->field;
    size_t len = v.len;

    if (v.data == NULL || v.len != span->octets)
        return IOTSIM_FAIL(NO_MEMORY);

    if (a->kind == ATTR_HEX) {
        len /= 2;
        put_hex(field, v.data, len);
    } else {
        memcpy(field, v.data, len);
    }
    if (a->length != 0)
        memcpy((uint8_t *)uri + a->length, &len, sizeof len);
    return IOTSIM_OK;
}

/* Decode a secret from the text itself. */
static void put_secret(const char *text, const struct attr *a,
                       const struct span *span, struct iotsim_uri *uri)
{
    uint8_t *field = (uint8_t *)uri + a->field;
    const char *end = text + span->value + span->len;
    const char *c = text + span->value;

    for (size_t i = 0; i < span->octets; i++)
        c += scan_octet(c, (size_t)(end - c), &field[i]);
}

/* Write to `copy` what p11-kit reads: its own scheme, secrets blanked out. */
static void copy_text(char copy[IOTSIM_URI_MAX + 1], const struct scan *s)
{
    memcpy(copy, s->text, s->len + 1);
    memcpy(copy, P11_SCHEME, SCAN_SCHEME_LEN);
    for (size_t i = 0; i < ATTR_COUNT; i++)
        if (attr_table[i].home == ATTR_IN_URI)
            memset(copy + s->found[i].value, 'x', s->found[i].len);
}

/* Fill in the fields of all attributes that the scan has found. */
static iotsim_result put_values(struct scan *s, P11KitUri *p11,
                                struct iotsim_uri *uri)
{
    iotsim_result r = IOTSIM_OK;

    for (size_t i = 0; i < ATTR_COUNT && iotsim_ok(r); i++) {
        const struct attr *a = &attr_table[i];
        const struct span *span = &s->found[i];

        if (span->value == 0)
            continue;
        s->at = span->at;
        if (a->home == ATTR_IN_URI)
            put_secret(s->text, a, span, uri);
        else if (a->kind == ATTR_TYPE)
            r = put_type(p11, a, span, uri);
        else
            r = put_value(p11, a, span, uri);
    }
    return r;
}

/* After the scan, p11-kit can fail for want of memory only; which of its
 * codes it then returns depends on the place. */
static iotsim_result take_text(struct scan *s, struct iotsim_uri *uri)
{
    iotsim_result r = IOTSIM_FAIL(NO_MEMORY);
    P11KitUri *p11 = p11_kit_uri_new();
    char copy[IOTSIM_URI_MAX + 1];

    s->at = 0;
    copy_text(copy, s);
    if (p11 != NULL && p11_kit_uri_parse(copy, P11_KIT_URI_FOR_OBJECT_ON_TOKEN,
                                         p11) == P11_KIT_URI_OK)
        r = put_values(s, p11, uri);
    p11_kit_uri_free(p11);
    explicit_bzero(copy, sizeof copy);
    return r;
}

bool iotsim_uri_is(const char *text)
{
    for (size_t i = 0; i < SCAN_SCHEME_LEN; i++) {
        char c = text[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != IOTSIM_URI_SCHEME[i])
            return false;
    }
    return true;
}

iotsim_result iotsim_uri_parse(const char *text, struct iotsim_uri *uri,
                               size_t *at)
{
    struct scan s;

    memset(uri, 0, sizeof *uri);

    iotsim_result r = scan_text(&s, text);
    if (iotsim_ok(r))
        r = take_text(&s, uri);
    if (!iotsim_ok(r))
        iotsim_uri_wipe(uri);
    if (at != NULL)
        *at = iotsim_ok(r) ? 0 : s.at;
    return r;
}

void iotsim_uri_wipe(struct iotsim_uri *uri)
{
    explicit_bzero(uri, sizeof *uri);
}
