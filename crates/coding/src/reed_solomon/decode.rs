//! Correcting one Reed–Solomon codeword: Berlekamp–Massey, Chien search, Forney, and checks that leave no doubt.
//!
//! Book: 131.0-B, Reed–Solomon section (the code; the book leaves the decoder to the implementer). Symbols are in the conventional
//! basis, highest power first, so symbol i belongs to x^(254-i); virtual fill stands in front as zeros. A clean codeword is seen by
//! its remainder alone. A damaged one is corrected only if the locator has as many roots as its degree, no magnitude is zero, and the
//! corrected word divides by g(x). Left out: erasures.

use super::encode::check_symbols;
use super::field::{ORDER, beta, div, evaluate, mul};
use super::{CODEWORD_LEN, CodewordOutcome, FillPolicy, MAX_PARITY, RsCode};

const MAX_ERRORS: usize = MAX_PARITY / 2;

/// A whole codeword, virtual fill included.
pub(super) type Codeword = [u8; CODEWORD_LEN];

struct Locator {
    /// Coefficient of x^i at index i; entry 0 is one.
    coefficients: [u8; MAX_PARITY + 1],
    degree: usize,
}

#[derive(Clone, Copy, Default)]
struct Position {
    /// Index in the codeword.
    index: usize,
    /// The power of x there: the error locator is beta^power.
    power: usize,
}

/// Corrects `word` in place; on [`CodewordOutcome::Uncorrectable`] its content is unspecified and the caller keeps the received octets.
/// The first `fill` symbols are virtual fill and must be zero.
pub(super) fn correct(
    word: &mut Codeword,
    code: RsCode,
    fill: usize,
    policy: FillPolicy,
) -> CodewordOutcome {
    let parity = code.parity_len();
    let remainder = remainder(code, word, fill);
    if remainder == [0; MAX_PARITY] {
        return CodewordOutcome::Corrected { symbols: 0 };
    }
    let syndromes = syndromes(code, remainder.get(..parity).unwrap_or_default());
    let syndromes = syndromes.get(..parity).unwrap_or_default();
    //= 131.0-B rs-correction
    let found = berlekamp_massey(syndromes)
        .and_then(|locator| chien(&locator).map(|positions| (locator, positions)));
    let Some((locator, positions)) = found else {
        return CodewordOutcome::Uncorrectable;
    };
    let positions = positions.get(..locator.degree).unwrap_or_default();
    //= 131.0-B rs-virtual-fill
    if policy == FillPolicy::Strict && positions.iter().any(|at| at.index < fill) {
        return CodewordOutcome::Uncorrectable;
    }
    if forney(word, code, syndromes, &locator, positions).is_none()
        || self::remainder(code, word, 0) != [0; MAX_PARITY]
    {
        return CodewordOutcome::Uncorrectable;
    }
    CodewordOutcome::Corrected {
        symbols: positions.len() as u8,
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

/// The shortest feedback register that makes the syndromes, if it is short enough to be believed.
fn berlekamp_massey(syndromes: &[u8]) -> Option<Locator> {
    let mut current = [0u8; MAX_PARITY + 1];
    current[0] = 1;
    let mut previous = current;
    let mut previous_discrepancy = 1;
    let mut shift = 1;
    let mut length = 0;
    for n in 0..syndromes.len() {
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
        if 2 * length <= n {
            length = n + 1 - length;
            previous = saved;
            previous_discrepancy = discrepancy;
            shift = 1;
        } else {
            shift += 1;
        }
    }
    let degree = current.iter().rposition(|&c| c != 0)?;
    (degree == length && length <= syndromes.len() / 2).then_some(Locator {
        coefficients: current,
        degree,
    })
}

/// The places where the locator vanishes, or `None` unless there are as many as its degree.
fn chien(locator: &Locator) -> Option<[Position; MAX_ERRORS]> {
    let mut positions = [Position::default(); MAX_ERRORS];
    let mut slots = positions.get_mut(..locator.degree)?.iter_mut();
    let coefficients = locator.coefficients.get(..=locator.degree)?;
    for power in 0..ORDER {
        if evaluate(coefficients, beta(ORDER - power)) == 0 {
            *slots.next()? = Position {
                index: CODEWORD_LEN - 1 - power,
                power,
            };
        }
    }
    slots.next().is_none().then_some(positions)
}

/// Adds the error magnitudes to `word`; `None` if one is zero or the locator has a double root.
fn forney(
    word: &mut Codeword,
    code: RsCode,
    syndromes: &[u8],
    locator: &Locator,
    positions: &[Position],
) -> Option<()> {
    // Omega(x) = S(x) Lambda(x), whose terms from x^degree on cancel.
    let mut omega = [0u8; MAX_ERRORS];
    for (k, o) in omega.iter_mut().enumerate().take(locator.degree) {
        *o = (0..=k).fold(0, |sum, i| {
            sum ^ mul(locator.coefficients[i], *syndromes.get(k - i).unwrap_or(&0))
        });
    }
    for at in positions {
        let inverse = beta(ORDER - at.power);
        // The derivative keeps the odd coefficients, each one power lower.
        let derivative = locator
            .coefficients
            .iter()
            .skip(1)
            .step_by(2)
            .rev()
            .fold(0, |sum, &c| mul(sum, mul(inverse, inverse)) ^ c);
        let ratio = div(evaluate(&omega, inverse), derivative)?;
        let magnitude = mul(ratio, beta(at.power * (ORDER + 1 - code.first_root())));
        if magnitude == 0 {
            return None;
        }
        *word.get_mut(at.index)? ^= magnitude;
    }
    Some(())
}
