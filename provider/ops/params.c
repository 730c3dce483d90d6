/* SPDX-License-Identifier: Apache-2.0 */
/* Text out of an OSSL_PARAM; see params.h. */
#include "ops/params.h"

#include <string.h>

/* Where the text of `p` begins; NULL when there is none. */
static const char *text_of(const OSSL_PARAM *p)
{
    if (p->data == NULL)
        return NULL;
    if (p->data_type == OSSL_PARAM_UTF8_STRING)
        return p->data;
    return p->data_type == OSSL_PARAM_UTF8_PTR ? *(char *const *)p->data : NULL;
}

bool params_get_text(const OSSL_PARAM *p, char *out, size_t size)
{
    const char *text = text_of(p);
    const char *end;
    size_t len;

    if (text == NULL)
        return false;
    end = memchr(text, '\0', p->data_size);
    len = end == NULL ? p->data_size : (size_t)(end - text);
    if (len >= size)
        return false;
    memcpy(out, text, len);
    out[len] = '\0';
    return true;
}
