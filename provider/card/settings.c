/* SPDX-License-Identifier: Apache-2.0 */
/*
 * THE TABLE of settings, and what follows from it: reading a setting by its
 * name in openssl.cnf, reading the environment, completing a URI. The only
 * place that looks at the environment. A value is taken whole or not at all.
 */
#include "card/settings.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "card/internal.h"
#include "transport/transport.h"

enum {
    AID_MIN = 5, /* octets, ISO 7816-4 */
    TIMEOUT_MS = 30000,
    TIMEOUT_MS_MAX = 600000
};

struct setting {
    const char *name;        /* in openssl.cnf */
    const char *environment; /* in the environment */
    const char *form;        /* what it takes, for messages */
    iotsim_result (*set)(struct settings *s, const struct setting *row,
                         const char *value);
    size_t offset; /* of the field, for text */
    size_t size;
};

static iotsim_result set_text(struct settings *s, const struct setting *row,
                              const char *value)
{
    size_t len = strlen(value);

    if (len >= row->size)
        return IOTSIM_FAIL(TOO_LONG);
    memcpy((char *)s + row->offset, value, len + 1);
    return IOTSIM_OK;
}

static iotsim_result set_transport(struct settings *s,
                                   const struct setting *row, const char *value)
{
    if (value[0] != '\0' && transport_find(value) == NULL)
        return IOTSIM_FAIL(BAD_SETTING);
    return set_text(s, row, value);
}

static iotsim_result set_token(struct settings *s, const struct setting *row,
                               const char *value)
{
    if (value[strspn(value, "0123456789")] != '\0')
        return IOTSIM_FAIL(BAD_SETTING);
    return set_text(s, row, value);
}

static iotsim_result set_aid(struct settings *s, const struct setting *row,
                             const char *value)
{
    uint8_t octets[IOTSIM_AID_MAX] = { 0 };
    struct buf aid = BUF_OVER(octets);

    (void)row;
    if (!hex_parse(bytes_text(value), &aid))
        return IOTSIM_FAIL(BAD_SETTING);
    if (aid.len > 0 && aid.len < AID_MIN)
        return IOTSIM_FAIL(BAD_SETTING);
    memcpy(s->where.aid, octets, sizeof octets);
    s->where.aid_len = aid.len;
    return IOTSIM_OK;
}

static iotsim_result set_timeout(struct settings *s, const struct setting *row,
                                 const char *value)
{
    uint32_t ms = 0;

    (void)row;
    for (const char *c = value; *c != '\0'; c++) {
        if (*c < '0' || *c > '9')
            return IOTSIM_FAIL(BAD_SETTING);
        ms = ms * 10 + (uint32_t)(*c - '0');
        if (ms > TIMEOUT_MS_MAX)
            return IOTSIM_FAIL(BAD_SETTING);
    }
    if (ms == 0)
        return IOTSIM_FAIL(BAD_SETTING);
    s->timeout_ms = ms;
    return IOTSIM_OK;
}

/* A value of one octet, and the word for it; a list ends with NULL. */
struct word {
    const char *word;
    uint8_t value;
};

static iotsim_result set_word(struct settings *s, const struct setting *row,
                              const struct word *words, const char *value)
{
    for (; words->word != NULL; words++)
        if (strcmp(words->word, value) == 0) {
            memcpy((char *)s + row->offset, &words->value, 1);
            return IOTSIM_OK;
        }
    return IOTSIM_FAIL(BAD_SETTING);
}

static iotsim_result set_mode(struct settings *s, const struct setting *row,
                              const char *value)
{
    static const struct word words[] = { { "", 0 },
                                         { "hash", MODE_PAD_SIGN },
                                         { "last-block", MODE_LAST_BLOCK },
                                         { "text", MODE_FULL_TEXT },
                                         { NULL, 0 } };

    return set_word(s, row, words, value);
}

static iotsim_result set_ephemeral(struct settings *s,
                                   const struct setting *row, const char *value)
{
    static const struct word words[] = {
        { "", false }, { "wait", false }, { "software", true }, { NULL, 0 }
    };

    return set_word(s, row, words, value);
}

static iotsim_result set_level(struct settings *s, const struct setting *row,
                               const char *value)
{
    (void)row;
    return log_level_parse(value, &s->log_level) ? IOTSIM_OK
                                                 : IOTSIM_FAIL(BAD_SETTING);
}

#define FIELD(member) \
    offsetof(struct settings, member), sizeof(((struct settings *)0)->member)

static const struct setting settings_table[] = {
    { "transport", "IOTSIM_TRANSPORT", "pcsc or socket", set_transport,
      FIELD(where.transport) },
    { "reader", "IOTSIM_READER",
      "a part of a name of at most 255 characters, or a number", set_text,
      FIELD(where.reader) },
    { "device", "IOTSIM_DEVICE", "a path of at most 255 characters", set_text,
      FIELD(where.device) },
    { "address", "IOTSIM_ADDRESS", "unix:PATH or tcp:HOST:PORT", set_text,
      FIELD(where.address) },
    { "aid", "IOTSIM_AID", "5 to 16 octets in hexadecimal", set_aid,
      FIELD(where.aid) },
    { "token", "IOTSIM_TOKEN", "at most 20 digits", set_token,
      FIELD(where.token) },
    { "timeout", "IOTSIM_TIMEOUT", "1 to 600000 milliseconds", set_timeout,
      FIELD(timeout_ms) },
    { "signature-mode", "IOTSIM_SIGNATURE_MODE", "hash, last-block or text",
      set_mode, FIELD(mode) },
    { "ephemeral", "IOTSIM_EPHEMERAL", "wait or software", set_ephemeral,
      FIELD(ephemeral_software) },
    { "log", "IOTSIM_LOG", "none, error, warn, info, debug or trace", set_level,
      FIELD(log_level) },
    { "log-file", "IOTSIM_LOG_FILE", "a path of at most 255 characters",
      set_text, FIELD(log_file) },
    { "trace", "IOTSIM_TRACE", "a path of at most 255 characters", set_text,
      FIELD(trace_file) },
};

enum { SETTINGS = sizeof settings_table / sizeof *settings_table };

/* The ways to name a place, and the transport that each of them implies. */
static const struct place {
    const char *name;
    const char *transport;
    size_t offset;
} places[] = {
    { "reader", "pcsc", offsetof(struct iotsim_uri, reader) },
    { "device", "at", offsetof(struct iotsim_uri, device) },
    { "address", "socket", offsetof(struct iotsim_uri, address) },
};

enum { PLACES = sizeof places / sizeof *places };

void settings_init(struct settings *s)
{
    *s = (struct settings){ .timeout_ms = TIMEOUT_MS, .log_level = LOG_NONE };
}

const char *settings_name(size_t nth)
{
    return nth < SETTINGS ? settings_table[nth].name : NULL;
}

const char *settings_form(const char *name)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(name, settings_table[i].name) == 0 ||
            strcmp(name, settings_table[i].environment) == 0)
            return settings_table[i].form;
    return "another name";
}

iotsim_result settings_set(struct settings *s, const char *name,
                           const char *value, bool *known)
{
    *known = false;
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *row = &settings_table[i];

        if (strcmp(name, row->name) == 0) {
            *known = true;
            return row->set(s, row, value);
        }
    }
    return IOTSIM_OK;
}

/* The transport that the place called `name` implies, or NULL. */
static const char *implied_by(const char *name)
{
    for (size_t i = 0; i < PLACES; i++)
        if (strcmp(name, places[i].name) == 0)
            return places[i].transport;
    return NULL;
}

/* A place in the environment beats the transport of openssl.cnf, unless the
 * environment names a transport, too. */
static void prefer_environment(struct settings *s)
{
    const char *implied = NULL;

    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *row = &settings_table[i];
        const char *value = secure_getenv(row->environment);

        if (value == NULL || value[0] == '\0')
            continue;
        if (row->set == set_transport)
            return;
        if (implied == NULL)
            implied = implied_by(row->name);
    }
    if (implied != NULL)
        memcpy(s->where.transport, implied, strlen(implied) + 1);
}

iotsim_result settings_environment(struct settings *s, const char **name)
{
    *name = NULL;
    for (size_t i = 0; i < SETTINGS; i++) {
        const struct setting *row = &settings_table[i];
        const char *value = secure_getenv(row->environment);
        iotsim_result result = IOTSIM_OK;

        if (value != NULL)
            result = row->set(s, row, value);
        if (!iotsim_ok(result)) {
            *name = row->environment;
            return result;
        }
    }
    prefer_environment(s);
    return IOTSIM_OK;
}

iotsim_result settings_apply(const struct settings *s)
{
    iotsim_result result = log_open(s->log_level, s->log_file);

    if (iotsim_ok(result) && s->trace_file[0] != '\0')
        result = transport_trace(s->trace_file);
    return result;
}

const char *settings_place(const struct iotsim_uri *uri, const char *name)
{
    for (size_t i = 0; i < PLACES; i++)
        if (strcmp(name, places[i].name) == 0)
            return (const char *)uri + places[i].offset;
    return "";
}

/* The transport that `uri` names or implies; "" when it does neither. */
static const char *transport_of(const struct iotsim_uri *uri)
{
    if (uri->transport[0] != '\0')
        return uri->transport;
    for (size_t i = 0; i < PLACES; i++)
        if (settings_place(uri, places[i].name)[0] != '\0')
            return places[i].transport;
    return "";
}

/* Fill `field` with `text`, which fits, unless it holds something already. */
static void complete(char *field, const char *text)
{
    if (field[0] == '\0')
        memcpy(field, text, strlen(text) + 1);
}

void settings_resolve(const struct settings *s, struct iotsim_uri *uri)
{
    complete(uri->transport, transport_of(uri));
    complete(uri->transport, transport_of(&s->where));
    complete(uri->transport, places[0].transport);
    for (size_t i = 0; i < PLACES; i++)
        complete((char *)uri + places[i].offset,
                 settings_place(&s->where, places[i].name));
    complete(uri->token, s->where.token);
    if (uri->aid_len == 0) {
        memcpy(uri->aid, s->where.aid, sizeof uri->aid);
        uri->aid_len = s->where.aid_len;
    }
}
