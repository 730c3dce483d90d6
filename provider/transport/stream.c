/* SPDX-License-Identifier: Apache-2.0 */
/* Whole runs of octets over a stream socket; see stream.h. */
#include "transport/stream.h"

#include <errno.h>
#include <poll.h>
#include <sys/time.h>

/* The result for `code`, the errno of a failed send or recv. */
static iotsim_result failure(int code)
{
    if (code == EPIPE || code == ECONNRESET)
        return IOTSIM_FAIL_OS(CARD_REMOVED, code);
    return IOTSIM_FAIL_OS(IO, code);
}

/* Wait until `fd` is ready for `events`. */
static iotsim_result wait_for(int fd, short events, struct deadline until)
{
    struct pollfd ready = { .fd = fd, .events = events };
    int n;

    do
        n = poll(&ready, 1, deadline_left(until));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return IOTSIM_FAIL_OS(IO, errno);
    return n == 0 ? IOTSIM_FAIL_OS(TIMEOUT, ETIMEDOUT) : IOTSIM_OK;
}

/* The time limit lies in the socket and not in a poll, because that alone
 * covers the queue of a Unix listener that is full. */
static int connect_once(int fd, const struct sockaddr *address, socklen_t len,
                        int left_ms)
{
    struct timeval limit = { .tv_sec = left_ms / 1000,
                             .tv_usec = left_ms % 1000 * 1000L };

    if (left_ms == 0)
        return ETIMEDOUT;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0)
        return errno;
    return connect(fd, address, len) == 0 ? 0 : errno;
}

iotsim_result stream_connect(int fd, const struct sockaddr *address,
                             socklen_t len, struct deadline until)
{
    int code;

    do
        code = connect_once(fd, address, len, deadline_left(until));
    while (code == EINTR);
    if (code == 0)
        return IOTSIM_OK;
    if (deadline_passed(until))
        return IOTSIM_FAIL_OS(TIMEOUT, ETIMEDOUT);
    if (code == EACCES || code == EPERM)
        return IOTSIM_FAIL_OS(NO_ACCESS, code);
    return IOTSIM_FAIL_OS(NO_READER, code);
}

iotsim_result stream_write(int fd, struct bytes octets, struct deadline until)
{
    while (octets.len > 0) {
        iotsim_result ready = wait_for(fd, POLLOUT, until);
        ssize_t n;

        if (!iotsim_ok(ready))
            return ready;
        n = send(fd, octets.data, octets.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0)
            bytes_take(&octets, (size_t)n);
        else if (errno != EINTR && errno != EAGAIN)
            return failure(errno);
    }
    return IOTSIM_OK;
}

iotsim_result stream_read(int fd, struct buf *in, size_t len,
                          struct deadline until)
{
    if (in->failed || len > in->size - in->len)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    while (len > 0) {
        iotsim_result ready = wait_for(fd, POLLIN, until);
        ssize_t n;

        if (!iotsim_ok(ready))
            return ready;
        n = recv(fd, in->data + in->len, len, MSG_DONTWAIT);
        if (n == 0)
            return failure(ECONNRESET);
        if (n > 0) {
            buf_added(in, (size_t)n);
            len -= (size_t)n;
        } else if (errno != EINTR && errno != EAGAIN) {
            return failure(errno);
        }
    }
    return IOTSIM_OK;
}

iotsim_result stream_quiet(int fd)
{
    uint8_t unasked;
    ssize_t n = recv(fd, &unasked, 1, MSG_PEEK | MSG_DONTWAIT);

    if (n == 0)
        return failure(ECONNRESET);
    if (n > 0)
        return IOTSIM_FAIL(CARD_ANSWER);
    if (errno == EAGAIN || errno == EINTR)
        return IOTSIM_OK;
    return failure(errno);
}
