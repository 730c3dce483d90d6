/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state file: a profile in which everything is written out.
 *
 * It replaces the old file in one step (new file, fsync, rename), so a crash
 * leaves one or the other. Volatile keys are not in it. It is readable by its
 * owner only, and still protects nothing: keys are in the clear.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card.h"
#include "pem.h"

static void write_hex(FILE *to, const char *key, struct view octets)
{
    if (octets.len == 0)
        return;
    fprintf(to, "%s = hex:", key);
    for (size_t i = 0; i < octets.len; i++)
        fprintf(to, "%02X", octets.at[i]);
    fputc('\n', to);
}

static void write_iccid(FILE *to, const uint8_t iccid[ICCID_LEN])
{
    fputs("iccid = ", to);
    for (size_t i = 0; i < (size_t)2 * ICCID_LEN; i++) {
        unsigned int digit = i % 2 ? iccid[i / 2] >> 4 : iccid[i / 2] & 0x0F;

        if (digit <= 9)
            fprintf(to, "%u", digit);
    }
    fputc('\n', to);
}

static void write_card(FILE *to, const struct identity *id)
{
    struct view aid = { .at = id->aid, .len = id->aid_len };
    struct view identifier = { .at = id->identifier,
                               .len = id->identifier_len };

    fputs("[card]\n", to);
    if (id->iccid[0])
        write_iccid(to, id->iccid);
    write_hex(to, "aid", aid);
    write_hex(to, "identifier", identifier);
    fprintf(to, "version = %02X\nsessions = %u\nfunctions = %02X\n",
            (unsigned int)id->version, (unsigned int)id->sessions,
            (unsigned int)id->functions);
    fprintf(to, "hash = %04X\nsignature = %02X\n", id->hash,
            (unsigned int)id->signature);
    fprintf(to, "agreement = %02X\nderivation = %02X\n",
            (unsigned int)id->agreement, (unsigned int)id->derivation);
    fprintf(to, "modes = %02X\nwithout = %04X\n", (unsigned int)id->modes,
            id->without);
    fprintf(to, "max-files = %u\nmax-private = %u\n",
            (unsigned int)id->max[OBJECT_FILE],
            (unsigned int)id->max[OBJECT_PRIVATE]);
    fprintf(to, "max-public = %u\nmax-secret = %u\n",
            (unsigned int)id->max[OBJECT_PUBLIC],
            (unsigned int)id->max[OBJECT_SECRET]);
}

static void write_object(FILE *to, const struct object *object, unsigned int n)
{
    struct view next = VIEW_OF(object->next_scalar);

    fprintf(to, "\n[object%u]\n", n);
    write_hex(to, "id", object_id(object));
    write_hex(to, "label", object_label(object));
    fprintf(to, "access = %02X\n", (unsigned int)object->access);
    if (object->off)
        fputs("state = deactivated\n", to);
    if (object->type == OBJECT_FILE) {
        fprintf(to, "usage = %02X\nsize = %zu\n",
                (unsigned int)object->file_usage, object->size);
    } else {
        fprintf(to, "type = %02X\nusage = %02X\nfunctions = %02X\n",
                (unsigned int)object->key_type, (unsigned int)object->key_usage,
                (unsigned int)object->functions);
        fprintf(to, "hash = %04X\nsignature = %02X\n", object->hash,
                (unsigned int)object->signature);
        fprintf(to, "agreement = %02X\nderivation = %02X\nmodes = %02X\n",
                (unsigned int)object->agreement,
                (unsigned int)object->derivation, (unsigned int)object->modes);
    }
    if (object->has_next)
        write_hex(to, "next", next);
    if (!object_volatile(object) && object->value)
        write_hex(to, "value", object_value(object));
}

static void write_state(FILE *to, const struct softcard *card)
{
    static const char *const kinds[OBJECT_TYPES] = {
        [OBJECT_PRIVATE] = "private",
        [OBJECT_PUBLIC] = "public",
        [OBJECT_SECRET] = "secret",
        [OBJECT_FILE] = "file",
    };
    unsigned int n = 0;

    fputs("# State of an iotsim-softcard. Keys in the clear.\n\n", to);
    write_card(to, &card->id);
    fputs("\n[objects]\n", to);
    for (const struct object *o = card->objects; o; o = o->next)
        fprintf(to, "object%u = %s\n", ++n,
                o->hidden ? "authority" : kinds[o->type]);
    n = 0;
    for (const struct object *o = card->objects; o; o = o->next)
        write_object(to, o, ++n);
}

/* Everything into `name`, flushed to the disk. */
static bool write_file(const struct softcard *card, const char *name)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *to = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (!to) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    write_state(to, card);
    bool ok = fflush(to) == 0 && !ferror(to) && fsync(fileno(to)) == 0;
    return fclose(to) == 0 && ok;
}

/* The rename itself must reach the disk too. */
static void sync_folder(const char *file)
{
    char *folder = strdup(file);
    char *slash = folder ? strrchr(folder, '/') : NULL;
    int fd;

    if (slash)
        slash[1] = '\0';
    fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(folder);
}

bool softcard_save(struct softcard *card)
{
    static const char suffix[] = ".new";
    const char *name = card->state_file;

    card->changed = false;
    if (!name)
        return true;
    size_t len = strlen(name);
    char *fresh = malloc(len + sizeof suffix);
    if (!fresh)
        return card_fail(card, "no memory");
    memcpy(fresh, name, len);
    memcpy(fresh + len, suffix, sizeof suffix);
    bool ok = write_file(card, fresh) && rename(fresh, name) == 0;
    if (ok)
        sync_folder(name);
    else
        card_fail(card, "%s: cannot save the state: %s", name, strerror(errno));
    free(fresh);
    return ok;
}

static struct object *by_text(struct softcard *card, enum object_type type,
                              const char *label)
{
    struct view text = { .at = (const uint8_t *)label, .len = strlen(label) };
    struct object *object = object_by_label(card->objects, type, text);

    return object && object->value ? object : NULL;
}

bool softcard_export_certificate(struct softcard *card, const char *label,
                                 FILE *to)
{
    const struct object *file = by_text(card, OBJECT_FILE, label);

    if (!file)
        return card_fail(card, "no file is labelled \"%s\"", label);
    struct view der = { .at = file->value, .len = file->value_len };
    return pem_write_certificate(der, to) ||
           card_fail(card, "file \"%s\" is no certificate", label);
}

bool softcard_export_public(struct softcard *card, const char *label, FILE *to)
{
    const struct object *key = by_text(card, OBJECT_PUBLIC, label);

    if (!key)
        return card_fail(card, "no public key is labelled \"%s\"", label);
    return pem_write_public(object_kind(key), object_value(key), to) ||
           card_fail(card, "public key \"%s\" cannot be written", label);
}
