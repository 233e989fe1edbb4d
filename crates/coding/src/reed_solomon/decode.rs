//! Correcting one Reed–Solomon codeword: Berlekamp–Massey, Chien search, Forney, and checks that leave no doubt.
//!
//! Book: 131.0-B, Reed–Solomon section (the code; the book leaves the decoder to the implementer). Symbols are in the conventional
//! basis, highest power first, so symbol i belongs to x^(254-i); virtual fill stands in front as zeros. A clean codeword is seen by
//! its remainder alone. A damaged one is corrected only if the locator has as many roots as its degree, no error has the magnitude
//! zero, and the corrected word divides by g(x). Erased symbols are places where the locator vanishes from the start: Berlekamp–Massey
//! then begins with their polynomial, and each costs half of what an error costs. Without erasures the iterator is the empty one and
//! the compiler leaves all of that out.

use super::encode::check_symbols;
use super::field::{ORDER, beta, div, evaluate, mul};
use super::{CODEWORD_LEN, CodewordOutcome, FillPolicy, MAX_PARITY, ReedSolomon, RsCode};

/// A whole codeword, virtual fill included.
pub(super) type Codeword = [u8; CODEWORD_LEN];

/// Coefficient of x^i at index i; entry 0 is one.
type Coefficients = [u8; MAX_PARITY + 1];

struct Locator {
    coefficients: Coefficients,
    degree: usize,
}

/// Corrects `word` in place; on [`CodewordOutcome::Uncorrectable`] its content is unspecified and the caller keeps the received octets.
/// The virtual fill must be zero; `erased` names at most 2E different symbols.
pub(super) fn correct(
    word: &mut Codeword,
    rs: &ReedSolomon,
    erased: &(impl Iterator<Item = u8> + Clone),
) -> CodewordOutcome {
    let (code, fill) = (rs.code, rs.virtual_fill);
    let parity = code.parity_len();
    let remainder = remainder(code, word, fill);
    if remainder == [0; MAX_PARITY] {
        return CodewordOutcome::Corrected { symbols: 0 };
    }
    let syndromes = syndromes(code, remainder.get(..parity).unwrap_or_default());
    let syndromes = syndromes.get(..parity).unwrap_or_default();
    //= 131.0-B rs-correction
    let found = berlekamp_massey(syndromes, erased.clone())
        .and_then(|locator| chien(&locator).map(|positions| (locator, positions)));
    let Some((locator, positions)) = found else {
        return CodewordOutcome::Uncorrectable;
    };
    let positions = positions.get(..locator.degree).unwrap_or_default();
    //= 131.0-B rs-virtual-fill
    if rs.fill_policy == FillPolicy::Strict && positions.iter().any(|&at| usize::from(at) < fill) {
        return CodewordOutcome::Uncorrectable;
    }
    match forney(word, code, syndromes, &locator, positions, erased) {
        Some(symbols) if self::remainder(code, word, 0) == [0; MAX_PARITY] => {
            CodewordOutcome::Corrected { symbols }
        }
        _ => CodewordOutcome::Uncorrectable,
    }
}

/// word(x) mod g(x), highest power first; `skip` leading zeros may be left out.
fn remainder(code: RsCode, word: &Codeword, skip: usize) -> [u8; MAX_PARITY] {
    let (message, parity) = word.split_at(code.message_len());
    let mut remainder = check_symbols(code, message.iter().copied().skip(skip));
    for (r, p) in remainder.iter_mut().zip(parity) {
        *r ^= p;
    }
    remainder
}

/// Syndrome i is r(beta^(j0 + i)). Because g vanishes there, the remainder has the syndromes of the whole word.
fn syndromes(code: RsCode, remainder: &[u8]) -> [u8; MAX_PARITY] {
    let mut syndromes = [0; MAX_PARITY];
    for (i, s) in syndromes.iter_mut().enumerate().take(remainder.len()) {
        let root = beta(code.first_root() + i);
        *s = remainder.iter().fold(0, |sum, &r| mul(sum, root) ^ r);
    }
    syndromes
}

/// The power of x that belongs to symbol `index`: its locator is beta^power.
fn power(index: u8) -> usize {
    (CODEWORD_LEN - 1).saturating_sub(usize::from(index))
}

/// prod (1 - x beta^power) over the erased symbols, and how many there are.
fn erasure_locator(erased: impl Iterator<Item = u8>) -> (Coefficients, usize) {
    let mut product: Coefficients = [0; MAX_PARITY + 1];
    product[0] = 1;
    let mut count = 0;
    for index in erased {
        let locator = beta(power(index));
        let mut lower = 0;
        for c in &mut product {
            (*c, lower) = (*c ^ mul(lower, locator), *c);
        }
        count += 1;
    }
    (product, count)
}

/// The shortest feedback register that makes the syndromes and vanishes at the erasures, if it is short enough to be believed.
//= 131.0-B rs-erasures
fn berlekamp_massey(syndromes: &[u8], erased: impl Iterator<Item = u8>) -> Option<Locator> {
    let (mut current, erasures) = erasure_locator(erased);
    let mut previous = current;
    let mut previous_discrepancy = 1;
    let mut shift = 1;
    let mut length = erasures;
    for n in erasures..syndromes.len() {
        let newest_first = syndromes[..=n].iter().rev();
        let terms = current.iter().zip(newest_first).take(length + 1);
        let discrepancy = terms.fold(0, |sum, (&c, &s)| sum ^ mul(c, s));
        if discrepancy == 0 {
            shift += 1;
            continue;
        }
        let saved = current;
        let factor = div(discrepancy, previous_discrepancy)?;
        for (c, &p) in current.iter_mut().skip(shift).zip(&previous) {
            *c ^= mul(factor, p);
        }
        if 2 * length <= n + erasures {
            length = n + 1 + erasures - length;
            previous = saved;
            previous_discrepancy = discrepancy;
            shift = 1;
        } else {
            shift += 1;
        }
    }
    let degree = current.iter().rposition(|&c| c != 0)?;
    (degree == length && 2 * length <= syndromes.len() + erasures).then_some(Locator {
        coefficients: current,
        degree,
    })
}

/// The symbols where the locator vanishes, or `None` unless there are as many as its degree.
fn chien(locator: &Locator) -> Option<[u8; MAX_PARITY]> {
    let mut positions = [0; MAX_PARITY];
    let mut slots = positions.get_mut(..locator.degree)?.iter_mut();
    let coefficients = locator.coefficients.get(..=locator.degree)?;
    for index in 0..CODEWORD_LEN as u8 {
        if evaluate(coefficients, beta(ORDER - power(index))) == 0 {
            *slots.next()? = index;
        }
    }
    slots.next().is_none().then_some(positions)
}

/// Adds the magnitudes to `word` and tells how many are not zero; `None` if one is zero where nothing was erased, or the locator has a
/// double root.
fn forney(
    word: &mut Codeword,
    code: RsCode,
    syndromes: &[u8],
    locator: &Locator,
    positions: &[u8],
    erased: &(impl Iterator<Item = u8> + Clone),
) -> Option<u8> {
    // Omega(x) = S(x) Lambda(x), whose terms from x^degree on cancel.
    let mut omega = [0u8; MAX_PARITY];
    for (k, o) in omega.iter_mut().enumerate().take(locator.degree) {
        let newest_first = syndromes.get(..=k)?.iter().rev();
        let terms = locator.coefficients.iter().zip(newest_first);
        *o = terms.fold(0, |sum, (&c, &s)| sum ^ mul(c, s));
    }
    let omega = omega.get(..locator.degree)?;
    let mut changed = 0;
    for &at in positions {
        let inverse = beta(ORDER - power(at));
        // The derivative keeps the odd coefficients, each one power lower.
        let derivative = locator
            .coefficients
            .iter()
            .skip(1)
            .step_by(2)
            .rev()
            .fold(0, |sum, &c| mul(sum, mul(inverse, inverse)) ^ c);
        let ratio = div(evaluate(omega, inverse), derivative)?;
        let magnitude = mul(ratio, beta(power(at) * (ORDER + 1 - code.first_root())));
        if magnitude != 0 {
            changed += 1;
        } else if !erased.clone().any(|index| index == at) {
            return None;
        }
        *word.get_mut(usize::from(at))? ^= magnitude;
    }
    Some(changed)
}
