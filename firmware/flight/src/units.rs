//! The sender of Proximity-1's LDPC option, at the modem's pace.
//!
//! Book: 211.2-B-3. A message of 1,024 bits is fetched from the transceiver when the symbols of the one before it run out, all of it at once: the
//! time inside of what [`Transceiver::fill`] gives runs at the data rate, so nothing is early or late by that, and acquisition begins with
//! the first bit of a message. Where modulation ends within a message, idle fills it up. What is left of a unit goes out although the
//! transceiver is off already. (`magpie_coding::ldpc::ProxLdpcSender` is for streams that come in pieces of any length.)

use magpie_bus::Modulation;
use magpie_bus::order::ReturnCode;
use magpie_coding::idle::Idle;
use magpie_coding::ldpc::{LdpcChannel, LdpcCode, PROX_UNIT_LEN};
use magpie_link::Lent;
use magpie_link::clock::{Duration, Instant};
use magpie_link::transceiver::{Output, Transceiver};

use crate::profile::return_symbol_rate;

/// Octets of a message.
const MESSAGE_LEN: usize = LdpcCode::Prox1.message_len();

/// Where the stream of units stands; their octets are in a buffer that is lent with each call.
#[derive(Debug)]
pub(crate) struct Units {
    /// Octets in front of the buffer that are not sent yet, and those before them that went out with the last stretch.
    waiting: usize,
    sent: usize,
    /// Part of an octet that the stretches so far have had room for, in 1/8,000,000.
    rest: u64,
}

impl Units {
    /// At the start of a transmission.
    pub(crate) const fn new() -> Self {
        Self {
            waiting: 0,
            sent: 0,
            rest: 0,
        }
    }

    /// What goes on the air from `from` on, for `span`. Lent: room for a message, and that for units.
    pub(crate) fn emit<'b, M: Lent, B: Lent>(
        &mut self,
        [message, buffer]: [&'b mut [u8]; 2],
        node: &mut Transceiver<M, B>,
        from: Instant,
        span: Duration,
    ) -> (Modulation, &'b [u8]) {
        self.drop_sent(buffer);
        let want = self
            .octets_in(node.rate().bits_per_s(), span)
            .min(buffer.len());
        let mut modulation = Modulation::Symbols;
        while self.waiting < want {
            let Some(place) = buffer
                .get_mut(self.waiting..)
                .and_then(<[u8]>::first_chunk_mut)
            else {
                break;
            };
            // A message is fetched for the time at which its symbols begin.
            let now = from
                + node
                    .rate()
                    .duration_of_bits(self.waiting as u64 * 8 * 16 / 33);
            match fetch(node, now, message, place) {
                Modulation::Symbols => self.waiting += PROX_UNIT_LEN,
                other => {
                    modulation = other;
                    break;
                }
            }
        }
        if self.waiting == 0 {
            self.rest = 0;
            return (modulation, &[]);
        }
        self.sent = self.waiting.min(want);
        (Modulation::Symbols, buffer.get(..self.sent).unwrap_or(&[]))
    }

    /// Octets of symbols that belong into this stretch.
    fn octets_in(&mut self, bits_per_s: u32, span: Duration) -> usize {
        let rate = u64::from(return_symbol_rate(ReturnCode::Ldpc, bits_per_s));
        let room = self.rest + rate.saturating_mul(span.as_micros());
        self.rest = room % 8_000_000;
        usize::try_from(room / 8_000_000).unwrap_or(usize::MAX)
    }

    /// Moves what is still to be sent to the front.
    fn drop_sent(&mut self, buffer: &mut [u8]) {
        let (sent, waiting) = (self.sent, self.waiting);
        if sent <= waiting && waiting <= buffer.len() {
            buffer.copy_within(sent..waiting, 0);
        }
        self.waiting = waiting.saturating_sub(sent);
        self.sent = 0;
    }
}

/// The next message, as a unit, if there is one; what the transmitter does otherwise.
#[inline(never)]
fn fetch<M: Lent, B: Lent>(
    node: &mut Transceiver<M, B>,
    now: Instant,
    message: &mut [u8],
    unit: &mut [u8; PROX_UNIT_LEN],
) -> Modulation {
    let Some(message) = message.first_chunk_mut::<MESSAGE_LEN>() else {
        return Modulation::Off; // never: the buffer is longer
    };
    match node.fill(now, message) {
        Output::Off => return Modulation::Off,
        Output::CarrierOnly { .. } => return Modulation::Carrier,
        Output::Modulated { octets } => {
            Idle::new().fill(message.get_mut(octets..).unwrap_or(&mut []));
        }
    }
    //= 211.2-B-3 ldpc
    match LdpcChannel::PROX1.encode(message, unit) {
        Ok(()) => Modulation::Symbols,
        Err(_) => Modulation::Off, // never: the lengths are the code's
    }
}
