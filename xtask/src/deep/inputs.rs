//! The large files of `deep`, written in pieces: packets, AOS frames full of packets, random octets, random soft symbols.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

const AOS_LEN: usize = 892;
/// After header (6), insert zone (8) and `M_PDU` header (2): one packet fills the rest.
const PACKET_LEN: usize = AOS_LEN - 16;

/// What the file holds.
#[derive(Clone, Copy)]
pub(super) enum Input {
    Packets,
    AosFrames,
    Noise,
    Symbols,
}

impl Input {
    /// Fills `file` with at least `octets` octets of whole units.
    pub(super) fn write(self, file: &Path, octets: u64) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(file)?);
        let mut noise = Noise(0x2021_1120);
        let (mut written, mut count) = (0_u64, 0_u32);
        while written < octets {
            let unit = match self {
                Self::Packets => packet(count).to_vec(),
                Self::AosFrames => aos_frame(count),
                Self::Noise => (0..AOS_LEN).map(|_| noise.octet()).collect(),
                Self::Symbols => (0..1024)
                    .flat_map(|_| noise.symbol().to_le_bytes())
                    .collect(),
            };
            out.write_all(&unit)?;
            written += unit.len() as u64;
            count = count.wrapping_add(1);
        }
        out.flush()
    }
}

/// A Space Packet (133.0-B): version 0, telemetry, APID 1287, unsegmented, running count.
fn packet(count: u32) -> [u8; PACKET_LEN] {
    let mut packet = [0x55; PACKET_LEN];
    let [.., high, low] = count.to_be_bytes();
    let [length_high, length_low] = u16::try_from(PACKET_LEN - 7)
        .unwrap_or_default()
        .to_be_bytes();
    packet[..6].copy_from_slice(&[
        0x05,
        0x07,
        0xC0 | (high & 0x3F),
        low,
        length_high,
        length_low,
    ]);
    packet
}

/// An AOS frame (732.0-B): version 1, spacecraft 245, virtual channel 1, running 24-bit count, one packet from its first octet on.
fn aos_frame(count: u32) -> Vec<u8> {
    let [_, c2, c1, c0] = count.to_be_bytes();
    let mut frame = vec![0x40 | (0xF5 >> 2), ((0xF5 & 0b11) << 6) | 1, c2, c1, c0, 0];
    frame.extend([0; 8 + 2]);
    frame.extend(packet(count));
    frame
}

/// Marsaglia's 32-bit xorshift (13, 17, 5).
struct Noise(u32);

impl Noise {
    fn octet(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0.to_be_bytes()[0]
    }

    /// Between -1 and 1.
    fn symbol(&mut self) -> f32 {
        f32::from(self.octet()) / 127.5 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_has_its_length_and_the_book_s_header() {
        // Bits by hand: 01 11110101 000001 -> 0x7D41; count 0x010203; M_PDU pointer 0; packet header 0x0507.
        let frame = aos_frame(0x0001_0203);
        assert_eq!(frame.len(), AOS_LEN);
        assert_eq!(frame[..6], [0x7D, 0x41, 0x01, 0x02, 0x03, 0]);
        assert_eq!(frame[14..18], [0, 0, 0x05, 0x07]);
        assert_eq!(frame[20..22], [0x03, 0x65], "876 octets: length field 869");
    }
}
