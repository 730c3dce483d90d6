/* SPDX-License-Identifier: Apache-2.0 */
/* The nth command fails in each way there is, for every n of a day in the life
 * of a card: nothing leaks, and whatever the day was like, the next one is
 * good. */
#include "desk.h"
#include "support/check.h"

enum { KEYS = 2 };

/* What provider and tool do with a card, to the end or the first failure. */
static iotsim_result live(struct card *card, struct key *keys[KEYS])
{
    static const uint8_t hash[32] = { 1 };
    const struct applet_message message = { .mode = MODE_PAD_SIGN,
                                            .algorithm = SIGN_ECDSA,
                                            .hash = HASH_SHA256,
                                            .input = BYTES_OF(hash) };
    struct applet_public_key half;
    struct iotsim_uri uri = desk_uri("iotsim:object=K1");
    struct iotsim_uri file_uri = desk_uri("iotsim:type=cert");
    uint8_t storage[APPLET_RS_LEN + 16];
    struct buf out = BUF_OVER(storage);
    struct applet_object object;
    uint8_t *data = NULL;
    size_t len;
    iotsim_result result = card_find(card, APPLET_PRIVATE_KEY, &uri, &object);

    if (iotsim_ok(result))
        result = key_load(card, &uri, &object, &half, &keys[0]);
    if (iotsim_ok(result))
        result = key_sign(keys[0], &message, &out);
    if (iotsim_ok(result))
        result = card_find(card, APPLET_FILE, &file_uri, &object);
    if (iotsim_ok(result))
        result = card_read_file(card, &object, &data, &len);
    card_free_file(&data);
    if (iotsim_ok(result))
        result = card_get_random(card, 16, deadline_in(5000), &out);
    return result;
}

/* And what a TLS server with ephemeral keys does: two handshakes at a time, and
 * the keys stay as long as the connections. */
static iotsim_result agree(struct card *card, struct key *keys[KEYS])
{
    uint8_t secret[APPLET_SECRET_LEN];
    struct applet_public_key half;
    iotsim_result result = IOTSIM_OK;

    for (size_t i = 0; i < KEYS && iotsim_ok(result); i++)
        result = key_generate_ephemeral(card, key_type_of_octet(KEY_P256), true,
                                        &half, &keys[i]);
    for (size_t i = 0; i < KEYS && iotsim_ok(result); i++) {
        result = key_agree(keys[i], half.point, secret); /* any point will do */
        CHECK(!iotsim_ok(result) ||
              iotsim_is(key_agree(keys[i], half.point, secret),
                        IOTSIM_ERR_KEY_LOST));
    }
    return result;
}

typedef iotsim_result day(struct card *, struct key *keys[KEYS]);

static iotsim_result live_and_clean_up(struct card *card, day *work)
{
    struct key *keys[KEYS] = { NULL };
    iotsim_result result = work(card, keys);

    for (size_t i = 0; i < KEYS; i++)
        key_free(&keys[i]);
    return result;
}

/* A day with a fault; false when it came too late to matter. */
static bool survive(day *work, const char *uri, const char *action,
                    unsigned nth)
{
    struct soft *sim = desk_put(desk_ecdh);
    struct card *card = desk_card(uri);
    char fault[64];
    iotsim_result result;
    bool struck;

    card->timeout_ms = 50; /* for containers that the first day left full */
    snprintf(fault, sizeof fault, "nth=%u,%s", nth, action);
    soft_fault(sim, fault);
    result = live_and_clean_up(card, work);
    struck = soft_exchanges(sim) >= nth;
    CHECK(struck || iotsim_ok(result));
    soft_faults_clear(sim);
    /* A channel that got lost may have its hand on the peer's container. */
    if (work == agree && strcmp(action, "drop") == 0)
        desk_reset(0);
    result = live_and_clean_up(card, work);
    if (!iotsim_ok(result))
        fprintf(stderr, "    after %s: %d\n", fault, result.err);
    CHECK(iotsim_ok(result));
    card_free(&card);
    CHECK(desk_is_fair());
    CHECK_INT(desk_opened(), desk_closed());
    desk_clear();
    return struck;
}

static void every_command_of(day *work)
{
    static const char *const uris[] = { "iotsim:", "iotsim:token=" DESK_ICCID };
    static const char *const actions[] = { "drop",    "truncate", "reset",
                                           "remove",  "sw=6F00",  "sw=6881",
                                           "sw=63CF", "sw=6989",  "sw=6D00",
                                           "sw=6E00" };

    for (size_t u = 0; u < sizeof uris / sizeof *uris; u++)
        for (size_t a = 0; a < sizeof actions / sizeof *actions; a++) {
            unsigned nth = 1;

            while (survive(work, uris[u], actions[a], nth))
                nth++;
            CHECK(nth > 8);
        }
}

static void every_command(void)
{
    every_command_of(live);
}

static void every_command_of_an_agreement(void)
{
    every_command_of(agree);
}

/* --- time --------------------------------------------------------------- */

/* A request of many commands: a channel is closed and opened, sessions of each
 * kind are begun. */
static iotsim_result work_long(struct card *card, void *arg)
{
    static const uint8_t hash[32] = { 1 };
    static const uint8_t id[] = { 0x01 };
    static const uint8_t peer_id[] = { 0x07 };
    const struct applet_ref key = { .id = BYTES_OF(id) };
    const struct applet_ref peer = { .id = BYTES_OF(peer_id) };
    const struct applet_message message = { .mode = MODE_PAD_SIGN,
                                            .algorithm = SIGN_ECDSA,
                                            .hash = HASH_SHA256,
                                            .input = BYTES_OF(hash) };
    uint8_t storage[APPLET_RS_LEN + 128];
    struct buf out = BUF_OVER(storage);
    struct applet_public_key half;
    bool valid;
    iotsim_result result = card_read_iccid(card);

    (void)arg;
    if (iotsim_ok(result))
        result = applet_sign(&card->applet, key, &message, &out);
    if (iotsim_ok(result))
        result =
            applet_verify(&card->applet, key, &message, buf_view(&out), &valid);
    if (iotsim_ok(result))
        result = applet_read_public_key(&card->applet, key, &half);
    if (iotsim_ok(result))
        result = applet_put_public_key(&card->applet, peer, half.point);
    if (iotsim_ok(result))
        result = applet_get_random(&card->applet, 128, &out);
    return result;
}

static unsigned count_words(const char *sent, char word)
{
    unsigned n = 0;

    for (; *sent != '\0'; sent++)
        n += *sent == word;
    return n;
}

/* Time runs out while the nth command is under way; true when it did. */
static bool run_out(const char *uri, unsigned nth)
{
    struct soft *sim = desk_put(desk_ecdh);
    struct card *card = desk_card(uri);
    struct deadline turn = deadline_in(5000);
    unsigned opened, closed;
    char fault[64];
    iotsim_result result;
    const char *sent;

    snprintf(fault, sizeof fault, "nth=%u,delay=60", nth);
    soft_fault(sim, fault);
    result =
        card_run_until(card, work_long, NULL, CARD_ONCE, turn, deadline_in(50));
    CHECK(iotsim_ok(result) || iotsim_is(result, IOTSIM_ERR_BUSY));
    soft_faults_clear(sim);
    sent = desk_sent();
    opened = count_words(sent, '+');
    closed = count_words(sent, '-');
    CHECK(opened - closed <= 1);
    for (int i = 0; i < 2; i++) /* no session is in the way either */
        CHECK_INT(card_run(card, work_long, NULL, CARD_ONCE).err, 0);
    card_free(&card);
    sent = desk_sent();
    opened += count_words(sent, '+');
    closed += count_words(sent, '-');
    CHECK_INT(opened, closed);
    CHECK(desk_is_fair());
    CHECK_INT(desk_opened(), desk_closed());
    desk_clear();
    return !iotsim_ok(result);
}

static void time_runs_out_at_every_command(void)
{
    static const char *const uris[] = { "iotsim:", "iotsim:token=" DESK_ICCID };

    for (size_t u = 0; u < sizeof uris / sizeof *uris; u++) {
        unsigned nth = 1;

        while (run_out(uris[u], nth))
            nth++;
        CHECK(nth > 12);
    }
}

TEST_MAIN(TEST(every_command), TEST(every_command_of_an_agreement),
          TEST(time_runs_out_at_every_command))
