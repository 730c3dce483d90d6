/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults: answers and events a test orders, on the n-th matching command.
 *
 * Text: ins=2B,nth=2,times=1,sw=6F00 with one action out of
 *   sw=XXXX   answer this, the command is not run
 *   drop      the command runs, no answer comes
 *   truncate  the command runs, the second half of its answer is missing
 *   reset     the card resets before the command runs
 *   remove    the card leaves the reader instead of answering
 * and optionally delay=MS before it; delay alone is an action too. `ins`
 * missing matches every command; nth counts from 1; times 0 means for ever.
 */
#ifndef SOFTCARD_FAULT_H
#define SOFTCARD_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum fault_action {
    FAULT_NONE,
    FAULT_SW,
    FAULT_DROP,
    FAULT_TRUNCATE,
    FAULT_RESET,
    FAULT_REMOVE
};

struct fault {
    struct fault *next;
    enum fault_action action;
    int ins; /* -1: any */
    unsigned int nth;
    unsigned int times;
    unsigned int delay; /* milliseconds */
    unsigned int sw;
    unsigned int seen;
};

/* Parse `text` and append the fault to `list`. Returns NULL, or a sentence
 * (static); the list is then unchanged. */
const char *fault_add(struct fault **list, const char *text);

/* Free the list. */
void faults_free(struct fault **list);

/* Count a command against all faults; the first that strikes now, or NULL. */
const struct fault *fault_strike(struct fault *list, uint8_t ins);

#endif
