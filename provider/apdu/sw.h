/* SPDX-License-Identifier: Apache-2.0 */
/* Status words: what each means as a result and in words. Source: ISO 7816-4
 * 5.1.3 and IoT.05. */
#ifndef IOTSIM_APDU_SW_H
#define IOTSIM_APDU_SW_H

#include <stdbool.h>
#include <stdint.h>

#include "iotsim/result.h"

enum {
    SW_OK = 0x9000,
    SW_MORE_LIST = 0x6300,
    SW_STORE_CHANGED = 0x63cf,
    SW_WRONG_LENGTH = 0x6700,
    SW_NO_CHANNEL = 0x6881,
    SW_OFFSET = 0x6981,
    SW_INVALIDATED = 0x6984,
    SW_CONDITIONS = 0x6985,
    SW_CAPACITY = 0x6989,
    SW_WRONG_DATA = 0x6a80,
    SW_NO_FUNCTION = 0x6a81,
    SW_NOT_FOUND = 0x6a82,
    SW_WRONG_P1P2 = 0x6a86,
    SW_INVALID_INS = 0x6d00,
    SW_NO_MATCH = 0x6d01,
    SW_INVALID_CLA = 0x6e00,
    SW_UNKNOWN = 0x6f00
};

/* The result of `sw`: success for 9000, 91xx, 63CF; else the error of the
 * table with `sw` in it (CARD_STATUS when the table has no row). */
iotsim_result sw_result(uint16_t sw);

/* Its meaning in words, static; "unknown status word" when not in the table. */
const char *sw_text(uint16_t sw);

/* True when `sw` says that the objects on the card have changed. */
bool sw_store_changed(uint16_t sw);

#endif
