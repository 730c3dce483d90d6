/* SPDX-License-Identifier: Apache-2.0 */
/*
 * THE TABLE of status words. The first row that fits counts; a new status
 * word is a row here. Source: reference chapter 5 (IoT.05, ISO 7816-4 5.1.3).
 */
#include "apdu/sw.h"

#include <stddef.h>

enum { ALL = 0xffff, SW1 = 0xff00 };    /* masks */
enum { KEEPS = false, CHANGED = true }; /* what it says about the store */

static const struct row {
    uint16_t code;
    uint16_t mask;
    enum iotsim_err err;
    bool store;
    const char *text;
} rows[] = {
    { SW_OK, ALL, IOTSIM_ERR_NONE, KEEPS, "success" },
    { 0x9100, SW1, IOTSIM_ERR_NONE, KEEPS,
      "success; the card has a proactive command for the modem" },
    { 0x6100, SW1, IOTSIM_ERR_CARD_STATUS, KEEPS, "more data is waiting" },
    { SW_MORE_LIST, ALL, IOTSIM_ERR_CARD_STATUS, KEEPS,
      "more data is available" },
    { SW_STORE_CHANGED, ALL, IOTSIM_ERR_NONE, CHANGED,
      "success; the operator has changed objects on the card" },
    { 0x6400, ALL, IOTSIM_ERR_CARD_STATUS, KEEPS,
      "the applet's store is damaged" },
    { SW_WRONG_LENGTH, ALL, IOTSIM_ERR_CARD_STATUS, KEEPS, "wrong length" },
    { SW_NO_CHANNEL, ALL, IOTSIM_ERR_NO_CHANNEL, KEEPS,
      "no logical channel is free" },
    { SW_OFFSET, ALL, IOTSIM_ERR_CARD_STATUS, KEEPS,
      "the offset is out of bounds" },
    { 0x6982, ALL, IOTSIM_ERR_NOT_PERMITTED, KEEPS,
      "security status not satisfied" },
    { SW_INVALIDATED, ALL, IOTSIM_ERR_CARD_UPDATING, KEEPS,
      "the operator is changing this object" },
    { SW_CONDITIONS, ALL, IOTSIM_ERR_NOT_PERMITTED, KEEPS,
      "conditions of use not satisfied: access, usage, state or session" },
    { SW_CAPACITY, ALL, IOTSIM_ERR_BUSY, CHANGED,
      "no session left, or the operator has changed this object" },
    { 0x6a00, ALL, IOTSIM_ERR_CARD_STATUS, KEEPS, "wrong parameters" },
    { SW_WRONG_DATA, ALL, IOTSIM_ERR_CARD_STATUS, KEEPS,
      "incorrect data or unknown algorithm" },
    { SW_NO_FUNCTION, ALL, IOTSIM_ERR_UNSUPPORTED, KEEPS,
      "function not supported" },
    { SW_NOT_FOUND, ALL, IOTSIM_ERR_NOT_FOUND, KEEPS, "not found" },
    { 0x6a84, ALL, IOTSIM_ERR_CARD_STATUS, KEEPS, "not enough memory" },
    { SW_WRONG_P1P2, ALL, IOTSIM_ERR_CARD_STATUS, KEEPS, "wrong P1 or P2" },
    { 0x6a88, ALL, IOTSIM_ERR_NOT_FOUND, KEEPS, "referenced data not found" },
    { 0x6c00, SW1, IOTSIM_ERR_CARD_STATUS, KEEPS, "wrong Le" },
    { SW_INVALID_INS, ALL, IOTSIM_ERR_UNSUPPORTED, KEEPS,
      "instruction not supported" },
    { SW_NO_MATCH, ALL, IOTSIM_ERR_CARD_STATUS, KEEPS,
      "the signature does not match" },
    { SW_INVALID_CLA, ALL, IOTSIM_ERR_UNSUPPORTED, KEEPS,
      "class not supported" },
    { SW_UNKNOWN, ALL, IOTSIM_ERR_CARD_STATUS, KEEPS, "unknown error" },
};

static const struct row *find(uint16_t sw)
{
    static const struct row unknown = { .err = IOTSIM_ERR_CARD_STATUS,
                                        .text = "unknown status word" };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if ((sw & rows[i].mask) == rows[i].code)
            return &rows[i];
    return &unknown;
}

iotsim_result sw_result(uint16_t sw)
{
    enum iotsim_err err = find(sw)->err;

    if (err == IOTSIM_ERR_NONE)
        return IOTSIM_OK;
    return (iotsim_result){ .err = (uint16_t)err, .sw = sw };
}

const char *sw_text(uint16_t sw)
{
    return find(sw)->text;
}

bool sw_store_changed(uint16_t sw)
{
    return find(sw)->store;
}
