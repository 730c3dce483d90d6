/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people; see print.h. */
#include "tool/print.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "apdu/sw.h"
#include "base/result.h"

enum { ERRNO_MAX = 4095 };

/* --- failures ---------------------------------------------------------- */

/* Standard output first, so that the order is kept where both are one. */
static void begin_failure(void)
{
    fflush(stdout);
    fputs("iotsim: ", stderr);
}

void print_error(const char *format, ...)
{
    va_list args;

    begin_failure();
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

const char *print_sentence(iotsim_result r, char out[PRINT_SENTENCE_MAX])
{
    snprintf(out, PRINT_SENTENCE_MAX, "%s", result_text(r));
    if (r.sw != 0)
        print_append(out, PRINT_SENTENCE_MAX, " (status word %04X: %s)", r.sw,
                     sw_text(r.sw));
    else if (r.os > 0 && r.os <= ERRNO_MAX)
        print_append(out, PRINT_SENTENCE_MAX, " (%s)", strerror(r.os));
    else if (r.os != 0)
        print_append(out, PRINT_SENTENCE_MAX, " (PC/SC code 0x%08X)",
                     (unsigned)r.os);
    return out;
}

void print_failure(iotsim_result r, const char *format, ...)
{
    char sentence[PRINT_SENTENCE_MAX];
    va_list args;

    begin_failure();
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, ": %s\n", print_sentence(r, sentence));
}

/* --- text -------------------------------------------------------------- */

void print_append(char *out, size_t size, const char *format, ...)
{
    size_t len = strlen(out);
    va_list args;

    va_start(args, format);
    vsnprintf(out + len, size - len, format, args);
    va_end(args);
}

static bool is_plain(uint8_t octet)
{
    return octet > ' ' && octet <= '~' && octet != '\\';
}

void print_escape(struct bytes octets, char *out, size_t size)
{
    const size_t len = octets.len;

    while (octets.len > 0) {
        bool inside = octets.len < len && octets.len > 1;
        uint8_t octet = bytes_u8(&octets);

        if (is_plain(octet) || (octet == ' ' && inside))
            print_append(out, size, "%c", octet);
        else if (octet == '\\')
            print_append(out, size, "\\\\");
        else
            print_append(out, size, "\\x%02X", octet);
    }
}

/* --- tables ------------------------------------------------------------ */

static const char *text_of(const struct print_row *row, size_t column)
{
    return row->cells[column][0] == '\0' ? "-" : row->cells[column];
}

void print_measure(const struct print_row *row,
                   size_t widths[PRINT_COLUMNS_MAX])
{
    for (size_t i = 0; i < PRINT_COLUMNS_MAX; i++) {
        size_t width = strlen(text_of(row, i));

        if (width > widths[i])
            widths[i] = width;
    }
}

void print_row(const struct print_row *row,
               const size_t widths[PRINT_COLUMNS_MAX])
{
    for (size_t i = 0; i < PRINT_COLUMNS_MAX; i++) {
        bool last = i + 1 == PRINT_COLUMNS_MAX;

        printf("%-*s%s", last ? 0 : (int)widths[i], text_of(row, i),
               last ? "\n" : "  ");
    }
}
