/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library context of its own with the default provider and iotsim in it,
 * over the desk of test/unit/card with one card, `desk_sim`.
 */
#ifndef TEST_UNIT_OPS_BENCH_H
#define TEST_UNIT_OPS_BENCH_H

#include <openssl/evp.h>
#include <openssl/store.h>

#include "desk.h"

/* The RFC 6979 A.2.5 key, which is K1 of desk_sim: 04 X Y. */
#define K1_POINT                                                         \
    "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6" \
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
/* Head of the SubjectPublicKeyInfo of any P-256 key (RFC 5480). */
#define P256_SPKI_HEAD "3059301306072A8648CE3D020106082A8648CE3D030107034200"

/* Clear the desk, put `profile` on it, make the library context. */
OSSL_LIB_CTX *bench_open(const char *profile);

/* Unload the providers and free the library context. */
void bench_free(OSSL_LIB_CTX *libctx);

/* The same, and clear the desk. */
void bench_close(OSSL_LIB_CTX *libctx);

/* Load both providers into `libctx`; false when iotsim refuses. */
bool bench_load(OSSL_LIB_CTX *libctx);

/* The key that `uri` names, of the type `expect` (OSSL_STORE_INFO_PKEY or
 * _PUBKEY), or NULL. */
EVP_PKEY *bench_object(OSSL_LIB_CTX *libctx, const char *uri, int expect);

/* The private key that `uri` names, or NULL. */
EVP_PKEY *bench_key(OSSL_LIB_CTX *libctx, const char *uri);

/* The software key K1, whole, of the default provider. */
EVP_PKEY *bench_soft_k1(void);

/* The reason and data of the newest error, "reason: data", "" when there is
 * none; the queue is emptied. What libcrypto 3.5 adds whenever a provider fails
 * does not count. Static. */
const char *bench_error(void);

#endif
