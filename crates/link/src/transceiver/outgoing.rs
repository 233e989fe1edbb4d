//! One PLTU on its way out, put together in place.
//!
//! Book: 211.2-B-3, the PLTU: marker, transfer frame, CRC-32.

use magpie_coding::crc::crc32_proximity;
use magpie_coding::pltu::{CRC_LEN, MAX_FRAME_LEN, PLTU_OVERHEAD};
use magpie_wire::pltu::PLTU_ASM;

use crate::clock::{DataRate, Instant};
use crate::endpoint::Endpoint;
use crate::record_queue::Lent;

/// One PLTU on its way out.
#[derive(Debug)]
pub(super) struct Outgoing<B> {
    octets: B,
    len: usize,
    sent: usize,
}

impl<B: Lent> Outgoing<B> {
    pub(super) const fn over(octets: B) -> Self {
        Self {
            octets,
            len: 0,
            sent: 0,
        }
    }

    /// Fetches the next frame and puts marker and CRC-32 round it, in place. Without room for a frame none is fetched.
    pub(super) fn load<M: Lent>(
        &mut self,
        now: Instant,
        rate: DataRate,
        endpoint: &mut Endpoint<M>,
    ) -> bool {
        //= 211.2-B-3 pltu-transmit
        let Some((marker, rest)) = self
            .octets
            .as_mut()
            .split_first_chunk_mut::<{ PLTU_ASM.len() }>()
        else {
            return false;
        };
        let room = rest.len().saturating_sub(CRC_LEN).min(MAX_FRAME_LEN);
        let place = rest.get_mut(..room).unwrap_or_default();
        let Some(frame) = endpoint.poll_transmit_at(now, Some(rate), place) else {
            return false;
        };
        let (len, crc) = (frame.len(), crc32_proximity(frame));
        *marker = PLTU_ASM;
        let behind = rest.get_mut(len..).unwrap_or_default();
        let Some(place) = behind.first_chunk_mut::<CRC_LEN>() else {
            return false; // never: there is room for the longest frame
        };
        *place = crc.to_be_bytes();
        self.len = len + PLTU_OVERHEAD;
        self.sent = 0;
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sent == self.len
    }

    /// What is left of it does not go out.
    pub(super) fn discard(&mut self) {
        self.sent = self.len;
    }

    /// Moves as many octets as there are, or fit.
    pub(super) fn drain_to(&mut self, out: &mut [u8]) -> usize {
        let octets = self.octets.as_ref();
        let left = octets.get(self.sent..self.len).unwrap_or_default();
        let n = out.len().min(left.len());
        out[..n].copy_from_slice(&left[..n]);
        self.sent += n;
        n
    }
}
