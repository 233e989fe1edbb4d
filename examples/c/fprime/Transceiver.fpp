module Magpie {
  @ One end of a Proximity-1 link: packets in and out, channel octets in and out.
  passive component Transceiver {
    sync input port schedIn: Svc.Sched
    @ Space packets to send
    sync input port packetIn: Fw.BufferSend
    output port packetReturn: Fw.BufferSend
    @ Units that arrived
    output port packetOut: Fw.BufferSend
    @ Octets that the radio heard
    sync input port radioIn: Fw.BufferSend
    output port radioOut: Fw.BufferSend
    output port radioRoom: Magpie.RadioRoom
    output port radioCarrier: Magpie.RadioCarrier
    @ Hail the other end
    sync command CONNECT
    event LinkError($text: string size 80) severity warning high format "{}"
    event LinkEvent(kind: U32, a: U32, b: U32) severity activity low format "link event {}: {} {}"
    telemetry FramesAccepted: U64
    time get port timeGet
    command recv port cmdIn
    command reg port cmdReg
    command resp port cmdResponse
    event port eventOut
    text event port textEventOut
    telemetry port tlmOut
  }
}
