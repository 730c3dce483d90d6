/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iotsim_uri_format from structures made by hand: the canonical text, the size
 * of the output, bad structures. Round trips are in test_uri.c.
 */
#include "iotsim/uri.h"

#include "support/check.h"

static void canonical_text(void)
{
    static const struct {
        struct iotsim_uri uri;
        const char *text;
    } rows[] = {
        { { .token = "" }, "iotsim:" },
        { { .token = "898822806660000000" },
          "iotsim:token=898822806660000000" },
        { { .object = "a key; 100%/?#" },
          "iotsim:object=a%20key%3B%20100%25%2F%3F%23" },
        { { .object = "\xC3\xA1&=:@[]" }, "iotsim:object=%C3%A1&=:@[]" },
        { { .id = { 0x00, 0x61, 0xFF }, .id_len = 3 }, "iotsim:id=%00%61%FF" },
        { { .id = { 1, 2 }, .id_len = 1, .type = IOTSIM_TYPE_CERT },
          "iotsim:id=%01;type=cert" },
        { { .type = IOTSIM_TYPE_PRIVATE }, "iotsim:type=private" },
        { { .type = IOTSIM_TYPE_PUBLIC }, "iotsim:type=public" },
        { { .type = IOTSIM_TYPE_SECRET }, "iotsim:type=secret-key" },
        { { .reader = "a&b;c?d/e|f" }, "iotsim:?reader=a%26b%3Bc?d/e|f" },
        { { .aid = { 0xA0, 0, 0, 5, 0x5F }, .aid_len = 5 },
          "iotsim:?aid=A00000055F" },
        { { .nonce = "aB" }, "iotsim:?nonce=aB" },
        { { .object = "k", .transport = "at", .device = "/dev/x" },
          "iotsim:object=k?transport=at&device=/dev/x" },
        { { .address = "h:1", .pin_value = "1 2" },
          "iotsim:?address=h:1&pin-value=1%202" },
        { { .pin_source = "file:/x" }, "iotsim:?pin-source=file:/x" },
    };
    char out[IOTSIM_URI_MAX + 1];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(iotsim_ok(iotsim_uri_format(&rows[i].uri, out, sizeof out)));
        CHECK_STR(out, rows[i].text);
    }
}

/* Check that `uri` does not fit `size` octets and leaves none of them. */
static void does_not_fit(const struct iotsim_uri *uri, size_t size)
{
    char out[IOTSIM_URI_MAX + 16];

    memset(out, 'x', sizeof out);
    CHECK(iotsim_is(iotsim_uri_format(uri, out, size), IOTSIM_ERR_TOO_LONG));
    for (size_t i = 0; i < size && i <= IOTSIM_URI_MAX; i++)
        CHECK_INT(out[i], '\0');
    for (size_t i = size; i < sizeof out; i++)
        CHECK_INT(out[i], 'x');
}

static void size_of_the_output(void)
{
    static const struct iotsim_uri uri = { .id = { 0x0A },
                                           .id_len = 1,
                                           .type = IOTSIM_TYPE_CERT,
                                           .pin_value = "1 2" };
    const char *text = "iotsim:id=%0A;type=cert?pin-value=1%202";
    char out[64];

    for (size_t size = 0; size <= strlen(text); size++)
        does_not_fit(&uri, size);
    CHECK(iotsim_ok(iotsim_uri_format(&uri, out, strlen(text) + 1)));
    CHECK_STR(out, text);
}

static void no_more_than_can_be_read(void)
{
    static struct iotsim_uri uri;
    char out[IOTSIM_URI_MAX + 16];

    memset(uri.reader, ' ', IOTSIM_PLACE_MAX);
    memset(uri.device, ' ', IOTSIM_PLACE_MAX);
    CHECK(iotsim_ok(iotsim_uri_format(&uri, out, sizeof out)));
    memset(uri.address, ' ', IOTSIM_PLACE_MAX);
    does_not_fit(&uri, sizeof out);
}

static void bad_structures(void)
{
    static struct iotsim_uri rows[5];

    rows[0].id_len = IOTSIM_ID_MAX + 1;
    rows[1].aid_len = SIZE_MAX;
    memset(rows[2].object, 'o', sizeof rows[2].object);
    memset(rows[3].pin_source, '1', sizeof rows[3].pin_source);
    memset(&rows[4].type, 0x7F, sizeof rows[4].type);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        does_not_fit(&rows[i], IOTSIM_URI_MAX + 1);
}

TEST_MAIN(TEST(canonical_text), TEST(size_of_the_output),
          TEST(no_more_than_can_be_read), TEST(bad_structures))
