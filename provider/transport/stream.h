/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole runs of octets over a stream socket, by a deadline. Interruptions and
 * short reads are dealt with here; SIGPIPE cannot happen. Errors: TIMEOUT,
 * CARD_REMOVED (the peer hung up), IO, each with errno.
 */
#ifndef IOTSIM_TRANSPORT_STREAM_H
#define IOTSIM_TRANSPORT_STREAM_H

#include <sys/socket.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "iotsim/result.h"

/* Connect `fd`. Errors: TIMEOUT, and NO_READER with errno for all others. */
IOTSIM_MUST_USE iotsim_result stream_connect(int fd,
                                             const struct sockaddr *address,
                                             socklen_t len,
                                             struct deadline until);

/* Send all of `octets`. */
IOTSIM_MUST_USE iotsim_result stream_write(int fd, struct bytes octets,
                                           struct deadline until);

/* Append exactly `len` octets to `in`, which must have room for them. On
 * failure some of them may have been appended. */
IOTSIM_MUST_USE iotsim_result stream_read(int fd, struct buf *in, size_t len,
                                          struct deadline until);

/* Success when the peer is there and has sent nothing unasked, without
 * waiting. Errors: CARD_REMOVED, CARD_ANSWER, IO. */
IOTSIM_MUST_USE iotsim_result stream_quiet(int fd);

#endif
