/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transport carries one command APDU to the card and its response back.
 * It knows nothing of URIs, channels or applets. The contract:
 *
 * - `open` takes the nth (from 0) reader or device that fits `place` ("" fits
 *   any) and connects to the card in it. It fails with NO_READER when there is
 *   no nth one, so a caller can try one after another.
 * - `begin` ... `end` is a transaction: no other process reaches the card in
 *   between. `transmit` is called only inside one.
 * - `transmit` sends exactly the octets given and appends the octets of the
 *   response, status word included, to `response`. On failure `response` is
 *   unchanged.
 * - CARD_RESET says that the card lost its state and the link is good again;
 *   every other failure means: close and open anew.
 * - Every call returns by its deadline, unless the system below offers no
 *   limit: the file of the transport says what bounds it then.
 * - `close` may talk to the card's driver; `forget` is for a forked child: it
 *   frees what the child inherited and says nothing to anybody.
 *
 * A transport is used by one thread at a time.
 */
#ifndef IOTSIM_TRANSPORT_TRANSPORT_H
#define IOTSIM_TRANSPORT_TRANSPORT_H

#include "base/buf.h"
#include "base/deadline.h"
#include "iotsim/result.h"

enum {
    TRANSPORT_COMMAND_MAX = 5 + 255 + 1, /* short APDU */
    TRANSPORT_RESPONSE_MAX = 256 + 2,    /* short APDU */
    TRANSPORT_PLACE_MAX = 255            /* characters of a place */
};

struct transport_ops {
    const char *name;  /* as in `transport=` */
    const char *place; /* what it calls its place: reader, device, address */
    iotsim_result (*open)(const char *place, unsigned nth,
                          struct deadline until, void **link);
    iotsim_result (*begin)(void *link, struct deadline until);
    void (*end)(void *link);
    iotsim_result (*transmit)(void *link, struct bytes command,
                              struct buf *response, struct deadline until);
    bool (*is_t0)(void *link);        /* commands must have the shape of T=0 */
    const char *(*where)(void *link); /* name of the reader, borrowed */
    void (*close)(void *link);
    void (*forget)(void *link);
};

struct transport {
    const struct transport_ops *ops; /* NULL: not open */
    void *link;                      /* the transport's own object */
    bool secret; /* the trace masks the answer to GET RESPONSE; trace.c */
};

/* The transport called `name`, or NULL. */
const struct transport_ops *transport_find(const char *name);

/* The nth transport of the table, or NULL past its end. */
const struct transport_ops *transport_row(size_t nth);

/* Open the nth fitting place. `*t` is all zero on failure. When the
 * log level is trace, or transport_trace named a file, exchanges are recorded.
 * Errors: BAD_SETTING (place not understood), NO_SERVICE, NO_READER, NO_CARD,
 * CARD_IN_USE, CARD_ANSWER (no ATR), IO, TIMEOUT, NO_MEMORY. */
IOTSIM_MUST_USE iotsim_result transport_open(struct transport *t,
                                             const struct transport_ops *ops,
                                             const char *place, unsigned nth,
                                             struct deadline until);

/* Begin a transaction. Errors: CARD_RESET, CARD_REMOVED, BUSY, IO. */
IOTSIM_MUST_USE iotsim_result transport_begin(struct transport *t,
                                              struct deadline until);

/* End it. */
void transport_end(struct transport *t);

/* One command out, one response in: `command` 4 to TRANSPORT_COMMAND_MAX
 * octets; `response` gains 2 to TRANSPORT_RESPONSE_MAX octets and must have
 * room for that many. Errors: BAD_ARGUMENT, CARD_ANSWER (shorter than a status
 * word), CARD_RESET, CARD_REMOVED, NO_SERVICE, TIMEOUT, IO; BUSY: `until` had
 * passed, nothing was sent, and the link is as good as before. */
IOTSIM_MUST_USE iotsim_result transport_transmit(struct transport *t,
                                                 struct bytes command,
                                                 struct buf *response,
                                                 struct deadline until);

/* True when commands must have the shape of T=0 (ISO 7816-3 12.2): no Le
 * behind command data. */
bool transport_is_t0(const struct transport *t);

/* Name of the open reader or device, borrowed from the transport. */
const char *transport_where(const struct transport *t);

/* Close; legal on one that is not open. */
void transport_close(struct transport *t);

/* Drop the handles inherited over fork without a word to the card. */
void transport_forget(struct transport *t);

/* Record every exchange of this process, secrets masked, in the file `path`
 * (appended). The first caller decides. Errors: BAD_SETTING with errno. */
IOTSIM_MUST_USE iotsim_result transport_trace(const char *path);

#endif
