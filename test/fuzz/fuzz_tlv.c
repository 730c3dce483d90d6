/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzer of the TLV reader and of the object list above it. Elements lie in
 * the input one behind the other and, together, cover it or end in a failure;
 * objects keep their limits, and the list comes to an end.
 */
#include <stdlib.h>
#include <string.h>

#include "apdu/tlv.h"
#include "applet/applet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void elements(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    const uint8_t *end = data + size;
    struct tlv e;
    struct bytes found;

    while (tlv_next(&in, &e)) {
        require(e.value.len <= size);
        if (e.value.len > 0)
            require(e.value.data >= data && e.value.data + e.value.len <= end);
        require(tlv_find(bytes_of(data, size), e.tag, &found));
    }
    require(in.len == 0);
    require(bytes_at_end(&in) || in.failed);
}

/* What is written is read again as the same. */
static void round_trip(const uint8_t *data, size_t size)
{
    uint8_t storage[2 + 255];
    struct buf out = BUF_OVER(storage);
    struct bytes in;
    struct tlv e;

    tlv_put(&out, 0x9e, bytes_of(data, size));
    require(out.failed == (size > 255));
    if (out.failed)
        return;
    in = buf_view(&out);
    require(tlv_next(&in, &e) && e.tag == 0x9e);
    /* a plain length of 81h may look like BER */
    require(size == 0x81 || size == 0x82 || bytes_at_end(&in));
    require(e.value.len <= size);
}

static void objects(const uint8_t *data, size_t size)
{
    struct applet_list list = { .rest = bytes_of(data, size) };
    struct applet_object o;
    size_t count = 0;

    while (applet_next_object(&list, &o)) {
        require(o.id_len <= APPLET_ID_MAX && o.label_len <= APPLET_LABEL_MAX);
        require(o.id_len + o.label_len > 0);
        require(o.kind >= APPLET_PRIVATE_KEY && o.kind <= APPLET_SECRET_KEY);
        require(++count <= size);
    }
    require(list.rest.len == 0 && list.wrapper.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + 1);

    if (copy == NULL)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    elements(copy, size);
    round_trip(copy, size);
    objects(copy, size);
    free(copy);
    return 0;
}
