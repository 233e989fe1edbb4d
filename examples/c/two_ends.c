/* See two_ends.h. The part that flight software has to write is step(): ask for octets, hand over octets, poll. */
#include "two_ends.h"

#include "magpie.h"

enum { LANDER = 0, ORBITER = 1, TICK_US = 10000, PACKETS_UP = 5, PACKETS_DOWN = 40, PACKET = 200, LONGEST_US = 120000000 };

struct end {
  magpie_transceiver_storage block;
  magpie_transceiver *link;
  uint8_t expedited[512], sequence_controlled[2048], sent[4096], delivery[8192], reassembly[2048], frames[4096];
  uint32_t submitted, delivered, to_send, to_hear;
  int ended_well, said_no_more;
};

static struct end ends[2];
static uint32_t noise = 1, burst_left, bursts;
static uint8_t channel[256], octets[2048];

/* Fails with the line, so that a microcontroller can say where. */
#define CHECK(condition) \
  do {                   \
    if (!(condition)) {  \
      return __LINE__;   \
    }                    \
  } while (0)
#define LENT(array) { array, sizeof array }

static int begin(struct end *end, uint16_t local, uint16_t remote, int caller) {
  magpie_config config;
  CHECK(magpie_abi_version() == MAGPIE_ABI_VERSION);
  CHECK(magpie_config_default(&config, sizeof config, local, remote) == MAGPIE_ERROR_OK);
  config.maximum_frame_length = 256;
  config.maximum_packet_size = 1024;
  config.data_rate = 64000;
  config.carrier_only_duration_us = 100000;
  config.acquisition_idle_duration_us = 100000;
  config.tail_idle_duration_us = 50000;
  magpie_memory memory = {
      sizeof memory,          LENT(end->expedited),  LENT(end->sequence_controlled), LENT(end->sent),
      LENT(end->delivery),    LENT(end->reassembly), LENT(end->frames),
  };
  CHECK(magpie_transceiver_init(&end->block, sizeof end->block, &config, &memory, &end->link) == MAGPIE_ERROR_OK);
  CHECK(magpie_directive(end->link, 0, MAGPIE_SET_DUPLEX, MAGPIE_DUPLEX_FULL) == MAGPIE_ERROR_OK);
  uint32_t mode = caller ? MAGPIE_MODE_CONNECTING_T : MAGPIE_MODE_CONNECTING_L;
  CHECK(magpie_directive(end->link, 0, MAGPIE_SET_MODE, mode) == MAGPIE_ERROR_OK);
  return 0;
}

/* A space packet whose octets follow from its number. */
static void write_packet(uint8_t *packet, uint32_t number) {
  const uint8_t header[6] = {0x08, 0x07, 0xC0, (uint8_t)number, 0, PACKET - 7};
  for (uint32_t i = 0; i < PACKET; i++) {
    packet[i] = i < 6 ? header[i] : (uint8_t)(number * 31 + i);
  }
}

/* Hands over as many packets as there is room for, then says that there are no more. */
static int submit(struct end *end, uint64_t now) {
  uint8_t packet[PACKET];
  while (end->submitted < end->to_send) {
    write_packet(packet, end->submitted);
    magpie_error error = magpie_submit(end->link, now, 1, MAGPIE_QOS_SEQUENCE_CONTROLLED, MAGPIE_UNIT_PACKET, packet, PACKET);
    if (error == MAGPIE_ERROR_FULL) {
      return 0; /* back-pressure: later */
    }
    CHECK(error == MAGPIE_ERROR_OK);
    end->submitted++;
  }
  return 0;
}

/* What arrived and what happened. */
static int poll(struct end *end, struct two_ends_result *result) {
  magpie_delivery delivery = {.struct_size = sizeof delivery};
  magpie_error error;
  while ((error = magpie_poll_delivery(end->link, octets, sizeof octets, &delivery)) == MAGPIE_ERROR_OK) {
    uint8_t expected[PACKET];
    write_packet(expected, end->delivered++);
    CHECK(delivery.len == PACKET && delivery.port == 1 && delivery.qos == MAGPIE_QOS_SEQUENCE_CONTROLLED);
    for (uint32_t i = 0; i < PACKET; i++) {
      CHECK(octets[i] == expected[i]);
    }
  }
  CHECK(error == MAGPIE_ERROR_EMPTY);
  magpie_frame frame = {.struct_size = sizeof frame};
  while ((error = magpie_poll_frame(end->link, octets, sizeof octets, &frame)) == MAGPIE_ERROR_OK) {
    CHECK(frame.len >= 5 && frame.len <= 256);
    result->frames_kept += (end == &ends[ORBITER]);
  }
  CHECK(error == MAGPIE_ERROR_EMPTY);
  magpie_event event = {.struct_size = sizeof event};
  while (magpie_poll_event(end->link, &event) == MAGPIE_ERROR_OK) {
    if (event.kind == MAGPIE_EVENT_KIND_END_OF_SESSION) {
      end->ended_well = (event.a == 2);
    }
  }
  return 0;
}

/* Now and then a burst turns the octets over. */
static void disturb(uint8_t *octet) {
  noise = noise * 1664525u + 1013904223u;
  if (burst_left == 0 && (noise >> 8) % 1500 == 0) {
    burst_left = 20;
    bursts++;
  }
  if (burst_left > 0) {
    burst_left--;
    *octet ^= (uint8_t)(noise >> 24);
  }
}

/* One tick of one direction: what the transmitter says, the other end hears. */
static int step(struct end *from, struct end *to, uint64_t now) {
  magpie_status here = {.struct_size = sizeof here}, there = {.struct_size = sizeof there};
  CHECK(magpie_read_status(from->link, &here) == MAGPIE_ERROR_OK);
  CHECK(magpie_phy_status(to->link, now, here.transmit, here.modulation) == MAGPIE_ERROR_OK);
  CHECK(magpie_read_status(to->link, &there) == MAGPIE_ERROR_OK);
  uint32_t rate = here.transmit_rate, output;
  size_t budget = (size_t)(rate / 8 * (TICK_US / 1000) / 1000), done = 0, n;
  while (done < budget) {
    uint64_t t = now + (uint64_t)done * 8 * 1000000 / rate;
    size_t most = budget - done < sizeof channel ? budget - done : sizeof channel;
    CHECK(magpie_fill(from->link, t, channel, most, &output, &n) == MAGPIE_ERROR_OK);
    if (output == MAGPIE_OUTPUT_OFF || n == 0) {
      break;
    }
    done += n;
    if (output != MAGPIE_OUTPUT_MODULATED || there.receive_rate != rate) {
      continue; /* bare carrier, or a receiver that listens at another rate */
    }
    for (size_t i = 0; i < n; i++) {
      disturb(&channel[i]);
    }
    uint64_t end = now + (uint64_t)done * 8 * 1000000 / rate;
    size_t given = 0, taken;
    while (given < n) {
      CHECK(magpie_handle_octets(to->link, end, channel + given, n - given, &taken) == MAGPIE_ERROR_OK);
      given += taken;
      CHECK(taken > 0); /* the memory lent has room for a tick */
    }
  }
  return 0;
}

/* An end whose data have all arrived says that it is finished. */
static int finish(struct end *end, uint64_t now) {
  magpie_status status = {.struct_size = sizeof status};
  CHECK(magpie_read_status(end->link, &status) == MAGPIE_ERROR_OK);
  if (!end->said_no_more && status.state == 40 && end->submitted == end->to_send) {
    CHECK(magpie_directive(end->link, now, MAGPIE_LOCAL_NO_MORE_DATA, 0) == MAGPIE_ERROR_OK);
    end->said_no_more = 1;
  }
  return 0;
}

int two_ends_run(struct two_ends_result *result) {
  uint64_t now = 0;
  int line;
  *result = (struct two_ends_result){.endpoint_octets = (uint32_t)magpie_transceiver_size()};
  noise = 1, burst_left = 0, bursts = 0;
  for (int i = 0; i < 2; i++) {
    struct end *end = &ends[i];
    end->submitted = end->delivered = 0;
    end->ended_well = end->said_no_more = 0;
    end->to_send = i == LANDER ? PACKETS_DOWN : PACKETS_UP;
    end->to_hear = i == LANDER ? PACKETS_UP : PACKETS_DOWN;
    if ((line = i == LANDER ? begin(end, 0x52, 0x29, 0) : begin(end, 0x29, 0x52, 1)) != 0) {
      return line;
    }
  }
  while (!(ends[0].ended_well && ends[1].ended_well)) {
    for (int i = 0; i < 2; i++) {
      struct end *from = &ends[i], *to = &ends[1 - i];
      if ((line = submit(from, now)) || (line = step(from, to, now)) || (line = poll(to, result)) || (line = poll(from, result)) ||
          (line = finish(from, now))) {
        return line;
      }
    }
    now += TICK_US;
    CHECK(now < LONGEST_US);
  }
  for (int i = 0; i < 2; i++) {
    magpie_stats stats = {.struct_size = sizeof stats};
    CHECK(magpie_read_stats(ends[i].link, &stats) == MAGPIE_ERROR_OK);
    CHECK(ends[i].delivered == ends[i].to_hear && stats.units_delivered == ends[i].to_hear);
    CHECK(stats.frames_unacknowledged_at_end == 0 && stats.frames_dropped == 0);
    result->packets[i] = ends[i].delivered;
    result->retransmitted += stats.frames_retransmitted;
  }
  CHECK(bursts > 0 && result->retransmitted > 0 && result->frames_kept >= PACKETS_DOWN);
  result->bursts = bursts;
  result->duration_us = now;
  return 0;
}
