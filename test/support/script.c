/* SPDX-License-Identifier: Apache-2.0 */
/* The scripted transport; see script.h. Lines are read when they are due. */
#include "support/script.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/result.h"

enum { ANY = 0x100 }; /* the octet ?? */

/* One line that means something. */
struct line {
    char mark;         /* one of > < ! ; 0 at the end of the script */
    struct bytes rest; /* without mark, comment and blanks around */
};

static iotsim_result surprise(struct script *s, const char *what,
                              struct bytes octets)
{
    char hex[2 * TRANSPORT_RESPONSE_MAX + 8];

    hex_format(octets, hex, sizeof hex);
    fprintf(stderr, "%s:%u: %s %s\n", s->name, s->line, what, hex);
    s->failed = true;
    return IOTSIM_FAIL(IO);
}

static struct bytes trim(const char *from, const char *to)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (from < to && isspace((unsigned char)to[-1]))
        to--;
    return bytes_of(from, (size_t)(to - from));
}

/* The next line that is neither empty nor a comment. */
static struct line next_line(struct script *s)
{
    while (*s->at != '\0') {
        const char *start = s->at;
        const char *end = start + strcspn(start, "\n");
        struct bytes rest = trim(start, start + strcspn(start, "#\n"));

        s->at = *end == '\0' ? end : end + 1;
        s->line++;
        if (rest.len > 0) {
            const char *mark = (const char *)rest.data;

            return (struct line){ *mark, trim(mark + 1, mark + rest.len) };
        }
    }
    return (struct line){ 0 };
}

/* The next line without consuming it. */
static struct line peek_line(const struct script *s)
{
    struct script copy = *s;

    return next_line(&copy);
}

/* The next octet of `text`: its value, ANY for ??, -1 when it is malformed. */
static int next_octet(struct bytes *text)
{
    char high = (char)bytes_u8(text);
    char low = (char)bytes_u8(text);

    if (high == '?' && low == '?')
        return ANY;
    if (hex_digit(high) < 0 || hex_digit(low) < 0)
        return -1;
    return hex_digit(high) << 4 | hex_digit(low);
}

static void skip_blanks(struct bytes *text)
{
    while (text->len > 0 && isspace(bytes_peek(text)))
        bytes_u8(text);
}

static bool fits(struct bytes pattern, struct bytes command)
{
    while (pattern.len > 0) {
        int want = next_octet(&pattern);
        int got = bytes_u8(&command);

        if (want < 0 || command.failed || (want != ANY && want != got))
            return false;
        skip_blanks(&pattern);
    }
    return bytes_at_end(&command);
}

static iotsim_result answer(struct script *s, struct bytes text,
                            struct buf *response)
{
    while (text.len > 0) {
        int octet = next_octet(&text);

        if (octet < 0)
            return surprise(s, "malformed answer", bytes_of(NULL, 0));
        buf_u8(response, octet == ANY ? 0 : (uint8_t)octet);
        skip_blanks(&text);
    }
    return IOTSIM_OK;
}

static iotsim_result named(struct script *s, struct bytes name)
{
    for (uint16_t err = 1; err < IOTSIM_ERR_COUNT; err++) {
        iotsim_result r = { .err = err };

        if (bytes_equal(name, bytes_text(result_name(r))))
            return r;
    }
    return surprise(s, "unknown error name", bytes_of(NULL, 0));
}

static iotsim_result script_transmit(void *link, struct bytes command,
                                     struct buf *response,
                                     struct deadline until)
{
    struct script *s = link;
    struct line line;

    (void)until;
    if (s->failed)
        return IOTSIM_FAIL(IO);
    s->exchanges++;
    line = next_line(s);
    if (line.mark == '>') {
        if (!fits(line.rest, command))
            return surprise(s, "another command came:", command);
        line = next_line(s);
    }
    if (line.mark == '<')
        return answer(s, line.rest, response);
    if (line.mark == '!')
        return named(s, line.rest);
    return surprise(s, "no answer to command", command);
}

static iotsim_result script_begin(void *link, struct deadline until)
{
    static const char begin[] = "begin ";
    const size_t skip = sizeof begin - 1;
    struct script *s = link;
    struct line line = peek_line(s);

    (void)until;
    if (line.mark == '!' && line.rest.len > skip &&
        memcmp(line.rest.data, begin, skip) == 0) {
        next_line(s);
        bytes_take(&line.rest, skip);
        return named(s, line.rest);
    }
    s->begun = true;
    s->transactions++;
    return IOTSIM_OK;
}

static void script_end(void *link)
{
    struct script *s = link;

    s->begun = false;
}

static bool script_is_t0(void *link)
{
    const struct script *s = link;

    return s->t0;
}

static const char *script_where(void *link)
{
    const struct script *s = link;

    return s->name;
}

static void script_close(void *link)
{
    struct script *s = link;

    s->open = s->begun = false;
}

static iotsim_result script_open(const char *place, unsigned nth,
                                 struct deadline until, void **link)
{
    (void)until;
    if (nth > 0)
        return IOTSIM_FAIL(NO_READER);
    *link = script_file(place);
    return IOTSIM_OK;
}

static void *or_exit(void *p, const char *what)
{
    if (p == NULL) {
        fprintf(stderr, "%s: %s\n", what, strerror(errno));
        exit(1);
    }
    return p;
}

static struct script *script_new(char *text, const char *name)
{
    struct script *s = or_exit(calloc(1, sizeof *s), name);

    s->text = text;
    s->at = text;
    s->name = name;
    s->open = true;
    return s;
}

struct script *script_text(const char *text)
{
    return script_new(or_exit(strdup(text), "script"), "script");
}

struct script *script_file(const char *path)
{
    enum { SIZE_MAX_TEXT = 1 << 20 };
    FILE *file = or_exit(fopen(path, "r"), path);
    char *text = or_exit(calloc(1, SIZE_MAX_TEXT + 1), path);

    if (fread(text, 1, SIZE_MAX_TEXT, file) == 0)
        fprintf(stderr, "%s: empty\n", path);
    fclose(file);
    return script_new(text, path);
}

struct transport script_transport(struct script *s)
{
    return (struct transport){ .ops = &script_ops, .link = s };
}

bool script_done(struct script *s)
{
    struct line line = next_line(s);

    if (!s->failed && line.mark != 0)
        surprise(s, "not reached:", line.rest);
    return !s->failed;
}

void script_free(struct script *s)
{
    if (s != NULL)
        free(s->text);
    free(s);
}

const struct transport_ops script_ops = {
    .name = "script",
    .place = "file",
    .open = script_open,
    .begin = script_begin,
    .end = script_end,
    .transmit = script_transmit,
    .is_t0 = script_is_t0,
    .where = script_where,
    .close = script_close,
    .forget = script_close,
};
