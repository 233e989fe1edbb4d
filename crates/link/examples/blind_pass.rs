//! A rover talks in the blind, an orbiter listens: simplex, expedited service, an octet pipe with a burst of interference in between.
//!
//! `cargo run -p magpie-link --example blind_pass`

use magpie_link::clock::{DataRate, Duration, Instant};
use magpie_link::endpoint::{Endpoint, Memory};
use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::mib::{MibBuilder, SourceDestinationId};
use magpie_link::transceiver::{Observation, Output, Transceiver};
use magpie_wire::id::{PortId, Scid};
use magpie_wire::v3::Qos;

const PHOTO: &[u8] =
    b"Utopia Planitia, sol 185: dust on the panels, dunes to the south, all wheels turning. ";

type Node = Transceiver<Vec<u8>>;

fn node(local: u16, remote: u16, duplex: Duplex) -> Result<Node, Box<dyn std::error::Error>> {
    let scid = |n| Scid::new(n).ok_or("a SCID has 10 bits");
    let mib = MibBuilder {
        source_destination_id: SourceDestinationId::Source, // the rover does not know who listens
        test_source: true,
        maximum_frame_length: 64,
        maximum_packet_size: 1_024,
        carrier_only_duration: Duration::from_secs(2),
        ..MibBuilder::new(scid(local)?, scid(remote)?)
    };
    let memory = Memory {
        delivery: vec![0; 8_192],
        reassembly: vec![0; 4_096],
        ..Memory::for_expedited(vec![0; 4_096])
    };
    let rate = DataRate::from_bits_per_s(8_000).ok_or("not zero")?;
    let mut node = Transceiver::new(Endpoint::new(mib.build()?, memory)?, rate);
    node.handle_directive(Instant::ZERO, LocalDirective::SetDuplex(duplex))?;
    node.handle_directive(Instant::ZERO, LocalDirective::SetMode(Mode::Active))?;
    Ok(node)
}

/// A telemetry packet of APID 7: header by hand, so the example shows what goes in.
fn packet(count: u8, data: &[u8]) -> Result<Vec<u8>, std::num::TryFromIntError> {
    let length = u16::try_from(data.len() - 1)?.to_be_bytes();
    Ok([&[0x08, 0x07, 0xC0, count], &length[..], data].concat())
}

fn report(name: &str, now: Instant, node: &mut Node) {
    while let Some(event) = node.poll_event() {
        println!("{now}  {name:<8} {event}");
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut rover = node(0x52, 0x29, Duplex::SimplexTransmit)?;
    let mut orbiter = node(0x29, 0x52, Duplex::SimplexReceive)?;
    for count in 0..12 {
        // Every third packet is longer than a frame and goes in segments.
        let data = if count % 3 == 2 {
            PHOTO.repeat(2)
        } else {
            PHOTO[..40].to_vec()
        };
        rover.submit(
            Instant::ZERO,
            PortId::ZERO,
            Qos::Expedited,
            &packet(count, &data)?,
        )?;
    }
    rover.handle_directive(Instant::ZERO, LocalDirective::LocalNoMoreData)?;

    let (mut now, mut pipe, mut carried) = (Instant::ZERO, [0; 100], 0_usize);
    let (mut frames, mut packets, mut packet_buf) = (0, Vec::new(), [0; 2_048]);
    loop {
        let (octets, modulated) = match rover.fill(now, &mut pipe) {
            Output::Off => break,
            Output::CarrierOnly { octets } => (octets, 0), // nothing for an octet pipe, but time passes
            Output::Modulated { octets } => (octets, octets),
        };
        for (at, octet) in (carried..).zip(&mut pipe[..modulated]) {
            *octet ^= u8::from((1_700..1_712).contains(&at)) * 0x5A; // the burst
        }
        carried += modulated;
        report("rover", now, &mut rover);
        now = now + rover.rate().duration_of_bits(octets as u64 * 8);
        let mut rest = &pipe[..modulated];
        while !rest.is_empty() {
            let taken = orbiter.handle_octets(now, rest, &mut |seen| match seen {
                Observation::Frame { .. } => frames += 1, // a recorder would store octets and time tag here
                Observation::Refused { reason, facts, .. } => {
                    println!("{}  refused: {reason}", facts.asm_end);
                }
                Observation::Candidate { reason, facts } => {
                    println!("{}  no frame: {reason:?}", facts.asm_end);
                }
            });
            rest = &rest[taken..];
            while let Some(delivery) = orbiter.poll_delivery(&mut packet_buf)? {
                packets.push(delivery.octets[3]);
            }
        }
        report("orbiter", now, &mut orbiter);
    }
    report("rover", now, &mut rover);
    println!(
        "sent {} frames with {} packets, {carried} octets on the channel",
        rover.stats().frames_sent,
        rover.stats().units_sent
    );
    println!("heard {frames} good frames, packets {packets:?}");
    for (reason, count) in orbiter.stats().rejections() {
        println!("  {reason}: {count}");
    }
    println!(
        "  frames missing: at least {}",
        orbiter.stats().frames_missing
    );
    Ok(())
}
