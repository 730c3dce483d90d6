/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The object list in parts, and its three wrappings.
 * Reference: iot-safe-apdu 3.3, 7 rows 1 and 24.
 */
#include "exchange.h"

#define WHOLE_MAX 4096

/* A card with many files, each of 27 octets in the list. */
static struct softcard *many(unsigned int files)
{
    static char profile[WHOLE_MAX * 2];
    size_t at = 0;

    at += (size_t)snprintf(profile, sizeof profile, "[objects]\n");
    for (unsigned int i = 0; i < files; i++)
        at += (size_t)snprintf(profile + at, sizeof profile - at,
                               "f%u = file\n", i);
    for (unsigned int i = 0; i < files; i++)
        at += (size_t)snprintf(profile + at, sizeof profile - at,
                               "[f%u]\nid = %02X\nlabel = file %02u\n", i,
                               i + 1, i);
    struct softcard *card = card_of(profile);
    select_applet(card);
    return card;
}

/* Collect the list with P2 00, then 01 while 6300 (or 61xx); returns its
 * length; counts the parts. */
static size_t collect(struct softcard *card, uint8_t *whole,
                      unsigned int *parts)
{
    struct answer answer = ask(card, "81 CB 01 00 00");
    size_t len = 0;

    *parts = 0;
    for (;;) {
        unsigned int sw = status_of(&answer);

        if (answer.len < 2 || len + answer.len - 2 > WHOLE_MAX)
            return 0;
        memcpy(whole + len, answer.octets, answer.len - 2);
        len += answer.len - 2;
        ++*parts;
        if (sw == 0x9000)
            return len;
        if (sw == 0x6300)
            answer = ask(card, "81 CB 01 01 00");
        else if (sw >> 8 == 0x61)
            answer = ask(card, "81 C0 00 00 00");
        else
            return 0;
    }
}

static void same_list_in_any_parts(void)
{
    static const char *const quirks[] = { "list-part=256", "list-part=100",
                                          "list-part=1",   "list-cut=object",
                                          "list-part=30",  "list-more=61xx" };
    static uint8_t first[WHOLE_MAX];
    static uint8_t whole[WHOLE_MAX];
    struct softcard *card = many(20);
    unsigned int parts = 0;
    size_t len = collect(card, first, &parts);

    CHECK_INT(len, 20 * 27);
    CHECK_INT(parts, 3);
    for (size_t i = 0; i < sizeof quirks / sizeof *quirks; i++) {
        CHECK(softcard_quirk(card, quirks[i]));
        CHECK_INT(collect(card, whole, &parts), len);
        CHECK(memcmp(first, whole, len) == 0);
        CHECK(parts > 1);
    }
    softcard_free(card);
}

static void cut_at_objects(void)
{
    struct softcard *card = many(20);

    CHECK(softcard_quirk(card, "list-cut=object"));
    struct answer part = ask(card, "81 CB 01 00 00");
    CHECK_INT(part.len, 9 * 27 + 2);
    CHECK_INT(status_of(&part), 0x6300);
    softcard_free(card);
}

static void one_wrapper_a_type(void)
{
    struct softcard *card = many(3);

    CHECK(softcard_quirk(card, "wrapper=type"));
    struct answer list = ask(card, "81 CB 01 00 00");
    CHECK_INT(list.len, 4 + 3 * 25 + 2);
    CHECK_HEX(list.octets, 4, "C3 82 004B");
    CHECK(softcard_quirk(card, "wrapper=none"));
    CHECK_INT(ask(card, "81 CB 01 00 00").len, 3 * 25 + 2);
    softcard_free(card);
}

static void nothing_to_list(void)
{
    struct softcard *card = many(0);

    EXPECT(card, "81 CB 01 00 00", "9000");
    EXPECT(card, "81 CB 01 01 00", "9000");
    softcard_free(card);
}

TEST_MAIN(TEST(same_list_in_any_parts), TEST(cut_at_objects),
          TEST(one_wrapper_a_type), TEST(nothing_to_list))
