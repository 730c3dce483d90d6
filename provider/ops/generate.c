/* SPDX-License-Identifier: Apache-2.0 */
/* Key generation; see generate.h. */
#include "ops/generate.h"

#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/params.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/result.h"
#include "iotsim/iotsim.h"
#include "ops/err.h"
#include "ops/load.h"
#include "ops/params.h"
#include "ops/soft.h"

enum { GROUP_MAX = 63, FORMAT_MAX = 15, EXPONENT = 65537 };

struct generation {
    struct prov_ctx *ctx;
    bool rsa;
    bool ephemeral;              /* in the SIM, where it has such keys */
    const char *type;            /* its name */
    int selection;               /* OSSL_KEYMGMT_SELECT_... */
    EVP_PKEY_CTX *maker;         /* in software; gets all parameters, too */
    char group[GROUP_MAX + 1];   /* "": none was given */
    char format[FORMAT_MAX + 1]; /* of points, for writing; "": not given */
    size_t bits;                 /* of an RSA key; 0: not given */
    bool other_encoding;         /* than the name of the group */
    bool other_exponent;         /* than 65537 */
    struct iotsim_uri uri;       /* of the container */
    bool in_container;           /* there is one */
};

/* --- parameters --------------------------------------------------------- */

static int refuse(const struct generation *g, const char *name,
                  const char *takes)
{
    return ERR_RAISE(g->ctx, IOTSIM_FAIL(UNSUPPORTED),
                     "generating: parameter %s takes %s", name, takes);
}

/* Only a container for a private key can be generated into, and a key that is
 * there is lost: it must be named. */
static int take_uri(struct generation *g, const OSSL_PARAM *p)
{
    char text[IOTSIM_URI_MAX + 1];

    g->in_container = false;
    if (!params_get_text(p, text, sizeof text))
        return refuse(g, p->key, "a URI");
    if (!load_parse_uri(g->ctx, text, &g->uri))
        return 0;
    mem_cleanse(g->uri.pin_value, sizeof g->uri.pin_value);
    if (g->uri.type != IOTSIM_TYPE_ANY && g->uri.type != IOTSIM_TYPE_PRIVATE)
        return refuse(g, p->key, "type=private or no type");
    if (g->uri.object[0] == '\0' && g->uri.id_len == 0)
        return refuse(g, p->key,
                      "a URI that names the container by object= or id=");
    g->in_container = true;
    return 1;
}

/* Kept by OpenSSL's short name where there is one, so that numbers and long
 * names are understood, too. */
static int take_group(struct generation *g, const OSSL_PARAM *p)
{
    char name[GROUP_MAX + 1];
    int nid;

    if (!params_get_text(p, name, sizeof name))
        return refuse(g, p->key, "the name of a group");
    ERR_set_mark();
    nid = OBJ_txt2nid(name);
    ERR_pop_to_mark();
    OPENSSL_strlcpy(g->group, nid == NID_undef ? name : OBJ_nid2sn(nid),
                    sizeof g->group);
    return 1;
}

static int take_encoding(struct generation *g, const OSSL_PARAM *p)
{
    char name[GROUP_MAX + 1];

    if (!params_get_text(p, name, sizeof name))
        return refuse(g, p->key, "the name of an encoding");
    g->other_encoding = strcmp(name, OSSL_PKEY_EC_ENCODING_GROUP) != 0;
    return 1;
}

/* Judged before the card is asked, which would give the old key away. */
static int take_format(struct generation *g, const OSSL_PARAM *p)
{
    static const char *const formats[] = {
        OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED,
        OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_COMPRESSED,
        OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_HYBRID,
    };

    if (params_get_text(p, g->format, sizeof g->format))
        for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
            if (OPENSSL_strcasecmp(g->format, formats[i]) == 0)
                return 1;
    return refuse(g, p->key, "uncompressed, compressed or hybrid");
}

static int take_bits(struct generation *g, const OSSL_PARAM *p)
{
    return OSSL_PARAM_get_size_t(p, &g->bits) ||
           refuse(g, p->key, "a number of bits");
}

static int take_exponent(struct generation *g, const OSSL_PARAM *p)
{
    unsigned long exponent = 0;

    if (p->data_type != OSSL_PARAM_UNSIGNED_INTEGER)
        return refuse(g, p->key, "a number");
    ERR_set_mark();
    g->other_exponent =
        !OSSL_PARAM_get_ulong(p, &exponent) || exponent != EXPONENT;
    ERR_pop_to_mark();
    return 1;
}

static const struct {
    const char *name;
    int (*take)(struct generation *g, const OSSL_PARAM *p);
} parameters[] = {
    { IOTSIM_PKEY_PARAM_URI, take_uri },
    { OSSL_PKEY_PARAM_GROUP_NAME, take_group },
    { OSSL_PKEY_PARAM_EC_ENCODING, take_encoding },
    { OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, take_format },
    { OSSL_PKEY_PARAM_RSA_BITS, take_bits },
    { OSSL_PKEY_PARAM_RSA_E, take_exponent },
};

int generate_set_params(void *genctx, const OSSL_PARAM params[])
{
    struct generation *g = genctx;

    if (params == NULL)
        return 1;
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        const OSSL_PARAM *p =
            OSSL_PARAM_locate_const(params, parameters[i].name);

        if (p != NULL && !parameters[i].take(g, p))
            return 0;
    }
    return EVP_PKEY_CTX_set_params(g->maker, params) == 1 ||
           ERR_RAISE(g->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                     "generating: a parameter that no %s key takes", g->type);
}

int generate_set_template(void *genctx, void *templ)
{
    struct generation *g = genctx;
    const struct prov_key *key = templ;

    return (key != NULL && key->public_half != NULL &&
            EVP_PKEY_get_group_name(key->public_half, g->group, sizeof g->group,
                                    NULL) == 1 &&
            EVP_PKEY_CTX_set_group_name(g->maker, g->group) == 1) ||
           ERR_RAISE(g->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                     "generating a key like one that is on no named group");
}

static bool makes_pair(const struct generation *g)
{
    return (g->selection & OSSL_KEYMGMT_SELECT_KEYPAIR) != 0;
}

static bool init_maker(struct generation *g)
{
    g->maker = EVP_PKEY_CTX_new_from_name(g->ctx->soft, g->type, NULL);
    return g->maker != NULL &&
           (makes_pair(g) ? EVP_PKEY_keygen_init(g->maker)
                          : EVP_PKEY_paramgen_init(g->maker)) == 1;
}

struct generation *generate_init(struct prov_ctx *ctx, const char *type,
                                 bool ephemeral, int selection,
                                 const OSSL_PARAM params[])
{
    struct generation *g = OPENSSL_zalloc(sizeof *g);

    if (g == NULL)
        return NULL;
    g->ctx = ctx;
    g->rsa = strcmp(type, "RSA") == 0;
    g->ephemeral = ephemeral;
    g->type = type;
    g->selection = selection;
    if (init_maker(g) && generate_set_params(g, params))
        return g;
    generate_free(g);
    return NULL;
}

void generate_free(void *genctx)
{
    struct generation *g = genctx;

    if (g == NULL)
        return;
    EVP_PKEY_CTX_free(g->maker);
    iotsim_uri_wipe(&g->uri);
    OPENSSL_free(g);
}

/* --- into a container --------------------------------------------------- */

/* The type that is asked for; NULL when any will do. */
static const struct key_type *asked_type(const struct generation *g)
{
    if (!g->rsa)
        return key_type_of_group(g->group);
    return g->bits % 8 == 0 ? key_type_of_rsa(g->bits / 8) : NULL;
}

/* The type to generate: what is asked for, else what the container is for, if
 * only that is of the right kind. */
static iotsim_result find_type(const struct generation *g, struct card *card,
                               const struct key_type **type)
{
    bool any = g->rsa ? g->bits == 0 : g->group[0] == '\0';
    struct applet_object object;
    iotsim_result r;

    *type = any ? NULL : asked_type(g);
    if (!any)
        return *type == NULL ? IOTSIM_FAIL(UNSUPPORTED) : IOTSIM_OK;
    r = card_find(card, APPLET_PRIVATE_KEY, &g->uri, &object);
    if (!iotsim_ok(r))
        return r;
    *type = key_type_of_octet(object.key_type);
    if (*type == NULL)
        return IOTSIM_FAIL(UNSUPPORTED);
    return ((*type)->group == NULL) == g->rsa ? IOTSIM_OK
                                              : IOTSIM_FAIL(WRONG_CONTAINER);
}

static iotsim_result into_container(const struct generation *g,
                                    struct prov_key **key)
{
    struct applet_public_key public_half;
    const struct key_type *type = NULL;
    struct key *card_key = NULL;
    struct card *card = NULL;
    iotsim_result r = card_get(&g->ctx->settings, &g->uri, &card);

    if (iotsim_ok(r))
        r = find_type(g, card, &type);
    if (iotsim_ok(r))
        r = key_generate(card, &g->uri, type, &public_half, &card_key);
    if (iotsim_ok(r))
        r = pkey_take_pair(g->ctx, &public_half, card_key, key);
    card_free(&card);
    return r;
}

/* What software makes of a parameter and a card does not. */
static int fits_card(const struct generation *g)
{
    if (g->other_encoding)
        return refuse(g, OSSL_PKEY_PARAM_EC_ENCODING,
                      OSSL_PKEY_EC_ENCODING_GROUP);
    return !g->other_exponent ||
           refuse(g, OSSL_PKEY_PARAM_RSA_E, "65537, which is what SIMs use");
}

/* What was to be made, for messages: "RSA key of 3072 bits". */
static const char *kind(const struct generation *g, char *out, size_t size)
{
    if (g->rsa && g->bits > 0)
        snprintf(out, size, "RSA key of %zu bits", g->bits);
    else if (!g->rsa && g->group[0] != '\0')
        snprintf(out, size, "EC key on %s", g->group);
    else
        snprintf(out, size, "%s key", g->type);
    return out;
}

/* The new key, which nobody shares yet, with the form its point is written in
 * that was asked for. */
static struct prov_key *with_format(const struct generation *g,
                                    struct prov_key *key)
{
    if (g->format[0] == '\0' ||
        EVP_PKEY_set_utf8_string_param(
            key->public_half, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
            g->format) == 1)
        return key;
    pkey_free(key);
    return NULL;
}

static struct prov_key *in_container(const struct generation *g)
{
    char name[IOTSIM_URI_MAX + 1];
    char what[GROUP_MAX + 16];
    struct prov_key *key = NULL;
    iotsim_result r;

    if (!fits_card(g))
        return NULL;
    r = into_container(g, &key);
    if (iotsim_ok(r))
        return with_format(g, key);
    if (!iotsim_ok(iotsim_uri_format(&g->uri, name, sizeof name)))
        name[0] = '\0';
    ERR_RAISE(g->ctx, r, "generating an %s in %s", kind(g, what, sizeof what),
              name);
    return NULL;
}

/* --- in software -------------------------------------------------------- */

static struct prov_key *in_software(const struct generation *g)
{
    EVP_PKEY *made = NULL;

    if (EVP_PKEY_generate(g->maker, &made) != 1)
        return NULL;
    return makes_pair(g) ? pkey_take_software(g->ctx, made)
                         : pkey_take(g->ctx, made, NULL);
}

/* --- ephemeral ---------------------------------------------------------- */

static iotsim_result into_volatile(const struct generation *g,
                                   const struct iotsim_uri *anywhere,
                                   struct prov_key **key)
{
    struct applet_public_key public_half;
    struct key *card_key = NULL;
    struct card *card = NULL;
    iotsim_result r = card_get(&g->ctx->settings, anywhere, &card);

    if (iotsim_ok(r))
        r = key_generate_ephemeral(card, key_type_of_group(g->group),
                                   !g->ctx->settings.ephemeral_software,
                                   &public_half, &card_key);
    if (iotsim_ok(r))
        r = pkey_take_pair(g->ctx, &public_half, card_key, key);
    card_free(&card);
    return r;
}

static struct prov_key *ephemeral(const struct generation *g)
{
    struct prov_key *key = NULL;
    struct iotsim_uri anywhere;
    iotsim_result r;

    if (!fits_card(g) || !load_parse_uri(g->ctx, IOTSIM_URI_SCHEME, &anywhere))
        return NULL;
    r = into_volatile(g, &anywhere, &key);
    if (iotsim_ok(r))
        return with_format(g, key);
    if (!g->ctx->settings.ephemeral_software) {
        ERR_RAISE(g->ctx, r,
                  "generating an ephemeral key on %s in the SIM (the setting "
                  "ephemeral = software makes it elsewhere then)",
                  g->group);
        return NULL;
    }
    log_at(LOG_WARN, "ops", "ephemeral key on %s made in software: %s",
           g->group, result_text(r));
    return in_software(g);
}

/* --- which of them ------------------------------------------------------ */

static struct prov_key *refuse_key(const struct generation *g)
{
    ERR_RAISE(g->ctx, IOTSIM_FAIL(UNSUPPORTED),
              "generating an %s key without a group; name it with -pkeyopt "
              "group:P-256, or a container with -pkeyopt iotsim-uri:...",
              g->type);
    return NULL;
}

void *generate_key(void *genctx, OSSL_CALLBACK *callback, void *arg)
{
    const struct generation *g = genctx;

    (void)callback;
    (void)arg;
    if (g->in_container && makes_pair(g))
        return in_container(g);
    if (!g->rsa && g->group[0] == '\0')
        return refuse_key(g);
    if (g->ephemeral && makes_pair(g) && key_type_of_group(g->group) != NULL)
        return ephemeral(g);
    log_at(LOG_INFO, "ops", "%s made in software",
           makes_pair(g) ? "key" : "parameters");
    return in_software(g);
}
