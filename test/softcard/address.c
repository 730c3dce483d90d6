/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listening on and dialling socket addresses; see address.h.
 */
#include "address.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16

static bool copy(char *to, size_t max, const char *from, size_t n)
{
    if (n == 0 || n >= max)
        return false;
    memcpy(to, from, n);
    to[n] = '\0';
    return true;
}

static bool parse_tcp(const char *text, struct address *address)
{
    const char *colon = strrchr(text, ':');

    if (!colon)
        return false;
    size_t n = (size_t)(colon - text);
    if (n >= 2 && text[0] == '[' && colon[-1] == ']') {
        text++;
        n -= 2;
    }
    return copy(address->host, sizeof address->host, text, n) &&
           copy(address->port, sizeof address->port, colon + 1,
                strlen(colon + 1));
}

bool address_parse(const char *text, struct address *address)
{
    memset(address, 0, sizeof *address);
    if (strncmp(text, "unix:", 5) == 0)
        return copy(address->path, sizeof address->path, text + 5,
                    strlen(text + 5));
    return parse_tcp(strncmp(text, "tcp:", 4) == 0 ? text + 4 : text, address);
}

static int socket_unix(const struct address *address, struct sockaddr_un *name)
{
    *name = (struct sockaddr_un){ .sun_family = AF_UNIX };
    memcpy(name->sun_path, address->path, strlen(address->path) + 1);
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int dial_unix(const struct address *address)
{
    struct sockaddr_un name;
    int fd = socket_unix(address, &name);

    if (fd < 0)
        return -1;
    if (connect(fd, (const struct sockaddr *)&name, sizeof name) == 0)
        return fd;
    close(fd);
    return -1;
}

static int listen_unix(const struct address *address)
{
    struct sockaddr_un name;
    int fd = dial_unix(address);

    if (fd >= 0) {
        close(fd);
        errno = EADDRINUSE;
        return -1;
    }
    if (errno == ECONNREFUSED)
        (void)unlink(address->path); /* left behind by a crash */
    fd = socket_unix(address, &name);
    if (fd < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&name, sizeof name) == 0 &&
        listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static struct addrinfo *resolve(const struct address *address, int flags)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = SOCK_STREAM,
                              .ai_flags = flags };
    struct addrinfo *list = NULL;

    if (getaddrinfo(address->host, address->port, &hints, &list) == 0)
        return list;
    errno = EADDRNOTAVAIL;
    return NULL;
}

typedef bool use_fn(int fd, const struct addrinfo *info);

static bool use_dial(int fd, const struct addrinfo *info)
{
    int on = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connect(fd, info->ai_addr, info->ai_addrlen) == 0;
}

static bool use_listen(int fd, const struct addrinfo *info)
{
    int on = 1;

    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return bind(fd, info->ai_addr, info->ai_addrlen) == 0 &&
           listen(fd, BACKLOG) == 0;
}

/* The first of the addresses that `use` accepts. */
static int open_tcp(const struct address *address, int flags, use_fn *use)
{
    struct addrinfo *list = resolve(address, flags);
    int fd = -1;
    int error = errno;

    for (struct addrinfo *i = list; i && fd < 0; i = i->ai_next) {
        fd =
            socket(i->ai_family, i->ai_socktype | SOCK_CLOEXEC, i->ai_protocol);
        if (fd >= 0 && !use(fd, i)) {
            error = errno;
            close(fd);
            fd = -1;
        }
    }
    if (list)
        freeaddrinfo(list);
    errno = error;
    return fd;
}

int address_dial(const struct address *address)
{
    return address->path[0] ? dial_unix(address)
                            : open_tcp(address, 0, use_dial);
}

int address_listen(const struct address *address)
{
    return address->path[0] ? listen_unix(address)
                            : open_tcp(address, AI_PASSIVE, use_listen);
}

void address_unlink(const struct address *address)
{
    if (address->path[0])
        (void)unlink(address->path);
}
