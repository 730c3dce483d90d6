/* SPDX-License-Identifier: Apache-2.0 */
/* The key reference; see reference.h. */
#include "ops/reference.h"

#include <string.h>

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/mem.h"
#include "ops/err.h"
#include "ops/load.h"
#include "ops/soft.h"

enum { REFERENCE_VERSION = 1 };

/* SubjectPublicKeyInfo with nothing interpreted: X509_PUBKEY would run the
 * application's decoders. */
typedef struct {
    X509_ALGOR *algorithm;
    ASN1_BIT_STRING *key;
} PLAIN_SPKI;

typedef struct {
    ASN1_INTEGER *version;
    ASN1_UTF8STRING *uri;
    PLAIN_SPKI *public_key;
} KEY_REFERENCE;

DECLARE_ASN1_FUNCTIONS(PLAIN_SPKI)
DECLARE_ASN1_FUNCTIONS(KEY_REFERENCE)

ASN1_SEQUENCE(PLAIN_SPKI) = {
    ASN1_SIMPLE(PLAIN_SPKI, algorithm, X509_ALGOR),
    ASN1_SIMPLE(PLAIN_SPKI, key, ASN1_BIT_STRING),
} ASN1_SEQUENCE_END(PLAIN_SPKI)

ASN1_SEQUENCE(KEY_REFERENCE) = {
    ASN1_SIMPLE(KEY_REFERENCE, version, ASN1_INTEGER),
    ASN1_SIMPLE(KEY_REFERENCE, uri, ASN1_UTF8STRING),
    ASN1_OPT(KEY_REFERENCE, public_key, PLAIN_SPKI),
} ASN1_SEQUENCE_END(KEY_REFERENCE)

IMPLEMENT_ASN1_FUNCTIONS(PLAIN_SPKI)
IMPLEMENT_ASN1_FUNCTIONS(KEY_REFERENCE)

/* Skip a DER tag and its length octets; the length itself is not judged. */
static bool skip_header(struct bytes *der, uint8_t tag)
{
    uint8_t length;

    if (bytes_u8(der) != tag)
        return false;
    length = bytes_u8(der);
    if (length > 0x80)
        bytes_take(der, length & 0x7f);
    return !der->failed;
}

bool reference_is(struct bytes der)
{
    char scheme[sizeof IOTSIM_URI_SCHEME];
    struct bytes text;

    if (!skip_header(&der, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED) ||
        !skip_header(&der, V_ASN1_INTEGER))
        return false;
    bytes_u8(&der);
    if (!skip_header(&der, V_ASN1_UTF8STRING))
        return false;
    text = bytes_take(&der, sizeof scheme - 1);
    if (text.len == 0)
        return false;
    memcpy(scheme, text.data, text.len);
    scheme[text.len] = '\0';
    return iotsim_uri_is(scheme);
}

static int fail(const struct prov_ctx *ctx, const char *why)
{
    return ERR_RAISE(ctx, IOTSIM_FAIL(BAD_REFERENCE), "%s", why);
}

/* Parse the URI of the reference; a NUL in it would hide what follows. */
static int take_uri(const struct prov_ctx *ctx, const ASN1_UTF8STRING *text,
                    struct iotsim_uri *uri)
{
    char copy[IOTSIM_URI_MAX + 1];
    struct bytes octets =
        bytes_of(ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
    int ok;

    if (octets.len >= sizeof copy ||
        (octets.len > 0 && memchr(octets.data, 0, octets.len) != NULL))
        return fail(ctx, "its URI is too long or holds a NUL");
    memcpy(copy, octets.data, octets.len);
    copy[octets.len] = '\0';
    ok = load_parse_uri(ctx, copy, uri);
    mem_cleanse(copy, sizeof copy); /* a foolish one holds a PIN */
    return ok;
}

/* Name of the curve when the algorithm is id-ecPublicKey, else NULL. */
static const char *named_curve(const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *oid;
    const void *value;
    int type;

    X509_ALGOR_get0(&oid, &type, &value, algorithm);
    if (OBJ_obj2nid(oid) != NID_X9_62_id_ecPublicKey || type != V_ASN1_OBJECT)
        return NULL;
    return OBJ_nid2sn(OBJ_obj2nid(value));
}

/* The key with the public half that the reference holds: no exchange. */
static struct prov_key *key_from_spki(struct prov_ctx *ctx,
                                      const struct iotsim_uri *uri,
                                      const PLAIN_SPKI *spki)
{
    const char *group = named_curve(spki->algorithm);
    const struct key_curve *curve =
        group == NULL ? NULL : key_curve_of_group(group);
    struct bytes point = bytes_of(ASN1_STRING_get0_data(spki->key),
                                  (size_t)ASN1_STRING_length(spki->key));
    EVP_PKEY *public_half;
    struct key *card_key = NULL;
    iotsim_result r;

    if (curve == NULL) {
        ERR_RAISE(ctx, IOTSIM_FAIL(UNSUPPORTED),
                  "key reference with another key type than EC on P-256 or "
                  "brainpoolP256r1");
        return NULL;
    }
    public_half =
        point.len == APPLET_POINT_LEN ? soft_ec_key(ctx, group, point) : NULL;
    if (public_half == NULL) {
        fail(ctx, "its public key is no point of the curve");
        return NULL;
    }
    r = key_new_reference(&ctx->settings, uri, curve, point.data, &card_key);
    if (!iotsim_ok(r)) {
        ERR_RAISE(ctx, r, "key reference");
        EVP_PKEY_free(public_half);
        return NULL;
    }
    return pkey_take(ctx, public_half, card_key);
}

/* The reference in `der`, and its URI; NULL with an error raised. */
static KEY_REFERENCE *parse(const struct prov_ctx *ctx, struct bytes der,
                            struct iotsim_uri *uri)
{
    const unsigned char *p = der.data;
    KEY_REFERENCE *reference;
    int ok = 0;

    ERR_set_mark();
    reference = d2i_KEY_REFERENCE(NULL, &p, (long)der.len);
    ERR_pop_to_mark();
    if (reference == NULL || p != der.data + der.len)
        ok = fail(ctx, "it is not whole, or something follows it");
    else if (ASN1_INTEGER_get(reference->version) != REFERENCE_VERSION)
        ok = fail(ctx, "its version is not 1");
    else
        ok = take_uri(ctx, reference->uri, uri);
    if (ok)
        return reference;
    KEY_REFERENCE_free(reference);
    return NULL;
}

int reference_check(const struct prov_ctx *ctx, struct bytes der)
{
    struct iotsim_uri uri;
    KEY_REFERENCE *reference = parse(ctx, der, &uri);
    int ok = reference != NULL;

    KEY_REFERENCE_free(reference);
    iotsim_uri_wipe(&uri);
    return ok;
}

struct prov_key *reference_decode(struct prov_ctx *ctx, struct bytes der)
{
    struct prov_key *key = NULL;
    struct iotsim_uri uri;
    KEY_REFERENCE *reference = parse(ctx, der, &uri);

    if (reference != NULL && reference->public_key != NULL)
        key = key_from_spki(ctx, &uri, reference->public_key);
    else if (reference != NULL)
        key = load_key_of_uri(ctx, &uri);
    KEY_REFERENCE_free(reference);
    iotsim_uri_wipe(&uri);
    return key;
}

/* SubjectPublicKeyInfo as the default provider writes it. */
static PLAIN_SPKI *plain_spki(const EVP_PKEY *public_half)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(public_half, &der);
    const unsigned char *p = der;
    PLAIN_SPKI *spki = len > 0 ? d2i_PLAIN_SPKI(NULL, &p, len) : NULL;

    OPENSSL_free(der);
    return spki;
}

size_t reference_encode(const struct prov_key *key, uint8_t **der)
{
    char uri[IOTSIM_URI_MAX + 1];
    KEY_REFERENCE *reference = NULL;
    int len = 0;

    *der = NULL;
    if (key->card_key == NULL)
        return (size_t)ERR_RAISE(key->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                                 "reference to a key that is on no card");
    pkey_name(key, uri);
    reference = KEY_REFERENCE_new();
    if (reference == NULL ||
        !ASN1_INTEGER_set(reference->version, REFERENCE_VERSION) ||
        !ASN1_STRING_set(reference->uri, uri, (int)strlen(uri)))
        goto out;
    reference->public_key = plain_spki(key->public_half);
    if (reference->public_key != NULL)
        len = i2d_KEY_REFERENCE(reference, der);
out:
    KEY_REFERENCE_free(reference);
    return len > 0 ? (size_t)len : 0;
}
