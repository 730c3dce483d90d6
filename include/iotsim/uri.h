/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `iotsim:` URIs: RFC 7512 with another scheme (design D6). A URI names an
 * object of a SIM (path) and says how to reach the SIM (query). Parsing does
 * no I/O. The grammar on one page is iotsim-uri(7).
 */
#ifndef IOTSIM_URI_H
#define IOTSIM_URI_H

#include <stddef.h>

#include "iotsim/result.h"

#define IOTSIM_URI_SCHEME "iotsim:"

/* Limits, in octets without the terminating NUL. */
enum {
    IOTSIM_TOKEN_MAX = 20,     /* ICCID digits, ITU-T E.118 */
    IOTSIM_OBJECT_MAX = 60,    /* label, IoT.05 */
    IOTSIM_ID_MAX = 20,        /* id, IoT.05 */
    IOTSIM_TRANSPORT_MAX = 15, /* name of a transport */
    IOTSIM_PLACE_MAX = 255,    /* reader name, device path, address */
    IOTSIM_AID_MAX = 16,       /* application identifier, ISO 7816-4 */
    IOTSIM_NONCE_MAX = 64,     /* hexadecimal digits */
    IOTSIM_PIN_MAX = 255,      /* PIN, or where to find it */
    IOTSIM_URI_MAX = 2048      /* a whole URI as text */
};

enum iotsim_type {
    IOTSIM_TYPE_ANY = 0,
    IOTSIM_TYPE_PRIVATE,
    IOTSIM_TYPE_PUBLIC,
    IOTSIM_TYPE_CERT,
    IOTSIM_TYPE_SECRET
};

/* Text is NUL terminated and never holds a NUL; "" means "not given". Octet
 * fields carry their length; 0 means "not given". */
struct iotsim_uri {
    char token[IOTSIM_TOKEN_MAX + 1];
    char object[IOTSIM_OBJECT_MAX + 1];
    uint8_t id[IOTSIM_ID_MAX];
    size_t id_len;
    enum iotsim_type type;
    char transport[IOTSIM_TRANSPORT_MAX + 1];
    char reader[IOTSIM_PLACE_MAX + 1];
    char device[IOTSIM_PLACE_MAX + 1];
    char address[IOTSIM_PLACE_MAX + 1];
    uint8_t aid[IOTSIM_AID_MAX];
    size_t aid_len;
    char nonce[IOTSIM_NONCE_MAX + 1];
    char pin_value[IOTSIM_PIN_MAX + 1];
    char pin_source[IOTSIM_PIN_MAX + 1];
};

/* True when `text` begins with the scheme `iotsim:` in any case. */
bool iotsim_uri_is(const char *text);

/* Parse `text` (NUL terminated, borrowed) into `*uri`. On failure `*uri` is
 * all zero and `*at`, when `at` is not NULL, is the offset in `text` of the
 * attribute or character that was wrong. Errors: BAD_URI (no scheme, an
 * attribute without "="), URI_ESCAPE, URI_UNKNOWN, URI_DUPLICATE, URI_VALUE,
 * TOO_LONG, NO_MEMORY. Source: RFC 7512 section 2.3; design D6. */
IOTSIM_MUST_USE iotsim_result iotsim_uri_parse(const char *text,
                                               struct iotsim_uri *uri,
                                               size_t *at);

/* Write to `out` (`size` octets, NUL included; cut to fit) the name of the
 * attribute of `text` in which the offset `at` lies, for a message: never its
 * value, which may be a PIN. What cannot be printed becomes "?". */
void iotsim_uri_name_at(const char *text, size_t at, char *out, size_t size);

/* Write the canonical text of `uri` to `out` (`size` octets, NUL included):
 * attributes in the order of the table, octets percent-encoded where RFC 7512
 * asks for it. IOTSIM_URI_MAX + 1 octets hold any URI. On failure `out` is "".
 * Errors: TOO_LONG. */
IOTSIM_MUST_USE iotsim_result iotsim_uri_format(const struct iotsim_uri *uri,
                                                char *out, size_t size);

/* Cleanse `*uri`, PIN included, and make it all zero. */
void iotsim_uri_wipe(struct iotsim_uri *uri);

#endif
