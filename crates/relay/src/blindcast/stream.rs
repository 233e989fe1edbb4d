//! Several files on one link: space packets in turn, each file by its size.
//!
//! The next packet is of the file that lags behind most, measured in symbols sent over symbols needed, so all files are complete at about the same time.
//!
//! ```
//! use magpie_relay::blindcast::{SenderConfig, Stream};
//! use magpie_wire::id::Apid;
//! let config = SenderConfig { symbol_octets: 64, ..SenderConfig::default() };
//! let files: [(&[u8], &[u8]); 2] = [(b"a", &[1; 3_000]), (b"b", &[2; 600])];
//! let mut stream = Stream::new(config, Apid::new(1024).unwrap(), files).unwrap();
//! stream.begin_pass(4);
//! let mut packet = vec![0; stream.packet_len()];
//! assert_eq!(stream.next_packet(&mut packet), Ok(6 + 30 + 64));
//! ```

use alloc::vec::Vec;

use magpie_wire::EmitError;
use magpie_wire::id::Apid;
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::{HEADER_LEN, PacketType, SpacePacketHeader};

use super::sender::{Sender, SenderConfig, SenderError};

/// Symbols that a receiver may need beyond those of the file: small files get a little more than their share.
const SPARE: u64 = 4;

/// Gives the packets of several files for ever.
#[derive(Debug, Clone)]
pub struct Stream {
    apid: Apid,
    count: SeqCount,
    /// With the packets sent of each since the pass began.
    senders: Vec<(Sender, u64)>,
}

impl Stream {
    /// A stream of files (name and content) at their first symbols.
    pub fn new<'a>(
        config: SenderConfig,
        apid: Apid,
        files: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Result<Self, SenderError> {
        let senders = files
            .into_iter()
            .map(|(name, octets)| Ok((Sender::new(config, name, octets)?, 0)))
            .collect::<Result<Vec<_>, _>>()?;
        if senders.is_empty() {
            return Err(SenderError::NoFiles);
        }
        Ok(Self {
            apid,
            count: SeqCount::default(),
            senders,
        })
    }

    /// The senders, in order of the files.
    pub fn senders(&self) -> impl Iterator<Item = &Sender> {
        self.senders.iter().map(|(sender, _)| sender)
    }

    /// Octets of every packet.
    pub fn packet_len(&self) -> usize {
        HEADER_LEN + self.senders().map(Sender::packet_len).max().unwrap_or(0)
    }

    /// Every file goes on where pass `pass` begins.
    pub fn begin_pass(&mut self, pass: u16) {
        for (sender, sent) in &mut self.senders {
            sender.begin_pass(pass);
            *sent = 0;
        }
    }

    /// Writes the next packet to the front of `out` and returns its length. If there is no room the packet comes next time.
    pub fn next_packet(&mut self, out: &mut [u8]) -> Result<usize, EmitError> {
        let need = self.packet_len();
        let no_space = EmitError::NoSpace {
            need,
            have: out.len(),
        };
        let (head, body) = out.split_at_mut_checked(HEADER_LEN).ok_or(no_space)?;
        let next = self.senders.iter_mut().min_by(|(a, sent_a), (b, sent_b)| {
            let weight = |sender: &Sender| u128::from(sender.object().layout.symbols() + SPARE);
            let (a, b) = (weight(a), weight(b));
            (u128::from(*sent_a) * b).cmp(&(u128::from(*sent_b) * a))
        });
        let (sender, sent) = next.expect("a stream has files");
        let len = sender.next_packet(body)?;
        let header = SpacePacketHeader {
            sequence_count: self.count,
            ..SpacePacketHeader::new(PacketType::Telemetry, self.apid)
        };
        head.copy_from_slice(&header.to_octets(len)?);
        self.count = self.count.next();
        *sent += 1;
        Ok(HEADER_LEN + len)
    }
}
