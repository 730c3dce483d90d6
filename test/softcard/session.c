/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions and data that come in several UPDATEs.
 * Reference: iot-safe-apdu 2.4 (sessions), 2.7 (blocks: styles A and B).
 */
#include "session.h"

void session_close(struct session *session)
{
    crypto_hash_free(session->text);
    crypto_cleanse(session, sizeof *session);
    *session = (struct session){ .type = SESSION_CLOSED };
}

void sessions_close(struct sessions *sessions)
{
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        session_close(&sessions->at[i]);
}

size_t sessions_open(const struct sessions *sessions)
{
    size_t n = 0;

    for (size_t i = 0; i < SESSIONS_MAX; i++)
        n += sessions->at[i].type != SESSION_CLOSED;
    return n;
}

bool sessions_use(const struct sessions *sessions, const struct object *object)
{
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        const struct session *s = &sessions->at[i];

        if (s->type != SESSION_CLOSED && s->state == SESSION_RUNNING &&
            s->object == object)
            return true;
    }
    return false;
}

bool session_keep(struct session *session, struct view octets)
{
    struct out kept = { .at = session->kept,
                        .len = session->kept_len,
                        .max = sizeof session->kept };

    out_bytes(&kept, octets);
    session->kept_len = kept.len;
    return !kept.failed;
}

/* May `rest` follow the TLV? */
static bool may_follow(struct view rest, struct block_styles styles)
{
    return rest.len == 0 || (styles.next && rest.at[0] == styles.next);
}

/* Is the length at `rest` a good one? It ends where the block ends, or where
 * the next tag begins; `overruns`: it exceeds the block, as style A does. */
static bool try_length(struct view *rest, enum tlv_reading reading,
                       struct block_styles styles, bool overruns,
                       size_t *length)
{
    struct view probe = *rest;

    if (!tlv_length(&probe, reading, length))
        return false;
    struct view behind = probe;
    bool fits = view_take(&behind, *length).len == *length;
    if (overruns ? fits : !fits || !may_follow(behind, styles))
        return false;
    *rest = probe;
    return true;
}

/* The header of a first block, `rest` behind its tag. BER where it fits the
 * block or, with more to come, exceeds it; else literal. */
static bool read_header(struct view *rest, bool last,
                        struct block_styles styles, size_t *length)
{
    bool long_form = rest->len && rest->at[0] >= 0x81 && rest->at[0] <= 0x83;
    bool a = styles.a && !last;

    if (long_form && (try_length(rest, TLV_BER, styles, false, length) ||
                      (a && try_length(rest, TLV_BER, styles, true, length))))
        return true;
    return try_length(rest, TLV_LITERAL, styles, false, length) ||
           (a && try_length(rest, TLV_LITERAL, styles, true, length));
}

bool session_block(struct session *session, uint8_t tag, bool last,
                   struct block_styles styles, struct view *rest,
                   struct view *part)
{
    if (session->owed) {
        *part = view_take(rest, session->owed);
        session->owed -= part->len;
        return !(last && session->owed) && may_follow(*rest, styles);
    }

    if (session->begun && !styles.b)
        return false;
    session->begun = true;
    struct view header = view_take(rest, 1);
    size_t length = 0;
    if (header.len == 0 || header.at[0] != tag ||
        !read_header(rest, last, styles, &length))
        return false;
    *part = view_take(rest, length);
    session->owed = length - part->len;
    return true;
}
