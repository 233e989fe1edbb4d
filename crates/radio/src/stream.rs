//! Streams of samples as octets: how SDR tools write them, in files and on sockets.
//!
//! Book: none; these are the four sample formats that GNU Radio and the SDR tools speak, little-endian, I before Q. Full scale is ±1. Left out:
//! big-endian and real-valued streams.
//!
//! ```
//! use magpie_radio::Iq;
//! use magpie_radio::stream::{Decoder, Format};
//!
//! let mut octets = Vec::new();
//! let clipped = Format::Ci8.encode(&[Iq::new(0.5, -1.0), Iq::new(2.0, 0.0)], &mut octets);
//! assert_eq!((octets.as_slice(), clipped), ([64, 0x80, 127, 0].as_slice(), 1));
//!
//! // Octets come in chunks that do not respect samples.
//! let (mut decoder, mut samples) = (Decoder::new(Format::Ci8), Vec::new());
//! for chunk in octets.chunks(3) {
//!     decoder.push(chunk, &mut samples);
//! }
//! assert_eq!(samples, [Iq::new(0.5, -1.0), Iq::new(127.0 / 128.0, 0.0)]);
//! ```

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::Iq;

/// How a sample lies in octets. All are little-endian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// Two `f32`: GNU Radio's `gr_complex`.
    #[default]
    Cf32,
    /// Two `i16`, full scale 32768.
    Ci16,
    /// Two `i8`, full scale 128: `HackRF`.
    Ci8,
    /// Two `u8` around 127.5, full scale 128: RTL-SDR.
    Cu8,
}

/// Not the name of a [`Format`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no sample format: it must be cf32, ci16, ci8 or cu8")]
pub struct NoFormat(pub String);

/// Longest sample, in octets.
const LONGEST: usize = 8;

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Cf32, Self::Ci16, Self::Ci8, Self::Cu8];

    /// Its name on a command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cf32 => "cf32",
            Self::Ci16 => "ci16",
            Self::Ci8 => "ci8",
            Self::Cu8 => "cu8",
        }
    }

    /// Octets a sample.
    pub const fn octets(self) -> usize {
        match self {
            Self::Cf32 => 8,
            Self::Ci16 => 4,
            Self::Ci8 | Self::Cu8 => 2,
        }
    }

    /// Appends samples as octets. What is beyond full scale is clipped and what is no number becomes zero, except in [`Format::Cf32`], which
    /// takes everything as it is.
    ///
    /// Returns how many samples were clipped or no numbers.
    pub fn encode(self, samples: &[Iq], out: &mut Vec<u8>) -> u64 {
        out.reserve(samples.len() * self.octets());
        let mut clipped = 0;
        let whole = |value: f32, middle: f32, scale: f32, low: f32, high: f32| {
            let value = (value * scale + middle).round();
            let level = if value.is_nan() {
                middle.round()
            } else {
                value.clamp(low, high)
            };
            // NaN is within no range.
            (level, !(low..=high).contains(&value))
        };
        for sample in samples {
            let mut both = |middle, scale, low, high| {
                let (re, re_clipped) = whole(sample.re, middle, scale, low, high);
                let (im, im_clipped) = whole(sample.im, middle, scale, low, high);
                clipped += u64::from(re_clipped || im_clipped);
                (re, im)
            };
            match self {
                Self::Cf32 => {
                    out.extend(sample.re.to_le_bytes());
                    out.extend(sample.im.to_le_bytes());
                }
                Self::Ci16 => {
                    let (re, im) = both(0.0, 32768.0, -32768.0, 32767.0);
                    out.extend((re as i16).to_le_bytes());
                    out.extend((im as i16).to_le_bytes());
                }
                Self::Ci8 => {
                    let (re, im) = both(0.0, 128.0, -128.0, 127.0);
                    out.extend([(re as i8).cast_unsigned(), (im as i8).cast_unsigned()]);
                }
                Self::Cu8 => {
                    let (re, im) = both(127.5, 128.0, 0.0, 255.0);
                    out.extend([re as u8, im as u8]);
                }
            }
        }
        clipped
    }

    /// Appends the samples of whole ones in `octets`; a rest that is no whole sample is left out.
    fn decode(self, octets: &[u8], out: &mut Vec<Iq>) {
        match self {
            Self::Cf32 => out.extend(octets.as_chunks::<8>().0.iter().map(
                |&[a, b, c, d, e, f, g, h]| {
                    Iq::new(
                        f32::from_le_bytes([a, b, c, d]),
                        f32::from_le_bytes([e, f, g, h]),
                    )
                },
            )),
            Self::Ci16 => out.extend(octets.as_chunks::<4>().0.iter().map(|&[a, b, c, d]| {
                let part = |octets| f32::from(i16::from_le_bytes(octets)) * (1.0 / 32768.0);
                Iq::new(part([a, b]), part([c, d]))
            })),
            Self::Ci8 => out.extend(octets.as_chunks::<2>().0.iter().map(|&[a, b]| {
                let part = |octet: u8| f32::from(octet.cast_signed()) * (1.0 / 128.0);
                Iq::new(part(a), part(b))
            })),
            Self::Cu8 => out.extend(octets.as_chunks::<2>().0.iter().map(|&[a, b]| {
                let part = |octet| (f32::from(octet) - 127.5) * (1.0 / 128.0);
                Iq::new(part(a), part(b))
            })),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = NoFormat;

    fn from_str(name: &str) -> Result<Self, NoFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| NoFormat(name.chars().take(40).collect()))
    }
}

/// Octets to samples, across the borders of chunks.
#[derive(Clone, Debug)]
pub struct Decoder {
    format: Format,
    /// The begin of a sample whose rest is in the next chunk.
    begun: [u8; LONGEST],
    have: usize,
}

impl Decoder {
    /// A decoder of a stream in this format.
    pub const fn new(format: Format) -> Self {
        Self {
            format,
            begun: [0; LONGEST],
            have: 0,
        }
    }

    /// Takes the next octets and appends the samples that are whole now. Numbers that are none come through as they are.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<Iq>) {
        let size = self.format.octets();
        let mut rest = octets;
        if self.have > 0 {
            let (first, behind) = rest.split_at(rest.len().min(size - self.have));
            self.begun[self.have..self.have + first.len()].copy_from_slice(first);
            self.have += first.len();
            rest = behind;
            if self.have < size {
                return;
            }
            self.format.decode(&self.begun[..size], out);
        }
        let (whole, begun) = rest.split_at(rest.len() - rest.len() % size);
        self.format.decode(whole, out);
        self.begun[..begun.len()].copy_from_slice(begun);
        self.have = begun.len();
    }

    /// Octets of a sample that is not whole: more than none at the end of a stream means that it was cut off.
    pub const fn trailing(&self) -> usize {
        self.have
    }

    /// Forgets a begun sample: behind a datagram that ended within one.
    pub const fn forget_begun(&mut self) {
        self.have = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn octets_are_those_of_the_tools() {
        // 0.5 as IEEE 754 single is 3F000000; -1 is BF800000.
        let half = [0, 0, 0, 0x3F, 0, 0, 0x80, 0xBF];
        let cases: [(Format, &[u8], Iq); 4] = [
            (Format::Cf32, &half, Iq::new(0.5, -1.0)),
            (Format::Ci16, &[0, 0x40, 0, 0x80], Iq::new(0.5, -1.0)),
            (Format::Ci8, &[0x40, 0x80], Iq::new(0.5, -1.0)),
            (Format::Cu8, &[255, 0], Iq::new(0.996_093_75, -0.996_093_75)),
        ];
        for (format, octets, sample) in cases {
            let mut samples = Vec::new();
            Decoder::new(format).push(octets, &mut samples);
            assert_eq!(samples, [sample], "{format}");
            let mut back = Vec::new();
            assert_eq!(format.encode(&samples, &mut back), 0);
            assert_eq!(back, octets, "{format}");
            assert_eq!(format.name().parse(), Ok(format));
        }
        assert_eq!(
            "cf64".parse::<Format>().unwrap_err().to_string(),
            "`cf64` is no sample format: it must be cf32, ci16, ci8 or cu8"
        );
    }

    #[test]
    fn what_has_no_level_is_clipped_and_counted() {
        let odd = [
            Iq::new(f32::NAN, 0.0),
            Iq::new(1e30, f32::NEG_INFINITY),
            Iq::new(0.25, -0.25),
        ];
        let mut octets = Vec::new();
        assert_eq!(Format::Ci16.encode(&odd, &mut octets), 2);
        assert_eq!(octets, [0, 0, 0, 0, 0xFF, 0x7F, 0, 0x80, 0, 0x20, 0, 0xE0]);
        octets.clear();
        assert_eq!(Format::Cu8.encode(&odd, &mut octets), 2);
        assert_eq!(octets, [128, 128, 255, 0, 160, 96]);
        octets.clear();
        assert_eq!(Format::Cf32.encode(&odd, &mut octets), 0);
        assert_eq!(octets[..4], f32::NAN.to_le_bytes());
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(
            octets in proptest::collection::vec(any::<u8>(), 0..200),
            cuts in proptest::collection::vec(1_usize..20, 1..40),
            format in 0_usize..4,
        ) {
            let format = Format::ALL[format];
            let bits = |samples: &[Iq]| -> Vec<_> {
                samples.iter().map(|s| (s.re.to_bits(), s.im.to_bits())).collect()
            };
            let mut whole = Vec::new();
            let mut at_once = Decoder::new(format);
            at_once.push(&octets, &mut whole);
            let (mut parts, mut decoder, mut rest) = (Vec::new(), Decoder::new(format), octets.as_slice());
            for cut in cuts.iter().cycle() {
                let (now, later) = rest.split_at(rest.len().min(*cut));
                decoder.push(now, &mut parts);
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(bits(&whole), bits(&parts));
            prop_assert_eq!(whole.len(), octets.len() / format.octets());
            prop_assert_eq!(decoder.trailing(), octets.len() % format.octets());
            prop_assert_eq!(at_once.trailing(), decoder.trailing());
        }
    }
}
