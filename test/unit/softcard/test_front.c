/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fronts: addresses, the vpcd framing on a socket pair, and the loop in a
 * child process, from ready to SIGTERM.
 */
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exchange.h"
#include "front.h"
#include "link.h"

#define SOCKET "test_front.tmp"

static void addresses(void)
{
    struct address a;

    CHECK(address_parse("unix:/run/card", &a));
    CHECK_STR(a.path, "/run/card");
    CHECK(address_parse("tcp:localhost:35963", &a));
    CHECK_STR(a.host, "localhost");
    CHECK_STR(a.port, "35963");
    CHECK(address_parse("127.0.0.1:1", &a));
    CHECK(address_parse("tcp:[::1]:80", &a));
    CHECK_STR(a.host, "::1");
    CHECK(!address_parse("", &a));
    CHECK(!address_parse("unix:", &a));
    CHECK(!address_parse("tcp:host", &a));
    CHECK(!address_parse("host:", &a));
    CHECK(!address_parse(":1", &a));
}

/* A link on one end of a pair, a peer on the other. */
struct pair {
    struct softcard *card;
    struct link *link;
    int peer;
};

static struct pair pair_new(void)
{
    struct pair pair = { .card = card_from("reference.conf"), .peer = -1 };
    int fds[2];

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0) {
        pair.link = link_new(fds[0]);
        pair.peer = fds[1];
    }
    return pair;
}

static void pair_free(struct pair *pair)
{
    link_free(pair->link);
    close(pair->peer);
    softcard_free(pair->card);
}

/* Write hexadecimal text to the peer's end and serve it. */
static enum link_state push(struct pair *pair, const char *hex)
{
    uint8_t octets[64];
    size_t n = check_unhex(hex, octets, sizeof octets);

    CHECK_INT(send(pair->peer, octets, n, 0), n);
    return link_serve(pair->link, pair->card);
}

static void expect_frame(struct pair *pair, const char *hex)
{
    uint8_t octets[300];
    ssize_t n = recv(pair->peer, octets, sizeof octets, MSG_DONTWAIT);

    CHECK_HEX(octets, n > 0 ? (size_t)n : 0, hex);
}

static void framing(void)
{
    struct pair pair = pair_new();

    CHECK_INT(push(&pair, "0001 04"), LINK_UP);
    expect_frame(&pair, "0015 3B8E8131FE458031E073FE211366696F7473696D08");
    CHECK_INT(push(&pair, "0005 0070000001"), LINK_UP);
    expect_frame(&pair, "0003 019000");
    CHECK_INT(push(&pair, "00"), LINK_UP); /* in pieces */
    CHECK_INT(push(&pair, "05 0070"), LINK_UP);
    expect_frame(&pair, "");
    CHECK_INT(push(&pair, "000001 0001"), LINK_UP);
    expect_frame(&pair, "0003 029000");
    CHECK_INT(push(&pair, "02"), LINK_UP); /* reset */
    expect_frame(&pair, "");
    CHECK_INT(push(&pair, "0005 0070000001 0005 0070000001"), LINK_UP);
    expect_frame(&pair, "0003 019000 0003 029000");
    CHECK_INT(push(&pair, "0000"), LINK_UP);
    CHECK_INT(push(&pair, "0001 07"), LINK_DOWN);
    pair_free(&pair);
}

static void faults_on_the_link(void)
{
    struct pair pair = pair_new();

    CHECK(softcard_fault(pair.card, "ins=70,drop"));
    CHECK(softcard_fault(pair.card, "ins=70,nth=2,remove"));
    CHECK_INT(push(&pair, "0005 0070000001"), LINK_UP);
    expect_frame(&pair, "");
    CHECK_INT(push(&pair, "0005 0070000001"), LINK_REMOVED);
    expect_frame(&pair, "");
    close(pair.peer);
    CHECK_INT(link_serve(pair.link, pair.card), LINK_DOWN);
    pair.peer = -1;
    pair_free(&pair);
}

/* The child: serve until SIGTERM. */
static int serve_child(int ready)
{
    struct softcard *card = card_from("reference.conf");
    struct address address;
    struct front_options options = { .listen = &address, .ready_fd = ready };
    bool ok =
        address_parse("unix:" SOCKET, &address) && front_run(card, &options);

    softcard_free(card);
    return ok ? 0 : 1;
}

static void loop_until_signal(void)
{
    static const uint8_t open[] = { 0, 5, 0, 0x70, 0, 0, 1 };
    int ready[2];
    char line[8];
    uint8_t answer[8];
    int status = -1;
    struct address address;

    unlink(SOCKET);
    REQUIRE(pipe(ready) == 0);
    pid_t child = fork();
    if (child == 0)
        _exit(serve_child(ready[1]));
    REQUIRE(child > 0);
    CHECK_INT(read(ready[0], line, 6), 6);
    CHECK(address_parse("unix:" SOCKET, &address));
    int one = address_dial(&address);
    int two = address_dial(&address);
    CHECK(one >= 0 && two >= 0);
    CHECK_INT(send(one, open, sizeof open, 0), sizeof open);
    CHECK_INT(recv(one, answer, 5, MSG_WAITALL), 5);
    CHECK_HEX(answer, 5, "0003 019000");
    CHECK_INT(send(two, open, sizeof open, 0), sizeof open);
    CHECK_INT(recv(two, answer, 5, MSG_WAITALL), 5);
    CHECK_HEX(answer, 5, "0003 029000");
    close(one);
    close(two);
    CHECK_INT(kill(child, SIGTERM), 0);
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(access(SOCKET, F_OK) != 0);
    close(ready[0]);
    close(ready[1]);
}

TEST_MAIN(TEST(addresses), TEST(framing), TEST(faults_on_the_link),
          TEST(loop_until_signal))
