/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Socket addresses as the command line has them: "unix:PATH",
 * "tcp:HOST:PORT", "HOST:PORT".
 */
#ifndef SOFTCARD_ADDRESS_H
#define SOFTCARD_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

struct address {
    char path[108]; /* Unix socket; or           */
    char host[256]; /* TCP, both as getaddrinfo  */
    char port[16];  /* takes them                */
};

/* Parse `text`; false when it is none of the forms. IPv6: tcp:[::1]:PORT. */
bool address_parse(const char *text, struct address *address);

/* A listening socket; an old Unix socket nobody listens on is replaced.
 * Returns the descriptor, or -1 with errno. */
int address_listen(const struct address *address);

/* A connected socket, or -1. */
int address_dial(const struct address *address);

/* Remove the name of a Unix socket. */
void address_unlink(const struct address *address);

#endif
