/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key reference (design D2): DER of
 *
 *   KeyReference ::= SEQUENCE {
 *       version   INTEGER (1),
 *       uri       UTF8String,          -- iotsim: URI, type=private or public
 *       publicKey SubjectPublicKeyInfo OPTIONAL }
 *
 * in PEM under the label IOTSIM_PEM_REFERENCE. It holds no secret. With the
 * public key in it, loading costs no exchange with the card.
 */
#ifndef IOTSIM_OPS_REFERENCE_H
#define IOTSIM_OPS_REFERENCE_H

#include "base/bytes.h"
#include "ops/pkey.h"

/* Octets of DER that hold any reference: the longest URI and public key, and
 * their headers. */
enum {
    REFERENCE_MAX =
        IOTSIM_URI_MAX + APPLET_MODULUS_MAX + APPLET_EXPONENT_MAX + 64
};

/* True when the octets begin like a key reference, be it damaged or not. */
bool reference_is(struct bytes der);

/* 1 when `der` is a whole key reference with a good URI and, if any, a public
 * key of a type that the applet knows; else 0 with an error raised. */
int reference_check(const struct prov_ctx *ctx, struct bytes der);

/* OpenSSL's name of the type of the public key in `der`, "EC" or "RSA"; NULL
 * when it holds none, or is broken. Nothing raised. Static. */
const char *reference_type(struct bytes der);

/* The key that `der` names: no exchange when it holds the public key, else the
 * card is asked. NULL with an error raised. */
struct prov_key *reference_decode(struct prov_ctx *ctx, struct bytes der);

/* DER of a reference to `key`, in a new block: free `*der` with OPENSSL_free.
 * Octets, or 0 with an error raised when the key is on no card, or ephemeral. */
size_t reference_encode(const struct prov_key *key, uint8_t **der);

#endif
