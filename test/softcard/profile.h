/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Personalisation: from a profile, or a state file, to a card.
 *
 * Both have one grammar (README). profile.c reads the card and the list of
 * objects, attributes.c the attributes of one object, values.c what it holds.
 */
#ifndef SOFTCARD_PROFILE_H
#define SOFTCARD_PROFILE_H

#include "conf.h"

/* Attribute words (attributes.c). */
extern const struct conf_word function_words[];
extern const struct conf_word hash_words[];
extern const struct conf_word signature_words[];
extern const struct conf_word agreement_words[];
extern const struct conf_word derivation_words[];
extern const struct conf_word mode_words[];

/* The attributes of `object` from its section; `half` is "", "private-" or
 * "public-": a key so prefixed wins over the plain one. */
bool attributes_read(const struct conf *conf, struct object *object,
                     const char *half);

/* Fill objects from the `value` of their section: a single object; both
 * halves of a pair. */
bool value_read(const struct conf *conf, struct object *object);
bool value_read_pair(const struct conf *conf, struct object *private,
                     struct object *public);

/* Issue the certificates of all files whose value is "issue"; every key must
 * have been read. */
bool values_issue(const struct conf *conf);

/* The object named by section, of one type; hidden ones too. */
struct object *profile_object(struct softcard *card, enum object_type type,
                              const char *name);

#endif
