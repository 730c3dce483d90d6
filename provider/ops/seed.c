/* SPDX-License-Identifier: Apache-2.0 */
/* Random octets; see seed.h. */
#include "ops/seed.h"

#include <errno.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/result.h"
#include "card/card.h"
#include "ops/err.h"
#include "ops/load.h"

enum {
    CARD_MAX = 64, /* octets asked of a card for a request: it is slow, and the
                    * system's have the full strength */
    CARD_BUDGET_MS = 1000 /* while all who want random numbers wait */
};

int seed_from_system(const struct prov_ctx *ctx, unsigned char *out, size_t len)
{
    while (len > 0) {
        ssize_t n = getrandom(out, len, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_RAISE(ctx, IOTSIM_FAIL_OS(IO, errno),
                             "asking the system for random octets");
        out += n;
        len -= (size_t)n;
    }
    return 1;
}

/* Append octets of the card that the settings lead to. */
static iotsim_result ask_card(const struct prov_ctx *ctx, struct deadline until,
                              size_t len, struct buf *out)
{
    const struct iotsim_uri any = { 0 };
    struct card *card = NULL;
    iotsim_result r = ctx->bad_setting;

    if (iotsim_ok(r))
        r = card_get(&ctx->settings, &any, &card);
    if (iotsim_ok(r))
        r = card_get_random(card, len, until, out);
    card_free(&card);
    return r;
}

/* XOR octets of the card over the first at `out`, which is unchanged on
 * failure. */
static iotsim_result mix_card(const struct prov_ctx *ctx, struct deadline until,
                              unsigned char *out, size_t len)
{
    uint8_t storage[CARD_MAX];
    struct buf octets = BUF_OVER(storage);
    iotsim_result r =
        ask_card(ctx, until, len < CARD_MAX ? len : CARD_MAX, &octets);

    for (size_t i = 0; iotsim_ok(r) && i < octets.len; i++)
        out[i] ^= octets.data[i];
    buf_wipe(&octets);
    return r;
}

/* Raising would do harm: libcrypto leaves on the queue what a successful seed
 * has put there, and the program takes it for an error of its own. */
int seed_with_card_if_any(const struct prov_ctx *ctx, unsigned char *out,
                          size_t len)
{
    iotsim_result r;

    if (!seed_from_system(ctx, out, len))
        return 0;
    r = mix_card(ctx, deadline_in(CARD_BUDGET_MS), out, len);
    if (!iotsim_ok(r))
        log_at(LOG_INFO, "ops", "seed without the card: %s", result_text(r));
    return 1;
}

int seed_with_card(const struct prov_ctx *ctx, unsigned char *out, size_t len)
{
    struct iotsim_uri any;
    iotsim_result r;

    if (!load_parse_uri(ctx, IOTSIM_URI_SCHEME, &any)) /* tells bad settings */
        return 0;
    if (!seed_from_system(ctx, out, len))
        return 0;
    r = mix_card(ctx, deadline_in(ctx->settings.timeout_ms), out, len);
    if (iotsim_ok(r))
        return 1;
    mem_cleanse(out, len);
    return ERR_RAISE(ctx, r, "asking the card for random octets");
}
