/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the IoT SAFE commands share; each is a command_fn named in the table of
 * applet.c. Reference: iot-safe-apdu 3, 6.
 */
#ifndef SOFTCARD_APPLET_H
#define SOFTCARD_APPLET_H

#include "card.h"
#include "tags.h"

/* information.c: GET DATA. */
command_fn get_application;
command_fn get_list;
command_fn get_object;

/* keys.c */
command_fn read_public_key;
command_fn generate_key_pair;
command_fn put_key_open;
command_fn put_key_update;

/* sign.c */
command_fn sign_open;
command_fn sign_update;
command_fn verify_open;
command_fn verify_update;

/* files.c */
command_fn read_file;

/* derive.c */
command_fn compute_dh;
command_fn compute_prf;
command_fn compute_hkdf;
command_fn get_random;

/* Read the command data into `count` fields; 9000 or 6A80. */
unsigned int applet_fields(struct softcard *card, struct view data,
                           struct tlv_field *fields, size_t count);

/* Find the object of `type` that `fields[0]` (id) or `fields[1]` (label)
 * names, one of the two; 9000, 6A80 (both, none, bad length) or 6A82. */
unsigned int applet_find(struct softcard *card, enum object_type type,
                         const struct tlv_field fields[2],
                         struct object **object);

/* The sessions a command works with; its own session (P2 is checked). */
struct sessions *applet_sessions(struct softcard *card,
                                 const struct apdu *apdu);
struct session *applet_session(struct softcard *card, const struct apdu *apdu);

/* Open session P2; 9000, 6985 (running) or 6989 (no number left). */
unsigned int applet_session_open(struct softcard *card, const struct apdu *apdu,
                                 enum session_type type, struct object *object);

/* Does a running session, of any channel, use the object? */
bool applet_uses(const struct softcard *card, const struct object *object);

/* Which styles of blocks the quirks allow. */
struct block_styles applet_blocks(const struct softcard *card);

#endif
