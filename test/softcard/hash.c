/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes, HMAC and the TLS 1.2 PRF on libcrypto.
 *
 * A hash begun elsewhere (signature mode 02) is finished with SHA256_CTX and
 * SHA512_CTX: the EVP interface cannot load a chaining value.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <string.h>

#include "tags.h"

struct crypto_hash {
    EVP_MD_CTX *ctx;
};

/* THE TABLE of hashes a selector (tag 91) can name. */
static const struct hash_row {
    unsigned int selector;
    size_t len;
    size_t chaining; /* octets of the chaining value */
    size_t block;
    const char *name;
} hashes[] = {
    { HASH_SHA256, 32, 32, 64, "SHA256" },
    { HASH_SHA384, 48, 64, 128, "SHA384" },
    { HASH_SHA512, 64, 64, 128, "SHA512" },
};

static const struct hash_row *row_of(unsigned int selector)
{
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
        if (hashes[i].selector == selector)
            return &hashes[i];
    return NULL;
}

const EVP_MD *crypto_md(unsigned int selector)
{
    const struct hash_row *row = row_of(selector);

    return row ? EVP_get_digestbyname(row->name) : NULL;
}

size_t crypto_hash_len(unsigned int selector)
{
    const struct hash_row *row = row_of(selector);

    return row ? row->len : 0;
}

struct crypto_hash *crypto_hash_new(unsigned int selector)
{
    const struct hash_row *row = row_of(selector);
    struct crypto_hash *hash = row ? OPENSSL_zalloc(sizeof *hash) : NULL;

    if (!hash)
        return NULL;
    hash->ctx = EVP_MD_CTX_new();
    if (!hash->ctx ||
        EVP_DigestInit_ex(hash->ctx, EVP_get_digestbyname(row->name), NULL) !=
            1) {
        crypto_hash_free(hash);
        return NULL;
    }
    return hash;
}

bool crypto_hash_add(struct crypto_hash *hash, struct view text)
{
    return EVP_DigestUpdate(hash->ctx, text.at, text.len) == 1;
}

size_t crypto_hash_final(struct crypto_hash *hash, uint8_t out[HASH_MAX])
{
    unsigned int len = 0;

    return EVP_DigestFinal_ex(hash->ctx, out, &len) == 1 ? len : 0;
}

void crypto_hash_free(struct crypto_hash *hash)
{
    if (!hash)
        return;
    EVP_MD_CTX_free(hash->ctx);
    OPENSSL_free(hash);
}

/* Big-endian word of `n` octets at `p`. */
static uint64_t word(const uint8_t *p, size_t n)
{
    uint64_t value = 0;

    for (size_t i = 0; i < n; i++)
        value = value << 8 | p[i];
    return value;
}

static void resume_256(const uint8_t *chaining, uint32_t hashed,
                       struct view rest, uint8_t *out)
{
    SHA256_CTX ctx;

    SHA256_Init(&ctx);
    for (size_t i = 0; i < 8; i++)
        ctx.h[i] = (SHA_LONG)word(chaining + 4 * i, 4);
    ctx.Nl = (SHA_LONG)(hashed << 3);
    ctx.Nh = (SHA_LONG)(hashed >> 29);
    SHA256_Update(&ctx, rest.at, rest.len);
    SHA256_Final(out, &ctx);
    OPENSSL_cleanse(&ctx, sizeof ctx);
}

static void resume_512(unsigned int len, const uint8_t *chaining,
                       uint32_t hashed, struct view rest, uint8_t *out)
{
    SHA512_CTX ctx;

    SHA512_Init(&ctx);
    for (size_t i = 0; i < 8; i++)
        ctx.h[i] = word(chaining + 8 * i, 8);
    ctx.Nl = (uint64_t)hashed << 3;
    ctx.md_len = len;
    SHA512_Update(&ctx, rest.at, rest.len);
    SHA512_Final(out, &ctx);
    OPENSSL_cleanse(&ctx, sizeof ctx);
}

size_t crypto_hash_resume(unsigned int selector, struct view chaining,
                          uint32_t hashed, struct view rest,
                          uint8_t out[HASH_MAX])
{
    const struct hash_row *row = row_of(selector);

    if (!row || chaining.len != row->chaining || hashed % row->block != 0)
        return 0;
    if (row->chaining == 32)
        resume_256(chaining.at, hashed, rest, out);
    else
        resume_512((unsigned int)row->len, chaining.at, hashed, rest, out);
    return row->len;
}

size_t crypto_hmac(unsigned int selector, struct view key, struct view data,
                   uint8_t out[HASH_MAX])
{
    static const uint8_t nothing[1];
    const struct hash_row *row = row_of(selector);
    unsigned int len = 0;

    if (!row ||
        !HMAC(EVP_get_digestbyname(row->name), key.len ? key.at : nothing,
              (int)key.len, data.len ? data.at : nothing, data.len, out, &len))
        return 0;
    return len;
}

bool crypto_prf(struct view secret, struct view label_and_seed, uint8_t *out,
                size_t n)
{
    uint8_t chain[HASH_MAX + 256]; /* A(i), then label and seed */
    uint8_t block[HASH_MAX];
    size_t a = crypto_hmac(HASH_SHA256, secret, label_and_seed, chain);
    bool ok = a != 0 && label_and_seed.len <= sizeof chain - HASH_MAX;

    while (ok && n) {
        memcpy(chain + a, label_and_seed.at, label_and_seed.len);
        struct view both = { .at = chain, .len = a + label_and_seed.len };
        size_t len = crypto_hmac(HASH_SHA256, secret, both, block);
        size_t take = len < n ? len : n;

        memcpy(out, block, take);
        out += take;
        n -= take;
        struct view last = { .at = chain, .len = a };
        ok = take && crypto_hmac(HASH_SHA256, secret, last, block) == a;
        memcpy(chain, block, a);
    }
    OPENSSL_cleanse(chain, sizeof chain);
    OPENSSL_cleanse(block, sizeof block);
    return ok;
}
