/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the command line asked for, and the commands that answer it. THE TABLES
 * of commands and options are in main.c; a new command is a file with one
 * function and a row there.
 */
#ifndef IOTSIM_TOOL_TOOL_H
#define IOTSIM_TOOL_TOOL_H

#include "tool/config.h"

/* Exit status. */
enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

enum { OPERANDS_MAX = 2 };

struct tool {
    struct config config;
    const char *config_path; /* --config, or NULL */
    const char *output;      /* --output, or NULL */
    bool sign;               /* --sign */
    bool help;
    bool version;
    const char *command; /* NULL: none was given */
    const char *operands[OPERANDS_MAX];
    size_t operand_count;
    struct iotsim_uri uri; /* see tool_take_uri; else all zero */
};

/* The commands. Each prints its failures and returns the exit status. */
int info_run(struct tool *t);
int list_run(struct tool *t);
int ref_run(struct tool *t);
int check_run(struct tool *t);

/* Parse the operand `text` into `t->uri`; false with the failure printed. */
bool tool_take_uri(struct tool *t, const char *text);

/* Print that `tried` ("listing the objects") failed on the way to the card
 * that `uri` leads to. Returns STATUS_FAILED. */
int tool_card_failed(const struct tool *t, const struct iotsim_uri *uri,
                     iotsim_result r, const char *tried);

#endif
