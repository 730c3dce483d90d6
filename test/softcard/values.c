/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the objects of a profile hold: octets, PEM files, keys generated and
 * certificates issued at personalisation.
 */
#include <stdlib.h>
#include <string.h>

#include "issue.h"
#include "pem.h"
#include "profile.h"

#define SECRET_MAX 255
#define DAYS_NORMAL 3650
#define CERTIFICATE_MAX 2560 /* RSA 4096 by RSA 4096, and long names */

/* Is `text` "prefix:rest"? Then the path of that file, to be freed. */
static char *file_after(const struct conf *conf, const char *text,
                        const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(text, prefix, len) == 0 ? conf_path(conf, text + len) : NULL;
}

static bool is_word(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

/* A private key, and its public half, from the value of a private key. */
static bool read_private(const struct conf *conf, const struct object *object,
                         const char *text, struct out *private,
                         struct out *public)
{
    enum kind kind = object_kind(object);
    char *file = file_after(conf, text, "pem:");
    bool ok;

    if (is_word(text, "generate"))
        ok = crypto_generate(kind, private, public);
    else if (file)
        ok = pem_private(file, kind, private, public);
    else
        ok = conf_parse_octets(text, false, private) &&
             crypto_public_of(kind, out_view(private), public);
    free(file);
    return ok || conf_fail(conf, object->name, "value",
                           "no private key of this type");
}

bool value_read_pair(const struct conf *conf, struct object *private,
                     struct object *public)
{
    const char *text = conf_text(conf, private->name, "value");
    uint8_t private_octets[PRIVATE_MAX];
    uint8_t public_octets[PUBLIC_MAX];
    struct out private_key = OUT_OVER(private_octets);
    struct out public_key = OUT_OVER(public_octets);

    if (!text || is_word(text, "empty"))
        return true;
    bool off = private->off;
    bool ok = read_private(conf, private, text, &private_key, &public_key) &&
              object_fill(private, out_view(&private_key)) &&
              (!public || object_fill(public, out_view(&public_key)));
    crypto_cleanse(private_octets, private_key.len);
    private->off = off;
    if (public)
    public->off = off;
    return ok;
}

static bool read_public(const struct conf *conf, const struct object *object,
                        const char *text, struct out *out)
{
    enum kind kind = object_kind(object);
    char *file = file_after(conf, text, "pem:");
    bool ok = file ? pem_public(file, kind, out)
                   : conf_parse_octets(text, false, out);

    free(file);
    return (ok && crypto_public_ok(kind, out_view(out))) ||
           conf_fail(conf, object->name, "value", "no public key of this type");
}

static bool read_secret(const struct conf *conf, const struct object *object,
                        const char *text, struct out *out)
{
    uint8_t random[SCALAR_LEN];

    if (is_word(text, "generate")) {
        if (!crypto_random(random, sizeof random))
            return conf_fail(conf, object->name, "value", "no random");
        out_bytes(out, VIEW_OF(random));
        crypto_cleanse(random, sizeof random);
        return true;
    }
    return (conf_parse_octets(text, false, out) && out->len &&
            out->len <= SECRET_MAX) ||
           conf_fail(conf, object->name, "value", "1 to 255 octets");
}

static bool read_content(const struct conf *conf, const struct object *object,
                         const char *text, struct out *out)
{
    char *pem = file_after(conf, text, "pem:");
    char *raw = file_after(conf, text, "file:");
    bool ok = pem   ? pem_certificate(pem, out)
              : raw ? pem_raw(raw, out)
                    : conf_parse_octets(text, false, out);

    free(pem);
    free(raw);
    return ok || conf_fail(conf, object->name, "value",
                           "cannot be read, or is too long");
}

static bool read_by_type(const struct conf *conf, const struct object *object,
                         const char *text, struct out *out)
{
    switch (object->type) {
    case OBJECT_PUBLIC:
        return read_public(conf, object, text, out);
    case OBJECT_SECRET:
        return read_secret(conf, object, text, out);
    case OBJECT_FILE:
        return read_content(conf, object, text, out);
    case OBJECT_PRIVATE:
    case OBJECT_TYPES:
        break;
    }
    return false;
}

/* Fill the object; a file is at least as large as its content and padding. */
static bool fill(const struct conf *conf, struct object *object,
                 const struct out *content)
{
    bool off = object->off;

    if (!object_fill(object, out_view(content)))
        return conf_fail(conf, object->name, "value", "no memory");
    object->off = off;
    if (object->type == OBJECT_FILE &&
        object->size < content->len + object->padding)
        object->size = content->len + object->padding;
    return object->size <= FILE_MAX ||
           conf_fail(conf, object->name, "padding", "the file is too long");
}

bool value_read(const struct conf *conf, struct object *object)
{
    const char *text = conf_text(conf, object->name, "value");

    if (!text || is_word(text, "empty"))
        return true;
    if (object->type == OBJECT_FILE && is_word(text, "issue"))
        return true; /* later, in values_issue */
    if (object->type == OBJECT_PRIVATE)
        return value_read_pair(conf, object, NULL);

    uint8_t *storage = malloc(FILE_MAX);
    struct out content = { .at = storage, .max = FILE_MAX };
    bool ok = storage && read_by_type(conf, object, text, &content) &&
              fill(conf, object, &content);
    if (storage)
        crypto_cleanse(storage, content.len);
    free(storage);
    return ok;
}

struct object *profile_object(struct softcard *card, enum object_type type,
                              const char *name)
{
    for (struct object *o = card->objects; o; o = o->next)
        if (o->type == type && strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

/* The private key a section names, with its public half. */
static const struct object *key_named(const struct conf *conf,
                                      const struct object *file,
                                      const char *attribute, struct out *public)
{
    const char *name = conf_text(conf, file->name, attribute);
    const struct object *key =
        name ? profile_object(conf->card, OBJECT_PRIVATE, name) : NULL;

    if (key && key->value &&
        crypto_public_of(object_kind(key), object_value(key), public))
        return key;
    conf_fail(conf, file->name, attribute, "names no private key");
    return NULL;
}

/* The certificate an authority brings from outside, if it does. */
static bool outer_certificate(const struct conf *conf,
                              const struct object *authority, struct out *out)
{
    const char *text = conf_text(conf, authority->name, "certificate");

    return !text || read_content(conf, authority, text, out);
}

static bool issue_file(const struct conf *conf, struct object *file,
                       struct out *outer, struct out *content)
{
    uint8_t octets[PUBLIC_MAX];
    uint8_t signer_octets[PUBLIC_MAX];
    struct out public = OUT_OVER(octets);
    struct out signer_public = OUT_OVER(signer_octets);
    unsigned int days = DAYS_NORMAL;
    const struct object *key = key_named(conf, file, "certifies", &public);
    const char *by =
        conf_text(conf, file->name, "issuer") ? "issuer" : "certifies";
    const struct object *signer =
        key ? key_named(conf, file, by, &signer_public) : NULL;

    if (!signer || !outer_certificate(conf, signer, outer) ||
        !conf_number(conf, file->name, "days", 1, 36500, &days))
        return false;

    const char *subject = conf_text(conf, file->name, "subject");
    const char *own = conf_text(conf, key->name, "subject");
    struct issue issue = {
        .subject = subject ? subject : own,
        .san = conf_text(conf, file->name, "san"),
        .days = days,
        .authority = key->hidden,
        .key = { .kind = object_kind(key), .public = out_view(&public) },
        .signer = { object_kind(signer), object_value(signer),
                    out_view(&signer_public) },
        .issuer = conf_text(conf, signer->name, "subject"),
        .issuer_certificate = { outer->len ? outer->at : NULL, outer->len },
    };
    if (signer == key)
        issue.issuer = issue.subject;
    return issue_certificate(&issue, content) ||
           conf_fail(conf, file->name, "value",
                     "cannot issue it (subject, issuer, san?)");
}

static bool issue_and_fill(const struct conf *conf, struct object *file)
{
    uint8_t *storage = malloc((size_t)2 * CERTIFICATE_MAX);

    if (!storage)
        return conf_fail(conf, file->name, "value", "no memory");
    struct out outer = { .at = storage, .max = CERTIFICATE_MAX };
    struct out content = { .at = storage + CERTIFICATE_MAX,
                           .max = CERTIFICATE_MAX };
    bool ok =
        issue_file(conf, file, &outer, &content) && fill(conf, file, &content);
    free(storage);
    return ok;
}

bool values_issue(const struct conf *conf)
{
    for (struct object *o = conf->card->objects; o; o = o->next)
        if (o->type == OBJECT_FILE &&
            is_word(conf_text(conf, o->name, "value"), "issue") &&
            !issue_and_fill(conf, o))
            return false;
    return true;
}
