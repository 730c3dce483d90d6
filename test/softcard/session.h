/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions: the state between INIT, UPDATE and close.
 *
 * Sign, verify and put public key share the session numbers, 00 up to the
 * maximum of the card. A session whose operation is over (finished or
 * aborted) keeps its number until it is closed or opened again.
 * Reference: iot-safe-apdu 2.4, 2.7, 10.2.
 */
#ifndef SOFTCARD_SESSION_H
#define SOFTCARD_SESSION_H

#include "crypto.h"
#include "objects.h"
#include "tlv.h"

#define SESSIONS_MAX 16      /* numbers 00..0F */
#define SESSION_KEPT_MAX 768 /* an RSA 4096 signature and what it signs */

enum session_type {
    SESSION_CLOSED,
    SESSION_SIGN,
    SESSION_VERIFY,
    SESSION_PUT_KEY
};

enum session_state { SESSION_RUNNING, SESSION_FINISHED, SESSION_ABORTED };

struct session {
    enum session_type type;
    enum session_state state;
    struct object *object;
    uint8_t mode;                   /* sign, verify: tag A1                 */
    struct scheme scheme;           /* sign, verify: tags 92 and 91         */
    struct crypto_hash *text;       /* sign, verify in mode 01: hash so far */
    uint8_t kept[SESSION_KEPT_MAX]; /* put key: content of tag 34 so far;
                                       verify: blocks before the last   */
    size_t kept_len;
    bool begun;  /* a TLV was begun in an earlier block */
    size_t owed; /* octets it still lacks               */
};

/* A table of sessions: one per channel, or one for all (a quirk). */
struct sessions {
    struct session at[SESSIONS_MAX];
};

/* Close one session, all sessions. */
void session_close(struct session *session);
void sessions_close(struct sessions *sessions);

/* How many numbers are taken? Does a running session use `object`? */
size_t sessions_open(const struct sessions *sessions);
bool sessions_use(const struct sessions *sessions, const struct object *object);

/* Which ways of spreading a TLV over several UPDATEs are understood. */
struct block_styles {
    bool a;       /* one header, raw continuation                      */
    bool b;       /* every block is a TLV of its own                   */
    uint8_t next; /* tag that may follow in the same block; 0: nothing */
};

/* Keep octets until the last block; false: too many. */
bool session_keep(struct session *session, struct view octets);

/* Take the part of TLV `tag` that UPDATE data `rest` begins with: the octets
 * to `part`, `rest` moves behind them. `last` says P1 = 80. False when the
 * data are neither style. */
bool session_block(struct session *session, uint8_t tag, bool last,
                   struct block_styles styles, struct view *rest,
                   struct view *part);

#endif
