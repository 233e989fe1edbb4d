//! Input files as soft symbols: 32-bit floats, signed octets, one bit an octet, or eight hard bits an octet.
//!
//! A positive soft symbol means 1. Conversion is chunk by chunk; a float that is cut by the end of a chunk waits for the next one.

use std::fmt;
use std::str::FromStr;

use magpie_coding::soft::{self, Quantizer};

/// How symbols lie in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolFormat {
    /// 32-bit little-endian floats, positive = 1, any scale.
    F32,
    /// Signed octets, positive = 1.
    I8,
    /// One octet 0 or 1 a symbol.
    Bits,
    /// Eight hard symbols an octet, the first in the most significant bit.
    Octets,
}

impl FromStr for SymbolFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "f32" => Ok(Self::F32),
            "i8" => Ok(Self::I8),
            "bits" => Ok(Self::Bits),
            "octets" => Ok(Self::Octets),
            other => Err(format!("`{other}` is none of f32, i8, bits, octets")),
        }
    }
}

impl fmt::Display for SymbolFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::I8 => "i8",
            Self::Bits => "bits",
            Self::Octets => "octets",
        })
    }
}

/// Takes the octets of a file and gives soft symbols.
#[derive(Debug, Clone)]
pub struct SymbolReader {
    format: SymbolFormat,
    quantizer: Quantizer,
    /// Octets of a float that the last chunk cut off.
    part: Vec<u8>,
    invalid: u64,
}

impl SymbolReader {
    /// A reader for one file.
    pub fn new(format: SymbolFormat) -> Self {
        Self {
            format,
            quantizer: Quantizer::new(),
            part: Vec::new(),
            invalid: 0,
        }
    }

    /// Symbols that cannot be: not-a-number floats, `bits` octets other than 0 and 1. They count as erased.
    pub const fn invalid(&self) -> u64 {
        self.invalid
    }

    /// Octets behind the last whole symbol.
    pub fn trailing(&self) -> u64 {
        self.part.len() as u64
    }

    /// Converts the next octets of the file and appends the symbols to `out`.
    pub fn push(&mut self, octets: &[u8], out: &mut Vec<i8>) {
        match self.format {
            SymbolFormat::F32 => self.push_floats(octets, out),
            // -128 has no positive twin; decoders want a symmetric range.
            SymbolFormat::I8 => {
                out.extend(octets.iter().map(|&octet| octet.cast_signed().max(-127)));
            }
            SymbolFormat::Bits => {
                for &bit in octets {
                    self.invalid += u64::from(bit > 1);
                    out.push(if bit > 1 { 0 } else { soft::soft_from_bit(bit) });
                }
            }
            SymbolFormat::Octets => out.extend(soft::symbols(octets)),
        }
    }

    fn push_floats(&mut self, mut octets: &[u8], out: &mut Vec<i8>) {
        if !self.part.is_empty() {
            let wanted = (4 - self.part.len()).min(octets.len());
            let (head, rest) = octets.split_at(wanted);
            self.part.extend_from_slice(head);
            octets = rest;
            let Some(&whole) = self.part.first_chunk::<4>() else {
                return;
            };
            self.part.clear();
            self.push_float(whole, out);
        }
        let (floats, rest) = octets.as_chunks::<4>();
        for &float in floats {
            self.push_float(float, out);
        }
        self.part.extend_from_slice(rest);
    }

    fn push_float(&mut self, octets: [u8; 4], out: &mut Vec<i8>) {
        let symbol = f32::from_le_bytes(octets);
        self.invalid += u64::from(!symbol.is_finite());
        out.push(self.quantizer.quantize(symbol));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: SymbolFormat, octets: &[u8], chunk: usize) -> (Vec<i8>, SymbolReader) {
        let mut reader = SymbolReader::new(format);
        let mut out = Vec::new();
        octets
            .chunks(chunk)
            .for_each(|chunk| reader.push(chunk, &mut out));
        (out, reader)
    }

    #[test]
    fn floats_may_be_cut_anywhere() {
        let octets: Vec<u8> = [0.5f32, -0.5, f32::NAN, 0.5]
            .iter()
            .flat_map(|float| float.to_le_bytes())
            .chain([7])
            .collect();
        for chunk in 1..9 {
            let (symbols, reader) = read(SymbolFormat::F32, &octets, chunk);
            assert_eq!(
                symbols
                    .iter()
                    .map(|symbol| symbol.signum())
                    .collect::<Vec<_>>(),
                [1, -1, 0, 1]
            );
            assert_eq!((reader.trailing(), reader.invalid()), (1, 1));
        }
    }

    #[test]
    fn hard_formats() {
        let signs = |(symbols, _): (Vec<i8>, _)| {
            symbols
                .iter()
                .map(|symbol| symbol.signum())
                .collect::<Vec<_>>()
        };
        assert_eq!(signs(read(SymbolFormat::Bits, &[1, 0, 9], 2)), [1, -1, 0]);
        assert_eq!(
            signs(read(SymbolFormat::Octets, &[0b1010_0001], 1)),
            [1, -1, 1, -1, -1, -1, -1, 1]
        );
        assert_eq!(read(SymbolFormat::I8, &[0x80, 0x7F], 2).0, [-127, 127]);
    }
}
