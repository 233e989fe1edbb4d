//! Version-4 frames read bit by bit as the facts for 732.1-B have them (nothing shared with the code under test), and ends that send them.
#![allow(dead_code, reason = "each test file uses a part of it")]

use magpie_link::clock::Instant;
use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::mib::{FrameVersion, MibBuilder};

use crate::common::{Node, bare, ms};

/// A Version-4 frame, as far as a Proximity-1 link uses it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) scid: u16,
    pub(crate) is_destination: bool,
    pub(crate) pcid: u8,
    pub(crate) port: u8,
    pub(crate) expedited: bool,
    pub(crate) control: bool,
    pub(crate) count: u8,
    pub(crate) rule: u8,
    pub(crate) upid: u8,
    pub(crate) zone: Vec<u8>,
}

pub(crate) fn read(octets: &[u8]) -> Read {
    let [h0, h1, h2, h3, h4, h5, h6, count, tfdf, zone @ ..] = octets else {
        panic!("{octets:02X?} is shorter than both headers");
    };
    assert_eq!(h0 >> 4, 0b1100, "version");
    assert_eq!(h2 & 0b11, 0, "the channel's number behind the PCID");
    assert_eq!(
        h3 & 0b1111_0001,
        0,
        "its end, first bit of the MAP, end of header"
    );
    assert_eq!(
        usize::from(u16::from_be_bytes([*h4, *h5])) + 1,
        octets.len()
    );
    assert_eq!(h6 & 0b0011_1111, 1, "no OCF, a count of one octet");
    Read {
        scid: u16::from(*h0 & 15) << 12 | u16::from(*h1) << 4 | u16::from(*h2 >> 4),
        is_destination: h2 & 8 != 0,
        pcid: h2 >> 2 & 1,
        port: h3 >> 1 & 7,
        expedited: h6 & 0x80 != 0,
        control: h6 & 0x40 != 0,
        count: *count,
        rule: tfdf >> 5,
        upid: tfdf & 31,
        zone: zone.to_vec(),
    }
}

pub(crate) fn mib(local: u16, remote: u16, frame_version: FrameVersion) -> MibBuilder {
    MibBuilder {
        frame_version,
        maximum_frame_length: 64,
        carrier_only_duration: ms(20),
        acquisition_idle_duration: ms(20),
        tail_idle_duration: ms(5),
        both_physical_channels: true,
        ..bare(local, remote)
    }
}

pub(crate) fn begin(node: &mut Node, duplex: Duplex, mode: Mode) {
    for directive in [
        LocalDirective::SetDuplex(duplex),
        LocalDirective::SetMode(mode),
    ] {
        node.handle_directive(Instant::ZERO, directive).unwrap();
    }
}
