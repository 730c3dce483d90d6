/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quirks: how this card differs from the default one.
 *
 * Real applets differ in small ways; each way is one switch here. The switches
 * with their values stand in one table in quirk.c; code asks
 * `quirk(card) == VALUE` by the enumerations below, whose order is the order
 * of the values in the table (the first value is the default).
 * Reference: iot-safe-apdu 7.
 */
#ifndef SOFTCARD_QUIRK_H
#define SOFTCARD_QUIRK_H

#include <stdbool.h>
#include <stdio.h>

enum quirk {
    QUIRK_PROTOCOL,
    QUIRK_ANSWER,
    QUIRK_WRONG_LE,
    QUIRK_SUCCESS,
    QUIRK_WRAPPER,
    QUIRK_IDENTIFIER,
    QUIRK_HASH_BITMAP,
    QUIRK_CAPABILITY_TAGS,
    QUIRK_SIGNATURE_LENGTH,
    QUIRK_SIGNATURE,
    QUIRK_CLASS,
    QUIRK_RESPONSE_CLASS,
    QUIRK_ALGORITHM_LENGTH,
    QUIRK_FILE_USAGE,
    QUIRK_FILE_SIZE,
    QUIRK_READ_FILE,
    QUIRK_READ_PADDING,
    QUIRK_READ_PAST_END,
    QUIRK_FILE_INFORMATION,
    QUIRK_GENERATE_ANSWER,
    QUIRK_GENERATE_NEEDS_READ,
    QUIRK_PUBLIC_KEY,
    QUIRK_PUBLIC_KEY_ACCESS,
    QUIRK_SESSION_ZERO,
    QUIRK_SESSION_SCOPE,
    QUIRK_REOPEN,
    QUIRK_IMPLICIT_CHANNEL,
    QUIRK_SELECT,
    QUIRK_SELECT_ANSWER,
    QUIRK_FILE_SELECT,
    QUIRK_RANDOM_ZEROS,
    QUIRK_RANDOM_STATUS,
    QUIRK_EMPTY_SALT,
    QUIRK_PRF_STORED_KEY,
    QUIRK_LIST_MORE,
    QUIRK_LIST_CUT,
    QUIRK_LIST_PART,
    QUIRK_BLOCKS,
    QUIRK_ZERO_LENGTH,
    QUIRK_VENDOR,
    QUIRK_COUNT
};

enum { PROTOCOL_T1, PROTOCOL_T0 };
enum { ANSWER_BY_PROTOCOL, ANSWER_DIRECT, ANSWER_61XX };
enum { WRONG_LE_BY_PROTOCOL, WRONG_LE_DATA, WRONG_LE_6CXX };
enum { SUCCESS_9000, SUCCESS_91XX };
enum { WRAPPER_EACH, WRAPPER_NONE, WRAPPER_TYPE };
enum { IDENTIFIER_32, IDENTIFIER_SHORT, IDENTIFIER_OVERLONG };
enum { HASH_BITMAP_2, HASH_BITMAP_1 };
enum { CAPABILITY_90_93, CAPABILITY_61_6F };
enum { SIGNATURE_LENGTH_2, SIGNATURE_LENGTH_1, SIGNATURE_LENGTH_BER };
enum { SIGNATURE_RAW, SIGNATURE_DER };
enum { CLASS_BOTH, CLASS_0X, CLASS_8X };
enum { ALGORITHM_LENGTH_RIGHT, ALGORITHM_LENGTH_OVERLONG };
enum { FILE_USAGE_BEFORE, FILE_USAGE_AFTER, FILE_USAGE_ABSENT };
enum { FILE_SIZE_BIG, FILE_SIZE_LITTLE };
enum { READ_FILE_LE, READ_FILE_256, READ_FILE_255, READ_FILE_240 };
enum { READ_PAST_END_6A86, READ_PAST_END_6981 };
enum { GENERATE_IDS, GENERATE_KEY_ONLY };
enum { PUBLIC_KEY_FULL, PUBLIC_KEY_SHORT, PUBLIC_KEY_BARE };
enum { ACCESS_CHECKED, ACCESS_IGNORED };
enum { SCOPE_CHANNEL, SCOPE_CARD };
enum { REOPEN_FINISHED, REOPEN_NEVER };
enum { SELECT_ONCE, SELECT_TWICE, SELECT_EACH };
enum { ACCEPT, REFUSE };
enum { FILE_INFORMATION_YES, FILE_INFORMATION_NO };
enum { IMPLICIT_REFUSE, IMPLICIT_OPEN };
enum { FILE_SELECT_REFUSE, FILE_SELECT_ACCEPT };
enum { NO, YES };
enum { RANDOM_9000, RANDOM_6300 };
enum { LIST_6300, LIST_61XX };
enum { CUT_OCTET, CUT_OBJECT };
enum { BLOCKS_BOTH, BLOCKS_A, BLOCKS_B };
enum { ZERO_PLAIN, ZERO_SKIP };

/* The value of every quirk: an index of the enumerations, or the number itself
 * where the table gives a range. */
struct quirks {
    int value[QUIRK_COUNT];
};

/* Everything at its default. */
void quirks_init(struct quirks *quirks);

/* Set one: "name=value". Returns NULL, or a sentence (static) on error. */
const char *quirks_set(struct quirks *quirks, const char *setting);

/* As quirks_set with name and value apart, as a profile has them. */
const char *quirks_set_value(struct quirks *quirks, const char *name,
                             const char *value);

/* Print the table: name, values (default first), row, words. */
void quirks_help(FILE *to);

#endif
