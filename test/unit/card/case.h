/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What most cases begin and end with: a desk with one reader, the software card
 * `sim` in it, and `card`, which leads there.
 */
#ifndef TEST_UNIT_CARD_CASE_H
#define TEST_UNIT_CARD_CASE_H

#include "desk.h"

extern struct soft *sim;
extern struct card *card;

/* Put a card made from `profile` (begin_case: desk_sim) on the desk. */
void begin_case_with(const char *profile);
void begin_case(void);

/* Give `card` back and clear the desk; CHECK it: true when all links were
 * closed and the desk was used fairly. */
bool end_case(void);

#endif
