/* SPDX-License-Identifier: Apache-2.0 */
/*
 * THE TABLE of quirks: name, values, row of the reference, what it does.
 *
 * A new quirk is a row here, a name in quirk.h and one question where the
 * behaviour is. Rows 26, 27 and 29 have no switch: no card asks for a PIN,
 * Lc 00 is always 6700, modem dialects belong to the modem.
 * Reference: iot-safe-apdu 7.
 */
#include "quirk.h"

#include <stdlib.h>
#include <string.h>

/* `values`: the default first, or the range of a number, whose end is the
 * default. */
static const struct quirk_row {
    const char *name, *row, *values, *words;
} rows[QUIRK_COUNT] = {
    [QUIRK_PROTOCOL] = { "protocol", "2.5", "t1|t0",
                         "protocol of the ATR; t0 turns 61xx and 6Cxx on" },
    [QUIRK_ANSWER] = { "answer", "2.5", "protocol|direct|61xx",
                       "how data answers a command with data" },
    [QUIRK_WRONG_LE] = { "wrong-le", "2.5", "protocol|data|6cxx",
                         "answer to an Le that is not the length" },
    [QUIRK_SUCCESS] = { "success", "2.5", "9000|91xx",
                        "91xx: a proactive command is always pending" },
    [QUIRK_WRAPPER] = { "wrapper", "1", "each|none|type",
                        "C1..C4 around each object, around a type, or none" },
    [QUIRK_IDENTIFIER] = { "identifier", "2,3", "32|short|overlong",
                           "padded, as it is, or with a length one too large" },
    [QUIRK_HASH_BITMAP] = { "hash-bitmap", "4", "2|1",
                            "octets of tag 91 in the application data" },
    [QUIRK_CAPABILITY_TAGS] = { "capability-tags", "5", "90-93|61-6f",
                                "tags of functions and key agreement there" },
    [QUIRK_SIGNATURE_LENGTH] = { "signature-length", "6", "2|1|ber",
                                 "length form of tag 33 (RSA: 1 is 2)" },
    [QUIRK_SIGNATURE] = { "signature", "7", "raw|der",
                          "value of tag 33 in answers (ECDSA)" },
    [QUIRK_CLASS] = { "class", "8", "both|0x|8x", "class of applet commands" },
    [QUIRK_RESPONSE_CLASS] = { "response-class", "8", "both|0x|8x",
                               "class of GET RESPONSE" },
    [QUIRK_ALGORITHM_LENGTH] = { "algorithm-length", "9", "1|2",
                                 "length octet of tag 92 (2 is wrong)" },
    [QUIRK_FILE_USAGE] = { "file-usage", "10", "before|after|absent",
                           "where tag 21 stands to tag 20" },
    [QUIRK_FILE_SIZE] = { "file-size", "11", "big|little",
                          "octet order of tag 20" },
    [QUIRK_READ_FILE] = { "read-file", "12", "le|256|255|240",
                          "octets READ FILE returns" },
    [QUIRK_READ_PADDING] = { "read-padding", "12", "no|yes",
                             "zeros after the end of the file" },
    [QUIRK_READ_PAST_END] = { "read-past-end", "12", "6a86|6981",
                              "status past the end of the file" },
    [QUIRK_FILE_INFORMATION] = { "file-information", "13", "yes|no",
                                 "GET DATA for one file" },
    [QUIRK_GENERATE_ANSWER] = { "generate-answer", "14", "ids|key",
                                "84 85 34, or 34 only" },
    [QUIRK_GENERATE_NEEDS_READ] = { "generate-needs-read", "23", "no|yes",
                                    "public key must be readable for that" },
    [QUIRK_PUBLIC_KEY] = { "public-key", "15", "34-49-86|34-86|bare",
                           "tags around a key in answers (bare RSA: 81 82)" },
    [QUIRK_PUBLIC_KEY_ACCESS] = { "public-key-access", "23", "checked|ignored",
                                  "read access for READ PUBLIC KEY" },
    [QUIRK_SESSION_ZERO] = { "session-zero", "16", "accept|refuse",
                             "session number 00" },
    [QUIRK_SESSION_SCOPE] = { "session-scope", "16", "channel|card",
                              "who shares the session numbers" },
    [QUIRK_REOPEN] = { "reopen", "16", "finished|never",
                       "open a number whose operation is over" },
    [QUIRK_IMPLICIT_CHANNEL] = { "implicit-channel", "17", "refuse|open",
                                 "SELECT on a channel that is not open" },
    [QUIRK_SELECT] = { "select", "18", "once|twice|each",
                       "SELECTs needed before a command" },
    [QUIRK_SELECT_ANSWER] = { "select-answer", "2.3", "no|yes",
                              "data after SELECT of the applet" },
    [QUIRK_FILE_SELECT] = { "file-select", "-", "refuse|accept",
                            "SELECT of a file where the applet is" },
    [QUIRK_RANDOM_ZEROS] = { "random-zeros", "19", "no|yes",
                             "zeros from GET RANDOM above 127 octets" },
    [QUIRK_RANDOM_STATUS] = { "random-status", "20", "9000|6300",
                              "status of GET RANDOM" },
    [QUIRK_EMPTY_SALT] = { "empty-salt", "21", "accept|refuse",
                           "COMPUTE HKDF with an empty salt" },
    [QUIRK_PRF_STORED_KEY] = { "prf-stored-key", "22", "accept|refuse",
                               "COMPUTE PRF P1 00 with a stored key" },
    [QUIRK_LIST_MORE] = { "list-more", "24", "6300|61xx",
                          "how a long object list goes on" },
    [QUIRK_LIST_CUT] = { "list-cut", "24", "octet|object",
                         "where a part of it ends" },
    [QUIRK_LIST_PART] = { "list-part", "24", "1..256",
                          "octets of a part of it" },
    [QUIRK_BLOCKS] = { "blocks", "25", "both|a|b",
                       "styles of data over several commands" },
    [QUIRK_ZERO_LENGTH] = { "zero-length", "28", "plain|skip",
                            "length 00 in commands: empty, or see next" },
    [QUIRK_VENDOR] = { "vendor", "30", "no|yes",
                       "unknown tag and algorithm bit in information" },
};

/* Is the row a number? Then its range. */
static bool range_of(const struct quirk_row *row, long *least, long *most)
{
    const char *dots = strstr(row->values, "..");

    if (!dots)
        return false;
    *least = strtol(row->values, NULL, 10);
    *most = strtol(dots + 2, NULL, 10);
    return true;
}

void quirks_init(struct quirks *quirks)
{
    long least = 0;
    long most = 0;

    for (size_t i = 0; i < QUIRK_COUNT; i++)
        quirks->value[i] = range_of(&rows[i], &least, &most) ? (int)most : 0;
}

static const char *set_number(const char *text, long least, long most,
                              int *value)
{
    char *end = NULL;
    long number = strtol(text, &end, 10);

    if (end == text || *end || number < least || number > most)
        return "quirk value out of range";
    *value = (int)number;
    return NULL;
}

/* The place of `text` among the words of the row is the value. */
static const char *set_row(const struct quirk_row *row, const char *text,
                           int *value)
{
    const char *at = row->values;
    size_t len = strlen(text);
    long least = 0;
    long most = 0;

    if (range_of(row, &least, &most))
        return set_number(text, least, most, value);
    for (int i = 0; *at; i++) {
        size_t n = strcspn(at, "|");

        if (n == len && memcmp(at, text, n) == 0) {
            *value = i;
            return NULL;
        }
        at += n + (at[n] != '\0');
    }
    return "unknown value of this quirk";
}

const char *quirks_set_value(struct quirks *quirks, const char *name,
                             const char *value)
{
    for (size_t i = 0; i < QUIRK_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return set_row(&rows[i], value, &quirks->value[i]);
    return "unknown quirk";
}

const char *quirks_set(struct quirks *quirks, const char *setting)
{
    char name[32];
    const char *equals = strchr(setting, '=');

    if (!equals || (size_t)(equals - setting) >= sizeof name)
        return "a quirk is name=value";
    memcpy(name, setting, (size_t)(equals - setting));
    name[equals - setting] = '\0';
    return quirks_set_value(quirks, name, equals + 1);
}

void quirks_help(FILE *to)
{
    fprintf(to, "%-20s %-22s %-4s %s\n", "quirk", "values (default first)",
            "row", "what");
    for (size_t i = 0; i < QUIRK_COUNT; i++)
        fprintf(to, "%-20s %-22s %-4s %s\n", rows[i].name, rows[i].values,
                rows[i].row, rows[i].words);
}
