//! The encoder: two feedback shift registers, and the order in which their outputs are sent.
//!
//! Book: CCSDS 131.0-B, turbo codes: backward vector G0 = 10011, forward vectors G1 = 11011, G2 = 10101, G3 = 11111, the leftmost place
//! for the bit that enters the register. For the last four bit times the feedback is the input, so the register fills with zeros; the
//! information output then carries the feedback of encoder a, that of encoder b is not sent.

use super::{TAIL, TurboCode, TurboError, TurboRate, message_fits, symbols_fit};

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

/// The outputs of one bit time.
pub(crate) struct BitTime {
    pub(crate) information: u8,
    /// G1, G2 and G3 of encoder a in the lowest places.
    pub(crate) a: u8,
    /// The same of encoder b.
    pub(crate) b: u8,
    pub(crate) odd: bool,
}

impl BitTime {
    /// The symbols in the order they are sent; as many as the rate says are meant.
    //= 131.0-B turbo-output-order
    pub(crate) fn symbols(&self, rate: TurboRate) -> [u8; 6] {
        let [a1, a2, a3] = [self.a & 1, self.a >> 1 & 1, self.a >> 2 & 1];
        let [b1, b3] = [self.b & 1, self.b >> 2 & 1];
        let s = self.information;
        match rate {
            TurboRate::Half => [s, if self.odd { b1 } else { a1 }, 0, 0, 0, 0],
            TurboRate::Third => [s, a1, b1, 0, 0, 0],
            TurboRate::Quarter => [s, a2, a3, b1, 0, 0],
            TurboRate::Sixth => [s, a1, a2, a3, b1, b3],
        }
    }
}

/// Bit `index` of octets, most significant first; zero behind the end.
fn bit(message: &[u8], index: u16) -> u8 {
    let octet = message.get(usize::from(index >> 3)).copied().unwrap_or(0);
    octet >> (7 - (index & 7)) & 1
}

/// Every bit time of a codeblock.
pub(crate) fn bit_times(code: TurboCode, message: &[u8]) -> impl Iterator<Item = BitTime> {
    let (mut a, mut b) = (Register::default(), Register::default());
    let inputs = (0..code.k() as u16)
        .zip(code.permutation())
        .map(|(natural, permuted)| Some((bit(message, natural), bit(message, permuted))));
    let mut odd = true;
    inputs.chain([None; TAIL]).map(move |input| {
        //= 131.0-B turbo-tail
        let (of_a, of_b) = input.unwrap_or((a.feedback(), b.feedback()));
        odd = !odd;
        BitTime {
            information: of_a,
            a: a.push(of_a),
            b: b.push(of_b),
            odd,
        }
    })
}

/// Encodes a message of k/8 octets into n symbols, 0 or 1, one an element.
pub fn encode(code: TurboCode, message: &[u8], symbols: &mut [u8]) -> Result<(), TurboError> {
    message_fits(code, message.len())?;
    symbols_fit(code, symbols.len())?;
    let rate = code.rate();
    let groups = symbols.chunks_exact_mut(rate.symbols_per_bit());
    for (group, time) in groups.zip(bit_times(code, message)) {
        for (symbol, value) in group.iter_mut().zip(time.symbols(rate)) {
            *symbol = value;
        }
    }
    Ok(())
}

/// How many received symbols differ from those of `message`; erased ones do not count.
pub(crate) fn mismatches(code: TurboCode, message: &[u8], soft: &[i8]) -> u32 {
    let rate = code.rate();
    let groups = soft.chunks_exact(rate.symbols_per_bit());
    let mut count = 0;
    for (group, time) in groups.zip(bit_times(code, message)) {
        for (&received, sent) in group.iter().zip(time.symbols(rate)) {
            count += u32::from(received != 0 && (received > 0) != (sent == 1));
        }
    }
    count
}
