/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Personalisation: the card and the list of its objects.
 *
 *     [card]      who the card is
 *     [objects]   name = pair | private | public | secret | file | authority
 *     [NAME]      the object
 *     [quirks]    name = value
 *     [faults]    any name = fault
 *
 * The whole grammar is in the README.
 */
#include "profile.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tags.h"

#define ICCID_DIGITS_LEAST 18
#define ICCID_DIGITS_MOST 20

/* Digits to EF_ICCID: two per octet, the first in the low half, F at the end
 * when one is missing. */
static bool read_iccid(const struct conf *conf, uint8_t iccid[ICCID_LEN])
{
    const char *text = conf_text(conf, "card", "iccid");
    size_t n = text ? strlen(text) : 0;

    if (!text)
        return true;
    if (n < ICCID_DIGITS_LEAST || n > ICCID_DIGITS_MOST ||
        strspn(text, "0123456789") != n)
        return conf_fail(conf, "card", "iccid", "18 to 20 digits");
    memset(iccid, 0xFF, ICCID_LEN);
    for (size_t i = 0; i < n; i++) {
        uint8_t value = (uint8_t)(text[i] - '0');
        uint8_t *octet = &iccid[i / 2];

        *octet = (uint8_t)(i % 2 ? (*octet & 0x0F) | value << 4
                                 : (*octet & 0xF0) | value);
    }
    return true;
}

static bool read_octet(const struct conf *conf, const char *key,
                       const struct conf_word *words, uint8_t *octet)
{
    unsigned int value = *octet;

    if (!conf_bits(conf, "card", key, words, 0xFF, &value))
        return false;
    *octet = (uint8_t)value;
    return true;
}

static bool read_max(const struct conf *conf, const char *key, uint8_t *most)
{
    unsigned int value = *most;

    if (!conf_number(conf, "card", key, 0, 0xFF, &value))
        return false;
    *most = (uint8_t)value;
    return true;
}

/* What a card may be without; applet.c says which commands that takes away. */
static const struct conf_word part_words[] = {
    { "none", 0 },
    { "sign", PART_SIGN },
    { "verify", PART_VERIFY },
    { "generate", PART_GENERATE },
    { "put-key", PART_PUT_KEY },
    { "dh", PART_DH },
    { "prf", PART_PRF },
    { "hkdf", PART_HKDF },
    { "random", PART_RANDOM },
    { "list", PART_LIST },
    { NULL, 0 },
};

/* What the objects can do is what the card can do. */
static void sum_up(struct softcard *card)
{
    struct identity *id = &card->id;

    for (const struct object *o = card->objects; o; o = o->next) {
        if (o->hidden)
            continue;
        id->max[o->type]++;
        id->functions |= o->functions;
        if (o->functions & FUNCTION_SIGNATURE) {
            id->hash |= o->hash;
            id->signature |= o->signature;
        }
        if (o->functions & FUNCTION_AGREEMENT)
            id->agreement |= o->agreement;
        if (o->functions & FUNCTION_DERIVATION)
            id->derivation |= o->derivation;
    }
}

static bool read_capabilities(const struct conf *conf, struct identity *id)
{
    static const struct conf_word none[] = { { NULL, 0 } };

    return read_octet(conf, "version", none, &id->version) &&
           read_octet(conf, "functions", function_words, &id->functions) &&
           conf_bits(conf, "card", "hash", hash_words, 0xFFFF, &id->hash) &&
           read_octet(conf, "signature", signature_words, &id->signature) &&
           read_octet(conf, "agreement", agreement_words, &id->agreement) &&
           read_octet(conf, "derivation", derivation_words, &id->derivation) &&
           read_octet(conf, "modes", mode_words, &id->modes) &&
           conf_bits(conf, "card", "without", part_words, 0xFFFF,
                     &id->without) &&
           read_max(conf, "max-files", &id->max[OBJECT_FILE]) &&
           read_max(conf, "max-private", &id->max[OBJECT_PRIVATE]) &&
           read_max(conf, "max-public", &id->max[OBJECT_PUBLIC]) &&
           read_max(conf, "max-secret", &id->max[OBJECT_SECRET]);
}

static bool read_card(const struct conf *conf)
{
    struct identity *id = &conf->card->id;
    struct out aid = OUT_OVER(id->aid);
    struct out identifier = OUT_OVER(id->identifier);
    unsigned int sessions = id->sessions;

    if (!read_iccid(conf, id->iccid) ||
        !conf_octets(conf, "card", "aid", false, &aid) ||
        !conf_octets(conf, "card", "identifier", true, &identifier) ||
        !conf_number(conf, "card", "sessions", 1, SESSIONS_MAX - 1, &sessions))
        return false;
    if (aid.len)
        id->aid_len = aid.len;
    if (identifier.len)
        id->identifier_len = identifier.len;
    id->sessions = (uint8_t)sessions;
    if (id->aid_len < 5)
        return conf_fail(conf, "card", "aid", "5 to 16 octets");
    return read_capabilities(conf, id);
}

static struct object *add_object(const struct conf *conf, enum object_type type,
                                 const char *name, const char *half,
                                 bool hidden)
{
    struct object *object = object_new(&conf->card->objects, type);

    if (!object || strlen(name) > OBJECT_NAME_MAX) {
        conf_fail(conf, "objects", name, "name too long, or no memory");
        return NULL;
    }
    memcpy(object->name, name, strlen(name) + 1);
    object->hidden = hidden;
    return attributes_read(conf, object, half) ? object : NULL;
}

static bool add_pair(const struct conf *conf, const char *name)
{
    struct object *private =
        add_object(conf, OBJECT_PRIVATE, name, "private-", false);
    struct object *public =
        private ? add_object(conf, OBJECT_PUBLIC, name, "public-", false)
                : NULL;

    return public && value_read_pair(conf, private, public);
}

static bool add_kind(const struct conf *conf, const char *name,
                     const char *kind)
{
    /* THE TABLE of kinds; a pair is two objects */
    static const struct {
        const char *kind;
        enum object_type type;
        bool hidden;
    } kinds[] = {
        { "private", OBJECT_PRIVATE, false },
        { "public", OBJECT_PUBLIC, false },
        { "secret", OBJECT_SECRET, false },
        { "file", OBJECT_FILE, false },
        { "authority", OBJECT_PRIVATE, true },
    };

    if (strcmp(kind, "pair") == 0)
        return add_pair(conf, name);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].kind, kind) != 0)
            continue;
        struct object *object =
            add_object(conf, kinds[i].type, name, "", kinds[i].hidden);
        return object && value_read(conf, object);
    }
    return conf_fail(conf, "objects", name, "unknown kind of object");
}

/* Ids, and labels, are unique inside a type. */
static bool check_unique(const struct conf *conf)
{
    struct object *list = conf->card->objects;
    size_t n = 0;

    for (struct object *o = list; o; o = o->next) {
        if (++n > OBJECTS_MAX)
            return conf_fail(conf, "objects", o->name, "too many objects");
        if (o->hidden)
            continue;
        if (object_by_id(list, o->type, object_id(o)) != o)
            return conf_fail(conf, o->name, "id", "used twice");
        if (o->label_len &&
            object_by_label(list, o->type, object_label(o)) != o)
            return conf_fail(conf, o->name, "label", "used twice");
    }
    return true;
}

static bool read_objects(const struct conf *conf)
{
    const char *name = NULL;
    const char *kind = NULL;

    for (int i = 0; conf_entry(conf, "objects", i, &name, &kind); i++)
        if (!add_kind(conf, name, kind))
            return false;
    return values_issue(conf) && check_unique(conf);
}

static bool read_switches(const struct conf *conf)
{
    struct softcard *card = conf->card;
    const char *name = NULL;
    const char *value = NULL;
    const char *error = NULL;

    for (int i = 0; conf_entry(conf, "quirks", i, &name, &value); i++) {
        error = quirks_set_value(&card->quirks, name, value);
        if (error)
            return conf_fail(conf, "quirks", name, error);
    }
    for (int i = 0; conf_entry(conf, "faults", i, &name, &value); i++) {
        error = fault_add(&card->faults, value);
        if (error)
            return conf_fail(conf, "faults", name, error);
    }
    return true;
}

static bool read_store(const struct conf *conf)
{
    struct softcard *card = conf->card;

    softcard_reset(card); /* sessions hold objects */
    objects_free(&card->objects);
    memset(card->id.max, 0, sizeof card->id.max);
    if (!read_objects(conf))
        return false;
    sum_up(card);
    return read_card(conf);
}

static bool load_state(struct softcard *card)
{
    struct conf conf = { .card = card };
    bool ok = conf_open(&conf, card->state_file) && read_store(&conf);

    conf_free(&conf);
    return ok;
}

bool softcard_load(struct softcard *card, const char *profile,
                   const char *state)
{
    struct conf conf = { .card = card };
    bool resume = state && access(state, F_OK) == 0;

    free(card->state_file);
    card->state_file = state ? strdup(state) : NULL;
    if (state && !card->state_file)
        return card_fail(card, "no memory");
    bool ok = conf_open(&conf, profile) && read_switches(&conf) &&
              (resume ? load_state(card) : read_store(&conf));
    conf_free(&conf);
    return ok && (resume || softcard_save(card));
}

bool softcard_load_text(struct softcard *card, const char *profile)
{
    struct conf conf = { .card = card };
    bool ok = conf_open_text(&conf, profile) && read_switches(&conf) &&
              read_store(&conf);

    conf_free(&conf);
    return ok;
}
