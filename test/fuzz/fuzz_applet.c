/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzer of every command of the applet against a card that answers what the
 * input says. Input: one octet chooses the command, one the protocol and what
 * the channel has learned; then answers, each an octet of length and as many
 * octets. At the end of the input the link fails. Every command must come
 * back with an error or with what applet.h promises.
 */
#include <stdlib.h>
#include <string.h>

#include "applet/applet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { T0 = 0x01, KNOWN = 0x02, CLASS_0X = 0x04, SHORT = 0x08, CLOSES = 0x10 };

static const uint8_t name[] = { 0x30, 0x30, 0x36 };
static const uint8_t octets[64] = { 1, 2, 3 };
static uint8_t room[0x8000];

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* --- the card ------------------------------------------------------------ */

struct card {
    struct bytes rest;
    bool t0;
};

static iotsim_result answer(void *link, struct bytes command,
                            struct buf *response, struct deadline until)
{
    struct card *card = link;

    (void)until;
    require(command.len >= 4 && command.len <= TRANSPORT_COMMAND_MAX);
    if (card->rest.len == 0)
        return IOTSIM_FAIL(IO);
    buf_put(response, bytes_take(&card->rest, bytes_u8(&card->rest)));
    return card->rest.failed ? IOTSIM_FAIL(IO) : IOTSIM_OK;
}

static bool is_t0(void *link)
{
    const struct card *card = link;

    return card->t0;
}

static const struct transport_ops card_ops = {
    .name = "fuzz",
    .transmit = answer,
    .is_t0 = is_t0,
};

/* --- the commands -------------------------------------------------------- */

typedef void command_fn(struct applet *a);

static struct applet_ref ref(void)
{
    return (struct applet_ref){ .id = BYTES_OF(name) };
}

/* On failure nothing was added; else between `least` and `most` octets. */
static void promise(iotsim_result r, const struct buf *out, size_t least,
                    size_t most)
{
    require(!out->failed && r.err < IOTSIM_ERR_COUNT);
    if (!iotsim_ok(r))
        require(out->len == 0);
    else
        require(out->len >= least && out->len <= most);
}

static void run_open(struct applet *a)
{
    struct transport *t = a->channel.transport;
    char iccid[CHANNEL_ICCID_MAX + 1] = "";
    iotsim_result r =
        applet_open(a, t, bytes_of(octets, 7), deadline_in(60000), iccid);

    require(strlen(iccid) <= CHANNEL_ICCID_MAX);
    require(iotsim_ok(r) == (a->channel.transport != NULL));
    applet_close(a);
}

static void run_capabilities(struct applet *a)
{
    struct applet_capabilities c;

    if (iotsim_ok(applet_get_capabilities(a, &c)))
        require(c.identifier_len <= APPLET_IDENTIFIER_MAX);
}

static void run_list(struct applet *a)
{
    struct buf out = BUF_OVER(room);

    promise(applet_get_list(a, &out), &out, 0, sizeof room);
}

static void run_object(struct applet *a)
{
    struct applet_object o;

    if (!iotsim_ok(applet_get_object(a, APPLET_PUBLIC_KEY, ref(), &o)))
        return;
    require(o.kind == APPLET_PUBLIC_KEY && o.id_len + o.label_len > 0);
    require(o.id_len <= APPLET_ID_MAX && o.label_len <= APPLET_LABEL_MAX);
}

static void run_file(struct applet *a)
{
    struct buf out = BUF_OVER(room);

    promise(applet_read_file(a, ref(), 0, &out), &out, 0, APPLET_FILE_MAX);
}

static void run_sized_file(struct applet *a)
{
    struct buf out = BUF_OVER(room);

    promise(applet_read_file(a, ref(), 600, &out), &out, 0, 600);
}

/* A point, or both numbers of an RSA key; on failure neither. */
static void promise_key(bool is_there, const struct applet_public_key *key)
{
    bool is_point = key->point_len == APPLET_POINT_LEN && key->point[0] == 0x04;
    bool is_rsa = key->modulus_len > 0 && key->modulus[0] != 0 &&
                  key->exponent_len > 0 && key->exponent[0] != 0;

    require(is_there == (is_point || is_rsa) && !(is_point && is_rsa));
    require(is_point || key->point_len == 0);
    require(is_rsa || (key->modulus_len == 0 && key->exponent_len == 0));
    require(key->modulus_len <= APPLET_MODULUS_MAX);
    require(key->exponent_len <= APPLET_EXPONENT_MAX);
}

static void run_public_key(struct applet *a)
{
    struct applet_public_key key;
    iotsim_result r = applet_read_public_key(a, ref(), &key);

    promise_key(iotsim_ok(r), &key);
}

static void run_generate(struct applet *a)
{
    struct applet_pair pair;
    iotsim_result r = applet_generate_key_pair(a, ref(), &pair);

    promise_key(iotsim_ok(r), &pair.key);
    require(pair.private_id_len <= APPLET_ID_MAX);
    require(pair.public_id_len <= APPLET_ID_MAX);
}

static void run_put(struct applet *a)
{
    static const uint8_t point[APPLET_POINT_LEN] = { 0x04 };
    iotsim_result r = applet_put_public_key(a, ref(), point);

    require(r.err < IOTSIM_ERR_COUNT);
}

/* The messages: one of each mode, the text in three blocks. */
static const struct applet_message hash = { .mode = MODE_PAD_SIGN,
                                            .algorithm = SIGN_ECDSA,
                                            .hash = HASH_SHA256,
                                            .input = { octets, 32, false } };
static const struct applet_message rsa_hash = { .mode = MODE_PAD_SIGN,
                                                .algorithm = SIGN_RSA_PSS,
                                                .hash = HASH_SHA512,
                                                .input = { octets, 64,
                                                           false } };
static const struct applet_message text = { .mode = MODE_FULL_TEXT,
                                            .algorithm = SIGN_ECDSA,
                                            .hash = HASH_SHA256,
                                            .input = { room, 200, false } };
static const struct applet_message last_block = {
    .mode = MODE_LAST_BLOCK,
    .algorithm = SIGN_RSA_PKCS1,
    .hash = HASH_SHA256,
    .input = { octets, 50, false },
    .chaining = { octets, 32, false },
    .hashed = 128,
};

static void sign(struct applet *a, const struct applet_message *message)
{
    bool is_ecdsa = message->algorithm == SIGN_ECDSA;
    uint8_t storage[APPLET_SIGNATURE_MAX];
    struct buf out = BUF_OVER(storage);

    promise(applet_sign(a, ref(), message, &out), &out,
            is_ecdsa ? APPLET_RS_LEN : 1,
            is_ecdsa ? APPLET_RS_LEN : APPLET_SIGNATURE_MAX);
}

static void run_sign(struct applet *a)
{
    sign(a, &hash);
}

static void run_sign_rsa(struct applet *a)
{
    sign(a, &rsa_hash);
}

static void run_sign_text(struct applet *a)
{
    sign(a, &text);
}

static void run_sign_last_block(struct applet *a)
{
    sign(a, &last_block);
}

static void verify(struct applet *a, const struct applet_message *message,
                   size_t len)
{
    bool valid = true;
    iotsim_result r =
        applet_verify(a, ref(), message, bytes_of(room, len), &valid);

    require(iotsim_ok(r) || !valid);
}

static void run_verify(struct applet *a)
{
    verify(a, &hash, APPLET_RS_LEN);
}

static void run_verify_text(struct applet *a)
{
    verify(a, &text, APPLET_RS_LEN);
}

/* In raw blocks. */
static void run_verify_rsa(struct applet *a)
{
    verify(a, &rsa_hash, APPLET_SIGNATURE_MAX);
}

static void run_dh(struct applet *a)
{
    static const uint8_t zeros[APPLET_SECRET_LEN];
    uint8_t secret[APPLET_SECRET_LEN] = { 1 };
    iotsim_result r = applet_compute_dh(a, ref(), ref(), secret);

    require(iotsim_ok(r) || memcmp(secret, zeros, sizeof zeros) == 0);
}

static void run_prf(struct applet *a)
{
    struct buf out = BUF_OVER(room);

    promise(applet_compute_prf(a, PRF_PSK_DH, ref(), bytes_of(NULL, 0),
                               bytes_of(octets, 32), bytes_of(octets, 20), 48,
                               &out),
            &out, 48, 48);
}

static void run_hkdf(struct applet *a)
{
    struct buf out = BUF_OVER(room);

    promise(applet_compute_hkdf(a, ref(), bytes_of(NULL, 0), bytes_of(NULL, 0),
                                HASH_SHA384, &out),
            &out, 48, 48);
}

static void run_random(struct applet *a)
{
    struct buf out = BUF_OVER(room);

    promise(applet_get_random(a, 100, &out), &out, 100, 100);
}

/* New ones go to the end: the inputs of the corpus choose by number. */
static command_fn *const commands[] = {
    run_open,        run_capabilities, run_list,
    run_object,      run_file,         run_sized_file,
    run_sign,        run_sign_rsa,     run_public_key,
    run_generate,    run_put,          run_verify,
    run_dh,          run_prf,          run_hkdf,
    run_random,      run_sign_text,    run_sign_last_block,
    run_verify_text, run_verify_rsa,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct card card = { .rest = bytes_of(data, size) };
    struct transport transport = { .ops = &card_ops, .link = &card };
    size_t which = bytes_u8(&card.rest) % (sizeof commands / sizeof *commands);
    uint8_t flags = bytes_u8(&card.rest);
    struct applet applet = {
        .channel = { .transport = &transport,
                     .number = 1,
                     .aid_len = 7,
                     .family = flags & CLASS_0X ? 0x00 : 0x80,
                     .family_known = flags & KNOWN,
                     .reselects = true },
        .short_signature = flags & SHORT,
        .close_sessions = flags & CLOSES,
    };

    card.t0 = flags & T0;
    commands[which](&applet);
    return 0;
}
