//! Correcting a word that is not clean: syndromes, Berlekamp–Massey, Chien search and Forney on vectors.
//!
//! Bit for bit what `reed_solomon::decode` does, in another order of work. The locator and the discrepancies are kept as whole vectors,
//! scaled instead of divided (Berlekamp–Massey without inversion); a discrepancy is then the first octet of its vector. The search
//! evaluates even and odd powers apart at all 255 places at once: they are equal at a root, and the odd half is x times the derivative,
//! which Forney needs. There is no check at the end: a locator with as many different roots as its degree L, 2L ≤ 2E + e, gives
//! magnitudes that explain all 2E syndromes, because a sequence with that recurrence is determined by its terms; what changes is a
//! codeword by algebra, and the tests say so for every engine.

use super::lanes::Lanes;
use super::tables::{FIRST, index};
use crate::reed_solomon::field::{BETA_LOG, ORDER};
use crate::reed_solomon::{CodewordOutcome, Erasures, FillPolicy, ReedSolomon};

/// Coefficients, the constant one first. Degree 32 is reached only by 32 erasures.
type Coefficients = [u8; 64];

struct Locator {
    coefficients: Coefficients,
    degree: usize,
}

/// The places where a locator vanishes.
struct Roots {
    /// Bit o of entry c: place 32 c + o.
    places: [u32; 8],
    /// The odd half of the locator at all places.
    odd: [[u8; 32]; 8],
}

impl Roots {
    /// The lowest place.
    fn first(&self) -> usize {
        let chunk = self.places.iter().position(|&places| places != 0);
        let chunk = chunk.unwrap_or(0);
        32 * chunk + self.places[chunk].trailing_zeros() as usize
    }
}

/// Corrects word `which` of `block`, whose remainder is given as [`Lanes::divide`] has it and is not zero.
#[inline(always)]
pub(super) fn correct<L: Lanes>(
    l: L,
    rs: &ReedSolomon,
    remainder: L::V,
    erasures: Option<&Erasures>,
    block: &mut [u8],
    which: usize,
) -> CodewordOutcome {
    let syndromes = syndromes(l, rs, remainder);
    let Some(locator) = locate(l, rs, syndromes, erasures, which) else {
        return CodewordOutcome::Uncorrectable;
    };
    let Some(roots) = search(l, &locator) else {
        return CodewordOutcome::Uncorrectable;
    };
    //= 131.0-B rs-virtual-fill
    if rs.fill_policy() == FillPolicy::Strict && roots.first() <= rs.virtual_fill() {
        return CodewordOutcome::Uncorrectable;
    }
    let symbols = forney(l, rs, syndromes, &locator, &roots, block, which);
    CodewordOutcome::Corrected { symbols }
}

/// Syndrome i in octet i, zeros behind.
#[inline(always)]
fn syndromes<L: Lanes>(l: L, rs: &ReedSolomon, remainder: L::V) -> L::V {
    let mut symbols = [0; 32];
    l.store(l.to_field(remainder, rs.basis()), &mut symbols);
    let mut sums = [l.zero(); 2];
    let (pairs, _) = l.tables().columns(rs.code()).as_chunks::<2>();
    for ([a, b], [x, y]) in pairs.iter().zip(symbols.as_chunks::<2>().0) {
        sums[0] = l.xor(sums[0], l.scale_row(a, l.factor(*x)));
        sums[1] = l.xor(sums[1], l.scale_row(b, l.factor(*y)));
    }
    l.xor(sums[0], sums[1])
}

/// Sum over i of `coefficients[i]` times the 32 octets of `octets` from `from` - i on.
#[inline(always)]
fn convolve<L: Lanes>(l: L, octets: &[u8; 64], from: usize, coefficients: &[u8]) -> L::V {
    let mut sum = l.zero();
    for (i, &c) in coefficients.iter().enumerate() {
        let window = octets.get(from.saturating_sub(i)..);
        if let Some(window) = window.and_then(|window| window.first_chunk()) {
            sum = l.xor(sum, l.scale(l.load(window), l.factor(c)));
        }
    }
    sum
}

/// `lower` in the first 32 octets, `upper` in the others.
#[inline(always)]
fn join<L: Lanes>(l: L, lower: L::V, upper: L::V) -> [u8; 64] {
    let mut octets = [0; 64];
    if let [first, second] = octets.as_chunks_mut::<32>().0 {
        l.store(lower, first);
        l.store(upper, second);
    }
    octets
}

/// The locator of errors and erasures, if it is short enough to be believed.
#[inline(always)]
fn locate<L: Lanes>(
    l: L,
    rs: &ReedSolomon,
    syndromes: L::V,
    erasures: Option<&Erasures>,
    which: usize,
) -> Option<Locator> {
    let parity = rs.code().parity_len();
    let mut one = [0; 32];
    one[0] = l.tables().scalars.beta[0];
    let one = l.load(&one);
    let Some(erasures) = erasures else {
        return berlekamp_massey(l, parity, 0, syndromes, one);
    };
    //= 131.0-B rs-erasures
    let erased = erasure_locator(l, one, erasures.indices(which));
    if erased.degree == parity {
        return Some(erased); // nothing left to learn
    }
    // What the register of the erasures fails to explain, from its length on.
    let known = join(l, syndromes, l.zero());
    let coefficients = erased.coefficients.get(..=erased.degree)?;
    let discrepancies = convolve(l, &known, erased.degree, coefficients);
    let lower = erased.coefficients.first_chunk()?;
    berlekamp_massey(l, parity, erased.degree, discrepancies, l.load(lower))
}

/// The product of (1 - x beta^power) over the erased symbols, 32 at most.
#[inline(always)]
fn erasure_locator<L: Lanes>(l: L, one: L::V, erased: impl Iterator<Item = u8>) -> Locator {
    let beta = &l.tables().scalars.beta;
    let (mut lower, mut upper) = (one, l.zero());
    let mut degree = 0;
    for symbol in erased {
        let power = (ORDER - 1).saturating_sub(usize::from(symbol));
        let factor = l.factor(beta.get(power).copied().unwrap_or(0));
        if degree == 31 {
            // only here a coefficient leaves the lower half
            let mut octets = join(l, lower, l.zero());
            octets.rotate_left(31);
            upper = l.scale(l.load(octets.first_chunk().unwrap_or(&[0; 32])), factor);
        }
        lower = l.xor(lower, l.scale(l.up(lower), factor));
        degree += 1;
    }
    Locator {
        coefficients: join(l, lower, upper),
        degree,
    }
}

/// Berlekamp–Massey without inversion, from a register of `erased` cells on. Octet 0 of `discrepancies` is the next discrepancy of the
/// register; octet i would be the one after i more steps if the register did not change.
#[inline(always)]
fn berlekamp_massey<L: Lanes>(
    l: L,
    parity: usize,
    erased: usize,
    mut discrepancies: L::V,
    mut current: L::V,
) -> Option<Locator> {
    // Of the register before the last change of length: its discrepancies, its coefficients times a power of x.
    let (mut previous, mut shifted) = (discrepancies, l.up(current));
    let mut previous_discrepancy = l.tables().scalars.beta[0];
    let mut length = erased;
    for n in erased..parity {
        let discrepancy = l.first(discrepancies);
        let next = l.down(discrepancies);
        if discrepancy == 0 {
            if is_explained(l, discrepancies, parity - n) {
                break;
            }
            (discrepancies, shifted) = (next, l.up(shifted));
            continue;
        }
        let [new, old] = [l.factor(discrepancy), l.factor(previous_discrepancy)];
        discrepancies = l.xor(l.scale(next, old), l.scale(previous, new));
        let changed = l.xor(l.scale(current, old), l.scale(shifted, new));
        if 2 * length <= n + erased {
            length = n + 1 + erased - length;
            if 2 * length > parity + erased {
                return None;
            }
            (previous, shifted) = (next, l.up(current));
            previous_discrepancy = discrepancy;
        } else {
            shifted = l.up(shifted);
        }
        current = changed;
    }
    let coefficients = join(l, current, l.zero());
    let top = coefficients.get(length).copied();
    top.is_some_and(|c| c != 0).then_some(Locator {
        coefficients,
        degree: length,
    })
}

/// True if the first `left` discrepancies are zero: the register explains all syndromes.
#[inline(always)]
fn is_explained<L: Lanes>(l: L, discrepancies: L::V, left: usize) -> bool {
    let mask = FIRST.get(32_usize.saturating_sub(left)..);
    let mask = mask.and_then(|mask| mask.first_chunk());
    l.is_zero(l.and(discrepancies, l.load(mask.unwrap_or(&[0xFF; 32]))))
}

/// All places at once; `None` unless the locator has as many roots as its degree.
#[inline(always)]
fn search<L: Lanes>(l: L, locator: &Locator) -> Option<Roots> {
    let mut roots = Roots {
        places: [0; 8],
        odd: [[0; 32]; 8],
    };
    let powers = &l.tables().powers;
    let coefficients = locator.coefficients.get(..=locator.degree)?;
    for half in 0..2 {
        let mut even = [l.zero(); 4];
        let mut odd = [l.zero(); 4];
        for (power, &c) in powers.iter().zip(coefficients).step_by(2) {
            add_scaled(l, &mut even, &power[4 * half..], c);
        }
        for (power, &c) in powers.iter().zip(coefficients).skip(1).step_by(2) {
            add_scaled(l, &mut odd, &power[4 * half..], c);
        }
        for (i, (&even, &odd)) in even.iter().zip(&odd).enumerate() {
            roots.places[4 * half + i] = l.equal(even, odd);
            l.store(odd, &mut roots.odd[4 * half + i]);
        }
    }
    let count: u32 = roots.places.iter().map(|places| places.count_ones()).sum();
    (count as usize == locator.degree).then_some(roots)
}

#[inline(always)]
fn add_scaled<L: Lanes>(l: L, sums: &mut [L::V; 4], power: &[L::Row], coefficient: u8) {
    let factor = l.factor(coefficient);
    for (sum, row) in sums.iter_mut().zip(power) {
        *sum = l.xor(*sum, l.scale_row(row, factor));
    }
}

/// Adds the magnitudes to the block and tells how many are not zero.
#[inline(always)]
fn forney<L: Lanes>(
    l: L,
    rs: &ReedSolomon,
    syndromes: L::V,
    locator: &Locator,
    roots: &Roots,
    block: &mut [u8],
    which: usize,
) -> u8 {
    let scalars = &l.tables().scalars;
    let exp = &scalars.channel_exp[index(rs.basis())];
    let known = join(l, l.zero(), syndromes);
    let coefficients = locator.coefficients.get(..locator.degree);
    let omega = convolve(l, &known, 32, coefficients.unwrap_or_default());
    let omega = join(l, omega, l.zero());
    let omega = omega.get(..locator.degree).unwrap_or_default();
    let mut changed = 0;
    for (chunk, &places) in roots.places.iter().enumerate().filter(|(_, p)| **p != 0) {
        let mut sum = l.zero();
        for (power, &c) in l.tables().powers.iter().zip(omega) {
            sum = l.xor(sum, l.scale_row(&power[chunk], l.factor(c)));
        }
        let mut values = [0; 32];
        l.store(sum, &mut values);
        let mut left = places;
        while left != 0 {
            let octet = left.trailing_zeros() as usize % 32;
            left &= left - 1;
            let value = values[octet];
            if value == 0 {
                continue; // an erased symbol that is right
            }
            changed += 1;
            // Omega / (x Lambda') times the locator beta^(255-place) to the power -first root
            let place = 32 * chunk + octet;
            let log = |x: u8| usize::from(scalars.log[usize::from(x)]);
            let weight = place * (BETA_LOG * rs.code().first_root() % ORDER);
            let exponent = log(value) + ORDER - log(roots.odd[chunk][octet]) + weight;
            let row = place.wrapping_sub(1 + rs.virtual_fill()); // in the fill: no such octet
            let at = row.checked_mul(rs.interleave()).map(|row| row + which);
            if let Some(symbol) = at.and_then(|at| block.get_mut(at)) {
                *symbol ^= exp[exponent % ORDER];
            }
        }
    }
    changed
}
