/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ephemeral keys: cost, who has which container, who waits for whom, when a key
 * is lost. `other` is a card object of its own: as another process would be.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include "case.h"
#include "host.h"
#include "support/check.h"

/* Of the setting `timeout`; a wait of the long one would hang the test. */
enum { SOON_MS = 50, LONG_MS = 600000 };

static const struct key_type *p256;
static struct card *other;
static struct applet_public_key half; /* of the key that was made last */

static void list_objects(void)
{
    struct applet_object *objects;
    size_t count;
    bool whole;

    CHECK(iotsim_ok(card_get_objects(card, &objects, &count, &whole)));
    card_free_objects(&objects);
}

static void begin_agreeing(void)
{
    p256 = key_type_of_octet(KEY_P256);
    begin_case_with(desk_ecdh);
    other = desk_card("iotsim:?reader=Desk");
    list_objects();
    desk_sent();
}

static bool end_agreeing(void)
{
    card_free(&other);
    return end_case();
}

static iotsim_result make(struct card *from, struct key **key)
{
    return key_generate_ephemeral(from, p256, true, &half, key);
}

static iotsim_result make_at_once(struct card *from, struct key **key)
{
    return key_generate_ephemeral(from, p256, false, &half, key);
}

static struct key *make_one(struct card *from)
{
    struct key *key = NULL;

    CHECK(iotsim_ok(make(from, &key)));
    return key;
}

/* Agree with a fresh peer; true when both sides have the same secret. */
static iotsim_result agree(struct key *key,
                           const struct applet_public_key *public_half,
                           bool *same)
{
    EVP_PKEY *ours = host_public(key_get_type(key), public_half);
    EVP_PKEY *peer = host_generate(key_get_type(key));
    uint8_t point[APPLET_POINT_LEN];
    uint8_t secret[APPLET_SECRET_LEN] = { 0 };
    uint8_t want[APPLET_SECRET_LEN];
    iotsim_result result;

    host_point(peer, point);
    host_agree(peer, ours, want);
    result = key_agree(key, point, secret);
    *same = iotsim_ok(result) && memcmp(secret, want, sizeof want) == 0;
    EVP_PKEY_free(peer);
    EVP_PKEY_free(ours);
    return result;
}

static bool works(struct key *key, const struct applet_public_key *public_half)
{
    bool same;

    return iotsim_ok(agree(key, public_half, &same)) && same;
}

static int error_of(struct key *key)
{
    bool same;

    return agree(key, &half, &same).err;
}

/* --- cost -------------------------------------------------------------- */

static void cost(void)
{
    struct key *key;

    begin_agreeing();
    key = make_one(card);
    CHECK_STR(desk_sent(), "CB B9");
    CHECK(key_is_ephemeral(key));
    CHECK(key_is_private(key));
    CHECK_STR(key_get_uri(key)->object, "E1");
    CHECK(works(key, &half));
    CHECK_STR(desk_sent(), "CD 24 D8 24 46 A4");
    key_free(&key);
    CHECK_STR(desk_sent(), "");
    key = make_one(card);
    CHECK_STR(desk_sent(), "CB B9");
    key_free(&key); /* it has not agreed */
    CHECK_STR(desk_sent(), "A4");
    CHECK(end_agreeing());
}

static void every_key_is_another(void)
{
    struct applet_public_key first;
    struct key *key;

    begin_agreeing();
    key = make_one(card);
    first = half;
    key_free(&key);
    key = make_one(card);
    CHECK(memcmp(first.point, half.point, sizeof half.point) != 0);
    CHECK(works(key, &half));
    key_free(&key);
    CHECK(end_agreeing());
}

static void brainpool(void)
{
    const struct key_type *type = key_type_of_octet(KEY_BRAINPOOL);
    struct key *key;

    begin_agreeing();
    CHECK(iotsim_ok(key_generate_ephemeral(card, type, true, &half, &key)));
    CHECK(key_get_type(key) == type);
    CHECK_STR(key_get_uri(key)->object, "B1");
    CHECK(works(key, &half));
    key_free(&key);
    CHECK(end_agreeing());
}

/* RFC 5903 8.1, both as the reference has it. */
static void values_of_rfc_5903(void)
{
    uint8_t peer[APPLET_POINT_LEN];
    uint8_t secret[APPLET_SECRET_LEN];
    struct key *key;

    p256 = key_type_of_octet(KEY_P256);
    begin_case_with("[objects]\ne1 = pair\np1 = public\n"
                    "[e1]\nlabel = E1\nid = 04\ntype = p256-volatile\n"
                    "functions = generate, agree\nvalue = empty\n"
                    "next = C88F01F510D9AC3F70A292DAA2316DE5"
                    "44E9AAB8AFE84049C62A9C57862D1433\n"
                    "[p1]\nlabel = P1\nid = 05\ntype = p256-volatile\n"
                    "functions = sign, agree\naccess = read, update\n"
                    "value = empty\n");
    key = make_one(card);
    CHECK_HEX(half.point, half.point_len,
              "04DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C377258"
              "11805271A0461CDB8252D61F1C456FA3E59AB1F45B33ACCF5F58389E0577B8"
              "990BB3");
    CHECK_INT(check_unhex("04D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C7"
                          "36FC7554494BF6356FBF3CA366CC23E8157854C13C58D6AAC23"
                          "F046ADA30F8353E74F33039872AB",
                          peer, sizeof peer),
              sizeof peer);
    CHECK(iotsim_ok(key_agree(key, peer, secret)));
    CHECK_HEX(
        secret, sizeof secret,
        "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE");
    key_free(&key);
    CHECK(end_case());
}

/* --- one agreement ----------------------------------------------------- */

/* The card is neither needed nor waited for to say that a key has served. */
static void serves_once(void)
{
    struct deadline soon;
    struct key *key;

    begin_agreeing();
    card->timeout_ms = LONG_MS;
    key = make_one(card);
    CHECK(works(key, &half));
    desk_sent();
    CHECK_INT(error_of(key), IOTSIM_ERR_KEY_LOST);
    CHECK(key_is_ephemeral(key));
    CHECK(iotsim_ok(lock_take(&card->lock, deadline_in(5000))));
    CHECK_INT(error_of(key), IOTSIM_ERR_KEY_LOST);
    soon = deadline_in(400); /* who gives a container back tries for longer */
    key_free(&key);
    CHECK(!deadline_passed(soon));
    lock_give(&card->lock);
    CHECK_STR(desk_sent(), "");
    CHECK(end_agreeing());
}

/* libssl keeps the key of a TLS 1.3 server as long as the connection. */
static void agreed_keys_hold_nothing(void)
{
    struct card_info info;
    struct key *keys[6];

    begin_agreeing();
    card->timeout_ms = other->timeout_ms = LONG_MS;
    for (size_t i = 0; i < 6; i++) {
        keys[i] = make_one(i % 3 == 0 ? other : card);
        CHECK_STR(key_get_uri(keys[i])->object, "E1");
        CHECK(works(keys[i], &half));
    }
    CHECK(iotsim_ok(card_get_info(card, &info)));
    CHECK_STR(info.iccid, DESK_ICCID); /* as no key lives on the channel */
    for (size_t i = 0; i < 6; i++) {
        CHECK_INT(error_of(keys[i]), IOTSIM_ERR_KEY_LOST);
        key_free(&keys[i]);
    }
    CHECK(end_agreeing());
}

/* An old key does not touch the new one in its container. */
static void old_key_leaves_the_new_one_alone(void)
{
    struct applet_public_key ours;
    struct key *keys[2];

    begin_agreeing();
    keys[0] = make_one(card);
    CHECK(works(keys[0], &half));
    keys[1] = make_one(card);
    ours = half;
    CHECK_STR(key_get_uri(keys[1])->object, "E1");
    desk_sent();
    CHECK_INT(error_of(keys[0]), IOTSIM_ERR_KEY_LOST);
    key_free(&keys[0]);
    CHECK_STR(desk_sent(), "");
    CHECK(works(keys[1], &ours));
    key_free(&keys[1]);
    CHECK(end_agreeing());
}

/* --- containers of this process ---------------------------------------- */

/* The agreement of one leaves the other alone; the last one empties both. */
static void two_at_a_time(void)
{
    struct applet_public_key halves[2];
    struct key *keys[2];
    struct key *third;

    begin_agreeing();
    card->timeout_ms = SOON_MS;
    for (size_t i = 0; i < 2; i++) {
        keys[i] = make_one(card);
        halves[i] = half;
    }
    CHECK_STR(desk_sent(), "CB B9 CB B9");
    CHECK_STR(key_get_uri(keys[1])->object, "E2");
    CHECK_INT(make(card, &third).err, IOTSIM_ERR_BUSY);
    CHECK(third == NULL);
    CHECK_STR(desk_sent(), "");
    CHECK(works(keys[0], &halves[0]));
    CHECK_STR(desk_sent(), "CD 24 D8 24 46");
    third = make_one(card);
    CHECK_STR(desk_sent(), "CB CD B9"); /* E1 is full of what we know */
    CHECK_STR(key_get_uri(third)->object, "E1");
    CHECK(works(keys[1], &halves[1]));
    CHECK_STR(desk_sent(), "CD 24 D8 24 46");
    CHECK(works(third, &half));
    CHECK_STR(desk_sent(), "CD 24 D8 24 46 A4");
    key_free(&keys[1]);
    key_free(&keys[0]);
    key_free(&third);
    CHECK_STR(desk_sent(), "");
    CHECK(end_agreeing());
}

/* E2 still has the value of the second key, since the first one lives; we know
 * whose it is. */
static void own_leftover_is_free(void)
{
    struct key *keys[2];

    begin_agreeing();
    keys[0] = make_one(card);
    keys[1] = make_one(card);
    key_free(&keys[1]);
    CHECK_STR(desk_sent(), "CB B9 CB B9");
    keys[1] = make_one(card);
    CHECK_STR(desk_sent(), "CB CD B9");
    CHECK_STR(key_get_uri(keys[1])->object, "E2");
    CHECK(works(keys[1], &half));
    key_free(&keys[1]);
    CHECK_STR(desk_sent(), "CD 24 D8 24 46");
    key_free(&keys[0]);
    CHECK_STR(desk_sent(), "A4");
    CHECK(end_agreeing());
}

/* Also when a key is made elsewhere in between. */
static void own_leftover_is_remembered(void)
{
    struct applet_public_key first;
    struct key *keys[4];

    begin_agreeing();
    keys[0] = make_one(card);
    first = half;
    keys[1] = make_one(card);
    CHECK(works(keys[0], &first));
    CHECK(iotsim_ok(key_generate_ephemeral(
        card, key_type_of_octet(KEY_BRAINPOOL), false, &half, &keys[2])));
    CHECK(iotsim_ok(make_at_once(card, &keys[3])));
    REQUIRE(keys[3] != NULL);
    CHECK_STR(key_get_uri(keys[3])->object, "E1");
    CHECK(works(keys[3], &half));
    for (size_t i = 0; i < 4; i++)
        key_free(&keys[i]);
    CHECK(end_agreeing());
}

static void *make_in_a_thread(void *arg)
{
    struct key **key = arg;

    return iotsim_ok(make(card, key)) ? arg : NULL;
}

static void third_waits_for_the_first(void)
{
    for (int agrees = 0; agrees <= 1; agrees++) {
        struct applet_public_key first;
        struct key *keys[3];
        pthread_t thread;
        void *made;
        unsigned begun;

        begin_agreeing();
        keys[0] = make_one(card);
        first = half;
        keys[1] = make_one(card);
        begun = desk_begun();
        CHECK_INT(pthread_create(&thread, NULL, make_in_a_thread, &keys[2]), 0);
        while (desk_begun() < begun + 2)
            sched_yield(); /* it has tried, and tries again */
        if (agrees)
            CHECK(works(keys[0], &first));
        else
            key_free(&keys[0]);
        CHECK_INT(pthread_join(thread, &made), 0);
        CHECK(made != NULL);
        CHECK_STR(key_get_uri(keys[2])->object, "E1");
        CHECK(works(keys[2], &half));
        for (size_t i = 0; i < 3; i++)
            key_free(&keys[i]);
        CHECK(end_agreeing());
    }
}

/* --- containers of other processes ------------------------------------- */

static void other_process_has_one(void)
{
    struct applet_public_key theirs;
    struct key *key;
    struct key *own;

    begin_agreeing();
    key = make_one(other);
    theirs = half;
    desk_sent();
    own = make_one(card);
    CHECK_STR(desk_sent(), "CB CD CB B9");
    CHECK_STR(key_get_uri(own)->object, "E2");
    CHECK(works(own, &half)); /* only our own values are emptied */
    key_free(&own);
    own = make_one(card);
    CHECK_STR(key_get_uri(own)->object, "E2");
    key_free(&own);
    CHECK(works(key, &theirs));
    key_free(&key);
    CHECK(end_agreeing());
}

static struct applet_public_key their_half;

/* Both give the container back. */
static void *free_in_a_thread(void *arg)
{
    struct key **key = arg;
    unsigned begun = desk_begun();

    while (desk_begun() < begun + 2)
        sched_yield();
    key_free(key);
    return arg;
}

static void *agree_in_a_thread(void *arg)
{
    struct key **key = arg;
    unsigned begun = desk_begun();

    while (desk_begun() < begun + 2)
        sched_yield();
    return works(*key, &their_half) ? arg : NULL;
}

static void waits_for_other_process(void)
{
    static void *(*const give_back[])(void *) = { free_in_a_thread,
                                                  agree_in_a_thread };

    for (size_t i = 0; i < 2; i++) {
        struct key *keys[2];
        struct key *own;
        pthread_t thread;
        void *done;

        begin_agreeing();
        keys[0] = make_one(other);
        keys[1] = make_one(other);
        their_half = half;
        CHECK_INT(pthread_create(&thread, NULL, give_back[i], &keys[1]), 0);
        key_free(&keys[0]); /* which is emptied with the last one only */
        own = make_one(card);
        CHECK_INT(pthread_join(thread, &done), 0);
        CHECK(done != NULL);
        CHECK(works(own, &half));
        key_free(&own);
        key_free(&keys[1]);
        CHECK(end_agreeing());
    }
}

/* All are in use: by us, by another process, by both. */
static void waits_only_when_it_is_told_to(void)
{
    static const char *const asked[] = { "", "CB CD", "CB CD", "CB CD CB CD" };

    for (size_t i = 0; i < 4; i++) {
        struct applet_public_key halves[2];
        struct key *keys[2];
        struct key *own;

        begin_agreeing();
        card->timeout_ms = LONG_MS;
        for (size_t k = 0; k < 2; k++) {
            keys[k] = make_one((i >> k & 1) == 0 ? card : other);
            halves[k] = half;
        }
        desk_sent();
        CHECK_INT(make_at_once(card, &own).err, IOTSIM_ERR_BUSY);
        CHECK(own == NULL);
        CHECK_STR(desk_sent(), asked[i]);
        CHECK(works(keys[1], &halves[1]));
        CHECK(works(keys[0], &halves[0]));
        desk_sent();
        CHECK(iotsim_ok(make_at_once(card, &own)));
        CHECK_STR(desk_sent(), "CB B9");
        CHECK(works(own, &half));
        key_free(&own);
        key_free(&keys[0]);
        key_free(&keys[1]);
        CHECK(end_agreeing());
    }
}

/* Who keeps a key for longer than stale_ms loses its container; what they do
 * afterwards does not touch our key. */
static void take_over(void)
{
    for (int agrees = 0; agrees <= 1; agrees++) {
        struct key *keys[2];
        struct key *own;
        struct applet_public_key ours;
        struct applet_public_key theirs;

        begin_agreeing();
        keys[0] = make_one(other);
        keys[1] = make_one(other);
        theirs = half;
        card->timeout_ms = LONG_MS;
        card->stale_ms = 0;
        own = make_one(card);
        CHECK_STR(key_get_uri(own)->object, "E1");
        ours = half;
        CHECK_INT(error_of(keys[0]), IOTSIM_ERR_KEY_LOST);
        key_free(&keys[0]);
        desk_sent();
        if (agrees)
            CHECK(works(keys[1], &theirs));
        key_free(&keys[1]);
        CHECK(strstr(desk_sent(), "A4") != NULL);
        CHECK(works(own, &ours));
        key_free(&own);
        CHECK(end_agreeing());
    }
}

/* The clock runs from one request to the next; a try of whatever kind may find
 * that it has run out. */
static void take_over_without_waiting(void)
{
    struct key *keys[2];
    struct key *own;

    begin_agreeing();
    keys[0] = make_one(other);
    keys[1] = make_one(other);
    card->timeout_ms = LONG_MS;
    card->stale_ms = 0;
    desk_sent();
    CHECK_INT(make_at_once(card, &own).err, IOTSIM_ERR_BUSY);
    CHECK_STR(desk_sent(), "CB CD CB CD");
    CHECK(iotsim_ok(make_at_once(card, &own)));
    REQUIRE(own != NULL);
    CHECK_STR(desk_sent(), "CB CD B9");
    CHECK_STR(key_get_uri(own)->object, "E1");
    CHECK(works(own, &half));
    key_free(&own);
    key_free(&keys[0]);
    key_free(&keys[1]);
    CHECK(end_agreeing());
}

/* Two who would rather not wait for long: none of them loses a key. */
static void nothing_by_force(void)
{
    struct applet_public_key halves[2];
    struct key *keys[2];
    struct key *third;

    begin_agreeing();
    card->timeout_ms = other->timeout_ms = 1;
    keys[0] = make_one(card);
    halves[0] = half;
    keys[1] = make_one(other);
    halves[1] = half;
    for (int i = 0; i < 10; i++)
        CHECK_INT(make(i % 2 == 0 ? card : other, &third).err, IOTSIM_ERR_BUSY);
    card->timeout_ms = SOON_MS;
    CHECK_INT(make(card, &third).err, IOTSIM_ERR_BUSY);
    for (size_t i = 0; i < 2; i++) {
        CHECK(works(keys[i], &halves[i]));
        key_free(&keys[i]);
    }
    CHECK(end_agreeing());
}

/* With each new key in the container the clock starts anew. */
static void who_rotates_is_not_robbed(void)
{
    struct key *own;

    begin_agreeing();
    card->stale_ms = 0;
    for (int i = 0; i < 6; i++) {
        struct applet_public_key halves[2];
        struct key *keys[2];

        for (size_t k = 0; k < 2; k++) {
            keys[k] = make_one(other);
            halves[k] = half;
        }
        CHECK_INT(make_at_once(card, &own).err, IOTSIM_ERR_BUSY);
        if (i > 0) /* the clock of the first two ran out long ago */
            CHECK_INT(make_at_once(card, &own).err, IOTSIM_ERR_BUSY);
        card->stale_ms = LONG_MS;
        for (size_t k = 0; k < 2; k++) {
            CHECK(works(keys[k], &halves[k]));
            key_free(&keys[k]);
        }
    }
    own = make_one(card);
    CHECK(works(own, &half));
    key_free(&own);
    CHECK(end_agreeing());
}

/* Who takes over is not robbed of it, as long as the keys there change. */
static void takers_do_not_rob_each_other(void)
{
    struct applet_public_key theirs;
    struct key *keys[2];
    struct key *own;
    struct key *none;

    begin_agreeing();
    card->timeout_ms = LONG_MS;
    card->stale_ms = other->stale_ms = 0;
    keys[0] = make_one(other);
    keys[1] = make_one(other);
    theirs = half;
    own = make_one(card);
    CHECK_INT(error_of(keys[0]), IOTSIM_ERR_KEY_LOST);
    key_free(&keys[0]);
    for (int i = 0; i < 4; i++) {
        struct applet_public_key ours = half;

        CHECK_STR(key_get_uri(own)->object, "E1");
        CHECK_INT(make_at_once(other, &none).err, IOTSIM_ERR_BUSY);
        CHECK(works(own, &ours));
        key_free(&own);
        own = make_one(card);
    }
    CHECK(works(own, &half));
    key_free(&own);
    CHECK(works(keys[1], &theirs));
    key_free(&keys[1]);
    CHECK(end_agreeing());
}

/* What we left full, and another process has taken, is not ours any more. */
static void leftover_is_taken_over(void)
{
    struct applet_public_key first;
    struct applet_public_key second;
    struct applet_public_key of_theirs;
    struct key *keys[2];
    struct key *theirs;
    struct key *third;

    begin_agreeing();
    keys[0] = make_one(card);
    first = half;
    keys[1] = make_one(card);
    second = half;
    CHECK(works(keys[0], &first));
    other->stale_ms = 0;
    theirs = make_one(other);
    of_theirs = half;
    CHECK_STR(key_get_uri(theirs)->object, "E1");
    CHECK_INT(make_at_once(card, &third).err, IOTSIM_ERR_BUSY);
    CHECK_INT(error_of(keys[0]), IOTSIM_ERR_KEY_LOST);
    CHECK(works(keys[1], &second));
    key_free(&keys[0]);
    key_free(&keys[1]);
    CHECK(works(theirs, &of_theirs));
    key_free(&theirs);
    CHECK(end_agreeing());
}

/* What is free is taken while the clock of the others runs; ours is never taken
 * over. */
static void ours_is_not_taken_over(void)
{
    struct key *theirs;
    struct key *own[3];

    begin_agreeing();
    theirs = make_one(other);
    card->timeout_ms = SOON_MS;
    card->stale_ms = 0;
    own[0] = make_one(card);
    CHECK_STR(key_get_uri(own[0])->object, "E2");
    own[1] = make_one(card);
    CHECK_STR(key_get_uri(own[1])->object, "E1");
    CHECK_INT(make(card, &own[2]).err, IOTSIM_ERR_BUSY);
    CHECK_INT(error_of(theirs), IOTSIM_ERR_KEY_LOST);
    CHECK_INT(error_of(theirs), IOTSIM_ERR_KEY_LOST);
    key_free(&theirs);
    key_free(&own[0]);
    CHECK(works(own[1], &half));
    key_free(&own[1]);
    CHECK(end_agreeing());
}

#define CONTAINER(name, id)                               \
    "[" name "]\nlabel = " name "\nid = " id "\n"         \
    "type = p256-volatile\nfunctions = generate, agree\n" \
    "value = empty\n"

/* A: ours, living; B: of another process; C: what we have left. */
static void three_containers(void)
{
    static const char profile[] =
        "[objects]\nA = pair\nB = pair\nC = pair\nP = public\n"
        "[P]\nlabel = P\nid = 04\ntype = p256-volatile\n"
        "functions = agree\naccess = update\nvalue = empty\n" CONTAINER(
            "A", "01") CONTAINER("B", "02") CONTAINER("C", "03");
    struct applet_public_key first;
    struct applet_public_key of_theirs;
    struct key *keys[3];
    struct key *theirs;

    p256 = key_type_of_octet(KEY_P256);
    begin_case_with(profile);
    other = desk_card("iotsim:?reader=Desk");
    keys[0] = make_one(card);
    first = half;
    theirs = make_one(other);
    of_theirs = half;
    CHECK_STR(key_get_uri(theirs)->object, "B");
    keys[1] = make_one(card);
    CHECK_STR(key_get_uri(keys[1])->object, "C");
    CHECK(works(keys[1], &half));
    desk_sent();
    CHECK(iotsim_ok(make_at_once(card, &keys[2])));
    REQUIRE(keys[2] != NULL);
    CHECK_STR(desk_sent(), "CB CD CB CD B9");
    CHECK_STR(key_get_uri(keys[2])->object, "C");
    CHECK(works(keys[2], &half));
    CHECK(works(keys[0], &first));
    CHECK(works(theirs, &of_theirs));
    for (size_t i = 0; i < 3; i++)
        key_free(&keys[i]);
    key_free(&theirs);
    CHECK(end_agreeing());
}

/* --- containers with trouble ------------------------------------------- */

static void order_fault(const char *ins, const char *trouble)
{
    char fault[48];

    snprintf(fault, sizeof fault, "ins=%s,%s", ins, trouble);
    soft_fault(sim, fault);
}

/* One that fails does not hide the next one. */
static void first_one_fails(void)
{
    static const char *const words[] = { "sw=6984", "sw=6985", "sw=6400",
                                         "sw=6F00" };
    static const struct {
        const char *ins;
        const char *sent;
    } rows[] = {
        { "CB", "CB CB B9" },
        { "CD", "CB CD CB B9" }, /* it is full */
        { "B9", "CB B9 CB B9" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
            struct key *theirs = NULL;
            struct key *key;

            begin_agreeing();
            if (strcmp(rows[i].ins, "CD") == 0)
                theirs = make_one(other);
            desk_sent();
            order_fault(rows[i].ins, words[k]);
            CHECK(iotsim_ok(make_at_once(card, &key)));
            REQUIRE(key != NULL);
            CHECK_STR(desk_sent(), rows[i].sent);
            CHECK_STR(key_get_uri(key)->object, "E2");
            CHECK(works(key, &half));
            key_free(&key);
            key_free(&theirs);
            CHECK(end_agreeing());
        }
}

/* What is told when none is left: one in use, else the first failure. */
static void all_fail(void)
{
    struct key *keys[2];

    begin_agreeing();
    soft_fault(sim, "ins=B9,nth=1,sw=6984");
    soft_fault(sim, "ins=B9,nth=2,sw=6985");
    CHECK_INT(make(card, &keys[0]).err, IOTSIM_ERR_CARD_UPDATING);
    CHECK(keys[0] == NULL);
    soft_faults_clear(sim);
    keys[0] = make_one(card);
    soft_fault(sim, "ins=B9,sw=6985");
    CHECK_INT(make_at_once(card, &keys[1]).err, IOTSIM_ERR_BUSY);
    key_free(&keys[0]);
    keys[0] = make_one(other);
    soft_fault(sim, "ins=CB,nth=2,sw=6985");
    CHECK_INT(make_at_once(card, &keys[1]).err, IOTSIM_ERR_BUSY);
    soft_faults_clear(sim);
    keys[1] = make_one(card);
    CHECK(works(keys[1], &half));
    key_free(&keys[0]);
    key_free(&keys[1]);
    CHECK(end_agreeing());
}

/* A volatile container has nothing to lose: so once more on a fresh channel. */
static void made_again(void)
{
    static const char *const troubles[] = { "reset", "remove", "sw=6881",
                                            "sw=6E00" };
    static const char *const instructions[] = { "CB", "B9" };
    struct key *none;

    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++)
        for (size_t k = 0; k < 2; k++) {
            struct key *key;

            begin_agreeing();
            order_fault(instructions[k], troubles[i]);
            CHECK(iotsim_ok(make_at_once(card, &key)));
            REQUIRE(key != NULL);
            CHECK_STR(key_get_uri(key)->object, "E1");
            CHECK(works(key, &half));
            key_free(&key);
            CHECK(end_agreeing());
        }
    begin_agreeing();
    soft_fault(sim, "ins=B9,times=2,reset");
    CHECK_INT(make_at_once(card, &none).err, IOTSIM_ERR_NO_CHANNEL);
    CHECK_STR(desk_sent(), "CB B9 + A4 CB CB CB B9");
    CHECK(end_agreeing());
}

/* The channel is gone, and with it our key: we do not wait for that one. */
static void channel_is_gone(void)
{
    struct key *keys[2];

    begin_agreeing();
    keys[0] = make_one(card);
    soft_fault(sim, "ins=CB,sw=6881");
    CHECK(iotsim_ok(make_at_once(card, &keys[1])));
    REQUIRE(keys[1] != NULL);
    CHECK_INT(error_of(keys[0]), IOTSIM_ERR_KEY_LOST);
    CHECK(works(keys[1], &half));
    key_free(&keys[0]);
    key_free(&keys[1]);
    CHECK(end_agreeing());
}

static void silent_about_its_state(void)
{
    struct key *key;

    begin_agreeing();
    soft_fault(sim, "ins=CB,sw=6A86");
    key = make_one(card);
    CHECK(works(key, &half));
    key_free(&key);
    CHECK(end_agreeing());
}

/* --- lost keys --------------------------------------------------------- */

static void lost_in_a_reset(void)
{
    struct key *key;

    begin_agreeing();
    key = make_one(card);
    desk_reset(0);
    CHECK_INT(error_of(key), IOTSIM_ERR_KEY_LOST);
    CHECK(strstr(desk_sent(), "46") == NULL);
    key_free(&key);
    CHECK_STR(desk_sent(), "");
    key = make_one(card);
    soft_reset(sim); /* noticed in the transaction only */
    CHECK_INT(error_of(key), IOTSIM_ERR_KEY_LOST);
    CHECK_INT(error_of(key), IOTSIM_ERR_KEY_LOST);
    key_free(&key);
    key = make_one(card);
    CHECK(works(key, &half));
    key_free(&key);
    CHECK(end_agreeing());
}

/* The card or its channel goes in the middle of things. */
static void lost_under_way(void)
{
    static const struct {
        const char *fault;
        enum iotsim_err want;
    } rows[] = {
        { "ins=CD,reset", IOTSIM_ERR_KEY_LOST },
        { "ins=CD,sw=6881", IOTSIM_ERR_KEY_LOST },
        { "ins=CD,sw=6985", IOTSIM_ERR_KEY_LOST },
        { "ins=CD,sw=6D00", IOTSIM_ERR_KEY_LOST },
        { "ins=CD,sw=6984", IOTSIM_ERR_CARD_UPDATING }, /* not lost */
        { "ins=24,reset", IOTSIM_ERR_NO_CHANNEL },
        { "ins=46,sw=6985", IOTSIM_ERR_NOT_PERMITTED }, /* not lost */
        { "ins=46,drop", IOTSIM_ERR_TIMEOUT },
        { "ins=46,remove", IOTSIM_ERR_CARD_REMOVED },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool stays = strstr(rows[i].fault, "=6984") != NULL ||
                     strstr(rows[i].fault, "46,sw") != NULL;
        struct key *key;

        begin_agreeing();
        card->timeout_ms = SOON_MS;
        key = make_one(card);
        soft_fault(sim, rows[i].fault);
        CHECK_INT(error_of(key), rows[i].want);
        soft_faults_clear(sim);
        CHECK_INT(error_of(key), stays ? 0 : IOTSIM_ERR_KEY_LOST);
        key_free(&key);
        key = make_one(card);
        CHECK(works(key, &half));
        key_free(&key);
        CHECK(end_agreeing());
    }
}

/* The agreement stands when the container cannot be emptied after it; the next
 * key is made as ever. After a reset it may be another card. */
static void emptying_fails(void)
{
    static const char *const faults[] = { "ins=A4,sw=6F00", "ins=A4,sw=6A82",
                                          "ins=A4,sw=6881", "ins=A4,sw=6D00",
                                          "ins=A4,reset",   "ins=A4,remove",
                                          "ins=A4,drop",    "ins=A4,truncate" };

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct key *keys[2];

        begin_agreeing();
        card->timeout_ms = SOON_MS;
        keys[0] = make_one(card);
        soft_fault(sim, faults[i]);
        CHECK(works(keys[0], &half));
        soft_faults_clear(sim);
        desk_sent();
        list_objects();
        CHECK(strstr(faults[i], "reset") == NULL ||
              strstr(desk_sent(), "CB") != NULL);
        keys[1] = make_one(card);
        CHECK_INT(error_of(keys[0]), IOTSIM_ERR_KEY_LOST);
        key_free(&keys[0]);
        CHECK(works(keys[1], &half));
        key_free(&keys[1]);
        CHECK(end_agreeing());
    }
}

/* A link to another card has no key of the old one. */
static void lost_with_the_card(void)
{
    struct key *key;

    begin_agreeing();
    key = make_one(card);
    desk_swap(0, desk_ecdh);
    CHECK_INT(error_of(key), IOTSIM_ERR_KEY_LOST);
    key_free(&key);
    CHECK(end_agreeing());
}

/* Other requests fail; the key does not mind. */
static void others_failures_do_not_matter(void)
{
    static const char *const words[] = { "6F00", "6989", "6D00", "6E00" };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        uint8_t octets[8];
        struct buf out = BUF_OVER(octets);
        struct card_info info;
        char fault[32];
        struct key *key;

        begin_agreeing();
        key = make_one(card);
        snprintf(fault, sizeof fault, "ins=84,sw=%s", words[i]);
        soft_fault(sim, fault);
        desk_sent();
        CHECK(!iotsim_ok(card_get_random(card, 8, deadline_in(5000), &out)));
        CHECK(strstr(desk_sent(), "-") == NULL);
        CHECK(iotsim_ok(card_get_info(card, &info)));
        CHECK_STR(info.iccid, "");
        CHECK(works(key, &half));
        key_free(&key);
        CHECK(end_agreeing());
    }
}

/* --- fork -------------------------------------------------------------- */

static struct key *parents;

static void lost_in_child(void)
{
    CHECK_INT(error_of(parents), IOTSIM_ERR_KEY_LOST);
    key_free(&parents);
    parents = make_one(card); /* the copy of the card has a free one */
    CHECK_STR(key_get_uri(parents)->object, "E2");
    CHECK(works(parents, &half));
    key_free(&parents);
}

static void free_in_child(void)
{
    key_free(&parents);
    CHECK_STR(desk_sent(), "");
}

static void run_child(void (*work)(void))
{
    int status = -1;
    pid_t pid;

    desk_sent();
    pid = fork();
    if (pid == 0) {
        unsigned before = check_failures;

        work();
        _exit(check_failures == before ? 0 : 1);
    }
    CHECK_INT(waitpid(pid, &status, 0), pid);
    CHECK_INT(status, 0);
}

static void children(void)
{
    static void (*const work[])(void) = { lost_in_child, free_in_child };

    for (size_t i = 0; i < 2; i++) {
        begin_agreeing();
        parents = make_one(card);
        run_child(work[i]);
        CHECK(works(parents, &half));
        key_free(&parents);
        CHECK(end_agreeing());
    }
}

static void use_spent_key(void)
{
    struct key *key;

    CHECK_INT(error_of(parents), IOTSIM_ERR_KEY_LOST);
    CHECK_STR(desk_sent(), "");
    key = make_one(card);
    CHECK_STR(key_get_uri(key)->object, "E1");
    key_free(&parents);
    CHECK(works(key, &half));
    CHECK_INT(error_of(key), IOTSIM_ERR_KEY_LOST);
    key_free(&key);
}

/* The parent has left E1 full, and the child does not think that it was it. */
static void find_leftover(void)
{
    struct key *key;

    card->timeout_ms = LONG_MS;
    CHECK_INT(make_at_once(card, &key).err, IOTSIM_ERR_BUSY);
    CHECK_STR(desk_sent(), "+ A4 CB CB CB CD CB CD");
    key_free(&parents);
    CHECK_STR(desk_sent(), "");
}

static void children_of_spent_keys(void)
{
    struct applet_public_key second;
    struct key *key;

    begin_agreeing();
    parents = make_one(card);
    CHECK(works(parents, &half));
    run_child(use_spent_key);
    CHECK_INT(error_of(parents), IOTSIM_ERR_KEY_LOST);
    key_free(&parents);
    parents = make_one(card);
    second = half;
    key = make_one(card);
    CHECK_STR(key_get_uri(key)->object, "E2");
    CHECK(works(parents, &second));
    second = half;
    run_child(find_leftover);
    key_free(&parents);
    CHECK(works(key, &second));
    key_free(&key);
    CHECK(end_agreeing());
}

/* --- channels ---------------------------------------------------------- */

static void none_on_the_last_channel(void)
{
    struct key *key;

    p256 = key_type_of_octet(KEY_P256);
    begin_case_with(desk_ecdh);
    card->timeout_ms = SOON_MS;
    desk_occupy(0, 2);
    CHECK_INT(make(card, &key).err, IOTSIM_ERR_NO_CHANNEL);
    card->timeout_ms = LONG_MS;
    CHECK_INT(make_at_once(card, &key).err, IOTSIM_ERR_NO_CHANNEL);
    CHECK(strstr(desk_sent(), "B9") == NULL);
    desk_reset(0);
    key = make_one(card);
    CHECK(works(key, &half));
    key_free(&key);
    CHECK(end_case());
}

/* Also for who cannot even open the last one. */
static void none_without_a_channel(void)
{
    struct key *key;

    p256 = key_type_of_octet(KEY_P256);
    begin_case_with(desk_ecdh);
    card->timeout_ms = SOON_MS;
    desk_occupy(0, 3);
    CHECK_INT(make(card, &key).err, IOTSIM_ERR_NO_CHANNEL);
    CHECK_INT(make_at_once(card, &key).err, IOTSIM_ERR_NO_CHANNEL);
    CHECK(end_case());
}

static iotsim_result close_channel(struct card *from, void *arg)
{
    (void)arg;
    applet_close(&from->applet);
    return IOTSIM_OK;
}

/* As another process does at its end. */
static void *leave_in_a_thread(void *arg)
{
    unsigned begun = desk_begun();

    while (desk_begun() < begun + 2)
        sched_yield();
    return iotsim_ok(card_run(arg, close_channel, NULL, CARD_ONCE)) ? arg
                                                                    : NULL;
}

static void waits_for_a_channel(void)
{
    struct key *keys[2];
    struct key *own;
    struct card *third;
    pthread_t thread;
    void *left;

    p256 = key_type_of_octet(KEY_P256);
    begin_case_with(desk_ecdh);
    other = desk_card("iotsim:?reader=Desk");
    third = desk_card("iotsim:?reader=Desk%200");
    card->timeout_ms = LONG_MS;
    keys[0] = make_one(other);
    keys[1] = make_one(third);
    CHECK_INT(make_at_once(card, &own).err, IOTSIM_ERR_NO_CHANNEL);
    CHECK_INT(pthread_create(&thread, NULL, leave_in_a_thread, third), 0);
    own = make_one(card);
    CHECK_INT(pthread_join(thread, &left), 0);
    CHECK(left != NULL);
    CHECK_STR(key_get_uri(own)->object, "E2");
    CHECK(works(own, &half));
    key_free(&own);
    key_free(&keys[0]);
    key_free(&keys[1]);
    card_free(&third);
    CHECK(end_agreeing());
}

/* Who would rather not wait has a second for its turn. */
static void short_turn(void)
{
    struct deadline limit;
    struct key *key;

    begin_agreeing();
    card->timeout_ms = LONG_MS;
    CHECK(iotsim_ok(lock_take(&card->lock, deadline_in(5000))));
    limit = deadline_in(30000);
    CHECK_INT(make_at_once(card, &key).err, IOTSIM_ERR_BUSY);
    CHECK(!deadline_passed(limit));
    lock_give(&card->lock);
    CHECK_STR(desk_sent(), "");
    CHECK(end_agreeing());
}

/* The card has no time: the next request empties the container. */
static void given_back_later(void)
{
    uint8_t octets[8];
    struct buf out = BUF_OVER(octets);
    struct key *key;

    begin_agreeing();
    key = make_one(card);
    CHECK(iotsim_ok(lock_take(&card->lock, deadline_in(5000))));
    desk_sent();
    key_free(&key);
    CHECK_STR(desk_sent(), "");
    lock_give(&card->lock);
    CHECK(iotsim_ok(card_get_random(card, 8, deadline_in(5000), &out)));
    CHECK_STR(desk_sent(), "84 A4");
    CHECK(end_agreeing());
}

/* --- odd cards --------------------------------------------------------- */

static void no_container(void)
{
    static const char *const profiles[] = {
        desk_sim, /* has a pair, but of another curve */
        "[objects]\ne = private\n"
        "[e]\nlabel = E\nid = 01\ntype = brainpool-volatile\n"
        "functions = generate, agree\nvalue = empty\n",
        "[objects]\ne = pair\n"
        "[e]\nlabel = E\nid = 01\ntype = brainpool-volatile\n"
        "functions = generate, agree\npublic-access = update\nvalue = empty\n",
        "[objects]\ne = pair\n"
        "[e]\nlabel = E\nid = 01\ntype = brainpool-volatile\n"
        "functions = generate\nvalue = empty\n",
        "[objects]\ne = pair\n"
        "[e]\nlabel = E\nid = 01\ntype = brainpool\n"
        "functions = generate, agree\nvalue = empty\n",
    };
    const struct key_type *type = key_type_of_octet(KEY_BRAINPOOL);
    struct key *key;

    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        begin_case_with(profiles[i]);
        CHECK_INT(key_generate_ephemeral(card, type, true, &half, &key).err,
                  IOTSIM_ERR_NO_CONTAINER);
        CHECK(key == NULL);
        CHECK_INT(key_generate_ephemeral(card, key_type_of_rsa(256), true,
                                         &half, &key)
                      .err,
                  IOTSIM_ERR_NO_CONTAINER);
        CHECK(end_case());
    }
    begin_case_with(desk_ecdh);
    soft_fault(sim, "ins=CB,times=0,sw=6A86");
    CHECK_INT(key_generate_ephemeral(card, type, true, &half, &key).err,
              IOTSIM_ERR_NO_CONTAINER);
    CHECK(end_case());
}

#define POINT                                                            \
    "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6" \
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"

/* The container has another id afterwards: we keep it under that name, and
 * read the list again. */
static void ids_change(void)
{
    struct key *key;

    begin_agreeing();
    desk_answer(0xB9, "840177850178344549438641" POINT "9000");
    key = make_one(card);
    CHECK_HEX(key_get_uri(key)->id, key_get_uri(key)->id_len, "77");
    CHECK_STR(key_get_uri(key)->object, "E1");
    desk_sent();
    CHECK_INT(error_of(key), IOTSIM_ERR_KEY_LOST); /* this card has no 78 */
    CHECK(strstr(desk_sent(), "CB") == NULL);
    list_objects();
    CHECK(strstr(desk_sent(), "CB") != NULL);
    key_free(&key);
    CHECK(end_agreeing());
}

/* Another process has done that: our list is old. The next key has a new one,
 * also when another container was free, or in use. */
static void list_is_old(void)
{
    struct key *keys[2];

    begin_agreeing();
    soft_fault(sim, "ins=CB,sw=6A82");
    CHECK(iotsim_ok(make_at_once(card, &keys[0])));
    REQUIRE(keys[0] != NULL);
    CHECK_STR(desk_sent(), "CB CB B9");
    CHECK_STR(key_get_uri(keys[0])->object, "E2");
    keys[1] = make_one(card);
    CHECK_STR(desk_sent(), "CB CB CB B9"); /* a list of two parts */
    CHECK_STR(key_get_uri(keys[1])->object, "E1");
    key_free(&keys[0]);
    soft_fault(sim, "ins=CB,sw=6A82");
    CHECK_INT(make_at_once(card, &keys[0]).err, IOTSIM_ERR_BUSY);
    CHECK_STR(desk_sent(), "CB");
    CHECK(iotsim_ok(make_at_once(card, &keys[0])));
    REQUIRE(keys[0] != NULL);
    CHECK_STR(desk_sent(), "CB CB CB CD B9");
    CHECK(works(keys[0], &half));
    key_free(&keys[0]);
    key_free(&keys[1]);
    CHECK(end_agreeing());
}

/* All are gone from the list: who waits gets one of the new list. */
static void list_is_read_again(void)
{
    struct key *key;

    begin_agreeing();
    card->timeout_ms = LONG_MS;
    soft_fault(sim, "ins=CB,times=2,sw=6A82");
    key = make_one(card);
    CHECK_STR(desk_sent(), "CB CB CB CB CB B9");
    CHECK(works(key, &half));
    key_free(&key);
    CHECK(end_agreeing());
}

/* The new one has no such container either: that is the same as none free. */
static void list_stays_wrong(void)
{
    struct key *key;

    begin_agreeing();
    card->timeout_ms = SOON_MS;
    soft_fault(sim, "ins=B9,times=0,sw=6A82");
    CHECK_INT(make(card, &key).err, IOTSIM_ERR_BUSY);
    CHECK_INT(make_at_once(card, &key).err, IOTSIM_ERR_BUSY);
    soft_faults_clear(sim);
    key = make_one(card);
    CHECK(works(key, &half));
    key_free(&key);
    CHECK(end_agreeing());
}

/* No key comes of it, and nothing is left behind. */
static void odd_answers(void)
{
    static const char *const answers[] = {
        "9000",
        "3408490681020102820103"
        "9000",
        "34454943864105D569954216F62264F01B78ED599898D12C436A4633505DA18B008D"
        "9000",
    };

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct key *key;

        begin_agreeing();
        desk_answer(0xB9, answers[i]);
        CHECK(!iotsim_ok(make(card, &key)));
        CHECK(key == NULL);
        key = make_one(card);
        CHECK(works(key, &half));
        key_free(&key);
        CHECK(end_agreeing());
    }
}

/* --- many threads ------------------------------------------------------ */

enum { THREADS = 8, ROUNDS = 12 };

/* Agreements with keys of its own, each kept for a while; waiting in vain is no
 * failure. */
static void *live(void *arg)
{
    struct applet_public_key mine;
    struct key *before = NULL;
    bool ok = true;
    int done = 0;

    while (ok && done < ROUNDS) {
        struct key *key;
        iotsim_result result =
            key_generate_ephemeral(card, p256, done % 4 != 0, &mine, &key);

        ok = iotsim_is(result, IOTSIM_ERR_BUSY);
        if (!iotsim_ok(result))
            continue;
        ok = done % 3 == 0 || works(key, &mine);
        key_free(&before);
        before = key;
        if (done++ % 3 == 0)
            key_free(&before);
    }
    key_free(&before);
    return ok ? NULL : arg;
}

static void threads(void)
{
    pthread_t thread[THREADS];
    void *failed;

    begin_agreeing();
    for (size_t i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&thread[i], NULL, live, thread), 0);
    for (size_t i = 0; i < THREADS; i++) {
        CHECK_INT(pthread_join(thread[i], &failed), 0);
        CHECK(failed == NULL);
    }
    CHECK(end_agreeing());
}

static void *agree_once(void *arg)
{
    bool same;
    iotsim_result result = agree(*(struct key **)arg, &their_half, &same);

    if (iotsim_ok(result))
        return same ? arg : NULL;
    return iotsim_is(result, IOTSIM_ERR_KEY_LOST) ? &their_half : NULL;
}

/* All at once with one key, which serves one of them. */
static void threads_with_one_key(void)
{
    pthread_t thread[THREADS];
    struct key *key;
    int served = 0;

    begin_agreeing();
    key = make_one(card);
    their_half = half;
    for (size_t i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&thread[i], NULL, agree_once, &key), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *how;

        CHECK_INT(pthread_join(thread[i], &how), 0);
        CHECK(how != NULL);
        served += how == &key;
    }
    CHECK_INT(served, 1);
    key_free(&key);
    CHECK(end_agreeing());
}

TEST_MAIN(TEST(cost), TEST(every_key_is_another), TEST(brainpool),
          TEST(values_of_rfc_5903), TEST(serves_once),
          TEST(agreed_keys_hold_nothing),
          TEST(old_key_leaves_the_new_one_alone), TEST(two_at_a_time),
          TEST(own_leftover_is_free), TEST(own_leftover_is_remembered),
          TEST(third_waits_for_the_first), TEST(other_process_has_one),
          TEST(waits_for_other_process), TEST(waits_only_when_it_is_told_to),
          TEST(take_over), TEST(take_over_without_waiting),
          TEST(nothing_by_force), TEST(who_rotates_is_not_robbed),
          TEST(takers_do_not_rob_each_other), TEST(leftover_is_taken_over),
          TEST(ours_is_not_taken_over), TEST(three_containers),
          TEST(first_one_fails), TEST(all_fail), TEST(made_again),
          TEST(channel_is_gone), TEST(silent_about_its_state),
          TEST(lost_in_a_reset), TEST(lost_under_way), TEST(emptying_fails),
          TEST(lost_with_the_card), TEST(others_failures_do_not_matter),
          TEST(children), TEST(children_of_spent_keys),
          TEST(none_on_the_last_channel), TEST(none_without_a_channel),
          TEST(waits_for_a_channel), TEST(short_turn), TEST(given_back_later),
          TEST(no_container), TEST(ids_change), TEST(list_is_old),
          TEST(list_is_read_again), TEST(list_stays_wrong), TEST(odd_answers),
          TEST(threads), TEST(threads_with_one_key))
