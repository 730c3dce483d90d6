/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-2 up to the last block; see sha2.h. EVP does not tell the chaining value,
 * so this file alone uses the functions below it, which OpenSSL 3 deprecates:
 * CMakeLists.txt compiles it without OPENSSL_NO_DEPRECATED. What hashes for
 * everybody else is EVP.
 */
#include "ops/sha2.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

enum { BLOCK_MAX = SHA512_CBLOCK, CHAINING_MAX = SHA512_DIGEST_LENGTH };

union state {
    SHA256_CTX small; /* SHA-256 */
    SHA512_CTX large; /* SHA-384, SHA-512 */
};

struct kind {
    uint16_t hash;
    size_t block;    /* octets */
    size_t chaining; /* octets: the whole state, for SHA-384, too */
    void (*init)(union state *state);
    void (*add)(union state *state, const uint8_t *block);
    void (*tell)(const union state *state, struct buf *out);
};

struct sha2 {
    const struct kind *kind;
    union state state; /* after `hashed` octets, which are whole blocks */
    uint64_t hashed;
    uint8_t rest[BLOCK_MAX];
    size_t rest_len;
    uint8_t chaining[CHAINING_MAX]; /* what sha2_view told last */
};

/* --- the kinds ---------------------------------------------------------- */

static void init_256(union state *state)
{
    SHA256_Init(&state->small);
}

static void init_384(union state *state)
{
    SHA384_Init(&state->large);
}

static void init_512(union state *state)
{
    SHA512_Init(&state->large);
}

static void add_small(union state *state, const uint8_t *block)
{
    SHA256_Update(&state->small, block, SHA256_CBLOCK);
}

static void add_large(union state *state, const uint8_t *block)
{
    SHA512_Update(&state->large, block, SHA512_CBLOCK);
}

/* Append the `size` octets of a word, most significant first. */
static void put_word(struct buf *out, uint64_t word, unsigned size)
{
    while (size-- > 0)
        buf_u8(out, (uint8_t)(word >> (8 * size)));
}

static void tell_small(const union state *state, struct buf *out)
{
    for (size_t i = 0; i < 8; i++)
        put_word(out, state->small.h[i], 4);
}

static void tell_large(const union state *state, struct buf *out)
{
    for (size_t i = 0; i < 8; i++)
        put_word(out, state->large.h[i], 8);
}

static const struct kind kinds[] = {
    { HASH_SHA256, SHA256_CBLOCK, 32, init_256, add_small, tell_small },
    { HASH_SHA384, SHA512_CBLOCK, 64, init_384, add_large, tell_large },
    { HASH_SHA512, SHA512_CBLOCK, 64, init_512, add_large, tell_large },
};

/* --- hashing ------------------------------------------------------------ */

struct sha2 *sha2_new(uint16_t hash)
{
    struct sha2 *s = NULL;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].hash == hash && (s = OPENSSL_zalloc(sizeof *s)) != NULL) {
            s->kind = &kinds[i];
            s->kind->init(&s->state);
        }
    return s;
}

struct sha2 *sha2_dup(const struct sha2 *from)
{
    return OPENSSL_memdup(from, sizeof *from);
}

void sha2_free(struct sha2 *s)
{
    OPENSSL_clear_free(s, sizeof *s);
}

/* The block in hand is hashed only when more comes: the last one is the
 * card's, though it may be whole. */
bool sha2_add(struct sha2 *s, struct bytes data)
{
    size_t block = s->kind->block;

    if (data.len > UINT32_MAX ||
        s->hashed + s->rest_len + data.len > UINT32_MAX)
        return false;
    while (data.len > 0) {
        size_t room;
        struct bytes part;

        if (s->rest_len == block) {
            s->kind->add(&s->state, s->rest);
            s->hashed += block;
            s->rest_len = 0;
        }
        room = block - s->rest_len;
        part = bytes_take(&data, data.len < room ? data.len : room);
        memcpy(s->rest + s->rest_len, part.data, part.len);
        s->rest_len += part.len;
    }
    return true;
}

void sha2_view(struct sha2 *s, struct applet_message *out)
{
    struct buf chaining = BUF_OVER(s->chaining);

    s->kind->tell(&s->state, &chaining);
    out->chaining = buf_view(&chaining);
    out->hashed = (uint32_t)s->hashed;
    out->input = bytes_of(s->rest, s->rest_len);
}
