/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help for tests with data longer than one APDU: commands from octets, in as
 * many blocks as they need, and answers fetched with GET RESPONSE. Everything
 * goes by channel 1, session 01.
 */
#ifndef TEST_SOFTCARD_WHOLE_H
#define TEST_SOFTCARD_WHOLE_H

#include "exchange.h"

#define WHOLE_MAX 640
#define BLOCK_MAX 255

/* Keeps large locals out of the frame of the caller. */
#define OWN_FRAME static __attribute__((noinline, unused))

/* Octets a test writes, or an answer without its status word. */
struct octets {
    uint8_t at[WHOLE_MAX];
    size_t len;
};

static inline void add(struct octets *to, const void *octets, size_t n)
{
    if (n > sizeof to->at - to->len) {
        fprintf(stderr, "test data too long\n");
        exit(1);
    }
    memcpy(to->at + to->len, octets, n);
    to->len += n;
}

OWN_FRAME void add_hex(struct octets *to, const char *hex)
{
    uint8_t octets[WHOLE_MAX];
    size_t n = check_unhex(hex, octets, sizeof octets);

    if (n == (size_t)-1) {
        fprintf(stderr, "bad test data: %s\n", hex);
        exit(1);
    }
    add(to, octets, n);
}

OWN_FRAME struct octets from_hex(const char *hex)
{
    struct octets octets = { .len = 0 };

    add_hex(&octets, hex);
    return octets;
}

/* Append tag, BER length and value. */
static inline void add_tlv(struct octets *to, uint8_t tag, const void *value,
                           size_t n)
{
    uint8_t header[4] = { tag, 0x82, (uint8_t)(n >> 8), (uint8_t)n };

    if (n > 0xFF) {
        add(to, header, 4);
    } else if (n > 0x7F) {
        uint8_t middle[3] = { tag, 0x81, (uint8_t)n };

        add(to, middle, 3);
    } else {
        uint8_t small[2] = { tag, (uint8_t)n };

        add(to, small, 2);
    }
    add(to, value, n);
}

/* Send one block; the answer, gathered, to `answer`; returns the status. */
OWN_FRAME unsigned int send_block(struct softcard *card, uint8_t ins,
                                  uint8_t p1, const uint8_t *data, size_t n,
                                  struct octets *answer)
{
    uint8_t command[5 + BLOCK_MAX] = { 0x81, ins, p1, 0x01, (uint8_t)n };
    struct answer part = { .len = 0 };

    memcpy(command + 5, data, n);
    (void)softcard_exchange(card, command, 5 + n, part.octets, &part.len);
    answer->len = 0;
    add(answer, part.octets, part.len - 2);
    while (status_of(&part) >> 8 == 0x61) {
        part = ask(card, "81 C0 00 00 00");
        add(answer, part.octets, part.len - 2);
    }
    return status_of(&part);
}

/* Send UPDATE data, cut into blocks of at most `most` octets. */
OWN_FRAME unsigned int send_cut(struct softcard *card, uint8_t ins,
                                const struct octets *data, size_t most,
                                struct octets *answer)
{
    size_t from = 0;
    unsigned int sw = 0x9000;

    while (sw == 0x9000 && data->len - from > most) {
        sw = send_block(card, ins, 0x00, data->at + from, most, answer);
        from += most;
    }
    return sw == 0x9000 ? send_block(card, ins, 0x80, data->at + from,
                                     data->len - from, answer)
                        : sw;
}

/* As send_cut, for data that bring no answer. */
OWN_FRAME unsigned int put_cut(struct softcard *card, uint8_t ins,
                               const struct octets *data, size_t most)
{
    struct octets nothing = { .len = 0 };

    return send_cut(card, ins, data, most, &nothing);
}

/* READ PUBLIC KEY of `id`: the answer; empty when refused. */
OWN_FRAME struct octets read_key(struct softcard *card, const char *id)
{
    char command[40];
    struct octets key = { .len = 0 };

    snprintf(command, sizeof command, "81 CD 00 00 03 8501%s", id);
    struct answer part = ask(card, command);
    add(&key, part.octets, part.len - 2);
    while (status_of(&part) >> 8 == 0x61) {
        part = ask(card, "81 C0 00 00 00");
        add(&key, part.octets, part.len - 2);
    }
    return key;
}

#endif
