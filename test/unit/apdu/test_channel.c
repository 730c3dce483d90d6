/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening, selecting, exchanging and closing against a scripted card: Le, GET
 * RESPONSE, class, second SELECT (reference 2; ISO 7816-4 5.1, 11.1).
 */
#include "apdu/channel.h"

#include "apdu/sw.h"
#include "support/check.h"
#include "support/script.h"

static const uint8_t aid[] = { 0xa0, 0x00, 0x00, 0x05, 0x59, 0x00, 0x10 };

#define OPEN "> 00 70 00 00 01\n< 01 9000\n"
#define SELECT "> 01 A4 04 00 07 A0000005590010\n< 9000\n"
#define CLOSE "> 00 70 80 01\n< 9000\n"

/* One scripted card and what a test does with it. */
struct bench {
    struct script *script;
    struct transport transport;
    struct channel channel;
    uint8_t storage[1024];
    struct buf response;
    uint16_t sw;
};

static struct deadline soon(void)
{
    return deadline_in(5000);
}

static void begin(struct bench *b, const char *text)
{
    memset(b, 0, sizeof *b);
    b->script = script_text(text);
    b->transport = script_transport(b->script);
    b->response = BUF_OVER(b->storage);
}

static void end(struct bench *b)
{
    CHECK(script_done(b->script));
    script_free(b->script);
}

/* Open and select as every card likes it. */
static void begin_selected(struct bench *b, const char *text)
{
    begin(b, text);
    CHECK(iotsim_ok(channel_open(&b->channel, &b->transport, soon())));
    CHECK(iotsim_ok(channel_select(&b->channel, BYTES_OF(aid), soon())));
}

/* GET DATA with `data_len` (0 or 1) octets of data. */
static iotsim_result get(struct bench *b, size_t data_len, int le)
{
    static const uint8_t octet = 0x55;
    const struct apdu command = { .ins = 0xcb,
                                  .data = bytes_of(&octet, data_len),
                                  .le = le };

    b->response = BUF_OVER(b->storage);
    return channel_exchange(&b->channel, &command, &b->response, &b->sw,
                            soon());
}

static void gives(struct bench *b, const char *hex, uint16_t sw)
{
    CHECK_HEX(b->response.data, b->response.len, hex);
    CHECK_INT(b->sw, sw);
}

/* --- opening and closing ------------------------------------------------- */

static void opens_and_closes(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT CLOSE);
    CHECK_INT(b.channel.number, 1);
    channel_close(&b.channel, soon());
    CHECK(b.channel.transport == NULL);
    channel_close(&b.channel, soon());
    end(&b);
}

static void open_gives(const char *text, enum iotsim_err err)
{
    struct bench b;

    begin(&b, text);
    CHECK_INT(channel_open(&b.channel, &b.transport, soon()).err, err);
    CHECK(b.channel.transport == NULL);
    channel_close(&b.channel, soon());
    end(&b);
}

static void open_fails(void)
{
    open_gives("> 00 70 00 00 01\n< 6881", IOTSIM_ERR_NO_CHANNEL);
    open_gives("> 00 70 00 00 01\n< 6A81", IOTSIM_ERR_NO_CHANNEL);
    open_gives("> 00 70 00 00 01\n< 6D00", IOTSIM_ERR_UNSUPPORTED);
    open_gives("> 00 70 00 00 01\n< 6E00", IOTSIM_ERR_UNSUPPORTED);
    open_gives("> 00 70 00 00 01\n< 9000", IOTSIM_ERR_CARD_ANSWER);
    open_gives("> 00 70 00 00 01\n< 00 9000", IOTSIM_ERR_CARD_ANSWER);
    open_gives("> 00 70 00 00 01\n< 01 02 9000", IOTSIM_ERR_CARD_ANSWER);
    open_gives("> 00 70 00 00 01\n! CARD_REMOVED", IOTSIM_ERR_CARD_REMOVED);
    open_gives("> 00 70 00 00 01\n< 90", IOTSIM_ERR_CARD_ANSWER);
}

/* Channel 4 cannot be named by class 0X: it is given back. */
static void open_out_of_reach(void)
{
    open_gives("> 00 70 00 00 01\n< 04 9000\n> 00 70 80 04\n< 9000",
               IOTSIM_ERR_NO_CHANNEL);
}

static void open_with_other_le(void)
{
    struct bench b;

    begin(&b, "> 00 70 00 00 01\n< 6C01\n> 00 70 00 00 01\n< 02 9000\n");
    CHECK(iotsim_ok(channel_open(&b.channel, &b.transport, soon())));
    CHECK_INT(b.channel.number, 2);
    end(&b);
}

static void select_gives(const char *answer, enum iotsim_err err)
{
    struct bench b;
    char text[512];

    snprintf(text, sizeof text, OPEN "> 01 A4 04 00 07 A0000005590010\n%s",
             answer);
    begin(&b, text);
    CHECK(iotsim_ok(channel_open(&b.channel, &b.transport, soon())));
    CHECK_INT(channel_select(&b.channel, BYTES_OF(aid), soon()).err, err);
    end(&b);
}

static void selects(void)
{
    select_gives("< 9000", IOTSIM_ERR_NONE);
    select_gives("< 9110", IOTSIM_ERR_NONE);
    select_gives("< 6F00 9000", IOTSIM_ERR_NONE);
    select_gives("< 6104\n> 01 C0 00 00 04\n< 6F020000 9000", IOTSIM_ERR_NONE);
    select_gives("< 6A82", IOTSIM_ERR_NO_APPLET);
    select_gives("< 6985", IOTSIM_ERR_NOT_PERMITTED);
    select_gives("! TIMEOUT", IOTSIM_ERR_TIMEOUT);
}

static void select_checks_aid(void)
{
    static const uint8_t zeros[17];
    struct bench b;

    begin(&b, OPEN);
    CHECK(iotsim_ok(channel_open(&b.channel, &b.transport, soon())));
    CHECK(iotsim_is(channel_select(&b.channel, bytes_of(zeros, 4), soon()),
                    IOTSIM_ERR_BAD_ARGUMENT));
    CHECK(iotsim_is(channel_select(&b.channel, bytes_of(zeros, 17), soon()),
                    IOTSIM_ERR_BAD_ARGUMENT));
    end(&b);
}

static void t0_shapes(void)
{
    struct bench b;

    begin(&b, OPEN SELECT "> 81 CB 00 00 01 55\n< 6102\n"
                          "> 01 C0 00 00 02\n< 0102 9000\n"
                          "> 00 70 80 01 00\n< 9000\n");
    b.script->t0 = true;
    CHECK(iotsim_ok(channel_open(&b.channel, &b.transport, soon())));
    CHECK(iotsim_ok(channel_select(&b.channel, BYTES_OF(aid), soon())));
    CHECK(iotsim_ok(get(&b, 1, APDU_LE_ALL)));
    gives(&b, "0102", SW_OK);
    channel_close(&b.channel, soon());
    end(&b);
}

/* --- the ICCID ----------------------------------------------------------- */

static void iccid_gives(const char *text, enum iotsim_err err,
                        const char *digits)
{
    struct bench b;
    char got[CHANNEL_ICCID_MAX + 1] = "before";

    begin(&b, text);
    CHECK(iotsim_ok(channel_open(&b.channel, &b.transport, soon())));
    CHECK_INT(channel_read_iccid(&b.channel, got, soon()).err, err);
    CHECK_STR(got, digits);
    end(&b);
}

#define SELECT_ICCID "> 01 A4 08 0C 02 2FE2\n"
#define READ_ICCID "> 01 B0 00 00 0A\n"

static void reads_iccid(void)
{
    iccid_gives(OPEN SELECT_ICCID "< 9000\n" READ_ICCID
                                  "< 98882110000000341200 9000",
                IOTSIM_ERR_NONE, "89881201000000432100");
    iccid_gives(OPEN SELECT_ICCID "< 9000\n" READ_ICCID
                                  "< 988821100000003412F0 9000",
                IOTSIM_ERR_NONE, "8988120100000043210");
    iccid_gives(OPEN SELECT_ICCID "< 9000\n" READ_ICCID
                                  "< 9888FFFFFFFFFFFFFFFF 9000",
                IOTSIM_ERR_NONE, "8988");
    iccid_gives(OPEN SELECT_ICCID "< 9000\n" READ_ICCID
                                  "< 98A8211000000034120000 9000",
                IOTSIM_ERR_NONE, "898A1201000000432100");
}

static void reads_iccid_by_the_other_p2(void)
{
    iccid_gives(OPEN SELECT_ICCID
                "< 6A86\n> 01 A4 08 04 02 2FE2\n< 6110\n> 01 C0 00 00 10\n"
                "< 62020000 9000\n" READ_ICCID "< 9888 9000",
                IOTSIM_ERR_NONE, "8988");
}

static void no_iccid(void)
{
    iccid_gives(OPEN SELECT_ICCID "< 6A82", IOTSIM_ERR_NOT_FOUND, "");
    iccid_gives(OPEN SELECT_ICCID "< 9000\n" READ_ICCID "< 6982",
                IOTSIM_ERR_NOT_PERMITTED, "");
    iccid_gives(OPEN SELECT_ICCID "< 9000\n" READ_ICCID "< FFFF 9000",
                IOTSIM_ERR_CARD_ANSWER, "");
    iccid_gives(OPEN SELECT_ICCID "< 9000\n" READ_ICCID "< 9000",
                IOTSIM_ERR_CARD_ANSWER, "");
    iccid_gives(OPEN SELECT_ICCID "! CARD_REMOVED", IOTSIM_ERR_CARD_REMOVED,
                "");
}

/* --- Le and GET RESPONSE -------------------------------------------------- */

static void corrects_le(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT
                   "> 81 CB 00 00 44\n< 6C02\n> 81 CB 00 00 02\n< 0102 9000\n"
                   "> 81 CB 00 00 01 55 00\n< 6C02\n"
                   "> 81 CB 00 00 01 55 02\n< 0304 9000\n");
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "0102", SW_OK);
    CHECK(iotsim_ok(get(&b, 1, APDU_LE_ALL)));
    gives(&b, "0304", SW_OK);
    end(&b);
}

static void corrects_le_once(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT
                   "> 81 CB 00 00 44\n< 6C02\n> 81 CB 00 00 02\n< 6C03\n");
    CHECK(iotsim_is(get(&b, 0, 0x44), IOTSIM_ERR_CARD_ANSWER));
    CHECK_INT(b.response.len, 0);
    end(&b);
}

static void leaves_le_out(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 01 55 00\n< 6700\n"
                                   "> 81 CB 00 00 01 55\n< 01 9000\n"
                                   "> 81 CB 00 00 01 55\n< 02 9000\n"
                                   "> 81 CB 00 00 44\n< 03 9000\n");
    CHECK(iotsim_ok(get(&b, 1, APDU_LE_ALL)));
    gives(&b, "01", SW_OK);
    CHECK(iotsim_ok(get(&b, 1, APDU_LE_ALL)));
    gives(&b, "02", SW_OK);
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    end(&b);
}

static void wrong_length_for_other_reasons(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 01 55 00\n< 6700\n"
                                   "> 81 CB 00 00 01 55\n< 6700\n"
                                   "> 81 CB 00 00 44\n< 6700\n"
                                   "> 81 CB 00 00 01 55\n< 6700\n"
                                   "> 81 CB 00 00 01 55 07\n< 01 9000\n");
    CHECK(iotsim_ok(get(&b, 1, APDU_LE_ALL)));
    gives(&b, "", SW_WRONG_LENGTH);
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "", SW_WRONG_LENGTH);
    CHECK(iotsim_ok(get(&b, 1, APDU_LE_NONE)));
    gives(&b, "", SW_WRONG_LENGTH);
    CHECK(iotsim_ok(get(&b, 1, 7)));
    gives(&b, "01", SW_OK);
    end(&b);
}

static void joins_parts(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 01 55 00\n< 01 6102\n"
                                   "> 01 C0 00 00 02\n< 0203 6100\n"
                                   "> 01 C0 00 00 00\n< 6C01\n"
                                   "> 01 C0 00 00 01\n< 04 63CF\n");
    CHECK(iotsim_ok(get(&b, 1, APDU_LE_ALL)));
    gives(&b, "01020304", SW_STORE_CHANGED);
    end(&b);
}

/* GET RESPONSE in the class of the command, asked for once only. */
static void response_in_the_family(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 01 55 00\n< 6102\n"
                                   "> 01 C0 00 00 02\n< 6E00\n"
                                   "> 81 C0 00 00 02\n< 0102 9000\n"
                                   "> 81 CB 00 00 01 55 00\n< 6101\n"
                                   "> 81 C0 00 00 01\n< 03 9000\n");
    CHECK(iotsim_ok(get(&b, 1, APDU_LE_ALL)));
    gives(&b, "0102", SW_OK);
    CHECK(iotsim_ok(get(&b, 1, APDU_LE_ALL)));
    gives(&b, "03", SW_OK);
    end(&b);
}

static void endless_parts(void)
{
    static char text[CHANNEL_PARTS_MAX * 32 + 256];
    struct bench b;
    size_t at = (size_t)snprintf(text, sizeof text,
                                 OPEN SELECT "> 81 CB 00 00 44\n< 6101\n");

    for (int i = 0; i < CHANNEL_PARTS_MAX; i++)
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "> 01 C0 00 00 01\n< 6101\n");
    begin_selected(&b, text);
    CHECK(iotsim_is(get(&b, 0, 0x44), IOTSIM_ERR_CARD_ANSWER));
    end(&b);
}

static void more_than_fits(void)
{
    const struct apdu command = { .ins = 0xcb, .le = APDU_LE_ALL };
    struct bench b;
    struct buf small;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 00\n< 0102 6102\n"
                                   "> 01 C0 00 00 02\n< 0304 9000\n");
    small = buf_over(b.storage, 4);
    buf_u8(&small, 0xaa);
    CHECK(
        iotsim_is(channel_exchange(&b.channel, &command, &small, &b.sw, soon()),
                  IOTSIM_ERR_TOO_LONG));
    CHECK_HEX(small.data, small.len, "AA");
    CHECK(!small.failed);
    end(&b);
}

static void drops_data(void)
{
    const struct apdu command = { .ins = 0x2a, .le = APDU_LE_NONE };
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 2A 00 00\n< 01020304 9000\n");
    CHECK(
        iotsim_ok(channel_exchange(&b.channel, &command, NULL, &b.sw, soon())));
    CHECK_INT(b.sw, SW_OK);
    end(&b);
}

/* --- class and SELECT ---------------------------------------------------- */

static void class_0x(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT
                   "> 81 CB 00 00 44\n< 6E00\n> 01 CB 00 00 44\n< 01 9000\n"
                   "> 01 CB 00 00 44\n< 02 9000\n");
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "01", SW_OK);
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "02", SW_OK);
    end(&b);
}

/* Once 80 has worked, 6E00 is not about the class; and it was not for want of
 * a SELECT either, which is tried once. */
static void class_is_remembered(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 44\n< 6A82\n"
                                   "> 81 CB 00 00 44\n< 6E00\n" SELECT
                                   "> 81 CB 00 00 44\n< 6E00\n"
                                   "> 81 CB 00 00 44\n< 6E00\n");
    for (int i = 0; i < 3; i++)
        CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "", SW_INVALID_CLA);
    end(&b);
}

static void neither_class(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT
                   "> 81 CB 00 00 44\n< 6E00\n> 01 CB 00 00 44\n< 6E00\n" SELECT
                   "> 81 CB 00 00 44\n< 6E00\n> 01 CB 00 00 44\n< 6E00\n"
                   "> 81 CB 00 00 44\n< 6E00\n> 01 CB 00 00 44\n< 01 9000\n");
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "", SW_INVALID_CLA);
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "01", SW_OK);
    end(&b);
}

static void selects_twice(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 44\n< 6D00\n" SELECT
                                   "> 81 CB 00 00 44\n< 01 9000\n"
                                   "> 81 CB 00 00 44\n< 02 9000\n");
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "01", SW_OK);
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "02", SW_OK);
    end(&b);
}

static void selects_again_each_time(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 44\n< 01 9000\n"
                                   "> 81 CB 00 00 44\n< 6D00\n" SELECT
                                   "> 81 CB 00 00 44\n< 02 9000\n"
                                   "> 81 CB 00 00 44\n< 6D00\n" SELECT
                                   "> 81 CB 00 00 44\n< 03 9000\n");
    for (int i = 0; i < 3; i++)
        CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "03", SW_OK);
    end(&b);
}

/* A command that the applet does not know costs one SELECT, not one each. */
static void unknown_instruction(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 44\n< 6D00\n" SELECT
                                   "> 81 CB 00 00 44\n< 6D00\n"
                                   "> 81 CB 00 00 44\n< 6D00\n");
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    CHECK(iotsim_ok(get(&b, 0, 0x44)));
    gives(&b, "", SW_INVALID_INS);
    end(&b);
}

static void applet_is_gone(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 44\n< 6D00\n"
                                   "> 01 A4 04 00 07 A0000005590010\n< 6A82\n");
    CHECK(iotsim_is(get(&b, 0, 0x44), IOTSIM_ERR_NO_APPLET));
    end(&b);
}

/* --- the link ------------------------------------------------------------ */

static void reset_ends_the_channel(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT "> 81 CB 00 00 44\n! CARD_RESET\n");
    CHECK(iotsim_is(get(&b, 0, 0x44), IOTSIM_ERR_CARD_RESET));
    CHECK(iotsim_is(get(&b, 0, 0x44), IOTSIM_ERR_CARD_RESET));
    channel_close(&b.channel, soon());
    end(&b);
}

static void failure_in_a_later_part(void)
{
    struct bench b;

    begin_selected(&b, OPEN SELECT
                   "> 81 CB 00 00 44\n< 01 6101\n> 01 C0 00 00 01\n! IO\n");
    CHECK(iotsim_is(get(&b, 0, 0x44), IOTSIM_ERR_IO));
    CHECK_INT(b.response.len, 0);
    end(&b);
}

TEST_MAIN(TEST(opens_and_closes), TEST(open_fails), TEST(open_out_of_reach),
          TEST(open_with_other_le), TEST(selects), TEST(select_checks_aid),
          TEST(t0_shapes), TEST(reads_iccid), TEST(reads_iccid_by_the_other_p2),
          TEST(no_iccid), TEST(corrects_le), TEST(corrects_le_once),
          TEST(leaves_le_out), TEST(wrong_length_for_other_reasons),
          TEST(joins_parts), TEST(response_in_the_family), TEST(endless_parts),
          TEST(more_than_fits), TEST(drops_data), TEST(class_0x),
          TEST(class_is_remembered), TEST(neither_class), TEST(selects_twice),
          TEST(selects_again_each_time), TEST(unknown_instruction),
          TEST(applet_is_gone), TEST(reset_ends_the_channel),
          TEST(failure_in_a_later_part))
