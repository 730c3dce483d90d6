/* SPDX-License-Identifier: Apache-2.0 */
/* After fork the child goes its own way: it drops what it inherited without a
 * word and opens anew; the parent does not notice. Each child is a copy of the
 * desk, too. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "desk.h"
#include "support/check.h"

static struct card *card;
static struct key *key;

static bool sign(void)
{
    static const uint8_t hash[32] = { 1 };
    uint8_t storage[APPLET_RS_LEN];
    struct buf signature = BUF_OVER(storage);
    struct applet_message message = { .mode = MODE_PAD_SIGN,
                                      .algorithm = SIGN_ECDSA,
                                      .hash = HASH_SHA256,
                                      .input = BYTES_OF(hash) };

    return iotsim_ok(key_sign(key, &message, &signature));
}

static void begin_case(void)
{
    desk_put(desk_sim);
    card = desk_card("iotsim:");
    key = desk_key(card, "K1");
    CHECK(sign());
    desk_sent();
}

static void end_case(void)
{
    key_free(&key);
    card_free(&card);
    CHECK(desk_is_fair());
    CHECK_INT(desk_opened(), desk_closed());
    desk_clear();
}

/* Run `in_child`; its failed checks are ours. */
static void run_child(void (*in_child)(void))
{
    int status = -1;
    pid_t pid = fork();

    if (pid == 0) {
        unsigned before = check_failures;

        in_child();
        _exit(check_failures == before ? 0 : 1);
    }
    CHECK(pid > 0);
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
}

static void sign_in_child(void)
{
    desk_reset(0); /* the copy of the card must not know our channel */
    CHECK(sign());
    CHECK_STR(desk_sent(), "+ A4 2A 2B");
    CHECK_INT(desk_forgotten(), 1);
    CHECK_INT(desk_closed(), 0);
    CHECK(sign());
    CHECK_STR(desk_sent(), "2A 2B");
    key_free(&key);
    card_free(&card);
    CHECK_STR(desk_sent(), "-");
    CHECK_INT(desk_closed(), 1);
}

static void child_opens_anew(void)
{
    begin_case();
    run_child(sign_in_child);
    CHECK_STR(desk_sent(), "");
    CHECK(sign());
    CHECK_STR(desk_sent(), "2A 2B");
    end_case();
}

static void free_in_child(void)
{
    key_free(&key);
    card_free(&card);
    CHECK_STR(desk_sent(), "");
    CHECK_INT(desk_forgotten(), 1);
    CHECK_INT(desk_closed(), 0);
}

static void child_frees_without_a_word(void)
{
    begin_case();
    run_child(free_in_child);
    CHECK(sign());
    CHECK_STR(desk_sent(), "2A 2B");
    end_case();
}

static void fork_again_before_use(void)
{
    run_child(free_in_child);
    CHECK(sign());
    key_free(&key);
    card_free(&card);
}

static void grandchildren(void)
{
    begin_case();
    desk_sent();
    run_child(fork_again_before_use);
    CHECK(sign());
    end_case();
}

static void pool_in_child(void)
{
    struct card *same = desk_card("iotsim:");
    struct card *other = desk_card("iotsim:?reader=Desk");

    CHECK(same == card);
    CHECK(other != card);
    card_free(&other);
    card_free(&same);
    free_in_child();
}

static void pool_survives(void)
{
    begin_case();
    run_child(pool_in_child);
    end_case();
}

static atomic_bool stop;

static void *keep_signing(void *arg)
{
    (void)arg;
    while (!atomic_load(&stop))
        if (!sign())
            return &stop;
    return NULL;
}

/* The child asks for what it can have whatever the parent was doing: the pool
 * and the lock of the card. (The desk's own locks are not made for fork.) */
static void lock_in_child(void)
{
    struct card *same = desk_card("iotsim:");

    CHECK(same == card);
    CHECK(iotsim_ok(lock_take(&card->lock, deadline_in(1000))));
    lock_give(&card->lock);
    card_free(&same);
}

static void fork_while_threads_sign(void)
{
    pthread_t threads[4];
    void *failed;

    begin_case();
    atomic_store(&stop, false);
    for (size_t i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, keep_signing, NULL);
    for (int i = 0; i < 20; i++)
        run_child(lock_in_child);
    atomic_store(&stop, true);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], &failed);
        CHECK(failed == NULL);
    }
    end_case();
}

/* What a thread was working on when the fork came is left alone. */
static void abandon_in_child(void)
{
    desk_reset(0);
    card->inside = true;
    CHECK(sign());
    CHECK_INT(desk_forgotten(), 0);
    CHECK_INT(desk_closed(), 0);
    CHECK_STR(desk_sent(), "+ A4 2A 2B");
}

static void child_of_a_busy_parent(void)
{
    begin_case();
    run_child(abandon_in_child);
    end_case();
}

TEST_MAIN(TEST(child_opens_anew), TEST(child_frees_without_a_word),
          TEST(grandchildren), TEST(pool_survives),
          TEST(fork_while_threads_sign), TEST(child_of_a_busy_parent))
