/* SPDX-License-Identifier: Apache-2.0 */
/*
 * THE TABLE of attributes is in attr.c: a new attribute is a row there, a
 * field of struct iotsim_uri and one more in ATTR_COUNT. The scanner, the
 * parser and the formatter know no attribute by name. Internal to uri/.
 */
#ifndef IOTSIM_URI_ATTR_H
#define IOTSIM_URI_ATTR_H

#include "iotsim/uri.h"

enum { ATTR_COUNT = 12 };

enum attr_part { ATTR_PATH, ATTR_QUERY };

/* Which octets a value may have, and what its field holds. */
enum attr_kind {
    ATTR_TEXT,   /* any octet but NUL; text */
    ATTR_PIN,    /* the same; a URI has one attribute of this kind at most */
    ATTR_DIGITS, /* 0-9; text */
    ATTR_NONCE,  /* hexadecimal digits; text, case kept */
    ATTR_HEX,    /* hexadecimal digits; octets */
    ATTR_OCTETS, /* any octet; octets */
    ATTR_TYPE    /* a name of enum iotsim_type; that enum */
};

/* Where p11-kit keeps the value after parsing. */
enum attr_home {
    ATTR_IN_TOKEN,      /* CK_TOKEN_INFO label */
    ATTR_IN_LABEL,      /* CKA_LABEL */
    ATTR_IN_ID,         /* CKA_ID */
    ATTR_IN_CLASS,      /* CKA_CLASS */
    ATTR_IN_VENDOR,     /* vendor query attribute of the same name */
    ATTR_IN_PIN_SOURCE, /* pin-source */
    ATTR_IN_URI         /* a secret: kept from p11-kit, read from the URI */
};

struct attr {
    const char *name;
    enum attr_part part;
    enum attr_kind kind;
    enum attr_home home;
    size_t least; /* octets of the field's value, without the NUL */
    size_t most;
    size_t field;  /* offset in struct iotsim_uri */
    size_t length; /* offset of the field's length; 0 for text and type */
};

extern const struct attr attr_table[ATTR_COUNT];

/* Index in attr_table of the attribute called `name` (`len` characters, not
 * terminated) in this part of a URI; ATTR_COUNT when there is none. */
size_t attr_find(enum attr_part part, const char *name, size_t len);

/* How many octets the field of `a` in `uri` holds (a type counts as one);
 * 0 = not given. More than `a->most` when the caller made a bad structure. */
size_t attr_length(const struct attr *a, const struct iotsim_uri *uri);

/* True when a decoded value of this kind may have this octet. */
bool attr_takes(enum attr_kind kind, uint8_t octet);

/* True when `c` stands for itself in a value of this part, without percent
 * encoding. Source: RFC 7512 section 2.3, pk11-pchar and pk11-qchar. */
bool attr_is_plain(enum attr_part part, char c);

/* Value of one hexadecimal digit, or -1. */
int attr_hex_digit(char c);

/* Name of a type; NULL for IOTSIM_TYPE_ANY and values out of range. */
const char *attr_type_name(enum iotsim_type type);

/* Type of an object class (CKO_...); IOTSIM_TYPE_ANY when there is none. */
enum iotsim_type attr_type_of_class(unsigned long class);

#endif
