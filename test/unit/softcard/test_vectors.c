/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays every file of test/vectors that names a profile against the card.
 *
 * Lines: "> hex" is sent, "< hex" is the answer expected (blanks in the hex are
 * ignored), "#" starts a comment. Comments that mean something here, and
 * nothing to a player of the other side, which just answers what is written:
 *
 *   # profile: NAME     the card, in test/softcard/cards; first of all
 *   # quirk: NAME=VALUE
 *   # random: AT COUNT  the next answer differs there on each run
 *   # signature: AT HEX the next answer has r s there, a signature of the
 *                       RFC 6979 A.2.5 key over the hash HEX
 *
 * VECTORS_DIR is the folder of the vectors.
 */
#include <dirent.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "exchange.h"

#define LINE_LEN 1200

/* SubjectPublicKeyInfo of the P-256 key of RFC 6979 A.2.5. */
static const char rfc6979_spki[] =
    "3059301306072A8648CE3D020106082A8648CE3D030107034200"
    "0460FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";

struct replay {
    const char *name;
    int line;
    struct softcard *card;
    struct answer answer;
    size_t random_at, random_len;
    size_t signature_at;
    uint8_t hash[64];
    size_t hash_len;
    unsigned int answers;
};

static void fail_at(const struct replay *r, const char *why)
{
    check_fail(r->name, r->line, why);
}

static EVP_PKEY *signer(void)
{
    uint8_t spki[128];
    size_t len = check_unhex(rfc6979_spki, spki, sizeof spki);
    const uint8_t *at = spki;

    return d2i_PUBKEY(NULL, &at, (long)len);
}

/* Does r s verify? libcrypto directly, not by way of the card's own code. */
static int verifies(const uint8_t *rs, const uint8_t *hash, size_t hash_len)
{
    EVP_PKEY *key = signer();
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    ECDSA_SIG *sig = ECDSA_SIG_new();
    uint8_t *der = NULL;
    int ok = 0;

    if (ctx && sig &&
        ECDSA_SIG_set0(sig, BN_bin2bn(rs, 32, NULL),
                       BN_bin2bn(rs + 32, 32, NULL))) {
        int len = i2d_ECDSA_SIG(sig, &der);

        ok = len > 0 && EVP_PKEY_verify_init(ctx) == 1 &&
             EVP_PKEY_verify(ctx, der, (size_t)len, hash, hash_len) == 1;
    }
    OPENSSL_free(der);
    ECDSA_SIG_free(sig);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    return ok;
}

static void check_signature(struct replay *r)
{
    if (r->signature_at + 64 > r->answer.len ||
        !verifies(r->answer.octets + r->signature_at, r->hash, r->hash_len))
        fail_at(r, "the signature does not verify");
    r->random_at = r->signature_at;
    r->random_len = 64;
}

/* Compare the answer with what is written, random octets left out. */
static void compare(struct replay *r, const char *text)
{
    uint8_t want[SOFTCARD_RESPONSE_MAX];
    size_t len = check_unhex(text, want, sizeof want);

    if (r->hash_len)
        check_signature(r);
    if (r->random_at + r->random_len <= r->answer.len && r->answer.len == len)
        memcpy(want + r->random_at, r->answer.octets + r->random_at,
               r->random_len);
    if (len != r->answer.len || memcmp(want, r->answer.octets, len) != 0) {
        fail_at(r, "another answer");
        CHECK_HEX(r->answer.octets, r->answer.len, text);
    }
    r->random_len = 0;
    r->random_at = 0;
    r->hash_len = 0;
    r->answers++;
}

/* The value of a "# key: value" comment, NULL when it is another one. */
static const char *directive(const char *line, const char *key)
{
    size_t n = strlen(key);

    if (strncmp(line, "# ", 2) != 0 || strncmp(line + 2, key, n) != 0)
        return NULL;
    return strncmp(line + 2 + n, ": ", 2) == 0 ? line + n + 4 : NULL;
}

static void comment(struct replay *r, const char *line)
{
    const char *value = directive(line, "profile");
    char *end = NULL;

    if (value && !r->card)
        r->card = card_from(value);
    value = directive(line, "quirk");
    if (value && (!r->card || !softcard_quirk(r->card, value)))
        fail_at(r, "no such quirk");
    value = directive(line, "random");
    if (value) {
        r->random_at = strtoul(value, &end, 10);
        r->random_len = strtoul(end, NULL, 10);
    }
    value = directive(line, "signature");
    if (value) {
        r->signature_at = strtoul(value, &end, 10);
        r->hash_len = check_unhex(end, r->hash, sizeof r->hash);
    }
}

static void one_line(struct replay *r, const char *line)
{
    if (line[0] == '#')
        comment(r, line);
    else if (!r->card || line[0] == '\0')
        return;
    else if (strncmp(line, "> ", 2) == 0)
        r->answer = ask(r->card, line + 2);
    else if (strncmp(line, "< ", 2) == 0)
        compare(r, line + 2);
    else
        fail_at(r, "neither command, answer nor comment");
}

/* Replay one file; returns the number of answers compared. */
static unsigned int replay(const char *name)
{
    char path[512];
    char line[LINE_LEN];
    struct replay r = { .name = name };

    snprintf(path, sizeof path, "%s/%s", VECTORS_DIR, name);
    FILE *file = fopen(path, "r");
    if (!file) {
        fail_at(&r, "cannot be read");
        return 0;
    }
    while (fgets(line, sizeof line, file)) {
        r.line++;
        line[strcspn(line, "\r\n")] = '\0';
        one_line(&r, line);
    }
    fclose(file);
    softcard_free(r.card);
    return r.answers;
}

static void vectors(void)
{
    DIR *folder = opendir(VECTORS_DIR);
    struct dirent *entry;
    unsigned int answers = 0;

    REQUIRE(folder != NULL);
    while ((entry = readdir(folder)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');

        if (dot && strcmp(dot, ".apdu") == 0)
            answers += replay(entry->d_name);
    }
    closedir(folder);
    CHECK(answers > 50);
}

TEST_MAIN(TEST(vectors))
