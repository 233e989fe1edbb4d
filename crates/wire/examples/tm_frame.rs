//! An orbiter's telemetry frame: two packets and a CLCW go in, the ground takes them out again.
//!
//! `cargo run -p magpie-wire --example tm_frame`

use magpie_wire::clcw::Clcw;
use magpie_wire::first_header::FirstHeader;
use magpie_wire::id::{Apid, Scid, Vcid};
use magpie_wire::ocf::Ocf;
use magpie_wire::seq::{SeqCount, SeqNum};
use magpie_wire::space_packet::{PacketType, SpacePacket, SpacePacketHeader, emit_idle};
use magpie_wire::tm::{TmContent, TmFrame, TmHeader, TmParameters};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let parameters = TmParameters {
        frame_len: 64,
        fecf: true,
    };

    // On board: one packet, the rest of the data field idle.
    let mut data = vec![0; parameters.data_len(None, true).ok_or("frame too short")?];
    let apid = Apid::new(100).ok_or("11 bits")?;
    let used =
        SpacePacketHeader::new(PacketType::Telemetry, apid).emit(b"rover heard", &mut data)?;
    emit_idle(SeqCount::default(), 0x55, &mut data[used..])?;
    let uplink = Clcw::nominal(Vcid::new(0).ok_or("6 bits")?, SeqNum::new(17));
    let header = TmHeader {
        ocf: true,
        first_header: FirstHeader::At(0),
        ..TmHeader::new(
            Scid::new(42).ok_or("10 bits")?,
            Vcid::new(1).ok_or("6 bits")?,
        )
    };
    let content = TmContent {
        ocf: Some(Ocf::Clcw(uplink)),
        ..TmContent::data(&data)
    };
    let mut octets = [0; 64];
    let fecf_at = header.emit(&parameters, &content, &mut octets)?;
    println!(
        "frame of {} octets, the CRC of magpie-coding goes to octet {fecf_at}",
        octets.len()
    );

    // On the ground.
    let frame = TmFrame::parse(&octets, &parameters)?;
    println!(
        "SCID {}, VC {}, {:?}",
        frame.header().scid,
        frame.header().vcid,
        frame.first_header()
    );
    let mut rest = frame.data();
    while let Ok((packet, after)) = SpacePacket::parse_prefix(rest) {
        let kind = if packet.is_idle() { "idle" } else { "data" };
        println!(
            "packet of APID {}: {} octets of {kind}",
            packet.apid(),
            packet.data().len()
        );
        rest = after;
    }
    if let Some(Ocf::Clcw(clcw)) = frame.ocf() {
        println!("the spacecraft expects command {} next", clcw.report_value);
    }
    Ok(())
}
