/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that an application may need: the provider, its configuration keys,
 * its parameters. Nothing to link. Manual: provider-iotsim(7).
 */
#ifndef IOTSIM_IOTSIM_H
#define IOTSIM_IOTSIM_H

#include "iotsim/result.h"
#include "iotsim/uri.h"
#include "iotsim/version.h"

/* Name of the provider: `OSSL_PROVIDER_load(ctx, IOTSIM_PROVIDER)`. */
#define IOTSIM_PROVIDER "iotsim"

/* Label of the PEM key reference (design D2). */
#define IOTSIM_PEM_REFERENCE "IOTSIM KEY REFERENCE"

/* Parameter of a key (UTF-8 string): its canonical `iotsim:` URI. */
#define IOTSIM_PKEY_PARAM_URI "iotsim-uri"

/* Parameter of a signature (UTF-8 string): what the card is given of the
 * message: "hash", "last-block" or "text" (IoT.05 2.5.14). */
#define IOTSIM_SIGNATURE_PARAM_MODE "iotsim-mode"

#endif
