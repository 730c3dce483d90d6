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

/* RSAPublicKey (RFC 8017 A.1.1); libcrypto's own is deprecated. */
typedef struct {
    ASN1_INTEGER *modulus;
    ASN1_INTEGER *exponent;
} RSA_NUMBERS;

DECLARE_ASN1_FUNCTIONS(PLAIN_SPKI)
DECLARE_ASN1_FUNCTIONS(KEY_REFERENCE)
DECLARE_ASN1_FUNCTIONS(RSA_NUMBERS)

ASN1_SEQUENCE(PLAIN_SPKI) = {
    ASN1_SIMPLE(PLAIN_SPKI, algorithm, X509_ALGOR),
    ASN1_SIMPLE(PLAIN_SPKI, key, ASN1_BIT_STRING),
} ASN1_SEQUENCE_END(PLAIN_SPKI)

ASN1_SEQUENCE(KEY_REFERENCE) = {
    ASN1_SIMPLE(KEY_REFERENCE, version, ASN1_INTEGER),
    ASN1_SIMPLE(KEY_REFERENCE, uri, ASN1_UTF8STRING),
    ASN1_OPT(KEY_REFERENCE, public_key, PLAIN_SPKI),
} ASN1_SEQUENCE_END(KEY_REFERENCE)

ASN1_SEQUENCE(RSA_NUMBERS) = {
    ASN1_SIMPLE(RSA_NUMBERS, modulus, ASN1_INTEGER),
    ASN1_SIMPLE(RSA_NUMBERS, exponent, ASN1_INTEGER),
} ASN1_SEQUENCE_END(RSA_NUMBERS)

IMPLEMENT_ASN1_FUNCTIONS(PLAIN_SPKI)
IMPLEMENT_ASN1_FUNCTIONS(KEY_REFERENCE)
IMPLEMENT_ASN1_FUNCTIONS(RSA_NUMBERS)

/* --- what it is --------------------------------------------------------- */

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

static struct bytes octets_of(const ASN1_STRING *string)
{
    return bytes_of(ASN1_STRING_get0_data(string),
                    (size_t)ASN1_STRING_length(string));
}

/* Parse the URI of the reference; a NUL in it would hide what follows. */
static int take_uri(const struct prov_ctx *ctx, const ASN1_UTF8STRING *text,
                    struct iotsim_uri *uri)
{
    char copy[IOTSIM_URI_MAX + 1];
    struct bytes octets = octets_of(text);
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

/* --- its public key ----------------------------------------------------- */

/* Copy octets to a field; false when they are longer. */
static bool fill(struct bytes octets, uint8_t *field, size_t size, size_t *len)
{
    if (octets.len == 0 || octets.len > size)
        return false;
    memcpy(field, octets.data, octets.len);
    *len = octets.len;
    return true;
}

static const struct key_type *take_point(const PLAIN_SPKI *spki,
                                         struct applet_public_key *out)
{
    const void *curve;
    int form;

    X509_ALGOR_get0(NULL, &form, &curve, spki->algorithm);
    if (form != V_ASN1_OBJECT || !fill(octets_of(spki->key), out->point,
                                       sizeof out->point, &out->point_len))
        return NULL;
    return key_type_of_group(OBJ_nid2sn(OBJ_obj2nid(curve)));
}

/* ASN1_INTEGER keeps a number's octets without a leading zero, and its sign in
 * its type. */
static bool take_number(const ASN1_INTEGER *number, uint8_t *field, size_t size,
                        size_t *len)
{
    return ASN1_STRING_type(number) == V_ASN1_INTEGER &&
           fill(octets_of(number), field, size, len);
}

static const struct key_type *take_numbers(const PLAIN_SPKI *spki,
                                           struct applet_public_key *out)
{
    struct bytes der = octets_of(spki->key);
    const unsigned char *p = der.data;
    RSA_NUMBERS *numbers;
    bool taken;

    ERR_set_mark();
    numbers = d2i_RSA_NUMBERS(NULL, &p, (long)der.len);
    ERR_pop_to_mark();
    taken = numbers != NULL && p == der.data + der.len &&
            take_number(numbers->modulus, out->modulus, sizeof out->modulus,
                        &out->modulus_len) &&
            take_number(numbers->exponent, out->exponent, sizeof out->exponent,
                        &out->exponent_len);
    RSA_NUMBERS_free(numbers);
    return taken ? key_type_of_rsa(out->modulus_len) : NULL;
}

/* THE TABLE of public keys in a reference. */
static const struct algorithm {
    int nid;
    const char *name; /* OpenSSL's, of the type */
    const struct key_type *(*take)(const PLAIN_SPKI *spki,
                                   struct applet_public_key *out);
} algorithms[] = {
    { NID_X9_62_id_ecPublicKey, "EC", take_point },
    { NID_rsaEncryption, "RSA", take_numbers },
};

static const struct algorithm *algorithm_of(const PLAIN_SPKI *spki)
{
    const ASN1_OBJECT *oid;

    X509_ALGOR_get0(&oid, NULL, NULL, spki->algorithm);
    for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++)
        if (OBJ_obj2nid(oid) == algorithms[i].nid)
            return &algorithms[i];
    return NULL;
}

/* Type and public key in the reference; NULL with an error raised. */
static const struct key_type *take_spki(const struct prov_ctx *ctx,
                                        const PLAIN_SPKI *spki,
                                        struct applet_public_key *out)
{
    const struct algorithm *algorithm = algorithm_of(spki);
    const struct key_type *type =
        algorithm == NULL ? NULL : algorithm->take(spki, out);

    if (type == NULL)
        ERR_RAISE(ctx, IOTSIM_FAIL(UNSUPPORTED),
                  "key reference whose public key is none of EC on P-256 or "
                  "brainpoolP256r1 and RSA of 2048, 3072 or 4096 bits");
    return type;
}

/* The key with the public half that the reference holds: no exchange. */
static struct prov_key *key_from_spki(struct prov_ctx *ctx,
                                      const struct iotsim_uri *uri,
                                      const PLAIN_SPKI *spki)
{
    struct applet_public_key public_half = { 0 };
    const struct key_type *type = take_spki(ctx, spki, &public_half);
    struct key *card_key = NULL;
    struct prov_key *key = NULL;
    iotsim_result r;

    if (type == NULL)
        return NULL;
    r = key_new_reference(&ctx->settings, uri, type, &card_key);
    if (!iotsim_ok(r)) {
        ERR_RAISE(ctx, r, "key reference");
        return NULL;
    }
    r = pkey_take_pair(ctx, &public_half, card_key, &key);
    if (iotsim_is(r, IOTSIM_ERR_CARD_ANSWER))
        fail(ctx, type->group == NULL ? "its numbers are no RSA key"
                                      : "its public key is no point of the "
                                        "curve");
    else if (!iotsim_ok(r))
        ERR_RAISE(ctx, r, "key reference");
    return key;
}

/* --- the whole of it ---------------------------------------------------- */

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
    struct applet_public_key public_half;
    KEY_REFERENCE *reference = parse(ctx, der, &uri);
    int ok = reference != NULL &&
             (reference->public_key == NULL ||
              take_spki(ctx, reference->public_key, &public_half) != NULL);

    KEY_REFERENCE_free(reference);
    iotsim_uri_wipe(&uri);
    return ok;
}

const char *reference_type(struct bytes der)
{
    const unsigned char *p = der.data;
    const struct algorithm *algorithm = NULL;
    KEY_REFERENCE *reference;

    ERR_set_mark();
    reference = d2i_KEY_REFERENCE(NULL, &p, (long)der.len);
    ERR_pop_to_mark();
    if (reference != NULL && reference->public_key != NULL)
        algorithm = algorithm_of(reference->public_key);
    KEY_REFERENCE_free(reference);
    return algorithm == NULL ? NULL : algorithm->name;
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
    if (pkey_is_ephemeral(key))
        return (size_t)ERR_RAISE(
            key->ctx, IOTSIM_FAIL(UNSUPPORTED),
            "reference to an ephemeral key, which lives no longer than this "
            "process; name a container with -pkeyopt iotsim-uri:...");
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
