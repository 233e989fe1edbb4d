//! How alike a marker and a run of soft symbols are.

use super::MAX_MARKER_LEN;

const WORDS: usize = MAX_MARKER_LEN / 64;

/// A correlation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Score {
    /// Of the symbols, each times the sign that the marker wants.
    sum: i32,
    /// Of their squares.
    energy: u32,
    len: u32,
}

impl Score {
    /// Of symbols with a marker of the same length; positive symbols stand for ones.
    pub(super) fn of(symbols: &[i8], marker: &[u8]) -> Self {
        let (mut sum, mut energy) = (0, 0);
        for (&symbol, &bit) in symbols.iter().zip(marker) {
            let symbol = i32::from(symbol);
            sum += symbol * (2 * i32::from(bit & 1) - 1);
            energy += (symbol * symbol) as u32;
        }
        Self {
            sum,
            energy,
            len: marker.len() as u32,
        }
    }

    /// The symbols are turned over rather than not.
    pub(super) const fn is_inverted(self) -> bool {
        self.sum < 0
    }

    /// The cosine of the angle between marker and symbols, 0 to 100: few strong symbols among erased ones do not make a marker.
    pub(super) const fn percent(self, either_polarity: bool) -> u8 {
        if self.sum < 0 && !either_polarity {
            return 0;
        }
        // At most (256 · 127)² · 10⁴, and by Cauchy and Schwarz never more than 10⁴ times the divisor.
        let square = (self.sum.unsigned_abs() as u64).pow(2) * 10_000;
        match square.checked_div(self.energy as u64 * self.len as u64) {
            Some(ratio) => ratio.isqrt() as u8,
            None => 0,
        }
    }
}

/// The signs of the last symbols, as many as the marker has, against the marker's: cheap, and says where a correlation is worth it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Signs {
    /// Newest in the least significant place of the first word.
    window: [u64; WORDS],
    marker: [u64; WORDS],
    mask: [u64; WORDS],
    /// Wrong signs with which a correlation is still worth it; as many right ones are for an inverted marker.
    tolerance: u32,
    len: u32,
}

impl Signs {
    /// `marker` is not longer than [`MAX_MARKER_LEN`].
    pub(super) fn new(marker: &[u8]) -> Self {
        let len = marker.len() as u32;
        let mut signs = Self {
            window: [0; WORDS],
            marker: [0; WORDS],
            mask: [0; WORDS],
            // Noise has half of them wrong, give or take √len / 2; 2.75 times that below is one place in 150. A marker that its code
            // can make use of has three quarters of them right and more.
            tolerance: (len / 2).saturating_sub(len.isqrt() * 11 / 8),
            len,
        };
        for _ in marker {
            signs.push::<WORDS>(1);
        }
        signs.mask = signs.window;
        signs.window = [0; WORDS];
        for &bit in marker {
            signs.push::<WORDS>(bit & 1);
        }
        signs.marker = signs.window;
        signs
    }

    /// Words that the marker needs, 1 to 4.
    pub(super) const fn words(&self) -> usize {
        self.len.div_ceil(64) as usize
    }

    #[inline]
    fn push<const W: usize>(&mut self, bit: u8) {
        let mut carry = u64::from(bit);
        for word in self.window.iter_mut().take(W) {
            let out = *word >> 63;
            *word = *word << 1 | carry;
            carry = out;
        }
    }

    /// Takes the next symbol into the first `W` words.
    #[inline]
    pub(super) fn push_symbol<const W: usize>(&mut self, symbol: i8) {
        self.push::<W>(u8::from(symbol > 0));
    }

    /// The symbols pushed last may be the marker, upright or inverted.
    #[inline]
    pub(super) fn is_worth_it<const W: usize>(&self) -> bool {
        let words = self.window.iter().zip(&self.marker).zip(&self.mask);
        let wrong = words
            .take(W)
            .map(|((window, marker), mask)| (window ^ marker) & mask);
        let wrong = wrong.map(u64::count_ones).sum::<u32>();
        wrong <= self.tolerance || self.len - wrong <= self.tolerance
    }
}
