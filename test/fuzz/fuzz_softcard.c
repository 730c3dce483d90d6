/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the software card with sequences of commands.
 *
 * Input: the first octet picks quirks; then commands, each after one octet of
 * length. The card is the same for every input, reset before each; slow work
 * (key generation) is in it, so expect hundreds of runs a second. Nothing may
 * crash, and every answer has a status word.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "softcard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char profile[] =
    "[objects]\nk1 = pair\ne1 = pair\np1 = public\ns1 = secret\ncc = file\n"
    "[k1]\nlabel = K1\nid = 01\nfunctions = 07\nvalue = generate\n"
    "[e1]\nlabel = E1\nid = 04\ntype = p256-volatile\nfunctions = 06\n"
    "[p1]\nlabel = P1\nid = 05\nfunctions = 05\naccess = 03\n"
    "[s1]\nlabel = S1\nid = 06\nvalue = 000102030405060708090A0B0C0D0E0F\n"
    "[cc]\nlabel = CC\nid = 02\nsize = 600\nvalue = 30313233\n";

/* One per bit of the first octet: set, or back at the default. */
static const char *const quirks[8][2] = {
    { "protocol=t1", "protocol=t0" },
    { "list-part=256", "list-part=7" },
    { "wrapper=each", "wrapper=type" },
    { "zero-length=plain", "zero-length=skip" },
    { "list-more=6300", "list-more=61xx" },
    { "read-padding=no", "read-padding=yes" },
    { "session-scope=channel", "session-scope=card" },
    { "signature=raw", "signature=der" },
};

static struct softcard *card_once(void)
{
    static struct softcard *card;

    if (card)
        return card;
    card = softcard_new();
    if (!card || !softcard_load_text(card, profile))
        abort();
    return card;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t open[] = { 0x00, 0x70, 0x00, 0x00, 0x01 };
    static const uint8_t select[] = { 0x01, 0xA4, 0x04, 0x00, 0x07, 0xA0,
                                      0x00, 0x00, 0x05, 0x59, 0x00, 0x10 };
    struct softcard *card = card_once();
    uint8_t answer[SOFTCARD_RESPONSE_MAX];
    size_t len = 0;

    if (size == 0)
        return 0;
    for (unsigned int bit = 0; bit < 8; bit++)
        (void)softcard_quirk(card, quirks[bit][data[0] >> bit & 1]);
    softcard_reset(card);
    (void)softcard_exchange(card, open, sizeof open, answer, &len);
    (void)softcard_exchange(card, select, sizeof select, answer, &len);
    data++;
    size--;
    while (size) {
        size_t n = *data < size - 1 ? *data : size - 1;

        data++;
        size--;
        if (softcard_exchange(card, data, n, answer, &len) !=
                SOFTCARD_ANSWERED ||
            len < 2 || len > sizeof answer)
            abort();
        data += n;
        size -= n;
    }
    return 0;
}
