/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Issuing certificates with libcrypto; see issue.h.
 *
 * Authorities get CA:TRUE and keyCertSign; others may sign and serve both ends
 * of TLS. Reference: RFC 5280 4.2.
 */
#include "issue.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#define FIELD_MAX 200
#define SERIAL_LEN 16

/* Add "CN=..." (`len` characters, blanks around it allowed). */
static bool add_field(X509_NAME *name, const char *text, size_t len)
{
    char field[FIELD_MAX];

    while (len && isspace((unsigned char)*text)) {
        text++;
        len--;
    }
    while (len && isspace((unsigned char)text[len - 1]))
        len--;
    if (len >= sizeof field)
        return false;
    memcpy(field, text, len);
    field[len] = '\0';
    char *equals = strchr(field, '=');
    if (!equals)
        return false;
    *equals = '\0';
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      (const unsigned char *)(equals + 1), -1,
                                      -1, 0) == 1;
}

static X509_NAME *parse_name(const char *text)
{
    X509_NAME *name = X509_NAME_new();

    while (name && text) {
        size_t len = strcspn(text, ",");

        if (!add_field(name, text, len)) {
            X509_NAME_free(name);
            return NULL;
        }
        text = text[len] ? text + len + 1 : NULL;
    }
    return name;
}

/* The name of the issuer: from its certificate, or its text. */
static X509_NAME *issuer_name(const struct issue *issue)
{
    const uint8_t *at = issue->issuer_certificate.at;

    if (!at)
        return parse_name(issue->issuer);
    X509 *certificate =
        d2i_X509(NULL, &at, (long)issue->issuer_certificate.len);
    X509_NAME *name =
        certificate ? X509_NAME_dup(X509_get_subject_name(certificate)) : NULL;
    X509_free(certificate);
    return name;
}

static bool set_names(X509 *certificate, const struct issue *issue)
{
    X509_NAME *subject = parse_name(issue->subject);
    X509_NAME *issuer = issuer_name(issue);
    bool ok = subject && issuer &&
              X509_set_subject_name(certificate, subject) == 1 &&
              X509_set_issuer_name(certificate, issuer) == 1;

    X509_NAME_free(subject);
    X509_NAME_free(issuer);
    return ok;
}

static bool set_serial(X509 *certificate)
{
    uint8_t octets[SERIAL_LEN];
    BIGNUM *number = NULL;

    if (!crypto_random(octets, sizeof octets))
        return false;
    octets[0] = (octets[0] & 0x3F) | 0x40;
    number = BN_bin2bn(octets, sizeof octets, NULL);
    bool ok = number &&
              BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return ok;
}

static bool set_times(X509 *certificate, unsigned int days)
{
    return X509_gmtime_adj(X509_getm_notBefore(certificate), 0) &&
           X509_time_adj_ex(X509_getm_notAfter(certificate), (int)days, 0,
                            NULL);
}

static bool add_extension(X509 *certificate, X509V3_CTX *ctx, int nid,
                          const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
    bool ok = extension && X509_add_ext(certificate, extension, -1) == 1;

    X509_EXTENSION_free(extension);
    return ok;
}

/* Key identifier of the issuer: SHA-1 of its public key, as the extension
 * subjectKeyIdentifier "hash" makes it. */
static bool add_issuer_id(X509 *certificate, const struct issue *issue)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    AUTHORITY_KEYID *id = NULL;

    /* an issuer from elsewhere may identify its key in another way */
    if (issue->issuer_certificate.at)
        return true;
    id = AUTHORITY_KEYID_new();
    if (id)
        id->keyid = ASN1_OCTET_STRING_new();
    bool ok = id && id->keyid &&
              EVP_Digest(issue->signer.public.at, issue->signer.public.len,
                         digest, &len, EVP_sha1(), NULL) == 1 &&
              ASN1_OCTET_STRING_set(id->keyid, digest, (int)len) == 1 &&
              X509_add1_ext_i2d(certificate, NID_authority_key_identifier, id,
                                0, 0) == 1;
    AUTHORITY_KEYID_free(id);
    return ok;
}

static bool add_extensions(X509 *certificate, const struct issue *issue)
{
    const char *use = issue->authority ? "critical,keyCertSign,cRLSign"
                                       : "critical,digitalSignature";
    const char *basic =
        issue->authority ? "critical,CA:TRUE" : "critical,CA:FALSE";
    X509V3_CTX ctx;

    X509V3_set_ctx(&ctx, NULL, certificate, NULL, NULL, 0);
    X509V3_set_ctx_nodb(&ctx);
    return add_extension(certificate, &ctx, NID_basic_constraints, basic) &&
           add_extension(certificate, &ctx, NID_key_usage, use) &&
           add_extension(certificate, &ctx, NID_subject_key_identifier,
                         "hash") &&
           add_issuer_id(certificate, issue) &&
           (issue->authority ||
            add_extension(certificate, &ctx, NID_ext_key_usage,
                          "serverAuth,clientAuth")) &&
           (!issue->san ||
            add_extension(certificate, &ctx, NID_subject_alt_name, issue->san));
}

static bool append_der(X509 *certificate, struct out *out)
{
    uint8_t *der = NULL;
    int len = i2d_X509(certificate, &der);

    if (len > 0)
        out_bytes(out, (struct view){ .at = der, .len = (size_t)len });
    OPENSSL_free(der);
    return len > 0 && !out->failed;
}

bool issue_certificate(const struct issue *issue, struct out *out)
{
    EVP_PKEY *key = crypto_public_key(issue->key.kind, issue->key.public);
    EVP_PKEY *signer =
        crypto_private_key(issue->signer.kind, issue->signer.private);
    X509 *certificate = X509_new();
    bool ok = key && signer && certificate &&
              X509_set_version(certificate, X509_VERSION_3) == 1 &&
              set_serial(certificate) && set_names(certificate, issue) &&
              set_times(certificate, issue->days) &&
              X509_set_pubkey(certificate, key) == 1 &&
              add_extensions(certificate, issue) &&
              X509_sign(certificate, signer, EVP_sha256()) > 0 &&
              append_der(certificate, out);

    X509_free(certificate);
    EVP_PKEY_free(signer);
    EVP_PKEY_free(key);
    return ok;
}
