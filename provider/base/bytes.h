/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct bytes: a borrowed run of octets, read from the front with every
 * length checked. Failure is sticky: after the first read past the end all
 * later reads give zeros and `failed` stays set, so a parser checks once.
 */
#ifndef IOTSIM_BASE_BYTES_H
#define IOTSIM_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *data; /* borrowed; may be NULL when len is 0 */
    size_t len;          /* octets left to read */
    bool failed;
};

/* The `len` octets at `data`, borrowed. */
struct bytes bytes_of(const void *data, size_t len);

/* The characters of `text` without its NUL, borrowed. */
struct bytes bytes_text(const char *text);

/* Bytes over an array of uint8_t. */
#define BYTES_OF(array) bytes_of((array), sizeof(array))

/* Read one octet; 0 when none is left. */
uint8_t bytes_u8(struct bytes *b);

/* Read two octets, most significant first; 0 on failure. */
uint16_t bytes_u16(struct bytes *b);

/* Read `len` octets; empty on failure. */
struct bytes bytes_take(struct bytes *b, size_t len);

/* The first octet without reading it; 0 when none is left (not a failure). */
uint8_t bytes_peek(const struct bytes *b);

/* True when all was read and nothing failed. */
bool bytes_at_end(const struct bytes *b);

/* True when both hold the same octets. Not for secrets. */
bool bytes_equal(struct bytes a, struct bytes b);

#endif
