/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of the card; see certificate.h. */
#include "ops/certificate.h"

#include <string.h>

#include <openssl/err.h>

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

bool certificate_matches(X509 *certificate,
                         const struct certificate_filter *filter)
{
    if (filter->subject != NULL &&
        X509_NAME_cmp(X509_get_subject_name(certificate), filter->subject) != 0)
        return false;
    if (filter->issuer != NULL &&
        X509_NAME_cmp(X509_get_issuer_name(certificate), filter->issuer) != 0)
        return false;
    return filter->serial == NULL ||
           ASN1_INTEGER_cmp(X509_get0_serialNumber(certificate),
                            filter->serial) == 0;
}

void certificate_filter_wipe(struct certificate_filter *filter)
{
    X509_NAME_free(filter->subject);
    X509_NAME_free(filter->issuer);
    ASN1_INTEGER_free(filter->serial);
    memset(filter, 0, sizeof *filter);
}
