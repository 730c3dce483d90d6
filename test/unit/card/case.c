/* SPDX-License-Identifier: Apache-2.0 */
/* What most cases begin and end with; see case.h. */
#include "case.h"

struct soft *sim;
struct card *card;

void begin_case_with(const char *profile)
{
    sim = desk_put(profile);
    card = desk_card("iotsim:");
}

void begin_case(void)
{
    begin_case_with(desk_sim);
}

bool end_case(void)
{
    bool ok;

    card_free(&card);
    ok = desk_is_fair() && desk_opened() == desk_closed();
    desk_clear();
    return ok;
}
