// Does libfec get our frames back from our symbols?  cc -O2 -o libfec_check libfec_check.c -lfec
//
// usage: libfec_check FRAMES SYMBOLS
//
// FRAMES holds frames of 223 octets; SYMBOLS the soft symbols of their CADUs (little-endian float32, positive = 1): marker 1ACFFC1D, frame and parity of the
// Reed-Solomon code (255,223) in the dual basis, randomized with the 8-bit sequence, convolutional code of rate 1/2 with G2 inverted. Exit code 0 if
// libfec's Viterbi decoder gives the markers at their places, its Reed-Solomon decoder finds nothing to correct, its encoder gives the same parity and
// the frames are the same; 1 if not.
#include <fec.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME = 223, CODEWORD = 255, CADU = 4 + CODEWORD };
static const unsigned char MARKER[4] = {0x1A, 0xCF, 0xFC, 0x1D};

static unsigned char *slurp(const char *name, size_t *size) {
    FILE *file = fopen(name, "rb");
    if (!file) { perror(name); exit(1); }
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *octets = malloc(*size + 1);
    if (!octets || fread(octets, 1, *size, file) != *size) { perror(name); exit(1); }
    fclose(file);
    return octets;
}

// x^8 + x^7 + x^5 + x^3 + 1 from all ones, over one codeword
static void derandomize(unsigned char *codeword) {
    unsigned char bit[CODEWORD * 8];
    for (int i = 0; i < CODEWORD * 8; i++) {
        bit[i] = i < 8 ? 1 : bit[i - 1] ^ bit[i - 3] ^ bit[i - 5] ^ bit[i - 8];
        codeword[i / 8] ^= (unsigned char)(bit[i] << (7 - i % 8));
    }
}

int main(int argc, char **argv) {
    if (argc != 3) { fprintf(stderr, "usage: libfec_check FRAMES SYMBOLS\n"); return 1; }
    size_t octets, size;
    unsigned char *frames = slurp(argv[1], &octets);
    float *soft = (float *)slurp(argv[2], &size);
    int count = (int)(octets / FRAME), bits = count * CADU * 8;
    if (count == 0 || size < (size_t)bits * 2 * sizeof(float)) { printf("libfec: %d frames need %d symbols, there are %zu: FAILED\n", count, bits * 2, size / 4); return 1; }

    // libfec's polynomials have the newest bit lowest: its B is the book's G1, its A the book's G2. Its symbols are 0 (a sure 0) to 255 (a sure 1).
    int polynomials[2] = {V27POLYB, V27POLYA};
    void *viterbi = create_viterbi27(bits);
    unsigned char *symbols = malloc((size_t)(bits + 6) * 2), *decoded = calloc((size_t)bits / 8 + 8, 1);
    for (int i = 0; i < bits * 2; i++) {
        float value = 127.5f + (i % 2 ? -127.5f : 127.5f) * soft[i];
        symbols[i] = value < 0 ? 0 : value > 255 ? 255 : (unsigned char)value;
    }
    memset(symbols + (size_t)bits * 2, 128, 12); // six steps without knowledge: the last bits have no other tail
    set_viterbi27_polynomial(polynomials);
    init_viterbi27(viterbi, 0);
    update_viterbi27_blk(viterbi, symbols, bits + 6);
    chainback_viterbi27(viterbi, decoded, (unsigned)bits, 0);

    int markers = 0, clean = 0, parity = 0, same = 0;
    for (int i = 0; i < count; i++) {
        unsigned char *cadu = decoded + (size_t)i * CADU, *codeword = cadu + 4, again[32];
        markers += !memcmp(cadu, MARKER, 4);
        derandomize(codeword);
        encode_rs_ccsds(frames + (size_t)i * FRAME, again, 0);
        parity += !memcmp(codeword + FRAME, again, 32);
        clean += decode_rs_ccsds(codeword, NULL, 0, 0) == 0;
        same += !memcmp(codeword, frames + (size_t)i * FRAME, FRAME);
    }
    // The very last bits of a stream without a tail are a guess, so the last frame may carry a few errors there.
    int fine = markers == count && clean >= count - 1 && parity >= count - 1 && same == count;
    printf("libfec: %d frames: %d markers, %d clean codewords, %d same parities, %d same frames: %s\n", count, markers, clean, parity, same, fine ? "ok" : "FAILED");
    delete_viterbi27(viterbi);
    return !fine;
}
