/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences for results. */
#ifndef IOTSIM_BASE_RESULT_H
#define IOTSIM_BASE_RESULT_H

#include "iotsim/result.h"

/* The sentence of `r.err`, static; "success" for success. */
const char *result_text(iotsim_result r);

/* The short name of `r.err` as in IOTSIM_ERRORS, static. */
const char *result_name(iotsim_result r);

#endif
