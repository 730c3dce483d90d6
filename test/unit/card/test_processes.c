/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real processes with one card: the card program serves them over a socket.
 * They contend for two containers and for the channels that a key can live on;
 * one dies with a key. No secret is ever another's, and a key that has agreed is
 * in nobody's way.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "card/internal.h"
#include "host.h"
#include "support/check.h"

/* A wait of LONG_MS would hang the test; no living key is kept for as long as
 * STALE_SOON_MS. */
enum { PROCESSES = 3, ROUNDS = 15, LONG_MS = 600000, STALE_SOON_MS = 1000 };

static const char profile[] = "[objects]\n"
                              "e1 = pair\n"
                              "e2 = pair\n"
                              "p1 = public\n"
                              "[e1]\n"
                              "label = E1\n"
                              "id = 01\n"
                              "type = p256-volatile\n"
                              "functions = generate, agree\n"
                              "value = empty\n"
                              "[e2]\n"
                              "label = E2\n"
                              "id = 02\n"
                              "type = p256-volatile\n"
                              "functions = generate, agree\n"
                              "value = empty\n"
                              "[p1]\n"
                              "label = P1\n"
                              "id = 03\n"
                              "type = p256-volatile\n"
                              "functions = agree\n"
                              "access = update\n"
                              "value = empty\n";

/* --- the card program -------------------------------------------------- */

static char folder[] = "/tmp/iotsim-processes-XXXXXX";
static char profile_path[64];
static char socket_path[64];
static pid_t program;

static void write_profile(void)
{
    FILE *file = fopen(profile_path, "w");

    if (file == NULL || fputs(profile, file) < 0 || fclose(file) != 0) {
        perror(profile_path);
        exit(1);
    }
}

static void run_program(int ready)
{
    char listen[80];
    char number[16];

    snprintf(listen, sizeof listen, "unix:%s", socket_path);
    snprintf(number, sizeof number, "%d", ready);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* the test may be killed */
    execl(SOFTCARD, SOFTCARD, "--profile", profile_path, "--listen", listen,
          "--ready-fd", number, (char *)NULL);
    _exit(127);
}

static void begin_case(void)
{
    int ready[2];
    char octet;

    strcpy(folder + sizeof folder - 7, "XXXXXX");
    if (mkdtemp(folder) == NULL || pipe(ready) != 0) {
        perror(folder);
        exit(1);
    }
    snprintf(profile_path, sizeof profile_path, "%s/profile", folder);
    snprintf(socket_path, sizeof socket_path, "%s/socket", folder);
    write_profile();
    program = fork();
    if (program == 0)
        run_program(ready[1]);
    close(ready[1]);
    CHECK_INT(read(ready[0], &octet, 1), 1);
    close(ready[0]);
}

static void end_case(void)
{
    int status;

    CHECK_INT(kill(program, SIGTERM), 0);
    CHECK_INT(waitpid(program, &status, 0), program);
    unlink(socket_path);
    unlink(profile_path);
    CHECK_INT(rmdir(folder), 0);
}

/* --- clients ----------------------------------------------------------- */

static struct card *get_card(uint32_t timeout_ms)
{
    struct settings settings;
    struct iotsim_uri uri = { .transport = "socket" };
    struct card *card = NULL;

    settings_init(&settings);
    settings.timeout_ms = timeout_ms;
    snprintf(uri.address, sizeof uri.address, "unix:%s", socket_path);
    CHECK(iotsim_ok(card_get(&settings, &uri, &card)));
    return card;
}

static iotsim_result make(struct card *card, struct applet_public_key *half,
                          struct key **key)
{
    return key_generate_ephemeral(card, key_type_of_octet(KEY_P256), true, half,
                                  key);
}

static iotsim_result agree(struct key *key,
                           const struct applet_public_key *half)
{
    EVP_PKEY *ours = host_public(key_get_type(key), half);
    EVP_PKEY *peer = host_generate(key_get_type(key));
    uint8_t point[APPLET_POINT_LEN];
    uint8_t secret[APPLET_SECRET_LEN] = { 0 };
    uint8_t want[APPLET_SECRET_LEN];
    iotsim_result result;

    host_point(peer, point);
    host_agree(peer, ours, want);
    result = key_agree(key, point, secret);
    if (iotsim_ok(result))
        CHECK(memcmp(secret, want, sizeof want) == 0);
    EVP_PKEY_free(peer);
    EVP_PKEY_free(ours);
    return result;
}

/* A process that makes some keys, and keeps each one that has agreed until the
 * next one has; it may wait in vain now and then, because only two of three
 * channels can have keys. */
static void live_on(struct card *card, uint32_t wait_ms)
{
    struct key *before = NULL;
    int done = 0;

    while (done < ROUNDS) {
        struct applet_public_key half;
        struct key *key;
        iotsim_result result;

        card->timeout_ms = wait_ms;
        result = make(card, &half, &key);
        card->timeout_ms = 5000;
        if (iotsim_is(result, IOTSIM_ERR_BUSY) ||
            iotsim_is(result, IOTSIM_ERR_NO_CHANNEL))
            continue;
        CHECK_INT(result.err, 0);
        if (key == NULL)
            break;
        CHECK_INT(agree(key, &half).err, 0);
        CHECK_INT(agree(key, &half).err, IOTSIM_ERR_KEY_LOST);
        key_free(&before);
        before = key;
        done++;
    }
    key_free(&before);
}

static void live(void)
{
    struct card *card = get_card(5000);

    live_on(card, 5000);
    card_free(&card);
}

/* The same in a hurry, which is no reason to rob anybody. */
static void live_in_a_hurry(void)
{
    struct card *card = get_card(5000);
    struct card_info info;

    CHECK_INT(card_get_info(card, &info).err, 0); /* the link is there */
    live_on(card, 1);
    card_free(&card);
}

static pid_t fork_child(void (*work)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        unsigned before = check_failures;

        work();
        _exit(check_failures == before ? 0 : 1);
    }
    return pid;
}

static void wait_for_child(pid_t pid)
{
    int status = -1;

    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
}

static void processes_contend(void)
{
    static void (*const work[])(void) = { live, live_in_a_hurry };

    for (size_t k = 0; k < 2; k++) {
        pid_t pids[PROCESSES];

        begin_case();
        for (size_t i = 0; i < PROCESSES; i++)
            pids[i] = fork_child(work[k]);
        for (size_t i = 0; i < PROCESSES; i++)
            wait_for_child(pids[i]);
        end_case();
    }
}

static void die_with_a_key(void)
{
    struct card *card = get_card(5000);
    struct applet_public_key half;
    struct key *key;

    CHECK_INT(make(card, &half, &key).err, 0);
    CHECK_STR(key_get_uri(key)->object, "E1");
}

/* The container of a dead process is taken over when there is no other. */
static void process_dies_with_a_key(void)
{
    struct applet_public_key halves[2];
    struct key *keys[2];
    struct card *card;

    begin_case();
    wait_for_child(fork_child(die_with_a_key));
    card = get_card(LONG_MS);
    card->stale_ms = 0;
    CHECK_INT(make(card, &halves[0], &keys[0]).err, 0);
    CHECK_STR(key_get_uri(keys[0])->object, "E2");
    CHECK_INT(make(card, &halves[1], &keys[1]).err, 0);
    CHECK_STR(key_get_uri(keys[1])->object, "E1");
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(agree(keys[i], &halves[i]).err, 0);
        key_free(&keys[i]);
    }
    card_free(&card);
    end_case();
}

static void die_with_two_keys(void)
{
    struct card *card = get_card(5000);
    struct applet_public_key half;
    struct key *keys[2];

    for (size_t i = 0; i < 2; i++)
        CHECK_INT(make(card, &half, &keys[i]).err, 0);
}

/* Nothing is free but what the dead one has left; two want it, and none of them
 * robs the other. */
static void live_after_the_dead(void)
{
    struct card *card = get_card(5000);

    card->stale_ms = STALE_SOON_MS;
    live_on(card, 5000);
    card_free(&card);
}

static void hurry_after_the_dead(void)
{
    struct card *card = get_card(5000);
    struct card_info info;

    CHECK_INT(card_get_info(card, &info).err, 0);
    card->stale_ms = STALE_SOON_MS;
    live_on(card, 1);
    card_free(&card);
}

static void dead_process_is_outlived(void)
{
    pid_t pids[2];

    begin_case();
    wait_for_child(fork_child(die_with_two_keys));
    pids[0] = fork_child(hurry_after_the_dead);
    pids[1] = fork_child(live_after_the_dead);
    for (size_t i = 0; i < 2; i++)
        wait_for_child(pids[i]);
    end_case();
}

static struct key *inherited;
static struct applet_public_key inherited_half;

/* The card still has the key of the parent; the child does not use it, and does
 * not give it back. */
static void be_a_child(void)
{
    CHECK_INT(agree(inherited, &inherited_half).err, IOTSIM_ERR_KEY_LOST);
    key_free(&inherited);
}

static void child_leaves_its_parents_key(void)
{
    struct card *card;

    begin_case();
    card = get_card(5000);
    CHECK_INT(make(card, &inherited_half, &inherited).err, 0);
    wait_for_child(fork_child(be_a_child));
    CHECK_INT(agree(inherited, &inherited_half).err, 0);
    key_free(&inherited);
    card_free(&card);
    end_case();
}

/* Dies with the key, which it has not freed, and with its channel. */
static void agree_in_first_container(void)
{
    struct card *card = get_card(LONG_MS);
    struct applet_public_key half;
    struct key *key;

    CHECK_INT(make(card, &half, &key).err, 0);
    CHECK_STR(key_get_uri(key)->object, "E1");
    CHECK_INT(agree(key, &half).err, 0);
}

static void agreed_keys_hold_nothing(void)
{
    struct applet_public_key half;
    struct key *keys[2];
    struct card *card;

    begin_case();
    card = get_card(LONG_MS);
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(make(card, &half, &keys[i]).err, 0);
        CHECK_STR(key_get_uri(keys[i])->object, "E1");
        CHECK_INT(agree(keys[i], &half).err, 0);
        if (i == 0)
            wait_for_child(fork_child(agree_in_first_container));
    }
    for (size_t i = 0; i < 2; i++)
        key_free(&keys[i]);
    card_free(&card);
    end_case();
}

static void make_at_once(void)
{
    struct card *card = get_card(LONG_MS);
    struct applet_public_key half;
    struct key *key;

    CHECK_INT(key_generate_ephemeral(card, key_type_of_octet(KEY_P256), false,
                                     &half, &key)
                  .err,
              IOTSIM_ERR_BUSY);
}

static void nothing_is_taken_over_at_once(void)
{
    struct applet_public_key halves[2];
    struct key *keys[2];
    struct card *card;

    begin_case();
    card = get_card(LONG_MS);
    for (size_t i = 0; i < 2; i++)
        CHECK_INT(make(card, &halves[i], &keys[i]).err, 0);
    wait_for_child(fork_child(make_at_once));
    for (size_t i = 0; i < 2; i++) {
        CHECK_INT(agree(keys[i], &halves[i]).err, 0);
        key_free(&keys[i]);
    }
    card_free(&card);
    end_case();
}

TEST_MAIN(TEST(processes_contend), TEST(process_dies_with_a_key),
          TEST(dead_process_is_outlived), TEST(child_leaves_its_parents_key),
          TEST(agreed_keys_hold_nothing), TEST(nothing_is_taken_over_at_once))
