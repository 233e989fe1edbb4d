/* The codes against twins written here from the books, bit by bit. */
#include <string.h>

#include "check.h"
#include "magpie.h"

/* 211.2-B-3 annex C: polynomial 00A00805, register begins with zeros, most significant bit first. */
static uint32_t crc32_twin(const uint8_t *octets, size_t len) {
  uint32_t crc = 0;
  for (size_t i = 0; i < len * 8; i++) {
    uint32_t bit = (octets[i / 8] >> (7 - i % 8)) & 1u, top = crc >> 31;
    crc <<= 1;
    crc ^= (bit ^ top) ? 0x00A00805u : 0;
  }
  return crc;
}

/* 131.0-B: K = 7, G1 = 1111001, G2 = 1011011 inverted; the newest bit is the leftmost tap. */
static int parity(unsigned x) {
  int p = 0;
  for (; x; x >>= 1) {
    p ^= (int)(x & 1);
  }
  return p;
}

static void crc_and_pltu(void) {
  uint8_t frame[2049], pltu[2056];
  uint32_t crc;
  size_t written;
  for (size_t i = 0; i < sizeof frame; i++) {
    frame[i] = (uint8_t)(i * 167 + 13);
  }
  for (size_t len = 0; len <= 2048; len += 1 + len / 3) {
    CHECK(magpie_crc32(frame, len, &crc) == MAGPIE_ERROR_OK && crc == crc32_twin(frame, len));
    magpie_error error = magpie_pltu_encode(frame, len, pltu, sizeof pltu, &written);
    CHECK(error == (len >= 5 ? MAGPIE_ERROR_OK : MAGPIE_ERROR_FRAME_LENGTH));
    if (len >= 5) {
      CHECK(written == len + 7 && memcmp(pltu, "\xFA\xF3\x20", 3) == 0 && memcmp(pltu + 3, frame, len) == 0);
      CHECK(pltu[len + 3] == (uint8_t)(crc >> 24) && pltu[len + 6] == (uint8_t)crc);
    }
  }
  CHECK(magpie_crc32(NULL, 1, &crc) == MAGPIE_ERROR_NULL && magpie_crc32(frame, 1, NULL) == MAGPIE_ERROR_NULL);
  CHECK(magpie_pltu_encode(frame, 2049, pltu, sizeof pltu, &written) == MAGPIE_ERROR_FRAME_LENGTH);
  CHECK(magpie_pltu_encode(frame, 10, pltu, 16, &written) == MAGPIE_ERROR_LENGTH && written == 17);
  CHECK(magpie_pltu_encode(frame, 10, frame + 9, 100, &written) == MAGPIE_ERROR_OVERLAP);
}

static void convolutional(uint8_t g2) {
  enum { LEN = 300 };
  static uint8_t octets[LEN], symbols[2 * LEN], decided[LEN + 64];
  static int8_t soft[16 * LEN];
  static magpie_viterbi_storage block;
  unsigned window = 0;
  magpie_encoder encoder = {0, g2};
  for (size_t i = 0; i < LEN; i++) {
    octets[i] = (uint8_t)(i * i * 7 + i);
  }
  /* In two pieces: the state is carried over. */
  CHECK(magpie_convolutional_encode(&encoder, octets, 100, symbols, 200) == MAGPIE_ERROR_OK);
  CHECK(magpie_convolutional_encode(&encoder, octets + 100, LEN - 100, symbols + 200, sizeof symbols - 200) == MAGPIE_ERROR_OK);
  CHECK(magpie_convolutional_encode(&encoder, octets, 2, symbols, 3) == MAGPIE_ERROR_LENGTH);
  for (size_t bit = 0; bit < 8 * LEN; bit++) {
    window = (window >> 1) | (((octets[bit / 8] >> (7 - bit % 8)) & 1u) << 6);
    int c[2] = {parity(window & 0x79), parity(window & 0x5B) ^ (g2 == MAGPIE_G2_INVERTED)};
    for (int k = 0; k < 2; k++) {
      size_t at = 2 * bit + (size_t)k;
      CHECK(((symbols[at / 8] >> (7 - at % 8)) & 1) == c[k]);
      soft[at] = (int8_t)(c[k] ? 40 : -40);
      if (at % 17 == 3) {
        soft[at] = (int8_t)(-soft[at] / 2); /* one in seventeen wrong */
      }
    }
  }
  magpie_viterbi *viterbi;
  CHECK(magpie_viterbi_size() <= sizeof block && sizeof(uint64_t) % magpie_viterbi_align() == 0);
  CHECK(magpie_viterbi_init(&block, sizeof block, 2, 40, &viterbi) == MAGPIE_ERROR_VALUE && viterbi == NULL);
  CHECK(magpie_viterbi_init(&block, sizeof block, g2, 0, &viterbi) == MAGPIE_ERROR_RANGE);
  CHECK(magpie_viterbi_init(&block, 8, g2, 40, &viterbi) == MAGPIE_ERROR_BLOCK_SIZE);
  CHECK(magpie_viterbi_init(NULL, sizeof block, g2, 40, &viterbi) == MAGPIE_ERROR_NULL);
  CHECK(magpie_viterbi_init(&block, sizeof block, g2, 40, &viterbi) == MAGPIE_ERROR_OK && viterbi != NULL);
  size_t pairs = 0, len = 0, taken, written, bits;
  while (pairs < 8 * LEN) {
    size_t piece = 8 * LEN - pairs < 97 ? 8 * LEN - pairs : 97;
    CHECK(magpie_viterbi_push(viterbi, soft + 2 * pairs, piece, decided + len, 24, &taken, &written) == MAGPIE_ERROR_OK);
    pairs += taken, len += written;
  }
  CHECK(magpie_viterbi_finish(viterbi, decided + len, MAGPIE_VITERBI_TAIL - 1, &bits) == MAGPIE_ERROR_LENGTH);
  CHECK(magpie_viterbi_finish(viterbi, decided + len, MAGPIE_VITERBI_TAIL, &bits) == MAGPIE_ERROR_OK);
  CHECK(8 * len + bits == 8 * LEN);
  CHECK(memcmp(decided, octets, LEN - 1) == 0);
  memset(&block, 0, sizeof block);
  CHECK(magpie_viterbi_push(viterbi, soft, 1, decided, 8, &taken, &written) == MAGPIE_ERROR_NOT_INITIALISED);
}

int main(void) {
  crc_and_pltu();
  convolutional(MAGPIE_G2_INVERTED);
  convolutional(MAGPIE_G2_PLAIN);
  return 0;
}
