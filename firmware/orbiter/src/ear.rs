//! From soft symbols to accepted frames on the flash.

use embedded_storage::nor_flash::NorFlash;
use magpie_bus::order::ReturnCode;
use magpie_bus::{Exchange, Fate, FromComputer};
use magpie_coding::codeblock::CodeblockStats;
use magpie_coding::crc::crc32_proximity;
use magpie_coding::pltu::PltuReject;
use magpie_coding::viterbi::CompactReceiver;
use magpie_coding::viterbi::compact::Block;
use magpie_flight::profile::return_symbol_rate;
use magpie_link::LentLater;
use magpie_link::clock::Instant;
use magpie_link::transceiver::{Observation, Transceiver};

use crate::decoders::{Decoders, UnitReceiver};
use crate::recorder::Recorder;

/// Octets of bits given to the receiver between two looks at the room on the flash: less than the shortest PLTU.
const PIECE: usize = 8;

/// Symbols given to the LDPC receiver at once.
const SYMBOLS: usize = 64;

/// The decoders and their books.
#[derive(Debug)]
pub(crate) struct Ear {
    decoders: Option<&'static mut Decoders>,
    code: ReturnCode,
    /// Symbols given to the decoder.
    symbols: u64,
    /// Whether bits are on their way through the decoder.
    busy: bool,
    bits_refused: u32,
}

impl Ear {
    pub(crate) const fn new() -> Self {
        Self {
            decoders: None,
            code: ReturnCode::Convolutional,
            symbols: 0,
            busy: false,
            bits_refused: 0,
        }
    }

    /// Gives it the decoders.
    pub(crate) fn lend(&mut self, decoders: &'static mut Decoders) {
        self.decoders = Some(decoders);
    }

    /// Another stream begins, with this code: what is on its way is gone.
    pub(crate) fn begin(&mut self, code: ReturnCode) {
        if let Some(decoders) = &mut self.decoders {
            decoders.forget();
        }
        self.code = code;
        self.symbols = 0;
        self.busy = false;
    }

    /// Bits that were not taken because the flash had no room for what they might bring.
    pub(crate) const fn bits_refused(&self) -> u32 {
        self.bits_refused
    }

    /// Counters of the synchroniser of LDPC blocks.
    pub(crate) fn blocks(&self) -> CodeblockStats {
        let ldpc = self
            .decoders
            .as_ref()
            .and_then(|decoders| decoders.ldpc.as_ref());
        ldpc.map_or_else(CodeblockStats::default, |ldpc| *ldpc.stats())
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
        let Some(decoders) = &mut self.decoders else {
            return;
        };
        let (code, count) = (self.code, u64::from(heard.symbols));
        if count == 0 && !self.busy {
            return;
        }
        self.symbols += count;
        let rate = node.receive_rate().bits_per_s();
        let mut sink = Sink {
            code,
            symbols: self.symbols,
            symbol_rate: return_symbol_rate(code, rate).into(),
            end,
            node,
            recorder,
            bits_refused: &mut self.bits_refused,
            out,
        };
        match (code, &mut decoders.ldpc) {
            (ReturnCode::Convolutional, _) => {
                hear_convolutional(&mut decoders.viterbi, heard, &mut sink);
            }
            (ReturnCode::Ldpc, Some(ldpc)) => hear_ldpc(ldpc, heard, &mut sink),
            (ReturnCode::Ldpc, None) => {}
        }
        self.busy = count > 0;
        if !self.busy {
            // The signal has gone: what is still in the hunter comes out.
            self.symbols = 0;
            sink.finish(end);
        }
    }
}

/// Streams of pairs: bits come out with a delay, the last ones when the signal has gone.
fn hear_convolutional<F: NorFlash, const N: usize, O: FnMut(&FromComputer<'_>)>(
    decoder: &mut CompactReceiver,
    heard: &Exchange<'_>,
    sink: &mut Sink<'_, F, N, O>,
) {
    let mut take = |block: &Block| {
        sink.take(block.octets(), block.len_bits(), block.first_symbol());
    };
    if heard.symbols > 0 {
        decoder.push_levels(usize::from(heard.symbols), heard.soft, &mut take);
    } else {
        decoder.finish(&mut take);
    }
}

/// Units: messages come out whole. A block that is bad but in the rhythm still may have whole frames in it.
fn hear_ldpc<F: NorFlash, const N: usize, O: FnMut(&FromComputer<'_>)>(
    receiver: &mut UnitReceiver,
    heard: &Exchange<'_>,
    sink: &mut Sink<'_, F, N, O>,
) {
    let mut levels = heard.nibbles();
    let mut piece = [0; SYMBOLS];
    while levels.len() > 0 {
        let mut len = 0;
        for (place, level) in piece.iter_mut().zip(&mut levels) {
            *place = level;
            len += 1;
        }
        receiver.push(piece.get(..len).unwrap_or(&[]), &mut |message| {
            if !message.follows {
                sink.finish(sink.time_of(message.at_symbol));
            }
            sink.take(message.octets, message.octets.len() * 8, message.at_symbol);
        });
    }
    if heard.symbols == 0 {
        receiver.reset();
    }
}

/// Where decoded bits go.
struct Sink<'s, F: 'static, const N: usize, O> {
    code: ReturnCode,
    /// Symbols that had come at `end`.
    symbols: u64,
    symbol_rate: u64,
    end: Instant,
    node: &'s mut Transceiver<LentLater, LentLater>,
    recorder: &'s mut Recorder<F, N>,
    bits_refused: &'s mut u32,
    out: &'s mut O,
}

impl<F: NorFlash, const N: usize, O: FnMut(&FromComputer<'_>)> Sink<'_, F, N, O> {
    /// When a symbol had come; symbols of an earlier rate are off by their delay in the decoder.
    fn time_of(&self, symbol: u64) -> Instant {
        let behind = self.symbols.saturating_sub(symbol) * 1_000_000;
        Instant::from_micros(
            self.end
                .as_micros()
                .saturating_sub(behind.checked_div(self.symbol_rate).unwrap_or(0)),
        )
    }

    /// Bits, the first of which began with this symbol. Those of an LDPC unit count as if they were spread evenly over it, marker and
    /// parity included: so the sender's clock of bits runs too.
    fn take(&mut self, octets: &[u8], len_bits: usize, first_symbol: u64) {
        let mut bits = len_bits;
        let mut done = 0;
        for piece in octets.chunks(PIECE) {
            let len = bits.min(piece.len() * 8);
            done += len as u32;
            bits -= len;
            if !self.recorder.has_room() {
                *self.bits_refused = self.bits_refused.saturating_add(len as u32);
                continue;
            }
            let symbol = first_symbol + u64::from(return_symbol_rate(self.code, done));
            let now = self.time_of(symbol);
            let (recorder, out) = (&mut *self.recorder, &mut *self.out);
            let mut seen = |seen: Observation<'_>| tell(recorder, &seen, out);
            // No delivery memory was lent, so none can be full: all bits are taken.
            let _ = if len == piece.len() * 8 {
                self.node.handle_octets(now, piece, &mut seen)
            } else {
                self.node
                    .handle_bits(now, &bits_of(piece)[..len.min(64)], &mut seen)
            };
        }
    }

    /// What is in the hunter comes out.
    fn finish(&mut self, now: Instant) {
        let (recorder, out) = (&mut *self.recorder, &mut *self.out);
        self.node
            .finish(now, &mut |seen| tell(recorder, &seen, out));
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
