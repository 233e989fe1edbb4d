#include "Transceiver.hpp"

namespace Magpie {

Transceiver::Transceiver(const char* name) : TransceiverComponentBase(name), m_block(), m_link(nullptr) {}

bool Transceiver::configure(U32 localScid, U32 remoteScid) {
  magpie_config config;
  magpie_memory memory = magpie_memory();
  memory.struct_size = sizeof memory;
  memory.expedited = {m_expedited, sizeof m_expedited};
  memory.sequence_controlled = {m_controlled, sizeof m_controlled};
  memory.sent = {m_sent, sizeof m_sent};
  memory.delivery = {m_delivery, sizeof m_delivery};
  memory.reassembly = {m_reassembly, sizeof m_reassembly};
  if (!good(magpie_config_default(&config, sizeof config, static_cast<std::uint16_t>(localScid), static_cast<std::uint16_t>(remoteScid)))) {
    return false;
  }
  config.maximum_packet_size = sizeof m_packet;
  return good(magpie_transceiver_init(&m_block, sizeof m_block, &config, &memory, &m_link));
}

void Transceiver::CONNECT_cmdHandler(FwOpcodeType opCode, U32 cmdSeq) {
  const bool done = good(magpie_directive(m_link, now(), MAGPIE_SET_MODE, MAGPIE_MODE_CONNECTING_T));
  cmdResponse_out(opCode, cmdSeq, done ? Fw::CmdResponse::OK : Fw::CmdResponse::EXECUTION_ERROR);
}

void Transceiver::packetIn_handler(FwIndexType, Fw::Buffer& packet) {
  // MAGPIE_ERROR_FULL is back-pressure; whoever sent the packet gets it back in any case and sees the event.
  good(magpie_submit(m_link, now(), 1, MAGPIE_QOS_SEQUENCE_CONTROLLED, MAGPIE_UNIT_PACKET, packet.getData(), packet.getSize()));
  packetReturn_out(0, packet);
}

void Transceiver::radioIn_handler(FwIndexType, Fw::Buffer& octets) {
  std::size_t given = 0, taken = 1;
  while (given < octets.getSize() && taken > 0) {
    if (!good(magpie_handle_octets(m_link, now(), octets.getData() + given, octets.getSize() - given, &taken))) {
      return;
    }
    given += taken;
    deliver();
  }
}

void Transceiver::schedIn_handler(FwIndexType, U32) {
  transmit();
  deliver();
  report();
}

void Transceiver::transmit() {
  std::uint32_t output = MAGPIE_OUTPUT_OFF;
  std::size_t room = radioRoom_out(0), count = 0;
  while (room > 0) {
    const std::size_t most = room < sizeof m_octets ? room : sizeof m_octets;
    if (!good(magpie_fill(m_link, now(), m_octets, most, &output, &count)) || output == MAGPIE_OUTPUT_OFF) {
      return;
    }
    if (output == MAGPIE_OUTPUT_MODULATED) {
      Fw::Buffer buffer(m_octets, static_cast<U32>(count));
      radioOut_out(0, buffer);
    } else {
      radioCarrier_out(0, static_cast<U32>(count));
    }
    room -= count;
  }
}

void Transceiver::deliver() {
  magpie_delivery delivery = magpie_delivery();
  delivery.struct_size = sizeof delivery;
  while (magpie_poll_delivery(m_link, m_packet, sizeof m_packet, &delivery) == MAGPIE_ERROR_OK) {
    Fw::Buffer packet(m_packet, delivery.len);
    packetOut_out(0, packet);
  }
}

void Transceiver::report() {
  magpie_event event = magpie_event();
  event.struct_size = sizeof event;
  while (magpie_poll_event(m_link, &event) == MAGPIE_ERROR_OK) {
    log_ACTIVITY_LO_LinkEvent(event.kind, event.a, event.b);
  }
  magpie_stats stats = magpie_stats();
  stats.struct_size = sizeof stats;
  if (magpie_read_stats(m_link, &stats) == MAGPIE_ERROR_OK) {
    tlmWrite_FramesAccepted(stats.frames_accepted);
  }
}

U64 Transceiver::now() const {
  const Fw::Time time = getTime();
  return static_cast<U64>(time.getSeconds()) * 1000000u + time.getUSeconds();
}

bool Transceiver::good(magpie_error error) {
  if (error < MAGPIE_ERROR_OK) {
    log_WARNING_HI_LinkError(magpie_error_text(error));
  }
  return error == MAGPIE_ERROR_OK;
}

}  // namespace Magpie
