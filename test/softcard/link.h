/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection that speaks the vpcd framing, and the card behind it.
 *
 * A message is a two-octet big-endian length and that many octets. One octet
 * is control: 0 power off, 1 power on, 2 reset (no answer to these), 4 get ATR
 * (the ATR is the answer). More octets are a command APDU; its answer follows.
 */
#ifndef SOFTCARD_LINK_H
#define SOFTCARD_LINK_H

#include "softcard.h"

#define LINK_MESSAGE_MAX 65535

struct link; /* one connection */

enum link_state {
    LINK_UP,
    LINK_DOWN,   /* the peer closed, or broke the framing */
    LINK_REMOVED /* a fault took the card away            */
};

/* Take over a connected socket; closed by link_free. NULL: no memory. */
struct link *link_new(int fd);
void link_free(struct link *link);

/* The descriptor to poll. */
int link_fd(const struct link *link);

/* The descriptor is readable: take what is there, serve whole messages. */
enum link_state link_serve(struct link *link, struct softcard *card);

#endif
