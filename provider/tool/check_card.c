/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of the way to the card, and of the key object on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "tool/check.h"
#include "tool/print.h"
#include "tool/words.h"

/* pcscd's socket, unless the environment names another; pcscd(8). */
#define PCSCD_SOCKET "/run/pcscd/pcscd.comm"

enum { PLACES_MAX = 64 };

/* SCARD_W_SECURITY_VIOLATION of winscard.h, which belongs to the transport. */
static const int32_t refused_by_polkit = (int32_t)0x8010006a;

/* --- reader ------------------------------------------------------------ */

/* What to do when pcscd does not answer. */
static void write_hint(iotsim_result r, char *out, size_t size)
{
    const char *socket = secure_getenv("PCSCLITE_CSOCK_NAME");

    if (socket == NULL)
        socket = PCSCD_SOCKET;
    if (r.os == refused_by_polkit)
        print_append(out, size,
                     "let polkit allow org.debian.pcsc-lite.access_pcsc and "
                     ".access_card to this user");
    else if (access(socket, W_OK) == 0)
        print_append(out, size, "its socket is there; restart pcscd");
    else if (errno == EACCES)
        print_append(out, size, "this user may not write to %s: see its group",
                     socket);
    else
        print_append(out, size, "there is no %s: install pcscd, or start it",
                     socket);
}

/* Open the first place that has a card; its name goes to `name`. */
static iotsim_result try_places(const struct settings *settings,
                                const struct iotsim_uri *where, char *name,
                                size_t size)
{
    const struct transport_ops *ops = transport_find(where->transport);
    iotsim_result best = IOTSIM_FAIL(NO_READER);
    struct transport link;

    if (ops == NULL)
        return IOTSIM_FAIL(BAD_SETTING);
    for (unsigned nth = 0; nth < PLACES_MAX; nth++) {
        struct deadline until = deadline_in(settings->timeout_ms);
        iotsim_result r = transport_open(
            &link, ops, settings_place(where, ops->place), nth, until);

        if (iotsim_ok(r)) {
            print_escape(bytes_text(transport_where(&link)), name, size);
            transport_close(&link);
            return r;
        }
        if (nth == 0 || !iotsim_is(r, IOTSIM_ERR_NO_READER))
            best = r;
        if (iotsim_is(r, IOTSIM_ERR_NO_READER) ||
            iotsim_is(r, IOTSIM_ERR_NO_SERVICE))
            break;
    }
    return best;
}

void check_reader(struct check *c)
{
    const struct settings *settings = &c->config->settings;
    char sentence[PRINT_SENTENCE_MAX];
    char text[PRINT_SENTENCE_MAX] = "";
    struct iotsim_uri where = c->uri;
    iotsim_result r;

    settings_resolve(settings, &where);
    r = try_places(settings, &where, text, sizeof text);
    if (iotsim_ok(r)) {
        check_say(c, VERDICT_OK, "%s, %s", where.transport, text);
    } else if (iotsim_is(r, IOTSIM_ERR_NO_SERVICE) ||
               r.os == refused_by_polkit) {
        write_hint(r, text, sizeof text);
        check_say(c, VERDICT_FAIL, "pcscd does not answer: %s", text);
    } else {
        check_say(c, VERDICT_FAIL, "%s: %s", where.transport,
                  print_sentence(r, sentence));
    }
    iotsim_uri_wipe(&where);
}

/* --- card -------------------------------------------------------------- */

void check_card(struct check *c)
{
    char sentence[PRINT_SENTENCE_MAX];
    char aid[2 * IOTSIM_AID_MAX + 1];
    struct card_info info = { 0 };
    iotsim_result r = card_get(&c->config->settings, &c->uri, &c->card);

    if (iotsim_ok(r))
        r = card_get_info(c->card, &info);
    hex_format(bytes_of(info.aid, info.aid_len), aid, sizeof aid);
    if (iotsim_ok(r))
        check_say(c, VERDICT_OK, "ICCID %s, applet %s",
                  info.iccid[0] == '\0' ? "unknown" : info.iccid, aid);
    else
        check_say(c, VERDICT_FAIL, "%s", print_sentence(r, sentence));
}

/* --- key object -------------------------------------------------------- */

void check_object(struct check *c)
{
    char sentence[PRINT_SENTENCE_MAX];
    char text[PRINT_SENTENCE_MAX] = "";
    struct applet_object object = { .kind = APPLET_PRIVATE_KEY };
    iotsim_result r = card_find(c->card, APPLET_PRIVATE_KEY, &c->uri, &object);

    if (!iotsim_ok(r)) {
        check_say(c, VERDICT_FAIL, "%s; \"iotsim list\" shows what is there",
                  print_sentence(r, sentence));
        return;
    }
    print_escape(bytes_of(object.label, object.label_len), text, sizeof text);
    print_append(text, sizeof text, ", ");
    words_append(words_key_types, object.key_type, text, sizeof text);
    print_append(text, sizeof text, ", may ");
    words_join(words_functions, object.functions, text, sizeof text);
    if ((object.functions & FUNCTION_SIGNATURE) == 0)
        check_say(c, VERDICT_FAIL, "%s, but not sign; take another key", text);
    else if (object.state != STATE_ACTIVATED)
        check_say(c, VERDICT_WARN, "%s; inactive, it may be empty yet", text);
    else
        check_say(c, VERDICT_OK, "%s", text);
}
