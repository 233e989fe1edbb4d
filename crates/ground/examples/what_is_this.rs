//! What is in this file? Guesses the managed parameters of a file of frames, then takes the packets out.
//!
//! `cargo run -p magpie-ground --example what_is_this -- FILE` (without FILE: four AOS frames made on the spot)

use magpie_ground::demux::{Demux, Spacecraft};
use magpie_ground::guess::{Guess, guess};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let octets = match std::env::args_os().nth(1) {
        Some(file) => std::fs::read(file)?,
        None => (0..4).flat_map(aos_frame).collect(),
    };
    let guessed = guess(&octets, true);
    for line in &guessed.evidence {
        println!("- {line}");
    }
    let Guess::Frames(spec) = guessed.guess else {
        println!("{:?}", guessed.guess);
        return Ok(());
    };
    let Some(len) = spec.frame_len else {
        println!("{} frames that say their own length", spec.kind);
        return Ok(());
    };
    // First who is sending, then that spacecraft's packets.
    let mut survey = Demux::new(spec, Spacecraft::Survey);
    octets
        .chunks_exact(len)
        .for_each(|frame| survey.handle_frame(0, frame, &mut |_| {}));
    let scid = survey.finish(0).spacecraft_id.ok_or("no frame at all")?;
    let mut demux = Demux::new(spec, Spacecraft::Only(scid));
    let mut packets = 0;
    for (index, frame) in octets.chunks_exact(len).enumerate() {
        demux.handle_frame((index * len) as u64, frame, &mut |_| packets += 1);
    }
    let report = demux.finish((octets.len() % len) as u64);
    println!("spacecraft {scid}: {packets} packets");
    for (id, channel) in &report.virtual_channels {
        println!(
            "  channel {id}: {} frames, {} missing by the count",
            channel.frames, channel.missing_frames_by_count
        );
    }
    Ok(())
}

/// 732.0 by hand: spacecraft 0xAB, virtual channel 42, an `M_PDU` with two packets of APID 5.
fn aos_frame(count: u8) -> Vec<u8> {
    let packet = [
        0x00, 0x05, 0xC0, count, 0x00, 0x09, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ];
    [&[0x6A, 0xEA, 0, 0, count, 0, 0, 0][..], &packet, &packet].concat()
}
