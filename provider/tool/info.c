/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iotsim info: every reader of the transport and what is in it, then the card
 * that the settings lead to and what its applet can do (IoT.05 2.12).
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/result.h"
#include "card/card.h"
#include "tool/print.h"
#include "tool/tool.h"
#include "tool/words.h"

enum { PLACES_MAX = 64, LABEL_WIDTH = 15, AID_SIZE = 2 * IOTSIM_AID_MAX + 1 };

static const struct iotsim_uri anywhere = { .type = IOTSIM_TYPE_ANY };

static void print_label(const char *label)
{
    char left[LABEL_WIDTH + 1];

    snprintf(left, sizeof left, "%s:", label);
    printf("%-*s ", LABEL_WIDTH, left);
}

/* Print a label and a text, "-" when it is empty. */
static void print_line(const char *label, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void print_line(const char *label, const char *format, ...)
{
    va_list args;

    print_label(label);
    va_start(args, format);
    if (vprintf(format, args) == 0)
        putchar('-');
    va_end(args);
    putchar('\n');
}

static iotsim_result get_info(const struct settings *settings,
                              struct card_info *info)
{
    struct card *card = NULL;
    iotsim_result r = card_get(settings, &anywhere, &card);

    if (iotsim_ok(r))
        r = card_get_info(card, info);
    card_free(&card);
    return r;
}

/* --- places ------------------------------------------------------------ */

/* What the card at the place called `name` is. */
static void describe(const struct tool *t, const struct transport_ops *ops,
                     const char *name, char out[PRINT_SENTENCE_MAX])
{
    char aid[AID_SIZE];
    struct settings there = t->config.settings;
    struct card_info info = { 0 };
    bool known;
    iotsim_result r = settings_set(&there, ops->place, name, &known);

    there.where.token[0] = '\0';
    if (iotsim_ok(r))
        r = get_info(&there, &info);
    if (!iotsim_ok(r)) {
        print_sentence(r, out);
        return;
    }
    hex_format(bytes_of(info.aid, info.aid_len), aid, sizeof aid);
    snprintf(out, PRINT_SENTENCE_MAX, "ICCID %s, applet %s",
             info.iccid[0] == '\0' ? "unknown" : info.iccid, aid);
}

/* Print the nth place, if there is one. A place without a card does not tell
 * its name. */
static iotsim_result show_place(const struct tool *t,
                                const struct transport_ops *ops,
                                const char *place, unsigned nth)
{
    struct deadline until = deadline_in(t->config.settings.timeout_ms);
    char label[LABEL_WIDTH];
    char name[TRANSPORT_PLACE_MAX + 1];
    char text[PRINT_SENTENCE_MAX] = "";
    struct transport link;
    iotsim_result r = transport_open(&link, ops, place, nth, until);

    if (iotsim_is(r, IOTSIM_ERR_NO_READER) ||
        iotsim_is(r, IOTSIM_ERR_NO_SERVICE) ||
        iotsim_is(r, IOTSIM_ERR_BAD_SETTING))
        return r;
    snprintf(label, sizeof label, "%s %u", ops->place, nth);
    if (!iotsim_ok(r)) {
        print_line(label, "%s", result_text(r));
        return IOTSIM_OK;
    }
    snprintf(name, sizeof name, "%s", transport_where(&link));
    transport_close(&link);
    print_escape(bytes_text(name), text, sizeof text);
    print_label(label);
    printf("%s: ", text);
    describe(t, ops, name, text);
    puts(text);
    return IOTSIM_OK;
}

/* All places; of a transport that cannot list them the configured one. */
static void show_places(const struct tool *t)
{
    const struct iotsim_uri *where = &t->config.settings.where;
    const struct transport_ops *ops = transport_find(where->transport);
    const char *place = "";

    if (ops == NULL)
        return;
    if (!iotsim_ok(show_place(t, ops, place, 0))) {
        place = settings_place(where, ops->place);
        if (place[0] == '\0' || !iotsim_ok(show_place(t, ops, place, 0)))
            return;
    }
    for (unsigned nth = 1; nth < PLACES_MAX; nth++)
        if (!iotsim_ok(show_place(t, ops, place, nth)))
            break;
    putchar('\n');
}

/* --- the card ---------------------------------------------------------- */

static void show_card(const struct card_info *info)
{
    const struct applet_capabilities *c = &info->capabilities;
    size_t identifier_len = c->identifier_len;
    char where[PRINT_SENTENCE_MAX] = "";
    char identifier[PRINT_SENTENCE_MAX] = "";
    char aid[AID_SIZE];

    while (identifier_len > 0 && c->identifier[identifier_len - 1] == 0)
        identifier_len--; /* padding */
    print_escape(bytes_text(info->where), where, sizeof where);
    print_escape(bytes_of(c->identifier, identifier_len), identifier,
                 sizeof identifier);
    hex_format(bytes_of(info->aid, info->aid_len), aid, sizeof aid);
    print_line("card", "%s, %s", info->transport, where);
    print_line("ICCID", "%s", info->iccid);
    print_line("AID", "%s", aid);
    if (c->version != 0)
        print_line("applet", "IoT SAFE %d.%d", c->version >> 4,
                   c->version & 15);
    print_line("identifier", "%s", identifier);
}

static void show_capabilities(const struct applet_capabilities *c)
{
    const struct {
        const char *label;
        const struct word *words;
        unsigned bits;
    } lines[] = {
        { "functions", words_functions, c->functions },
        { "hashes", words_hashes, c->hashes },
        { "signatures", words_signatures, c->signatures },
        { "key agreement", words_agreements, c->agreements },
        { "key derivation", words_derivations, c->derivations },
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[PRINT_SENTENCE_MAX] = "";

        words_join(lines[i].words, lines[i].bits, text, sizeof text);
        print_line(lines[i].label, "%s", text);
    }
    print_line(
        "objects",
        "at most %u private keys, %u public keys, %u secret keys, %u files",
        c->private_keys, c->public_keys, c->secret_keys, c->files);
    print_line("sessions", "at most %u", c->sessions);
}

int info_run(struct tool *t)
{
    struct card_info info = { 0 };
    iotsim_result r;

    show_places(t);
    r = get_info(&t->config.settings, &info);
    if (!iotsim_ok(r))
        return tool_card_failed(t, &anywhere, r, "asking the card");
    show_card(&info);
    show_capabilities(&info.capabilities);
    return STATUS_OK;
}
