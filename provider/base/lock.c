/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A queueing lock over a mutex and one condition variable a waiter.
 *
 * Fork: `process` is the process that last used the lock. The first thread
 * of a child that comes here sees another number, makes the lock anew and
 * writes its own; threads that come meanwhile see it negative and yield. The
 * claim names its process, for a fork may happen while it stands.
 */
#include "base/lock.h"

#include <sched.h>
#include <stddef.h>
#include <unistd.h>

struct lock_waiter {
    struct lock_waiter *next;
    pthread_cond_t turn;
    bool served;
};

static void adopt(struct lock *l)
{
    const pid_t me = getpid();
    const pid_t claim = -me;
    pid_t seen = atomic_load(&l->process);

    while (seen != me) {
        if (seen == claim) {
            sched_yield();
            seen = atomic_load(&l->process);
        } else if (atomic_compare_exchange_weak(&l->process, &seen, claim)) {
            pthread_mutex_init(&l->mutex, NULL);
            l->held = false;
            l->first = l->last = NULL;
            atomic_store(&l->process, me);
            return;
        }
    }
}

static void enqueue(struct lock *l, struct lock_waiter *w)
{
    if (l->last != NULL)
        l->last->next = w;
    else
        l->first = w;
    l->last = w;
}

static void leave_queue(struct lock *l, struct lock_waiter *w)
{
    struct lock_waiter *before = NULL;

    for (struct lock_waiter *i = l->first; i != w; i = i->next)
        before = i;
    if (before != NULL)
        before->next = w->next;
    else
        l->first = w->next;
    if (l->last == w)
        l->last = before;
}

static iotsim_result wait_turn(struct lock *l, struct deadline until)
{
    struct lock_waiter me = { 0 };
    struct timespec at = deadline_timespec(until);
    pthread_condattr_t monotonic;
    iotsim_result result = IOTSIM_OK;
    int waited = 0;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&me.turn, &monotonic);
    pthread_condattr_destroy(&monotonic);
    enqueue(l, &me);
    while (!me.served && waited == 0)
        waited = pthread_cond_timedwait(&me.turn, &l->mutex, &at);
    if (!me.served) {
        leave_queue(l, &me);
        result = IOTSIM_FAIL(BUSY);
    }
    pthread_cond_destroy(&me.turn);
    return result;
}

iotsim_result lock_take(struct lock *l, struct deadline until)
{
    iotsim_result result = IOTSIM_OK;

    adopt(l);
    pthread_mutex_lock(&l->mutex);
    if (l->held)
        result = wait_turn(l, until);
    else
        l->held = true;
    pthread_mutex_unlock(&l->mutex);
    return result;
}

void lock_give(struct lock *l)
{
    struct lock_waiter *next;

    adopt(l);
    pthread_mutex_lock(&l->mutex);
    next = l->first;
    if (next == NULL) {
        l->held = false;
    } else {
        l->first = next->next;
        if (l->first == NULL)
            l->last = NULL;
        next->served = true;
        pthread_cond_signal(&next->turn);
    }
    pthread_mutex_unlock(&l->mutex);
}

void refs_init(struct refs *r)
{
    atomic_init(&r->count, 1);
}

void refs_up(struct refs *r)
{
    atomic_fetch_add_explicit(&r->count, 1, memory_order_relaxed);
}

bool refs_up_alive(struct refs *r)
{
    unsigned count = atomic_load(&r->count);

    while (count != 0)
        if (atomic_compare_exchange_weak(&r->count, &count, count + 1))
            return true;
    return false;
}

bool refs_down(struct refs *r)
{
    return atomic_fetch_sub_explicit(&r->count, 1, memory_order_acq_rel) == 1;
}
