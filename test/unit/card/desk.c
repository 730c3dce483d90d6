/* SPDX-License-Identifier: Apache-2.0 */
/* A desk with readers; see desk.h. */
#include "desk.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"

enum { READERS = 8, SENT = 4096 };

const char desk_sim[] = "[card]\n"
                        "iccid = " DESK_ICCID "\n"
                        "[objects]\n"
                        "k1 = pair\n"
                        "b1 = pair\n"
                        "lone = private\n"
                        "e1 = pair\n"
                        "cc = file\n"
                        "s1 = secret\n"
                        "[k1]\n"
                        "label = K1\n"
                        "id = 01\n"
                        "type = p256\n"
                        "functions = sign\n"
                        "value = C9AFA9D845BA75166B5C215767B1D693"
                        "4E50C3DB36E89B127B8A622B120F6721\n"
                        "[b1]\n"
                        "label = B1\n"
                        "id = 02\n"
                        "type = brainpool\n"
                        "functions = sign\n"
                        "value = generate\n"
                        "[lone]\n"
                        "label = LONE\n"
                        "id = 03\n"
                        "type = p256\n"
                        "functions = sign\n"
                        "value = generate\n"
                        "[e1]\n"
                        "label = E1\n"
                        "id = 04\n"
                        "type = p256-volatile\n"
                        "functions = generate, agree\n"
                        "value = empty\n"
                        "[cc]\n"
                        "label = CC\n"
                        "id = 02\n"
                        "value = 30313233343536373839414243444546\n"
                        "[s1]\n"
                        "label = S1\n"
                        "id = 06\n"
                        "functions = derive\n"
                        "value = 000102030405060708090A0B0C0D0E0F\n";

const char desk_ecdh[] = "[card]\n"
                         "iccid = " DESK_ICCID "\n"
                         "[objects]\n"
                         "k1 = pair\n"
                         "st = pair\n"
                         "e1 = pair\n"
                         "e2 = pair\n"
                         "b1 = pair\n"
                         "p1 = public\n"
                         "bp = public\n"
                         "cc = file\n"
                         "[k1]\n"
                         "label = K1\n"
                         "id = 01\n"
                         "type = p256\n"
                         "functions = sign, generate\n"
                         "value = generate\n"
                         "[st]\n"
                         "label = ST\n"
                         "id = 02\n"
                         "type = p256\n"
                         "functions = agree, generate\n"
                         "value = C88F01F510D9AC3F70A292DAA2316DE5"
                         "44E9AAB8AFE84049C62A9C57862D1433\n"
                         "[e1]\n"
                         "label = E1\n"
                         "id = 04\n"
                         "type = p256-volatile\n"
                         "functions = generate, agree\n"
                         "value = empty\n"
                         "[e2]\n"
                         "label = E2\n"
                         "id = 05\n"
                         "type = p256-volatile\n"
                         "functions = generate, agree\n"
                         "value = empty\n"
                         "[b1]\n"
                         "label = B1\n"
                         "id = 06\n"
                         "type = brainpool-volatile\n"
                         "functions = generate, agree\n"
                         "value = empty\n"
                         "[p1]\n"
                         "label = P1\n"
                         "id = 07\n"
                         "type = p256-volatile\n"
                         "functions = agree\n"
                         "access = read, update\n"
                         "value = empty\n"
                         "[bp]\n"
                         "label = BP\n"
                         "id = 08\n"
                         "type = brainpool-volatile\n"
                         "functions = agree\n"
                         "access = update\n"
                         "value = empty\n"
                         "[cc]\n"
                         "label = CC\n"
                         "id = 02\n"
                         "value = 30313233343536373839414243444546\n";

static struct reader {
    char name[16];
    struct soft *card;
    iotsim_result trouble;
    unsigned inserted; /* cards that were here before */
    unsigned resets;
    struct lock transaction;
} readers[READERS];

static struct desk {
    unsigned readers;
    unsigned opened;
    unsigned closed;
    unsigned forgotten;
    unsigned begun;
    unsigned ended;
    atomic_bool unfair; /* links are closed outside of transactions */
    iotsim_result begin_trouble;
    uint8_t answered; /* instruction */
    char answer[1024];
    char sent[SENT];
    char told[SENT];
} desk;

static pthread_mutex_t desk_mutex = PTHREAD_MUTEX_INITIALIZER;

struct link {
    struct reader *reader;
    unsigned inserted;
    unsigned resets;
    bool begun;
};

static void count(unsigned *counter)
{
    pthread_mutex_lock(&desk_mutex);
    (*counter)++;
    pthread_mutex_unlock(&desk_mutex);
}

/* --- the transport ----------------------------------------------------- */

static struct reader *find_reader(const char *place, unsigned nth)
{
    for (unsigned i = 0; i < desk.readers; i++)
        if (strstr(readers[i].name, place) != NULL && nth-- == 0)
            return &readers[i];
    return NULL;
}

static iotsim_result desk_open(const char *place, unsigned nth,
                               struct deadline until, void **out)
{
    struct reader *reader = find_reader(place, nth);
    struct link *link;

    (void)until;
    if (reader == NULL)
        return IOTSIM_FAIL(NO_READER);
    if (!iotsim_ok(reader->trouble))
        return reader->trouble;
    if (reader->card == NULL)
        return IOTSIM_FAIL(NO_CARD);
    link = mem_new(sizeof *link);
    if (link == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    *link = (struct link){ .reader = reader,
                           .inserted = reader->inserted,
                           .resets = reader->resets };
    count(&desk.opened);
    *out = link;
    return IOTSIM_OK;
}

/* What happened since the link was used last. */
static iotsim_result find_trouble(struct link *link)
{
    iotsim_result trouble = desk.begin_trouble;

    desk.begin_trouble = IOTSIM_OK;
    if (!iotsim_ok(trouble))
        return trouble;
    if (link->inserted != link->reader->inserted)
        return IOTSIM_FAIL(CARD_REMOVED);
    if (link->resets != link->reader->resets) {
        link->resets = link->reader->resets;
        return IOTSIM_FAIL(CARD_RESET);
    }
    return IOTSIM_OK;
}

static iotsim_result desk_begin(void *opaque, struct deadline until)
{
    struct link *link = opaque;
    iotsim_result result = lock_take(&link->reader->transaction, until);

    if (!iotsim_ok(result))
        return result;
    result = find_trouble(link);
    if (!iotsim_ok(result)) {
        lock_give(&link->reader->transaction);
        return result;
    }
    link->begun = true;
    count(&desk.begun);
    return IOTSIM_OK;
}

static void desk_end(void *opaque)
{
    struct link *link = opaque;

    if (!link->begun)
        return;
    link->begun = false;
    count(&desk.ended);
    lock_give(&link->reader->transaction);
}

static void note(struct bytes command)
{
    char word[8] = "";

    if (command.data[1] == 0x70)
        strcpy(word, command.data[2] == 0 ? "+" : "-");
    else
        snprintf(word, sizeof word, "%02X", command.data[1]);
    pthread_mutex_lock(&desk_mutex);
    if (strlen(desk.sent) + sizeof word < SENT) {
        if (desk.sent[0] != '\0')
            strcat(desk.sent, " ");
        strcat(desk.sent, word);
    }
    pthread_mutex_unlock(&desk_mutex);
}

static iotsim_result put_answer(struct buf *response)
{
    desk.answered = 0;
    return hex_parse(bytes_text(desk.answer), response) ? IOTSIM_OK
                                                        : IOTSIM_FAIL(IO);
}

static iotsim_result desk_transmit(void *opaque, struct bytes command,
                                   struct buf *response, struct deadline until)
{
    struct link *link = opaque;
    iotsim_result result;

    note(command);
    desk.unfair |= !link->begun;
    if (link->reader->card == NULL)
        return IOTSIM_FAIL(CARD_REMOVED);
    if (desk.answered == command.data[1])
        return put_answer(response);
    result = soft_ops.transmit(link->reader->card, command, response, until);
    if (iotsim_is(result, IOTSIM_ERR_CARD_REMOVED))
        link->reader->inserted++;
    return result;
}

static bool desk_is_t0(void *opaque)
{
    (void)opaque;
    return false;
}

static const char *desk_where(void *opaque)
{
    const struct link *link = opaque;

    return link->reader->name;
}

static void drop(struct link *link)
{
    desk.unfair |= link->begun;
    MEM_FREE(link);
}

static void desk_close(void *opaque)
{
    count(&desk.closed);
    drop(opaque);
}

static void desk_forget(void *opaque)
{
    count(&desk.forgotten);
    drop(opaque);
}

static const struct transport_ops desk_ops = {
    .name = "pcsc",
    .place = "reader",
    .open = desk_open,
    .begin = desk_begin,
    .end = desk_end,
    .transmit = desk_transmit,
    .is_t0 = desk_is_t0,
    .where = desk_where,
    .close = desk_close,
    .forget = desk_forget,
};

const struct transport_ops *transport_find(const char *name)
{
    return strcmp(name, desk_ops.name) == 0 ? &desk_ops : NULL;
}

const struct transport_ops *transport_row(size_t nth)
{
    return nth == 0 ? &desk_ops : NULL;
}

/* --- the desk ---------------------------------------------------------- */

static void give_up(const char *why)
{
    fprintf(stderr, "desk: %s\n", why);
    exit(1);
}

void desk_clear(void)
{
    for (unsigned i = 0; i < desk.readers; i++)
        soft_free(readers[i].card);
    memset(&desk, 0, sizeof desk);
}

static struct reader *put_reader(void)
{
    struct reader *reader = &readers[desk.readers];

    if (desk.readers == READERS)
        give_up("too many readers");
    *reader = (struct reader){ 0 };
    snprintf(reader->name, sizeof reader->name, "Desk %u", desk.readers);
    desk.readers++;
    return reader;
}

struct soft *desk_put(const char *profile)
{
    struct reader *reader = put_reader();

    reader->card = soft_text(profile);
    return reader->card;
}

void desk_put_trouble(iotsim_result trouble)
{
    put_reader()->trouble = trouble;
}

void desk_reset(unsigned nth)
{
    struct soft *card = readers[nth].card;
    iotsim_result told;

    soft_reset(card);
    told = soft_ops.begin(card, deadline_in(0)); /* we tell each link */
    readers[nth].resets += iotsim_is(told, IOTSIM_ERR_CARD_RESET);
}

struct soft *desk_swap(unsigned nth, const char *profile)
{
    soft_free(readers[nth].card);
    readers[nth].card = profile == NULL ? NULL : soft_text(profile);
    readers[nth].inserted++;
    return readers[nth].card;
}

struct soft *desk_switch(unsigned nth, const char *profile)
{
    soft_free(readers[nth].card);
    readers[nth].card = soft_text(profile);
    readers[nth].resets++;
    return readers[nth].card;
}

void desk_occupy(unsigned nth, unsigned channels)
{
    static const uint8_t open[] = { 0x00, 0x70, 0x00, 0x00, 0x01 };

    while (channels-- > 0) {
        uint8_t storage[TRANSPORT_RESPONSE_MAX];
        struct buf answer = BUF_OVER(storage);

        if (!iotsim_ok(soft_ops.transmit(readers[nth].card, BYTES_OF(open),
                                         &answer, deadline_in(1000))) ||
            answer.len != 3)
            give_up("no channel left to occupy");
    }
}

void desk_begin_trouble(iotsim_result trouble)
{
    desk.begin_trouble = trouble;
}

void desk_answer(uint8_t ins, const char *hex)
{
    if (strlen(hex) >= sizeof desk.answer)
        give_up("answer too long");
    strcpy(desk.answer, hex);
    desk.answered = ins;
}

unsigned desk_begun(void)
{
    unsigned begun;

    pthread_mutex_lock(&desk_mutex);
    begun = desk.begun;
    pthread_mutex_unlock(&desk_mutex);
    return begun;
}

const char *desk_sent(void)
{
    memcpy(desk.told, desk.sent, sizeof desk.told);
    desk.sent[0] = '\0';
    return desk.told;
}

unsigned desk_opened(void)
{
    return desk.opened;
}

unsigned desk_closed(void)
{
    return desk.closed;
}

unsigned desk_forgotten(void)
{
    return desk.forgotten;
}

bool desk_is_fair(void)
{
    return !desk.unfair && desk.begun == desk.ended;
}

/* --- what most tests need ---------------------------------------------- */

const struct settings desk_settings = { .timeout_ms = 30000 };

struct iotsim_uri desk_uri(const char *text)
{
    struct iotsim_uri uri;

    if (!iotsim_ok(iotsim_uri_parse(text, &uri, NULL)))
        give_up(text);
    return uri;
}

struct card *desk_card(const char *text)
{
    struct iotsim_uri uri = desk_uri(text);
    struct card *found;

    if (!iotsim_ok(card_get(&desk_settings, &uri, &found)))
        give_up(text);
    return found;
}

struct key *desk_load(struct card *from, const char *label,
                      struct applet_public_key *half)
{
    struct iotsim_uri uri = desk_uri("iotsim:");
    struct applet_object object;
    struct key *key = NULL;

    strcpy(uri.object, label);
    if (!iotsim_ok(card_find(from, APPLET_PRIVATE_KEY, &uri, &object)) ||
        !iotsim_ok(key_load(from, &uri, &object, half, &key)))
        give_up(label);
    return key;
}

struct key *desk_key(struct card *from, const char *label)
{
    struct applet_public_key half;

    return desk_load(from, label, &half);
}
