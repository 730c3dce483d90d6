/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile answers: the answer of every command is cut at every length, each
 * of its octets is changed, and the rest of the exchange goes on as if nothing
 * had happened. Every call must come back, within bounds (sanitizers look on),
 * and with either an error or a result that keeps the promises of applet.h.
 */
#include "bench.h"

enum { ANSWERS_MAX = 4, ANSWER_MAX = 256 };

/* Plays `answers` in turn, whatever the command, then 6F00. */
struct player {
    struct bytes answers[ANSWERS_MAX];
    size_t next;
};

static iotsim_result play(void *link, struct bytes command,
                          struct buf *response, struct deadline until)
{
    struct player *p = link;

    (void)command;
    (void)until;
    if (p->next == ANSWERS_MAX || p->answers[p->next].data == NULL)
        buf_u16(response, 0x6f00);
    else
        buf_put(response, p->answers[p->next++]);
    return IOTSIM_OK;
}

static bool no_t0(void *link)
{
    (void)link;
    return false;
}

static const struct transport_ops player_ops = {
    .name = "player",
    .transmit = play,
    .is_t0 = no_t0,
};

/* --- every command, with a check of what it promises ---------------------- */

typedef void command_fn(struct applet *a);

static uint8_t room[2048];

static void keeps_bounds(iotsim_result result, const struct buf *out,
                         size_t least, size_t most)
{
    CHECK(!out->failed);
    if (iotsim_ok(result))
        CHECK(out->len >= least && out->len <= most);
    else
        CHECK_INT(out->len, 0);
}

static void run_capabilities(struct applet *a)
{
    struct applet_capabilities c;

    if (iotsim_ok(applet_get_capabilities(a, &c)))
        CHECK(c.identifier_len <= APPLET_IDENTIFIER_MAX);
}

static void check_object(const struct applet_object *o)
{
    CHECK(o->id_len <= APPLET_ID_MAX && o->label_len <= APPLET_LABEL_MAX);
    CHECK(o->id_len + o->label_len > 0);
    CHECK(o->kind >= APPLET_PRIVATE_KEY && o->kind <= APPLET_SECRET_KEY);
}

static void run_list(struct applet *a)
{
    struct buf out = BUF_OVER(room);
    struct applet_list list = { 0 };
    struct applet_object o;

    keeps_bounds(applet_get_list(a, &out), &out, 0, sizeof room);
    list.rest = buf_view(&out);
    while (applet_next_object(&list, &o))
        check_object(&o);
}

static void run_object(struct applet *a)
{
    struct applet_object o;

    if (iotsim_ok(applet_get_object(a, APPLET_FILE, by_id("02"), &o)))
        check_object(&o);
}

static void run_file(struct applet *a)
{
    struct buf out = BUF_OVER(room);

    keeps_bounds(applet_read_file(a, by_id("02"), 5, &out), &out, 0, 5);
}

static void run_certificate(struct applet *a)
{
    struct buf out = BUF_OVER(room);

    keeps_bounds(applet_read_file(a, by_id("02"), 0, &out), &out, 0,
                 sizeof room);
}

/* A point or both numbers, and nothing of the other. */
static void check_key(const struct applet_public_key *key)
{
    if (key->point_len > 0) {
        CHECK_INT(key->point_len, APPLET_POINT_LEN);
        CHECK_INT(key->point[0], 0x04);
        CHECK(key->modulus_len == 0 && key->exponent_len == 0);
        return;
    }
    CHECK(key->modulus_len > 0 && key->modulus_len <= APPLET_MODULUS_MAX);
    CHECK(key->exponent_len > 0 && key->exponent_len <= APPLET_EXPONENT_MAX);
    CHECK(key->modulus[0] != 0 && key->exponent[0] != 0);
}

static void run_public_key(struct applet *a)
{
    struct applet_public_key key;

    if (iotsim_ok(applet_read_public_key(a, by_id("01"), &key)))
        check_key(&key);
}

static void run_generate(struct applet *a)
{
    struct applet_pair pair;

    if (iotsim_ok(applet_generate_key_pair(a, by_id("01"), &pair)))
        check_key(&pair.key);
    CHECK(pair.private_id_len <= APPLET_ID_MAX);
    CHECK(pair.public_id_len <= APPLET_ID_MAX);
}

static void run_put(struct applet *a)
{
    iotsim_result result =
        applet_put_public_key(a, by_id("05"), hex(P1_POINT).data);

    CHECK(iotsim_ok(result) || result.err < IOTSIM_ERR_COUNT);
}

static void sign_as(struct applet *a, const struct applet_message *message,
                    size_t least, size_t most)
{
    struct buf out = BUF_OVER(room);

    keeps_bounds(applet_sign(a, by_id("01"), message, &out), &out, least, most);
}

static void run_sign(struct applet *a)
{
    const struct applet_message message = final_hash(K1_HASH);

    sign_as(a, &message, APPLET_RS_LEN, APPLET_RS_LEN);
}

static void run_sign_rsa(struct applet *a)
{
    struct applet_message message = final_hash(K1_HASH);

    message.algorithm = SIGN_RSA_PKCS1;
    sign_as(a, &message, 1, APPLET_SIGNATURE_MAX);
}

/* A text of two blocks. */
static void run_sign_text(struct applet *a)
{
    struct applet_message message = final_hash(K1_HASH K1_HASH K1_HASH K1_HASH);

    message.mode = MODE_FULL_TEXT;
    sign_as(a, &message, APPLET_RS_LEN, APPLET_RS_LEN);
}

static void run_verify(struct applet *a)
{
    const struct applet_message message = final_hash(K1_HASH);
    bool valid = true;
    iotsim_result result =
        applet_verify(a, by_id("01"), &message, hex(K1_R K1_S), &valid);

    if (!iotsim_ok(result))
        CHECK(!valid);
}

static void run_dh(struct applet *a)
{
    uint8_t secret[APPLET_SECRET_LEN];
    iotsim_result result =
        applet_compute_dh(a, by_id("04"), by_id("05"), secret);

    CHECK(iotsim_ok(result) || (secret[0] == 0 && secret[31] == 0));
}

static void run_prf(struct applet *a)
{
    static const struct bytes none;
    struct buf out = BUF_OVER(room);

    keeps_bounds(applet_compute_prf(a, PRF_PSK, by_id("06"), none, none,
                                    bytes_text("label"), 48, &out),
                 &out, 48, 48);
}

static void run_hkdf(struct applet *a)
{
    static const struct bytes none;
    struct buf out = BUF_OVER(room);

    keeps_bounds(
        applet_compute_hkdf(a, by_id("06"), none, none, HASH_SHA256, &out),
        &out, 32, 32);
}

static void run_random(struct applet *a)
{
    struct buf out = BUF_OVER(room);

    keeps_bounds(applet_get_random(a, 70, &out), &out, 70, 70);
}

#define A24 "A0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7"

static const struct sample {
    const char *name;
    command_fn *run;
    const char *answers[ANSWERS_MAX];
} samples[] = {
    { "capabilities",
      run_capabilities,
      { "100110 110E 30313233343536373839414243 B10105 90010F 91020001"
        "920104 930101 940103 B70104 9000" } },
    { "list",
      run_list,
      { "C11D 74024B31 840101 600100 4A0101 4B0113 4E0101 610101 920104"
        "91020001 6300",
        "7404AABBCCDD 8402AABB 600100 920204 91020007 6F0101 C203 850101 9000" } },
    { "object",
      run_object,
      { "C314 73024343 830102 600101 4A0101 210102 20020010 9000" } },
    { "bare object", run_object, { "830102 200110 9000" } },
    { "file", run_file, { "010203 9000", "040506 9000" } },
    { "certificate",
      run_certificate,
      { "30820004 0102 9000", "0304 9000", "6A86" } },
    { "public key", run_public_key, { "3445 4943 8641 " K1_POINT " 9000" } },
    { "bare public key", run_public_key, { K1_POINT " 9000" } },
    { "RSA key", run_public_key, { "3421 491F 8118 " A24 " 8203010001 9000" } },
    { "RSA key in parts",
      run_public_key,
      { "3482010D 49820109 81820100 6100", A24 A24 A24 A24 " 61A0",
        A24 A24 A24 A24 A24 A24 "A0A1A2A3A4A5A6A7A8A9AAABACADAEAF"
                                "8203010001 9000" } },
    { "generate",
      run_generate,
      { "840104 850104 3445 4943 8641 " E1_POINT " 9000" } },
    { "put", run_put, { "9000", "9000", "9000" } },
    { "sign", run_sign, { "9000", "330040 " K1_R K1_S " 9000" } },
    { "sign, short", run_sign, { "9000", "3340 " K1_R K1_S " 9000" } },
    { "sign, DER",
      run_sign,
      { "9000", "330048 3046 022100 " K1_R " 022100 " K1_S " 9000" } },
    { "sign, 61xx", run_sign, { "9000", "6143", "330040 " K1_R K1_S " 9000" } },
    { "sign, RSA",
      run_sign_rsa,
      { "9000", "330080 " K1_R K1_S K1_R K1_S " 9000" } },
    { "sign, text",
      run_sign_text,
      { "9000", "9000", "330040 " K1_R K1_S " 9000" } },
    { "verify", run_verify, { "9000", "9000", "9000" } },
    { "verify, other form", run_verify, { "9000", "6A80", "9000", "9000" } },
    { "dh", run_dh, { K1_R " 9000" } },
    { "prf",
      run_prf,
      { K1_R " 6110", "0102030405060708090A0B0C0D0E0F10 9000" } },
    { "hkdf", run_hkdf, { K1_S " 9000" } },
    { "random", run_random, { K1_R K1_S " 9000", "01020304 05060708 9000" } },
};

/* --- what is done to them ------------------------------------------------ */

/* Run a sample with answer `which` replaced by `octets`. The octets lie in a
 * block of their own, so that reading past them is seen. */
static void run(const struct sample *s, size_t which, struct bytes octets)
{
    uint8_t *copy = malloc(octets.len + 1);
    struct player player = { .next = 0 };
    struct transport transport = { .ops = &player_ops, .link = &player };
    struct applet applet = { .channel = { .transport = &transport,
                                          .number = 1,
                                          .family = 0x80,
                                          .reselects = true } };

    if (copy == NULL)
        return;
    for (size_t i = 0; i < ANSWERS_MAX && s->answers[i] != NULL; i++)
        player.answers[i] = hex(s->answers[i]);
    memcpy(copy, octets.data, octets.len);
    player.answers[which] = (struct bytes){ .data = copy, .len = octets.len };
    s->run(&applet);
    free(copy);
}

static void cut(const struct sample *s, size_t which)
{
    struct bytes whole = hex(s->answers[which]);
    uint8_t octets[ANSWER_MAX + 2];

    memcpy(octets, whole.data, whole.len);
    for (size_t len = 0; len < whole.len; len++)
        run(s, which, bytes_of(octets, len));
    /* the data cut, the status word whole */
    for (size_t len = 0; len + 2 < whole.len; len++) {
        memcpy(octets, whole.data, len);
        memcpy(octets + len, "\x90\x00", 2);
        run(s, which, bytes_of(octets, len + 2));
    }
}

static void change(const struct sample *s, size_t which)
{
    static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80,
                                      0x81, 0x82, 0xc1, 0xff };
    struct bytes whole = hex(s->answers[which]);
    uint8_t octets[ANSWER_MAX + 2];

    memcpy(octets, whole.data, whole.len);
    for (size_t at = 0; at < whole.len; at++) {
        uint8_t before = octets[at];

        for (size_t i = 0; i < sizeof values; i++) {
            octets[at] = values[i];
            run(s, which, bytes_of(octets, whole.len));
        }
        for (unsigned bit = 0; bit < 8; bit++) {
            octets[at] = (uint8_t)(before ^ (1U << bit));
            run(s, which, bytes_of(octets, whole.len));
        }
        octets[at] = before;
    }
}

static void each(void (*harm)(const struct sample *s, size_t which))
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        const struct sample *s = &samples[i];
        unsigned before = check_failures;

        for (size_t k = 0; k < ANSWERS_MAX && s->answers[k] != NULL; k++)
            harm(s, k);
        if (check_failures != before)
            fprintf(stderr, "    in sample \"%s\"\n", s->name);
    }
}

static void cut_at_every_length(void)
{
    each(cut);
}

static void every_octet_changed(void)
{
    each(change);
}

TEST_MAIN(TEST(cut_at_every_length), TEST(every_octet_changed))
