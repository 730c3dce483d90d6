/* SPDX-License-Identifier: Apache-2.0 */
/* A file that appears whole or not at all. */
#ifndef IOTSIM_TOOL_OUTPUT_H
#define IOTSIM_TOOL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* Write `len` octets to the file `path`, which all may read; one that exists
 * is replaced. What is no plain file (a device, a pipe, a link) is written
 * into. False with errno. */
bool output_write(const char *path, const char *data, size_t len);

#endif
