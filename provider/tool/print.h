/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text for people: failures on standard error, columns on standard output.
 * Whatever a card or a certificate says goes through print_escape first.
 */
#ifndef IOTSIM_TOOL_PRINT_H
#define IOTSIM_TOOL_PRINT_H

#include "base/bytes.h"
#include "iotsim/result.h"

enum {
    PRINT_COLUMNS_MAX = 8,
    PRINT_CELL_MAX = 256,    /* a cell, NUL included */
    PRINT_SENTENCE_MAX = 512 /* a sentence, NUL included */
};

/* Print "iotsim: " and the text on standard error. */
void print_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print "iotsim: what was tried: sentence (status word XXXX: words)"; the
 * format says what was tried. */
void print_failure(iotsim_result r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The sentence of `r` and, in parentheses, what the card or the system said.
 * Returns `out`. */
const char *print_sentence(iotsim_result r, char out[PRINT_SENTENCE_MAX]);

/* Append to the text in `out` (`size` octets, NUL included); what does not fit
 * is left out. */
void print_append(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Append `octets` to the text in `out`: a backslash doubled; every octet that
 * is no printable ASCII character, and a space at either end, as \xHH. */
void print_escape(struct bytes octets, char *out, size_t size);

/* One line of a table. An empty cell is shown as "-". */
struct print_row {
    char cells[PRINT_COLUMNS_MAX][PRINT_CELL_MAX];
};

/* Widen `widths` to what `row` needs. */
void print_measure(const struct print_row *row,
                   size_t widths[PRINT_COLUMNS_MAX]);

/* Print the cells that have a width, in columns. */
void print_row(const struct print_row *row,
               const size_t widths[PRINT_COLUMNS_MAX]);

#endif
