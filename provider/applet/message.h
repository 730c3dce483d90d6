/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What COMPUTE SIGNATURE and VERIFY SIGNATURE have in common: the session for
 * a message, and its way to the card in the three modes of operation (IoT.05
 * 2.5.14; reference 3.9 to 3.11). Internal to applet/.
 */
#ifndef IOTSIM_APPLET_MESSAGE_H
#define IOTSIM_APPLET_MESSAGE_H

#include "applet/exchange.h"

enum {
    MESSAGE_LAST_BLOCK_MAX = 128, /* octets of text behind the hashed ones */
    MESSAGE_CHAINING_MIN = 32,    /* octets of the state of SHA-256 */
    MESSAGE_CHAINING_MAX = 64,    /* of SHA-384 and SHA-512 */

    /* octets of the fields of the last UPDATE, in any mode: 9A, 9C, 9D */
    MESSAGE_LAST_MAX =
        2 + MESSAGE_LAST_BLOCK_MAX + 2 + MESSAGE_CHAINING_MAX + 2 + 4,

    SIGNATURE_SHORT_MAX = 0xff /* octets that a one-octet length can tell */
};

/* Open the session by the INIT instruction `ins`, with the key `ref` of `kind`
 * and what `message` says of mode and algorithms. 1 exchange. Errors:
 * BAD_ARGUMENT (the message is none of its mode), those of INIT. */
IOTSIM_MUST_USE iotsim_result
message_open(struct applet *a, uint8_t ins, enum applet_kind kind,
             struct applet_ref ref, const struct applet_message *message);

/* Send all of `message` but its last block by the UPDATE instruction `ins`;
 * append the fields of the last one, up to MESSAGE_LAST_MAX octets, to `last`,
 * for the caller to send. No exchange unless the text has several blocks. */
IOTSIM_MUST_USE iotsim_result message_send(struct applet *a, uint8_t ins,
                                           const struct applet_message *message,
                                           struct buf *last);

#endif
