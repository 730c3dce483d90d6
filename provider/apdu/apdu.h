/* SPDX-License-Identifier: Apache-2.0 */
/* Command and response APDUs in short form (ISO 7816-3 12.1, 7816-4 5.1). */
#ifndef IOTSIM_APDU_APDU_H
#define IOTSIM_APDU_APDU_H

#include "base/buf.h"
#include "iotsim/result.h"

enum {
    APDU_DATA_MAX = 255,     /* octets of command data */
    APDU_RESPONSE_MAX = 256, /* octets of response data */
    APDU_LE_NONE = -1,       /* no response data is expected */
    APDU_LE_ALL = 256        /* as much as there is: Le 00 */
};

struct apdu {
    uint8_t cla;
    uint8_t ins;
    uint8_t p1;
    uint8_t p2;
    struct bytes data; /* at most APDU_DATA_MAX octets */
    int le;            /* 1..256 or APDU_LE_NONE */
    bool continues;    /* makes sense only after the command before it */
};

/* Append the encoding of `command` to `out`. With `t0` the shape of T=0: Le is
 * left out behind data, and a command with neither gets P3 = 00.
 * Errors: TOO_LONG, BAD_ARGUMENT (le out of range). */
IOTSIM_MUST_USE iotsim_result apdu_encode(const struct apdu *command, bool t0,
                                          struct buf *out);

/* Split `response` into data and status word. Errors: CARD_ANSWER when it is
 * shorter than two octets. */
IOTSIM_MUST_USE iotsim_result apdu_split(struct bytes response,
                                         struct bytes *data, uint16_t *sw);

#endif
