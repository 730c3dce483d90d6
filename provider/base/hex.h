/* SPDX-License-Identifier: Apache-2.0 */
/* Octets as hexadecimal digits and back. */
#ifndef IOTSIM_BASE_HEX_H
#define IOTSIM_BASE_HEX_H

#include "base/buf.h"

/* Value of one hexadecimal digit, or -1. */
int hex_digit(char c);

/* Write `octets` as upper-case digits and a NUL to `out` of `size` octets;
 * what does not fit is left out, "..." then ends the text where it fits. */
void hex_format(struct bytes octets, char *out, size_t size);

/* Append the octets written as digits in `text` to `out`. False, with `out`
 * unchanged, when a digit is wrong, one is missing, or `out` is too small. */
bool hex_parse(struct bytes text, struct buf *out);

#endif
