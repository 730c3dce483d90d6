/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport "pcsc": a card in a reader of pcscd. A place is empty (any
 * reader), a decimal index, or a part of the reader's name in any case.
 *
 * What bounds the waits. libpcsclite asks pcscd and waits for the answer with
 * no time limit, and offers none; only a thread or a signal could cut it short.
 * - begin: bounded here by asking first whether the reader is taken; see
 *   there for what is left.
 * - transmit: the reader's driver (ISO 7816-3 waiting times, USB time-outs);
 *   the card is asked for one short answer.
 * - open: pcscd itself waits in SCardConnect until no other process holds a
 *   transaction. It ends each when its process ends.
 */
#include "transport/pcsc.h"

#include <string.h>
#include <time.h>
#include <winscard.h>

#include "base/log.h"
#include "base/mem.h"

enum { READERS_SIZE = PCSCLITE_MAX_READERS_CONTEXTS * MAX_READERNAME + 1 };

static const DWORD protocols = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;

struct pcsc {
    SCARDCONTEXT context;
    SCARDHANDLE card;
    DWORD protocol;
    char reader[MAX_READERNAME];
};

/* ---- Errors ---- */

enum moment { OPENING, WORKING, MOMENTS };

#define ROW(code, opening, working)                    \
    {                                                  \
        code,                                          \
        {                                              \
            IOTSIM_ERR_##opening, IOTSIM_ERR_##working \
        }                                              \
    }
static const struct {
    LONG code;
    uint16_t err[MOMENTS];
} codes[] = {
    ROW(SCARD_E_NO_SERVICE, NO_SERVICE, NO_SERVICE),
    ROW(SCARD_E_SERVICE_STOPPED, NO_SERVICE, NO_SERVICE),
    ROW(SCARD_E_INVALID_HANDLE, NO_SERVICE, NO_SERVICE), /* pcscd restarted */
    ROW(SCARD_F_COMM_ERROR, NO_SERVICE, NO_SERVICE),
    ROW(SCARD_W_SECURITY_VIOLATION, NO_ACCESS, NO_ACCESS), /* polkit */
    ROW(SCARD_E_NO_READERS_AVAILABLE, NO_READER, CARD_REMOVED),
    ROW(SCARD_E_UNKNOWN_READER, NO_READER, CARD_REMOVED),
    ROW(SCARD_E_READER_UNAVAILABLE, NO_READER, CARD_REMOVED),
    ROW(SCARD_E_NO_SMARTCARD, NO_CARD, CARD_REMOVED),
    ROW(SCARD_W_REMOVED_CARD, NO_CARD, CARD_REMOVED),
    ROW(SCARD_W_RESET_CARD, CARD_RESET, CARD_RESET),
    ROW(SCARD_E_SHARING_VIOLATION, CARD_IN_USE, CARD_IN_USE),
    ROW(SCARD_W_UNRESPONSIVE_CARD, CARD_ANSWER, CARD_ANSWER),
    ROW(SCARD_W_UNPOWERED_CARD, CARD_ANSWER, CARD_ANSWER),
    ROW(SCARD_W_UNSUPPORTED_CARD, CARD_ANSWER, CARD_ANSWER),
    ROW(SCARD_E_INSUFFICIENT_BUFFER, IO, CARD_ANSWER), /* too long */
    ROW(SCARD_E_NO_MEMORY, NO_MEMORY, NO_MEMORY),
    ROW(SCARD_E_TIMEOUT, TIMEOUT, TIMEOUT),
};
#undef ROW

static iotsim_result result_of(LONG code, enum moment when)
{
    iotsim_result result = IOTSIM_FAIL_OS(IO, (int32_t)code);

    if (code == SCARD_S_SUCCESS)
        return IOTSIM_OK;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == code)
            result.err = codes[i].err[when];
    return result;
}

/* The result of a call in or before a transaction. A card that was reset is
 * taken up again, so that CARD_RESET means: the link is good. */
static iotsim_result working(struct pcsc *p, LONG code)
{
    LONG again = code;

    if (code == SCARD_W_RESET_CARD)
        again = SCardReconnect(p->card, SCARD_SHARE_SHARED, protocols,
                               SCARD_LEAVE_CARD, &p->protocol);
    return result_of(again == SCARD_S_SUCCESS ? code : again, WORKING);
}

/* ---- Readers ---- */

/* The number written as `text`, or -1 when it is not one of up to 3 digits. */
static int index_of(const char *text)
{
    const size_t len = strlen(text);
    int value = 0;

    if (len == 0 || len > 3 || strspn(text, "0123456789") != len)
        return -1;
    for (size_t i = 0; i < len; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

static bool fits(const char *reader, int position, const char *place)
{
    const int index = index_of(place);

    return index >= 0 ? position == index : strcasestr(reader, place) != NULL;
}

/* Copy the name of the nth reader that fits `place` to `p->reader`. */
static iotsim_result find_reader(struct pcsc *p, const char *place,
                                 unsigned nth)
{
    char names[READERS_SIZE] = { 0 };
    DWORD size = sizeof names - 1;
    LONG code = SCardListReaders(p->context, NULL, names, &size);
    int position = 0;

    if (code != SCARD_S_SUCCESS)
        return result_of(code, OPENING);
    for (const char *at = names; *at != '\0'; at += strlen(at) + 1) {
        if (!fits(at, position++, place) || nth-- > 0)
            continue;
        if (strlen(at) >= sizeof p->reader)
            return IOTSIM_FAIL(IO);
        memcpy(p->reader, at, strlen(at) + 1);
        return IOTSIM_OK;
    }
    return IOTSIM_FAIL(NO_READER);
}

/* ---- The transport ---- */

/* Frees what we have. libpcsclite's own memory and its socket stay behind: it
 * closes them only with a word to pcscd, which would end the parent's session.
 * The socket closes on exec; a new context gets a new one. */
static void pcsc_forget(void *link)
{
    struct pcsc *p = link;

    MEM_FREE(p);
}

static void pcsc_close(void *link)
{
    struct pcsc *p = link;

    if (p->card != 0)
        SCardDisconnect(p->card, SCARD_LEAVE_CARD);
    if (p->context != 0)
        SCardReleaseContext(p->context);
    pcsc_forget(p);
}

static iotsim_result connect_card(struct pcsc *p, const char *place,
                                  unsigned nth)
{
    LONG code =
        SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &p->context);
    iotsim_result result;

    if (code != SCARD_S_SUCCESS)
        return result_of(code, OPENING);
    result = find_reader(p, place, nth);
    if (!iotsim_ok(result))
        return result;
    code = SCardConnect(p->context, p->reader, SCARD_SHARE_SHARED, protocols,
                        &p->card, &p->protocol);
    return result_of(code, OPENING);
}

static iotsim_result pcsc_open(const char *place, unsigned nth,
                               struct deadline until, void **link)
{
    struct pcsc *p = mem_new(sizeof *p);
    iotsim_result result;

    (void)until;
    if (p == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    result = connect_card(p, place, nth);
    if (iotsim_ok(result))
        *link = p;
    else
        pcsc_close(p);
    return result;
}

/* True while another process holds a transaction: pcscd then refuses at once
 * to tell an attribute, be it, as here, one that no reader has. */
static bool is_taken(const struct pcsc *p)
{
    DWORD len = 0;

    return SCardGetAttrib(p->card, 0, NULL, &len) == SCARD_E_SHARING_VIOLATION;
}

/* Sleep for `*ms` milliseconds, or less at the deadline; then twice as long up
 * to 16. False when the deadline has passed. */
static bool nap(int *ms, struct deadline until)
{
    const int left = deadline_left(until);
    struct timespec pause = { 0 };

    pause.tv_nsec = (left < *ms ? left : *ms) * 1000000L;
    nanosleep(&pause, NULL);
    if (*ms < 16)
        *ms *= 2;
    return left > 0;
}

/* SCardBeginTransaction asks every 200 ms for ever while the reader is taken.
 * So it is called only when the reader is free; if another process is faster
 * in between, it lasts as long as that one's transaction. pcscd wakes nobody,
 * hence the naps. */
static iotsim_result pcsc_begin(void *link, struct deadline until)
{
    struct pcsc *p = link;
    int ms = 1;

    while (is_taken(p))
        if (!nap(&ms, until))
            return IOTSIM_FAIL(BUSY);
    return working(p, SCardBeginTransaction(p->card));
}

static void pcsc_end(void *link)
{
    const struct pcsc *p = link;

    SCardEndTransaction(p->card, SCARD_LEAVE_CARD);
}

/* `code`, or that the card is gone: a driver that gets no answer does not know
 * why, and pcscd looks for the card only every 400 ms. */
static LONG reason(const struct pcsc *p, LONG code, struct deadline until)
{
    const int left = deadline_left(until);
    SCARD_READERSTATE state = { .szReader = p->reader,
                                .dwCurrentState = SCARD_STATE_PRESENT };

    SCardGetStatusChange(p->context, (DWORD)(left < 500 ? left : 500), &state,
                         1);
    return state.dwEventState & SCARD_STATE_EMPTY ? SCARD_E_NO_SMARTCARD : code;
}

static iotsim_result pcsc_transmit(void *link, struct bytes command,
                                   struct buf *response, struct deadline until)
{
    struct pcsc *p = link;
    struct buf rest = buf_rest(response);
    DWORD len = rest.size;
    LONG code;

    code = SCardTransmit(
        p->card, p->protocol == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1,
        command.data, command.len, NULL, rest.data, &len);
    if (code == SCARD_S_SUCCESS && len == 0)
        code = SCARD_E_NOT_TRANSACTED; /* what vpcd means by it */
    if (code == SCARD_E_NOT_TRANSACTED)
        code = reason(p, code, until);
    if (code != SCARD_S_SUCCESS)
        return working(p, code);
    buf_added(response, len);
    return IOTSIM_OK;
}

static bool pcsc_is_t0(void *link)
{
    const struct pcsc *p = link;

    return p->protocol == SCARD_PROTOCOL_T0;
}

static const char *pcsc_where(void *link)
{
    const struct pcsc *p = link;

    return p->reader;
}

const struct transport_ops pcsc_ops = {
    .name = "pcsc",
    .place = "reader",
    .open = pcsc_open,
    .begin = pcsc_begin,
    .end = pcsc_end,
    .transmit = pcsc_transmit,
    .is_t0 = pcsc_is_t0,
    .where = pcsc_where,
    .close = pcsc_close,
    .forget = pcsc_forget,
};
