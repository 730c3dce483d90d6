/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text out of an OSSL_PARAM. What OSSL_PARAM_get_utf8_string_ptr() gives is no
 * C string: OSSL_PARAM(3) demands no NUL within data_size. Manual:
 * OSSL_PARAM(3).
 */
#ifndef IOTSIM_OPS_PARAMS_H
#define IOTSIM_OPS_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/core.h>

/* Copy the text of `p`, a UTF-8 string or a pointer to one, with a NUL to
 * `out`; it ends at its first NUL, if any. False, nothing raised and `out`
 * untouched, when it has another type, is not there or does not fit. */
bool params_get_text(const OSSL_PARAM *p, char *out, size_t size);

#endif
