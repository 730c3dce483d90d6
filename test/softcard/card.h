/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the software card: what its files share.
 *
 * card.c owns the channels and the way to and from the wire; applet.c the
 * table of IoT SAFE commands; their implementations are in information.c,
 * keys.c, sign.c, files.c and derive.c. Users include softcard.h instead.
 */
#ifndef SOFTCARD_CARD_H
#define SOFTCARD_CARD_H

#include "fault.h"
#include "objects.h"
#include "quirk.h"
#include "session.h"
#include "softcard.h"
#include "tlv.h"

#define CHANNELS 4
#define AID_MAX 16
#define ICCID_LEN 10
#define IDENTIFIER_LEN 32
#define BODY_MAX 32768 /* the longest object list */

/* A command, taken apart. */
struct apdu {
    uint8_t cla, ins, p1, p2;
    unsigned int channel;
    struct view data;
    size_t le; /* 1..256; 0: no Le octet */
};

enum selected { SELECTED_MF, SELECTED_ICCID, SELECTED_APPLET };

struct channel {
    bool open;
    enum selected selected;
    unsigned int selects; /* SELECTs of the applet since it was needed */
    size_t list_at;       /* where the object list continues           */
    struct sessions sessions;
};

/* Parts of the applet a card may be without: bits. */
enum part {
    PART_SIGN = 0x0001,
    PART_VERIFY = 0x0002,
    PART_GENERATE = 0x0004,
    PART_PUT_KEY = 0x0008,
    PART_DH = 0x0010,
    PART_PRF = 0x0020,
    PART_HKDF = 0x0040,
    PART_RANDOM = 0x0080,
    PART_LIST = 0x0100,
    PART_ALWAYS = 0 /* nothing takes it away */
};

/* Who this card is; what GET DATA application says. */
struct identity {
    uint8_t iccid[ICCID_LEN]; /* as EF_ICCID has it: nibbles swapped */
    uint8_t aid[AID_MAX];
    size_t aid_len;
    uint8_t identifier[IDENTIFIER_LEN];
    size_t identifier_len;
    uint8_t version;
    uint8_t sessions; /* B7 */
    uint8_t functions;
    unsigned int hash;
    uint8_t signature;
    uint8_t agreement;
    uint8_t derivation;
    uint8_t modes;        /* bits of tag A1; no tag announces them */
    unsigned int without; /* parts that are missing                */
    uint8_t max[OBJECT_TYPES];
};

/* An answer that waits for GET RESPONSE, or for the same command with the
 * right Le. */
enum waiting { WAITING_NOTHING, WAITING_RESPONSE, WAITING_REPEAT };

struct softcard {
    struct identity id;
    struct object *objects;
    struct quirks quirks;
    struct fault *faults;
    struct channel channels[CHANNELS];
    struct sessions shared; /* instead of the channels', by quirk */
    uint8_t body[BODY_MAX]; /* of the answer under way */
    size_t body_len;
    size_t body_at;
    unsigned int body_sw;
    enum waiting waiting;
    uint8_t asked[4]; /* header of the command it answers */
    unsigned int asked_channel;
    bool changed; /* the store differs from the state file */
    char *state_file;
    char error[256];
    FILE *log;
};

/* The value of a quirk. */
static inline int quirk(const struct softcard *card, enum quirk which)
{
    return card->quirks.value[which];
}

/* The channel of a command. */
static inline struct channel *channel_of(struct softcard *card,
                                         const struct apdu *apdu)
{
    return &card->channels[apdu->channel];
}

/* Keep a sentence for softcard_error; returns false, to be returned. */
bool card_fail(struct softcard *card, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A command of the UICC itself or of the applet: appends the answer to `out`,
 * returns the status word. An answer with an error status is dropped. */
typedef unsigned int command_fn(struct softcard *card, const struct apdu *apdu,
                                struct out *out);

/* efs.c: SELECT by file identifier or path, READ BINARY. */
command_fn efs_select;
command_fn efs_read_binary;

/* applet.c: every command of a channel where the applet is selected. */
command_fn applet_command;

/* A channel closes, or selects again: sessions and volatile keys go. */
void applet_leave(struct softcard *card, unsigned int channel);

#endif
