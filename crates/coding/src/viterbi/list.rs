//! The second-best paths: a Viterbi decoder that goes on down the list until a path pleases.
//!
//! Book: none; the serial list Viterbi algorithm (Seshadri and Sundberg, 1994) over the K = 7 code of 131.0-B and 211.2-B-3. Where a frame's check
//! fails, mostly one error event is wrong, and the right path is among the next few by metric. For a host: it keeps a step's 64 differences.
//!
//! ```
//! use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
//! use magpie_coding::viterbi::list::ListViterbi;
//! let bits = [1_u8, 0, 1, 1, 0, 0, 1, 0].repeat(20);
//! let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
//! let pairs: Vec<[i8; 2]> = bits.iter().map(|&bit| encoder.encode_bit(bit).map(|c| if c == 1 { 40 } else { -40 })).collect();
//! let list = ListViterbi::new(&pairs, G2::Inverted);
//! let rank = list.search(40..120, 16, |found| found == &bits[40..120]);
//! assert_eq!(rank, Some(0));
//! ```

extern crate std;

use core::cmp::{Ordering, Reverse};
use core::ops::Range;
use std::collections::BinaryHeap;
use std::vec;
use std::vec::Vec;

use crate::convolutional::G2;

const STATES: usize = 64;
/// Generators with the newest bit in the highest place: 171 and 133 in octal.
const G: [u8; 2] = [0o171, 0o133];

/// A path may leave the best one at a merge up to so many steps behind the range that counts.
const BEHIND: usize = 42;

/// All merges of a stretch of symbols.
#[derive(Clone, Debug)]
pub struct ListViterbi {
    /// Which of both ways into a state won, a bit each; one word a step.
    won: Vec<u64>,
    /// By how much.
    margin: Vec<[u16; STATES]>,
    /// The best state behind the last step.
    end: usize,
}

/// A path: the best one but for some merges, where it takes the way that lost.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Path {
    cost: u64,
    /// From the last step to the first.
    turns: Vec<usize>,
}

impl Ord for Path {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.cost, &self.turns).cmp(&(other.cost, &other.turns))
    }
}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl ListViterbi {
    /// Runs through pairs of soft symbols; nothing is known of the state before the first one, so thirty or more should come before what counts, and
    /// as many behind it.
    pub fn new(pairs: &[[i8; 2]], g2: G2) -> Self {
        let mut metric = [0_i32; STATES];
        let mut list = Self {
            won: Vec::with_capacity(pairs.len()),
            margin: Vec::with_capacity(pairs.len()),
            end: 0,
        };
        let turned = u8::from(g2 == G2::Inverted);
        for &[a, b] in pairs {
            let (a, b) = (i32::from(a), i32::from(b));
            let branch = |register: usize| {
                let output = |generator: u8| (register as u8 & generator).count_ones() as u8 & 1;
                let sign = |bit: u8, soft: i32| if bit == 1 { soft } else { -soft };
                sign(output(G[0]), a) + sign(output(G[1]) ^ turned, b)
            };
            let (mut next, mut won, mut margin) = ([0; STATES], 0, [0; STATES]);
            for (state, (slot, by)) in next.iter_mut().zip(&mut margin).enumerate() {
                let [even, odd] = ways(state);
                let one = metric[even.0] + branch(even.1);
                let other = metric[odd.0] + branch(odd.1);
                won |= u64::from(other > one) << state;
                *slot = one.max(other);
                *by = one.abs_diff(other).min(u32::from(u16::MAX)) as u16;
            }
            let best = next.iter().copied().max().unwrap_or(0);
            metric = next.map(|value| value - best);
            list.won.push(won);
            list.margin.push(margin);
        }
        list.end = (0..STATES).max_by_key(|&state| metric[state]).unwrap_or(0);
        list
    }

    /// Asks for the paths in the order of their likelihood, the best one first, at most `limit` of them, whether the bits of the steps in `within` please; gives the
    /// place in the list (from 0) of the first one that does. Paths that differ outside of `within` alone are asked for too.
    pub fn search(
        &self,
        within: Range<usize>,
        limit: usize,
        mut accept: impl FnMut(&[u8]) -> bool,
    ) -> Option<usize> {
        let steps = self.won.len();
        let within = within.start.min(steps)..within.end.min(steps);
        let mut bits = vec![0; steps];
        let mut states = vec![0; steps];
        let mut heap = BinaryHeap::from([Reverse(Path {
            cost: 0,
            turns: Vec::new(),
        })]);
        for rank in 0..limit {
            let Reverse(path) = heap.pop()?;
            self.trace(&path.turns, &mut bits, &mut states);
            if accept(bits.get(within.clone())?) {
                return Some(rank);
            }
            // A deviation behind the last one of this path is a child of another path.
            let last = path.turns.last().copied().unwrap_or(steps);
            let until = last.min(within.end.saturating_add(BEHIND));
            let mut children: Vec<(u16, usize)> = (within.start..until)
                .filter_map(|step| Some((*self.margin.get(step)?.get(states[step])?, step)))
                .collect();
            // No more of them than could be asked for.
            let left = limit - rank;
            if children.len() > left {
                children.select_nth_unstable(left);
                children.truncate(left);
            }
            heap.extend(children.into_iter().map(|(margin, step)| {
                let mut turns = path.turns.clone();
                turns.push(step);
                Reverse(Path {
                    cost: path.cost + u64::from(margin),
                    turns,
                })
            }));
        }
        None
    }

    /// The bits of a path, and the state behind each step.
    fn trace(&self, turns: &[usize], bits: &mut [u8], states: &mut [usize]) {
        let mut state = self.end;
        let mut turns = turns.iter().copied().peekable();
        for (step, &won) in self.won.iter().enumerate().rev() {
            bits[step] = (state >> 5) as u8;
            states[step] = state;
            let turned = turns.next_if_eq(&step).is_some();
            let odd = (won >> state & 1 == 1) != turned;
            state = ways(state)[usize::from(odd)].0;
        }
    }
}

/// Both states that lead to a state, with the register of seven bits on the way.
const fn ways(state: usize) -> [(usize, usize); 2] {
    let even = state << 1 & 0x3F;
    let newest = state >> 5 << 6;
    [(even, newest | even), (even | 1, newest | even | 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convolutional::ConvolutionalEncoder;

    fn coded(bits: &[u8]) -> Vec<[i8; 2]> {
        let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
        bits.iter()
            .map(|&bit| {
                encoder
                    .encode_bit(bit)
                    .map(|c| if c == 1 { 40 } else { -40 })
            })
            .collect()
    }

    /// Every sequence of 12 bits between known ones, by its metric: what the list must say.
    #[test]
    fn the_list_is_that_of_all_sequences() {
        let sent: Vec<u8> = (0..112_u32).map(|k| (k * k / 3 % 2) as u8).collect();
        let mut pairs = coded(&sent);
        // Doubt over the middle, different at every symbol; none outside, so that no likely path differs there.
        for pair in &mut pairs {
            *pair = pair.map(|soft| soft * 3);
        }
        for (k, pair) in pairs[50..68].iter_mut().enumerate() {
            *pair = pair.map(|soft| soft / 40 * (1 + k as i8 % 3) - k as i8 % 5 + 2);
        }
        let range = 50..62;
        let metric = |bits: &[u8]| -> i32 {
            let soft = coded(bits);
            let each = soft.iter().zip(&pairs);
            each.map(|(c, p)| {
                i32::from(c[0].signum()) * i32::from(p[0])
                    + i32::from(c[1].signum()) * i32::from(p[1])
            })
            .sum()
        };
        let mut all: Vec<(i32, Vec<u8>)> = (0..1 << 12)
            .map(|word: u32| {
                let mut bits = sent.clone();
                for (k, slot) in bits[range.clone()].iter_mut().enumerate() {
                    *slot = (word >> k & 1) as u8;
                }
                (metric(&bits), bits[range.clone()].to_vec())
            })
            .collect();
        all.sort_by_key(|(metric, _)| Reverse(*metric));
        let list = ListViterbi::new(&pairs, G2::Inverted);
        let mut found: Vec<Vec<u8>> = Vec::new();
        let none = list.search(range, 40, |bits| {
            found.push(bits.to_vec());
            false
        });
        assert_eq!(none, None);
        // Paths of equal metric may come in any order.
        let metrics = |list: &[Vec<u8>]| -> Vec<i32> {
            let of = |bits: &Vec<u8>| all.iter().find(|(_, other)| other == bits).map(|(m, _)| *m);
            list.iter().filter_map(of).collect()
        };
        let wanted: Vec<i32> = all.iter().take(20).map(|(metric, _)| *metric).collect();
        assert_eq!(metrics(&found)[..20], wanted[..]);
    }

    #[test]
    fn a_wrong_event_is_found_in_the_list() {
        let sent: Vec<u8> = (0..300_u32)
            .map(|k| (k % 7 / 3 + k % 5) as u8 & 1)
            .collect();
        let mut pairs = coded(&sent);
        // The ten symbols of another path of free distance ten, stronger than the right ones.
        let mut wrong = sent.clone();
        wrong[150] ^= 1;
        for (pair, other) in pairs.iter_mut().zip(coded(&wrong)) {
            for (soft, other) in pair.iter_mut().zip(other) {
                *soft = if *soft == other { *soft } else { other / 8 };
            }
        }
        let list = ListViterbi::new(&pairs, G2::Inverted);
        assert_eq!(
            list.search(40..260, 100, |bits| bits == &wrong[40..260]),
            Some(0)
        );
        assert_eq!(
            list.search(40..260, 100, |bits| bits == &sent[40..260]),
            Some(1)
        );
        assert_eq!(list.search(40..260, 1, |bits| bits == &sent[40..260]), None);
    }

    #[test]
    fn ranges_beyond_the_end_and_nothing_at_all_are_no_panic() {
        let list = ListViterbi::new(&[], G2::Plain);
        assert_eq!(list.search(0..10, 5, |_| false), None);
        let list = ListViterbi::new(&[[0, 0]; 10], G2::Plain);
        assert_eq!(list.search(5..1000, 5, |bits| bits.len() == 5), Some(0));
        assert_eq!(list.search(50..60, 5, <[u8]>::is_empty), Some(0));
    }
}
