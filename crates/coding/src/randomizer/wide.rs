//! Sequences in whole runs, for hosts: from tables, and else an octet at a time.
//!
//! A sequence of 255 bits repeats after 255 octets too. Since the cells are the next outputs, the table also tells the register at any place.

use super::{Randomizer, Sequence};

/// Bits, and octets, of a period of an 8-cell sequence.
const PERIOD: usize = 255;
/// Octets that are added at once.
const RUN: usize = 1024;
/// Symbols that are turned at once.
const SIGN_RUN: usize = 256;
/// Octets of the long sequence that are at hand.
const LONG: usize = 2048;

/// An 8-cell sequence.
struct Period {
    octets: [u8; PERIOD + RUN],
    /// −1 where the bit is one, 0 elsewhere.
    signs: [i8; PERIOD + SIGN_RUN],
    /// After how many steps the register has this content.
    step_of: [u8; 256],
}

impl Period {
    const fn new(sequence: Sequence) -> Self {
        let mut all = Self {
            octets: [0; PERIOD + RUN],
            signs: [0; PERIOD + SIGN_RUN],
            step_of: [0; 256],
        };
        let mut state = sequence.seed();
        let mut step = 0;
        while step < 8 * (PERIOD + RUN) {
            let bit = (state & 1) as u8;
            all.octets[step / 8] |= bit << (7 - step % 8);
            if step < PERIOD + SIGN_RUN {
                all.signs[step] = -(bit as i8);
            }
            if step < PERIOD {
                all.step_of[state as usize] = step as u8;
            }
            state = sequence.step(state);
            step += 1;
        }
        all
    }

    /// The octet with which the sequence goes on after so many steps: the one whose place times 8 is that, modulo the period.
    const fn octet_after(steps: usize) -> usize {
        steps * 32 % PERIOD
    }

    /// The register in front of this octet.
    fn state_at(&self, octet: usize) -> u32 {
        let octet = self.octets.get(octet % PERIOD).copied().unwrap_or(0);
        u32::from(octet.reverse_bits())
    }

    fn steps(&self, state: u32) -> usize {
        usize::from(self.step_of[usize::from(state as u8)])
    }
}

static TM_SHORT: Period = Period::new(Sequence::TmShort);
static TC: Period = Period::new(Sequence::Tc);
/// The long sequence, and three octets more to know the register at its end.
static TM_LONG: [u8; LONG + 3] = long_start();

const fn long_start() -> [u8; LONG + 3] {
    let mut octets = [0; LONG + 3];
    let mut state = Sequence::TmLong.seed();
    let mut at = 0;
    while at < octets.len() {
        octets[at] = (state as u8).reverse_bits();
        state = super::leap_long(state);
        at += 1;
    }
    octets
}

fn add(octets: &mut [u8], sequence: &[u8]) {
    for (octet, random) in octets.iter_mut().zip(sequence) {
        *octet ^= random;
    }
}

impl Randomizer {
    const fn period(&self) -> Option<&'static Period> {
        match self.sequence {
            Sequence::TmShort => Some(&TM_SHORT),
            Sequence::Tc => Some(&TC),
            Sequence::TmLong | Sequence::IdleFill => None,
        }
    }

    /// Adds the sequence to as many octets as the tables allow and returns the others.
    pub(super) fn apply_wide<'o>(&mut self, octets: &'o mut [u8]) -> &'o mut [u8] {
        if let Some(period) = self.period() {
            let mut place = Period::octet_after(period.steps(self.state));
            for run in octets.chunks_mut(RUN) {
                add(run, period.octets.get(place..).unwrap_or_default());
                place = (place + run.len()) % PERIOD;
            }
            self.state = period.state_at(place);
            return &mut [];
        }
        if self.sequence == Sequence::TmLong && self.state == self.sequence.seed() {
            let (now, later) = octets.split_at_mut(octets.len().min(LONG));
            add(now, &TM_LONG);
            let next = |at: usize| TM_LONG.get(now.len() + at).copied().unwrap_or(0);
            let next = u32::from_be_bytes([next(0), next(1), next(2), 0]);
            self.state = next.reverse_bits() & 0x1_FFFF;
            return later;
        }
        octets
    }

    /// Turns as many symbols as the sequence's octets are whole, and returns the others.
    pub(super) fn apply_soft_wide<'s>(&mut self, symbols: &'s mut [i8]) -> &'s mut [i8] {
        if let Some(period) = self.period() {
            let mut steps = period.steps(self.state);
            for run in symbols.chunks_mut(SIGN_RUN) {
                let signs = period.signs.get(steps..).unwrap_or_default();
                for (symbol, sign) in run.iter_mut().zip(signs) {
                    *symbol = (*symbol ^ sign).saturating_sub(*sign);
                }
                steps = (steps + run.len()) % PERIOD;
            }
            self.state = period.state_at(Period::octet_after(steps));
            return &mut [];
        }
        let (eights, rest) = symbols.as_chunks_mut::<8>();
        for eight in eights {
            let octet = self.next_octet();
            for (place, symbol) in eight.iter_mut().enumerate() {
                let sign = if octet & 0x80 >> place == 0 { 0 } else { -1 };
                *symbol = (*symbol ^ sign).saturating_sub(sign);
            }
        }
        rest
    }

    /// Adds the sequence to as many bits as its octets are whole, and returns the others.
    pub(super) fn apply_bits_wide<'b>(&mut self, bits: &'b mut [u8]) -> &'b mut [u8] {
        let (eights, rest) = bits.as_chunks_mut::<8>();
        for eight in eights {
            let octet = self.next_octet();
            for (place, bit) in eight.iter_mut().enumerate() {
                *bit ^= u8::from(octet & 0x80 >> place != 0);
            }
        }
        rest
    }
}
