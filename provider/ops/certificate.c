/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of the card; see certificate.h. */
#include "ops/certificate.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

X509 *certificate_read(const struct prov_ctx *ctx, struct card *card,
                       const struct applet_object *file, iotsim_result *result)
{
    X509 *certificate = NULL;
    uint8_t *data = NULL;
    const unsigned char *p;
    size_t len = 0;

    *result = card_read_file(card, file, &data, &len);
    if (!iotsim_ok(*result))
        return NULL;
    p = data;
    certificate = X509_new_ex(ctx->soft, NULL);
    ERR_set_mark();
    /* d2i stops at the end of the DER: padding behind it is left alone. On
     * failure it frees the certificate. */
    if (certificate == NULL || d2i_X509(&certificate, &p, (long)len) == NULL) {
        certificate = NULL;
        *result = IOTSIM_FAIL(BAD_CERTIFICATE);
    }
    ERR_pop_to_mark();
    card_free_file(&data);
    return certificate;
}

static bool same(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
    return a_len > 0 && a_len == b_len && memcmp(a, b, a_len) == 0;
}

/* The file of the same label, else of the same id, among the objects. */
static const struct applet_object *find_file(const struct applet_object *all,
                                             size_t count,
                                             const struct applet_object *key)
{
    const struct applet_object *by_id = NULL;

    for (size_t i = 0; i < count; i++) {
        if (all[i].kind != APPLET_FILE)
            continue;
        if (same(all[i].label, all[i].label_len, key->label, key->label_len))
            return &all[i];
        if (same(all[i].id, all[i].id_len, key->id, key->id_len))
            by_id = &all[i];
    }
    return by_id;
}

EVP_PKEY *certificate_find_key(const struct prov_ctx *ctx, struct card *card,
                               const struct applet_object *object)
{
    struct applet_object *objects = NULL;
    const struct applet_object *file;
    X509 *certificate = NULL;
    EVP_PKEY *key = NULL;
    iotsim_result r;
    size_t count;
    bool whole;

    r = card_get_objects(card, &objects, &count, &whole);
    if (!iotsim_ok(r))
        return NULL;
    file = find_file(objects, count, object);
    if (file != NULL)
        certificate = certificate_read(ctx, card, file, &r);
    if (certificate != NULL)
        key = X509_get_pubkey(certificate);
    X509_free(certificate);
    card_free_objects(&objects);
    return key;
}

/* --- searches ----------------------------------------------------------- */

static int take_text(const OSSL_PARAM *p, char **text)
{
    if (p == NULL)
        return 1;
    OPENSSL_free(*text);
    *text = NULL;
    return OSSL_PARAM_get_utf8_string(p, text, 0);
}

static int take_name(const OSSL_PARAM *p, X509_NAME **name)
{
    const void *der = NULL;
    const unsigned char *at;
    size_t len = 0;

    if (p == NULL)
        return 1;
    X509_NAME_free(*name);
    *name = NULL;
    if (!OSSL_PARAM_get_octet_string_ptr(p, &der, &len))
        return 0;
    at = der;
    *name = d2i_X509_NAME(NULL, &at, (long)len);
    return *name != NULL;
}

static int take_serial(const OSSL_PARAM *p, ASN1_INTEGER **serial)
{
    BIGNUM *number = NULL;

    if (p == NULL)
        return 1;
    ASN1_INTEGER_free(*serial);
    *serial = NULL;
    if (OSSL_PARAM_get_BN(p, &number))
        *serial = BN_to_ASN1_INTEGER(number, NULL);
    BN_free(number);
    return *serial != NULL;
}

static int take_octets(const OSSL_PARAM *p, ASN1_OCTET_STRING **octets)
{
    const void *data = NULL;
    size_t len = 0;

    if (p == NULL)
        return 1;
    if (!OSSL_PARAM_get_octet_string_ptr(p, &data, &len) ||
        len > EVP_MAX_MD_SIZE)
        return 0;
    ASN1_OCTET_STRING_free(*octets);
    *octets = ASN1_OCTET_STRING_new();
    return *octets != NULL &&
           ASN1_OCTET_STRING_set(*octets, data, (int)len) == 1;
}

/* Whoever does not name the digest means one of this length. */
static const char *digest_of_length(int len)
{
    static const struct {
        int len;
        const char *name;
    } digests[] = {
        { 20, "SHA1" }, { 32, "SHA256" }, { 48, "SHA384" }, { 64, "SHA512" }
    };

    for (size_t i = 0; i < sizeof digests / sizeof *digests; i++)
        if (digests[i].len == len)
            return digests[i].name;
    return "";
}

/* The digest of the fingerprint that was given. */
static int take_digest(const struct prov_ctx *ctx,
                       struct certificate_filter *filter, const OSSL_PARAM *p)
{
    char named[50]; /* as long as names are in libcrypto */
    char *at = named;
    const char *name = named;

    if (p == NULL)
        name = digest_of_length(ASN1_STRING_length(filter->fingerprint));
    else if (!OSSL_PARAM_get_utf8_string(p, &at, sizeof named))
        return 0;
    EVP_MD_free(filter->digest);
    ERR_set_mark();
    filter->digest = EVP_MD_fetch(ctx->soft, name, NULL);
    ERR_pop_to_mark();
    return filter->digest != NULL;
}

iotsim_result certificate_filter_set(const struct prov_ctx *ctx,
                                     struct certificate_filter *filter,
                                     const OSSL_PARAM params[])
{
#define FIND(name) OSSL_PARAM_locate_const(params, OSSL_STORE_PARAM_##name)
    if (!take_text(FIND(ALIAS), &filter->alias) ||
        !take_name(FIND(SUBJECT), &filter->subject) ||
        !take_name(FIND(ISSUER), &filter->issuer) ||
        !take_serial(FIND(SERIAL), &filter->serial) ||
        !take_octets(FIND(FINGERPRINT), &filter->fingerprint))
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (FIND(FINGERPRINT) != NULL && !take_digest(ctx, filter, FIND(DIGEST)))
        return IOTSIM_FAIL(UNSUPPORTED);
    return IOTSIM_OK;
#undef FIND
}

bool certificate_filter_may_match(const struct certificate_filter *filter,
                                  const struct applet_object *object)
{
    if (filter->alias != NULL &&
        !same((const uint8_t *)filter->alias, strlen(filter->alias),
              object->label, object->label_len))
        return false;
    return object->kind == APPLET_FILE ||
           (filter->subject == NULL && filter->issuer == NULL &&
            filter->serial == NULL);
}

/* Is the fingerprint that of `der` (`len` octets, 0 or less: there is none)?
 * Frees `der`. */
static bool is_of(const struct certificate_filter *filter, unsigned char *der,
                  int len)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    unsigned hash_len = 0;
    bool ok = len > 0 && EVP_Digest(der, (size_t)len, hash, &hash_len,
                                    filter->digest, NULL) == 1;

    OPENSSL_free(der);
    return ok &&
           same(hash, hash_len, ASN1_STRING_get0_data(filter->fingerprint),
                (size_t)ASN1_STRING_length(filter->fingerprint));
}

static bool has_fingerprint(X509 *certificate,
                            const struct certificate_filter *filter)
{
    unsigned char *der = NULL;
    int len = i2d_X509(certificate, &der);

    if (is_of(filter, der, len))
        return true;
    der = NULL;
    len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    return is_of(filter, der, len);
}

bool certificate_matches(X509 *certificate,
                         const struct certificate_filter *filter)
{
    if (filter->subject != NULL &&
        X509_NAME_cmp(X509_get_subject_name(certificate), filter->subject) != 0)
        return false;
    if (filter->issuer != NULL &&
        X509_NAME_cmp(X509_get_issuer_name(certificate), filter->issuer) != 0)
        return false;
    if (filter->serial != NULL &&
        ASN1_INTEGER_cmp(X509_get0_serialNumber(certificate), filter->serial) !=
            0)
        return false;
    return filter->fingerprint == NULL || has_fingerprint(certificate, filter);
}

bool certificate_key_matches(const EVP_PKEY *key,
                             const struct certificate_filter *filter)
{
    unsigned char *der = NULL;
    int len;

    if (filter->fingerprint == NULL)
        return true;
    len = i2d_PUBKEY(key, &der);
    return is_of(filter, der, len);
}

void certificate_filter_wipe(struct certificate_filter *filter)
{
    OPENSSL_free(filter->alias);
    X509_NAME_free(filter->subject);
    X509_NAME_free(filter->issuer);
    ASN1_INTEGER_free(filter->serial);
    ASN1_OCTET_STRING_free(filter->fingerprint);
    EVP_MD_free(filter->digest);
    memset(filter, 0, sizeof *filter);
}
