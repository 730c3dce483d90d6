/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making and judging signatures; see signature.h. Messages are hashed on the
 * host; the card gets one final hash, or what its mode asks for. What it makes
 * is verified in software before anybody sees it, which catches a damaged
 * answer and a SIM that is not the one of the key reference. Verification is
 * software, too, unless the card's is asked for by property.
 */
#include <string.h>

#include <openssl/err.h>

#include "ops/err.h"
#include "ops/signature.h"
#include "ops/soft.h"

/* --- one signature ------------------------------------------------------ */

/* What is asked of the card. */
struct job {
    struct bytes hash; /* of the whole message */
    uint8_t *out;      /* room for any signature by the key; NULL: verify */
    size_t *out_len;
    struct bytes signature; /* to verify */
    bool valid;
};

/* Raise what went wrong. Returns 1 when nothing did. */
static int report(const struct signature *s, iotsim_result r)
{
    const char *what = s->operation == SIGNATURE_SIGN ? "signing" : "verifying";
    char name[IOTSIM_URI_MAX + 1];

    if (iotsim_ok(r))
        return 1;
    if (iotsim_is(r, IOTSIM_ERR_TOO_LONG))
        what = "a message of more than 256 KiB in mode text, or 4 GiB in mode "
               "last-block,";
    return ERR_RAISE(s->ctx, r, "%s with %s", what,
                     signature_key_name(s, name));
}

static int soft_verdict(const struct signature *s, struct bytes signature,
                        struct bytes hash)
{
    struct signature_params params;

    signature_describe(s, &params);
    return soft_verify(s->ctx, s->key->public_half, params.list, signature,
                       hash);
}

/* By a key whose private half was made in software. */
static iotsim_result sign_in_software(const struct signature *s,
                                      struct job *job)
{
    EVP_PKEY_CTX *signer =
        EVP_PKEY_CTX_new_from_pkey(s->ctx->soft, s->key->public_half, NULL);
    struct signature_params params;
    bool made;

    ERR_set_mark();
    signature_describe(s, &params);
    *job->out_len = (size_t)EVP_PKEY_get_size(s->key->public_half);
    made = signer != NULL && EVP_PKEY_sign_init_ex(signer, params.list) == 1 &&
           EVP_PKEY_sign(signer, job->out, job->out_len, job->hash.data,
                         job->hash.len) == 1;
    ERR_pop_to_mark();
    EVP_PKEY_CTX_free(signer);
    return made ? IOTSIM_OK : IOTSIM_FAIL(UNSUPPORTED);
}

/* Trust nothing: `job->out` gets what the public half confirms, or is
 * unchanged. */
static iotsim_result sign_on_card(const struct signature *s,
                                  const struct applet_message *message,
                                  struct job *job)
{
    uint8_t storage[APPLET_SIGNATURE_MAX];
    uint8_t made[SIGNATURE_MAX];
    struct buf raw = BUF_OVER(storage);
    iotsim_result r = key_sign(s->key->card_key, message, &raw);
    size_t len;

    if (!iotsim_ok(r))
        return r;
    len = s->scheme->from_card(s, buf_view(&raw), made);
    if (len == 0 || len > (size_t)EVP_PKEY_get_size(s->key->public_half))
        return IOTSIM_FAIL(CARD_ANSWER);
    if (!soft_verdict(s, bytes_of(made, len), job->hash))
        return IOTSIM_FAIL(KEY_MISMATCH);
    memcpy(job->out, made, len);
    *job->out_len = len;
    return IOTSIM_OK;
}

static iotsim_result verify_on_card(const struct signature *s,
                                    const struct applet_message *message,
                                    struct job *job)
{
    uint8_t raw[APPLET_SIGNATURE_MAX];
    size_t len = s->scheme->to_card(s, job->signature, raw);

    job->valid = false;
    if (len == 0)
        return IOTSIM_OK;
    return key_verify(s->key->card_key, message, bytes_of(raw, len),
                      &job->valid);
}

static iotsim_result work(const struct signature *s, struct tbs *tbs,
                          struct job *job)
{
    struct applet_message message = tbs_view(tbs, job->hash);

    message.algorithm = s->scheme->algorithm(s);
    if (job->out == NULL)
        return verify_on_card(s, &message, job);
    return signature_is_on_card(s) ? sign_on_card(s, &message, job)
                                   : sign_in_software(s, job);
}

/* --- modes -------------------------------------------------------------- */

/* How the card is told the digest. Any other comes as a final hash of ECDSA,
 * which goes by its length alone. */
static uint16_t told_hash(const struct signature *s)
{
    uint16_t hash = signature_hash(s->md);

    return hash == 0 ? HASH_SHA256 : hash;
}

/* The modes that the card may be asked in, best first; their number. */
static size_t choose_modes(const struct signature *s, uint8_t modes[3])
{
    static const uint8_t order[] = { MODE_PAD_SIGN, MODE_LAST_BLOCK,
                                     MODE_FULL_TEXT };
    size_t count = 0;

    modes[count++] = MODE_PAD_SIGN;
    if (!signature_is_on_card(s) || signature_hash(s->md) == 0)
        return count;
    modes[0] = signature_asked_mode(s);
    if (modes[0] != 0)
        return count;
    modes[0] = key_get_mode(s->key->card_key);
    for (size_t i = 0; i < sizeof order; i++)
        if (order[i] != modes[0])
            modes[count++] = order[i];
    return count;
}

/* With all of the text in hand, a mode that the card refuses is not the last
 * word: libssl signs like this. */
static iotsim_result work_in_any_mode(const struct signature *s,
                                      struct bytes text, struct job *job)
{
    uint8_t modes[3];
    size_t count = choose_modes(s, modes);
    iotsim_result r = IOTSIM_FAIL(WRONG_MODE);

    for (size_t i = 0; i < count && iotsim_is(r, IOTSIM_ERR_WRONG_MODE); i++) {
        struct tbs tbs = { 0 };

        r = tbs_begin(&tbs, modes[i], told_hash(s));
        if (iotsim_ok(r))
            r = tbs_add(&tbs, text);
        if (iotsim_ok(r))
            r = work(s, &tbs, job);
        tbs_wipe(&tbs);
    }
    return r;
}

/* A hash in hand is good for one mode. */
static iotsim_result work_on_hash(const struct signature *s, struct job *job)
{
    struct tbs tbs = { .mode = MODE_PAD_SIGN, .hash = told_hash(s) };

    return work(s, &tbs, job);
}

static int check_hash_mode(const struct signature *s)
{
    if (!signature_needs_text(s))
        return 1;
    return signature_refuse(s, "a hash, where the mode that was asked for "
                               "needs the text that it is of");
}

/* Begin the message in the first mode, unless it was begun. */
static iotsim_result begin_message(struct signature *s)
{
    uint8_t modes[3];

    if (s->tbs.mode != 0)
        return IOTSIM_OK;
    choose_modes(s, modes);
    return tbs_begin(&s->tbs, modes[0], told_hash(s));
}

/* --- sign --------------------------------------------------------------- */

/* What `sig` NULL asks. */
static int tell_size(const struct signature *s, size_t *siglen)
{
    *siglen = (size_t)EVP_PKEY_get_size(s->key->public_half);
    return 1;
}

static int check_room(const struct signature *s, size_t sigsize)
{
    size_t max = (size_t)EVP_PKEY_get_size(s->key->public_half);

    if (sigsize >= max)
        return 1;
    return ERR_RAISE(s->ctx, IOTSIM_FAIL(TOO_LONG),
                     "a signature needs room for %zu octets", max);
}

static bool is_hash_length(const struct signature *s, size_t len)
{
    return s->md == NULL || len == (size_t)EVP_MD_get_size(s->md);
}

int signature_sign(void *vs, unsigned char *sig, size_t *siglen, size_t sigsize,
                   const unsigned char *tbs, size_t tbslen)
{
    const struct signature *s = vs;
    struct job job = { .hash = bytes_of(tbs, tbslen),
                       .out = sig,
                       .out_len = siglen };

    if (sig == NULL)
        return tell_size(s, siglen);
    if (!check_room(s, sigsize) || !signature_check(s, true) ||
        !check_hash_mode(s))
        return 0;
    if (tbslen == 0 || tbslen > APPLET_HASH_MAX || !is_hash_length(s, tbslen))
        return ERR_RAISE(s->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                         "signing a hash of %zu octets", tbslen);
    return report(s, work_on_hash(s, &job));
}

static int check_hashing(const struct signature *s)
{
    return s->hashing || ERR_RAISE(s->ctx, IOTSIM_FAIL(BAD_ARGUMENT),
                                   "the message has ended; initialise again");
}

/* What could not be added would be a hole: the message ends. */
int signature_digest_update(void *vs, const unsigned char *data, size_t datalen)
{
    struct signature *s = vs;
    iotsim_result r = IOTSIM_FAIL(NO_MEMORY);

    if (!check_hashing(s))
        return 0;
    if (EVP_DigestUpdate(s->digest, data, datalen))
        r = begin_message(s);
    if (iotsim_ok(r))
        r = tbs_add(&s->tbs, bytes_of(data, datalen));
    s->hashing = iotsim_ok(r);
    return report(s, r);
}

/* The hash of the message so far and of `rest`, which is not added to it;
 * empty, with an error raised, on failure. */
static struct bytes hash_with(const struct signature *s, struct bytes rest,
                              uint8_t hash[EVP_MAX_MD_SIZE])
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    unsigned len = 0;

    if (digest == NULL || !EVP_MD_CTX_copy_ex(digest, s->digest) ||
        !EVP_DigestUpdate(digest, rest.data, rest.len) ||
        !EVP_DigestFinal_ex(digest, hash, &len))
        len = 0;
    EVP_MD_CTX_free(digest);
    if (len == 0)
        ERR_RAISE(s->ctx, IOTSIM_FAIL(NO_MEMORY), "hashing a message");
    return bytes_of(hash, len);
}

/* The hash of the message, which ends. */
static struct bytes end_message(struct signature *s,
                                uint8_t hash[EVP_MAX_MD_SIZE])
{
    s->hashing = false;
    return hash_with(s, bytes_of(NULL, 0), hash);
}

int signature_digest_sign_final(void *vs, unsigned char *sig, size_t *siglen,
                                size_t sigsize)
{
    struct signature *s = vs;
    uint8_t hash[EVP_MAX_MD_SIZE];
    struct job job = { .out = sig, .out_len = siglen };
    iotsim_result r;

    if (sig == NULL)
        return tell_size(s, siglen);
    if (!check_hashing(s) || !check_room(s, sigsize) ||
        !signature_check(s, true))
        return 0;
    job.hash = end_message(s, hash);
    if (job.hash.len == 0)
        return 0;
    r = begin_message(s);
    if (iotsim_ok(r))
        r = work(s, &s->tbs, &job);
    return report(s, r);
}

/* What failed at the card may be tried again. */
static int one_shot(struct signature *s, struct bytes text, struct job *job)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    iotsim_result r;

    job->hash = hash_with(s, text, hash);
    if (job->hash.len == 0)
        return 0;
    r = work_in_any_mode(s, text, job);
    s->hashing = !iotsim_ok(r);
    return report(s, r);
}

int signature_digest_sign(void *vs, unsigned char *sig, size_t *siglen,
                          size_t sigsize, const unsigned char *tbs,
                          size_t tbslen)
{
    struct signature *s = vs;
    struct job job = { .out = sig, .out_len = siglen };

    if (sig == NULL)
        return tell_size(s, siglen);
    if (!check_hashing(s) || !check_room(s, sigsize) ||
        !signature_check(s, true))
        return 0;
    if (s->tbs.mode != 0) /* a part of the message came before */
        return signature_digest_update(s, tbs, tbslen) &&
               signature_digest_sign_final(s, sig, siglen, sigsize);
    return one_shot(s, bytes_of(tbs, tbslen), &job);
}

/* --- verify ------------------------------------------------------------- */

int signature_verify(void *vs, const unsigned char *sig, size_t siglen,
                     const unsigned char *tbs, size_t tbslen)
{
    const struct signature *s = vs;
    struct job job = { .hash = bytes_of(tbs, tbslen),
                       .signature = bytes_of(sig, siglen) };

    if (!is_hash_length(s, tbslen))
        return 0;
    if (!signature_is_on_card(s))
        return soft_verdict(s, job.signature, job.hash);
    return signature_check(s, true) && check_hash_mode(s) &&
           report(s, work_on_hash(s, &job)) && job.valid;
}

int signature_digest_verify_final(void *vs, const unsigned char *sig,
                                  size_t siglen)
{
    struct signature *s = vs;
    uint8_t hash[EVP_MAX_MD_SIZE];
    struct job job = { .signature = bytes_of(sig, siglen) };
    iotsim_result r;

    if (!check_hashing(s))
        return 0;
    job.hash = end_message(s, hash);
    if (job.hash.len == 0)
        return 0;
    if (!signature_is_on_card(s))
        return soft_verdict(s, job.signature, job.hash);
    if (!signature_check(s, true))
        return 0;
    r = begin_message(s);
    if (iotsim_ok(r))
        r = work(s, &s->tbs, &job);
    return report(s, r) && job.valid;
}

int signature_digest_verify(void *vs, const unsigned char *sig, size_t siglen,
                            const unsigned char *tbs, size_t tbslen)
{
    struct signature *s = vs;
    struct job job = { .signature = bytes_of(sig, siglen) };

    if (!check_hashing(s))
        return 0;
    if (s->tbs.mode != 0 || !signature_is_on_card(s))
        return signature_digest_update(s, tbs, tbslen) &&
               signature_digest_verify_final(s, sig, siglen);
    return signature_check(s, true) &&
           one_shot(s, bytes_of(tbs, tbslen), &job) && job.valid;
}
