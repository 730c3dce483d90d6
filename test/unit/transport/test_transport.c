/* SPDX-License-Identifier: Apache-2.0 */
/* What transport.c lets through in either direction, and the table. */
#include "transport/transport.h"

#include "support/check.h"

/* A transport that answers whatever the test told it to. */
static iotsim_result fake_result;
static size_t fake_len;
static unsigned fake_calls;

static iotsim_result fake_open(const char *place, unsigned nth,
                               struct deadline until, void **link)
{
    (void)place;
    (void)nth;
    (void)until;
    *link = &fake_calls;
    return fake_result;
}

static iotsim_result fake_begin(void *link, struct deadline until)
{
    (void)link;
    (void)until;
    return fake_result;
}

static iotsim_result fake_transmit(void *link, struct bytes command,
                                   struct buf *response, struct deadline until)
{
    static const uint8_t octets[TRANSPORT_RESPONSE_MAX + 8] = { 0x90 };

    (void)link;
    (void)command;
    (void)until;
    fake_calls++;
    buf_put(response, bytes_of(octets, fake_len));
    return fake_result;
}

static bool fake_is_t0(void *link)
{
    return link == &fake_calls;
}

static const char *fake_where(void *link)
{
    return link == &fake_calls ? "here" : "nowhere";
}

static void fake_void(void *link)
{
    CHECK(link == &fake_calls);
}

static const struct transport_ops fake_ops = {
    .name = "fake",
    .place = "place",
    .open = fake_open,
    .begin = fake_begin,
    .end = fake_void,
    .transmit = fake_transmit,
    .is_t0 = fake_is_t0,
    .where = fake_where,
    .close = fake_void,
    .forget = fake_void,
};

static struct transport open_fake(void)
{
    struct transport t;

    fake_result = IOTSIM_OK;
    fake_calls = 0;
    fake_len = 2;
    CHECK(iotsim_ok(transport_open(&t, &fake_ops, "", 0, deadline_in(1000))));
    return t;
}

static void open_checks_arguments(void)
{
    char place[TRANSPORT_PLACE_MAX + 2];
    struct transport t = { .ops = &fake_ops };
    const struct deadline soon = deadline_in(1000);

    memset(place, 'x', sizeof place);
    place[sizeof place - 1] = '\0';
    CHECK(iotsim_is(transport_open(&t, &fake_ops, place, 0, soon),
                    IOTSIM_ERR_BAD_SETTING));
    CHECK(t.ops == NULL);
    place[TRANSPORT_PLACE_MAX] = '\0';
    CHECK(iotsim_ok(transport_open(&t, &fake_ops, place, 0, soon)));
    CHECK(iotsim_is(transport_open(&t, NULL, "", 0, soon),
                    IOTSIM_ERR_BAD_ARGUMENT));
    CHECK(iotsim_is(transport_open(&t, &fake_ops, NULL, 0, soon),
                    IOTSIM_ERR_BAD_ARGUMENT));
    CHECK(iotsim_is(transport_open(&t, &fake_ops, "", 0, deadline_in(0)),
                    IOTSIM_ERR_TIMEOUT));
    fake_result = IOTSIM_FAIL(NO_CARD);
    CHECK(iotsim_is(transport_open(&t, &fake_ops, "", 0, soon),
                    IOTSIM_ERR_NO_CARD));
    CHECK(t.ops == NULL);
}

static void commands_are_bounded(void)
{
    static const uint8_t octets[TRANSPORT_COMMAND_MAX + 1];
    static const struct {
        size_t len;
        enum iotsim_err err;
    } rows[] = {
        { 0, IOTSIM_ERR_BAD_ARGUMENT },
        { 3, IOTSIM_ERR_BAD_ARGUMENT },
        { 4, IOTSIM_ERR_NONE },
        { TRANSPORT_COMMAND_MAX, IOTSIM_ERR_NONE },
        { TRANSPORT_COMMAND_MAX + 1, IOTSIM_ERR_BAD_ARGUMENT },
    };
    struct transport t = open_fake();
    uint8_t storage[TRANSPORT_RESPONSE_MAX];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf response = BUF_OVER(storage);
        iotsim_result r = transport_transmit(&t, bytes_of(octets, rows[i].len),
                                             &response, deadline_in(1000));

        CHECK_INT(r.err, rows[i].err);
    }
    CHECK_INT(fake_calls, 2);
    transport_close(&t);
}

static void answers_are_bounded(void)
{
    static const uint8_t command[4];
    static const struct {
        size_t len;
        enum iotsim_err err;
    } rows[] = {
        { 0, IOTSIM_ERR_CARD_ANSWER },
        { 1, IOTSIM_ERR_CARD_ANSWER },
        { 2, IOTSIM_ERR_NONE },
        { TRANSPORT_RESPONSE_MAX, IOTSIM_ERR_NONE },
        { TRANSPORT_RESPONSE_MAX + 1, IOTSIM_ERR_CARD_ANSWER },
        { TRANSPORT_RESPONSE_MAX + 8, IOTSIM_ERR_CARD_ANSWER },
    };
    struct transport t = open_fake();
    uint8_t storage[TRANSPORT_RESPONSE_MAX + 4];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf response = BUF_OVER(storage);
        iotsim_result r;

        buf_u8(&response, 0x55);
        fake_len = rows[i].len;
        r = transport_transmit(&t, BYTES_OF(command), &response,
                               deadline_in(1000));
        CHECK_INT(r.err, rows[i].err);
        CHECK_INT(response.len, 1 + (iotsim_ok(r) ? fake_len : 0));
        CHECK(!response.failed);
    }
    transport_close(&t);
}

static void failure_leaves_the_response(void)
{
    static const uint8_t command[4];
    struct transport t = open_fake();
    uint8_t storage[TRANSPORT_RESPONSE_MAX + 1];
    struct buf response = BUF_OVER(storage);

    fake_result = IOTSIM_FAIL(CARD_RESET);
    CHECK(iotsim_is(
        transport_transmit(&t, BYTES_OF(command), &response, deadline_in(1000)),
        IOTSIM_ERR_CARD_RESET));
    CHECK_INT(response.len, 0);
    CHECK(iotsim_is(
        transport_transmit(&t, BYTES_OF(command), &response, deadline_in(0)),
        IOTSIM_ERR_BUSY)); /* nothing was sent */
    CHECK_INT(fake_calls, 1);
    buf_u16(&response, 0);
    CHECK(iotsim_is(
        transport_transmit(&t, BYTES_OF(command), &response, deadline_in(1000)),
        IOTSIM_ERR_BAD_ARGUMENT));
    transport_close(&t);
}

static void closed_is_legal(void)
{
    static const uint8_t command[4];
    uint8_t storage[TRANSPORT_RESPONSE_MAX];
    struct buf response = BUF_OVER(storage);
    struct transport t = open_fake();

    CHECK(transport_is_t0(&t));
    CHECK_STR(transport_where(&t), "here");
    transport_forget(&t);
    CHECK(t.ops == NULL && t.link == NULL);
    CHECK(!transport_is_t0(&t));
    CHECK_STR(transport_where(&t), "");
    transport_end(&t);
    transport_close(&t);
    CHECK(iotsim_is(transport_begin(&t, deadline_in(1000)),
                    IOTSIM_ERR_BAD_ARGUMENT));
    CHECK(iotsim_is(
        transport_transmit(&t, BYTES_OF(command), &response, deadline_in(1000)),
        IOTSIM_ERR_BAD_ARGUMENT));
}

static void rows_are_found_by_name(void)
{
    size_t rows = 0;

    for (; transport_row(rows) != NULL; rows++)
        CHECK(transport_find(transport_row(rows)->name) == transport_row(rows));
    CHECK(transport_row(rows + 1) == NULL);
    CHECK(transport_row((size_t)-1) == NULL);
    CHECK(transport_find("pigeon") == NULL);
    CHECK(transport_find("") == NULL);
}

TEST_MAIN(TEST(open_checks_arguments), TEST(commands_are_bounded),
          TEST(answers_are_bounded), TEST(failure_leaves_the_response),
          TEST(closed_is_legal), TEST(rows_are_found_by_name))
