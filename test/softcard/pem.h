/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PEM and DER files: keys and certificates in, certificates and public keys
 * out. Functions return false on any failure; outputs are then unusable.
 */
#ifndef SOFTCARD_PEM_H
#define SOFTCARD_PEM_H

#include <stdio.h>

#include "crypto.h"

/* Append the private key of a PEM file, which must be of `kind`, and its
 * public half. */
bool pem_private(const char *file, enum kind kind, struct out *private,
                 struct out *public);

/* Append the public key of a PEM file holding a public key or a certificate. */
bool pem_public(const char *file, enum kind kind, struct out *public);

/* Append the first certificate of a PEM file, as DER. */
bool pem_certificate(const char *file, struct out *out);

/* Append the content of any file. */
bool pem_raw(const char *file, struct out *out);

/* Write a DER certificate (content behind it is ignored) / a public key as
 * PEM. */
bool pem_write_certificate(struct view der, FILE *to);
bool pem_write_public(enum kind kind, struct view public, FILE *to);

#endif
