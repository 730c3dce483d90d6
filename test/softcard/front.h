/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fronts of the card: sockets, served in one thread by poll().
 */
#ifndef SOFTCARD_FRONT_H
#define SOFTCARD_FRONT_H

#include "address.h"
#include "softcard.h"

struct front_options {
    const struct address *listen; /* clients connect here, or NULL      */
    const struct address *vpcd;   /* dial this reader, or NULL          */
    int ready_fd;                 /* gets a line when ready, or -1      */
    const char *ready_file;       /* made when ready, or NULL           */
    unsigned int absence;         /* milliseconds a removed card is off */
};

/* Serve until SIGTERM or SIGINT. Ready means: listening, and connected to
 * vpcd, as far as asked for. False: cannot listen (errno). */
bool front_run(struct softcard *card, const struct front_options *options);

#endif
