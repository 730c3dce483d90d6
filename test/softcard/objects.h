/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The object store: containers for keys, secrets and files.
 *
 * Objects are made at personalisation and live until the card is freed; the
 * commands only fill, empty and read them. They form one list in the order of
 * the profile. Reference: iot-safe-apdu 1.2, 1.3.
 */
#ifndef SOFTCARD_OBJECTS_H
#define SOFTCARD_OBJECTS_H

#include "crypto.h"
#include "tlv.h"

#define ID_MAX 20
#define LABEL_MAX 60
#define OBJECT_NAME_MAX 60
#define FILE_MAX 30000
#define OBJECTS_MAX 255

/* In the order the object list gives them. */
enum object_type {
    OBJECT_PRIVATE,
    OBJECT_PUBLIC,
    OBJECT_SECRET,
    OBJECT_FILE,
    OBJECT_TYPES
};

/* The tags one type of object has. */
struct type_tags {
    uint8_t id, label, info, count;
};
extern const struct type_tags type_tags[OBJECT_TYPES];

/* One object. `value` is what it holds, allocated: a key as crypto.h has
 * it, a secret, file content; none when deactivated. A hidden object is an authority
 * that issues certificates: no command sees it. */
struct object {
    struct object *next;
    enum object_type type;
    bool hidden;
    char name[OBJECT_NAME_MAX + 1]; /* its section in the profile */
    uint8_t id[ID_MAX];
    size_t id_len;
    uint8_t label[LABEL_MAX];
    size_t label_len;
    uint8_t access;
    uint8_t key_type;
    uint8_t key_usage;
    uint8_t file_usage;
    uint8_t functions;
    uint8_t signature;
    uint8_t agreement;
    uint8_t derivation;
    uint8_t modes; /* of signatures, MODE_BIT of each */
    unsigned int hash;
    size_t size;          /* declared size of a file              */
    size_t padding;       /* at least so much more than its content */
    unsigned int channel; /* whose end empties a volatile value   */
    bool off;             /* deactivated although it has a value  */
    uint8_t *value;
    size_t value_len;
    uint8_t next_scalar[SCALAR_LEN]; /* test hook: the key the next   */
    bool has_next;                   /* GENERATE KEY PAIR will "make" */
};

/* The id, the label and the value as octets. */
struct view object_id(const struct object *object);
struct view object_label(const struct object *object);
struct view object_value(const struct object *object);

/* Is it filled and switched on (state 01)? */
bool object_active(const struct object *object);

/* Does its value end with the channel? What kind of key is it? */
bool object_volatile(const struct object *object);
enum kind object_kind(const struct object *object);

/* Replace the value by a copy of `value` / by nothing; false: no memory. */
bool object_fill(struct object *object, struct view value);
void object_empty(struct object *object);

/* Append an empty object to the list; NULL: no memory. */
struct object *object_new(struct object **list, enum object_type type);

/* Free the list; secrets are cleansed. */
void objects_free(struct object **list);

/* The visible object of `type` with this id, or with this label. */
struct object *object_by_id(struct object *list, enum object_type type,
                            struct view id);
struct object *object_by_label(struct object *list, enum object_type type,
                               struct view label);

/* The other half of a key pair: the object of `type` with the same label.
 * NULL when there is none. */
struct object *object_partner(struct object *list, const struct object *object,
                              enum object_type type);

/* Empty the volatile objects of one channel. */
void objects_forget(struct object *list, unsigned int channel);

#endif
