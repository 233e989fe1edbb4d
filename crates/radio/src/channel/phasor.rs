//! A phase that changes slowly enough to be a parabola over a few samples.

use core::f64::consts::TAU;

use num_complex::Complex;

use crate::Iq;

/// Samples of a parabola. Begins lie on multiples of it, whatever the blocks are.
pub(super) const SEGMENT: u64 = 64;

/// Phase at the begin of a segment, in turns, and its first and second differences from sample to sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parabola {
    pub(super) at: f64,
    pub(super) slope: f64,
    pub(super) bend: f64,
}

/// Unit phasors, one a sample.
#[derive(Clone, Debug, Default)]
pub(super) struct Phasor {
    next: u64,
    value: Complex<f64>,
    step: Complex<f64>,
    step_step: Complex<f64>,
}

impl Phasor {
    /// Changes each sample by the phasor that belongs to it; `phase` tells of the segment that begins at a sample.
    pub(super) fn apply(
        &mut self,
        block: &mut [Iq],
        phase: impl Fn(u64) -> Parabola,
        change: impl Fn(&mut Iq, Iq),
    ) {
        let mut rest = block;
        while !rest.is_empty() {
            let into = self.next % SEGMENT;
            if into == 0 {
                let Parabola { at, slope, bend } = phase(self.next);
                self.value = turns(at);
                self.step = turns(slope + bend / 2.0);
                self.step_step = turns(bend);
            }
            let now = rest.len().min((SEGMENT - into) as usize);
            let (these, others) = rest.split_at_mut(now);
            for sample in these {
                change(sample, Iq::new(self.value.re as f32, self.value.im as f32));
                self.value *= self.step;
                self.step *= self.step_step;
            }
            self.next += now as u64;
            rest = others;
        }
    }
}

fn turns(turns: f64) -> Complex<f64> {
    let (sin, cos) = (TAU * turns.fract()).sin_cos();
    Complex::new(cos, sin)
}
