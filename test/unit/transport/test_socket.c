/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket transport against peers that behave and peers that do not. Most
 * are a socket pair into which all that the peer will ever say was written
 * beforehand; a few are a listener with a thread behind it.
 */
#include "transport/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"

#define ATR_T0 "0002 3B00"
#define ATR_T1 "0004 3B800181"

static const uint8_t command[] = { 0x00, 0xa4, 0x04, 0x00 };

static int64_t now_ms(void)
{
    return deadline_in(0).at_ms;
}

/* ---- Peers that said everything beforehand ---- */

struct peer {
    int fd;
    void *link;
    iotsim_result opened;
};

/* A link to a peer that says `hex`, and hangs up then if `hang_up`. */
static struct peer peer_new(const char *hex, bool hang_up)
{
    struct peer p = { .fd = -1 };
    uint8_t octets[1024];
    const size_t len = check_unhex(hex, octets, sizeof octets);
    int fds[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    CHECK(len != (size_t)-1);
    CHECK_INT(send(fds[1], octets, len, MSG_NOSIGNAL), len);
    if (hang_up)
        CHECK(shutdown(fds[1], SHUT_WR) == 0);
    p.fd = fds[1];
    p.opened = socket_take(fds[0], "pair", deadline_in(100), &p.link);
    return p;
}

static void peer_free(struct peer *p)
{
    if (p->link != NULL)
        socket_ops.close(p->link);
    close(p->fd);
}

/* One exchange with a short deadline; the answer is left in `response`. */
static struct buf response;

static iotsim_result exchange(void *link)
{
    static uint8_t storage[TRANSPORT_RESPONSE_MAX];

    response = BUF_OVER(storage);
    return socket_ops.transmit(link, BYTES_OF(command), &response,
                               deadline_in(100));
}

static void atr_decides_the_protocol(void)
{
    static const struct {
        const char *says;
        enum iotsim_err err;
        bool t0;
    } rows[] = {
        { ATR_T0, IOTSIM_ERR_NONE, true },
        { ATR_T1, IOTSIM_ERR_NONE, false },
        { "0005 3B80800101", IOTSIM_ERR_NONE, false },  /* T=0 and T=1 */
        { "0004 3FF00011", IOTSIM_ERR_CARD_ANSWER, 0 }, /* cut short */
        { "0006 3FF011000000", IOTSIM_ERR_NONE, true }, /* TA1..TD1, T=0 */
        { "0003 3B8F00", IOTSIM_ERR_CARD_ANSWER, 0 },   /* no historicals */
        { "0003 3B8080", IOTSIM_ERR_CARD_ANSWER, 0 },   /* TD without end */
        { "0002 9000", IOTSIM_ERR_CARD_ANSWER, 0 },     /* no TS */
        { "0001 3B", IOTSIM_ERR_CARD_ANSWER, 0 },
        { "0000", IOTSIM_ERR_CARD_ANSWER, 0 },
        { "0022 3B", IOTSIM_ERR_CARD_ANSWER, 0 }, /* 34 octets */
        { "FFFF", IOTSIM_ERR_CARD_ANSWER, 0 },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct peer p = peer_new(rows[i].says, false);

        CHECK_INT(p.opened.err, rows[i].err);
        CHECK((p.link != NULL) == iotsim_ok(p.opened));
        if (p.link != NULL)
            CHECK(socket_ops.is_t0(p.link) == rows[i].t0);
        peer_free(&p);
    }
}

static void longest_atr_is_taken(void)
{
    char hex[4 + 2 * 33 + 1];
    struct peer p;

    memset(hex, '0', sizeof hex - 1);
    hex[sizeof hex - 1] = '\0';
    memcpy(hex, "00213B0F", 8);
    p = peer_new(hex, false);
    CHECK(iotsim_ok(p.opened));
    peer_free(&p);
}

static void asks_for_the_atr_only(void)
{
    struct peer p = peer_new(ATR_T0, false);
    uint8_t octets[16];
    ssize_t n = recv(p.fd, octets, sizeof octets, MSG_DONTWAIT);

    CHECK_HEX(octets, (size_t)(n < 0 ? 0 : n), "0001 04");
    peer_free(&p);
}

static void no_atr_no_card(void)
{
    struct peer mute = peer_new("", false);
    struct peer gone = peer_new("", true);
    struct peer half = peer_new("0004 3B80", true);

    CHECK(iotsim_is(mute.opened, IOTSIM_ERR_TIMEOUT));
    CHECK(iotsim_is(gone.opened, IOTSIM_ERR_NO_CARD));
    CHECK(iotsim_is(half.opened, IOTSIM_ERR_NO_CARD));
    peer_free(&mute);
    peer_free(&gone);
    peer_free(&half);
}

static void frames_a_command(void)
{
    struct peer p = peer_new(ATR_T0 "0003 AA9000", false);
    uint8_t octets[16];
    ssize_t n;

    CHECK(iotsim_ok(exchange(p.link)));
    CHECK_HEX(response.data, response.len, "AA 90 00");
    n = recv(p.fd, octets, sizeof octets, MSG_DONTWAIT);
    CHECK_HEX(octets, (size_t)(n < 0 ? 0 : n), "0001 04 0004 00A40400");
    peer_free(&p);
}

static void longest_answer_is_taken(void)
{
    char hex[256 * 3 + 64] = ATR_T0 "0102 ";
    struct peer p;
    const size_t head = strlen(hex);

    memset(hex + head, '0', 2 * TRANSPORT_RESPONSE_MAX);
    p = peer_new(hex, false);
    CHECK(iotsim_ok(exchange(p.link)));
    CHECK_INT(response.len, TRANSPORT_RESPONSE_MAX);
    peer_free(&p);
}

/* After any failure the link is of no use, whatever else the peer sends. */
static void bad_answers_end_the_link(void)
{
    static const struct {
        const char *says;
        bool hang_up;
        enum iotsim_err err;
    } rows[] = {
        { "0000", false, IOTSIM_ERR_CARD_ANSWER },
        { "0001 90 0002 9000", false, IOTSIM_ERR_CARD_ANSWER },
        { "0103", false, IOTSIM_ERR_CARD_ANSWER },
        { "FFFF 0002 9000", false, IOTSIM_ERR_CARD_ANSWER },
        { "", false, IOTSIM_ERR_TIMEOUT },
        { "00", false, IOTSIM_ERR_TIMEOUT },
        { "0004 9000", false, IOTSIM_ERR_TIMEOUT },
        { "", true, IOTSIM_ERR_CARD_REMOVED },
        { "00", true, IOTSIM_ERR_CARD_REMOVED },
        { "0004 9000", true, IOTSIM_ERR_CARD_REMOVED },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char hex[64] = ATR_T0;
        const int64_t start = now_ms();
        struct peer p;

        memcpy(hex + strlen(hex), rows[i].says, strlen(rows[i].says));
        p = peer_new(hex, rows[i].hang_up);
        REQUIRE(iotsim_ok(p.opened));
        CHECK_INT(exchange(p.link).err, rows[i].err);
        CHECK(iotsim_is(exchange(p.link), IOTSIM_ERR_CARD_REMOVED));
        CHECK(iotsim_is(socket_ops.begin(p.link, deadline_in(100)),
                        IOTSIM_ERR_CARD_REMOVED));
        CHECK(now_ms() - start < 2000);
        peer_free(&p);
    }
}

static void silence_lasts_until_the_deadline(void)
{
    struct peer p = peer_new(ATR_T0, false);
    const int64_t start = now_ms();

    CHECK(iotsim_is(exchange(p.link), IOTSIM_ERR_TIMEOUT));
    CHECK(now_ms() - start >= 99 && now_ms() - start < 2000);
    peer_free(&p);
}

/* SIGPIPE would end this program. */
static void closed_peer_is_no_signal(void)
{
    struct peer p = peer_new(ATR_T0, false);
    iotsim_result r;

    close(p.fd);
    p.fd = -1;
    r = exchange(p.link);
    CHECK(iotsim_is(r, IOTSIM_ERR_CARD_REMOVED));
    CHECK(r.os == EPIPE || r.os == ECONNRESET);
    peer_free(&p);
}

/* A card that went away between transactions is noticed before a command is
 * sent, and so is one that speaks unasked. */
static void begin_looks_first(void)
{
    struct peer gone = peer_new(ATR_T0, true);
    struct peer chatty = peer_new(ATR_T0 "0002 9000", false);
    struct peer good = peer_new(ATR_T0, false);
    const struct deadline soon = deadline_in(1000);

    CHECK(
        iotsim_is(socket_ops.begin(gone.link, soon), IOTSIM_ERR_CARD_REMOVED));
    CHECK(
        iotsim_is(socket_ops.begin(chatty.link, soon), IOTSIM_ERR_CARD_ANSWER));
    CHECK(iotsim_ok(socket_ops.begin(good.link, soon)));
    socket_ops.end(good.link);
    peer_free(&gone);
    peer_free(&chatty);
    peer_free(&good);
}

static void *drip(void *fd)
{
    static const uint8_t answer[] = { 0x00, 0x03, 0xaa, 0x90, 0x00 };

    for (size_t i = 0; i < sizeof answer; i++) {
        usleep(2000);
        if (send(*(int *)fd, answer + i, 1, MSG_NOSIGNAL) != 1)
            return NULL;
    }
    return NULL;
}

static void short_reads_are_joined(void)
{
    struct peer p = peer_new(ATR_T0, false);
    pthread_t thread;

    REQUIRE(pthread_create(&thread, NULL, drip, &p.fd) == 0);
    CHECK(iotsim_ok(exchange(p.link)));
    CHECK_HEX(response.data, response.len, "AA 90 00");
    pthread_join(thread, NULL);
    peer_free(&p);
}

static void ignore(int number)
{
    (void)number;
}

static void interruptions_are_survived(void)
{
    const struct itimerval often = { .it_interval = { 0, 3000 },
                                     .it_value = { 0, 3000 } };
    const struct itimerval never = { .it_value = { 0, 0 } };
    struct sigaction action = { .sa_handler = ignore };
    struct peer p = peer_new(ATR_T0, false);
    const int64_t start = now_ms();

    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    CHECK(iotsim_is(exchange(p.link), IOTSIM_ERR_TIMEOUT));
    CHECK(now_ms() - start >= 99);
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    peer_free(&p);
}

/* ---- A listener with a card behind it ---- */

static void *serve_link(void *argument)
{
    static const uint8_t atr[] = { 0x00, 0x02, 0x3b, 0x00 };
    static const uint8_t ok[] = { 0x00, 0x02, 0x90, 0x00 };
    const int fd = (int)(intptr_t)argument;
    uint8_t octets[2 + TRANSPORT_COMMAND_MAX];

    while (recv(fd, octets, 2, MSG_WAITALL) == 2) {
        const size_t len = (size_t)(octets[0] << 8 | octets[1]);

        if (len > sizeof octets ||
            recv(fd, octets, len, MSG_WAITALL) != (ssize_t)len ||
            send(fd, len == 1 ? atr : ok, 4, MSG_NOSIGNAL) != 4)
            break;
    }
    close(fd);
    return NULL;
}

static void *serve(void *argument)
{
    const int listener = (int)(intptr_t)argument;
    pthread_t thread;

    for (;;) {
        const int fd = accept(listener, NULL, NULL);

        if (fd < 0)
            return NULL;
        if (pthread_create(&thread, NULL, serve_link, (void *)(intptr_t)fd))
            return NULL;
        pthread_detach(thread);
    }
}

struct card {
    int listener;
    pthread_t thread;
    char place[64];
};

static int listen_unix(char *place, size_t size)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(a.sun_path, sizeof a.sun_path, "/tmp/iotsim-test-%d",
             (int)getpid());
    unlink(a.sun_path);
    CHECK(bind(fd, (struct sockaddr *)&a, sizeof a) == 0);
    CHECK(listen(fd, 1) == 0);
    snprintf(place, size, "unix:%s", a.sun_path);
    return fd;
}

static int listen_tcp(char *place, size_t size)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof a;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(bind(fd, (struct sockaddr *)&a, sizeof a) == 0);
    CHECK(listen(fd, 5) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&a, &len) == 0);
    snprintf(place, size, "tcp:127.0.0.1:%d", ntohs(a.sin_port));
    return fd;
}

static struct card card_start(int (*listener)(char *, size_t))
{
    struct card c = { .listener = -1 };

    c.listener = listener(c.place, sizeof c.place);
    CHECK(pthread_create(&c.thread, NULL, serve,
                         (void *)(intptr_t)c.listener) == 0);
    return c;
}

static void card_stop(struct card *c)
{
    shutdown(c->listener, SHUT_RDWR);
    pthread_join(c->thread, NULL);
    close(c->listener);
    if (strncmp(c->place, "unix:", 5) == 0)
        unlink(c->place + 5);
}

static void *dial(const char *place)
{
    void *link = NULL;
    iotsim_result r = socket_ops.open(place, 0, deadline_in(2000), &link);

    CHECK_INT(r.err, IOTSIM_ERR_NONE);
    if (link != NULL)
        CHECK_STR(socket_ops.where(link), place);
    return link;
}

static void talks_over(int (*listener)(char *, size_t))
{
    struct card c = card_start(listener);
    void *link = dial(c.place);

    REQUIRE(link != NULL);
    CHECK(iotsim_ok(socket_ops.begin(link, deadline_in(1000))));
    CHECK(iotsim_ok(exchange(link)));
    CHECK_HEX(response.data, response.len, "90 00");
    socket_ops.end(link);
    socket_ops.close(link);
    card_stop(&c);
}

static void talks_over_unix(void)
{
    talks_over(listen_unix);
}

static void talks_over_tcp(void)
{
    talks_over(listen_tcp);
}

static void spellings_of_an_address(void)
{
    struct card c = card_start(listen_unix);
    struct card d = card_start(listen_tcp);
    char place[64];
    void *link = dial(c.place + 5);

    socket_ops.close(link);
    snprintf(place, sizeof place, "tcp:localhost%s", strrchr(d.place, ':'));
    link = dial(place);
    socket_ops.close(link);
    card_stop(&c);
    card_stop(&d);
}

static void bad_places_are_refused(void)
{
    static const struct {
        const char *place;
        unsigned nth;
        enum iotsim_err err;
    } rows[] = {
        { "", 0, IOTSIM_ERR_NO_READER },
        { "unix:/tmp/iotsim-no-such-socket", 0, IOTSIM_ERR_NO_READER },
        { "/tmp/iotsim-no-such-socket", 0, IOTSIM_ERR_NO_READER },
        { "/tmp/iotsim-no-such-socket", 1, IOTSIM_ERR_NO_READER },
        { "unix:/tmp", 0, IOTSIM_ERR_NO_READER },
        { "tcp:127.0.0.1:1", 0, IOTSIM_ERR_NO_READER },
        { "unix:", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:127.0.0.1", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:127.0.0.1:", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp::1234", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:127.0.0.1:0", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:127.0.0.1:65536", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:127.0.0.1:123456", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:127.0.0.1:-1", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:127.0.0.1:1x", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:::1:1234", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:[::1:1234", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:[]:1234", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:[127.0.0.1]:1234", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:sim.example.org:1234", 0, IOTSIM_ERR_BAD_SETTING },
        { "tcp:[", 0, IOTSIM_ERR_BAD_SETTING },
        { "udp:127.0.0.1:1234", 0, IOTSIM_ERR_BAD_SETTING },
        { "relative/path", 0, IOTSIM_ERR_BAD_SETTING },
    };
    char longest[200] = "unix:/";

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *link = NULL;
        iotsim_result r = socket_ops.open(rows[i].place, rows[i].nth,
                                          deadline_in(500), &link);

        if (r.err != rows[i].err)
            fprintf(stderr, "place \"%s\"\n", rows[i].place);
        CHECK_INT(r.err, rows[i].err);
        CHECK(link == NULL);
    }
    for (size_t n = 6; n < sizeof longest - 1; n++) {
        void *link = NULL;

        longest[n] = 'x';
        CHECK(!iotsim_ok(socket_ops.open(longest, 0, deadline_in(500), &link)));
    }
}

/* A listener whose queue is full lets nobody in; the deadline holds. */
static void full_queue_times_out(void)
{
    char place[64];
    void *links[8] = { NULL };
    const int listener = listen_unix(place, sizeof place);
    const int64_t start = now_ms();
    iotsim_result r = IOTSIM_OK;

    for (size_t i = 0; i < 8 && now_ms() - start < 5000; i++)
        r = socket_ops.open(place, 0, deadline_in(50), &links[i]);
    CHECK(iotsim_is(r, IOTSIM_ERR_TIMEOUT));
    CHECK(now_ms() - start < 4000);
    close(listener);
    unlink(place + 5);
}

/* ---- Transactions ---- */

static bool can_begin(void *link)
{
    iotsim_result r = socket_ops.begin(link, deadline_in(100));

    if (iotsim_ok(r))
        socket_ops.end(link);
    else
        CHECK(iotsim_is(r, IOTSIM_ERR_BUSY));
    return iotsim_ok(r);
}

static void transactions_exclude_each_other(void)
{
    struct card c = card_start(listen_unix);
    void *a = dial(c.place);
    void *b = dial(c.place + 5);
    const struct deadline soon = deadline_in(1000);

    REQUIRE(a != NULL && b != NULL);
    CHECK(iotsim_ok(socket_ops.begin(a, soon)));
    CHECK(!can_begin(b));
    socket_ops.end(a);
    CHECK(can_begin(b));
    CHECK(iotsim_ok(socket_ops.begin(a, soon)));
    socket_ops.close(a); /* without an end */
    CHECK(can_begin(b));
    socket_ops.close(b);
    card_stop(&c);
}

/* A process that dies in a transaction gives it back. */
static void death_ends_a_transaction(void)
{
    struct card c = card_start(listen_unix);
    void *link = dial(c.place);
    int told[2];
    char octet;
    pid_t child;

    REQUIRE(link != NULL && pipe(told) == 0);
    child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        void *own = NULL;
        iotsim_result r = socket_ops.open(c.place, 0, deadline_in(1000), &own);

        if (iotsim_ok(r))
            r = socket_ops.begin(own, deadline_in(1000));
        if (iotsim_ok(r) && write(told[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    CHECK(read(told[0], &octet, 1) == 1);
    CHECK(!can_begin(link));
    CHECK(kill(child, SIGKILL) == 0);
    CHECK(waitpid(child, NULL, 0) == child);
    CHECK(can_begin(link));
    close(told[0]);
    close(told[1]);
    socket_ops.close(link);
    card_stop(&c);
}

/* A child neither inherits a transaction nor ends it. */
static void fork_in_a_transaction(void)
{
    struct card c = card_start(listen_unix);
    void *a = dial(c.place);
    void *b = dial(c.place);
    int status = -1;
    pid_t child;

    REQUIRE(a != NULL && b != NULL);
    CHECK(iotsim_ok(socket_ops.begin(a, deadline_in(1000))));
    child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        socket_ops.forget(a);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(!can_begin(b));
    child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        pause(); /* knows nothing of us, and lives */
        _exit(0);
    }
    CHECK(iotsim_ok(exchange(a)));
    socket_ops.end(a);
    CHECK(can_begin(b));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    socket_ops.close(a);
    socket_ops.close(b);
    card_stop(&c);
}

/* A socket that belongs to root, and somebody else who wants it. */
static void without_permission(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    char place[sizeof address.sun_path + 8];
    void *link = NULL;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (geteuid() != 0) {
        close(fd);
        return;
    }
    snprintf(address.sun_path, sizeof address.sun_path,
             "/tmp/iotsim-test-%ld.sock", (long)getpid());
    CHECK(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(chmod(address.sun_path, 0600) == 0);
    CHECK(listen(fd, 1) == 0);
    snprintf(place, sizeof place, "unix:%s", address.sun_path);
    CHECK(seteuid(65534) == 0);
    CHECK_INT(socket_ops.open(place, 0, deadline_in(5000), &link).err,
              IOTSIM_ERR_NO_ACCESS);
    CHECK(seteuid(0) == 0);
    unlink(address.sun_path);
    close(fd);
}

TEST_MAIN(TEST(without_permission), TEST(atr_decides_the_protocol),
          TEST(longest_atr_is_taken), TEST(asks_for_the_atr_only),
          TEST(no_atr_no_card), TEST(frames_a_command),
          TEST(longest_answer_is_taken), TEST(bad_answers_end_the_link),
          TEST(silence_lasts_until_the_deadline),
          TEST(closed_peer_is_no_signal), TEST(begin_looks_first),
          TEST(short_reads_are_joined), TEST(interruptions_are_survived),
          TEST(talks_over_unix), TEST(talks_over_tcp),
          TEST(spellings_of_an_address), TEST(bad_places_are_refused),
          TEST(full_queue_times_out), TEST(transactions_exclude_each_other),
          TEST(death_ends_a_transaction), TEST(fork_in_a_transaction))
