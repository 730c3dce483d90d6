/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the card computes, each a short piece of work for card_run. Output is
 * made aside and appended at the end, so that a second try starts clean.
 */
#include <string.h>

#include "base/mem.h"
#include "card/internal.h"

/* --- signatures -------------------------------------------------------- */

struct sign_request {
    struct applet_ref key;
    struct bytes hash;
    uint8_t rs[APPLET_RS_LEN];
};

static iotsim_result sign(struct card *card, void *arg)
{
    struct sign_request *request = arg;
    struct buf rs = BUF_OVER(request->rs);
    iotsim_result result = applet_sign(&card->applet, request->key, HASH_SHA256,
                                       SIGN_ECDSA, request->hash, &rs);

    if (iotsim_ok(result) && rs.len != sizeof request->rs)
        return IOTSIM_FAIL(CARD_ANSWER);
    return result;
}

/* The leftmost octets of `hash`, or `hash` behind zeros: `len` octets as ECDSA
 * wants them for an order of that length (FIPS 186-5 6.4.1). */
static void shape_hash(struct bytes hash, uint8_t *out, size_t len)
{
    size_t used = hash.len < len ? hash.len : len;

    memset(out, 0, len);
    memcpy(out + len - used, hash.data, used);
}

iotsim_result key_sign(struct key *key, struct bytes hash,
                       struct buf *signature)
{
    uint8_t shaped[APPLET_HASH_MAX];
    size_t len = key_get_curve(key)->field_len;
    struct sign_request request = { .key = key_get_ref(key),
                                    .hash = bytes_of(shaped, len) };
    iotsim_result result;

    if (!key_is_private(key) || hash.failed || hash.len == 0 ||
        hash.len > APPLET_HASH_MAX)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (buf_rest(signature).size < sizeof request.rs)
        return IOTSIM_FAIL(TOO_LONG);
    shape_hash(hash, shaped, len);
    result = card_run(key_get_card(key), sign, &request, CARD_REPEATABLE);
    if (iotsim_ok(result))
        buf_put(signature, BYTES_OF(request.rs));
    return result;
}

/* --- random numbers ---------------------------------------------------- */

struct random_request {
    size_t len;
    size_t before; /* octets that `out` had before */
    struct buf *out;
};

static iotsim_result get_random(struct card *card, void *arg)
{
    struct random_request *request = arg;

    buf_cut(request->out, request->before);
    return applet_get_random(&card->applet, request->len, request->out);
}

iotsim_result card_get_random(struct card *card, size_t len, struct buf *out)
{
    struct random_request request = { .len = len,
                                      .before = out->len,
                                      .out = out };
    iotsim_result result;

    if (out->failed || buf_rest(out).size < len)
        return IOTSIM_FAIL(TOO_LONG);
    result = card_run(card, get_random, &request, CARD_REPEATABLE);
    if (!iotsim_ok(result)) {
        buf_cut(out, request.before);
        mem_cleanse(out->data + out->len, len);
    }
    return result;
}
