//! Builds a P-frame with a hail and a PLCW, wraps it in a PLTU, and reads it back field by field.
//!
//! Run it: `cargo run -p magpie-wire --example v3_frame`

use magpie_wire::id::Scid;
use magpie_wire::pltu::Pltu;
use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::directive::{
    DataEncoding, DataRateCode, Directive, DirectiveBuffer, FrequencyChannel, LinkMode,
    LinkParameters, Modulation, RateTable,
};
use magpie_wire::spdu::plcw::Plcw;
use magpie_wire::spdu::{Spdu, Spdus};
use magpie_wire::v3::{ScidRole, V3Frame, V3Header};
use std::error::Error;

/// The check sum of `magpie-coding`, bit by bit: this crate computes none.
fn crc32(octets: &[u8]) -> u32 {
    octets
        .iter()
        .flat_map(|&octet| (0..8).rev().map(move |i| u32::from(octet >> i & 1)))
        .fold(0, |crc: u32, bit| {
            crc << 1 ^ if crc >> 31 == bit { 0 } else { 0x00A0_0805 }
        })
}

fn main() -> Result<(), Box<dyn Error>> {
    // What the caller wants: 8 kbit/s, non-coherent, convolutional, channel 1, both ways.
    let parameters = LinkParameters {
        mode: LinkMode::PROXIMITY_1,
        data_rate: DataRateCode::for_rate(8_000, RateTable::Default, Modulation::NonCoherent)
            .ok_or("no such rate")?,
        modulation: Modulation::NonCoherent,
        data_encoding: DataEncoding::Convolutional,
        frequency: FrequencyChannel::new(1).ok_or("no such channel")?,
    };
    let mut hail = DirectiveBuffer::new();
    hail.push(Directive::SetTransmitterParameters(parameters))?;
    hail.push(Directive::SetReceiverParameters(parameters))?;
    let plcw = Plcw {
        report_value: SeqNum::new(42),
        ..Plcw::default()
    };

    // SPDUs, one behind the other, are the data field of a P-frame.
    let mut data = [0; 64];
    let mut len = hail.emit(&mut data)?;
    len += Spdu::Plcw(plcw).emit(&mut data[len..])?;

    let header = V3Header::p_frame(Scid::new(0x123).ok_or("ten bits")?, ScidRole::Destination);
    let (mut frame, mut unit) = ([0; 64], [0; 71]);
    let frame_len = header.emit(&data[..len], &mut frame)?;
    let unit_len = Pltu::emit_with(&frame[..frame_len], crc32, &mut unit)?;
    print!("PLTU  ");
    unit[..unit_len]
        .iter()
        .for_each(|octet| print!("{octet:02X}"));
    println!();

    // And the other way.
    let unit = Pltu::parse(&unit[..unit_len], None)?;
    let frame = V3Frame::parse(unit.frame())?;
    println!(
        "CRC   {}",
        if unit.is_intact(crc32) { "good" } else { "bad" }
    );
    println!("rules {:?}", frame.check());
    println!("head  {:?}", frame.header());
    for spdu in Spdus::new(frame.data_field()) {
        match spdu? {
            Spdu::Directives(directives) => directives.iter().for_each(|d| println!("SPDU  {d:?}")),
            other => println!("SPDU  {other:?}"),
        }
    }
    Ok(())
}
