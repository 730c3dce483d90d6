/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iotsim list: the objects of the card, one line each; below it the subject of
 * a certificate and the URI that names the object.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/hex.h"
#include "base/mem.h"
#include "card/card.h"
#include "tool/print.h"
#include "tool/tool.h"
#include "tool/words.h"

enum column { TYPE, LABEL, ID, KEY, FUNCTIONS, ACCESS, STATE, SIZE, COLUMNS };

_Static_assert((int)COLUMNS == (int)PRINT_COLUMNS_MAX,
               "the table has these columns");

static const struct print_row head = { .cells = {
                                           [TYPE] = "TYPE",
                                           [LABEL] = "LABEL",
                                           [ID] = "ID",
                                           [KEY] = "KEY",
                                           [FUNCTIONS] = "FUNCTIONS",
                                           [ACCESS] = "ACCESS",
                                           [STATE] = "STATE",
                                           [SIZE] = "SIZE",
                                       } };

/* An object as it is shown. */
struct item {
    struct print_row row;
    char subject[PRINT_SENTENCE_MAX]; /* of a certificate, else "" */
    char trouble[PRINT_SENTENCE_MAX]; /* why a file could not be read */
    char uri[IOTSIM_URI_MAX + 1];
};

/* --- certificates ------------------------------------------------------ */

/* RFC 2253, which escapes what cannot be printed. */
static void write_subject(const X509 *certificate, char *out, size_t size)
{
    BIO *bio = BIO_new(BIO_s_mem());
    const X509_NAME *name = X509_get_subject_name(certificate);
    const char *text = NULL;
    long len = 0;

    if (bio != NULL && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
        len = BIO_get_mem_data(bio, &text);
    if (len > 0)
        print_append(out, size, "%.*s", (int)len, text);
    BIO_free(bio);
}

/* Read the file and see whether it holds a certificate. */
static void look_into(struct card *card, const struct applet_object *file,
                      struct item *item)
{
    uint8_t *data = NULL;
    const unsigned char *p;
    size_t len = 0;
    X509 *certificate;
    iotsim_result r = card_read_file(card, file, &data, &len);

    if (!iotsim_ok(r)) {
        print_sentence(r, item->trouble);
        return;
    }
    p = data;
    certificate = d2i_X509(NULL, &p, (long)len);
    ERR_clear_error();
    if (certificate != NULL) {
        item->row.cells[TYPE][0] = '\0';
        print_append(item->row.cells[TYPE], PRINT_CELL_MAX, "certificate");
        write_subject(certificate, item->subject, sizeof item->subject);
    }
    X509_free(certificate);
    card_free_file(&data);
}

/* --- objects ----------------------------------------------------------- */

/* Name `object` in the way that `uri` went. */
static void write_uri(const struct applet_object *object,
                      const struct iotsim_uri *uri, struct item *item)
{
    struct iotsim_uri full = *uri;

    card_name_object(object, &full);
    mem_cleanse(full.pin_value, sizeof full.pin_value);
    if (!iotsim_ok(iotsim_uri_format(&full, item->uri, sizeof item->uri)))
        item->uri[0] = '\0';
    iotsim_uri_wipe(&full);
}

static void write_row(const struct applet_object *object, struct print_row *row)
{
    const struct {
        enum column column;
        const struct word *words;
        unsigned value;
        void (*add)(const struct word *, unsigned, char *, size_t);
    } cells[] = {
        { TYPE, words_kinds, object->kind, words_append },
        { KEY, words_key_types, object->key_type, words_append },
        { FUNCTIONS, words_functions, object->functions, words_join },
        { ACCESS, words_access, object->access, words_join },
        { STATE, words_states, object->state, words_append },
    };

    print_escape(bytes_of(object->label, object->label_len), row->cells[LABEL],
                 PRINT_CELL_MAX);
    hex_format(bytes_of(object->id, object->id_len), row->cells[ID],
               PRINT_CELL_MAX);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        cells[i].add(cells[i].words, cells[i].value,
                     row->cells[cells[i].column], PRINT_CELL_MAX);
    if (object->file_size > 0)
        print_append(row->cells[SIZE], PRINT_CELL_MAX, "%u", object->file_size);
}

static void print_items(const struct item *items, size_t count)
{
    size_t widths[PRINT_COLUMNS_MAX] = { 0 };

    print_measure(&head, widths);
    for (size_t i = 0; i < count; i++)
        print_measure(&items[i].row, widths);
    print_row(&head, widths);
    for (size_t i = 0; i < count; i++) {
        print_row(&items[i].row, widths);
        if (items[i].subject[0] != '\0')
            printf("    subject: %s\n", items[i].subject);
        if (items[i].trouble[0] != '\0')
            printf("    not readable: %s\n", items[i].trouble);
        printf("    %s\n", items[i].uri);
    }
}

static bool is_named(const struct iotsim_uri *uri)
{
    return uri->object[0] != '\0' || uri->id_len > 0 ||
           uri->type != IOTSIM_TYPE_ANY;
}

/* Print those of the objects that `uri` names. Errors: NOT_FOUND. */
static iotsim_result show(struct card *card, const struct iotsim_uri *uri,
                          const struct applet_object *objects, size_t count)
{
    struct item *items = calloc(count + 1, sizeof *items);
    size_t found = 0;

    if (items == NULL)
        return IOTSIM_FAIL(NO_MEMORY);
    for (size_t i = 0; i < count; i++) {
        if (!card_object_matches(&objects[i], uri))
            continue;
        write_row(&objects[i], &items[found].row);
        write_uri(&objects[i], uri, &items[found]);
        if (objects[i].kind == APPLET_FILE)
            look_into(card, &objects[i], &items[found]);
        found++;
    }
    if (found > 0 || !is_named(uri))
        print_items(items, found);
    free(items);
    return found > 0 || !is_named(uri) ? IOTSIM_OK : IOTSIM_FAIL(NOT_FOUND);
}

int list_run(struct tool *t)
{
    const char *text = t->operand_count > 0 ? t->operands[0] : "iotsim:";
    struct applet_object *objects = NULL;
    struct card *card = NULL;
    size_t count = 0;
    bool whole = true;
    int status = STATUS_OK;
    iotsim_result r;

    if (!tool_take_uri(t, text))
        return STATUS_USAGE;
    r = card_get(&t->config.settings, &t->uri, &card);
    if (iotsim_ok(r))
        r = card_get_objects(card, &objects, &count, &whole);
    if (iotsim_ok(r))
        r = show(card, &t->uri, objects, count);
    if (iotsim_ok(r) && !whole)
        r = IOTSIM_FAIL(CARD_ANSWER); /* that was not all */
    if (!iotsim_ok(r))
        status = tool_card_failed(t, &t->uri, r, "listing the objects");
    card_free_objects(&objects);
    card_free(&card);
    return status;
}
