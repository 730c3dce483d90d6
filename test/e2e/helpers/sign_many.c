/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signs as servers do: many times, in threads, in forked children, or each
 * time a line arrives. Signatures of SHA-256 over "message" go to files; the
 * same program verifies them, run without the provider.
 */
#include <getopt.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "helper.h"

static const char usage[] =
    "usage: sign_many --key URI|FILE [--out DIR] [--count N] [--threads N]\n"
    "                 [--fork N] [--load N]\n"
    "       sign_many --key URI|FILE --ask    one signature a line of input\n"
    "       sign_many --verify PUBLIC FILE...\n";

static const unsigned char message[] = "message";

enum { MESSAGE_LEN = sizeof message - 1, SIGNATURE_MAX = 128, MANY = 64 };

struct options {
    const char *key, *out, *verify;
    int count, threads, fork, load;
    int ask;
};

struct job {
    const struct options *options;
    EVP_PKEY *key;
    int process, thread;
};

static size_t sign(EVP_PKEY *key, unsigned char *signature)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t len = SIGNATURE_MAX;

    if (ctx == NULL ||
        EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, key, NULL) !=
            1 ||
        EVP_DigestSign(ctx, signature, &len, message, MESSAGE_LEN) != 1)
        len = 0;
    EVP_MD_CTX_free(ctx);
    return len;
}

static void write_file(const struct job *job, int nth,
                       const unsigned char *octets, size_t len)
{
    char path[512];
    FILE *file;

    if (job->options->out == NULL)
        return;
    snprintf(path, sizeof path, "%s/sig.%d.%d.%d", job->options->out,
             job->process, job->thread, nth);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(octets, 1, len, file) != len || fclose(file))
        die(path);
}

static void *work(void *arg)
{
    const struct job *job = arg;
    unsigned char signature[SIGNATURE_MAX];

    for (int i = 0; i < job->options->count; i++) {
        size_t len = sign(job->key, signature);

        if (len == 0)
            die("cannot sign");
        check_queue("a signature");
        write_file(job, i, signature, len);
    }
    return NULL;
}

static void work_in_threads(const struct options *o, EVP_PKEY *key, int process)
{
    pthread_t threads[MANY];
    struct job jobs[MANY];

    for (int i = 0; i < o->threads; i++) {
        jobs[i] = (struct job){ o, key, process, i };
        if (pthread_create(&threads[i], NULL, work, &jobs[i]) != 0)
            die("no thread");
    }
    for (int i = 0; i < o->threads; i++)
        pthread_join(threads[i], NULL);
}

/* Sign before, in every child and at the same time after. */
static int work_in_children(const struct options *o, EVP_PKEY *key)
{
    int status = 0;
    int failed = 0;

    work_in_threads(o, key, 0);
    for (int i = 1; i <= o->fork; i++) {
        pid_t child = fork();

        if (child < 0)
            die("no child");
        if (child == 0) {
            work_in_threads(o, key, i);
            EVP_PKEY_free(key);
            exit(0);
        }
    }
    work_in_threads(o, key, o->fork + 1);
    while (wait(&status) > 0)
        failed |= status;
    return failed != 0;
}

static void answer_lines(EVP_PKEY *key)
{
    unsigned char signature[SIGNATURE_MAX];
    char line[64];
    char error[512];

    puts("loaded");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (sign(key, signature) > 0)
            puts(ERR_peek_error() == 0 ? "ok" : "ok, with errors queued");
        else
            puts(take_error(error, sizeof error));
        fflush(stdout);
    }
}

static void verify_file(EVP_PKEY *key, const char *path)
{
    unsigned char signature[SIGNATURE_MAX];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    FILE *file = fopen(path, "rb");
    size_t len;

    if (file == NULL || ctx == NULL)
        die(path);
    len = fread(signature, 1, sizeof signature, file);
    fclose(file);
    if (EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestVerify(ctx, signature, len, message, MESSAGE_LEN) != 1)
        die(path);
    EVP_MD_CTX_free(ctx);
}

static int verify(const struct options *o, int files, char **file)
{
    BIO *in = BIO_new_file(o->verify, "r");
    EVP_PKEY *key =
        in == NULL ? NULL : PEM_read_bio_PUBKEY(in, NULL, NULL, NULL);

    if (key == NULL)
        die(o->verify);
    for (int i = 0; i < files; i++)
        verify_file(key, file[i]);
    printf("%d verified\n", files);
    EVP_PKEY_free(key);
    BIO_free(in);
    return 0;
}

static int number(const char *text)
{
    int value = atoi(text);

    if (value < 0 || value > 10000)
        die(text);
    return value;
}

static void read_options(struct options *o, int argc, char **argv)
{
    static const struct option names[] = {
        { "key", required_argument, NULL, 'k' },
        { "out", required_argument, NULL, 'o' },
        { "count", required_argument, NULL, 'c' },
        { "threads", required_argument, NULL, 't' },
        { "fork", required_argument, NULL, 'f' },
        { "load", required_argument, NULL, 'l' },
        { "ask", no_argument, NULL, 'a' },
        { "verify", required_argument, NULL, 'v' },
        { NULL, 0, NULL, 0 },
    };
    int option;

    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == 'k')
            o->key = optarg;
        else if (option == 'o')
            o->out = optarg;
        else if (option == 'c')
            o->count = number(optarg);
        else if (option == 't')
            o->threads = number(optarg) < MANY ? number(optarg) : MANY;
        else if (option == 'f')
            o->fork = number(optarg);
        else if (option == 'l')
            o->load = number(optarg);
        else if (option == 'a')
            o->ask = 1;
        else if (option == 'v')
            o->verify = optarg;
        else
            die(usage);
    }
}

int main(int argc, char **argv)
{
    struct options o = { .count = 1, .threads = 1, .load = 1 };
    EVP_PKEY *key = NULL;
    int status = 0;

    read_options(&o, argc, argv);
    if (o.verify != NULL)
        return verify(&o, argc - optind, argv + optind);
    if (o.key == NULL)
        die(usage);
    for (int i = 0; i < o.load; i++) {
        EVP_PKEY_free(key);
        key = load_key(NULL, o.key);
    }
    if (o.ask)
        answer_lines(key);
    else if (o.fork > 0)
        status = work_in_children(&o, key);
    else
        work_in_threads(&o, key, 0);
    EVP_PKEY_free(key);
    return status;
}
