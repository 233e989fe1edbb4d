//! An orbiter's pass in small: blocks cross the interface to the memory, one is hit on the way, and the recording becomes TM frames.
//!
//! `cargo run -p magpie-relay --example record_and_downlink`

use magpie_relay::block::{BlockHeader, Port};
use magpie_relay::downlink::{Downlink, DownlinkConfig, FrameKind};
use magpie_relay::recorder::{Recorder, RecorderConfig, Stored};
use magpie_relay::store::RamStore;
use magpie_relay::time::Instant;
use magpie_wire::id::{Apid, Scid, Vcid};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let apid = |number| Apid::new(number).ok_or("an APID has 11 bits");
    let vcid = |number| Vcid::new(number).ok_or("a VCID has 6 bits");
    let config = RecorderConfig {
        pass: 1,
        apid_frames: apid(1601)?,
        apid_canister: apid(1602)?,
    };
    let at = |block: u32| Instant::from_micros(1_000_000 * u64::from(block));
    let memory = || RamStore::new(100_000);
    let mut recorder = Recorder::open(config, at(0), memory(), memory())?;
    let (mut good, mut damaged) = (0, 0);
    for count in 0..20 {
        let header = BlockHeader {
            count,
            time: at(count),
        };
        let mut block = header.to_block(&[0x5A; 250]);
        if count == 7 {
            block[100] ^= 0x10; // the interface flips a bit
        }
        match recorder.handle_block(at(count), Port::Frames, &block)? {
            Stored::Good => good += 1,
            Stored::Damaged => damaged += 1,
        }
    }
    println!("recorded: {good} blocks good, {damaged} damaged and marked");

    let recordings = recorder.close(at(20));
    let scid = Scid::new(65).ok_or("a SCID has 10 bits")?;
    let channels = [
        (vcid(1)?, recordings.frames.store),
        (vcid(2)?, recordings.canister.store),
    ];
    let mut downlink = Downlink::new(DownlinkConfig::new(scid), channels)?;
    let mut frame = [0; 1115];
    while !downlink.is_finished() {
        match downlink.next_frame(&mut frame)? {
            FrameKind::Data(vcid) => {
                println!("TM frame on virtual channel {vcid}: {:02X?}…", &frame[..6]);
            }
            FrameKind::Idle => println!("TM frame with idle data only"),
        }
    }
    Ok(())
}
