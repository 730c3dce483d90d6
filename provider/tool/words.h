/* SPDX-License-Identifier: Apache-2.0 */
/* What the code points of IoT.05 are called. */
#ifndef IOTSIM_TOOL_WORDS_H
#define IOTSIM_TOOL_WORDS_H

#include <stddef.h>

/* A value and its name; a table ends with the name NULL. */
struct word {
    unsigned value;
    const char *text;
};

extern const struct word words_functions[];   /* bits */
extern const struct word words_hashes[];      /* bits */
extern const struct word words_signatures[];  /* bits */
extern const struct word words_agreements[];  /* bits */
extern const struct word words_derivations[]; /* bits */
extern const struct word words_access[];      /* bits */
extern const struct word words_key_types[];
extern const struct word words_kinds[];  /* enum applet_kind */
extern const struct word words_states[]; /* of an object */

/* Append the names of the bits to `out` (`size` octets, NUL included), with
 * commas between; what has no name as a number. Nothing for 0. */
void words_join(const struct word *words, unsigned bits, char *out,
                size_t size);

/* Append the name of `value`, or its number. Nothing for 0 without a name. */
void words_append(const struct word *words, unsigned value, char *out,
                  size_t size);

#endif
