/* SPDX-License-Identifier: Apache-2.0 */
/* Time limits: what is left, and the same point in other clothes. */
#include "base/deadline.h"

#include <limits.h>

#include "support/check.h"

static void counts_down(void)
{
    const struct deadline d = deadline_in(1000);
    const struct timespec nap = { .tv_nsec = 20 * 1000000 };
    const int before = deadline_left(d);

    CHECK(before > 0 && before <= 1000);
    nanosleep(&nap, NULL);
    CHECK(deadline_left(d) <= before - 19);
    CHECK(!deadline_passed(d));
}

static void passes(void)
{
    CHECK(deadline_passed(deadline_in(0)));
    CHECK(deadline_passed(deadline_in(-5000)));
    CHECK_INT(deadline_left(deadline_in(-5000)), 0);
}

static void fits_the_argument_of_poll(void)
{
    CHECK_INT(deadline_left(deadline_in((int64_t)INT_MAX * 4)), INT_MAX);
}

static void as_timespec(void)
{
    const struct deadline d = { .at_ms = 12345 };
    const struct timespec t = deadline_timespec(d);

    CHECK_INT(t.tv_sec, 12);
    CHECK_INT(t.tv_nsec, 345000000);
}

TEST_MAIN(TEST(counts_down), TEST(passes), TEST(fits_the_argument_of_poll),
          TEST(as_timespec))
