/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport "socket": a card behind a Unix or TCP socket. The peer is a
 * card as vpcd knows them and we play the part of vpcd: each message is a
 * length of two octets and as many octets; a message of one octet is control
 * (4: tell the ATR), any other a command. We never power or reset the card.
 *
 * A place is unix:PATH, /PATH or tcp:ADDRESS:PORT; the address is numeric
 * (IPv6 in brackets) or localhost, for no name service keeps a deadline.
 *
 * A transaction is a System V semaphore, chosen by the address that the peer
 * calls its own. It is the kernel's one lock between processes with a time
 * limit; it needs no file, a child does not inherit it, and SEM_UNDO gives it
 * back when a process dies. 0 is free: a new one needs no set-up. All cards
 * share one set, which stays in the kernel until reboot; two that meet in one
 * semaphore wait for each other. Other hosts and IPC namespaces are not kept
 * out.
 */
#include "transport/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "transport/stream.h"

enum { LENGTH = 2, STATUS_WORD = 2, ATR_MAX = 33, CONTROL_ATR = 4 };
enum { SET_KEY = 0x696f7473, SET_SIZE = 256 }; /* "iots" */

struct socket_link {
    int fd;
    int set;
    unsigned short number; /* of our semaphore in the set */
    bool held;             /* we hold the semaphore */
    bool dead;             /* octets may be out of step: of no use any more */
    bool t0;
    char place[TRANSPORT_PLACE_MAX + 1];
};

union address {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    uint8_t octets[sizeof(struct sockaddr_storage)];
};

/* ---- Addresses ---- */

/* The size of the address written as `path`, or 0. */
static socklen_t parse_unix(const char *path, union address *a)
{
    const size_t len = strlen(path);

    if (len == 0 || len >= sizeof a->un.sun_path)
        return 0;
    a->un.sun_family = AF_UNIX;
    memcpy(a->un.sun_path, path, len);
    return sizeof a->un;
}

/* The port written as `text`, or 0. */
static uint16_t parse_port(const char *text)
{
    unsigned port = 0;

    if (strlen(text) > 5)
        return 0;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return 0;
        port = port * 10 + (unsigned)(*text - '0');
    }
    return port <= UINT16_MAX ? (uint16_t)port : 0;
}

/* The size of the address of `host` (no brackets) and `port`, or 0. */
static socklen_t parse_host(int family, const char *host, uint16_t port,
                            union address *a)
{
    void *into = &a->in.sin_addr;

    a->any.sa_family = (sa_family_t)family;
    a->in.sin_port = htons(port); /* sin6_port lies in the same place */
    if (family == AF_INET6)
        into = &a->in6.sin6_addr;
    if (inet_pton(family, host, into) != 1)
        return 0;
    return family == AF_INET6 ? sizeof a->in6 : sizeof a->in;
}

/* The size of the address written as ADDRESS:PORT, or 0. */
static socklen_t parse_tcp(const char *text, union address *a)
{
    const char *colon = strrchr(text, ':');
    const size_t len = colon == NULL ? 0 : (size_t)(colon - text);
    const uint16_t port = colon == NULL ? 0 : parse_port(colon + 1);
    char host[INET6_ADDRSTRLEN + 2] = { 0 };

    if (len == 0 || len >= sizeof host || port == 0)
        return 0;
    memcpy(host, text, len);
    if (strcmp(host, "localhost") == 0)
        return parse_host(AF_INET, "127.0.0.1", port, a);
    if (host[0] != '[' || host[len - 1] != ']')
        return parse_host(AF_INET, host, port, a);
    host[len - 1] = '\0';
    return parse_host(AF_INET6, host + 1, port, a);
}

static const struct {
    const char *prefix;
    size_t skip; /* characters of the prefix that do not count */
    socklen_t (*parse)(const char *text, union address *a);
} schemes[] = {
    { .prefix = "unix:", .skip = 5, .parse = parse_unix },
    { .prefix = "/", .skip = 0, .parse = parse_unix },
    { .prefix = "tcp:", .skip = 4, .parse = parse_tcp },
};

static socklen_t parse_place(const char *place, union address *a)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strncmp(place, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
            return schemes[i].parse(place + schemes[i].skip, a);
    return 0;
}

/* ---- Messages ---- */

/* Send one message. */
static iotsim_result send_message(const struct socket_link *s,
                                  struct bytes octets, struct deadline until)
{
    uint8_t storage[LENGTH + TRANSPORT_COMMAND_MAX];
    struct buf message = BUF_OVER(storage);
    iotsim_result result = IOTSIM_FAIL(TOO_LONG);

    buf_u16(&message, (uint16_t)octets.len);
    buf_put(&message, octets);
    if (!message.failed)
        result = stream_write(s->fd, buf_view(&message), until);
    buf_wipe(&message);
    return result;
}

/* Append one message of `min` to `max` octets to `in`. */
static iotsim_result read_message(const struct socket_link *s, size_t min,
                                  size_t max, struct buf *in,
                                  struct deadline until)
{
    uint8_t storage[LENGTH];
    struct buf header = BUF_OVER(storage);
    struct bytes view;
    size_t len;
    iotsim_result result = stream_read(s->fd, &header, LENGTH, until);

    if (!iotsim_ok(result))
        return result;
    view = buf_view(&header);
    len = bytes_u16(&view);
    if (len < min || len > max)
        return IOTSIM_FAIL(CARD_ANSWER);
    return stream_read(s->fd, in, len, until);
}

/* ---- ATR ---- */

/* Number of octets TA, TB and TC that Y (ISO 7816-3 8.2.3) announces. */
static size_t interface_octets(uint8_t y)
{
    const unsigned bits = y;

    return (bits >> 4 & 1) + (bits >> 5 & 1) + (bits >> 6 & 1);
}

/* Find out whether `atr` offers T=0 alone; false when it is malformed. */
static bool parse_atr(struct bytes atr, bool *t0)
{
    const uint8_t ts = bytes_u8(&atr);
    uint8_t y = bytes_u8(&atr);
    const size_t historical = y & 0x0f;

    *t0 = true;
    bytes_take(&atr, interface_octets(y));
    while (y & 0x80) {
        y = bytes_u8(&atr);
        if ((y & 0x0f) == 1)
            *t0 = false;
        bytes_take(&atr, interface_octets(y));
    }
    bytes_take(&atr, historical);
    return !atr.failed && (ts == 0x3b || ts == 0x3f);
}

static iotsim_result ask_atr(struct socket_link *s, struct deadline until)
{
    const uint8_t control = CONTROL_ATR;
    uint8_t storage[ATR_MAX];
    struct buf atr = BUF_OVER(storage);
    iotsim_result result = send_message(s, bytes_of(&control, 1), until);

    if (iotsim_ok(result))
        result = read_message(s, STATUS_WORD, sizeof storage, &atr, until);
    if (iotsim_is(result, IOTSIM_ERR_CARD_REMOVED))
        return IOTSIM_FAIL_OS(NO_CARD, result.os);
    if (iotsim_ok(result) && !parse_atr(buf_view(&atr), &s->t0))
        return IOTSIM_FAIL(CARD_ANSWER);
    return result;
}

/* ---- The semaphore ---- */

/* Choose the semaphore by a hash (FNV-1a) of the peer's address. */
static iotsim_result find_semaphore(struct socket_link *s)
{
    union address peer = { 0 };
    socklen_t len = sizeof peer;
    uint32_t hash = 2166136261U;

    if (getpeername(s->fd, &peer.any, &len) < 0)
        return IOTSIM_FAIL_OS(IO, errno);
    for (size_t i = 0; i < sizeof peer.octets && i < len; i++)
        hash = (hash ^ peer.octets[i]) * 16777619U;
    s->number = (unsigned short)((hash ^ hash >> 16) % SET_SIZE);
    s->set = semget(SET_KEY, SET_SIZE, IPC_CREAT | 0666);
    return s->set < 0 ? IOTSIM_FAIL_OS(IO, errno) : IOTSIM_OK;
}

/* Wait for 0 and make it 1. */
static iotsim_result take_semaphore(struct socket_link *s,
                                    struct deadline until)
{
    struct sembuf steps[] = {
        { .sem_num = s->number, .sem_op = 0 },
        { .sem_num = s->number, .sem_op = 1, .sem_flg = SEM_UNDO },
    };
    int failed;

    do {
        const int left = deadline_left(until);
        const struct timespec limit = { .tv_sec = left / 1000,
                                        .tv_nsec = left % 1000 * 1000000L };

        failed = semtimedop(s->set, steps, 2, &limit);
    } while (failed && errno == EINTR);
    s->held = !failed;
    if (failed && errno == EAGAIN)
        return IOTSIM_FAIL(BUSY);
    return failed ? IOTSIM_FAIL_OS(IO, errno) : IOTSIM_OK;
}

static void give_semaphore(struct socket_link *s)
{
    struct sembuf back = { .sem_num = s->number,
                           .sem_op = -1,
                           .sem_flg = SEM_UNDO | IPC_NOWAIT };

    if (s->held && semop(s->set, &back, 1) < 0)
        log_at(LOG_WARN, "socket", "semaphore lost: errno %d", errno);
    s->held = false;
}

/* ---- The transport ---- */

static void socket_forget(void *link)
{
    struct socket_link *s = link;

    close(s->fd);
    MEM_FREE(s);
}

iotsim_result socket_take(int fd, const char *place, struct deadline until,
                          void **link)
{
    struct socket_link *s = mem_new(sizeof *s);
    iotsim_result result;

    *link = NULL;
    if (s == NULL) {
        close(fd);
        return IOTSIM_FAIL(NO_MEMORY);
    }
    s->fd = fd;
    memcpy(s->place, place, strnlen(place, sizeof s->place - 1));
    result = find_semaphore(s);
    if (iotsim_ok(result))
        result = ask_atr(s, until);
    if (iotsim_ok(result))
        *link = s;
    else
        socket_forget(s);
    return result;
}

static iotsim_result socket_open(const char *place, unsigned nth,
                                 struct deadline until, void **link)
{
    union address a = { 0 };
    const socklen_t len = parse_place(place, &a);
    iotsim_result result;
    int fd;

    if (nth > 0 || place[0] == '\0')
        return IOTSIM_FAIL(NO_READER);
    if (len == 0)
        return IOTSIM_FAIL(BAD_SETTING);
    fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return IOTSIM_FAIL_OS(IO, errno);
    result = stream_connect(fd, &a.any, len, until);
    if (iotsim_ok(result))
        return socket_take(fd, place, until, link);
    close(fd);
    return result;
}

static void socket_end(void *link)
{
    give_semaphore(link);
}

static void socket_close(void *link)
{
    give_semaphore(link);
    socket_forget(link);
}

/* A peer that hung up or is out of step is found here, where no command has
 * gone out yet. */
static iotsim_result socket_begin(void *link, struct deadline until)
{
    struct socket_link *s = link;
    iotsim_result result = take_semaphore(s, until);

    if (!iotsim_ok(result))
        return result;
    result = s->dead ? IOTSIM_FAIL(CARD_REMOVED) : stream_quiet(s->fd);
    if (!iotsim_ok(result)) {
        s->dead = true;
        give_semaphore(s);
    }
    return result;
}

static iotsim_result socket_transmit(void *link, struct bytes command,
                                     struct buf *response,
                                     struct deadline until)
{
    struct socket_link *s = link;
    iotsim_result result;

    if (s->dead)
        return IOTSIM_FAIL(CARD_REMOVED);
    result = send_message(s, command, until);
    if (iotsim_ok(result))
        result = read_message(s, STATUS_WORD, TRANSPORT_RESPONSE_MAX, response,
                              until);
    s->dead = !iotsim_ok(result);
    return result;
}

static bool socket_is_t0(void *link)
{
    const struct socket_link *s = link;

    return s->t0;
}

static const char *socket_where(void *link)
{
    const struct socket_link *s = link;

    return s->place;
}

const struct transport_ops socket_ops = {
    .name = "socket",
    .place = "address",
    .open = socket_open,
    .begin = socket_begin,
    .end = socket_end,
    .transmit = socket_transmit,
    .is_t0 = socket_is_t0,
    .where = socket_where,
    .close = socket_close,
    .forget = socket_forget,
};
