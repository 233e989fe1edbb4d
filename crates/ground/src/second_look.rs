//! A second look at a recording of soft symbols: frames whose check failed are looked for among the next likely paths.
//!
//! Book: none. With the K = 7 code near its threshold a lost Proximity-1 frame mostly has one or two wrong error events. Where the first look
//! ([`AutoViterbi`], [`PltuHunter`]) found a marker and no good frame, [`ListViterbi`] goes down the list of paths until the CRC-32 of one fits. A
//! wrong frame among [`SecondLook::paths`] of them passes with 2⁻³² each.

use std::collections::VecDeque;

use magpie_coding::convolutional::G2;
use magpie_coding::pltu::{PltuConfig, PltuEvent, PltuHunter, PltuReject};
use magpie_coding::viterbi::list::ListViterbi;
use magpie_coding::viterbi::{AutoViterbi, G2Choice};

/// Steps in front of a marker from which the list decoder finds its state, and as many behind the unit.
const MARGIN: usize = 64;
/// Bits of marker and CRC.
const OVERHEAD: usize = 24 + 32;
/// Octets of the longest frame.
const LONGEST: usize = 2048;

/// How far to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondLook {
    /// Paths asked for each unit that failed.
    pub paths: usize,
    /// How frames are found.
    pub pltu: PltuConfig,
    /// What is known of G2.
    pub g2: G2Choice,
}

impl SecondLook {
    /// A thousand paths, the usual tolerance, G2 inverted.
    pub const fn new() -> Self {
        Self {
            paths: 1000,
            pltu: PltuConfig::new(),
            g2: G2Choice::Inverted,
        }
    }
}

impl Default for SecondLook {
    fn default() -> Self {
        Self::new()
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Frames of the first look.
    pub first: u64,
    /// Frames of the second one.
    pub second: u64,
    /// Markers behind which neither found a frame.
    pub lost: u64,
    /// Frames that came inverted.
    pub inverted: u64,
}

/// A marker of the first look.
enum Place {
    Good {
        bit: usize,
        inverted: bool,
        frame: Vec<u8>,
    },
    /// With the octets of its frame if the header says them.
    Bad { bit: usize, len: Option<u16> },
}

impl Place {
    const fn bit(&self) -> usize {
        match *self {
            Self::Good { bit, .. } | Self::Bad { bit, .. } => bit,
        }
    }
}

/// Gives every good frame of a stretch of soft symbols in its order.
pub fn frames(soft: &[i8], look: &SecondLook, sink: &mut dyn FnMut(&[u8])) -> Seen {
    let (bits, symbols) = decoded(soft, look.g2);
    let mut places = VecDeque::from(places(&bits, look.pltu));
    let good = places.iter().filter_map(|place| match place {
        Place::Good { frame, .. } => Some(frame.len()),
        Place::Bad { .. } => None,
    });
    let longest = good.max().unwrap_or(LONGEST);
    let mut seen = Seen::default();
    while let Some(place) = places.pop_front() {
        let found = match place {
            Place::Good {
                inverted, frame, ..
            } => {
                seen.first += 1;
                Some((inverted, frame))
            }
            Place::Bad { bit, len } => {
                let good = places
                    .iter()
                    .find(|place| matches!(place, Place::Good { .. }));
                let end = good.map_or(bits.len(), Place::bit);
                let again = symbols.get(bit).and_then(|&symbol| {
                    let suspect = Suspect {
                        symbol,
                        len: len.map(usize::from),
                        longest,
                        most: end - bit,
                    };
                    again(soft, suspect, look)
                });
                if let Some((_, frame)) = &again {
                    // Markers within this frame are none.
                    let behind = bit + OVERHEAD + 8 * frame.len();
                    while places.front().is_some_and(|place| place.bit() < behind) {
                        places.pop_front();
                    }
                    seen.second += 1;
                } else {
                    seen.lost += 1;
                }
                again
            }
        };
        if let Some((inverted, frame)) = found {
            seen.inverted += u64::from(inverted);
            sink(&frame);
        }
    }
    seen
}

/// The bits of the first look, and the symbol where each begins.
fn decoded(soft: &[i8], g2: G2Choice) -> (Vec<u8>, Vec<usize>) {
    let (mut bits, mut symbols) = (Vec::new(), Vec::new());
    let mut decoder = AutoViterbi::new(g2);
    let mut take = |run: &magpie_coding::viterbi::Run<'_>| {
        for (index, &bit) in run.bits().iter().enumerate() {
            bits.push(bit);
            symbols.push(usize::try_from(run.symbol_of(index)).unwrap_or(usize::MAX));
        }
    };
    decoder.push(soft, &mut take);
    decoder.finish(&mut take);
    (bits, symbols)
}

/// All markers that the hunter speaks of.
fn places(bits: &[u8], pltu: PltuConfig) -> Vec<Place> {
    let mut places = Vec::new();
    let mut take = |event: PltuEvent<'_>| {
        let at = |bit| usize::try_from(bit).unwrap_or(usize::MAX);
        places.push(match event {
            PltuEvent::Frame {
                at_bit,
                inverted,
                octets,
                ..
            } => Place::Good {
                bit: at(at_bit),
                inverted,
                frame: octets.to_vec(),
            },
            PltuEvent::Rejected { at_bit, reason, .. } => Place::Bad {
                bit: at(at_bit),
                len: match reason {
                    PltuReject::Crc { len, .. } => Some(len),
                    _ => None,
                },
            },
        });
    };
    let mut hunter = PltuHunter::new(pltu);
    hunter.handle_bits(bits, &mut take);
    hunter.finish(&mut take);
    places
}

/// A marker of the convolutional code behind which the first look found no good frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The symbol that it begins with.
    pub symbol: usize,
    /// Octets of the frame, if its header says them.
    pub len: Option<usize>,
    /// Octets of the longest frame about, for where the header is what is wrong.
    pub longest: usize,
    /// Bits from here to the next thing that is known.
    pub most: usize,
}

/// Looks a second time for the frame behind a marker; tells whether it came inverted, and its octets.
pub fn again(soft: &[i8], suspect: Suspect, look: &SecondLook) -> Option<(bool, Vec<u8>)> {
    let first = suspect.len.unwrap_or(suspect.longest);
    let steps = |len: usize| suspect.most.min(OVERHEAD + 8 * len.min(LONGEST));
    list(soft, suspect.symbol, steps(first), look).or_else(|| {
        let longest = steps(suspect.longest);
        (longest != steps(first))
            .then(|| list(soft, suspect.symbol, longest, look))
            .flatten()
    })
}

/// Goes down the list of the paths through so many steps from a symbol on.
fn list(soft: &[i8], from: usize, steps: usize, look: &SecondLook) -> Option<(bool, Vec<u8>)> {
    let before = (from / 2).min(MARGIN);
    let begin = from.checked_sub(2 * before)?;
    let end = (from + 2 * (steps + MARGIN)).min(soft.len());
    let (pairs, _) = soft.get(begin..end)?.as_chunks::<2>();
    let g2 = match look.g2 {
        G2Choice::Plain => G2::Plain,
        _ => G2::Inverted,
    };
    let list = ListViterbi::new(pairs, g2);
    let mut found = None;
    list.search(before..before + steps, look.paths, |bits| {
        found = first_frame(bits, look.pltu);
        found.is_some()
    });
    found
}

/// The good frame that begins with these bits.
fn first_frame(bits: &[u8], pltu: PltuConfig) -> Option<(bool, Vec<u8>)> {
    let mut found = None;
    let mut hunter = PltuHunter::new(pltu);
    hunter.handle_bits(bits, &mut |event| {
        if let PltuEvent::Frame {
            at_bit: 0,
            inverted,
            octets,
            ..
        } = event
        {
            found = Some((inverted, octets.to_vec()));
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use magpie_coding::convolutional::ConvolutionalEncoder;
    use magpie_coding::crc::crc32_proximity;

    /// Idle, units of 64-octet frames (the CRC's own tests hold it against the book), idle; as soft symbols.
    fn stream(frames: &[Vec<u8>]) -> Vec<i8> {
        let mut octets = [0x35, 0x2E, 0xF8, 0x53].repeat(40);
        for frame in frames {
            octets.extend([0xFA, 0xF3, 0x20]);
            octets.extend(frame);
            octets.extend(crc32_proximity(frame).to_be_bytes());
            octets.extend([0x35, 0x2E, 0xF8, 0x53]);
        }
        octets.extend([0x35, 0x2E, 0xF8, 0x53].repeat(40));
        let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
        let soft = encoder.encode_octets(&octets);
        soft.map(|bit| if bit == 1 { 40 } else { -40 }).collect()
    }

    fn frame(number: u8) -> Vec<u8> {
        let mut frame = vec![0x80, 0, 0, 63, number];
        frame.extend((0..59_u8).map(|k| k.wrapping_mul(37).wrapping_add(number)));
        frame
    }

    /// Turns the symbols of the weakest error event (free distance 10: input 1 alone, outputs 11 01 11 11 00 10 11 in the generators) at a bit of unit `unit`.
    fn spoil(soft: &mut [i8], unit: usize, bit: usize) {
        let begin = 2 * 8 * (160 + unit * (3 + 64 + 4 + 4)) + 2 * bit;
        let event = [1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1];
        for (symbol, turned) in soft[begin..].iter_mut().zip(event) {
            if turned == 1 {
                *symbol = -*symbol / 8;
            }
        }
    }

    #[test]
    fn a_frame_with_an_error_event_comes_at_the_second_look() {
        let sent: Vec<Vec<u8>> = (0..4).map(frame).collect();
        let mut soft = stream(&sent);
        spoil(&mut soft, 1, 200);
        spoil(&mut soft, 2, 100);
        spoil(&mut soft, 2, 400);
        for turned in [false, true] {
            let soft: Vec<i8> = soft.iter().map(|&s| if turned { -s } else { s }).collect();
            let mut found = Vec::new();
            let seen = frames(&soft, &SecondLook::new(), &mut |frame| {
                found.push(frame.to_vec());
            });
            assert_eq!(found, sent);
            let inverted = if turned { 4 } else { 0 };
            assert_eq!(
                (seen.first, seen.second, seen.lost, seen.inverted),
                (2, 2, 0, inverted)
            );
        }
    }

    #[test]
    fn what_is_no_frame_stays_none() {
        let mut soft = stream(&[frame(0)]);
        // The whole payload turned by chance: no path nearby fits.
        for (k, symbol) in soft[2 * 8 * 170..2 * 8 * 200].iter_mut().enumerate() {
            *symbol = if k * k % 7 < 3 { 30 } else { -30 };
        }
        let mut look = SecondLook::new();
        look.paths = 100;
        let seen = frames(&soft, &look, &mut |_| panic!("a frame"));
        assert_eq!((seen.first, seen.second), (0, 0));
        assert_eq!(frames(&[], &look, &mut |_| ()), Seen::default());
        assert_eq!(frames(&[0; 5000], &look, &mut |_| ()).second, 0);
    }
}
