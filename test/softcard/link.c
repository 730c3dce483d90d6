/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vpcd framing over one socket; see link.h.
 *
 * Reading never blocks; writing does, for the peer of a card waits for the
 * answer. Reference: vsmartcard, vpcd.
 */
#include "link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER 2

enum { CONTROL_OFF = 0, CONTROL_ON = 1, CONTROL_RESET = 2, CONTROL_ATR = 4 };

struct link {
    int fd;
    size_t len;
    uint8_t octets[HEADER + LINK_MESSAGE_MAX];
};

struct link *link_new(int fd)
{
    struct link *link = calloc(1, sizeof *link);

    if (link)
        link->fd = fd;
    else
        close(fd);
    return link;
}

void link_free(struct link *link)
{
    if (!link)
        return;
    close(link->fd);
    free(link);
}

int link_fd(const struct link *link)
{
    return link->fd;
}

static bool send_all(int fd, const uint8_t *octets, size_t n)
{
    while (n) {
        ssize_t sent = send(fd, octets, n, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        octets += sent;
        n -= (size_t)sent;
    }
    return true;
}

/* Header and message in one go: vpcd reads them apart, TCP need not. */
static bool send_message(int fd, const uint8_t *message, size_t n)
{
    uint8_t frame[HEADER + SOFTCARD_RESPONSE_MAX];

    if (n > SOFTCARD_RESPONSE_MAX)
        return false;
    frame[0] = (uint8_t)(n >> 8);
    frame[1] = (uint8_t)(n & 0xFF);
    memcpy(frame + HEADER, message, n);
    return send_all(fd, frame, HEADER + n);
}

static enum link_state control(struct link *link, struct softcard *card,
                               uint8_t what)
{
    uint8_t atr[SOFTCARD_ATR_MAX];

    switch (what) {
    case CONTROL_OFF:
    case CONTROL_ON:
    case CONTROL_RESET:
        softcard_reset(card);
        return LINK_UP;
    case CONTROL_ATR:
        return send_message(link->fd, atr, softcard_atr(card, atr)) ? LINK_UP
                                                                    : LINK_DOWN;
    default:
        return LINK_DOWN;
    }
}

static enum link_state message(struct link *link, struct softcard *card,
                               const uint8_t *octets, size_t n)
{
    uint8_t answer[SOFTCARD_RESPONSE_MAX];
    size_t len = 0;

    if (n == 0)
        return LINK_UP;
    if (n == 1)
        return control(link, card, octets[0]);
    switch (softcard_exchange(card, octets, n, answer, &len)) {
    case SOFTCARD_SILENT:
        return LINK_UP;
    case SOFTCARD_REMOVED:
        return LINK_REMOVED;
    case SOFTCARD_ANSWERED:
        break;
    }
    return send_message(link->fd, answer, len) ? LINK_UP : LINK_DOWN;
}

/* Serve the messages that are complete, keep the rest. */
static enum link_state serve_messages(struct link *link, struct softcard *card)
{
    enum link_state state = LINK_UP;
    size_t at = 0;

    while (state == LINK_UP && link->len - at >= HEADER) {
        const uint8_t *header = link->octets + at;
        size_t n = (size_t)header[0] << 8 | header[1];

        if (link->len - at - HEADER < n)
            break;
        state = message(link, card, header + HEADER, n);
        at += HEADER + n;
    }
    link->len -= at;
    memmove(link->octets, link->octets + at, link->len);
    return state;
}

/* vpcd sends header and message apart and waits for us to acknowledge the
 * first: do not let TCP delay that. Linux forgets it after each read. */
static void acknowledge(int fd)
{
    int on = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

enum link_state link_serve(struct link *link, struct softcard *card)
{
    ssize_t n = recv(link->fd, link->octets + link->len,
                     sizeof link->octets - link->len, MSG_DONTWAIT);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return LINK_UP;
    if (n <= 0)
        return LINK_DOWN;
    acknowledge(link->fd);
    link->len += (size_t)n;
    return serve_messages(link, card);
}
