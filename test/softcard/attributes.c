/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attributes of an object in a profile: words, and defaults that fit what
 * the object can do. Reference: iot-safe-apdu 1.3, 1.4.
 */
#include <stdio.h>
#include <string.h>

#include "profile.h"
#include "tags.h"

static const struct conf_word access_words[] = {
    { "none", 0 },
    { "read", ACCESS_READ },
    { "update", ACCESS_UPDATE },
    { NULL, 0 },
};

static const struct conf_word key_type_words[] = {
    { "p256", KEY_P256 },
    { "p256-volatile", KEY_P256_VOLATILE },
    { "brainpool", KEY_BRAINPOOL },
    { "brainpool-volatile", KEY_BRAINPOOL_VOLATILE },
    { "rsa2048", KEY_RSA_2048 },
    { "rsa3072", KEY_RSA_3072 },
    { "rsa4096", KEY_RSA_4096 },
    { "hmac", KEY_HMAC },
    { NULL, 0 },
};

static const struct conf_word key_usage_words[] = {
    { "general", 1 },
    { "tls12", 2 },
    { "tls13", 3 },
    { NULL, 0 },
};

static const struct conf_word file_usage_words[] = {
    { "general", 1 },
    { "certificate", 2 },
    { NULL, 0 },
};

const struct conf_word function_words[] = {
    { "none", 0 },
    { "sign", FUNCTION_SIGNATURE },
    { "generate", FUNCTION_GENERATE },
    { "agree", FUNCTION_AGREEMENT },
    { "derive", FUNCTION_DERIVATION },
    { NULL, 0 },
};

const struct conf_word hash_words[] = {
    { "sha256", HASH_SHA256 },
    { "sha384", HASH_SHA384 },
    { "sha512", HASH_SHA512 },
    { NULL, 0 },
};

const struct conf_word signature_words[] = {
    { "none", 0 },
    { "pkcs1", SIGNATURE_PKCS1 },
    { "pss", SIGNATURE_PSS },
    { "ecdsa", SIGNATURE_ECDSA },
    { NULL, 0 },
};

const struct conf_word agreement_words[] = {
    { "none", 0 },
    { "ecka", AGREEMENT_ECKA },
    { NULL, 0 },
};

const struct conf_word derivation_words[] = {
    { "none", 0 },
    { "prf", DERIVATION_PRF },
    { "hkdf", DERIVATION_HKDF },
    { NULL, 0 },
};

const struct conf_word mode_words[] = {
    { "none", 0 },
    { "text", MODE_BIT(MODE_FULL_TEXT) },
    { "last-block", MODE_BIT(MODE_LAST_BLOCK) },
    { "hash", MODE_BIT(MODE_PAD_AND_SIGN) },
    { NULL, 0 },
};

/* The key to read: with the prefix of the half, if the section has it. */
static const char *key_of(const struct conf *conf, const struct object *object,
                          const char *half, const char *key, char buffer[40])
{
    snprintf(buffer, 40, "%s%s", half, key);
    return conf_text(conf, object->name, buffer) ? buffer : key;
}

static bool read_bits(const struct conf *conf, const struct object *object,
                      const char *half, const char *key,
                      const struct conf_word *words, uint8_t *bits)
{
    char buffer[40];
    unsigned int value = *bits;

    if (!conf_bits(conf, object->name, key_of(conf, object, half, key, buffer),
                   words, 0xFF, &value))
        return false;
    *bits = (uint8_t)value;
    return true;
}

/* What an object of this type usually is; a section changes single values. */
static void set_defaults(struct object *object)
{
    object->key_usage = 1;
    object->file_usage = 1;
    object->hash = HASH_SHA256;
    object->signature = SIGNATURE_ECDSA;
    object->agreement = AGREEMENT_ECKA;
    object->derivation = DERIVATION_PRF | DERIVATION_HKDF;
    object->modes = MODES_ALL;
    object->key_type = object->type == OBJECT_SECRET ? KEY_HMAC : KEY_P256;
    object->functions = object->type == OBJECT_SECRET ? FUNCTION_DERIVATION
                                                      : FUNCTION_SIGNATURE;
    if (object->type == OBJECT_FILE)
        object->functions = 0;
}

/* What an RSA key usually is otherwise. */
static void set_rsa_defaults(struct object *object)
{
    object->hash = HASH_SHA256 | HASH_SHA384 | HASH_SHA512;
    object->signature = crypto_schemes(object_kind(object));
    object->agreement = 0;
}

/* Who may do what follows from the functions, unless the section says it. */
static uint8_t default_access(const struct object *object)
{
    uint8_t update = object->functions & FUNCTION_GENERATE ? ACCESS_UPDATE : 0;

    switch (object->type) {
    case OBJECT_PRIVATE:
        return update;
    case OBJECT_PUBLIC:
        return ACCESS_READ | update;
    case OBJECT_FILE:
        return ACCESS_READ;
    case OBJECT_SECRET:
    case OBJECT_TYPES:
        break;
    }
    return 0;
}

static bool read_names(const struct conf *conf, struct object *object,
                       const char *half)
{
    struct out id = OUT_OVER(object->id);
    struct out label = OUT_OVER(object->label);
    char buffer[40];

    if (!conf_octets(conf, object->name,
                     key_of(conf, object, half, "id", buffer), false, &id) ||
        !conf_octets(conf, object->name, "label", true, &label))
        return false;
    object->id_len = id.len;
    object->label_len = label.len;
    if (!object->hidden && id.len == 0)
        return conf_fail(conf, object->name, "id", "missing");
    return true;
}

static bool read_key(const struct conf *conf, struct object *object,
                     const char *half)
{
    char buffer[40];

    if (!read_bits(conf, object, half, "type", key_type_words,
                   &object->key_type))
        return false;
    if (crypto_is_rsa(object_kind(object)))
        set_rsa_defaults(object);
    return read_bits(conf, object, half, "usage", key_usage_words,
                     &object->key_usage) &&
           read_bits(conf, object, half, "functions", function_words,
                     &object->functions) &&
           conf_bits(conf, object->name,
                     key_of(conf, object, half, "hash", buffer), hash_words,
                     0xFFFF, &object->hash) &&
           read_bits(conf, object, half, "signature", signature_words,
                     &object->signature) &&
           read_bits(conf, object, half, "agreement", agreement_words,
                     &object->agreement) &&
           read_bits(conf, object, half, "derivation", derivation_words,
                     &object->derivation) &&
           read_bits(conf, object, half, "modes", mode_words, &object->modes);
}

static bool read_file_attributes(const struct conf *conf, struct object *object)
{
    unsigned int size = 0;
    unsigned int padding = 0;

    if (!conf_number(conf, object->name, "size", 0, FILE_MAX, &size) ||
        !conf_number(conf, object->name, "padding", 0, FILE_MAX, &padding))
        return false;
    object->size = size;
    object->padding = padding;
    return read_bits(conf, object, "", "usage", file_usage_words,
                     &object->file_usage);
}

static bool read_next(const struct conf *conf, struct object *object)
{
    struct out next = OUT_OVER(object->next_scalar);

    if (!conf_octets(conf, object->name, "next", false, &next))
        return false;
    object->has_next =
        next.len == SCALAR_LEN && !crypto_is_rsa(object_kind(object));
    return next.len == 0 || object->has_next ||
           conf_fail(conf, object->name, "next",
                     "32 octets are a scalar of an EC key");
}

bool attributes_read(const struct conf *conf, struct object *object,
                     const char *half)
{
    const char *state = conf_text(conf, object->name, "state");

    set_defaults(object);
    object->off = state && strcmp(state, "deactivated") == 0;
    if (!read_names(conf, object, half))
        return false;
    if (object->type == OBJECT_FILE ? !read_file_attributes(conf, object)
                                    : !read_key(conf, object, half))
        return false;
    if (object->type == OBJECT_PRIVATE && !read_next(conf, object))
        return false;
    object->access = default_access(object);
    return read_bits(conf, object, half, "access", access_words,
                     &object->access);
}
