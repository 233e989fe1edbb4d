/* Random octets, cut and flipped PLTUs, random directives and times, into endpoints of every kind: nothing crashes (the sanitizers watch), the
 * counters add up, and an endpoint that heard all that still hears a good frame. */
#include <string.h>

#include "check.h"
#include "magpie.h"

static uint64_t seed = 88172645463325252u;
static uint32_t below(uint32_t limit) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return (uint32_t)(seed >> 32) % limit;
}

static magpie_transceiver_storage block;
static uint8_t expedited[600], controlled[600], sent[2100], delivery[8000], reassembly[3000], frames[4096], octets[4096], buffer[2048];

static magpie_transceiver *begin(uint8_t version, uint32_t duplex, uint32_t mode) {
  magpie_config config;
  magpie_transceiver *link;
  CHECK(magpie_config_default(&config, sizeof config, 1, 2) == MAGPIE_ERROR_OK);
  config.frame_version = version;
  config.maximum_packet_size = 1500;
  config.marker_errors = (uint8_t)below(4);
  magpie_memory memory = {sizeof memory,
                          {expedited, sizeof expedited},
                          {controlled, sizeof controlled},
                          {sent, sizeof sent},
                          {delivery, sizeof delivery},
                          {reassembly, sizeof reassembly},
                          {frames, below(2) ? sizeof frames : 0}};
  CHECK(magpie_transceiver_init(&block, sizeof block, &config, &memory, &link) == MAGPIE_ERROR_OK);
  CHECK(magpie_directive(link, 0, MAGPIE_SET_DUPLEX, duplex) == MAGPIE_ERROR_OK);
  CHECK(magpie_directive(link, 0, MAGPIE_SET_MODE, mode) == MAGPIE_ERROR_OK);
  return link;
}

/* Some frames with a good CRC-32 and random content, some noise between. */
static size_t make_stream(uint8_t version) {
  size_t len = 0, written;
  while (len < sizeof octets - 300) {
    size_t n = below(40);
    for (size_t i = 0; i < n; i++) {
      octets[len++] = (uint8_t)below(256);
    }
    uint8_t frame[200];
    n = 5 + below(195);
    for (size_t i = 0; i < n; i++) {
      frame[i] = (uint8_t)below(256);
    }
    if (version == 3) {
      frame[0] = (uint8_t)(0x80 | (frame[0] & 0x3C)), frame[1] = below(2) ? 1 : 2;
      frame[2] = (uint8_t)(frame[2] & 0xF8), frame[3] = (uint8_t)(n - 1);
    } else {
      frame[0] = 0xC0, frame[4] = 0, frame[5 % n] = (uint8_t)(n - 1);
    }
    CHECK(magpie_pltu_encode(frame, n, octets + len, 260, &written) == MAGPIE_ERROR_OK && written == n + 7);
    if (below(4) == 0) {
      octets[len + below((uint32_t)written)] ^= (uint8_t)(1u << below(8));
    }
    len += below(8) ? written : below((uint32_t)written);
  }
  return len;
}

static uint64_t poll_all(magpie_transceiver *link) {
  magpie_delivery unit = {.struct_size = sizeof unit};
  magpie_frame frame = {.struct_size = sizeof frame};
  magpie_event event = {.struct_size = sizeof event};
  uint64_t units = 0;
  while (magpie_poll_delivery(link, buffer, sizeof buffer, &unit) == MAGPIE_ERROR_OK) {
    CHECK(unit.len <= sizeof buffer && unit.port < 8);
    units++;
  }
  while (magpie_poll_frame(link, buffer, sizeof buffer, &frame) == MAGPIE_ERROR_OK) {
    CHECK(frame.len >= 5 && frame.len <= sizeof buffer);
  }
  while (magpie_poll_event(link, &event) == MAGPIE_ERROR_OK) {
    CHECK(event.struct_size == sizeof event && event.kind <= MAGPIE_EVENT_KIND_SOURCE_SCID);
  }
  return units;
}

static void one_round(uint8_t version, uint32_t duplex, uint32_t mode) {
  magpie_transceiver *link = begin(version, duplex, mode);
  uint64_t now = 0, units = 0;
  for (int i = 0; i < 12; i++) {
    size_t len = make_stream(version), given = 0, taken, n = 0;
    uint32_t output = 0;
    while (given < len) {
      size_t piece = 1 + below(300);
      piece = piece < len - given ? piece : len - given;
      now += 1000u * piece;
      CHECK(magpie_handle_octets(link, now, octets + given, piece, &taken) == MAGPIE_ERROR_OK && taken <= piece);
      given += taken;
      units += (taken < piece || below(5) == 0) ? poll_all(link) : 0;
      CHECK(magpie_fill(link, now, buffer, 1 + below(100), &output, &n) == MAGPIE_ERROR_OK && n <= 100 && output <= 2);
      magpie_phy_status(link, now, (uint8_t)below(2), (uint8_t)below(2));
      magpie_submit(link, now, (uint8_t)below(9), (uint8_t)below(3), (uint8_t)below(3), buffer, below(300));
    }
    if (below(3) == 0) {
      magpie_directive(link, now, below(8), below(5));
    }
    CHECK(magpie_finish(link, now) == MAGPIE_ERROR_OK);
    now += (uint64_t)below(2) << below(36);
    CHECK(magpie_timeout(link, now) == MAGPIE_ERROR_OK);
  }
  units += poll_all(link);
  magpie_stats stats = {.struct_size = sizeof stats};
  CHECK(magpie_read_stats(link, &stats) == MAGPIE_ERROR_OK);
  CHECK(stats.units_delivered == units && stats.frames_dropped == 0);
}

/* After 200,000 octets of noise. */
static void still_hears(void) {
  magpie_transceiver *link = begin(3, MAGPIE_DUPLEX_SIMPLEX_RECEIVE, MAGPIE_MODE_ACTIVE);
  size_t taken, written;
  for (int i = 0; i < 50; i++) {
    for (size_t k = 0; k < sizeof octets; k++) {
      octets[k] = (uint8_t)below(256);
    }
    size_t given = 0;
    while (given < sizeof octets) {
      CHECK(magpie_handle_octets(link, 1, octets + given, sizeof octets - given, &taken) == MAGPIE_ERROR_OK);
      given += taken;
      poll_all(link);
    }
  }
  CHECK(magpie_finish(link, 2) == MAGPIE_ERROR_OK);
  /* Version 3, expedited, U-frame, packets; destination 1, PCID 0, port 0; 12 octets; N(S) 0; a packet. */
  const uint8_t frame[12] = {0xA0, 0x01, 0x08, 0x0B, 0x00, 0x08, 0x01, 0xC0, 0x00, 0x00, 0x00, 0x41};
  magpie_stats before = {.struct_size = sizeof before}, after = {.struct_size = sizeof after};
  CHECK(magpie_read_stats(link, &before) == MAGPIE_ERROR_OK);
  CHECK(magpie_pltu_encode(frame, sizeof frame, octets, sizeof octets, &written) == MAGPIE_ERROR_OK);
  CHECK(magpie_handle_octets(link, 3, octets, written, &taken) == MAGPIE_ERROR_OK && taken == written);
  CHECK(magpie_read_stats(link, &after) == MAGPIE_ERROR_OK);
  CHECK(after.frames_accepted == before.frames_accepted + 1);
  CHECK(poll_all(link) == 1);
}

int main(void) {
  for (int i = 0; i < 40; i++) {
    one_round(i % 2 ? 3 : 4, (uint32_t)i % 4, i % 4 >= 2 ? MAGPIE_MODE_ACTIVE : 1 + below(2));
  }
  still_hears();
  return 0;
}
