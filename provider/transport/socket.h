/* SPDX-License-Identifier: Apache-2.0 */
/* The transport "socket"; see socket.c. */
#ifndef IOTSIM_TRANSPORT_SOCKET_H
#define IOTSIM_TRANSPORT_SOCKET_H

#include "transport/transport.h"

extern const struct transport_ops socket_ops;

/* A link over the connected socket `fd`, which it owns from now on, also on
 * failure; `place` is its name. Asks the card for its ATR. What `open` does
 * once it is connected. Errors: NO_CARD, CARD_ANSWER, TIMEOUT, IO,
 * NO_MEMORY. */
IOTSIM_MUST_USE iotsim_result socket_take(int fd, const char *place,
                                          struct deadline until, void **link);

#endif
