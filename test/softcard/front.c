/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The poll() loop: clients of a listening socket, and the reader we dial.
 *
 * All share the one card, like programs on one reader; commands run one after
 * the other. The link to vpcd is dialled again whenever it is down. A pipe
 * turns signals into something to poll.
 */
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "link.h"

#define CLIENTS_MAX 64
#define REDIAL_MS 200

struct front {
    const struct front_options *options;
    struct softcard *card;
    int listener;
    struct link *clients[CLIENTS_MAX];
    struct link *vpcd;
    long long dial_at; /* monotonic milliseconds */
    bool ready;
};

static int signal_pipe[2] = { -1, -1 };

static void on_signal(int number)
{
    int error = errno;

    (void)number;
    if (write(signal_pipe[1], "", 1) < 0)
        errno = 0; /* the pipe is full: a signal is already in it */
    errno = error;
}

static bool catch_signals(void)
{
    struct sigaction action = { .sa_handler = on_signal };

    if (pipe(signal_pipe) != 0)
        return false;
    for (size_t i = 0; i < 2; i++) {
        (void)fcntl(signal_pipe[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(signal_pipe[i], F_SETFL, O_NONBLOCK);
    }
    sigemptyset(&action.sa_mask);
    return sigaction(SIGTERM, &action, NULL) == 0 &&
           sigaction(SIGINT, &action, NULL) == 0;
}

static long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tell_ready(struct front *front)
{
    const struct front_options *options = front->options;

    if (front->ready || (options->vpcd && !front->vpcd))
        return;
    front->ready = true;
    if (options->ready_fd >= 0 && write(options->ready_fd, "ready\n", 6) < 0)
        perror("ready-fd");
    if (options->ready_file) {
        FILE *file = fopen(options->ready_file, "w");

        if (!file || fputs("ready\n", file) < 0)
            perror(options->ready_file);
        if (file)
            fclose(file);
    }
}

static void accept_client(struct front *front)
{
    int fd = accept(front->listener, NULL, NULL);
    size_t i = 0;

    if (fd < 0)
        return;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    while (i < CLIENTS_MAX && front->clients[i])
        i++;
    if (i < CLIENTS_MAX)
        front->clients[i] = link_new(fd);
    else
        close(fd);
}

static void dial(struct front *front)
{
    int fd = address_dial(front->options->vpcd);

    if (fd >= 0) {
        softcard_reset(front->card);
        front->vpcd = link_new(fd);
    }
    front->dial_at = now_ms() + REDIAL_MS;
}

/* Serve a readable link; free it when it is over. */
static enum link_state serve(struct front *front, struct link **link)
{
    enum link_state state = link_serve(*link, front->card);

    if (state != LINK_UP) {
        link_free(*link);
        *link = NULL;
    }
    return state;
}

static void serve_vpcd(struct front *front)
{
    enum link_state state = serve(front, &front->vpcd);
    unsigned int pause =
        state == LINK_REMOVED ? front->options->absence : REDIAL_MS;

    if (state != LINK_UP)
        front->dial_at = now_ms() + pause;
}

/* What to poll: signals, the listener, vpcd, the clients; -1 is ignored. */
enum {
    POLL_SIGNAL,
    POLL_LISTEN,
    POLL_VPCD,
    POLL_CLIENTS,
    POLL_COUNT = POLL_CLIENTS + CLIENTS_MAX
};

static void fill_poll(const struct front *front, struct pollfd *fds)
{
    for (size_t i = 0; i < POLL_COUNT; i++)
        fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
    fds[POLL_SIGNAL].fd = signal_pipe[0];
    fds[POLL_LISTEN].fd = front->listener;
    if (front->vpcd)
        fds[POLL_VPCD].fd = link_fd(front->vpcd);
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        if (front->clients[i])
            fds[POLL_CLIENTS + i].fd = link_fd(front->clients[i]);
}

/* Milliseconds until vpcd is to be dialled; -1: nothing to wait for. */
static int pause_of(const struct front *front)
{
    long long pause = front->dial_at - now_ms();

    if (!front->options->vpcd || front->vpcd)
        return -1;
    return pause > 0 ? (int)pause : 0;
}

static void serve_ready(struct front *front, const struct pollfd *fds)
{
    if (fds[POLL_VPCD].revents && front->vpcd)
        serve_vpcd(front);
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        if (fds[POLL_CLIENTS + i].revents && front->clients[i])
            (void)serve(front, &front->clients[i]);
    if (fds[POLL_LISTEN].revents)
        accept_client(front);
}

static void loop(struct front *front)
{
    struct pollfd fds[POLL_COUNT];

    for (;;) {
        if (pause_of(front) == 0)
            dial(front);
        tell_ready(front);
        fill_poll(front, fds);
        if (poll(fds, POLL_COUNT, pause_of(front)) < 0 && errno != EINTR)
            return;
        if (fds[POLL_SIGNAL].revents & POLLIN)
            return;
        serve_ready(front, fds);
    }
}

bool front_run(struct softcard *card, const struct front_options *options)
{
    struct front front = { .options = options, .card = card, .listener = -1 };

    if (!catch_signals())
        return false;
    if (options->listen) {
        front.listener = address_listen(options->listen);
        if (front.listener < 0)
            return false;
    }
    loop(&front);
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        link_free(front.clients[i]);
    link_free(front.vpcd);
    if (options->listen) {
        close(front.listener);
        address_unlink(options->listen);
    }
    return true;
}
