/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transport that expects commands and plays answers, for tests of the layers
 * above. It reads what provider/transport/trace.c writes, line by line:
 *
 *     # comment                 anything after # is skipped
 *     > 00 A4 04 00 ?? ??       the next command; ?? is any octet
 *     < 61 0F                   its answer; ?? is played as 00
 *     ! CARD_RESET              its failure, instead of an answer
 *     ! begin CARD_RESET        the next `begin` fails, no command is sent
 *
 * An answer or failure without a command before it serves any command. Names
 * of failures are those of IOTSIM_ERRORS. The first surprise is printed with
 * its line, fails the transmit with IO, and every later one fails, too.
 * Link the target iotsim_script (test/unit/transport/CMakeLists.txt).
 */
#ifndef TEST_SUPPORT_SCRIPT_H
#define TEST_SUPPORT_SCRIPT_H

#include "transport/transport.h"

struct script {
    char *text;            /* the whole script, owned */
    const char *at;        /* first character not yet read */
    const char *name;      /* for messages, borrowed */
    unsigned line;         /* of the line read last, from 1 */
    bool t0;               /* what is_t0 answers; set it at will */
    bool failed;           /* a surprise was seen */
    bool open;             /* neither closed nor forgotten */
    bool begun;            /* inside a transaction */
    unsigned exchanges;    /* commands seen */
    unsigned transactions; /* begins that succeeded */
};

/* The transport "script". Its `open` takes the path of a file for a place; the
 * link is then a struct script, to be freed by the test. */
extern const struct transport_ops script_ops;

/* A script from `text`, copied. Ends the program when there is no memory. */
struct script *script_text(const char *text);

/* A script from the file `path` (borrowed). Ends the program when it cannot
 * be read. */
struct script *script_file(const char *path);

/* The script as an open transport, which borrows it: script_free after the
 * last use, not transport_close alone. */
struct transport script_transport(struct script *s);

/* True when all lines were consumed without a surprise; says what is left. */
bool script_done(struct script *s);

/* Free; NULL is legal. */
void script_free(struct script *s);

#endif
