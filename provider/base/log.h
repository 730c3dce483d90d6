/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only output function of uri/ and provider/. Silent until log_open. The
 * layer that knows a fact logs it, once; secrets never come here.
 */
#ifndef IOTSIM_BASE_LOG_H
#define IOTSIM_BASE_LOG_H

#include <stdbool.h>

#include "iotsim/result.h"

enum log_level {
    LOG_NONE = 0,
    LOG_ERROR,
    LOG_WARN,
    LOG_INFO,
    LOG_DEBUG,
    LOG_TRACE /* every APDU, secrets masked */
};

/* Log up to `level` to the file `path` (appended; "" or "-" is standard
 * error). The first caller of a process decides; later calls change nothing.
 * Errors: BAD_SETTING with errno when the file cannot be opened. */
IOTSIM_MUST_USE iotsim_result log_open(enum log_level level, const char *path);

/* A descriptor to append to the file `path` (made 0600 when it is new), or -1
 * with errno: no links, no pipes, nothing that could block. */
int log_append(const char *path);

/* Level named by `text` ("error", "warn", "info", "debug", "trace", "none");
 * false when unknown. */
bool log_level_parse(const char *text, enum log_level *level);

/* True when `level` would be written: guards work done only for the log. */
bool log_is(enum log_level level);

/* Write one line: time, process, thread, area, text. Cut at 1023 octets. */
void log_at(enum log_level level, const char *area, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
