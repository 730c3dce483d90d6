/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorder. It writes what test/support/script.c replays:
 *
 *     # 2024-05-06T07:08:09.123Z 4711.4711 pcsc "Virtual PCD 00 00"
 *     > 00A4040007A0000005590010     a command
 *     < 6F0A84089000 # 12 ms         its answer
 *     < ????????9000 # 80 ms         ?? is a masked octet
 *     ! CARD_REMOVED # 3 ms          a failure
 *
 * Headers, lengths and status words are always shown. Data is shown only for
 * the instructions of the table: what is not known to be harmless is masked.
 * One write(2) a line; transactions keep the lines of processes apart.
 */
#include "transport/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/result.h"

enum {
    INS_AT = 1,
    LC_AT = 4,
    DATA_AT = 5,
    STATUS_WORD = 2,
    HEX_SIZE = 2 * TRANSPORT_COMMAND_MAX + 1,
    LINE_SIZE =
        2 + 2 * TRANSPORT_COMMAND_MAX + sizeof " # -9223372036854775808 ms"
};

/* What may be shown of an instruction. */
enum { COMMAND = 1, ANSWER = 2, BOTH = COMMAND | ANSWER, AS_BEFORE = 4 };

static const struct {
    uint8_t ins;
    uint8_t shown;
} instructions[] = {
    { 0x24, BOTH },                /* PUT PUBLIC KEY, INIT */
    { 0x2a, BOTH },                /* COMPUTE SIGNATURE, INIT */
    { 0x2b, BOTH },                /* COMPUTE SIGNATURE, UPDATE */
    { 0x2c, BOTH },                /* VERIFY SIGNATURE, INIT */
    { 0x2d, BOTH },                /* VERIFY SIGNATURE, UPDATE */
    { 0x46, COMMAND },             /* COMPUTE DH: a shared secret */
    { 0x70, BOTH },                /* MANAGE CHANNEL */
    { 0x84, COMMAND },             /* GET RANDOM, GET CHALLENGE */
    { 0xa4, BOTH },                /* SELECT */
    { 0xb0, BOTH },                /* READ FILE, READ BINARY */
    { 0xb2, BOTH },                /* READ RECORD */
    { 0xb9, BOTH },                /* GENERATE KEY PAIR */
    { 0xc0, COMMAND | AS_BEFORE }, /* GET RESPONSE */
    { 0xcb, BOTH },                /* GET DATA */
    { 0xcd, BOTH },                /* READ PUBLIC KEY */
    { 0xd8, BOTH },                /* PUT PUBLIC KEY, UPDATE */
    { 0xf2, BOTH },                /* STATUS */
};

static atomic_int trace_fd = -1;

iotsim_result transport_trace(const char *path)
{
    int none = -1;
    int fd;

    if (atomic_load(&trace_fd) >= 0)
        return IOTSIM_OK;
    fd = log_append(path);
    if (fd < 0)
        return IOTSIM_FAIL_OS(BAD_SETTING, errno);
    if (!atomic_compare_exchange_strong(&trace_fd, &none, fd))
        close(fd);
    return IOTSIM_OK;
}

static bool is_on(void)
{
    return atomic_load(&trace_fd) >= 0 || log_is(LOG_TRACE);
}

static unsigned shown_of(uint8_t ins)
{
    for (size_t i = 0; i < sizeof instructions / sizeof *instructions; i++)
        if (instructions[i].ins == ins)
            return instructions[i].shown;
    return 0;
}

static void emit(const char *line)
{
    char text[LINE_SIZE + 1];
    int fd = atomic_load(&trace_fd);
    int n = snprintf(text, sizeof text, "%s\n", line);

    log_at(LOG_TRACE, "apdu", "%s", line);
    if (fd < 0 || n < 0 || (size_t)n >= sizeof text)
        return;
    if (write(fd, text, (size_t)n) < 0)
        log_at(LOG_WARN, "trace", "cannot write: errno %d", errno);
}

/* Write `octets` as digits to `hex`, masking those from `from` up to `to`. */
static void mask(struct bytes octets, size_t from, size_t to,
                 char hex[HEX_SIZE])
{
    hex_format(octets, hex, HEX_SIZE);
    if (from < to)
        memset(hex + 2 * from, '?', 2 * (to - from));
}

/* A comment that says when, who and where. The name of a reader comes from
 * its USB descriptor: it must not end the line. */
void trace_open(const struct transport *t)
{
    char line[LINE_SIZE];
    struct timespec now;
    struct tm utc;

    if (!is_on())
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    snprintf(line, sizeof line,
             "# %04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %ld.%ld %s \"%.200s\"",
             utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
             utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000, (long)getpid(),
             (long)gettid(), t->ops->name, transport_where(t));
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    emit(line);
}

void trace_command(struct transport *t, struct bytes command)
{
    const unsigned shown = shown_of(command.data[INS_AT]);
    const size_t rest = command.len > DATA_AT ? command.len - DATA_AT : 0;
    const size_t lc = rest > 0 ? command.data[LC_AT] : 0;
    const size_t data = rest == lc + 1 ? lc : rest; /* Le is no data */
    char line[LINE_SIZE] = "> ";

    if (!(shown & AS_BEFORE))
        t->secret = !(shown & ANSWER);
    if (!is_on())
        return;
    mask(command, DATA_AT, DATA_AT + (shown & COMMAND ? 0 : data), line + 2);
    emit(line);
}

void trace_response(const struct transport *t, struct bytes answer,
                    iotsim_result result, int64_t ms)
{
    char hex[HEX_SIZE];
    char line[LINE_SIZE];

    if (!is_on())
        return;
    if (iotsim_ok(result)) {
        mask(answer, 0, t->secret ? answer.len - STATUS_WORD : 0, hex);
        snprintf(line, sizeof line, "< %s # %" PRId64 " ms", hex, ms);
    } else {
        snprintf(line, sizeof line, "! %s # %" PRId64 " ms",
                 result_name(result), ms);
    }
    emit(line);
}
