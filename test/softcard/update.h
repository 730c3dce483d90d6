/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of COMPUTE SIGNATURE - UPDATE and VERIFY SIGNATURE - UPDATE.
 */
#ifndef SOFTCARD_UPDATE_H
#define SOFTCARD_UPDATE_H

#include "applet.h"

/* What the UPDATEs brought: the hash to sign and, to verify, a signature,
 * which is borrowed from the command or the session. */
struct update {
    uint8_t hash[HASH_MAX];
    size_t hash_len;
    struct tlv_field signature;
};

/* Read one UPDATE of a running session; `update` is complete after the last.
 * 9000, 6985 (wrong tag for the mode), 6A80 or 6F00. */
unsigned int update_read(struct softcard *card, const struct apdu *apdu,
                         struct session *session, struct update *update);

#endif
