//! Listens to the symbols as they leave the transmitter: which frames are sent, and which of them are to be lost on the way.
//!
//! Without noise a rate-1/2 code needs no decoder: there are polynomials A and B with A·G1 + B·G2 = 1 over the field of two elements, so each
//! bit is a sum of the last five symbol pairs. Found once by trying all: A = 1 + D + D² + D³ + D⁴, B = D² + D⁴.
//!
//! What is found here is the truth that a run is judged by; no computer hears of it.

use magpie_coding::crc::crc32_proximity;
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

/// What one transmitter has sent.
#[derive(Debug)]
pub struct Tap {
    coded: bool,
    loss: f64,
    lottery: Stream,
    /// The last symbols of each generator, the newest in place 0.
    c1: u8,
    c2: u8,
    /// First symbol of a pair that is not whole.
    half: Option<u8>,
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
    /// A tap on a transmitter whose symbols are convolutionally `coded` or are the bits themselves. So great a part of the frames is lost.
    pub fn new(coded: bool, loss: f64, seed: u64, name: &str) -> Self {
        Self {
            coded,
            loss,
            lottery: Stream::new(seed, name, Purpose::Circumstances),
            c1: 0,
            c2: 0,
            half: None,
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
            if !self.coded {
                self.take_bit(sent, || time(place));
            } else if let Some(first) = self.half.take() {
                self.c1 = self.c1 << 1 | first;
                // The second output is inverted on the channel.
                self.c2 = self.c2 << 1 | (sent ^ 1);
                let sum = (self.c1 & A).count_ones() + (self.c2 & B).count_ones();
                self.take_bit(u8::from(sum % 2 == 1), || time(place));
            } else {
                self.half = Some(sent);
            }
        }
    }

    /// Is the symbol that comes now one of a frame that is to be lost? Headers stay whole, so that losses are those asked for and no more.
    fn is_to_be_lost(&self) -> bool {
        let Some(frame) = self.frame.as_ref().filter(|frame| frame.lost) else {
            return false;
        };
        let Ok(Some(needed)) = frame.bits_needed() else {
            return false;
        };
        let (before, behind) = if self.coded { CODED_GUARD } else { (0, 0) };
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

    fn symbols(coded: bool, frames: &[Vec<u8>]) -> Vec<u8> {
        let octets = stream(frames);
        if coded {
            ConvolutionalEncoder::new(G2::Inverted)
                .encode_octets(&octets)
                .collect()
        } else {
            bits(&octets)
        }
    }

    #[test]
    fn frames_are_found_in_coded_and_in_uncoded_symbols_cut_anywhere() {
        for coded in [false, true] {
            let clean = symbols(coded, &frames());
            for piece in [1, 2, 3, 7, 1000] {
                let mut tap = Tap::new(coded, 0.0, 1, "t");
                let mut at = 0;
                for part in clean.chunks(piece) {
                    let mut part = part.to_vec();
                    tap.listen(&mut part, |place| (at + place + 1) as u64);
                    at += part.len();
                    assert!(!part.contains(&ERASED));
                }
                let found: Vec<_> = tap.sent().iter().map(|f| f.octets.clone()).collect();
                assert_eq!(found, frames());
                // Four octets of idle, three of marker, one or two symbols a bit.
                let a_bit = if coded { 2 } else { 1 };
                assert_eq!(tap.sent()[0].marker_end_us, 7 * 8 * a_bit);
                assert_eq!(tap.lost(), 0);
            }
        }
    }

    #[test]
    fn a_lost_frame_keeps_its_header_and_leaves_its_neighbours_alone() {
        for coded in [false, true] {
            let mut sent = symbols(coded, &frames());
            let mut tap = Tap::new(coded, 1.0, 1, "t");
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

    #[test]
    fn so_many_are_lost_as_asked_for() {
        let many: Vec<Vec<u8>> = vec![vec![0x80, 0, 0, 4, 0]; 20_000];
        let mut sent = symbols(false, &many);
        let mut tap = Tap::new(false, 0.03, 5, "t");
        tap.listen(&mut sent, |place| place as u64);
        assert_eq!(tap.frames(), 20_000);
        // 600 expected, standard deviation 24.
        assert!((480..720).contains(&tap.lost()), "{}", tap.lost());
    }
}
