//! Sums of samples by weights that lie between two rows of a table.

use crate::Iq;

/// Numbers in a vector register that every machine has.
pub(crate) const LANES: usize = 4;

/// Σ w·(re, im) with w = low + between · (high − low). Of the last numbers that are no whole register nothing is taken: lengths are multiples of [`LANES`].
///
/// Not inlined: where the lengths are known the compiler unrolls it all and then finds no vectors any more.
#[inline(never)]
pub(crate) fn weigh(low: &[f32], high: &[f32], between: f32, re: &[f32], im: &[f32]) -> Iq {
    // Four sums side by side for I and for Q, which the compiler puts into vectors.
    let mut sums = [[0f32; LANES]; 2];
    let rows = low.as_chunks::<LANES>().0.iter();
    let rows = rows.zip(high.as_chunks::<LANES>().0);
    let samples = re.as_chunks::<LANES>().0.iter();
    let samples = samples.zip(im.as_chunks::<LANES>().0);
    for ((low, high), (re, im)) in rows.zip(samples) {
        for lane in 0..LANES {
            let weight = low[lane] + between * (high[lane] - low[lane]);
            sums[0][lane] += weight * re[lane];
            sums[1][lane] += weight * im[lane];
        }
    }
    let [re, im] = sums.map(|lanes| (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]));
    Iq::new(re, im)
}

/// Σ w·x of equally long slices; lengths as in [`weigh`].
#[inline]
pub(crate) fn dot(weights: &[f32], samples: &[f32]) -> f32 {
    let mut sums = [0f32; LANES];
    let fours = weights.as_chunks::<LANES>().0.iter();
    for (weights, samples) in fours.zip(samples.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sums[lane] += weights[lane] * samples[lane];
        }
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}
