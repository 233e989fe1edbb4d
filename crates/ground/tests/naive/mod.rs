//! A slow, obvious transmitter, bit by bit from the books, that shares no code with the decoder under test; and a seeded channel.
#![allow(dead_code)] // each test file takes what it needs
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // noise is made of floats

pub(crate) mod frames;

/// Octets of a hexadecimal literal; blanks are for the eye.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap())
        .collect()
}

/// Bits, first in the most significant place.
pub(crate) fn bits(octets: &[u8]) -> Vec<u8> {
    octets
        .iter()
        .flat_map(|octet| (0..8).map(move |i| octet >> (7 - i) & 1))
        .collect()
}

/// Octets of bits; the last one filled with zeros.
pub(crate) fn octets(bits: &[u8]) -> Vec<u8> {
    bits.chunks(8)
        .map(|chunk| (0..8).fold(0, |octet, i| octet << 1 | chunk.get(i).unwrap_or(&0)))
        .collect()
}

/// 211.2-B-3: K = 7, rate 1/2, G1 = 1111001, G2 = 1011011 (newest bit first), C1 then C2, C2 inverted by the book.
pub(crate) fn convolutional(bits: &[u8], inverted_g2: bool) -> Vec<u8> {
    let mut register = [0u8; 7];
    let mut symbols = Vec::new();
    for &bit in bits {
        register.rotate_right(1);
        register[0] = bit;
        let sum = |taps: [u8; 7]| register.iter().zip(taps).map(|(r, t)| r & t).sum::<u8>() % 2;
        symbols.push(sum([1, 1, 1, 1, 0, 0, 1]));
        symbols.push(sum([1, 0, 1, 1, 0, 1, 1]) ^ u8::from(inverted_g2));
    }
    symbols
}

/// 211.2-B-3 annex C: polynomial 00A00805, preset 0, as a long division of the frame by the polynomial.
pub(crate) fn crc32(octets: &[u8]) -> [u8; 4] {
    let mut remainder = 0u32;
    for bit in bits(octets) {
        let out = remainder >> 31 ^ u32::from(bit);
        remainder <<= 1;
        if out == 1 {
            remainder ^= 0x00A0_0805;
        }
    }
    remainder.to_be_bytes()
}

/// 132.0-B: x^16 + x^12 + x^5 + 1, preset ones.
pub(crate) fn crc16(octets: &[u8]) -> [u8; 2] {
    let mut remainder = 0xFFFFu16;
    for bit in bits(octets) {
        let out = remainder >> 15 ^ u16::from(bit);
        remainder <<= 1;
        if out == 1 {
            remainder ^= 0x1021;
        }
    }
    remainder.to_be_bytes()
}

/// A frame with marker and CRC-32.
pub(crate) fn pltu(frame: &[u8]) -> Vec<u8> {
    [&[0xFA, 0xF3, 0x20], frame, &crc32(frame)].concat()
}

/// So many octets of the idle pattern 352EF853.
pub(crate) fn idle(len: usize) -> Vec<u8> {
    [0x35, 0x2E, 0xF8, 0x53]
        .into_iter()
        .cycle()
        .take(len)
        .collect()
}

/// 131.0-B, Fibonacci form of the facts: short `fb = r0^r3^r5^r7`, long `fb = r0^r14`.
pub(crate) fn randomizer(len: usize, long: bool) -> Vec<u8> {
    let mut register: u32 = if long { 0x18E38 } else { 0xFF };
    let sequence: Vec<u8> = (0..8 * len)
        .map(|_| {
            let out = u8::try_from(register & 1).unwrap();
            register = if long {
                let feedback = (register ^ register >> 14) & 1;
                register >> 1 | feedback << 16
            } else {
                let feedback = (register ^ register >> 3 ^ register >> 5 ^ register >> 7) & 1;
                register >> 1 | feedback << 7
            };
            out
        })
        .collect();
    octets(&sequence)
}

/// The four Proximity-1 frames with a literal PLTU (facts: test-vectors.md, "Proximity-1 vectors").
pub(crate) const LITERAL_PLTUS: [(&str, &str); 4] = [
    ("B1230806008000", "FAF320 B1230806008000 D8A3C0FE"),
    (
        "B123080900042188218A",
        "FAF320 B123080900042188218A 1EA4022D",
    ),
    (
        "82AAD00BC7 0801C000000041",
        "FAF320 82AAD00BC7 0801C000000041 34F3E33D",
    ),
    ("8000000400", "FAF320 8000000400 BCC004E7"),
];

/// Parity of RS(255,223) and RS(255,239), dual basis, for the message 00 01 02 … (facts: 131.0 file, check vectors).
pub(crate) const PARITY_E16: &str =
    "4FFB92DD557EC67F27FB8982CF58F8FD028AD117FCEF6B2793D0418826578651";
pub(crate) const PARITY_E16_CONVENTIONAL: &str =
    "2FBD4FB4748494B9ACD554627212EEB3EBED41191DE1D36320EA49290B25ABCF";
pub(crate) const PARITY_E8: &str = "9755133F2714A3FBE0101E8F0E0AC1D2";
/// The same for the message 0 … 0, 1.
pub(crate) const PARITY_E16_ONE: &str =
    "660827F283411B8B28E61FAD2759C879C85927AD1FE6288B1B4183F227086601";

/// Marker and randomized codeblock of these codewords (message and parity each), interleaved octet by octet.
pub(crate) fn cadu(codewords: &[Vec<u8>], randomizer_long: Option<bool>) -> Vec<u8> {
    let mut block: Vec<u8> = (0..codewords[0].len())
        .flat_map(|i| codewords.iter().map(move |codeword| codeword[i]))
        .collect();
    if let Some(long) = randomizer_long {
        let sequence = randomizer(block.len(), long);
        block
            .iter_mut()
            .zip(sequence)
            .for_each(|(octet, pn)| *octet ^= pn);
    }
    [&[0x1A, 0xCF, 0xFC, 0x1D], &block[..]].concat()
}

/// Seeded numbers: xorshift64*, good enough for noise.
pub(crate) struct Seeded(pub(crate) u64);

impl Seeded {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap() % limit
    }

    pub(crate) fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Box and Muller.
    pub(crate) fn gauss(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    pub(crate) fn bits(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| u8::from(self.next() >> 63 == 1)).collect()
    }

    pub(crate) fn octets(&mut self, len: usize) -> Vec<u8> {
        octets(&self.bits(8 * len))
    }
}

/// Symbols as 32-bit floats of this scale with Gaussian noise; `eb_n0_db` per bit of a code of this rate.
pub(crate) fn floats(
    symbols: &[u8],
    scale: f32,
    eb_n0_db: f64,
    rate: f64,
    seed: &mut Seeded,
) -> Vec<u8> {
    let sigma = (1.0 / (2.0 * rate * 10f64.powf(eb_n0_db / 10.0))).sqrt();
    symbols
        .iter()
        .flat_map(|&symbol| {
            let clean = if symbol == 1 { 1.0 } else { -1.0 };
            let value = (clean + sigma * seed.gauss()) as f32 * scale;
            value.to_le_bytes()
        })
        .collect()
}
