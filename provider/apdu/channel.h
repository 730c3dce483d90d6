/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A logical channel of the card with one application selected on it
 * (ISO 7816-4 11.1). Follows 61xx and 6Cxx, joins the parts of a response,
 * finds out which class byte the application wants. Never uses channel 0 for
 * more than MANAGE CHANNEL.
 */
#ifndef IOTSIM_APDU_CHANNEL_H
#define IOTSIM_APDU_CHANNEL_H

#include "apdu/apdu.h"
#include "base/deadline.h"
#include "transport/transport.h"

enum {
    CHANNEL_LAST = 3,       /* highest channel of class 0X and 8X */
    CHANNEL_AID_MIN = 5,    /* octets */
    CHANNEL_AID_MAX = 16,   /* octets */
    CHANNEL_ICCID_MAX = 20, /* digits */
    CHANNEL_PARTS_MAX = 300 /* parts of one response, 61xx */
};

struct channel {
    struct transport *transport; /* borrowed; NULL: channel not open */
    uint8_t number;              /* 1..3 */
    uint8_t aid[CHANNEL_AID_MAX];
    size_t aid_len;
    uint8_t family;       /* class without the channel: 80 or 00 */
    bool family_known;    /* an answer has confirmed it */
    bool response_family; /* learned: GET RESPONSE wants `family`, not 00 */
    bool without_le;      /* learned: no Le behind command data */
    bool reselects;       /* after 6D00, 6E00 one more SELECT may help */
};

/* Open a channel with MANAGE CHANNEL: 1 exchange. On failure it is not open.
 * Errors: NO_CHANNEL (none is free, or none that class 0X can name),
 * UNSUPPORTED (the card has no channels), those of transport_transmit. */
IOTSIM_MUST_USE iotsim_result channel_open(struct channel *c,
                                           struct transport *t,
                                           struct deadline until);

/* SELECT `aid` (5 to 16 octets): 1 exchange; what the card tells about the
 * application is fetched and ignored. Errors: NO_APPLET, ... */
IOTSIM_MUST_USE iotsim_result channel_select(struct channel *c,
                                             struct bytes aid,
                                             struct deadline until);

/* Read EF_ICCID (2FE2, ETSI TS 102 221 13.2) on this channel, before an
 * application is selected: 2 exchanges. `digits` gets up to CHANNEL_ICCID_MAX
 * digits (hexadecimal ones where an operator uses them) and a NUL; "" on
 * failure. Errors: CARD_ANSWER, CARD_STATUS, ... */
IOTSIM_MUST_USE iotsim_result
channel_read_iccid(struct channel *c, char digits[CHANNEL_ICCID_MAX + 1],
                   struct deadline until);

/* Send `command` (its `cla` is ignored: the channel knows it) and append the
 * response data of all parts to `response`; NULL drops them. `*sw` is the last
 * status word, never 61xx or 6Cxx; which of them is a failure is the caller's
 * business. On failure `response` is as it was. Errors: TOO_LONG (the card
 * says more than fits), CARD_ANSWER, CARD_RESET (the channel is not open any
 * more), those of transport_transmit.
 *
 * Until an answer has shown the class, 6E00 is answered by trying the other
 * one. 6D00 and 6E00 bring one more SELECT, for applets that want it twice,
 * and no more after it has not helped. */
IOTSIM_MUST_USE iotsim_result channel_exchange(struct channel *c,
                                               const struct apdu *command,
                                               struct buf *response,
                                               uint16_t *sw,
                                               struct deadline until);

/* Close with MANAGE CHANNEL, ignoring what the card says: 1 exchange. Legal
 * on a channel that is not open. */
void channel_close(struct channel *c, struct deadline until);

#endif
