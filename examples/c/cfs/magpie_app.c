/* Sketch of a cFS application: software-bus packets go out over the link, what arrives goes onto the bus, the radio is a driver of two calls.
 * It compiles against stand-in/cfe.h; a mission replaces that by the framework's, and names its message numbers and its radio. */
#include "cfe.h"
#include "magpie.h"

/* The mission's. */
enum { MAGPIE_APP_SEND_MID = 0x1890, MAGPIE_APP_WAKEUP_MID = 0x1891, LOCAL_SCID = 0x52, REMOTE_SCID = 0x29, RELAY_PORT = 1 };
size_t radio_receive(uint8 *octets, size_t room, uint8 *carrier, uint8 *lock); /* what came since the last call */
size_t radio_room(void);                                                      /* octets until the transmitter's FIFO is full */
void radio_send(const uint8 *octets, size_t count);
void radio_carrier(bool on, size_t octets); /* bare carrier for the time of so many octets */

static struct {
  magpie_transceiver_storage block;
  magpie_transceiver *link;
  uint8 expedited[4096], controlled[4096], sent[8192], delivery[8192], reassembly[4096];
  uint8 octets[512], packet[4096];
  CFE_SB_PipeId_t pipe;
  uint32 held_back;
} app;

static uint64_t now_us(void) {
  CFE_TIME_SysTime_t time = CFE_TIME_GetTime();
  return (uint64_t)time.Seconds * 1000000u + CFE_TIME_Sub2MicroSecs(time.Subseconds);
}

static CFE_Status_t init(void) {
  magpie_config config;
  magpie_memory memory = {.struct_size = sizeof memory,
                          .expedited = {app.expedited, sizeof app.expedited},
                          .sequence_controlled = {app.controlled, sizeof app.controlled},
                          .sent = {app.sent, sizeof app.sent},
                          .delivery = {app.delivery, sizeof app.delivery},
                          .reassembly = {app.reassembly, sizeof app.reassembly}};
  magpie_error error = magpie_config_default(&config, sizeof config, LOCAL_SCID, REMOTE_SCID);
  config.maximum_packet_size = sizeof app.packet;
  if (error == MAGPIE_ERROR_OK) {
    error = magpie_transceiver_init(&app.block, sizeof app.block, &config, &memory, &app.link);
  }
  if (error == MAGPIE_ERROR_OK) {
    error = magpie_directive(app.link, now_us(), MAGPIE_SET_MODE, MAGPIE_MODE_CONNECTING_L); /* wait for the orbiter's hail */
  }
  if (error != MAGPIE_ERROR_OK) {
    CFE_EVS_SendEvent(1, CFE_EVS_EventType_ERROR, "MAGPIE: %s", magpie_error_text(error));
    return error;
  }
  CFE_SB_CreatePipe(&app.pipe, 16, "MAGPIE_PIPE");
  CFE_SB_Subscribe(CFE_SB_ValueToMsgId(MAGPIE_APP_SEND_MID), app.pipe);
  return CFE_SB_Subscribe(CFE_SB_ValueToMsgId(MAGPIE_APP_WAKEUP_MID), app.pipe);
}

/* A message of the bus is a space packet and goes as it is. */
static void submit(const CFE_MSG_Message_t *message) {
  CFE_MSG_Size_t size = 0;
  CFE_MSG_GetSize(message, &size);
  magpie_error error = magpie_submit(app.link, now_us(), RELAY_PORT, MAGPIE_QOS_SEQUENCE_CONTROLLED, MAGPIE_UNIT_PACKET,
                                     (const uint8_t *)message, size);
  if (error == MAGPIE_ERROR_FULL) {
    app.held_back++; /* the recorder keeps it and sends it again */
  } else if (error != MAGPIE_ERROR_OK) {
    CFE_EVS_SendEvent(2, CFE_EVS_EventType_ERROR, "MAGPIE: %s", magpie_error_text(error));
  }
}

static void receive(void) {
  uint8 carrier, lock;
  size_t count = radio_receive(app.octets, sizeof app.octets, &carrier, &lock), given = 0, taken = 1;
  magpie_delivery delivery = {.struct_size = sizeof delivery};
  magpie_phy_status(app.link, now_us(), carrier, lock);
  while (given < count && taken > 0) {
    if (magpie_handle_octets(app.link, now_us(), app.octets + given, count - given, &taken) != MAGPIE_ERROR_OK) {
      return;
    }
    given += taken;
    while (magpie_poll_delivery(app.link, app.packet, sizeof app.packet, &delivery) == MAGPIE_ERROR_OK) {
      CFE_SB_TransmitMsg((const CFE_MSG_Message_t *)app.packet, false);
    }
  }
}

static void transmit(void) {
  size_t room = radio_room(), count;
  uint32_t output;
  while (room > 0) {
    size_t most = room < sizeof app.octets ? room : sizeof app.octets;
    if (magpie_fill(app.link, now_us(), app.octets, most, &output, &count) != MAGPIE_ERROR_OK || output == MAGPIE_OUTPUT_OFF) {
      return;
    }
    if (output == MAGPIE_OUTPUT_MODULATED) {
      radio_send(app.octets, count);
    } else {
      radio_carrier(true, count);
    }
    room -= count;
  }
}

static void report(void) {
  magpie_event event = {.struct_size = sizeof event};
  while (magpie_poll_event(app.link, &event) == MAGPIE_ERROR_OK) {
    CFE_EVS_SendEvent(3, CFE_EVS_EventType_INFORMATION, "MAGPIE: event %u, %u, %u", (unsigned)event.kind, (unsigned)event.a, (unsigned)event.b);
  }
}

void MAGPIE_AppMain(void);

void MAGPIE_AppMain(void) {
  uint32 status = CFE_ES_RunStatus_APP_RUN;
  CFE_SB_Buffer_t *buffer;
  if (init() != CFE_SUCCESS) {
    CFE_ES_ExitApp(status);
    return;
  }
  while (CFE_ES_RunLoop(&status)) {
    /* The wake-up comes from the scheduler, more often than an octet takes. */
    while (CFE_SB_ReceiveBuffer(&buffer, app.pipe, CFE_SB_POLL) == CFE_SUCCESS) {
      submit(&buffer->Msg);
    }
    receive();
    transmit();
    report();
  }
  CFE_ES_ExitApp(status);
}
