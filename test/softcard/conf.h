/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed reading of a profile, a file in OpenSSL's configuration format.
 *
 * Each reader takes a section and a key, leaves its target alone when the key
 * is missing, and keeps a sentence naming both when the value is wrong. The
 * grammar of values is in the README.
 */
#ifndef SOFTCARD_CONF_H
#define SOFTCARD_CONF_H

#include "card.h"

struct conf_st; /* CONF of libcrypto */

struct conf {
    struct conf_st *conf;
    struct softcard *card; /* for error sentences                   */
    const char *file;      /* other files are relative to it; or NULL */
};

/* One word and its bits; the last of a table has no word. */
struct conf_word {
    const char *word;
    unsigned int value;
};

/* Read a file, or text; conf_free after either. */
bool conf_open(struct conf *conf, const char *file);
bool conf_open_text(struct conf *conf, const char *text);
void conf_free(struct conf *conf);

/* Name and value of entry `i` of a section, in file order; false: no more. */
bool conf_entry(const struct conf *conf, const char *section, int i,
                const char **name, const char **value);

/* The text of a key, NULL when there is none. */
const char *conf_text(const struct conf *conf, const char *section,
                      const char *key);

/* Octets of text: hexadecimal digits, "hex:", or "text:" as it stands;
 * `bare_text` says what a value without prefix is. */
bool conf_octets(const struct conf *conf, const char *section, const char *key,
                 bool bare_text, struct out *out);
bool conf_parse_octets(const char *text, bool bare_text, struct out *out);

/* A decimal number of least..most. */
bool conf_number(const struct conf *conf, const char *section, const char *key,
                 unsigned int least, unsigned int most, unsigned int *number);

/* A list of words, or one hexadecimal number up to `most`. */
bool conf_bits(const struct conf *conf, const char *section, const char *key,
               const struct conf_word *words, unsigned int most,
               unsigned int *bits);

/* The path of a file the profile names; to be freed; NULL: no memory. */
char *conf_path(const struct conf *conf, const char *name);

/* Keep "[section] key: why"; returns false, to be returned. */
bool conf_fail(const struct conf *conf, const char *section, const char *key,
               const char *why);

#endif
