/* SPDX-License-Identifier: Apache-2.0 */
/* Time limits; see deadline.h. */
#include "base/deadline.h"

#include <limits.h>

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deadline deadline_in(int64_t ms)
{
    return (struct deadline){ .at_ms = now_ms() + ms };
}

struct deadline deadline_sooner(struct deadline a, struct deadline b)
{
    return a.at_ms < b.at_ms ? a : b;
}

int deadline_left(struct deadline d)
{
    int64_t left = d.at_ms - now_ms();

    if (left <= 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

bool deadline_passed(struct deadline d)
{
    return deadline_left(d) == 0;
}

struct timespec deadline_timespec(struct deadline d)
{
    return (struct timespec){ .tv_sec = d.at_ms / 1000,
                              .tv_nsec = d.at_ms % 1000 * 1000000 };
}
