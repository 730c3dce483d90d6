/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed reading of a profile with NCONF; see conf.h.
 */
#include "conf.h"

#include <ctype.h>
#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

static bool load(struct conf *conf, BIO *bio, const char *what)
{
    long line = 0;

    conf->conf = NCONF_new(NULL);
    if (bio && conf->conf && NCONF_load_bio(conf->conf, bio, &line) > 0)
        return true;
    ERR_clear_error();
    if (!bio)
        return card_fail(conf->card, "%s: cannot read it", what);
    return card_fail(conf->card, "%s: line %ld is not understood", what, line);
}

bool conf_open(struct conf *conf, const char *file)
{
    BIO *bio = BIO_new_file(file, "r");
    bool ok;

    conf->file = file;
    ok = load(conf, bio, file);
    BIO_free(bio);
    return ok;
}

bool conf_open_text(struct conf *conf, const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, -1);
    bool ok;

    conf->file = NULL;
    ok = load(conf, bio, "profile");
    BIO_free(bio);
    return ok;
}

void conf_free(struct conf *conf)
{
    NCONF_free(conf->conf);
    conf->conf = NULL;
}

bool conf_entry(const struct conf *conf, const char *section, int i,
                const char **name, const char **value)
{
    STACK_OF(CONF_VALUE) *entries = NCONF_get_section(conf->conf, section);

    if (!entries)
        ERR_clear_error();
    if (!entries || i >= sk_CONF_VALUE_num(entries))
        return false;
    CONF_VALUE *entry = sk_CONF_VALUE_value(entries, i);
    *name = entry->name;
    *value = entry->value;
    return true;
}

const char *conf_text(const struct conf *conf, const char *section,
                      const char *key)
{
    const char *name = NULL;
    const char *value = NULL;

    /* not NCONF_get_string: that falls back to the default section */
    for (int i = 0; conf_entry(conf, section, i, &name, &value); i++)
        if (strcmp(name, key) == 0)
            return value;
    return NULL;
}

bool conf_fail(const struct conf *conf, const char *section, const char *key,
               const char *why)
{
    return card_fail(conf->card, "%s: [%s] %s: %s",
                     conf->file ? conf->file : "profile", section, key, why);
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

    return at ? (int)(at - digits) : -1;
}

static bool parse_hex(const char *text, struct out *out)
{
    for (; *text; text += 2) {
        int high = digit(text[0]);
        int low = high < 0 ? -1 : digit(text[1]);

        if (low < 0)
            return false;
        out_u8(out, (uint8_t)(high << 4 | low));
    }
    return !out->failed;
}

bool conf_parse_octets(const char *text, bool bare_text, struct out *out)
{
    if (strncmp(text, "hex:", 4) == 0)
        return parse_hex(text + 4, out);
    if (strncmp(text, "text:", 5) == 0)
        text += 5;
    else if (!bare_text)
        return parse_hex(text, out);
    out_bytes(
        out, (struct view){ .at = (const uint8_t *)text, .len = strlen(text) });
    return !out->failed;
}

bool conf_octets(const struct conf *conf, const char *section, const char *key,
                 bool bare_text, struct out *out)
{
    const char *text = conf_text(conf, section, key);

    if (!text || conf_parse_octets(text, bare_text, out))
        return true;
    return conf_fail(conf, section, key, "wrong or too many octets");
}

static bool parse_number(const char *text, int base, unsigned int least,
                         unsigned int most, unsigned int *number)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, base);

    if (end == text || *end || !isxdigit((unsigned char)*text) ||
        value < least || value > most)
        return false;
    *number = (unsigned int)value;
    return true;
}

bool conf_number(const struct conf *conf, const char *section, const char *key,
                 unsigned int least, unsigned int most, unsigned int *number)
{
    const char *text = conf_text(conf, section, key);

    if (!text || parse_number(text, 10, least, most, number))
        return true;
    return conf_fail(conf, section, key, "number out of range");
}

static bool add_word(const struct conf_word *words, const char *word,
                     size_t len, unsigned int *bits)
{
    for (; words->word; words++) {
        if (strlen(words->word) == len && memcmp(words->word, word, len) == 0) {
            *bits |= words->value;
            return true;
        }
    }
    return false;
}

bool conf_bits(const struct conf *conf, const char *section, const char *key,
               const struct conf_word *words, unsigned int most,
               unsigned int *bits)
{
    const char *text = conf_text(conf, section, key);
    unsigned int sum = 0;

    if (!text)
        return true;
    if (parse_number(text, 16, 0, most, bits))
        return true;
    while (*text) {
        size_t len = strcspn(text, ", ");

        if (len && !add_word(words, text, len, &sum))
            return conf_fail(conf, section, key, "unknown word");
        text += len;
        text += strspn(text, ", ");
    }
    *bits = sum;
    return true;
}

char *conf_path(const struct conf *conf, const char *name)
{
    const char *slash = conf->file ? strrchr(conf->file, '/') : NULL;
    size_t folder =
        slash && name[0] != '/' ? (size_t)(slash - conf->file) + 1 : 0;
    char *path = malloc(folder + strlen(name) + 1);

    if (!path)
        return NULL;
    if (folder)
        memcpy(path, conf->file, folder);
    memcpy(path + folder, name, strlen(name) + 1);
    return path;
}
