/* SPDX-License-Identifier: Apache-2.0 */
/* The scripted transport does what its header says. */
#include "support/script.h"

#include "support/check.h"

#include "base/hex.h"

static uint8_t storage[TRANSPORT_RESPONSE_MAX + 64];
static struct buf response;

/* Send the command written as `hex`; the answer is left in `response`. */
static iotsim_result transmit(struct script *s, const char *hex)
{
    struct transport t = script_transport(s);
    uint8_t octets[TRANSPORT_COMMAND_MAX];
    struct buf command = BUF_OVER(octets);

    response = BUF_OVER(storage);
    if (!hex_parse(bytes_text(hex), &command))
        return IOTSIM_FAIL(BAD_ARGUMENT);
    return transport_transmit(&t, buf_view(&command), &response,
                              deadline_in(1000));
}

static void plays_answers_in_order(void)
{
    struct script *s = script_text("# a card\n"
                                   "> 00 70 00 00 01\n"
                                   "< 01 90 00   # channel 1\n"
                                   "\n"
                                   "  >01A4????02????\n"
                                   "\t< ?? 61 0F\r\n");

    CHECK(iotsim_ok(transmit(s, "0070000001")));
    CHECK_HEX(response.data, response.len, "01 90 00");
    CHECK(iotsim_ok(transmit(s, "01A40400023F00")));
    CHECK_HEX(response.data, response.len, "00 61 0F");
    CHECK_INT(s->exchanges, 2);
    CHECK(script_done(s));
    script_free(s);
}

static void plays_failures(void)
{
    struct script *s = script_text("! begin CARD_REMOVED\n"
                                   "> 00700000\n"
                                   "! CARD_RESET # 3 ms\n"
                                   "! TIMEOUT\n"
                                   "< 9000\n");
    struct transport t = script_transport(s);

    CHECK(iotsim_is(transport_begin(&t, deadline_in(1000)),
                    IOTSIM_ERR_CARD_REMOVED));
    CHECK(iotsim_ok(transport_begin(&t, deadline_in(1000))));
    CHECK_INT(s->transactions, 1);
    CHECK(iotsim_is(transmit(s, "00700000"), IOTSIM_ERR_CARD_RESET));
    CHECK(iotsim_is(transmit(s, "00700000"), IOTSIM_ERR_TIMEOUT));
    CHECK(iotsim_ok(transmit(s, "00700000")));
    transport_end(&t);
    CHECK(script_done(s));
    script_free(s);
}

/* Scripts and a command that does not go with them. */
static const struct {
    const char *script;
    const char *command;
} surprises[] = {
    { "> 00A40400\n< 9000\n", "00A40401" },
    { "> 00A40400\n< 9000\n", "00A4040000" },
    { "> 00A4040000\n< 9000\n", "00A40400" },
    { "> 00A4040?\n< 9000\n", "00A40400" },
    { "> 00A40400\n", "00A40400" },
    { "> 00A40400\n> 00A40400\n", "00A40400" },
    { "> 00A40400\n< 900\n", "00A40400" },
    { "> 00A40400\n! NO_SUCH_NAME\n", "00A40400" },
    { "", "00A40400" },
};

static void fails_on_surprises(void)
{
    for (size_t i = 0; i < sizeof surprises / sizeof *surprises; i++) {
        struct script *s = script_text(surprises[i].script);

        CHECK(iotsim_is(transmit(s, surprises[i].command), IOTSIM_ERR_IO));
        CHECK(!script_done(s));
        script_free(s);
    }
}

static void says_what_is_left(void)
{
    struct script *s = script_text("> 00A40400\n< 9000\n");

    CHECK(!script_done(s));
    script_free(s);
}

TEST_MAIN(TEST(plays_answers_in_order), TEST(plays_failures),
          TEST(fails_on_surprises), TEST(says_what_is_left))
