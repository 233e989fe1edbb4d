// Sketch of an F Prime component round a link endpoint. The component owns all memory; everything runs in the thread of the rate group.
#ifndef MAGPIE_TRANSCEIVER_HPP
#define MAGPIE_TRANSCEIVER_HPP

#include "Fw.hpp"
#include "magpie.h"

namespace Magpie {

class Transceiver final : public TransceiverComponentBase {
 public:
  explicit Transceiver(const char* name);
  // Before the rate groups start. False: said why in an event.
  bool configure(U32 localScid, U32 remoteScid);

 private:
  void schedIn_handler(FwIndexType portNum, U32 context) override;
  void packetIn_handler(FwIndexType portNum, Fw::Buffer& packet) override;
  void radioIn_handler(FwIndexType portNum, Fw::Buffer& octets) override;
  void CONNECT_cmdHandler(FwOpcodeType opCode, U32 cmdSeq) override;

  U64 now() const;
  bool good(magpie_error error);
  void transmit();
  void deliver();
  void report();

  magpie_transceiver_storage m_block;
  magpie_transceiver* m_link;
  U8 m_expedited[4096], m_controlled[4096], m_sent[8192], m_delivery[8192], m_reassembly[4096];
  U8 m_octets[512], m_packet[4096];
};

}  // namespace Magpie

#endif
