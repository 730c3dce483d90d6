/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a corpus without libFuzzer: `fuzz_x [-runs=0] FILE|FOLDER...` gives each
 * file to the fuzzer once. Fails when it finds none.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long runs;

static void run_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(size > 0 ? size : 1);

    if (file == NULL || data == NULL || fread(data, 1, size, file) != size) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    runs++;
}

static void run_path(const char *path)
{
    struct stat info;
    struct dirent *entry;
    char inside[1024];
    DIR *folder;

    if (stat(path, &info) != 0)
        return;
    if (S_ISREG(info.st_mode))
        run_file(path, (size_t)info.st_size);
    folder = S_ISDIR(info.st_mode) ? opendir(path) : NULL;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        run_path(inside);
    }
    if (folder != NULL)
        closedir(folder);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (argv[i][0] != '-')
            run_path(argv[i]);
    printf("%lu inputs\n", runs);
    return runs == 0;
}
