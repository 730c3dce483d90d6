/* SPDX-License-Identifier: Apache-2.0 */
/* The way to the card: which reader, which card, which applet; what is said
 * when there is none. */
#include "desk.h"
#include "support/check.h"

static const char bank[] = "[card]\naid = A000000003101001\n"
                           "iccid = 8988211000000430028\n";
static const char thales[] = "[card]\naid = A00000003053F12401770101495341\n"
                             "iccid = 8988211000000430036\n";

static struct card_info info; /* what find found */

/* Look for the card that `uri` leads to. */
static int find(const char *uri)
{
    struct card *card = desk_card(uri);
    iotsim_result result = card_get_info(card, &info);

    card_free(&card);
    CHECK(desk_is_fair());
    CHECK_INT(desk_opened(), desk_closed());
    return result.err;
}

static void check_found(const char *uri, const char *reader)
{
    CHECK_INT(find(uri), 0);
    CHECK_STR(info.where, reader);
}

static void first_card_with_the_applet(void)
{
    desk_put_trouble(IOTSIM_FAIL(NO_CARD));
    desk_put(bank);
    desk_put_trouble(IOTSIM_FAIL(CARD_IN_USE));
    desk_put(desk_sim);
    desk_put(desk_sim);
    check_found("iotsim:?aid=A0000005590010", "Desk 3");
    check_found("iotsim:", "Desk 3");
    check_found("iotsim:?reader=Desk%204", "Desk 4");
    desk_clear();
}

static void card_by_its_number(void)
{
    desk_put(thales);
    desk_put(desk_sim);
    check_found("iotsim:token=" DESK_ICCID, "Desk 1");
    check_found("iotsim:token=8988211000000430036", "Desk 0");
    CHECK_INT(find("iotsim:token=8988211000000430099"), IOTSIM_ERR_OTHER_CARD);
    desk_clear();
}

static void known_aids(void)
{
    desk_put(thales);
    CHECK_INT(find("iotsim:"), 0);
    CHECK_HEX(info.aid, info.aid_len, "A00000003053F12401770101495341");
    CHECK_STR(info.iccid, "8988211000000430036");
    CHECK_STR(info.transport, "pcsc");
    CHECK_INT(find("iotsim:?aid=A0000005590010"), IOTSIM_ERR_NO_APPLET);
    desk_clear();
}

/* The card turns into another one without leaving the reader. */
static void token_is_checked_again_after_a_reset(void)
{
    struct card *card;

    desk_put(desk_sim);
    card = desk_card("iotsim:token=" DESK_ICCID);
    CHECK(iotsim_ok(card_get_info(card, &info)));
    desk_switch(0, "[card]\niccid = 8988211000000430036\n");
    CHECK_INT(card_get_info(card, &info).err, IOTSIM_ERR_OTHER_CARD);
    card_free(&card);
    desk_clear();
}

static bool use(struct card *card)
{
    uint8_t octet;
    struct buf out = buf_over(&octet, 1);

    return iotsim_ok(card_get_random(card, 1, deadline_in(5000), &out));
}

static void known_aid_is_remembered(void)
{
    struct card *card;

    desk_put(thales);
    card = desk_card("iotsim:");
    desk_sent();
    CHECK(use(card));
    CHECK_STR(desk_sent(), "+ A4 - + A4 84");
    desk_reset(0);
    CHECK(use(card));
    CHECK_STR(desk_sent(), "+ A4 84");
    card_free(&card);
    desk_clear();
}

/* What a row of readers gives, in both orders. */
static void most_telling(void)
{
    static const struct {
        iotsim_result a, b;
        enum iotsim_err want;
    } rows[] = {
        { { IOTSIM_ERR_NO_CARD, 0, 0 }, { 0, 0, 0 }, IOTSIM_ERR_NO_APPLET },
        { { IOTSIM_ERR_NO_CARD, 0, 0 },
          { IOTSIM_ERR_IO, 0, 0 },
          IOTSIM_ERR_IO },
        { { IOTSIM_ERR_CARD_ANSWER, 0, 0 }, { 0, 0, 0 }, IOTSIM_ERR_NO_APPLET },
        { { IOTSIM_ERR_CARD_IN_USE, 0, 0 },
          { 0, 0, 0 },
          IOTSIM_ERR_CARD_IN_USE },
        { { IOTSIM_ERR_NO_CARD, 0, 0 },
          { IOTSIM_ERR_TIMEOUT, 0, 0 },
          IOTSIM_ERR_TIMEOUT },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int swapped = 0; swapped < 2; swapped++) {
            iotsim_result first = swapped ? rows[i].b : rows[i].a;
            iotsim_result second = swapped ? rows[i].a : rows[i].b;

            if (iotsim_ok(first))
                desk_put(bank);
            else
                desk_put_trouble(first);
            if (iotsim_ok(second))
                desk_put(bank);
            else
                desk_put_trouble(second);
            CHECK_INT(find("iotsim:"), rows[i].want);
            desk_clear();
        }
}

static void nothing_there(void)
{
    CHECK_INT(find("iotsim:"), IOTSIM_ERR_NO_READER);
    desk_put_trouble(IOTSIM_FAIL(NO_CARD));
    CHECK_INT(find("iotsim:"), IOTSIM_ERR_NO_CARD);
    CHECK_INT(find("iotsim:?reader=Other"), IOTSIM_ERR_NO_READER);
    desk_clear();
    desk_put_trouble(IOTSIM_FAIL_OS(NO_SERVICE, -1));
    desk_put(desk_sim);
    CHECK_INT(find("iotsim:"), IOTSIM_ERR_NO_SERVICE);
    desk_clear();
}

static void no_channel(void)
{
    desk_put(desk_sim);
    desk_occupy(0, 3);
    CHECK_INT(find("iotsim:"), IOTSIM_ERR_NO_CHANNEL);
    desk_clear();
}

/* Each transport failure on the way in, then a good try: nothing sticks. */
static void nothing_sticks(void)
{
    static const char *const ins[] = { "70", "A4", "B0", "CB" };

    for (size_t i = 0; i < sizeof ins / sizeof *ins; i++)
        for (unsigned action = 0; action < 4; action++) {
            static const char *const actions[] = { "drop", "remove", "sw=6F00",
                                                   "truncate" };
            struct soft *sim = desk_put(desk_sim);
            struct card *card = desk_card("iotsim:");
            iotsim_result result;
            char fault[64];

            snprintf(fault, sizeof fault, "ins=%s,nth=1,times=0,%s", ins[i],
                     actions[action]);
            soft_fault(sim, fault);
            result = card_get_info(card, &info);
            (void)result;
            soft_faults_clear(sim);
            CHECK(iotsim_ok(card_get_info(card, &info)));
            card_free(&card);
            CHECK(desk_is_fair());
            CHECK_INT(desk_opened(), desk_closed());
            desk_clear();
        }
}

TEST_MAIN(TEST(first_card_with_the_applet), TEST(card_by_its_number),
          TEST(known_aids), TEST(token_is_checked_again_after_a_reset),
          TEST(known_aid_is_remembered), TEST(most_telling),
          TEST(nothing_there), TEST(no_channel), TEST(nothing_sticks))
