//! Listens to the symbols as they leave the transmitter: which frames are sent, and which of them are to be lost on the way.
//!
//! Without noise a rate-1/2 code needs no decoder: there are polynomials A and B with A·G1 + B·G2 = 1 over the field of two elements, so each
//! bit is a sum of the last five symbol pairs. Found once by trying all: A = 1 + D + D² + D³ + D⁴, B = D² + D⁴.
//!
//! Of an LDPC unit the message stands in front of the parity, randomized; its bits count as if they were spread evenly over the unit, as the
//! sender's own clock has it.
//!
//! What is found here is the truth that a run is judged by; no computer hears of it.

use magpie_bus::order::ReturnCode;
use magpie_coding::asm::Asm;
use magpie_coding::crc::crc32_proximity;
use magpie_coding::ldpc::LdpcCode;
use magpie_coding::randomizer::Randomizer;
use magpie_sim::random::{Purpose, Stream};
use magpie_wire::pltu::{PLTU_ASM, PLTU_CRC_LEN};
use magpie_wire::v3::{V3_HEADER_LEN, V3Frame};

/// A of the identity, place 0 the newest pair.
const A: u8 = 0b1_1111;
/// B of the identity.
const B: u8 = 0b1_0100;
/// The marker as a number.
const MARKER: u32 = u32::from_be_bytes([0, PLTU_ASM[0], PLTU_ASM[1], PLTU_ASM[2]]);
/// Bits at the start and at the end of what is spoiled of a coded frame that stay whole: a decoder carries errors on for some bits, and the
/// neighbours are not to suffer.
const CODED_GUARD: (usize, usize) = (8, 12);
/// Bits that are spoiled of a frame at most: more than any check forgives, and too few for a decoder to lose its lock.
const BURST: usize = 48;
/// Frames kept at most.
const MOST_FRAMES: usize = 1 << 20;

/// Mark of a symbol that reaches nobody: the receiver hears noise in its place.
pub const ERASED: u8 = 2;

/// A frame as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFrame {
    /// When the end of its marker reaches the other antenna, microseconds of the modem's clock.
    pub marker_end_us: u64,
    /// The transfer frame, without marker and CRC-32.
    pub octets: Vec<u8>,
    /// The channel spoiled it on purpose.
    pub lost: bool,
}

impl SentFrame {
    /// Does it carry user data?
    pub fn is_user_data(&self) -> bool {
        V3Frame::parse(&self.octets).is_ok_and(|frame| frame.is_u_frame())
    }
}

/// The code of one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The symbols are the bits.
    None,
    /// Rate 1/2, K = 7, second output inverted.
    Convolutional,
    /// The LDPC option of Proximity-1.
    Ldpc,
}

impl From<ReturnCode> for Code {
    fn from(code: ReturnCode) -> Self {
        match code {
            ReturnCode::Convolutional => Self::Convolutional,
            ReturnCode::Ldpc => Self::Ldpc,
        }
    }
}

/// Where a stream of LDPC units stands.
#[derive(Debug, Default)]
struct Unit {
    /// The last symbols, to find the marker.
    last: u64,
    /// Within a codeword: the number of the next symbol, and the sequence that its message is randomized with.
    codeword: Option<(usize, Randomizer)>,
    /// A symbol of this codeword was spoiled: then all its parity is, or the decoder would mend it.
    spoiled: bool,
}

impl Unit {
    /// The next symbol. A bit of a message with the number of symbols until the unit has so large a part of it behind itself.
    fn take(&mut self, symbol: u8) -> Option<(u8, usize)> {
        let qc = LdpcCode::Prox1.qc();
        let marker_len = Asm::CSM.len_bits() as usize;
        let Some((at, randomizer)) = &mut self.codeword else {
            self.last = self.last << 1 | u64::from(symbol);
            if self.last == Asm::CSM.value() {
                self.codeword = Some((0, Randomizer::tc()));
                self.spoiled = false;
            }
            return None;
        };
        *at += 1;
        let (at, bit) = (*at, symbol ^ randomizer.next_bit());
        if at == qc.n {
            self.codeword = None;
            self.last = 0;
        }
        let behind = (marker_len + qc.n) * at / qc.k;
        // The first bits of a message come four symbols behind that clock, as the marker is in front of them.
        (at <= qc.k).then(|| (bit, behind.saturating_sub(marker_len + at)))
    }

    /// Whether a parity symbol comes next.
    fn is_at_parity(&self) -> bool {
        let at = self.codeword.as_ref().map_or(0, |(at, _)| *at);
        at >= LdpcCode::Prox1.qc().k
    }
}

/// What one transmitter has sent.
#[derive(Debug)]
pub struct Tap {
    code: Code,
    loss: f64,
    lottery: Stream,
    /// The last symbols of each generator, the newest in place 0.
    c1: u8,
    c2: u8,
    /// First symbol of a pair that is not whole.
    half: Option<u8>,
    unit: Unit,
    /// The last bits.
    shift: u32,
    frame: Option<Growing>,
    sent: Vec<SentFrame>,
    frames: u64,
    lost: u64,
    /// Symbols in a row with modulation on.
    in_a_row: u64,
}

/// A frame of which not all has been sent.
#[derive(Debug)]
struct Growing {
    marker_end_us: u64,
    octets: Vec<u8>,
    octet: u8,
    bits: usize,
    lost: bool,
}

impl Growing {
    /// Bits from the end of the marker to the end of the CRC-32, as soon as the header tells; `None` for what is no Version-3 frame.
    fn bits_needed(&self) -> Result<Option<usize>, NoFrame> {
        let Some(header) = self.octets.first_chunk::<V3_HEADER_LEN>() else {
            return Ok(None);
        };
        let len = usize::from(u16::from_be_bytes([header[2] & 0b111, header[3]])) + 1;
        if header[0] >> 6 != 0b10 || len < V3_HEADER_LEN {
            return Err(NoFrame);
        }
        Ok(Some((len + PLTU_CRC_LEN) * 8))
    }
}

struct NoFrame;

impl Tap {
    /// A tap on a transmitter with this code. So great a part of the frames is lost; with the LDPC code their blocks are, and what else is in them.
    pub fn new(code: Code, loss: f64, seed: u64, name: &str) -> Self {
        Self {
            code,
            loss,
            lottery: Stream::new(seed, name, Purpose::Circumstances),
            c1: 0,
            c2: 0,
            half: None,
            unit: Unit::default(),
            shift: 0,
            frame: None,
            sent: Vec::new(),
            frames: 0,
            lost: 0,
            in_a_row: 0,
        }
    }

    /// All frames sent so far, in order.
    pub fn sent(&self) -> &[SentFrame] {
        &self.sent
    }

    /// How many frames there were.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// How many of them the channel spoiled on purpose.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// The transmitter does not modulate.
    pub fn pause(&mut self) {
        self.half = None;
        self.unit = Unit::default();
        self.frame = None;
        self.shift = 0;
        self.in_a_row = 0;
    }

    /// Symbols as they are sent; `time` says when the end of the symbol at this place reaches the other antenna. Those of frames that
    /// are to be lost are [`ERASED`].
    pub fn listen(&mut self, symbols: &mut [u8], time: impl Fn(usize) -> u64) {
        for (place, symbol) in symbols.iter_mut().enumerate() {
            self.in_a_row += 1;
            let sent = *symbol & 1;
            if self.is_to_be_lost() {
                *symbol = ERASED;
            }
            match self.code {
                Code::None => self.take_bit(sent, || time(place)),
                Code::Convolutional => self.take_of_pair(sent, || time(place)),
                Code::Ldpc => {
                    if let Some((bit, later)) = self.unit.take(sent) {
                        self.take_bit(bit, || time(place + later));
                    }
                }
            }
        }
    }

    fn take_of_pair(&mut self, sent: u8, time: impl FnOnce() -> u64) {
        let Some(first) = self.half.take() else {
            self.half = Some(sent);
            return;
        };
        self.c1 = self.c1 << 1 | first;
        // The second output is inverted on the channel.
        self.c2 = self.c2 << 1 | (sent ^ 1);
        let sum = (self.c1 & A).count_ones() + (self.c2 & B).count_ones();
        self.take_bit(u8::from(sum % 2 == 1), time);
    }

    /// Is the symbol that comes now one of a frame that is to be lost? Headers stay whole, so that losses are those asked for and no more.
    fn is_to_be_lost(&mut self) -> bool {
        if self.code == Code::Ldpc && self.unit.is_at_parity() {
            return self.unit.spoiled;
        }
        let lost = self.is_in_lost_frame();
        // A marker between two messages stays whole.
        let lost = lost && (self.code != Code::Ldpc || self.unit.codeword.is_some());
        self.unit.spoiled |= lost;
        lost
    }

    fn is_in_lost_frame(&self) -> bool {
        let Some(frame) = self.frame.as_ref().filter(|frame| frame.lost) else {
            return false;
        };
        let Ok(Some(needed)) = frame.bits_needed() else {
            return false;
        };
        let (before, behind) = match self.code {
            Code::Convolutional => CODED_GUARD,
            Code::None | Code::Ldpc => (0, 0),
        };
        let from = V3_HEADER_LEN * 8 + before;
        let to = needed.saturating_sub(behind).min(from + BURST);
        (from..to).contains(&frame.bits)
    }

    fn take_bit(&mut self, bit: u8, time: impl FnOnce() -> u64) {
        let Some(frame) = &mut self.frame else {
            self.shift = self.shift << 1 & 0xFF_FFFF | u32::from(bit);
            if self.shift == MARKER {
                let lost = self.loss > 0.0 && self.lottery.uniform() < self.loss;
                self.frame = Some(Growing {
                    marker_end_us: time(),
                    octets: Vec::new(),
                    octet: 0,
                    bits: 0,
                    lost,
                });
            }
            return;
        };
        frame.octet = frame.octet << 1 | bit;
        frame.bits += 1;
        if frame.bits % 8 != 0 {
            return;
        }
        frame.octets.push(frame.octet);
        match frame.bits_needed() {
            Ok(Some(needed)) if frame.bits >= needed => self.end_of_frame(),
            Ok(_) => {}
            Err(NoFrame) => {
                self.frame = None;
                self.shift = 0;
            }
        }
    }

    fn end_of_frame(&mut self) {
        self.shift = 0;
        let Some(mut frame) = self.frame.take() else {
            return;
        };
        let Some((body, check)) = frame.octets.split_last_chunk::<PLTU_CRC_LEN>() else {
            return;
        };
        if crc32_proximity(body).to_be_bytes() != *check {
            return;
        }
        frame.octets.truncate(frame.octets.len() - PLTU_CRC_LEN);
        self.frames += 1;
        self.lost += u64::from(frame.lost);
        if self.sent.len() < MOST_FRAMES {
            self.sent.push(SentFrame {
                marker_end_us: frame.marker_end_us,
                octets: frame.octets,
                lost: frame.lost,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
    use magpie_coding::ldpc::ProxLdpcSender;
    use magpie_coding::pltu::PltuEncoder;

    use super::*;

    /// An empty frame (`80 00 00 04 00`; its CRC-32 BCC004E7 is a worked figure of the standards' facts) and one of 40 octets.
    fn frames() -> Vec<Vec<u8>> {
        let mut long = vec![0x80, 0x52, 0x08, 39, 1];
        long.extend(0..35);
        vec![vec![0x80, 0, 0, 4, 0], long]
    }

    fn stream(frames: &[Vec<u8>]) -> Vec<u8> {
        let mut octets = vec![0x35, 0x2E, 0xF8, 0x53];
        for frame in frames {
            let mut pltu = vec![0; frame.len() + 7];
            PltuEncoder.encode(frame, &mut pltu).unwrap();
            octets.extend(pltu);
            octets.extend([0x35, 0x2E, 0xF8, 0x53]);
        }
        octets
    }

    fn bits(octets: &[u8]) -> Vec<u8> {
        octets
            .iter()
            .flat_map(|octet| (0..8).rev().map(move |place| octet >> place & 1))
            .collect()
    }

    fn symbols(code: Code, frames: &[Vec<u8>]) -> Vec<u8> {
        let octets = stream(frames);
        match code {
            Code::None => bits(&octets),
            Code::Convolutional => ConvolutionalEncoder::new(G2::Inverted)
                .encode_octets(&octets)
                .collect(),
            Code::Ldpc => {
                let mut units = Vec::new();
                let mut sender = ProxLdpcSender::new();
                sender.send(&octets, &mut |unit| units.extend(bits(unit)));
                sender.flush(&mut |unit| units.extend(bits(unit)));
                units
            }
        }
    }

    #[test]
    fn frames_are_found_in_coded_and_in_uncoded_symbols_cut_anywhere() {
        for (code, first_marker_end) in [
            // Four octets of idle, three of marker, one or two symbols a bit, or a symbol a bit behind the marker of the unit.
            (Code::None, 56),
            (Code::Convolutional, 112),
            (Code::Ldpc, 120),
        ] {
            let clean = symbols(code, &frames());
            for piece in [1, 2, 3, 7, 1000] {
                let mut tap = Tap::new(code, 0.0, 1, "t");
                let mut at = 0;
                for part in clean.chunks(piece) {
                    let mut part = part.to_vec();
                    tap.listen(&mut part, |place| (at + place + 1) as u64);
                    at += part.len();
                    assert!(!part.contains(&ERASED));
                }
                let found: Vec<_> = tap.sent().iter().map(|f| f.octets.clone()).collect();
                assert_eq!(found, frames());
                assert_eq!(tap.sent()[0].marker_end_us, first_marker_end);
                assert_eq!(tap.lost(), 0);
            }
        }
    }

    #[test]
    fn a_lost_frame_keeps_its_header_and_leaves_its_neighbours_alone() {
        for code in [Code::None, Code::Convolutional] {
            let coded = code == Code::Convolutional;
            let mut sent = symbols(code, &frames());
            let mut tap = Tap::new(code, 1.0, 1, "t");
            tap.listen(&mut sent, |place| place as u64);
            assert_eq!((tap.frames(), tap.lost()), (2, 2));
            let a_bit = if coded { 2 } else { 1 };
            let first = (4 + 3 + 5) * 8 * a_bit;
            let erased: Vec<usize> = (0..sent.len()).filter(|&at| sent[at] == ERASED).collect();
            // The empty frame has only its CRC-32 behind the header: 32 bits less the guards.
            let guard = if coded { (8, 12) } else { (0, 0) };
            assert_eq!(erased[0], first + guard.0 * a_bit);
            let of_first = erased.iter().filter(|&&at| at < first + 32 * a_bit).count();
            assert_eq!(of_first, (32 - guard.0 - guard.1) * a_bit);
        }
    }

    /// Header of the empty frame: symbols 64 + 56 to 64 + 96; its CRC-32 is spoiled, and the parity (1,024 symbols from 64 + 1,024 on). The
    /// second frame is longer: 40 octets + 7 behind another four of idle.
    #[test]
    fn a_lost_frame_takes_the_parity_of_its_ldpc_block_with_it() {
        let mut sent = symbols(Code::Ldpc, &frames());
        let mut tap = Tap::new(Code::Ldpc, 1.0, 1, "t");
        tap.listen(&mut sent, |place| place as u64);
        assert_eq!((tap.frames(), tap.lost()), (2, 2));
        let erased: Vec<usize> = (0..sent.len()).filter(|&at| sent[at] == ERASED).collect();
        assert!(erased[..33].iter().copied().eq((160..192).chain([288])));
        assert_eq!(erased.len(), 32 + BURST + 1_024);
        assert!(
            erased[erased.len() - 1_024..]
                .iter()
                .copied()
                .eq(1_088..2_112)
        );
    }

    #[test]
    fn so_many_are_lost_as_asked_for() {
        let many: Vec<Vec<u8>> = vec![vec![0x80, 0, 0, 4, 0]; 20_000];
        let mut sent = symbols(Code::None, &many);
        let mut tap = Tap::new(Code::None, 0.03, 5, "t");
        tap.listen(&mut sent, |place| place as u64);
        assert_eq!(tap.frames(), 20_000);
        // 600 expected, standard deviation 24.
        assert!((480..720).contains(&tap.lost()), "{}", tap.lost());
    }
}
