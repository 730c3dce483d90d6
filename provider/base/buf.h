/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct buf: octets appended to the caller's storage with every length
 * checked. Failure is sticky: an append that does not fit writes nothing and
 * sets `failed`, so a command is a column of puts that is checked once.
 */
#ifndef IOTSIM_BASE_BUF_H
#define IOTSIM_BASE_BUF_H

#include "base/bytes.h"

struct buf {
    uint8_t *data; /* borrowed storage */
    size_t size;   /* octets of storage */
    size_t len;    /* octets written */
    bool failed;
};

/* An empty buffer over an array of uint8_t. */
#define BUF_OVER(array) buf_over((array), sizeof(array))

/* An empty buffer over `size` octets at `data`, borrowed. */
struct buf buf_over(void *data, size_t size);

/* Append one octet. */
void buf_u8(struct buf *b, uint8_t value);

/* Append two octets, most significant first. */
void buf_u16(struct buf *b, uint16_t value);

/* Append all of `octets`. A failed reader makes the buffer fail. */
void buf_put(struct buf *b, struct bytes octets);

/* What was written, borrowed until the next change. */
struct bytes buf_view(const struct buf *b);

/* The storage that is left, to be filled by a reader; then buf_added. */
struct buf buf_rest(const struct buf *b);

/* Count `len` octets that were written behind the end. */
void buf_added(struct buf *b, size_t len);

/* Forget what was written beyond `len` octets; the failure, too. */
void buf_cut(struct buf *b, size_t len);

/* Cleanse the whole storage and empty the buffer. */
void buf_wipe(struct buf *b);

#endif
