/* SPDX-License-Identifier: Apache-2.0 */
/* A point in time, on the monotonic clock, after which nobody waits. */
#ifndef IOTSIM_BASE_DEADLINE_H
#define IOTSIM_BASE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct deadline {
    int64_t at_ms; /* CLOCK_MONOTONIC in milliseconds */
};

/* The deadline `ms` milliseconds from now. */
struct deadline deadline_in(int64_t ms);

/* The sooner of two. */
struct deadline deadline_sooner(struct deadline a, struct deadline b);

/* Milliseconds left, 0 when it has passed, at most INT_MAX: poll's argument. */
int deadline_left(struct deadline d);

/* True when it has passed. */
bool deadline_passed(struct deadline d);

/* The same point for pthread_cond_timedwait with CLOCK_MONOTONIC. */
struct timespec deadline_timespec(struct deadline d);

#endif
