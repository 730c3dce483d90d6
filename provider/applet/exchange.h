/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands of the applet have in common: one exchange with its time
 * limit and its status word, a reference to an object, and the session that
 * INIT opens and UPDATE uses. Internal to applet/.
 */
#ifndef IOTSIM_APPLET_EXCHANGE_H
#define IOTSIM_APPLET_EXCHANGE_H

#include "applet/applet.h"
#include "base/deadline.h"

/* The time limit of the instruction `ins` (0: one that the card answers at
 * once) from now, or of the whole operation if that is sooner. */
struct deadline applet_deadline(const struct applet *a, uint8_t ins);

/* Send `command`, append its response data to `response` (NULL drops them) and
 * note what `*sw` says about the store. Judging `*sw` is left to the caller. */
IOTSIM_MUST_USE iotsim_result applet_send(struct applet *a,
                                          const struct apdu *command,
                                          struct buf *response, uint16_t *sw);

/* The same with the status word as the result. On failure `response` is as it
 * was. */
IOTSIM_MUST_USE iotsim_result applet_exchange(struct applet *a,
                                              const struct apdu *command,
                                              struct buf *response);

/* The same for a secret of `len` octets: what was added is cleansed on
 * failure. Errors: CARD_ANSWER (another length). */
IOTSIM_MUST_USE iotsim_result applet_exchange_secret(struct applet *a,
                                                     const struct apdu *command,
                                                     size_t len,
                                                     struct buf *response);

/* Append the id or else the label of an object of `kind`; the buffer fails
 * when `ref` has neither or is too long. */
void applet_put_ref(struct buf *fields, enum applet_kind kind,
                    struct applet_ref ref);

/* Open the session by the INIT instruction `ins` with `fields`. An open one
 * that is in the way is closed first. 1 exchange. */
IOTSIM_MUST_USE iotsim_result applet_open_session(struct applet *a, uint8_t ins,
                                                  struct bytes fields);

/* Send an UPDATE of the session that more of them follow, by the instruction
 * `ins`. 1 exchange. */
IOTSIM_MUST_USE iotsim_result applet_send_block(struct applet *a, uint8_t ins,
                                                struct bytes fields);

/* The last UPDATE of the session, by the instruction `ins`. */
struct apdu applet_last_update(uint8_t ins, struct bytes fields, int le);

/* Close the session by its INIT instruction `ins`, whatever the card says. */
void applet_close_session(struct applet *a, uint8_t ins);

/* Close the session of the INIT instruction `ins` after an operation that ended
 * with `result`, unless the link failed; in time of its own when it is late,
 * since no other operation's INIT would. */
void applet_end_session(struct applet *a, uint8_t ins, iotsim_result result);

#endif
