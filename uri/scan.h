/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of a URI: which attribute is where, and the exact place of what
 * is wrong. p11-kit ignores unknown attributes, takes the last of duplicates,
 * drops white space and gives no offset, so this comes first. Internal to uri/.
 */
#ifndef IOTSIM_URI_SCAN_H
#define IOTSIM_URI_SCAN_H

#include "attr.h"

/* Characters of IOTSIM_URI_SCHEME. */
enum { SCAN_SCHEME_LEN = sizeof IOTSIM_URI_SCHEME - 1 };

/* One attribute of a text. */
struct span {
    size_t at;     /* offset of its name */
    size_t value;  /* offset of its value; 0 = not given */
    size_t len;    /* characters of its value */
    size_t octets; /* octets of its value once percent-decoded */
};

struct scan {
    const char *text; /* borrowed */
    size_t len;       /* characters of the text */
    size_t at;        /* offset of what is wrong */
    bool pin;         /* an attribute of kind ATTR_PIN was found */
    struct span found[ATTR_COUNT];
};

/* Find the attributes of `text` (NUL terminated, borrowed) and check names,
 * characters and lengths; the words of `type` are left to the parser. What it
 * finds good, the formatter can write. Keeps offsets, no values. Errors, with
 * `s->at` set: BAD_URI, URI_ESCAPE, URI_UNKNOWN (in this part), URI_DUPLICATE
 * (also a second PIN), URI_VALUE, TOO_LONG. Source: RFC 7512 section 2.3; for
 * the PIN section 2.4. */
IOTSIM_MUST_USE iotsim_result scan_text(struct scan *s, const char *text);

/* Decode one octet of a value: `len` characters are left at `text`. Returns
 * the characters used; 0 at the end or when an escape is bad. */
size_t scan_octet(const char *text, size_t len, uint8_t *octet);

#endif
