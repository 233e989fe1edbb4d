/* Nulls, wrong sizes, wrong versions, moved blocks, overlapping memory: each is refused with its own error, and nothing is touched. */
#include <string.h>

#include "check.h"
#include "magpie.h"

static magpie_transceiver_storage block, copy;
static uint8_t expedited[1024], sent[4096], delivery[4096], buffer[4096];

static magpie_config good_config(void) {
  magpie_config config;
  CHECK(magpie_config_default(&config, sizeof config, 1, 2) == MAGPIE_ERROR_OK);
  return config;
}

static magpie_memory good_memory(void) {
  magpie_memory memory = {.struct_size = sizeof memory, .expedited = {expedited, sizeof expedited}, .sent = {sent, sizeof sent},
                          .delivery = {delivery, sizeof delivery}};
  return memory;
}

static magpie_error init(magpie_config config, magpie_memory memory) {
  magpie_transceiver *link = (magpie_transceiver *)&block;
  magpie_error error = magpie_transceiver_init(&block, sizeof block, &config, &memory, &link);
  CHECK((error == MAGPIE_ERROR_OK) == (link != NULL));
  return error;
}

static void configurations(void) {
  magpie_config c;
  CHECK(magpie_config_default(NULL, sizeof c, 1, 2) == MAGPIE_ERROR_NULL);
  CHECK(magpie_config_default(&c, sizeof c - 8, 1, 2) == MAGPIE_ERROR_STRUCT_SIZE);
  CHECK(magpie_config_default(&c, sizeof c, 1024, 2) == MAGPIE_ERROR_SCID);
  CHECK(magpie_config_default(&c, sizeof c, 7, 7) == MAGPIE_ERROR_SCID);
  CHECK(init(good_config(), good_memory()) == MAGPIE_ERROR_OK);
#define REFUSED(field, value, error)                     \
  do {                                                   \
    c = good_config();                                   \
    c.field = value;                                     \
    CHECK(init(c, good_memory()) == MAGPIE_ERROR_##error); \
  } while (0)
  REFUSED(struct_size, sizeof c + 8, STRUCT_SIZE);
  REFUSED(struct_size, 0, STRUCT_SIZE);
  REFUSED(abi_version, MAGPIE_ABI_VERSION + 1, ABI_VERSION);
  REFUSED(remote_spacecraft_id, 1, SCID);
  REFUSED(remote_spacecraft_id, 0xFFFF, SCID);
  REFUSED(maximum_frame_length, 6, RANGE);
  REFUSED(maximum_frame_length, 2049, RANGE);
  REFUSED(transmission_window, 128, RANGE);
  REFUSED(marker_errors, 4, RANGE);
  REFUSED(hail_wait_duration_us, 0, RANGE);
  REFUSED(tail_idle_duration_us, UINT64_MAX, RANGE);
  REFUSED(local_pcid, 2, VALUE);
  REFUSED(frame_version, 2, VALUE);
  REFUSED(frame_version, 5, VALUE);
  REFUSED(packing, 255, VALUE);
  REFUSED(test_source, 2, VALUE);
  REFUSED(data_rate, 9600, DATA_RATE);
  REFUSED(data_rate, 0, DATA_RATE);
  REFUSED(hailing_data_rate, 0, DATA_RATE);
}

static void memories(void) {
  magpie_config config = good_config();
  magpie_memory memory = good_memory();
  magpie_transceiver *link;
  CHECK(magpie_transceiver_init(NULL, sizeof block, &config, &memory, &link) == MAGPIE_ERROR_NULL);
  CHECK(magpie_transceiver_init(&block, sizeof block, NULL, &memory, &link) == MAGPIE_ERROR_NULL);
  CHECK(magpie_transceiver_init(&block, sizeof block, &config, NULL, &link) == MAGPIE_ERROR_NULL);
  CHECK(magpie_transceiver_init(&block, sizeof block, &config, &memory, NULL) == MAGPIE_ERROR_NULL);
  CHECK(magpie_transceiver_init(&block, magpie_transceiver_size() - 1, &config, &memory, &link) == MAGPIE_ERROR_BLOCK_SIZE);
  CHECK(magpie_transceiver_init((uint8_t *)&block + 1, sizeof block - 1, &config, &memory, &link) == MAGPIE_ERROR_ALIGNMENT);
  CHECK(magpie_transceiver_size() <= sizeof block && sizeof(uint64_t) % magpie_transceiver_align() == 0);
#define LENT(part, first, length, error)                        \
  do {                                                          \
    memory = good_memory();                                     \
    memory.part.start = (first);                                \
    memory.part.len = (length);                                 \
    CHECK(init(config, memory) == MAGPIE_ERROR_##error);        \
  } while (0)
  LENT(delivery, delivery, 100, LENT_TOO_SMALL);
  LENT(sent, sent, 2049, LENT_TOO_SMALL);
  LENT(reassembly, buffer, 100, LENT_TOO_SMALL);
  LENT(frames, buffer, MAGPIE_FRAMES_SMALLEST - 1, LENT_TOO_SMALL);
  LENT(frames, buffer, MAGPIE_FRAMES_SMALLEST, OK);
  LENT(frames, NULL, MAGPIE_FRAMES_SMALLEST, NULL);
  LENT(expedited, NULL, 0, OK);
  LENT(expedited, expedited, SIZE_MAX, LENGTH);
  LENT(expedited, delivery + 8, 100, OVERLAP);
  LENT(expedited, (uint8_t *)&block + 100, 100, OVERLAP);
  memory = good_memory();
  memory.struct_size -= 4;
  CHECK(init(config, memory) == MAGPIE_ERROR_STRUCT_SIZE);
}

static void handles(void) {
  size_t n;
  uint32_t output;
  uint64_t at;
  CHECK(magpie_timeout(NULL, 0) == MAGPIE_ERROR_NULL);
  CHECK(magpie_timeout((magpie_transceiver *)((uint8_t *)&block + 1), 0) == MAGPIE_ERROR_ALIGNMENT);
  memset(&block, 0xA5, sizeof block);
  CHECK(magpie_timeout((magpie_transceiver *)&block, 0) == MAGPIE_ERROR_NOT_INITIALISED);
  CHECK(init(good_config(), good_memory()) == MAGPIE_ERROR_OK);
  magpie_transceiver *link = (magpie_transceiver *)&block;
  memcpy(&copy, &block, sizeof block);
  CHECK(magpie_timeout((magpie_transceiver *)&copy, 0) == MAGPIE_ERROR_NOT_INITIALISED);
  CHECK(magpie_timeout(link, 0) == MAGPIE_ERROR_OK);
  CHECK(magpie_poll_timeout(link, &at) == MAGPIE_ERROR_EMPTY);
  CHECK(magpie_poll_timeout(link, NULL) == MAGPIE_ERROR_NULL);
  CHECK(magpie_fill(link, 0, NULL, 10, &output, &n) == MAGPIE_ERROR_NULL);
  CHECK(magpie_fill(link, 0, buffer, 0, &output, &n) == MAGPIE_ERROR_LENGTH);
  CHECK(magpie_fill(link, 0, delivery, 10, &output, &n) == MAGPIE_ERROR_OVERLAP);
  CHECK(magpie_fill(link, 0, (uint8_t *)&block, 10, &output, &n) == MAGPIE_ERROR_OVERLAP);
  CHECK(magpie_fill(link, 0, buffer, sizeof buffer, NULL, &n) == MAGPIE_ERROR_NULL);
  CHECK(magpie_fill(link, 0, buffer, sizeof buffer, &output, &n) == MAGPIE_ERROR_OK && output == MAGPIE_OUTPUT_OFF && n == 0);
  CHECK(magpie_handle_octets(link, 0, NULL, 5, &n) == MAGPIE_ERROR_NULL);
  CHECK(magpie_handle_octets(link, 0, NULL, 0, &n) == MAGPIE_ERROR_OK && n == 0);
  CHECK(magpie_handle_octets(link, 0, buffer, SIZE_MAX, &n) == MAGPIE_ERROR_LENGTH);
  CHECK(magpie_handle_octets(link, 0, buffer, 5, NULL) == MAGPIE_ERROR_NULL);
  magpie_event event = {.struct_size = sizeof event - 4};
  CHECK(magpie_poll_event(link, &event) == MAGPIE_ERROR_STRUCT_SIZE);
  CHECK(magpie_poll_event(link, NULL) == MAGPIE_ERROR_NULL);
  magpie_status status = {0};
  CHECK(magpie_read_status(link, &status) == MAGPIE_ERROR_STRUCT_SIZE);
  magpie_stats stats = {.struct_size = sizeof stats};
  CHECK(magpie_read_stats(link, &stats) == MAGPIE_ERROR_OK && stats.units_refused == 0);
  magpie_frame frame = {.struct_size = sizeof frame};
  CHECK(magpie_poll_frame(link, buffer, sizeof buffer, &frame) == MAGPIE_ERROR_EMPTY);
}

static void arguments(void) {
  const uint8_t packet[7] = {0x08, 0x01, 0xC0, 0x00, 0x00, 0x00, 0x41};
  size_t room;
  CHECK(init(good_config(), good_memory()) == MAGPIE_ERROR_OK);
  magpie_transceiver *link = (magpie_transceiver *)&block;
  CHECK(magpie_directive(link, 0, 99, 0) == MAGPIE_ERROR_VALUE);
  CHECK(magpie_directive(link, 0, MAGPIE_SET_MODE, 4) == MAGPIE_ERROR_VALUE);
  CHECK(magpie_directive(link, 0, MAGPIE_SET_MODE, 256) == MAGPIE_ERROR_VALUE);
  CHECK(magpie_directive(link, 0, MAGPIE_LOCAL_COMM_CHANGE, 1) == MAGPIE_ERROR_VALUE);
  CHECK(magpie_directive(link, 0, MAGPIE_LOCAL_COMM_CHANGE, 0) == MAGPIE_ERROR_STATE);
  CHECK(magpie_directive(link, 0, MAGPIE_LOAD_DATA_RATE, 12345) == MAGPIE_ERROR_DATA_RATE);
  CHECK(magpie_directive(link, 0, MAGPIE_SET_RECEIVING_SCID, 1024) == MAGPIE_ERROR_SCID);
  CHECK(magpie_directive(link, 0, MAGPIE_SET_RECEIVING_SCID, MAGPIE_NO_SCID) == MAGPIE_ERROR_OK);
  CHECK(magpie_phy_status(link, 0, 2, 0) == MAGPIE_ERROR_VALUE);
  CHECK(magpie_submit(link, 0, 8, MAGPIE_QOS_EXPEDITED, MAGPIE_UNIT_PACKET, packet, 7) == MAGPIE_ERROR_VALUE);
  CHECK(magpie_submit(link, 0, 0, 2, MAGPIE_UNIT_PACKET, packet, 7) == MAGPIE_ERROR_VALUE);
  CHECK(magpie_submit(link, 0, 0, MAGPIE_QOS_EXPEDITED, 2, packet, 7) == MAGPIE_ERROR_VALUE);
  CHECK(magpie_submit(link, 0, 0, MAGPIE_QOS_EXPEDITED, MAGPIE_UNIT_PACKET, NULL, 7) == MAGPIE_ERROR_NULL);
  CHECK(magpie_submit(link, 0, 0, MAGPIE_QOS_EXPEDITED, MAGPIE_UNIT_PACKET, packet, 6) == MAGPIE_ERROR_NOT_A_PACKET);
  CHECK(magpie_submit(link, 0, 0, MAGPIE_QOS_EXPEDITED, MAGPIE_UNIT_PACKET, packet, 0) == MAGPIE_ERROR_UNIT_LENGTH);
  CHECK(magpie_submit(link, 0, 0, MAGPIE_QOS_EXPEDITED, MAGPIE_UNIT_PACKET, packet, 7) == MAGPIE_ERROR_OK);
  CHECK(magpie_send_room(link, 7, &room) == MAGPIE_ERROR_VALUE);
  CHECK(magpie_send_room(link, MAGPIE_QOS_EXPEDITED, &room) == MAGPIE_ERROR_OK && room == sizeof expedited - 7 - 2 * 16);
  int n = 0;
  magpie_error error;
  while ((error = magpie_submit(link, 0, 0, MAGPIE_QOS_EXPEDITED, MAGPIE_UNIT_PACKET, packet, 7)) == MAGPIE_ERROR_OK) {
    n++;
  }
  CHECK(error == MAGPIE_ERROR_FULL && n == 1024 / 23 - 1);
}

static void texts(void) {
  CHECK(strcmp(magpie_error_text(MAGPIE_ERROR_OK), "done") == 0);
  CHECK(strcmp(magpie_error_text(12345), "no error of magpie") == 0);
  for (int error = -20; error <= 1; error++) {
    CHECK(strcmp(magpie_error_text(error), "no error of magpie") != 0);
  }
  CHECK(strcmp(magpie_rejection_text(2), "pltu_crc") == 0);
  CHECK(magpie_rejection_text(MAGPIE_REJECTIONS - 1) != NULL && magpie_rejection_text(MAGPIE_REJECTIONS) == NULL);
}

int main(void) {
  configurations();
  memories();
  handles();
  arguments();
  texts();
  return 0;
}
