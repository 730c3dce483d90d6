/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults: parsing and counting; card.c makes them happen. See fault.h.
 */
#include "fault.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 32

/* A number of `text` up to `most`; false when it is none. */
static bool read_number(const char *text, int base, unsigned int most,
                        unsigned int *number)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, base);

    if (end == text || *end || *text == '-' || value > most)
        return false;
    *number = (unsigned int)value;
    return true;
}

/* THE TABLE of actions without a value. */
static const struct {
    const char *word;
    enum fault_action action;
} actions[] = {
    { "drop", FAULT_DROP },
    { "truncate", FAULT_TRUNCATE },
    { "reset", FAULT_RESET },
    { "remove", FAULT_REMOVE },
};

static bool read_pair(struct fault *fault, const char *key, const char *value)
{
    unsigned int number = 0;

    if (strcmp(key, "ins") == 0 && read_number(value, 16, 0xFF, &number)) {
        fault->ins = (int)number;
        return true;
    }
    if (strcmp(key, "sw") == 0 && strlen(value) == 4 &&
        read_number(value, 16, 0xFFFF, &fault->sw)) {
        fault->action = FAULT_SW;
        return true;
    }
    if (strcmp(key, "nth") == 0)
        return read_number(value, 10, 1000000, &fault->nth) && fault->nth;
    if (strcmp(key, "times") == 0)
        return read_number(value, 10, 1000000, &fault->times);
    if (strcmp(key, "delay") == 0)
        return read_number(value, 10, 600000, &fault->delay);
    return false;
}

static bool read_word(struct fault *fault, char *word)
{
    char *equals = strchr(word, '=');

    if (equals) {
        *equals = '\0';
        return read_pair(fault, word, equals + 1);
    }
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].word, word) == 0) {
            fault->action = actions[i].action;
            return true;
        }
    }
    return false;
}

static bool read_fault(struct fault *fault, const char *text)
{
    char word[WORD_MAX];

    for (;;) {
        size_t len = strcspn(text, ",");

        if (len >= sizeof word)
            return false;
        memcpy(word, text, len);
        word[len] = '\0';
        if (!read_word(fault, word))
            return false;
        if (text[len] == '\0')
            return fault->action != FAULT_NONE || fault->delay;
        text += len + 1;
    }
}

const char *fault_add(struct fault **list, const char *text)
{
    struct fault *fault = calloc(1, sizeof *fault);

    if (!fault)
        return "no memory";
    fault->ins = -1;
    fault->nth = 1;
    fault->times = 1;
    if (!read_fault(fault, text)) {
        free(fault);
        return "a fault is ins=XX,nth=N,times=N,delay=MS and one of sw=XXXX, "
               "drop, truncate, reset, remove";
    }
    while (*list)
        list = &(*list)->next;
    *list = fault;
    return NULL;
}

void faults_free(struct fault **list)
{
    while (*list) {
        struct fault *fault = *list;

        *list = fault->next;
        free(fault);
    }
}

const struct fault *fault_strike(struct fault *list, uint8_t ins)
{
    const struct fault *strike = NULL;

    for (struct fault *f = list; f; f = f->next) {
        if (f->ins >= 0 && f->ins != ins)
            continue;
        if (f->seen < 2000000)
            f->seen++;
        bool now =
            f->seen >= f->nth && (f->times == 0 || f->seen - f->nth < f->times);
        if (now && !strike)
            strike = f;
    }
    return strike;
}
