//! Frames and packets by the bit layouts of the books, and the way of a file of frames through cutting and demultiplexing.

use magpie_ground::cut::{Cut, cut_frames};
use magpie_ground::demux::{Demux, FramesReport, Spacecraft};
use magpie_ground::frames::FrameSpec;

use super::crc16;

pub(crate) fn account(
    spec: &FrameSpec,
    scid: u16,
    file: &[u8],
) -> (FramesReport, Vec<(String, Vec<u8>)>) {
    let mut demux = Demux::new(*spec, Spacecraft::Only(scid));
    let (mut packets, mut trailing, mut at) = (Vec::new(), 0, 0);
    cut_frames(spec, file, &mut |cut| match cut {
        Cut::Frame { offset, octets } => {
            assert_eq!(offset, at, "one behind the other");
            at += octets.len() as u64;
            demux.handle_frame(offset, octets, &mut |found| {
                packets.push((found.channel.to_string(), found.packet.octets().to_vec()));
            });
        }
        Cut::Garbage {
            offset,
            octets,
            detail,
        } => {
            assert_eq!(offset, at, "one behind the other");
            at += octets;
            demux.handle_garbage(offset, octets, detail);
        }
        Cut::End { trailing: octets } => trailing = octets,
    })
    .unwrap();
    assert_eq!(at + trailing, file.len() as u64, "no octet vanishes");
    (demux.finish(trailing), packets)
}

/// 133.0: version 0, telemetry, no secondary header, unsegmented, count 0.
pub(crate) fn packet(apid: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len() - 1).unwrap();
    [
        &apid.to_be_bytes()[..],
        &[0xC0, 0],
        &length.to_be_bytes(),
        data,
    ]
    .concat()
}

/// 232.0: version 00, bypass, control command, spare 00, SCID; VCID 6 bits, length - 1 in 10 bits; N(S).
pub(crate) fn tc(flags: u8, scid: u16, vcid: u8, n_s: u8, field: &[u8], fecf: bool) -> Vec<u8> {
    let len = 5 + field.len() + 2 * usize::from(fecf);
    let first = u16::from(flags) << 12 | scid;
    let second = u16::from(vcid) << 10 | u16::try_from(len - 1).unwrap();
    let mut frame = [
        &first.to_be_bytes()[..],
        &second.to_be_bytes(),
        &[n_s],
        field,
    ]
    .concat();
    if fecf {
        frame.extend(crc16(&frame));
    }
    frame
}

pub(crate) const AD: u8 = 0b00;
pub(crate) const BD: u8 = 0b10;
pub(crate) const BC: u8 = 0b11;

/// 211.0: version 10, quality of service, PDU type, DFC, SCID; PCID, port, source or destination, length - 1 in 11 bits; FSN.
pub(crate) struct V3 {
    pub(crate) expedited: bool,
    pub(crate) p_frame: bool,
    pub(crate) dfc: u16,
    pub(crate) scid: u16,
    pub(crate) pcid: u16,
    pub(crate) port: u16,
    pub(crate) fsn: u8,
}

pub(crate) const U: V3 = V3 {
    expedited: true,
    p_frame: false,
    dfc: 0,
    scid: 0x2AA,
    pcid: 0,
    port: 0,
    fsn: 0,
};

impl V3 {
    pub(crate) fn with(&self, data: &[u8]) -> Vec<u8> {
        let first = 0b10 << 14
            | u16::from(self.expedited) << 13
            | u16::from(self.p_frame) << 12
            | self.dfc << 10
            | self.scid;
        let second = self.pcid << 15 | self.port << 12 | u16::try_from(5 + data.len() - 1).unwrap();
        [
            &first.to_be_bytes()[..],
            &second.to_be_bytes(),
            &[self.fsn],
            data,
        ]
        .concat()
    }
}

/// 732.1: version 1100, SCID 16, source/destination, VCID 6, MAP 4, end flag; length - 1; bypass, control, spare, OCF flag, count length; count.
pub(crate) fn uslp(
    scid: u32,
    vcid: u32,
    map: u32,
    expedited: u8,
    count: Option<u8>,
    field: &[u8],
) -> Vec<u8> {
    let first = 0b1100 << 28 | scid << 12 | vcid << 5 | map << 1;
    let count: Vec<u8> = count.into_iter().collect();
    let length = u16::try_from(7 + count.len() + field.len() - 1).unwrap();
    let flags = expedited << 7 | u8::try_from(count.len()).unwrap();
    [
        &first.to_be_bytes()[..],
        &length.to_be_bytes(),
        &[flags],
        &count,
        field,
    ]
    .concat()
}

pub(crate) const UPID_PACKETS: u8 = 0;
pub(crate) const UPID_OCTETS: u8 = 4;
pub(crate) const UPID_IDLE: u8 = 31;

/// Data field header: rule 3 bits, UPID 5 bits, a pointer for the rules 000, 001 and 010.
pub(crate) fn tfdf(rule: u8, upid: u8, pointer: Option<u16>, zone: &[u8]) -> Vec<u8> {
    let pointer = pointer.map_or(Vec::new(), |pointer| pointer.to_be_bytes().to_vec());
    [&[rule << 5 | upid], &pointer[..], zone].concat()
}
