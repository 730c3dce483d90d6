/* SPDX-License-Identifier: Apache-2.0 */
/*
 * COMPUTE DH, PRF and HKDF (IoT.05 2.5.3, 2.5.4; reference 3.12, 6). Secrets
 * go out in `fields` and come back in the caller's storage: the first is
 * cleansed here, the second by the caller.
 */
#include "apdu/tlv.h"
#include "applet/exchange.h"

static const struct hash {
    uint16_t id;
    size_t len;
} hashes[] = {
    { HASH_SHA256, 32 },
    { HASH_SHA384, 48 },
    { HASH_SHA512, 64 },
};

/* Octets of a hash, 0 when it is unknown. */
static size_t hash_len(uint16_t id)
{
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++)
        if (hashes[i].id == id)
            return hashes[i].len;
    return 0;
}

static bool is_named(struct applet_ref ref)
{
    return ref.id.len > 0 || ref.label.len > 0;
}

iotsim_result applet_compute_dh(struct applet *a, struct applet_ref private_key,
                                struct applet_ref public_key,
                                uint8_t secret[APPLET_SECRET_LEN])
{
    uint8_t storage[APDU_DATA_MAX];
    struct buf fields = BUF_OVER(storage);
    struct buf answer = buf_over(secret, APPLET_SECRET_LEN);
    struct apdu command = { .ins = INS_COMPUTE_DH, .le = APDU_LE_ALL };

    applet_put_ref(&fields, APPLET_PRIVATE_KEY, private_key);
    applet_put_ref(&fields, APPLET_PUBLIC_KEY, public_key);
    command.data = buf_view(&fields);
    return applet_exchange_secret(a, &command, APPLET_SECRET_LEN, &answer);
}

iotsim_result applet_compute_prf(struct applet *a, uint8_t mode,
                                 struct applet_ref key, struct bytes secret,
                                 struct bytes premaster,
                                 struct bytes label_seed, size_t len,
                                 struct buf *out)
{
    uint8_t storage[APDU_DATA_MAX];
    struct buf fields = BUF_OVER(storage);
    struct apdu command = { .ins = INS_COMPUTE_PRF,
                            .p1 = mode,
                            .le = APDU_LE_ALL };
    iotsim_result result;

    if (len == 0 || len > 0xff)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (is_named(key))
        applet_put_ref(&fields, APPLET_SECRET_KEY, key);
    else
        tlv_put(&fields, TAG_SECRET, secret);
    if (premaster.len > 0)
        tlv_put(&fields, TAG_DH_PREMASTER, premaster);
    tlv_put(&fields, TAG_LABEL_SEED, label_seed);
    tlv_put_u8(&fields, TAG_OUTPUT_LENGTH, (uint8_t)len);
    command.data = buf_view(&fields);
    result = applet_exchange_secret(a, &command, len, out);
    buf_wipe(&fields);
    return result;
}

iotsim_result applet_compute_hkdf(struct applet *a, struct applet_ref key,
                                  struct bytes ikm, struct bytes salt,
                                  uint16_t hash_id, struct buf *out)
{
    static const uint8_t zeros[APPLET_HASH_MAX];
    uint8_t storage[APDU_DATA_MAX];
    struct buf fields = BUF_OVER(storage);
    struct apdu command = { .ins = INS_COMPUTE_HKDF, .le = APDU_LE_ALL };
    size_t len = hash_len(hash_id);
    iotsim_result result;

    if (len == 0)
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (is_named(key))
        applet_put_ref(&fields, APPLET_SECRET_KEY, key);
    else
        tlv_put(&fields, TAG_SECRET, ikm.len > 0 ? ikm : bytes_of(zeros, len));
    tlv_put(&fields, TAG_SALT, salt.len > 0 ? salt : bytes_of(zeros, len));
    tlv_put_u16(&fields, TAG_HASH, hash_id);
    command.data = buf_view(&fields);
    result = applet_exchange_secret(a, &command, len, out);
    buf_wipe(&fields);
    return result;
}
