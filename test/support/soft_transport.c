/* SPDX-License-Identifier: Apache-2.0 */
/* The software card as a transport; see soft_transport.h. */
#include "support/soft_transport.h"

#include <stdlib.h>

#include "softcard.h"

struct soft {
    struct softcard *card;
    bool was_reset; /* and nobody has been told */
    unsigned exchanges;
};

static void require(bool ok, const struct soft *s)
{
    if (ok)
        return;
    fprintf(stderr, "software card: %s\n", softcard_error(s->card));
    exit(1);
}

static struct soft *soft_new(void)
{
    struct soft *s = calloc(1, sizeof *s);

    if (s != NULL)
        s->card = softcard_new();
    if (s == NULL || s->card == NULL) {
        fprintf(stderr, "software card: no memory\n");
        exit(1);
    }
    return s;
}

struct soft *soft_text(const char *profile)
{
    struct soft *s = soft_new();

    require(softcard_load_text(s->card, profile), s);
    return s;
}

struct soft *soft_file(const char *path)
{
    struct soft *s = soft_new();

    require(softcard_load(s->card, path, NULL), s);
    return s;
}

struct transport soft_transport(struct soft *s)
{
    return (struct transport){ .ops = &soft_ops, .link = s };
}

void soft_quirk(struct soft *s, const char *setting)
{
    require(softcard_quirk(s->card, setting), s);
}

void soft_fault(struct soft *s, const char *fault)
{
    require(softcard_fault(s->card, fault), s);
}

void soft_faults_clear(struct soft *s)
{
    softcard_faults_clear(s->card);
}

void soft_quirks_help(FILE *to)
{
    softcard_quirks_help(to);
}

void soft_reset(struct soft *s)
{
    softcard_reset(s->card);
    s->was_reset = true;
}

unsigned soft_exchanges(const struct soft *s)
{
    return s->exchanges;
}

void soft_log(struct soft *s, FILE *to)
{
    softcard_log(s->card, to);
}

void soft_free(struct soft *s)
{
    if (s == NULL)
        return;
    softcard_free(s->card);
    free(s);
}

/* --- the transport ------------------------------------------------------- */

static iotsim_result check_reset(struct soft *s)
{
    bool was_reset = s->was_reset;

    s->was_reset = false;
    return was_reset ? IOTSIM_FAIL(CARD_RESET) : IOTSIM_OK;
}

static iotsim_result soft_transmit(void *link, struct bytes command,
                                   struct buf *response, struct deadline until)
{
    struct soft *s = link;
    struct buf rest = buf_rest(response);
    size_t len = 0;
    enum softcard_result said;
    iotsim_result result = check_reset(s);

    if (!iotsim_ok(result))
        return result;
    if (deadline_passed(until))
        return IOTSIM_FAIL(TIMEOUT);
    if (rest.size < SOFTCARD_RESPONSE_MAX)
        return IOTSIM_FAIL(TOO_LONG);
    s->exchanges++;
    said =
        softcard_exchange(s->card, command.data, command.len, rest.data, &len);
    if (said == SOFTCARD_SILENT)
        return IOTSIM_FAIL(TIMEOUT);
    if (said == SOFTCARD_REMOVED)
        return IOTSIM_FAIL(CARD_REMOVED);
    buf_added(response, len);
    return IOTSIM_OK;
}

static iotsim_result soft_begin(void *link, struct deadline until)
{
    (void)until;
    return check_reset(link);
}

static void soft_end(void *link)
{
    (void)link;
}

/* The protocol in the first interface octets of the ATR, as a reader sees it:
 * TD1 stands behind TA1, where T0 announces that. */
static bool soft_is_t0(void *link)
{
    const struct soft *s = link;
    uint8_t atr[SOFTCARD_ATR_MAX] = { 0 };

    softcard_atr(s->card, atr);
    return (atr[atr[1] & 0x10 ? 3 : 2] & 0x0f) == 0;
}

static const char *soft_where(void *link)
{
    (void)link;
    return "software card";
}

static void soft_close(void *link)
{
    (void)link;
}

static iotsim_result soft_open(const char *place, unsigned nth,
                               struct deadline until, void **link)
{
    (void)until;
    if (nth > 0)
        return IOTSIM_FAIL(NO_READER);
    *link = soft_file(place);
    return IOTSIM_OK;
}

const struct transport_ops soft_ops = {
    .name = "soft",
    .place = "profile",
    .open = soft_open,
    .begin = soft_begin,
    .end = soft_end,
    .transmit = soft_transmit,
    .is_t0 = soft_is_t0,
    .where = soft_where,
    .close = soft_close,
    .forget = soft_close,
};
