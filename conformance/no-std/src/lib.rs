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
use magpie_wire::id::Scid;
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
