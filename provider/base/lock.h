/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lock and the reference count. The lock serves in the order of arrival,
 * waits no longer than a deadline, and survives fork: in a child it is free
 * and without waiters, whoever held it in the parent.
 */
#ifndef IOTSIM_BASE_LOCK_H
#define IOTSIM_BASE_LOCK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "iotsim/result.h"

struct lock_waiter;

struct lock {
    _Atomic pid_t process; /* whose mutex this is; see lock.c */
    pthread_mutex_t mutex; /* guards the fields below, held briefly */
    bool held;
    struct lock_waiter *first;
    struct lock_waiter *last;
};

/* A lock that nobody holds; for static storage. */
#define LOCK_INIT                          \
    {                                      \
        .mutex = PTHREAD_MUTEX_INITIALIZER \
    }

/* Take the lock; threads get it in the order in which they asked.
 * Errors: BUSY when `until` passes first. Not recursive. */
IOTSIM_MUST_USE iotsim_result lock_take(struct lock *l, struct deadline until);

/* Give the lock to the longest waiting thread, or free it. */
void lock_give(struct lock *l);

/* A reference count; starts at 1. */
struct refs {
    atomic_uint count;
};

/* Set to 1. */
void refs_init(struct refs *r);

/* Add one. */
void refs_up(struct refs *r);

/* Add one unless it is already 0; false then. */
bool refs_up_alive(struct refs *r);

/* Take one away; true when it was the last. */
bool refs_down(struct refs *r);

#endif
