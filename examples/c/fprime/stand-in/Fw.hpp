// Stand-in, not the real thing: the few types of F Prime that the sketch uses, written for it. Build with the framework's own headers, and with
// the component base that its autocoder makes of Transceiver.fpp, instead.
#ifndef FW_STAND_IN_HPP
#define FW_STAND_IN_HPP

#include <cstddef>
#include <cstdint>

typedef std::uint8_t U8;
typedef std::uint32_t U32;
typedef std::uint64_t U64;
typedef std::int32_t I32;
typedef std::int32_t FwIndexType;
typedef std::uint32_t FwOpcodeType;

namespace Fw {
class Buffer {
 public:
  Buffer(U8* data, U32 size) : m_data(data), m_size(size) {}
  U8* getData() const { return m_data; }
  U32 getSize() const { return m_size; }

 private:
  U8* m_data;
  U32 m_size;
};
struct CmdResponse {
  enum T { OK, EXECUTION_ERROR };
};
class Time {
 public:
  U32 getSeconds() const { return 0; }
  U32 getUSeconds() const { return 0; }
};
}  // namespace Fw

namespace Magpie {
// What the autocoder would make: handlers to be written, ports to be called.
class TransceiverComponentBase {
 public:
  explicit TransceiverComponentBase(const char*) {}
  virtual ~TransceiverComponentBase() {}

 protected:
  virtual void schedIn_handler(FwIndexType portNum, U32 context) = 0;
  virtual void packetIn_handler(FwIndexType portNum, Fw::Buffer& packet) = 0;
  virtual void radioIn_handler(FwIndexType portNum, Fw::Buffer& octets) = 0;
  virtual void CONNECT_cmdHandler(FwOpcodeType opCode, U32 cmdSeq) = 0;
  Fw::Time getTime() const { return Fw::Time(); }
  void packetOut_out(FwIndexType, Fw::Buffer&) {}
  void packetReturn_out(FwIndexType, Fw::Buffer&) {}
  U32 radioRoom_out(FwIndexType) { return 0; }
  void radioOut_out(FwIndexType, Fw::Buffer&) {}
  void radioCarrier_out(FwIndexType, U32) {}
  void cmdResponse_out(FwOpcodeType, U32, Fw::CmdResponse::T) {}
  void log_WARNING_HI_LinkError(const char*) {}
  void log_ACTIVITY_LO_LinkEvent(U32, U32, U32) {}
  void tlmWrite_FramesAccepted(U64) {}
};
}  // namespace Magpie

#endif
