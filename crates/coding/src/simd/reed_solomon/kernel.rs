//! The Reed–Solomon kernel, written once over [`Lanes`].
//!
//! A codeblock is sorted into words. Each is divided by g(x), eight or sixteen symbols a step through half-octet tables of whole remainders (or by
//! a matrix, where the processor multiplies); message symbols stay in the channel's basis, which the tables contain. If the remainder
//! equals the check symbols the word is clean and nothing else is done. If not, [`super::correct`] goes on.

use core::ops::Range;

use super::correct::correct;
use super::lanes::{HalfTables, Lanes, Word};
use super::tables::{GATHER, STEPS_E8, STEPS_E16, Step, index};
use crate::reed_solomon::Basis;
use crate::reed_solomon::{CodewordOutcome, Erasures, ReedSolomon, RsCode, RsReport};

/// Words side by side, so that one's table look-ups fill the other's waits.
const PAIR: usize = 2;

/// Corrects a codeblock of the right length.
#[inline(always)]
pub(super) fn decode<L: Lanes>(
    l: L,
    rs: &ReedSolomon,
    block: &mut [u8],
    erasures: Option<&Erasures>,
) -> RsReport {
    let mut one = [Word::ZERO];
    let mut eight;
    let words: &mut [Word] = if rs.interleave() == 1 {
        &mut one
    } else {
        eight = [Word::ZERO; 8];
        &mut eight
    };
    sort(l, rs, block, words, 256);
    let mut report = RsReport::pending(rs.interleave());
    let words = words.get(..rs.interleave()).unwrap_or_default();
    let mut remainders = [l.zero(); 8];
    divide_all(l, rs, words, &mut remainders);
    let mut over_erased = [false; 8];
    if let Some(erasures) = erasures {
        for (which, over) in over_erased.iter_mut().enumerate().take(words.len()) {
            *over = erasures.count(which) > rs.code().parity_len();
            if *over {
                report.note_over_erased(which);
            }
        }
    }
    let per_word = words.iter().zip(&remainders).zip(over_erased);
    for (which, (outcome, ((word, &checks), over))) in
        report.outcomes_mut().zip(per_word).enumerate()
    {
        if over {
            continue;
        }
        let remainder = l.xor(checks, received_checks(l, rs.code(), word));
        *outcome = if l.is_zero(remainder) {
            CodewordOutcome::Corrected { symbols: 0 }
        } else {
            correct(l, rs, remainder, erasures, block, which)
        };
    }
    report
}

/// Writes the check symbols of a frame of the right length.
#[inline(always)]
pub(super) fn encode<L: Lanes>(l: L, rs: &ReedSolomon, frame: &[u8], parity: &mut [u8]) {
    let mut one = [Word::ZERO];
    let mut eight;
    let words: &mut [Word] = if rs.interleave() == 1 {
        &mut one
    } else {
        eight = [Word::ZERO; 8];
        &mut eight
    };
    sort(l, rs, frame, words, 256 - rs.code().parity_len());
    let mut checks = [l.zero(); 8];
    let words = words.get(..rs.interleave()).unwrap_or_default();
    divide_all(l, rs, words, &mut checks);
    for (which, &check) in checks.iter().enumerate().take(words.len()) {
        let mut octets = [0; 32];
        l.store(l.put_out(check, rs.basis()), &mut octets);
        let places = parity.iter_mut().skip(which).step_by(rs.interleave());
        for (to, octet) in places.zip(octets) {
            *to = octet;
        }
    }
}

/// The 2E received check symbols of a word, zeros behind.
#[inline(always)]
fn received_checks<L: Lanes>(l: L, code: RsCode, word: &Word) -> L::V {
    match code {
        RsCode::E16 => l.load(word.0.last_chunk().unwrap_or(&[0; 32])),
        RsCode::E8 => {
            let checks = word.0.last_chunk().unwrap_or(&[0; 16]);
            l.load_halves(checks, &[0; 16])
        }
    }
}

#[inline(always)]
fn divide_all<L: Lanes>(l: L, rs: &ReedSolomon, words: &[Word], remainders: &mut [L::V; 8]) {
    let from = 1 + rs.virtual_fill();
    let (pairs, odd) = words.as_chunks::<PAIR>();
    let (places, _) = remainders.as_chunks_mut::<PAIR>();
    for (words, place) in pairs.iter().zip(places) {
        *place = l.divide(rs.code(), rs.basis(), words, from);
    }
    if let [word] = odd {
        let [remainder] = l.divide(rs.code(), rs.basis(), &[*word], from);
        if let Some(place) = remainders.get_mut(words.len() - 1) {
            *place = remainder;
        }
    }
}

/// Sorts the interleaved `octets` into words so that the last row stands just before place `end`.
#[inline(always)]
fn sort<L: Lanes>(l: L, rs: &ReedSolomon, octets: &[u8], words: &mut [Word], end: usize) {
    match rs.interleave() {
        1 => sort_by::<L, 1>(l, rs.basis(), octets, words, end),
        2 => sort_by::<L, 2>(l, rs.basis(), octets, words, end),
        3 => sort_by::<L, 3>(l, rs.basis(), octets, words, end),
        4 => sort_by::<L, 4>(l, rs.basis(), octets, words, end),
        5 => sort_by::<L, 5>(l, rs.basis(), octets, words, end),
        6 => sort_by::<L, 6>(l, rs.basis(), octets, words, end),
        7 => sort_by::<L, 7>(l, rs.basis(), octets, words, end),
        _ => sort_by::<L, 8>(l, rs.basis(), octets, words, end),
    }
}

#[inline(always)]
fn sort_by<L: Lanes, const I: usize>(
    l: L,
    basis: Basis,
    octets: &[u8],
    words: &mut [Word],
    end: usize,
) {
    let rows = octets.len() / I;
    let mut padded = [0; 32 * 8];
    let octets = if rows < 32 {
        // zeros in front, so that there is a whole group
        let (_, tail) = padded[..32 * I].split_at_mut(32 * I - octets.len());
        tail.copy_from_slice(octets);
        &padded[..32 * I]
    } else {
        octets
    };
    // from the end; what is left in front is done by a group that overlaps the one before
    let mut groups = octets.rchunks_exact(32 * I);
    let mut place = end;
    for group in groups.by_ref() {
        place -= 32;
        sort_group::<L, I>(l, basis, group, words, place);
    }
    if !groups.remainder().is_empty() {
        let (front, _) = octets.split_at(32 * I);
        let place = end - octets.len() / I;
        sort_group::<L, I>(l, basis, front, words, place);
    }
}

/// 32 rows of I octets to place `place` of I words.
#[inline(always)]
fn sort_group<L: Lanes, const I: usize>(
    l: L,
    basis: Basis,
    group: &[u8],
    words: &mut [Word],
    place: usize,
) {
    let (sixteens, _) = group.as_chunks::<16>();
    let (first, second) = sixteens.split_at(I);
    let mut received = [l.zero(); I];
    for (v, (a, b)) in received.iter_mut().zip(first.iter().zip(second)) {
        *v = l.load_halves(a, b);
    }
    for (word, masks) in words.iter_mut().zip(&GATHER[I - 1][..I]) {
        let mut own = l.zero();
        if I == 1 {
            own = received[0];
        } else {
            for (&v, mask) in received.iter().zip(masks) {
                own = l.xor(own, l.shuffle(v, mask));
            }
        }
        if let Some((_, rest)) = word.0.split_at_mut_checked(place)
            && let Some(to) = rest.first_chunk_mut()
        {
            l.store(l.take_in(own, basis), to);
        }
    }
}

/// [`Lanes::divide`] by tables: the multiples of x^2E mod g(x) of eight or sixteen symbols are looked up by half octets.
#[inline(always)]
pub(super) fn divide_by_steps<L: HalfTables, const W: usize>(
    l: L,
    code: RsCode,
    basis: Basis,
    words: &[Word; W],
    from: usize,
) -> [L::V; W] {
    let steps = match code {
        RsCode::E16 => &STEPS_E16[index(basis)].0,
        RsCode::E8 => &STEPS_E8[index(basis)].0,
    };
    let places = from..256 - code.parity_len();
    let mut remainders = [l.zero(); W];
    // A word alone waits for each step's result: few long steps. Words side by side wait for the adders: short steps.
    if let ([remainder], [word]) = (remainders.as_mut_slice(), words.as_slice()) {
        *remainder = divide_alone(l, steps, word, places);
    } else {
        divide_together(l, steps, words, places, &mut remainders);
    }
    remainders
}

#[inline(always)]
fn divide_alone<L: HalfTables>(
    l: L,
    steps: &[Step; 16],
    word: &Word,
    places: Range<usize>,
) -> L::V {
    let (first, last) = steps.split_at(8);
    let sixteens = word.0.as_chunks::<16>().0;
    let mut remainder = l.zero();
    for sixteen in sixteens
        .iter()
        .take(places.end / 16)
        .skip(places.start / 16)
    {
        let (a, b) = sixteen.split_at(8);
        let sum = l.down_eight(l.down_eight(remainder));
        let sum = add_rows(l, sum, first, l.eight::<0>(remainder) ^ integer(a));
        remainder = add_rows(l, sum, last, l.eight::<1>(remainder) ^ integer(b));
    }
    remainder
}

#[inline(always)]
fn divide_together<L: HalfTables, const W: usize>(
    l: L,
    steps: &[Step; 16],
    words: &[Word; W],
    places: Range<usize>,
    remainders: &mut [L::V; W],
) {
    let (_, last) = steps.split_at(8);
    let eights = words.each_ref().map(|word| word.0.as_chunks::<8>().0);
    for at in places.start / 8..places.end / 8 {
        for (remainder, eights) in remainders.iter_mut().zip(&eights) {
            let feedback = l.eight::<0>(*remainder) ^ integer(&eights[at % 32]);
            *remainder = add_rows(l, l.down_eight(*remainder), last, feedback);
        }
    }
}

fn integer(octets: &[u8]) -> u64 {
    u64::from_le_bytes(octets.first_chunk().copied().unwrap_or_default())
}

/// Adds the rows of eight symbols.
#[inline(always)]
fn add_rows<L: HalfTables>(l: L, sum: L::V, steps: &[Step], symbols: u64) -> L::V {
    let mut sums = [sum, l.zero()];
    for (symbol, [low, high]) in symbols.to_le_bytes().into_iter().zip(steps) {
        sums[0] = l.xor(sums[0], l.load(&low[usize::from(symbol & 15)]));
        sums[1] = l.xor(sums[1], l.load(&high[usize::from(symbol >> 4)]));
    }
    l.xor(sums[0], sums[1])
}
