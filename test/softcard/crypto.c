/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, signatures, key agreement and random numbers on libcrypto; what differs
 * by family is in ec.c and rsa.c, hashes are in hash.c, certificates in issue.c.
 *
 * Every command builds its key anew from the stored octets: slower than
 * keeping EVP_PKEYs, and nothing to keep in step with the store.
 */
#include "crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "family.h"
#include "tags.h"

#define SIGNATURE_RSA (SIGNATURE_PKCS1 | SIGNATURE_PSS)

/* THE TABLE of kinds of keys. */
static const struct kind_row kinds[] = {
    [KIND_NONE] = { .family = NULL },
    [KIND_P256] = { &ec_family, "prime256v1", 0, SIGNATURE_ECDSA, 64 },
    [KIND_BRAINPOOL] = { &ec_family, "brainpoolP256r1", 0, SIGNATURE_ECDSA,
                         64 },
    [KIND_RSA_2048] = { &rsa_family, NULL, 2048, SIGNATURE_RSA, 256 },
    [KIND_RSA_3072] = { &rsa_family, NULL, 3072, SIGNATURE_RSA, 384 },
    [KIND_RSA_4096] = { &rsa_family, NULL, 4096, SIGNATURE_RSA, 512 },
};

bool crypto_is_ec(enum kind kind)
{
    return kinds[kind].family == &ec_family;
}

bool crypto_is_rsa(enum kind kind)
{
    return kinds[kind].family == &rsa_family;
}

uint8_t crypto_schemes(enum kind kind)
{
    return kinds[kind].schemes;
}

size_t crypto_signature_len(enum kind kind)
{
    return kinds[kind].signature_len;
}

EVP_PKEY *crypto_private_key(enum kind kind, struct view private)
{
    const struct kind_row *row = &kinds[kind];

    return row->family ? row->family->private_key(row, private) : NULL;
}

EVP_PKEY *crypto_public_key(enum kind kind, struct view public)
{
    const struct kind_row *row = &kinds[kind];

    return row->family ? row->family->public_key(row, public) : NULL;
}

bool crypto_put_private(enum kind kind, const EVP_PKEY *key,
                        struct out *private)
{
    const struct kind_row *row = &kinds[kind];

    return row->family && row->family->put_private(row, key, private);
}

bool crypto_put_public(enum kind kind, const EVP_PKEY *key, struct out *public)
{
    const struct kind_row *row = &kinds[kind];

    return row->family && row->family->put_public(row, key, public);
}

bool crypto_generate(enum kind kind, struct out *private, struct out *public)
{
    const struct kind_row *row = &kinds[kind];
    EVP_PKEY *key = row->family ? row->family->generate(row) : NULL;
    bool ok = key && crypto_put_private(kind, key, private) &&
              crypto_put_public(kind, key, public);

    EVP_PKEY_free(key);
    return ok;
}

bool crypto_public_of(enum kind kind, struct view private, struct out *public)
{
    const struct kind_row *row = &kinds[kind];

    return row->family && row->family->public_of(row, private, public);
}

bool crypto_public_ok(enum kind kind, struct view public)
{
    EVP_PKEY *key = crypto_public_key(kind, public);
    EVP_PKEY_CTX *ctx =
        key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
    bool ok = ctx && EVP_PKEY_public_check(ctx) == 1;

    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok;
}

/* Tell libcrypto what to do with the hash; ECDSA needs no words. */
static bool set_scheme(EVP_PKEY_CTX *ctx, struct scheme scheme)
{
    bool pss = scheme.algorithm == SIGNATURE_PSS;
    int padding = pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    const EVP_MD *md = crypto_md(scheme.hash);

    if (scheme.algorithm == SIGNATURE_ECDSA)
        return true;
    return EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1 &&
           EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
           (!pss || (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1 &&
                     EVP_PKEY_CTX_set_rsa_pss_saltlen(
                         ctx, RSA_PSS_SALTLEN_DIGEST) == 1));
}

bool crypto_sign(enum kind kind, struct view private, struct scheme scheme,
                 struct view hash, struct out *signature)
{
    uint8_t octets[SIGNATURE_MAX];
    size_t len = sizeof octets;
    EVP_PKEY *key = crypto_private_key(kind, private);
    EVP_PKEY_CTX *ctx =
        key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
    bool ok = ctx && EVP_PKEY_sign_init(ctx) == 1 && set_scheme(ctx, scheme) &&
              EVP_PKEY_sign(ctx, octets, &len, hash.at, hash.len) == 1;

    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    if (!ok)
        return false;
    struct view value = { .at = octets, .len = len };
    if (scheme.algorithm == SIGNATURE_ECDSA)
        return crypto_from_der(value, signature);
    out_bytes(signature, value);
    return !signature->failed;
}

bool crypto_verify(enum kind kind, struct view public, struct scheme scheme,
                   struct view hash, struct view signature)
{
    uint8_t octets[DER_SIGNATURE_MAX];
    struct out der = OUT_OVER(octets);
    bool ecdsa = scheme.algorithm == SIGNATURE_ECDSA;

    if (ecdsa && !crypto_to_der(signature, &der))
        return false;
    if (ecdsa)
        signature = (struct view){ .at = der.at, .len = der.len };
    EVP_PKEY *key = crypto_public_key(kind, public);
    EVP_PKEY_CTX *ctx =
        key ? EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL) : NULL;
    bool ok =
        ctx && EVP_PKEY_verify_init(ctx) == 1 && set_scheme(ctx, scheme) &&
        EVP_PKEY_verify(ctx, signature.at, signature.len, hash.at, hash.len) ==
            1;

    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok;
}

bool crypto_agree(enum kind kind, struct view private, struct view public,
                  uint8_t secret[SCALAR_LEN])
{
    size_t len = SCALAR_LEN;
    EVP_PKEY *own = crypto_private_key(kind, private);
    EVP_PKEY *peer = crypto_public_key(kind, public);
    EVP_PKEY_CTX *ctx =
        own ? EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL) : NULL;
    bool ok = ctx && peer && EVP_PKEY_derive_init(ctx) == 1 &&
              EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
              EVP_PKEY_derive(ctx, secret, &len) == 1 && len == SCALAR_LEN;

    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(peer);
    EVP_PKEY_free(own);
    return ok;
}

bool crypto_random(uint8_t *out, size_t n)
{
    return RAND_bytes(out, (int)n) == 1;
}

void crypto_cleanse(void *octets, size_t n)
{
    OPENSSL_cleanse(octets, n);
}
