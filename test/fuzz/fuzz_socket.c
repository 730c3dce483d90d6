/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket transport against a hostile peer: the input is all that the peer
 * ever says, first to the request for the ATR, then to commands; then it hangs
 * up.
 */
#include "transport/socket.h"

#include <sys/socket.h>
#include <unistd.h>

enum { SAID_MAX = 4096, COMMANDS_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void converse(void *link)
{
    static const uint8_t command[] = { 0x00, 0xa4, 0x04, 0x00 };
    uint8_t storage[TRANSPORT_RESPONSE_MAX];

    for (int i = 0; i < COMMANDS_MAX; i++) {
        struct buf response = BUF_OVER(storage);

        if (!iotsim_ok(socket_ops.transmit(link, BYTES_OF(command), &response,
                                           deadline_in(1000))))
            return;
        if (response.len < 2 || response.len > TRANSPORT_RESPONSE_MAX)
            __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    void *link = NULL;
    int fds[2];

    if (size > SAID_MAX || socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        return 0;
    if (send(fds[1], data, size, MSG_NOSIGNAL) == (ssize_t)size &&
        shutdown(fds[1], SHUT_WR) == 0) {
        if (iotsim_ok(socket_take(fds[0], "fuzz", deadline_in(1000), &link))) {
            converse(link);
            socket_ops.close(link);
        }
    } else {
        close(fds[0]);
    }
    close(fds[1]);
    return 0;
}
