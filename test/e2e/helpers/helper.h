/* SPDX-License-Identifier: Apache-2.0 */
/* What the helper programs of the end-to-end tests share. */
#ifndef HELPER_H
#define HELPER_H

#include <openssl/evp.h>

/* The private key that `name` leads to, as applications load it: an iotsim:
 * URI through OSSL_STORE, a file through PEM_read_bio. Ends the program with
 * the reason when there is none. */
EVP_PKEY *load_key(OSSL_LIB_CTX *libctx, const char *name);

/* End the program with `what` and OpenSSL's error queue. */
_Noreturn void die(const char *what);

/* The text of the oldest error of this thread's queue, which is emptied. */
const char *take_error(char *out, size_t size);

/* End the program when the error queue is not empty after a success. */
void check_queue(const char *after);

#endif
