/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short APDUs, to octets and back; see apdu.h. Extended length is not used:
 * every command of IoT SAFE fits, or goes out in several.
 */
#include "apdu/apdu.h"

static bool le_is_valid(int le)
{
    return le == APDU_LE_NONE || (le >= 1 && le <= APDU_LE_ALL);
}

iotsim_result apdu_encode(const struct apdu *command, bool t0, struct buf *out)
{
    bool has_data = command->data.len > 0;
    bool has_le = command->le != APDU_LE_NONE;
    size_t start = out->len;

    if (!le_is_valid(command->le))
        return IOTSIM_FAIL(BAD_ARGUMENT);
    if (command->data.failed || command->data.len > APDU_DATA_MAX)
        return IOTSIM_FAIL(TOO_LONG);
    buf_u8(out, command->cla);
    buf_u8(out, command->ins);
    buf_u8(out, command->p1);
    buf_u8(out, command->p2);
    if (has_data) {
        buf_u8(out, (uint8_t)command->data.len);
        buf_put(out, command->data);
    }
    if (has_le && !(t0 && has_data))
        buf_u8(out, (uint8_t)(command->le & 0xff));
    else if (t0 && !has_data)
        buf_u8(out, 0);
    if (!out->failed)
        return IOTSIM_OK;
    buf_cut(out, start);
    return IOTSIM_FAIL(TOO_LONG);
}

iotsim_result apdu_split(struct bytes response, struct bytes *data,
                         uint16_t *sw)
{
    *data = (struct bytes){ 0 };
    *sw = 0;
    if (response.failed || response.len < 2)
        return IOTSIM_FAIL(CARD_ANSWER);
    *data = bytes_take(&response, response.len - 2);
    *sw = bytes_u16(&response);
    return IOTSIM_OK;
}
