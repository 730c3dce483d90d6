/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file system of the UICC: the master file and EF_ICCID (2FE2) in it.
 *
 * SELECT by identifier (P1 00) and by path from the MF (08) or the current DF
 * (09), and READ BINARY. Reference: ETSI TS 102 221 11.1.1, 11.1.3, 13.2.
 */
#include "card.h"
#include "tags.h"

#define FILE_MF 0x3F00
#define FILE_ICCID 0x2FE2
#define SFI_ICCID 0x02
#define P2_FCP 0x04
#define P2_NO_DATA 0x0C

/* File control parameters, as SELECT with P2 04 returns them. */
static const uint8_t fcp_mf[] = { 0x62, 0x0D, 0x82, 0x02, 0x78,
                                  0x21, 0x83, 0x02, 0x3F, 0x00,
                                  0x8A, 0x01, 0x05, 0xC6, 0x00 };
static const uint8_t fcp_iccid[] = { 0x62, 0x17, 0x82, 0x02, 0x41, 0x21, 0x83,
                                     0x02, 0x2F, 0xE2, 0x8A, 0x01, 0x05, 0x8B,
                                     0x03, 0x2F, 0x06, 0x01, 0x80, 0x02, 0x00,
                                     0x0A, 0x88, 0x01, 0x10 };

/* The file that identifiers lead to. Path and identifier differ only in that
 * a path goes on; there is one level below the MF. */
static bool follow(struct view path, enum selected *selected)
{
    if (path.len == 0 || path.len % 2)
        return false;
    while (path.len) {
        struct view id = view_take(&path, 2);
        unsigned int file = (unsigned int)id.at[0] << 8 | id.at[1];

        if (file == FILE_MF)
            *selected = SELECTED_MF;
        else if (file == FILE_ICCID && path.len == 0)
            *selected = SELECTED_ICCID;
        else
            return false;
    }
    return true;
}

unsigned int efs_select(struct softcard *card, const struct apdu *apdu,
                        struct out *out)
{
    enum selected selected = SELECTED_MF;
    bool by_path = apdu->p1 == 0x08 || apdu->p1 == 0x09;

    if (!by_path && apdu->p1 != 0x00)
        return SW_WRONG_P1P2;
    if (apdu->p2 != 0x00 && apdu->p2 != P2_FCP && apdu->p2 != P2_NO_DATA)
        return SW_WRONG_P1P2;
    if (by_path ? apdu->data.len == 0 : apdu->data.len != 2)
        return SW_WRONG_LENGTH;
    if (!follow(apdu->data, &selected))
        return SW_NOT_FOUND;
    channel_of(card, apdu)->selected = selected;
    if (apdu->p2 == P2_NO_DATA)
        return SW_OK;
    if (selected == SELECTED_MF)
        out_bytes(out, VIEW_OF(fcp_mf));
    else
        out_bytes(out, VIEW_OF(fcp_iccid));
    return SW_OK;
}

unsigned int efs_read_binary(struct softcard *card, const struct apdu *apdu,
                             struct out *out)
{
    struct channel *channel = channel_of(card, apdu);
    size_t offset = (size_t)apdu->p1 << 8 | apdu->p2;

    if (apdu->data.len)
        return SW_WRONG_LENGTH;
    if (apdu->p1 & 0x80) { /* by short file identifier */
        if ((apdu->p1 & 0x1F) != SFI_ICCID)
            return SW_NOT_FOUND;
        channel->selected = SELECTED_ICCID;
        offset = apdu->p2;
    }
    if (channel->selected != SELECTED_ICCID)
        return SW_NO_CURRENT_EF;
    if (offset >= ICCID_LEN)
        return SW_OFFSET;
    out_bytes(out, (struct view){ .at = card->id.iccid + offset,
                                  .len = ICCID_LEN - offset });
    return SW_OK;
}
