/* libfec behind the line protocol of the bench: `libfec JOB FOLDER`, see bench/peers-rs/src/main.rs. Compiled with `cc -O2 libfec.c -lfec` where Debian's
 * libfec-dev is there (LGPL-2.1); a program of its own, never linked into Magpie. */
#include <fec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { N = 255, K = 223, DEPTH = 5, CADU = N * DEPTH + 4, TAIL = 6 };

static unsigned char *input, *wanted, *work, *symbols;
static size_t input_len, wanted_len, wrong, total;

static unsigned char *slurp(const char *folder, const char *job, const char *end, size_t *len) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.%s", folder, job, end);
    FILE *file = fopen(path, "rb");
    if (!file) {
        printf("absent cannot read %s\n", path);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    *len = (size_t)ftell(file);
    rewind(file);
    unsigned char *octets = calloc(1, *len + 64);
    if (fread(octets, 1, *len, file) != *len) exit(1);
    fclose(file);
    return octets;
}

/* Zero-terminated blocks; C1, then C2 inverted. */
static void *decoder;
static int block_bits;

static void viterbi_prepare(const char *folder, const char *job) {
    size_t len;
    char *args = (char *)slurp(folder, job, "args", &len), *at = strstr(args, "block_bits=");
    block_bits = at ? atoi(at + 11) : 8192;
    int polynomials[2] = {V27POLYB, -V27POLYA};
    set_viterbi27_polynomial(polynomials);
    decoder = create_viterbi27(block_bits + TAIL);
    symbols = malloc(input_len);
    for (size_t i = 0; i < input_len; i++) symbols[i] = input[i] ^ 0x80; /* i8 to offset binary */
    work = calloc(1, wanted_len);
}

static void viterbi_pass(void) {
    size_t stride = 2 * (size_t)(block_bits + TAIL);
    for (size_t i = 0; (i + 1) * stride <= input_len; i++) {
        init_viterbi27(decoder, 0);
        update_viterbi27_blk(decoder, symbols + i * stride, block_bits + TAIL);
        chainback_viterbi27(decoder, work + i * (size_t)block_bits / 8, (unsigned)block_bits, 0);
    }
}

static void viterbi_judge(void) {
    total = wanted_len * 8;
    for (size_t i = 0; i < wanted_len; i++) wrong += (size_t)__builtin_popcount(work[i] ^ wanted[i]);
}

/* Codewords in the dual basis, corrected in a copy. */
static void rs_prepare(const char *folder, const char *job) {
    (void)folder, (void)job;
    work = malloc(input_len);
}

static void rs_pass(void) {
    memcpy(work, input, input_len);
    for (size_t at = 0; at + N <= input_len; at += N) decode_rs_ccsds(work + at, NULL, 0, 0);
}

static void rs_judge(void) {
    total = wanted_len / N;
    for (size_t i = 0; i < total; i++) wrong += memcmp(work + i * N, wanted + i * N, N) != 0;
}

/* CADUs in a row: marker looked at, 255-bit sequence taken away, five codewords checked. */
static unsigned char sequence[N * DEPTH];

static void cadu_prepare(const char *folder, const char *job) {
    (void)folder, (void)job;
    unsigned state = 0xFF;
    for (int i = 0; i < N * DEPTH * 8; i++) {
        sequence[i / 8] = (unsigned char)(sequence[i / 8] << 1 | (state & 1));
        unsigned back = (state ^ state >> 3 ^ state >> 5 ^ state >> 7) & 1;
        state = state >> 1 | back << 7;
    }
    work = calloc(1, wanted_len);
}

static void cadu_pass(void) {
    static const unsigned char marker[4] = {0x1A, 0xCF, 0xFC, 0x1D};
    unsigned char word[N], *frame = work;
    for (size_t at = 0; at + CADU <= input_len; at += CADU, frame += K * DEPTH) {
        const unsigned char *cadu = input + at + 4;
        if (memcmp(input + at, marker, 4)) continue;
        for (int which = 0; which < DEPTH; which++) {
            for (int i = 0; i < N; i++) word[i] = cadu[i * DEPTH + which] ^ sequence[i * DEPTH + which];
            if (decode_rs_ccsds(word, NULL, 0, 0) < 0) continue;
            for (int i = 0; i < K; i++) frame[i * DEPTH + which] = word[i];
        }
    }
}

static void cadu_judge(void) {
    total = wanted_len / (K * DEPTH);
    for (size_t i = 0; i < total; i++) wrong += memcmp(work + i * K * DEPTH, wanted + i * K * DEPTH, K * DEPTH) != 0;
}

static const struct {
    const char *name;
    void (*prepare)(const char *, const char *);
    void (*pass)(void);
    void (*judge)(void);
} JOBS[] = {
    {"viterbi", viterbi_prepare, viterbi_pass, viterbi_judge},
    {"rs-clean", rs_prepare, rs_pass, rs_judge},
    {"rs-16-errors", rs_prepare, rs_pass, rs_judge},
    {"cadu-stream", cadu_prepare, cadu_pass, cadu_judge},
};

int main(int count, char **arguments) {
    for (size_t i = 0; count == 3 && i < sizeof JOBS / sizeof *JOBS; i++) {
        if (strcmp(arguments[1], JOBS[i].name)) continue;
        input = slurp(arguments[2], arguments[1], "in", &input_len);
        wanted = slurp(arguments[2], arguments[1], "out", &wanted_len);
        JOBS[i].prepare(arguments[2], arguments[1]);
        JOBS[i].pass();
        JOBS[i].judge();
        printf("ready %zu %zu\n", wrong, total);
        fflush(stdout);
        int passes;
        while (scanf("%d", &passes) == 1) {
            struct timespec from, to;
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
            while (passes-- > 0) JOBS[i].pass();
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
            printf("%lld\n", (to.tv_sec - from.tv_sec) * 1000000000LL + (to.tv_nsec - from.tv_nsec));
            fflush(stdout);
        }
        return 0;
    }
    printf("absent libfec does not do this job\n");
    return 1;
}
