//! The add-compare-select steps, four path metrics in a word.
//!
//! **Metrics.** A symbol s (−8 ..= 7) costs |s| on a branch that sends the other sign and nothing on a branch that sends its own;
//! the smallest sum wins, of two equal ones the branch from the state whose oldest bit is zero. Two bounds keep all of it in octets:
//!
//! * Take the survivor of any state and add, bit by bit, the lightest code path from state zero to the difference of two states. That
//!   is a path to the other state, and it costs at most 8 more for each symbol that the added path weighs. No state needs a weight
//!   above 8 (the test counts them), so two metrics never differ by more than [`SPREAD`] = 64. Before there were as many steps as
//!   that path has, its end alone does, as all first states cost the same.
//! * Two candidates for one state differ by at most 8 times the free distance of the code, 10. So 128 plus their difference lies
//!   between 48 and 208: an octet, and its top bit is the comparison.
//!
//! State zero is brought back to [`SPREAD`] when it has reached [`LIMIT`] = 128 at the beginning of a group of four steps. A metric is then
//! at most 127 + 64, a step adds at most 16, and four steps end at or below 255. Nothing ever crosses from octet to octet.
//!
//! **Places.** The two states that a butterfly reads make room for the two that it writes. A place is a word (four bits) and an octet
//! of it, its lane (two bits); it belongs to the state whose six bits are the complement of the place's, shifted on by one at every step:
//!
//! | after step | word, top bit first | lane | the next step joins words that differ in |
//! |---|---|---|---|
//! | 0 | 5 4 3 2 | 1 0 | 8 |
//! | 1 | 0 5 4 3 | 2 1 | 4 |
//! | 2 | 1 0 5 4 | 3 2 | 2 |
//! | 3 | 2 1 0 5 | 4 3 | 1 |
//! | 4 | 3 2 1 0 | 5 4 | |
//!
//! (0 is the state's newest bit.) Behind step 4, lanes and words are exchanged, which leads to the first row. So every group of four steps looks
//! the same, no step mixes lanes, and two steps are done on four words at once.

#![allow(
    clippy::inline_always,
    reason = "constant arguments have to come together with the code that they choose"
)]

use crate::convolutional::{G1, G2_TAPS};

/// Words of path metrics: four states each.
pub(super) const WORDS: usize = 16;

/// Steps in a group.
pub(super) const GROUP: usize = 4;

/// No two metrics differ by more.
const SPREAD: u32 = 64;

/// From here on the metrics are brought back.
const LIMIT: u32 = 128;

/// One in every lane.
const ONES: u32 = 0x0101_0101;

/// The top bit of every lane.
const TOPS: u32 = 0x8080_8080;

/// Decisions of a group: a one means that the path came from the state whose oldest bit is zero.
///
/// Behind the second step, the word number's two lower bits tell the word, and the lane its octet: in there, the upper half is for the first step
/// and the lower one for the second, each with the number's two upper bits as the number of the bit. Behind the fourth step it is the
/// upper bits that tell which of the last four words, and the lower ones that number the bit.
pub(super) type Decisions = [u32; 2 * GROUP];

/// Path metrics of all states, in the places of the table's first row.
#[derive(Clone, Debug)]
pub(super) struct Metrics {
    paths: [u32; WORDS],
}

impl Metrics {
    /// Nothing is known about the state.
    pub(super) const fn unknown() -> Self {
        Self { paths: [0; WORDS] }
    }

    /// Takes four pairs of symbols, eight nibbles with the first on top, and writes the decisions; tells by how much all metrics were
    /// lowered. `turn` is −1 if G2 is inverted, else 0.
    #[inline(never)]
    pub(super) fn advance(&mut self, symbols: u32, turn: i32, decisions: &mut Decisions) -> u32 {
        let lowered = self.normalise();
        let mut words = [0; WORDS];
        let (first, second) = (
            Branches::of::<0>(symbols, turn),
            Branches::of::<1>(symbols << 8, turn),
        );
        let branches = [&first, &second];
        columns::<0>(&self.paths, &mut words, branches, decisions);
        columns::<1>(&self.paths, &mut words, branches, decisions);
        columns::<2>(&self.paths, &mut words, branches, decisions);
        columns::<3>(&self.paths, &mut words, branches, decisions);
        let (third, fourth) = (
            Branches::of::<2>(symbols << 16, turn),
            Branches::of::<3>(symbols << 24, turn),
        );
        let branches = [&third, &fourth];
        rows::<0>(&words, &mut self.paths, branches, decisions);
        rows::<1>(&words, &mut self.paths, branches, decisions);
        rows::<2>(&words, &mut self.paths, branches, decisions);
        rows::<3>(&words, &mut self.paths, branches, decisions);
        lowered
    }

    /// Brings all metrics back if they have grown far, and tells by how much.
    fn normalise(&mut self) -> u32 {
        // State zero lives in the last octet.
        let zero = self.paths[WORDS - 1] >> 24;
        if zero < LIMIT {
            return 0;
        }
        let excess = zero - SPREAD;
        for word in &mut self.paths {
            *word -= excess * ONES;
        }
        excess
    }

    /// The place of the best metric, as the number of its octet, and the metric; of equal ones the lowest state.
    pub(super) fn best(&self) -> (u32, u32) {
        let [first, rest @ ..] = &self.paths;
        let lanes = rest.iter().fold(*first, |best, &word| lesser(best, word));
        let least = lanes.to_le_bytes().into_iter().min().unwrap_or(0);
        let mut place = 0;
        for (number, word) in self.paths.iter().enumerate() {
            // An octet that is `least` becomes zero; the others are at most 64.
            let above = word - u32::from(least) * ONES;
            let equal = !(above + (TOPS - ONES)) & TOPS;
            if equal != 0 {
                // The highest lane: the complement of the lowest state.
                place = number as u32 * 4 + 3 - equal.leading_zeros() / 8;
            }
        }
        (place, u32::from(least))
    }
}

/// Lane by lane the smaller one, of lanes that differ by less than 128.
fn lesser(a: u32, b: u32) -> u32 {
    let difference = a.wrapping_sub(b).wrapping_add(TOPS);
    let positive = difference & TOPS;
    a.wrapping_sub(difference & (positive - (positive >> 7)))
}

/// What a step adds on the branches, by the class of a butterfly: what the branch from the state whose oldest bit is zero to
/// the one whose newest bit is zero sends, in lane 0, C1 in bit 1, C2 in bit 0.
struct Branches {
    cost: [u32; 4],
    /// 128 plus the cost of the complement minus the cost.
    edge: [u32; 4],
}

impl Branches {
    /// Branches of the step that follows the table's row `STEP`, for the two nibbles on top of `symbols`.
    #[inline(always)]
    fn of<const STEP: u32>(symbols: u32, turn: i32) -> Self {
        let s1 = symbols as i32 >> 28;
        let s2 = ((symbols << 4) as i32 >> 28 ^ turn) - turn;
        let (x, y) = (
            s1.wrapping_mul(const { signs(STEP, G1) }),
            s2.wrapping_mul(const { signs(STEP, G2_TAPS) }),
        );
        // A lane costs max(s, 0) where the code sends a zero, max(−s, 0) where it sends a one.
        let zeros = (s1.max(0) + s2.max(0)).wrapping_mul(ONES as i32);
        let ones = s1.wrapping_mul(const { unlike_lane_0(STEP, G1) });
        let ones = ones.wrapping_add(s2.wrapping_mul(const { unlike_lane_0(STEP, G2_TAPS) }));
        let cost = zeros.wrapping_sub(ones);
        let (both, unlike) = (x.wrapping_add(y), x.wrapping_sub(y));
        let tops = TOPS as i32;
        Self {
            cost: [
                cost as u32,
                cost.wrapping_sub(y) as u32,
                cost.wrapping_sub(x) as u32,
                cost.wrapping_sub(both) as u32,
            ],
            edge: [
                tops.wrapping_sub(both) as u32,
                tops.wrapping_sub(unlike) as u32,
                tops.wrapping_add(unlike) as u32,
                tops.wrapping_add(both) as u32,
            ],
        }
    }
}

/// The first two steps of a group, for the words whose number ends in `COLUMN`.
#[inline(always)]
fn columns<const COLUMN: usize>(
    paths: &[u32; WORDS],
    words: &mut [u32; WORDS],
    branches: [&Branches; 2],
    decisions: &mut Decisions,
) {
    let classes = const {
        [
            [class(0, 8 + COLUMN), class(0, 12 + COLUMN)],
            [class(1, 4 + COLUMN), class(1, 12 + COLUMN)],
        ]
    };
    let four = [
        paths[COLUMN],
        paths[4 + COLUMN],
        paths[8 + COLUMN],
        paths[12 + COLUMN],
    ];
    let ([w0, w1, w2, w3], taken) = two_steps(four, classes, branches);
    decisions[COLUMN] = taken;
    words[COLUMN] = w0;
    words[4 + COLUMN] = w1;
    words[8 + COLUMN] = w2;
    words[12 + COLUMN] = w3;
}

/// The last two steps of a group, for the words whose number begins with `ROW`, and the exchange of lanes and words.
#[inline(always)]
fn rows<const ROW: usize>(
    words: &[u32; WORDS],
    paths: &mut [u32; WORDS],
    branches: [&Branches; 2],
    decisions: &mut Decisions,
) {
    let classes = const {
        [
            [class(2, 4 * ROW + 2), class(2, 4 * ROW + 3)],
            [class(3, 4 * ROW + 1), class(3, 4 * ROW + 3)],
        ]
    };
    let four = [
        words[4 * ROW],
        words[4 * ROW + 1],
        words[4 * ROW + 2],
        words[4 * ROW + 3],
    ];
    let (four, taken) = two_steps(four, classes, branches);
    decisions[4 + ROW] = taken;
    let [w0, w1, w2, w3] = transpose(four);
    paths[ROW] = w0;
    paths[4 + ROW] = w1;
    paths[8 + ROW] = w2;
    paths[12 + ROW] = w3;
}

/// Two steps over four words: the first joins words that differ in their number's upper bit, the second in the lower one.
#[inline(always)]
fn two_steps(
    words: [u32; 4],
    classes: [[usize; 2]; 2],
    branches: [&Branches; 2],
) -> ([u32; 4], u32) {
    let [[upper_0, upper_1], [lower_0, lower_1]] = classes;
    let [w0, w1, w2, w3] = words;
    // The state whose oldest bit is zero has a one in its place; so has, behind the step, the one whose newest bit is zero.
    let ([w2, w0], [d2, d0]) = butterfly(w2, w0, upper_0, branches[0]);
    let ([w3, w1], [d3, d1]) = butterfly(w3, w1, upper_1, branches[0]);
    let first = collect([d0, d1, d2, d3]);
    let ([w1, w0], [d1, d0]) = butterfly(w1, w0, lower_0, branches[1]);
    let ([w3, w2], [d3, d2]) = butterfly(w3, w2, lower_1, branches[1]);
    ([w0, w1, w2, w3], first | collect([d0, d1, d2, d3]) >> 4)
}

/// Four butterflies of one class: from `low` (oldest bit zero) and `high` to the states with a zero and with a one as their
/// newest bit; with the decisions in the top bits of the lanes, one if `low` won.
#[inline(always)]
fn butterfly(low: u32, high: u32, class: usize, branches: &Branches) -> ([u32; 2], [u32; 2]) {
    let gap = high.wrapping_sub(low);
    let select = |class: usize| {
        // 128 + high's candidate − low's candidate; if that is 128 or more, low wins.
        let lead = gap.wrapping_add(branches.edge[class]);
        let won = lead & TOPS;
        let candidate = high.wrapping_add(branches.cost[class ^ 3]);
        (candidate.wrapping_sub(lead & (won - (won >> 7))), won)
    };
    let ((even, even_won), (odd, odd_won)) = (select(class), select(class ^ 3));
    ([even, odd], [even_won, odd_won])
}

/// Four decision words fill the upper halves of the lanes of one.
#[inline(always)]
fn collect([d0, d1, d2, d3]: [u32; 4]) -> u32 {
    d0 >> 3 | d1 >> 2 | d2 >> 1 | d3
}

/// Exchanges lanes and words.
#[inline(always)]
fn transpose(words: [u32; 4]) -> [u32; 4] {
    const EVEN: u32 = 0x00FF_00FF;
    let [w0, w1, w2, w3] = words;
    let (lower_even, upper_even) = (w0 & 0xFFFF | w2 << 16, w0 >> 16 | w2 & 0xFFFF_0000);
    let (lower_odd, upper_odd) = (w1 & 0xFFFF | w3 << 16, w1 >> 16 | w3 & 0xFFFF_0000);
    [
        lower_even & EVEN | (lower_odd & EVEN) << 8,
        lower_even >> 8 & EVEN | lower_odd & !EVEN,
        upper_even & EVEN | (upper_odd & EVEN) << 8,
        upper_even >> 8 & EVEN | upper_odd & !EVEN,
    ]
}

/// Whether the generator weighs the state's bit `bit` (0 is the newest).
const fn weighs(generator: u8, bit: u32) -> u32 {
    (generator >> (5 - bit)) as u32 & 1
}

/// What a branch sends from the state that lives in lane 0 of a word, in the table's row `row`, if its newest bit is zero.
const fn class(row: u32, word: usize) -> usize {
    let (mut c1, mut c2) = (0, 0);
    let mut bit = 0;
    while bit < 6 {
        // Where the state's bit is in the word number, and that the place holds the complement. In lane 0 all lane bits are ones.
        let from_lane = bit == row || bit == row + 1;
        let below_top = (5 + row - bit) % 6;
        let value = if from_lane {
            1
        } else {
            !(word >> (3 - below_top)) as u32 & 1
        };
        c1 ^= value & weighs(G1, bit);
        c2 ^= value & weighs(G2_TAPS, bit);
        bit += 1;
    }
    (c1 << 1 | c2) as usize
}

/// A one in every lane where the branch sends something else than in lane 0.
const fn unlike_lane_0(row: u32, generator: u8) -> i32 {
    let (lower, upper) = (weighs(generator, row), weighs(generator, row + 1));
    (lower << 8 | upper << 16 | (lower ^ upper) << 24) as i32
}

/// Packed in lanes: +1 where the branch sends the same as in lane 0, −1 elsewhere.
const fn signs(row: u32, generator: u8) -> i32 {
    ONES as i32 - 2 * unlike_lane_0(row, generator)
}
