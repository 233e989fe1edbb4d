//! The sender of Proximity-1's LDPC option: a stream of bits, cut into messages of 1024 whatever stands in it.
//!
//! Book: 211.2-B-3. Idle, PLTUs and tail make one stream; codewords do not align with PLTUs. Each unit has 2112 symbols: marker, then the
//! codeword added to the sequence FF399E5A…. The acquisition sequence begins with the first bit of the idle pattern and of a message; idle may be cut
//! anywhere else. A message is sent when it is full, so what is in it waits for the bits that follow; a sender that has none fills it with idle
//! ([`ProxLdpcSender::flush`]). Memory: 128 octets, and 264 on the stack for a unit.
//!
//! ```
//! use magpie_coding::ldpc::ProxLdpcSender;
//!
//! let mut units = Vec::new();
//! let mut sender = ProxLdpcSender::new();
//! sender.send_idle(2000, &mut |unit| units.push(*unit)); // acquisition
//! sender.send(&[0xFA, 0xF3, 0x20, 0x80, 0, 0, 4, 0, 0xBC, 0xC0, 0x04, 0xE7], &mut |unit| units.push(*unit));
//! sender.flush(&mut |unit| units.push(*unit));
//! assert_eq!(units.len(), 3);
//! assert_eq!(units[0][..10], [0x03, 0x47, 0x76, 0xC7, 0x27, 0x28, 0x95, 0xB0, 0x35 ^ 0xFF, 0x2E ^ 0x39]);
//! ```

use super::{LdpcChannel, LdpcCode};
use crate::bit_buffer::BitBuffer;
use crate::idle::Idle;
use crate::soft::bits_from_octet;

/// Octets of a message.
const MESSAGE_LEN: usize = LdpcCode::Prox1.message_len();

/// Octets of a unit: marker and codeword.
pub const PROX_UNIT_LEN: usize = LdpcChannel::PROX1.unit_len();

/// Makes units of a stream of bits.
#[derive(Clone, Debug)]
pub struct ProxLdpcSender {
    message: BitBuffer<[u8; MESSAGE_LEN]>,
    idle: Idle,
}

impl Default for ProxLdpcSender {
    fn default() -> Self {
        Self::new()
    }
}

impl ProxLdpcSender {
    /// At the start of a transmission: the next bit is the first of a message, the next idle bit the first of the pattern.
    pub const fn new() -> Self {
        Self {
            message: BitBuffer::new(),
            idle: Idle::new(), //= 211.2-B-3 ldpc-acquisition
        }
    }

    /// Bits that wait in a message that is not full, less than 1024.
    pub const fn pending_bits(&self) -> usize {
        self.message.len_bits()
    }

    /// Sends octets, such as PLTUs, first bits most significant; every unit that becomes full goes to `sink`.
    pub fn send(&mut self, octets: &[u8], sink: &mut impl FnMut(&[u8; PROX_UNIT_LEN])) {
        let mut rest = octets;
        while let Some((first, behind)) = rest.split_first() {
            let taken = self.message.extend_octets(rest, MESSAGE_LEN * 8);
            if taken > 0 {
                rest = rest.get(taken..).unwrap_or_default();
                self.send_full(sink);
            } else {
                // Less than an octet is free.
                self.send_bits(&bits_from_octet(*first), sink);
                rest = behind;
            }
        }
    }

    /// Sends bits, one an element.
    pub fn send_bits(&mut self, bits: &[u8], sink: &mut impl FnMut(&[u8; PROX_UNIT_LEN])) {
        let mut rest = bits;
        while !rest.is_empty() {
            let taken = self.message.extend(rest, MESSAGE_LEN * 8);
            rest = rest.get(taken..).unwrap_or_default();
            self.send_full(sink);
        }
    }

    /// Sends so many bits of the idle pattern, which goes on where it was left.
    pub fn send_idle(&mut self, bits: usize, sink: &mut impl FnMut(&[u8; PROX_UNIT_LEN])) {
        for _ in 0..bits / 8 {
            let octet = self.idle.next_octet();
            self.send(&[octet], sink);
        }
        for _ in 0..bits % 8 {
            let bit = self.idle.next_bit();
            self.send_bits(&[bit], sink);
        }
    }

    /// Fills the message with idle if there is anything in it, so that it is sent.
    pub fn flush(&mut self, sink: &mut impl FnMut(&[u8; PROX_UNIT_LEN])) {
        if self.pending_bits() > 0 {
            self.send_idle(MESSAGE_LEN * 8 - self.pending_bits(), sink);
        }
    }

    fn send_full(&mut self, sink: &mut impl FnMut(&[u8; PROX_UNIT_LEN])) {
        let Some(message) = self.message.first_octets(MESSAGE_LEN) else {
            return;
        };
        let mut unit = [0; PROX_UNIT_LEN];
        //= 211.2-B-3 ldpc
        if LdpcChannel::PROX1.encode(message, &mut unit).is_ok() {
            sink(&unit);
        }
        self.message.clear();
    }
}
