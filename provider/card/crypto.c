/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the card computes with one key, and its random numbers, each a short
 * piece of work for card_run. Output is made aside and appended at the end, so
 * that a second try starts clean.
 */
#include <string.h>

#include "apdu/sw.h"
#include "base/mem.h"
#include "card/internal.h"

/* --- messages ---------------------------------------------------------- */

static bool is_ec(const struct key *key)
{
    return key->type->group != NULL;
}

static const struct {
    uint16_t hash;
    size_t len;
} hashes[] = {
    { HASH_SHA256, 32 },
    { HASH_SHA384, 48 },
    { HASH_SHA512, 64 },
};

static bool has_hash_len(const struct applet_message *message)
{
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++)
        if (message->hash == hashes[i].hash)
            return message->input.len == hashes[i].len;
    return false;
}

/* The leftmost octets of `hash`, or `hash` behind zeros: `len` octets as ECDSA
 * wants them for an order of that length (FIPS 186-5 6.4.1). */
static void shape_hash(struct bytes hash, uint8_t *out, size_t len)
{
    size_t used = hash.len < len ? hash.len : len;

    memset(out, 0, len);
    memcpy(out + len - used, hash.data, used);
}

/* `message` as the card gets it: a final hash for ECDSA is put into `shaped`,
 * as one of SHA-256, the one hash that every card takes. */
static iotsim_result shape_message(const struct key *key,
                                   const struct applet_message *message,
                                   uint8_t shaped[APPLET_HASH_MAX],
                                   struct applet_message *out)
{
    struct bytes input = message->input;

    *out = *message;
    if (input.failed || is_ec(key) != (message->algorithm == SIGN_ECDSA))
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (message->mode != MODE_PAD_SIGN)
        return IOTSIM_OK;
    if (!is_ec(key))
        return has_hash_len(message) ? IOTSIM_OK : IOTSIM_FAIL(BAD_ARGUMENT);
    if (input.len == 0 || input.len > APPLET_HASH_MAX)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    shape_hash(input, shaped, key->type->len);
    out->hash = HASH_SHA256;
    out->input = bytes_of(shaped, key->type->len);
    return IOTSIM_OK;
}

static size_t signature_len(const struct key *key)
{
    return is_ec(key) ? APPLET_RS_LEN : key->type->len;
}

/* --- modes ------------------------------------------------------------- */

/* Incorrect data: the algorithm, the hash or the mode, for the TLV is ours. */
static iotsim_result read_refusal(iotsim_result result)
{
    if (result.sw == SW_WRONG_DATA)
        return IOTSIM_FAIL_SW(WRONG_MODE, result.sw);
    return result;
}

static void forget(struct learned *learned)
{
    learned->algorithm = 0;
    atomic_store(&learned->mode, 0);
}

/* What the card says to a mode of one key. MODE_PAD_SIGN is best: another mode
 * is for use from the start when the card takes it where it has refused
 * MODE_PAD_SIGN, and until that changes. */
static void learn(struct learned *learned, const struct applet_message *message,
                  iotsim_result result)
{
    bool taken = iotsim_ok(result);
    bool refused = iotsim_is(result, IOTSIM_ERR_WRONG_MODE);
    bool best = message->mode == MODE_PAD_SIGN;

    if ((best && taken) ||
        (refused && message->mode == atomic_load(&learned->mode))) {
        forget(learned);
    } else if (best && refused) {
        learned->algorithm = message->algorithm;
        learned->hash = message->hash;
    } else if (taken && learned->algorithm == message->algorithm &&
               learned->hash == message->hash) {
        atomic_store(&learned->mode, message->mode);
    }
}

uint8_t key_get_mode(const struct key *key)
{
    uint8_t mode = atomic_load(&key->learned.mode);

    return mode != 0 ? mode : MODE_PAD_SIGN;
}

/* --- signatures -------------------------------------------------------- */

struct sign_request {
    struct key *key;
    const struct applet_message *asked; /* by the caller */
    struct applet_message message;      /* for the card */
    uint8_t signature[APPLET_SIGNATURE_MAX];
};

static iotsim_result sign(struct card *card, void *arg)
{
    struct sign_request *request = arg;
    size_t len = signature_len(request->key);
    struct buf signature = BUF_OVER(request->signature);
    iotsim_result result =
        read_refusal(applet_sign(&card->applet, key_get_ref(request->key),
                                 &request->message, &signature));

    learn(&request->key->learned, request->asked, result);
    if (iotsim_ok(result) && signature.len != len)
        return IOTSIM_FAIL(CARD_ANSWER);
    return result;
}

iotsim_result key_sign(struct key *key, const struct applet_message *message,
                       struct buf *signature)
{
    struct sign_request request = { .key = key, .asked = message };
    size_t len = signature_len(key);
    uint8_t shaped[APPLET_HASH_MAX];
    iotsim_result result =
        shape_message(key, message, shaped, &request.message);

    if (!iotsim_ok(result) || !key_is_private(key))
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (buf_rest(signature).size < len)
        return IOTSIM_FAIL(TOO_LONG);
    result = card_run(key->card, sign, &request, CARD_REPEATABLE);
    if (iotsim_ok(result))
        buf_put(signature, bytes_of(request.signature, len));
    return result;
}

/* --- verification ------------------------------------------------------ */

struct verify_request {
    struct applet_ref key;
    struct applet_message message;
    struct bytes signature;
    bool valid;
};

static iotsim_result verify(struct card *card, void *arg)
{
    struct verify_request *request = arg;

    return read_refusal(applet_verify(&card->applet, request->key,
                                      &request->message, request->signature,
                                      &request->valid));
}

/* The public key object that the key is, or that goes with it. */
static iotsim_result find_public(const struct key *key,
                                 struct applet_object *out)
{
    struct applet_object private_key = { .kind = APPLET_PRIVATE_KEY };
    struct applet_ref ref = key_get_ref(key);

    memcpy(private_key.id, ref.id.data, ref.id.len);
    private_key.id_len = ref.id.len;
    memcpy(private_key.label, ref.label.data, ref.label.len);
    private_key.label_len = ref.label.len;
    *out = private_key;
    if (!key_is_private(key))
        return IOTSIM_OK;
    return card_find_pair(key->card, &private_key, out);
}

iotsim_result key_verify(struct key *key, const struct applet_message *message,
                         struct bytes signature, bool *valid)
{
    struct verify_request request = { .signature = signature };
    struct applet_object object;
    uint8_t shaped[APPLET_HASH_MAX];
    iotsim_result result =
        shape_message(key, message, shaped, &request.message);

    *valid = false;
    if (!iotsim_ok(result) || signature.failed)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (signature.len != signature_len(key))
        return IOTSIM_OK; /* it cannot be one of this key */
    result = find_public(key, &object);
    if (!iotsim_ok(result))
        return result;
    request.key = object_ref(&object);
    result = card_run(key->card, verify, &request, CARD_REPEATABLE);
    *valid = iotsim_ok(result) && request.valid;
    return result;
}

/* --- random numbers ---------------------------------------------------- */

struct random_request {
    size_t len;
    struct buf *out;
};

static iotsim_result get_random(struct card *card, void *arg)
{
    struct random_request *request = arg;

    return applet_get_random(&card->applet, request->len, request->out);
}

iotsim_result card_get_random(struct card *card, size_t len,
                              struct deadline until, struct buf *out)
{
    struct random_request request = { .len = len, .out = out };
    iotsim_result result = IOTSIM_FAIL(TOO_LONG);

    if (!out->failed && buf_rest(out).size >= len)
        result =
            card_run_until(card, get_random, &request, CARD_ONCE, until, until);
    if (!iotsim_ok(result)) {
        struct buf rest = buf_rest(out);

        buf_wipe(&rest);
    }
    return result;
}
