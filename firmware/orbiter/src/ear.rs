//! From soft symbols to accepted frames on the flash.

use embedded_storage::nor_flash::NorFlash;
use magpie_bus::{Exchange, Fate, FromComputer};
use magpie_coding::crc::crc32_proximity;
use magpie_coding::pltu::PltuReject;
use magpie_coding::viterbi::CompactReceiver;
use magpie_coding::viterbi::compact::Block;
use magpie_link::LentLater;
use magpie_link::clock::Instant;
use magpie_link::transceiver::{Observation, Transceiver};

use crate::recorder::Recorder;

/// Octets of bits given to the receiver between two looks at the room on the flash: less than the shortest PLTU.
const PIECE: usize = 8;

/// The decoder and its books.
#[derive(Debug)]
pub(crate) struct Ear {
    decoder: Option<&'static mut CompactReceiver>,
    /// Symbols given to the decoder.
    symbols: u64,
    /// Whether bits are on their way through the decoder.
    busy: bool,
    bits_refused: u32,
}

impl Ear {
    pub(crate) const fn new() -> Self {
        Self {
            decoder: None,
            symbols: 0,
            busy: false,
            bits_refused: 0,
        }
    }

    /// Gives it the decoder.
    pub(crate) fn lend(&mut self, decoder: &'static mut CompactReceiver) {
        self.decoder = Some(decoder);
    }

    /// Another stream begins: what is on its way is gone.
    pub(crate) fn forget(&mut self) {
        if let Some(decoder) = &mut self.decoder {
            decoder.finish(&mut |_| ());
        }
        self.symbols = 0;
        self.busy = false;
    }

    /// Bits that were not taken because the flash had no room for what they might bring.
    pub(crate) const fn bits_refused(&self) -> u32 {
        self.bits_refused
    }

    /// Takes what the modem heard until `end`.
    pub(crate) fn listen<F: NorFlash, const N: usize>(
        &mut self,
        heard: &Exchange<'_>,
        end: Instant,
        node: &mut Transceiver<LentLater, LentLater>,
        recorder: &mut Recorder<F, N>,
        out: &mut impl FnMut(&FromComputer<'_>),
    ) {
        let Self {
            decoder: Some(decoder),
            symbols,
            busy,
            bits_refused,
        } = self
        else {
            return;
        };
        let count = u64::from(heard.symbols);
        let total = *symbols + count;
        let symbol_rate = u64::from(node.receive_rate().bits_per_s()) * 2;
        // When a symbol had come; symbols of an earlier rate are off by their delay in the decoder.
        let time_of = |symbol: u64| {
            let behind = total.saturating_sub(symbol) * 1_000_000;
            Instant::from_micros(
                end.as_micros()
                    .saturating_sub(behind.checked_div(symbol_rate).unwrap_or(0)),
            )
        };
        let mut take = |block: &Block| {
            let mut bits = block.len_bits();
            let mut first = block.first_symbol();
            for piece in block.octets().chunks(PIECE) {
                let len = bits.min(piece.len() * 8);
                first += 2 * len as u64;
                bits -= len;
                if !recorder.has_room() {
                    *bits_refused = bits_refused.saturating_add(len as u32);
                    continue;
                }
                let now = time_of(first);
                let mut seen = |seen: Observation<'_>| tell(recorder, &seen, out);
                // No delivery memory was lent, so none can be full: all bits are taken.
                let _ = if len == piece.len() * 8 {
                    node.handle_octets(now, piece, &mut seen)
                } else {
                    node.handle_bits(now, &bits_of(piece)[..len.min(64)], &mut seen)
                };
            }
        };
        if count > 0 {
            *busy = true;
            *symbols = total;
            decoder.push_levels(usize::from(heard.symbols), heard.soft, &mut take);
        } else if *busy {
            // The signal has gone: what is still in the decoder and in the hunter comes out.
            *busy = false;
            decoder.finish(&mut take);
            *symbols = 0;
            node.finish(end, &mut |seen| tell(recorder, &seen, out));
        }
    }
}

/// Keeps a frame whose content the link took, and tells what was found.
fn tell<F: NorFlash, const N: usize>(
    recorder: &mut Recorder<F, N>,
    seen: &Observation<'_>,
    out: &mut impl FnMut(&FromComputer<'_>),
) {
    let (facts, fate, octets, reason) = match *seen {
        // Supervisory frames, repetitions and what comes behind a gap: heard, and nothing to keep.
        Observation::Frame { taken: false, .. } => return,
        Observation::Frame { frame, facts, .. } => {
            let kept = recorder.keep(facts.asm_end, frame.octets());
            let fate = if kept {
                Fate::Recorded
            } else {
                Fate::NotRecorded
            };
            (facts, fate, frame.octets(), "")
        }
        Observation::Refused {
            octets,
            reason,
            facts,
        } => (facts, Fate::Refused, octets, reason.name()),
        Observation::Candidate { reason, facts } => {
            (facts, Fate::Candidate, &[][..], name_of(reason))
        }
    };
    out(&FromComputer::Heard {
        marker_end_us: facts.asm_end.as_micros(),
        fate,
        len: u16::try_from(octets.len()).unwrap_or(u16::MAX),
        crc32: crc32_proximity(octets),
        reason,
    });
}

const fn name_of(reason: PltuReject) -> &'static str {
    match reason {
        PltuReject::Crc { .. } => "pltu_crc",
        PltuReject::Length { .. } => "pltu_length",
        PltuReject::Truncated { .. } => "pltu_truncated",
        PltuReject::Version { .. } | PltuReject::TruncatedNotManaged => "pltu_version",
    }
}

fn bits_of(octets: &[u8]) -> [u8; PIECE * 8] {
    let mut bits = [0; PIECE * 8];
    for (eight, octet) in bits.chunks_mut(8).zip(octets) {
        for (place, bit) in eight.iter_mut().enumerate() {
            *bit = octet >> (7 - place) & 1;
        }
    }
    bits
}
