//! A library for a machine without an operating system: its own panic handler, no allocator, and calls into each core crate.
//!
//! That it builds is the proof. `std` anywhere below would bring a second panic handler, `alloc` would ask for a global allocator. The features
//! `with-std` and `with-alloc` bring them in on purpose: those builds must fail, or the proof is none (`cargo xtask no-std` runs all three).
#![no_std]

#[cfg(feature = "with-alloc")]
extern crate alloc;
#[cfg(feature = "with-std")]
extern crate std;

use core::panic::PanicInfo;

use magpie_coding::crc::crc32_proximity;
use magpie_coding::pltu::PltuEncoder;
use magpie_coding::reed_solomon::{ReedSolomon, RsCode};
use magpie_link::clock::{DataRate, Instant};
use magpie_link::endpoint::{Endpoint, Memory};
use magpie_link::mac::{Duplex, LocalDirective};
use magpie_link::mib::MibBuilder;
use magpie_link::transceiver::Transceiver;
use magpie_relay::block::BlockHeader;
use magpie_relay::canister::Canister;
use magpie_relay::carousel::{Carousel, CarouselConfig, Need, RemoteFile};
use magpie_relay::downlink::{DownlinkConfig, Framer};
use magpie_relay::recorder::Track;
use magpie_relay::store::LentStore;
use magpie_wire::id::{Apid, Scid, Vcid};
use magpie_wire::pltu::Pltu;
use magpie_wire::v3::V3Frame;

#[panic_handler]
fn halt(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

/// `wire`: the length of the frame's data field in a PLTU, if the PLTU is intact.
pub fn data_len(octets: &[u8]) -> Option<usize> {
    let pltu = Pltu::parse(octets, None).ok()?;
    let frame = V3Frame::parse(pltu.frame()).ok()?;
    pltu.is_intact(crc32_proximity)
        .then_some(frame.data_field().len())
}

/// `coding`: a PLTU and a Reed-Solomon block.
pub fn encode(frame: &[u8], pltu: &mut [u8], block: &mut [u8]) -> bool {
    let rs = ReedSolomon::new(RsCode::E16, 1, 0);
    PltuEncoder::new().encode(frame, pltu).is_ok()
        && rs.is_ok_and(|rs| rs.encode(block).is_ok() && rs.decode(block).is_ok())
}

/// `link`: a receiver without memory of its own listens to some octets.
pub fn listen(octets: &[u8], delivery: &mut [u8]) -> Option<usize> {
    let mib = MibBuilder::new(Scid::new(0x123)?, Scid::new(0x29)?)
        .build()
        .ok()?;
    let memory = Memory {
        delivery,
        reassembly: &mut [],
        ..Memory::for_expedited(&mut [][..])
    };
    let mut receiver = Transceiver::new(
        Endpoint::new(mib, memory).ok()?,
        DataRate::from_bits_per_s(8_000)?,
    );
    receiver
        .handle_directive(
            Instant::ZERO,
            LocalDirective::SetDuplex(Duplex::SimplexReceive),
        )
        .ok()?;
    Some(receiver.handle_octets(Instant::ZERO, octets, &mut |_| {}))
}

/// `relay`, the rover's side: the next packet of a file whose octets lie elsewhere.
pub fn repeat(name: &str, segment: &[u8], packet: &mut [u8]) -> Option<usize> {
    let config = CarouselConfig {
        source: 82,
        destination: 1,
        apid: Apid::new(1024)?,
        segment_octets: 200,
        first_transaction: 1,
    };
    let len = segment.len() as u64;
    let mut carousel = Carousel::new(config, [RemoteFile { name, len }]).ok()?;
    carousel.next_packet_with(&[], packet).ok()?;
    match carousel.next_need() {
        Need::Nothing => carousel.next_packet_with(&[], packet).ok(),
        Need::Segment { .. } => carousel.next_packet_with(segment, packet).ok(),
    }
}

/// `relay`, the orbiter's side: a frame and some bits are recorded in lent memory, and the recording becomes a TM frame.
pub fn record(frame: &[u8], memory: &mut [u8], canister: &mut [u8], out: &mut [u8]) -> Option<()> {
    let mut store = LentStore::new(memory);
    let mut track = Track::open(Apid::new(1601)?, 1, Instant::ZERO, &mut store).ok()?;
    let header = BlockHeader {
        count: 0,
        time: Instant::ZERO,
    };
    track
        .keep_frame(Instant::ZERO, &mut store, &header, frame)
        .ok()?;
    let mut kept = None;
    Canister::new(canister).push(Instant::ZERO, 1, |time, bits| {
        let header = BlockHeader { count: 1, time };
        kept = track.keep_content(time, &mut store, &header, bits).ok();
    });
    Track::resume(&mut store)
        .ok()?
        .close(Instant::ZERO, &mut store)
        .ok()?;
    let mut framer = Framer::new(DownlinkConfig::new(Scid::new(65)?), [Vcid::new(1)?]).ok()?;
    framer.next_frame(&mut [store], out).ok()?;
    kept
}
