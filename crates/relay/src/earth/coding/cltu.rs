//! CLTUs on board: a stream of channel symbols to TC transfer frames.
//!
//! Books: 231.0-B (BCH with single error correction or triple error detection, LDPC (128,64) and (512,256)), 232.0-B-4 (the length in the header cuts
//! the frames out of a unit). Frames are handed on unchecked but for their length; [`uplink`](crate::earth::uplink) checks the rest. Memory is bounded
//! by the codewords of the longest unit. Left out: USLP frames.
//!
//! ```
//! use magpie_coding::bch::BchMode;
//! use magpie_coding::cltu::{CltuConfig, CltuEncoder};
//! use magpie_relay::earth::coding::{CltuDecoder, CltuDecoderConfig};
//! let frame = [0x20, 0x41, 0x00, 0x06, 0x00, 0xCA, 0xFE];
//! let mut cltu = [0x55; 30];
//! let len = CltuEncoder::bch().encode(&frame, &mut cltu).unwrap();
//! let mut decoder = CltuDecoder::new(CltuDecoderConfig::Bch(CltuConfig::new(BchMode::SingleErrorCorrect)));
//! let mut frames = Vec::new();
//! decoder.handle_octets(&cltu[..len], &mut |frame| frames.push(frame.to_vec()));
//! assert_eq!(frames, [frame]);
//! ```

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use magpie_coding::cltu::{
    CltuConfig, CltuEvent, CltuReceiver, CltuStats, FILL, LdpcCltuConfig, LdpcCltuReceiver,
};
use magpie_coding::ldpc::LdpcDecoder;
use magpie_wire::tc::tc_frame_len;

/// Level of a hard symbol for the LDPC decoder.
const HARD: i8 = 32;

/// Which code the uplink has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CltuDecoderConfig {
    /// BCH; correcting or detecting, with or without randomizer, as the receiver's configuration says.
    Bch(CltuConfig),
    /// LDPC, short or long.
    Ldpc(LdpcCltuConfig),
}

/// What became of the units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CltuDecoderStats {
    /// Frames handed on.
    pub frames: u64,
    /// Units of at least one codeword whose first octets are no TC frame.
    pub without_frame: u64,
    /// Frames whose end did not come before the end of their unit.
    pub cut_off: u64,
}

#[derive(Debug)]
enum Receiver {
    Bch(Box<CltuReceiver>),
    Ldpc(Box<LdpcCltuReceiver<Vec<i8>>>),
}

/// Finds CLTUs in a stream and cuts them into frames.
#[derive(Debug)]
pub struct CltuDecoder {
    receiver: Receiver,
    cutter: Cutter,
}

impl CltuDecoder {
    /// A decoder at the start of a stream.
    ///
    /// # Panics
    /// Never: the memory of the LDPC decoder is made to its measure.
    pub fn new(config: CltuDecoderConfig) -> Self {
        let (receiver, information_len, hidden_fill) = match config {
            CltuDecoderConfig::Bch(config) => {
                let receiver = Receiver::Bch(Box::new(CltuReceiver::new(config)));
                (receiver, 7, config.is_randomized())
            }
            CltuDecoderConfig::Ldpc(config) => {
                let memory = vec![0; LdpcDecoder::memory_len(config.code())];
                let receiver = LdpcCltuReceiver::new(config, memory).expect("memory_len is enough");
                (
                    Receiver::Ldpc(Box::new(receiver)),
                    config.code().message_len(),
                    false,
                )
            }
        };
        Self {
            receiver,
            cutter: Cutter {
                unit: Vec::new(),
                information_len,
                hidden_fill,
                stats: CltuDecoderStats::default(),
            },
        }
    }

    /// Takes hard symbols, eight an octet, and hands every whole frame to `sink`.
    pub fn handle_octets(&mut self, octets: &[u8], sink: &mut impl FnMut(&[u8])) {
        let cutter = &mut self.cutter;
        match &mut self.receiver {
            Receiver::Bch(receiver) => {
                receiver.handle_octets(octets, &mut |event| cutter.handle(&event, sink));
            }
            Receiver::Ldpc(receiver) => {
                for octet in octets {
                    let symbols: [i8; 8] = core::array::from_fn(|place| {
                        if octet >> (7 - place) & 1 == 1 {
                            HARD
                        } else {
                            -HARD
                        }
                    });
                    receiver.handle_symbols(&symbols, &mut |event| cutter.handle(&event, sink));
                }
            }
        }
    }

    /// The stream has ended, as when a datagram is one CLTU or the receiver has lost lock: what is open ends.
    pub fn finish(&mut self, sink: &mut impl FnMut(&[u8])) {
        let cutter = &mut self.cutter;
        match &mut self.receiver {
            Receiver::Bch(receiver) => receiver.finish(&mut |event| cutter.handle(&event, sink)),
            Receiver::Ldpc(receiver) => receiver.finish(&mut |event| cutter.handle(&event, sink)),
        }
    }

    /// What became of the units.
    pub const fn stats(&self) -> &CltuDecoderStats {
        &self.cutter.stats
    }

    /// Counters of the synchroniser and the code.
    pub const fn code_stats(&self) -> &CltuStats {
        match &self.receiver {
            Receiver::Bch(receiver) => receiver.stats(),
            Receiver::Ldpc(receiver) => receiver.stats(),
        }
    }
}

/// Cuts a unit into frames by their own lengths.
#[derive(Debug)]
struct Cutter {
    unit: Vec<u8>,
    information_len: usize,
    /// Fill went through the derandomizer, which hides it.
    hidden_fill: bool,
    stats: CltuDecoderStats,
}

impl Cutter {
    fn handle(&mut self, event: &CltuEvent<'_>, sink: &mut impl FnMut(&[u8])) {
        match *event {
            CltuEvent::Start { .. } => self.unit.clear(),
            CltuEvent::Codeword { octets, .. } => self.unit.extend_from_slice(octets),
            CltuEvent::End { .. } => self.cut(sink),
        }
    }

    fn cut(&mut self, sink: &mut impl FnMut(&[u8])) {
        let mut rest = self.unit.as_slice();
        let mut frames = 0_u64;
        while !rest.is_empty() {
            let short = frames > 0 && rest.len() < self.information_len;
            if short && (self.hidden_fill || rest.iter().all(|&octet| octet == FILL)) {
                break; //= 231.0-B cltu-fill
            }
            let Ok(len) = tc_frame_len(rest) else {
                self.stats.without_frame += u64::from(frames == 0);
                break;
            };
            let Some((frame, behind)) = rest.split_at_checked(len) else {
                self.stats.cut_off += 1;
                break;
            };
            sink(frame);
            frames += 1;
            rest = behind;
        }
        self.stats.frames += frames;
        self.unit.clear();
    }
}
