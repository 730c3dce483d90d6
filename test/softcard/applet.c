/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The IoT SAFE applet: THE TABLE of its commands and the order of its errors.
 *
 * class 6E00, instruction 6D00, P1 P2 6A86, Lc 6700; the commands themselves
 * go on with TLV syntax 6A80, object 6A82, state, access and function 6985,
 * capacity 6989. Reference: iot-safe-apdu 1.6, 10.2.
 */
#include "applet.h"

/* What P2 may be. */
enum p2 {
    P2_ZERO,
    P2_ONE_TOO, /* 00 or 01                        */
    P2_ANY,
    P2_SESSION /* 00 up to the number of sessions */
};

enum lc { LC_NONE, LC_SOME, LC_ANY };

/* When a card that wants SELECT before each operation forgets it (row 18). */
enum end { GOES_ON, ENDS };

static command_fn close_session;

static const struct command {
    uint8_t ins;
    uint8_t p1, p1_most;
    enum p2 p2;
    enum lc lc;
    enum end end;
    enum part part; /* without it the card does not know the row */
    command_fn *run;
} commands[] = {
    { INS_PUT_PUBLIC_KEY_INIT, P1_OPEN, P1_OPEN, P2_SESSION, LC_SOME, GOES_ON,
      PART_PUT_KEY, put_key_open },
    { INS_PUT_PUBLIC_KEY_INIT, P1_CLOSE, P1_CLOSE, P2_SESSION, LC_ANY, GOES_ON,
      PART_PUT_KEY, close_session },
    { INS_PUT_PUBLIC_KEY_UPDATE, P1_MORE, P1_MORE, P2_SESSION, LC_SOME, GOES_ON,
      PART_PUT_KEY, put_key_update },
    { INS_PUT_PUBLIC_KEY_UPDATE, P1_LAST, P1_LAST, P2_SESSION, LC_SOME, ENDS,
      PART_PUT_KEY, put_key_update },
    { INS_COMPUTE_SIGNATURE_INIT, P1_OPEN, P1_OPEN, P2_SESSION, LC_SOME,
      GOES_ON, PART_SIGN, sign_open },
    { INS_COMPUTE_SIGNATURE_INIT, P1_CLOSE, P1_CLOSE, P2_SESSION, LC_ANY,
      GOES_ON, PART_SIGN, close_session },
    { INS_COMPUTE_SIGNATURE_UPDATE, P1_MORE, P1_MORE, P2_SESSION, LC_SOME,
      GOES_ON, PART_SIGN, sign_update },
    { INS_COMPUTE_SIGNATURE_UPDATE, P1_LAST, P1_LAST, P2_SESSION, LC_SOME, ENDS,
      PART_SIGN, sign_update },
    { INS_VERIFY_SIGNATURE_INIT, P1_OPEN, P1_OPEN, P2_SESSION, LC_SOME, GOES_ON,
      PART_VERIFY, verify_open },
    { INS_VERIFY_SIGNATURE_INIT, P1_CLOSE, P1_CLOSE, P2_SESSION, LC_ANY,
      GOES_ON, PART_VERIFY, close_session },
    { INS_VERIFY_SIGNATURE_UPDATE, P1_MORE, P1_MORE, P2_SESSION, LC_SOME,
      GOES_ON, PART_VERIFY, verify_update },
    { INS_VERIFY_SIGNATURE_UPDATE, P1_LAST, P1_LAST, P2_SESSION, LC_SOME, ENDS,
      PART_VERIFY, verify_update },
    { INS_COMPUTE_DH, 0, 0, P2_ZERO, LC_SOME, ENDS, PART_DH, compute_dh },
    { INS_COMPUTE_PRF, 0, 2, P2_ZERO, LC_SOME, ENDS, PART_PRF, compute_prf },
    { INS_COMPUTE_HKDF, 0, 1, P2_ZERO, LC_SOME, ENDS, PART_HKDF, compute_hkdf },
    { INS_GET_RANDOM, 0, 0, P2_ZERO, LC_NONE, GOES_ON, PART_RANDOM,
      get_random },
    { INS_READ_FILE, 0, 0xFF, P2_ANY, LC_SOME, ENDS, PART_ALWAYS, read_file },
    { INS_GENERATE_KEY_PAIR, 0, 0, P2_ZERO, LC_SOME, ENDS, PART_GENERATE,
      generate_key_pair },
    { INS_GET_DATA, 0, 0, P2_ZERO, LC_NONE, GOES_ON, PART_ALWAYS,
      get_application },
    { INS_GET_DATA, 1, 1, P2_ONE_TOO, LC_NONE, GOES_ON, PART_LIST, get_list },
    { INS_GET_DATA, TAG_PRIVATE_INFO, TAG_SECRET_INFO, P2_ZERO, LC_SOME,
      GOES_ON, PART_ALWAYS, get_object },
    { INS_READ_PUBLIC_KEY, 0, 0, P2_ZERO, LC_SOME, GOES_ON, PART_ALWAYS,
      read_public_key },
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

/* Each close names its kind of session by its instruction. */
static unsigned int close_session(struct softcard *card,
                                  const struct apdu *apdu, struct out *out)
{
    struct session *session = applet_session(card, apdu);
    enum session_type type =
        apdu->ins == INS_COMPUTE_SIGNATURE_INIT  ? SESSION_SIGN
        : apdu->ins == INS_VERIFY_SIGNATURE_INIT ? SESSION_VERIFY
                                                 : SESSION_PUT_KEY;

    (void)out;
    if (session->type == type)
        session_close(session);
    return SW_OK;
}

static bool class_accepted(const struct softcard *card, uint8_t cla)
{
    int class = quirk(card, QUIRK_CLASS);

    return class == CLASS_BOTH || (class == CLASS_8X) == ((cla & 0x80) != 0);
}

static bool p2_accepted(const struct softcard *card, enum p2 kind, uint8_t p2)
{
    switch (kind) {
    case P2_ZERO:
        return p2 == 0;
    case P2_ONE_TOO:
        return p2 <= 1;
    case P2_ANY:
        return true;
    case P2_SESSION:
        if (p2 == 0 && quirk(card, QUIRK_SESSION_ZERO) == REFUSE)
            return false;
        return p2 <= card->id.sessions;
    }
    return false;
}

static bool lc_accepted(enum lc kind, size_t lc)
{
    return kind == LC_ANY || (kind == LC_SOME) == (lc != 0);
}

/* The row of a command; `sw` says why there is none. */
static const struct command *command_of(const struct softcard *card,
                                        const struct apdu *apdu,
                                        unsigned int *sw)
{
    *sw = SW_WRONG_INS;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &commands[i];

        if (c->ins != apdu->ins || (c->part & card->id.without))
            continue;
        *sw = SW_WRONG_P1P2;
        if (apdu->p1 >= c->p1 && apdu->p1 <= c->p1_most &&
            p2_accepted(card, c->p2, apdu->p2))
            return c;
    }
    return NULL;
}

/* Row 18: is SELECT due before this command? */
static bool select_missing(const struct softcard *card,
                           const struct channel *channel)
{
    switch (quirk(card, QUIRK_SELECT)) {
    case SELECT_TWICE:
        return channel->selects < 2;
    case SELECT_EACH:
        return channel->selects < 1;
    default:
        return false;
    }
}

unsigned int applet_command(struct softcard *card, const struct apdu *apdu,
                            struct out *out)
{
    struct channel *channel = channel_of(card, apdu);
    unsigned int sw = SW_OK;

    if (!class_accepted(card, apdu->cla))
        return SW_WRONG_CLASS;
    if (select_missing(card, channel))
        return SW_WRONG_INS;
    const struct command *command = command_of(card, apdu, &sw);
    if (!command)
        return sw;
    if (!lc_accepted(command->lc, apdu->data.len))
        return SW_WRONG_LENGTH;
    sw = command->run(card, apdu, out);
    if (command->end == ENDS && quirk(card, QUIRK_SELECT) == SELECT_EACH)
        channel->selects = 0;
    return sw;
}

void applet_leave(struct softcard *card, unsigned int channel)
{
    sessions_close(&card->channels[channel].sessions);
    if (quirk(card, QUIRK_SESSION_SCOPE) == SCOPE_CARD)
        sessions_close(&card->shared);
    objects_forget(card->objects, channel);
    card->channels[channel].list_at = 0;
}

unsigned int applet_fields(struct softcard *card, struct view data,
                           struct tlv_field *fields, size_t count)
{
    bool skip = quirk(card, QUIRK_ZERO_LENGTH) == ZERO_SKIP;

    return tlv_fields(data, skip, fields, count) == TLV_OK ? SW_OK
                                                           : SW_WRONG_DATA;
}

unsigned int applet_find(struct softcard *card, enum object_type type,
                         const struct tlv_field fields[2],
                         struct object **object)
{
    struct view id = fields[0].value;
    struct view label = fields[1].value;

    if (fields[0].found == fields[1].found)
        return SW_WRONG_DATA;
    if (fields[0].found) {
        if (id.len == 0 || id.len > ID_MAX)
            return SW_WRONG_DATA;
        *object = object_by_id(card->objects, type, id);
    } else {
        if (label.len == 0 || label.len > LABEL_MAX)
            return SW_WRONG_DATA;
        *object = object_by_label(card->objects, type, label);
    }
    return *object ? SW_OK : SW_NOT_FOUND;
}

struct sessions *applet_sessions(struct softcard *card, const struct apdu *apdu)
{
    if (quirk(card, QUIRK_SESSION_SCOPE) == SCOPE_CARD)
        return &card->shared;
    return &channel_of(card, apdu)->sessions;
}

struct session *applet_session(struct softcard *card, const struct apdu *apdu)
{
    return &applet_sessions(card, apdu)->at[apdu->p2 % SESSIONS_MAX];
}

unsigned int applet_session_open(struct softcard *card, const struct apdu *apdu,
                                 enum session_type type, struct object *object)
{
    struct sessions *sessions = applet_sessions(card, apdu);
    struct session *session = applet_session(card, apdu);

    if (session->type != SESSION_CLOSED) {
        if (session->state == SESSION_RUNNING ||
            quirk(card, QUIRK_REOPEN) == REOPEN_NEVER)
            return SW_CONDITIONS;
        session_close(session);
    }
    if (sessions_open(sessions) >= card->id.sessions)
        return SW_CAPACITY;
    session->type = type;
    session->state = SESSION_RUNNING;
    session->object = object;
    return SW_OK;
}

bool applet_uses(const struct softcard *card, const struct object *object)
{
    for (size_t i = 0; i < CHANNELS; i++)
        if (sessions_use(&card->channels[i].sessions, object))
            return true;
    return sessions_use(&card->shared, object);
}

struct block_styles applet_blocks(const struct softcard *card)
{
    int blocks = quirk(card, QUIRK_BLOCKS);

    return (struct block_styles){ .a = blocks != BLOCKS_B,
                                  .b = blocks != BLOCKS_A };
}
