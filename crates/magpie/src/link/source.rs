//! `--send`: a file, cut into space packets.
//!
//! Book: 133.0-B-2. Type telemetry, no secondary header, unsegmented, sequence count from 0 modulo 16,384; the last packet is as long
//! as what is left. A thread reads ahead, so that a slow input (standard input, a pipe) does not stop the link's timers.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::thread;

use magpie_wire::id::Apid;
use magpie_wire::space_packet::{HEADER_LEN, PacketType, SpacePacketHeader};

/// Packets' worth of data read ahead at most.
const AHEAD: usize = 64;

/// What the source has now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next<'a> {
    /// This packet, until [`Source::taken`] says that it was.
    Packet(&'a [u8]),
    /// Nothing yet: the input is slow.
    Waiting,
    /// Nothing any more.
    Finished,
}

/// Packets of a file, one after the other.
#[derive(Debug)]
pub(crate) struct Source {
    pieces: Receiver<io::Result<Vec<u8>>>,
    header: SpacePacketHeader,
    packet: Vec<u8>,
    finished: bool,
    packets: u64,
    octets: u64,
}

impl Source {
    /// Reads `input` in pieces of `packet_len` octets, 1 to 65,536.
    pub(crate) fn start(
        mut input: impl Read + Send + 'static,
        apid: Apid,
        packet_len: usize,
    ) -> Self {
        let (to_driver, pieces) = sync_channel(AHEAD);
        thread::spawn(move || {
            loop {
                let piece = read_piece(&mut input, packet_len);
                let last = !matches!(&piece, Ok(piece) if piece.len() == packet_len);
                // Fails when the session is over.
                if to_driver.send(piece).is_err() || last {
                    return;
                }
            }
        });
        Self {
            pieces,
            header: SpacePacketHeader::new(PacketType::Telemetry, apid),
            packet: Vec::with_capacity(HEADER_LEN + packet_len),
            finished: false,
            packets: 0,
            octets: 0,
        }
    }

    /// The packet to send next.
    pub(crate) fn next(&mut self) -> io::Result<Next<'_>> {
        if self.packet.is_empty() && !self.finished {
            match self.pieces.try_recv() {
                Ok(Ok(piece)) if !piece.is_empty() => self.wrap(&piece)?,
                Ok(Ok(_)) | Err(TryRecvError::Disconnected) => self.finished = true,
                Ok(Err(error)) => {
                    self.finished = true;
                    return Err(error);
                }
                Err(TryRecvError::Empty) => return Ok(Next::Waiting),
            }
        }
        Ok(if self.packet.is_empty() {
            Next::Finished
        } else {
            Next::Packet(&self.packet)
        })
    }

    /// The packet that [`next`](Self::next) showed is on its way.
    pub(crate) fn taken(&mut self) {
        self.packets += 1;
        self.octets += (self.packet.len() - HEADER_LEN) as u64;
        self.packet.clear();
        self.header.sequence_count = self.header.sequence_count.next();
    }

    /// Packets taken so far.
    pub(crate) const fn packets(&self) -> u64 {
        self.packets
    }

    /// Octets of the file in them.
    pub(crate) const fn octets(&self) -> u64 {
        self.octets
    }

    /// Whether the whole file has been taken.
    pub(crate) const fn is_finished(&self) -> bool {
        self.finished
    }

    fn wrap(&mut self, piece: &[u8]) -> io::Result<()> {
        //= 133.0-B-2 data-length
        let header = self
            .header
            .to_octets(piece.len())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
        self.packet.extend_from_slice(&header);
        self.packet.extend_from_slice(piece);
        Ok(())
    }
}

/// So many octets, or what is left.
fn read_piece(input: &mut impl Read, len: usize) -> io::Result<Vec<u8>> {
    let mut piece = Vec::with_capacity(len);
    input.by_ref().take(len as u64).read_to_end(&mut piece)?;
    Ok(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packets(octets: &'static [u8], packet_len: usize) -> Vec<Vec<u8>> {
        let mut source = Source::start(octets, Apid::new(1).unwrap(), packet_len);
        let mut packets = Vec::new();
        loop {
            match source.next().unwrap() {
                Next::Packet(packet) => packets.push(packet.to_vec()),
                Next::Waiting => {
                    thread::yield_now();
                    continue;
                }
                Next::Finished => break,
            }
            source.taken();
        }
        assert_eq!(source.octets(), octets.len() as u64);
        packets
    }

    #[test]
    fn a_file_is_cut_into_telemetry_packets() {
        // Worked by hand from table 133.0-B: version 0, type 0, APID 1; flags 11, count 0, 1; length field = octets - 1.
        let expected: [&[u8]; 2] = [b"\x00\x01\xC0\x00\x00\x02abc", b"\x00\x01\xC0\x01\x00\x00d"];
        assert_eq!(packets(b"abcd", 3), expected);
        assert_eq!(packets(b"abcdef", 3).len(), 2, "no empty packet at the end");
    }

    #[test]
    fn the_sequence_count_begins_again_after_16384() {
        static ZEROS: [u8; 16_385] = [0; 16_385];
        let packets = packets(&ZEROS, 1);
        let count = |at: usize| u16::from_be_bytes([packets[at][2], packets[at][3]]) & 0x3FFF;
        assert_eq!((count(0), count(16_383), count(16_384)), (0, 16_383, 0));
    }
}
