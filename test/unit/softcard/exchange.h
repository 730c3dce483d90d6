/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help for tests of the software card: a card from a profile, and exchanges
 * written as hexadecimal text.
 *
 * EXPECT(card, command, answer) sends and compares; ask() returns the answer for
 * checks of its parts. CARDS_DIR is the folder of the sample profiles.
 */
#ifndef TEST_SOFTCARD_EXCHANGE_H
#define TEST_SOFTCARD_EXCHANGE_H

#include "softcard.h"
#include "support/check.h"

#define AID "A0000005590010"

/* One answer: octets and status word included. */
struct answer {
    uint8_t octets[SOFTCARD_RESPONSE_MAX];
    size_t len;
    enum softcard_result result;
};

/* A card from the text of a profile; ends the program when it is refused. */
static inline struct softcard *card_of(const char *profile)
{
    struct softcard *card = softcard_new();

    if (!card || !softcard_load_text(card, profile)) {
        fprintf(stderr, "profile: %s\n", card ? softcard_error(card) : "?");
        exit(1);
    }
    return card;
}

/* A card from a sample profile, for instance "reference.conf". */
static inline struct softcard *card_from(const char *name)
{
    struct softcard *card = softcard_new();
    char path[512];

    snprintf(path, sizeof path, "%s/%s", CARDS_DIR, name);
    if (!card || !softcard_load(card, path, NULL)) {
        fprintf(stderr, "%s: %s\n", path, card ? softcard_error(card) : "?");
        exit(1);
    }
    return card;
}

/* Send a command; the answer has length 0 unless the card answered. */
static inline struct answer ask(struct softcard *card, const char *command)
{
    uint8_t octets[300];
    size_t len = check_unhex(command, octets, sizeof octets);
    struct answer answer = { .len = 0 };

    if (len == (size_t)-1) {
        fprintf(stderr, "bad test command: %s\n", command);
        exit(1);
    }
    answer.result =
        softcard_exchange(card, octets, len, answer.octets, &answer.len);
    return answer;
}

/* The status word of an answer, 0 when there is none. */
static inline unsigned int status_of(const struct answer *answer)
{
    if (answer->len < 2)
        return 0;
    return (unsigned int)answer->octets[answer->len - 2] << 8 |
           answer->octets[answer->len - 1];
}

/* Send and return the status word. */
static inline unsigned int send_for_status(struct softcard *card,
                                           const char *command)
{
    struct answer answer = ask(card, command);

    return status_of(&answer);
}

/* Open channel 1 and select the applet on it. */
static inline void select_applet(struct softcard *card)
{
    (void)ask(card, "00 70 00 00 01");
    (void)ask(card, "01 A4 04 00 07 " AID);
}

/* Send and check the whole answer. */
static inline void expect_at(const char *file, int line, struct softcard *card,
                             const char *command, const char *want)
{
    struct answer answer = ask(card, command);

    check_hex(file, line, command, answer.octets, answer.len, want);
}

#define EXPECT(card, command, want) \
    expect_at(__FILE__, __LINE__, card, command, want)

/* Send and check the status word. */
#define EXPECT_SW(card, command, want) \
    CHECK_INT(send_for_status(card, command), want)

#endif
