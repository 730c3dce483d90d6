/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iotsim_result: the one result type of every layer, and the one list of
 * errors. The enumeration, the sentences, OpenSSL's reason strings and the
 * table of the manual page all come from IOTSIM_ERRORS. Nothing to link.
 */
#ifndef IOTSIM_RESULT_H
#define IOTSIM_RESULT_H

#include <stdbool.h>
#include <stdint.h>

/* X(NAME, what happened and, after a semicolon, what to do) */
#define IOTSIM_ERRORS(X)                                                           \
    X(NO_MEMORY, "out of memory")                                                  \
    X(BAD_ARGUMENT, "this cannot be asked for, or not in this way")                \
    X(TOO_LONG, "a value is longer than its field")                                \
    X(TIMEOUT, "the time limit has passed")                                        \
    X(BUSY, "the card is busy with other requests; try again later")               \
    X(IO, "the link to the card failed")                                           \
    X(NO_SERVICE,                                                                  \
      "the smart card service pcscd does not answer; is it running, and may "      \
      "this user reach it?")                                                       \
    X(NO_READER,                                                                   \
      "no such reader or device, or nobody answers there; check its name, and "    \
      "that it is plugged in or started")                                          \
    X(NO_ACCESS,                                                                   \
      "this user may not use the reader or device; see its permissions")           \
    X(NO_CARD, "there is no card in the reader")                                   \
    X(CARD_RESET, "the card was reset by someone else")                            \
    X(CARD_REMOVED, "the card was removed during the operation")                   \
    X(CARD_IN_USE, "another program holds the card exclusively")                   \
    X(NO_CHANNEL,                                                                  \
      "the card has no free logical channel: programs hold them, or ones that "    \
      "were killed have left them open until the card is reset")                   \
    X(NO_APPLET,                                                                   \
      "the card has no IoT SAFE applet under this AID; is it the right SIM, "      \
      "and is aid set?")                                                           \
    X(OTHER_CARD, "the card in the reader is not the one with this ICCID")         \
    X(CARD_STATUS, "the card refused the command")                                 \
    X(CARD_ANSWER, "the card's answer is malformed")                               \
    X(CARD_UPDATING,                                                               \
      "the operator is updating this object over the air; try again later")        \
    X(UNSUPPORTED, "neither the card nor iotsim can do this")                      \
    X(NOT_PERMITTED,                                                               \
      "the object's access conditions, usage or state forbid this")                \
    X(NOT_FOUND, "there is no such object on the card")                            \
    X(AMBIGUOUS,                                                                   \
      "several objects match; name one by label or id, as iotsim list shows them") \
    X(NO_KEY_PAIR,                                                                 \
      "the private key has no public key object to go with it, nor a certificate") \
    X(KEY_MISMATCH,                                                                \
      "the SIM's key does not belong to this public key; is it the right "         \
      "SIM, or was the key generated anew?")                                       \
    X(WRONG_CONTAINER, "the container on the card is for another kind of key")     \
    X(NO_CONTAINER, "the card has no container that serves for this")              \
    X(KEY_LOST,                                                                    \
      "the ephemeral key is gone: it has served once, the card was reset, or "     \
      "another program took its container")                                        \
    X(WRONG_MODE,                                                                  \
      "the card refuses this algorithm, digest or mode for the key; the "          \
      "setting signature-mode chooses another mode")                               \
    X(BAD_CERTIFICATE, "the file does not hold an X.509 certificate")              \
    X(BAD_URI, "the URI is malformed")                                             \
    X(URI_ESCAPE, "a percent sign is not followed by two hexadecimal digits")      \
    X(URI_UNKNOWN, "unknown attribute in the URI")                                 \
    X(URI_DUPLICATE, "attribute given twice in the URI")                           \
    X(URI_VALUE, "bad value of an attribute in the URI")                           \
    X(BAD_SETTING, "bad value of a configuration setting")                         \
    X(BAD_REFERENCE, "the key reference is cut short or damaged")

enum iotsim_err {
    IOTSIM_ERR_NONE = 0,
#define IOTSIM_ERR_ENUM(name, text) IOTSIM_ERR_##name,
    IOTSIM_ERRORS(IOTSIM_ERR_ENUM)
#undef IOTSIM_ERR_ENUM
        IOTSIM_ERR_COUNT
};

/* A structure and not an integer, so that it cannot be taken for a bool, a
 * length or another library's error code. */
typedef struct iotsim_result {
    uint16_t err; /* enum iotsim_err, 0 = success */
    uint16_t sw;  /* ISO 7816-4 status word, 0 = none */
    int32_t os;   /* errno or PC/SC code, 0 = none */
} iotsim_result;

#if defined(__GNUC__)
#define IOTSIM_MUST_USE __attribute__((warn_unused_result))
#else
#define IOTSIM_MUST_USE
#endif

#define IOTSIM_OK ((iotsim_result){ 0, 0, 0 })
#define IOTSIM_FAIL(name) ((iotsim_result){ IOTSIM_ERR_##name, 0, 0 })
#define IOTSIM_FAIL_SW(name, status) \
    ((iotsim_result){ IOTSIM_ERR_##name, (status), 0 })
#define IOTSIM_FAIL_OS(name, code) \
    ((iotsim_result){ IOTSIM_ERR_##name, 0, (code) })

/* True when `r` says success. */
static inline bool iotsim_ok(iotsim_result r)
{
    return r.err == IOTSIM_ERR_NONE;
}

/* True when `r` is the failure `err`. */
static inline bool iotsim_is(iotsim_result r, enum iotsim_err err)
{
    return r.err == (uint16_t)err;
}

#endif
