/* SPDX-License-Identifier: Apache-2.0 */
/* The lock: exclusion, order, time limit, fork; and the reference count. */
#include "base/lock.h"

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/check.h"

enum { THREADS = 6, ROUNDS = 2000 };

static struct lock lock = LOCK_INIT;

static void nap(long ms)
{
    const struct timespec pause = { .tv_nsec = ms * 1000000 };

    nanosleep(&pause, NULL);
}

static bool take(int64_t ms)
{
    return iotsim_ok(lock_take(&lock, deadline_in(ms)));
}

static long counter; /* guarded by the lock, as the sanitizer will confirm */

static void *count(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++)
        if (take(60000)) {
            counter++;
            lock_give(&lock);
        }
    return NULL;
}

static void excludes(void)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        REQUIRE(pthread_create(&threads[i], NULL, count, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(counter, THREADS * ROUNDS);
}

static int order[THREADS];
static int served;

static void *queue_up(void *number)
{
    if (take(60000)) {
        order[served++] = *(int *)number;
        lock_give(&lock);
    }
    return NULL;
}

/* Number of threads in the queue, looked up as the lock itself does. */
static int waiting(void)
{
    int n = 0;

    pthread_mutex_lock(&lock.mutex);
    for (struct lock_waiter *w = lock.first; w != NULL; n++)
        w = *(struct lock_waiter **)w; /* `next` is its first field */
    pthread_mutex_unlock(&lock.mutex);
    return n;
}

static void serves_in_order(void)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];

    served = 0;
    REQUIRE(take(1000));
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        REQUIRE(pthread_create(&threads[i], NULL, queue_up, &numbers[i]) == 0);
        while (waiting() <= i)
            nap(1);
    }
    lock_give(&lock);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(served, THREADS);
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(order[i], i);
}

static void gives_up_at_the_deadline(void)
{
    const int64_t start = deadline_in(0).at_ms;
    iotsim_result r;

    REQUIRE(take(1000));
    r = lock_take(&lock, deadline_in(50));
    CHECK(iotsim_is(r, IOTSIM_ERR_BUSY));
    CHECK(deadline_in(0).at_ms - start >= 49);
    CHECK(iotsim_is(lock_take(&lock, deadline_in(0)), IOTSIM_ERR_BUSY));
    CHECK(iotsim_is(lock_take(&lock, deadline_in(-1000)), IOTSIM_ERR_BUSY));
    lock_give(&lock);
    CHECK(take(0));
    lock_give(&lock);
}

static void *give_up(void *ms)
{
    CHECK(!take(*(int *)ms));
    return NULL;
}

/* Those who give up leave the queue from its front, middle and end. */
static void queue_survives_those_who_leave(void)
{
    int patience[] = { 40, 60000, 60, 50, 60000, 30 };
    pthread_t threads[THREADS];

    served = 0;
    REQUIRE(take(1000));
    for (int i = 0; i < THREADS; i++) {
        const bool patient = patience[i] == 60000;

        REQUIRE(pthread_create(&threads[i], NULL, patient ? queue_up : give_up,
                               &patience[i]) == 0);
        nap(2);
    }
    nap(150);
    CHECK_INT(waiting(), 2);
    lock_give(&lock);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK_INT(served, 2);
    CHECK(take(0));
    lock_give(&lock);
}

static atomic_bool holding;
static atomic_bool done;

static void *hold(void *unused)
{
    (void)unused;
    if (take(1000)) {
        atomic_store(&holding, true);
        while (!atomic_load(&done))
            nap(1);
        lock_give(&lock);
    }
    return NULL;
}

/* Exit status of a child that takes the lock twice in a row, or -1. */
static int child_takes_it(void)
{
    int status = -1;
    const pid_t child = fork();

    if (child == 0) {
        if (!take(2000) || take(20))
            _exit(1);
        lock_give(&lock);
        if (!take(0))
            _exit(2);
        lock_give(&lock);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return -1;
    return status;
}

static void free_in_a_child(void)
{
    pthread_t holder;

    CHECK_INT(child_takes_it(), 0);
    REQUIRE(pthread_create(&holder, NULL, hold, NULL) == 0);
    while (!atomic_load(&holding))
        nap(1);
    CHECK_INT(child_takes_it(), 0);
    CHECK(!take(20)); /* and still held here */
    atomic_store(&done, true);
    pthread_join(holder, NULL);
    CHECK(take(0));
    lock_give(&lock);
}

/* A parent whose claim stood at the moment of the fork, as seen by a child:
 * nobody here will ever finish it. */
static void claim_of_another_process_is_void(void)
{
    struct lock orphan = LOCK_INIT;

    atomic_store(&orphan.process, -getppid());
    CHECK(iotsim_ok(lock_take(&orphan, deadline_in(1000))));
    lock_give(&orphan);
    CHECK_INT(atomic_load(&orphan.process), getpid());
}

static void references(void)
{
    struct refs r;

    refs_init(&r);
    refs_up(&r);
    CHECK(refs_up_alive(&r));
    CHECK(!refs_down(&r));
    CHECK(!refs_down(&r));
    CHECK(refs_down(&r));
    CHECK(!refs_up_alive(&r));
}

TEST_MAIN(TEST(excludes), TEST(serves_in_order), TEST(gives_up_at_the_deadline),
          TEST(queue_survives_those_who_leave), TEST(free_in_a_child),
          TEST(claim_of_another_process_is_void), TEST(references))
