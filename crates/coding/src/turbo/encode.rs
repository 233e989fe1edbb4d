//! The encoder: two feedback shift registers, and the order in which their outputs are sent.
//!
//! Book: CCSDS 131.0-B, turbo codes: backward vector G0 = 10011, forward vectors G1 = 11011, G2 = 10101, G3 = 11111, the leftmost place
//! for the bit that enters the register. For the last four bit times the feedback is the input, so the register fills with zeros; the
//! information output then carries the feedback of encoder a, that of encoder b is not sent.

use super::{TurboCode, TurboError, TurboRate, message_fits, symbols_fit};

/// What a bit does to a register (first cell lowest): bits 0 to 3 the next state, 4 to 6 the outputs of G1, G2 and G3.
pub(crate) const STEP: [[u8; 2]; 16] = steps();

//= 131.0-B turbo-generators
const fn steps() -> [[u8; 2]; 16] {
    let mut table = [[0; 2]; 16];
    let mut state = 0;
    while state < 16 {
        let (r1, r2, r3, r4) = (state & 1, state >> 1 & 1, state >> 2 & 1, state >> 3 & 1);
        let mut bit = 0;
        while bit < 2 {
            let enters = bit ^ r3 ^ r4;
            let g1 = enters ^ r1 ^ r3 ^ r4;
            let g2 = enters ^ r2 ^ r4;
            let g3 = enters ^ r1 ^ r2 ^ r3 ^ r4;
            table[state][bit] = ((state << 1 & 15) | enters | g1 << 4 | g2 << 5 | g3 << 6) as u8;
            bit += 1;
        }
        state += 1;
    }
    table
}

/// One of the two encoders.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Register(u8);

impl Register {
    pub(crate) const fn at(state: u8) -> Self {
        Self(state & 15)
    }

    /// Takes a bit (its lowest place counts); gives the outputs of G1, G2 and G3 in the three lowest places.
    pub(crate) fn push(&mut self, bit: u8) -> u8 {
        let step = STEP[usize::from(self.0 & 15)][usize::from(bit & 1)];
        self.0 = step & 15;
        step >> 4
    }

    /// The bit that makes a zero enter: the sum of the last two cells.
    pub(crate) fn feedback(self) -> u8 {
        (self.0 >> 2 ^ self.0 >> 3) & 1
    }
}

/// The even ones of 64 bit times, counted from 0: those of encoder a at rate 1/2.
const EVEN: u64 = 0xAAAA_AAAA_AAAA_AAAA;

/// Sixty-four bit times, the first in the highest place.
#[derive(Clone, Copy, Default)]
struct Times {
    information: u64,
    /// What entered the registers.
    a: u64,
    b: u64,
    /// The same one word earlier.
    before: [u64; 2],
}

/// What enters a register while `bits` come in, if `before` entered last.
///
/// The register divides by 1 + x^3 + x^4. Modulo x^64 that is a multiplication by the 1st, 2nd, 4th, 8th and 16th power of it, of
/// three terms each, since its 64th power is 1.
fn entered(bits: u64, before: u64) -> u64 {
    let mut word = bits ^ before << 61 ^ before << 60;
    word ^= word >> 3 ^ word >> 4;
    word ^= word >> 6 ^ word >> 8;
    word ^= word >> 12 ^ word >> 16;
    word ^= word >> 24 ^ word >> 32;
    word ^ word >> 48
}

impl Times {
    /// Outputs of G1, G2 and G3.
    fn outputs(entered: u64, before: u64) -> [u64; 3] {
        let delayed = |by: u32| entered >> by | before << (64 - by);
        let (third, fourth) = (delayed(3), delayed(4));
        let all = entered ^ delayed(1) ^ delayed(2) ^ third ^ fourth;
        [
            entered ^ delayed(1) ^ third ^ fourth,
            entered ^ delayed(2) ^ fourth,
            all,
        ]
    }

    /// One word for each symbol of a bit time, in the order they are sent.
    //= 131.0-B turbo-output-order
    fn symbols(&self, rate: TurboRate) -> [u64; 6] {
        let [a1, a2, a3] = Self::outputs(self.a, self.before[0]);
        let [b1, _, b3] = Self::outputs(self.b, self.before[1]);
        let s = self.information;
        match rate {
            TurboRate::Half => [s, a1 & EVEN | b1 & !EVEN, 0, 0, 0, 0],
            TurboRate::Third => [s, a1, b1, 0, 0, 0],
            TurboRate::Quarter => [s, a2, a3, b1, 0, 0],
            TurboRate::Sixth => [s, a1, a2, a3, b1, b3],
        }
    }
}

/// Bit `index` of octets, most significant first; zero behind the end.
#[inline]
fn bit(octets: &[u8], index: u16) -> u64 {
    let octet = octets.get(usize::from(index >> 3)).copied().unwrap_or(0);
    u64::from(octet >> (7 - (index & 7)) & 1)
}

/// Calls `word` with the symbols of each 64 bit times; the last word has fewer, the tail among them.
fn encode_words(code: TurboCode, message: &[u8], mut word: impl FnMut([u64; 6])) {
    let mut permutation = code.permutation();
    let mut times = Times::default();
    for octets in message.chunks(8) {
        let mut permuted = 0;
        for (first, second) in (0..octets.len() * 4).filter_map(|_| permutation.pair()) {
            permuted = permuted << 2 | bit(message, first) << 1 | bit(message, second);
        }
        let missing = 64 - 8 * octets.len() as u32;
        let natural = octets
            .iter()
            .fold(0, |word, &octet| word << 8 | u64::from(octet));
        let [natural, permuted] = [natural, permuted].map(|bits: u64| bits.unbounded_shl(missing));
        times.before = [times.a, times.b];
        // A message is no multiple of 64 bits: behind its last bit there is place for the tail, where zeros enter.
        //= 131.0-B turbo-tail
        let sent = u64::MAX.unbounded_shl(missing);
        times.a = entered(natural, times.before[0]) & sent;
        times.b = entered(permuted, times.before[1]) & sent;
        let feedback = times.a >> 3 ^ times.a >> 4;
        times.information = natural | feedback & !sent;
        word(times.symbols(code.rate()));
    }
}

/// Encodes a message of k/8 octets into n symbols, 0 or 1, one an element.
pub fn encode(code: TurboCode, message: &[u8], symbols: &mut [u8]) -> Result<(), TurboError> {
    message_fits(code, message.len())?;
    symbols_fit(code, symbols.len())?;
    let mut rest = symbols.chunks_exact_mut(code.rate().symbols_per_bit());
    encode_words(code, message, |mut words| {
        for group in rest.by_ref().take(64) {
            for (symbol, word) in group.iter_mut().zip(&mut words) {
                *symbol = (*word >> 63) as u8;
                *word <<= 1;
            }
        }
    });
    Ok(())
}

/// How many received symbols differ from those of `message`; erased ones do not count.
pub(crate) fn mismatches(code: TurboCode, message: &[u8], soft: &[i8]) -> u32 {
    match code.rate() {
        TurboRate::Half => count_mismatches::<2>(code, message, soft),
        TurboRate::Third => count_mismatches::<3>(code, message, soft),
        TurboRate::Quarter => count_mismatches::<4>(code, message, soft),
        TurboRate::Sixth => count_mismatches::<6>(code, message, soft),
    }
}

/// The eight bits of an octet as octets 0 or 1, the highest first in memory.
fn spread(octet: u8) -> [u8; 8] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let picked = (u64::from(octet) * ONES) & 0x0102_0408_1020_4080;
    // A picked bit becomes the highest of its octet.
    ((picked + 0x7F * ONES) >> 7 & ONES).to_le_bytes()
}

fn count_mismatches<const Q: usize>(code: TurboCode, message: &[u8], soft: &[i8]) -> u32 {
    let mut rest = soft.as_chunks::<Q>().0;
    let mut count = 0;
    encode_words(code, message, |words| {
        let (groups, behind) = rest.split_at(rest.len().min(64));
        rest = behind;
        let (eights, last) = groups.as_chunks::<8>();
        for (index, groups) in eights.iter().enumerate() {
            count += count_wrong(groups, &words, index);
        }
        // Four bit times are left where the tail ends; the others count as erased.
        let mut padded = [[0; Q]; 8];
        for (padded, last) in padded.iter_mut().zip(last) {
            *padded = *last;
        }
        count += count_wrong(&padded, &words, eights.len());
    });
    count
}

/// Of eight bit times, the octet `index` of the words.
#[inline]
fn count_wrong<const Q: usize>(received: &[[i8; Q]; 8], words: &[u64; 6], index: usize) -> u32 {
    let mut sent = [[0_i8; Q]; 8];
    for (stream, word) in words.iter().take(Q).enumerate() {
        let bits = spread(word.unbounded_shr(56_u32.saturating_sub(8 * index as u32)) as u8);
        for (sent, bit) in sent.iter_mut().zip(bits) {
            sent[stream] = 2 * bit as i8 - 1;
        }
    }
    let mut wrong = 0_u8;
    for (received, sent) in received.as_flattened().iter().zip(sent.as_flattened()) {
        wrong += u8::from(received.signum() + sent == 0);
    }
    u32::from(wrong)
}
