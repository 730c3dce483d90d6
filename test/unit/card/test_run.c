/* SPDX-License-Identifier: Apache-2.0 */
/* card_run: what a request costs, and what happens when the card or the link
 * fails under it. */
#include "case.h"
#include "support/check.h"

static iotsim_result get_one_octet(struct card *c, void *arg)
{
    uint8_t octet;
    struct buf out = buf_over(&octet, 1);

    (void)arg;
    return applet_get_random(&c->applet, 1, &out);
}

static iotsim_result run(enum card_repeat repeat)
{
    return card_run(card, get_one_octet, NULL, repeat);
}

#define CHECK_RUN(want_err, want_sent)                 \
    do {                                               \
        CHECK_INT(run(CARD_REPEATABLE).err, want_err); \
        CHECK_STR(desk_sent(), want_sent);             \
    } while (0)

static void cost(void)
{
    begin_case();
    CHECK_RUN(0, "+ A4 84");
    CHECK_RUN(0, "84");
    CHECK_RUN(0, "84");
    card_free(&card);
    CHECK_STR(desk_sent(), "-");
    CHECK(end_case());
}

static void reset_between_requests(void)
{
    begin_case();
    CHECK_RUN(0, "+ A4 84");
    desk_reset(0);
    CHECK_RUN(0, "+ A4 84");
    desk_reset(0);
    CHECK_INT(run(CARD_ONCE).err, 0); /* nothing had been sent yet */
    CHECK_STR(desk_sent(), "+ A4 84");
    CHECK_INT(desk_opened(), 1);
    CHECK(end_case());
}

/* The transport does not notice; the card says that the channel is gone. */
static void quiet_reset(void)
{
    begin_case();
    CHECK_RUN(0, "+ A4 84");
    soft_fault(sim, "ins=84,reset");
    CHECK_RUN(0, "84 + A4 84");
    soft_faults_clear(sim);
    soft_fault(sim, "ins=84,reset");
    CHECK_INT(run(CARD_ONCE).err, IOTSIM_ERR_NO_CHANNEL);
    CHECK_STR(desk_sent(), "84");
    CHECK_RUN(0, "+ A4 84");
    CHECK(end_case());
}

static void removal(void)
{
    begin_case();
    CHECK_RUN(0, "+ A4 84");
    desk_swap(0, NULL);
    CHECK_RUN(IOTSIM_ERR_NO_CARD, "");
    CHECK_RUN(IOTSIM_ERR_NO_CARD, "");
    sim = desk_swap(0, desk_sim);
    CHECK_RUN(0, "+ A4 84");
    sim = desk_swap(0, desk_sim);
    CHECK_RUN(0, "+ A4 84");
    CHECK(end_case());
}

static void removal_during_a_request(void)
{
    begin_case();
    soft_fault(sim, "ins=84,nth=1,times=1,remove");
    CHECK_INT(run(CARD_ONCE).err, IOTSIM_ERR_CARD_REMOVED);
    CHECK_STR(desk_sent(), "+ A4 84");
    desk_swap(0, desk_sim);
    CHECK_RUN(0, "+ A4 84");
    CHECK(end_case());
}

/* Each failure of `begin` on an open link. */
static void begin_fails(void)
{
    static const struct {
        iotsim_result trouble;
        enum iotsim_err want;
        const char *sent;
    } rows[] = {
        { { IOTSIM_ERR_BUSY, 0, 0 }, IOTSIM_ERR_BUSY, "" },
        { { IOTSIM_ERR_CARD_RESET, 0, 0 }, 0, "+ A4 84" },
        { { IOTSIM_ERR_CARD_REMOVED, 0, 0 }, 0, "+ A4 84" },
        { { IOTSIM_ERR_NO_SERVICE, 0, 0 }, 0, "+ A4 84" },
        { { IOTSIM_ERR_IO, 0, 5 }, 0, "+ A4 84" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_case();
        CHECK_RUN(0, "+ A4 84");
        desk_begin_trouble(rows[i].trouble);
        CHECK_INT(run(CARD_ONCE).err, rows[i].want);
        CHECK_STR(desk_sent(), rows[i].sent);
        CHECK(end_case());
    }
}

static iotsim_result fail_as_told(struct card *c, void *arg)
{
    iotsim_result *told = arg;
    iotsim_result result = told[0];

    (void)c;
    told[0] = told[1];
    told[1] = IOTSIM_OK;
    return result;
}

/* What a failure of the work itself does: what is sent, whether the work is
 * done again when it may be. */
static void work_fails(void)
{
    static const struct {
        iotsim_result failure;
        bool again;
        const char *sent; /* then and for the next request */
    } rows[] = {
        { { IOTSIM_ERR_NOT_FOUND, 0x6a82, 0 }, false, "84" },
        { { IOTSIM_ERR_NOT_PERMITTED, 0x6985, 0 }, false, "84" },
        { { IOTSIM_ERR_CARD_UPDATING, 0x6984, 0 }, false, "84" },
        { { IOTSIM_ERR_NO_MEMORY, 0, 0 }, false, "84" },
        { { IOTSIM_ERR_BUSY, 0, 0 }, false, "84" }, /* no time left */
        { { IOTSIM_ERR_CARD_RESET, 0, 0 }, true, "+ A4 84" },
        { { IOTSIM_ERR_CARD_REMOVED, 0, 0 }, true, "+ A4 84" },
        { { IOTSIM_ERR_NO_SERVICE, 0, 0 }, true, "+ A4 84" },
        { { IOTSIM_ERR_IO, 0, 0 }, true, "+ A4 84" },
        { { IOTSIM_ERR_NO_CHANNEL, 0x6881, 0 }, true, "+ A4 84" },
        { { IOTSIM_ERR_TIMEOUT, 0, 0 }, false, "+ A4 84" },
        { { IOTSIM_ERR_CARD_ANSWER, 0, 0 }, false, "- + A4 84" },
        { { IOTSIM_ERR_UNSUPPORTED, 0x6e00, 0 }, true, "- + A4 84" },
        { { IOTSIM_ERR_UNSUPPORTED, 0x6d00, 0 }, true, "- + A4 84" },
        { { IOTSIM_ERR_CARD_STATUS, 0x6f00, 0 }, true, "- + A4 84" },
        { { IOTSIM_ERR_BUSY, 0x6989, 0 }, true, "- + A4 84" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int once = 0; once < 2; once++) {
            iotsim_result told[2] = { rows[i].failure, IOTSIM_OK };
            bool again = rows[i].again && !once;
            iotsim_result result;

            begin_case();
            CHECK_RUN(0, "+ A4 84");
            result = card_run(card, fail_as_told, told,
                              once ? CARD_ONCE : CARD_REPEATABLE);
            CHECK_INT(result.err, again ? 0 : rows[i].failure.err);
            CHECK(iotsim_ok(run(CARD_ONCE)));
            CHECK_STR(desk_sent(), rows[i].sent);
            CHECK(end_case());
        }
}

static void only_once_more(void)
{
    iotsim_result told[2] = { IOTSIM_FAIL(IO), IOTSIM_FAIL(CARD_REMOVED) };

    begin_case();
    CHECK_INT(card_run(card, fail_as_told, told, CARD_REPEATABLE).err,
              IOTSIM_ERR_CARD_REMOVED);
    CHECK_STR(desk_sent(), "+ A4 + A4");
    CHECK_RUN(0, "+ A4 84 -"); /* nobody closed the first two channels */
    CHECK(end_case());
}

/* What a fresh channel does not understand, another one will not either. */
static void fresh_channel_is_not_doubted(void)
{
    iotsim_result told[2] = { IOTSIM_FAIL_SW(UNSUPPORTED, 0x6d00), IOTSIM_OK };

    begin_case();
    CHECK_INT(card_run(card, fail_as_told, told, CARD_REPEATABLE).err,
              IOTSIM_ERR_UNSUPPORTED);
    CHECK_STR(desk_sent(), "+ A4 -");
    CHECK(end_case());
}

static void last_channel_is_not_kept(void)
{
    begin_case();
    desk_occupy(0, 2);
    CHECK_RUN(0, "+ A4 84 -");
    CHECK_RUN(0, "+ A4 84 -");
    desk_occupy(0, 1);
    CHECK_RUN(IOTSIM_ERR_NO_CHANNEL, "+");
    CHECK_INT(desk_opened(), 1);
    desk_reset(0);
    CHECK_RUN(0, "+ A4 84");
    CHECK(end_case());
}

/* As many processes as you like: one object each, as ways differ. */
static void many_share_three_channels(void)
{
    static const char *const ways[] = {
        "iotsim:?reader=D", "iotsim:?reader=De",      "iotsim:?reader=Des",
        "iotsim:?reader=k", "iotsim:?reader=Desk%20", "iotsim:?reader=0",
    };
    enum { WAYS = sizeof ways / sizeof *ways };
    struct card *cards[WAYS];

    begin_case();
    for (size_t i = 0; i < WAYS; i++)
        cards[i] = desk_card(ways[i]);
    for (int round = 0; round < 3; round++)
        for (size_t i = 0; i < WAYS; i++) {
            CHECK(iotsim_ok(
                card_run(cards[i], get_one_octet, NULL, CARD_REPEATABLE)));
            CHECK_STR(desk_sent(), i >= 2      ? "+ A4 84 -"
                                   : round > 0 ? "84"
                                               : "+ A4 84");
        }
    for (size_t i = 0; i < WAYS; i++)
        card_free(&cards[i]);
    CHECK_STR(desk_sent(), "- -");
    CHECK(end_case());
}

static void waits_no_longer_than_the_timeout(void)
{
    struct card *other = desk_card("iotsim:?reader=Desk");
    struct deadline soon = deadline_in(5000);

    begin_case();
    card->timeout_ms = 50;
    CHECK_RUN(0, "+ A4 84");
    CHECK(iotsim_ok(card_run(other, get_one_octet, NULL, CARD_ONCE)));
    CHECK(iotsim_ok(card_enter(other, soon))); /* and is not done */
    desk_sent();
    CHECK_RUN(IOTSIM_ERR_BUSY, "");
    CHECK(!deadline_passed(soon));
    transport_end(&other->transport);
    CHECK_RUN(0, "84");
    card_free(&other);
    CHECK(end_case());
}

/* Containers are emptied where they are, on the link that is there, or not at
 * all. */
static void release_opens_nothing(void)
{
    static const struct {
        iotsim_result trouble;
        bool keeps; /* the link */
        const char *sent;
        const char *next;
    } rows[] = {
        { { 0, 0, 0 }, true, "A4", "84" },
        { { IOTSIM_ERR_BUSY, 0, 0 }, true, "", "84 A4" },
        { { IOTSIM_ERR_CARD_RESET, 0, 0 }, false, "", "+ A4 84" },
        { { IOTSIM_ERR_CARD_REMOVED, 0, 0 }, false, "", "+ A4 84" },
        { { IOTSIM_ERR_NO_SERVICE, 0, 0 }, false, "", "+ A4 84" },
        { { IOTSIM_ERR_IO, 0, 5 }, false, "", "+ A4 84" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin_case();
        CHECK_RUN(0, "+ A4 84");
        card->filled = true;
        desk_begin_trouble(rows[i].trouble);
        card_release(card);
        CHECK_STR(desk_sent(), rows[i].sent);
        CHECK_INT(desk_opened(), 1);
        CHECK_INT(desk_closed(), rows[i].keeps ? 0 : 1);
        CHECK_RUN(0, rows[i].next);
        CHECK(end_case());
    }
}

TEST_MAIN(TEST(cost), TEST(reset_between_requests), TEST(quiet_reset),
          TEST(removal), TEST(removal_during_a_request), TEST(begin_fails),
          TEST(work_fails), TEST(only_once_more),
          TEST(fresh_channel_is_not_doubted), TEST(last_channel_is_not_kept),
          TEST(many_share_three_channels),
          TEST(waits_no_longer_than_the_timeout), TEST(release_opens_nothing))
