//! The samples that are still needed, as numbers that can be reckoned with.
//!
//! What is not finite becomes zero and is counted; what is absurdly large is cut to ±10⁹, so that squares and sums stay finite. I and Q are kept
//! apart, because sums over samples then run in vector registers.

use super::Event;
use crate::Iq;
use std::collections::VecDeque;

/// Larger samples are cut to this.
const LARGEST: f32 = 1e9;

/// Samples are looked over in pieces of this length.
const PIECE: usize = 64;

/// Samples from some place on, not longer than what the steps ask for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Input {
    re: Vec<f32>,
    im: Vec<f32>,
    /// Sample number of the first one held.
    base: u64,
    /// Runs of samples that were no numbers, from and to behind the last, not yet told.
    runs: VecDeque<(u64, u64)>,
    /// What is taken off, once it is known for direct current.
    constant: Option<Constant>,
}

/// The mean of the samples of late.
#[derive(Clone, Copy, Debug)]
struct Constant {
    re: f32,
    im: f32,
    /// Samples since it began, up to the most that count.
    seen: u32,
    most: u32,
}

impl Constant {
    fn take_off(&mut self, re: &mut f32, im: &mut f32) {
        self.seen = (self.seen + 1).min(self.most);
        let part = 1.0 / self.seen as f32;
        self.re += part * (*re - self.re);
        self.im += part * (*im - self.im);
        *re -= self.re;
        *im -= self.im;
    }
}

impl Input {
    /// Sample number behind the last one held.
    pub(crate) fn end(&self) -> u64 {
        self.base + self.re.len() as u64
    }

    /// `count` samples from `from` on, I and Q; `None` if they are not all here.
    pub(crate) fn slices(&self, from: u64, count: usize) -> Option<(&[f32], &[f32])> {
        let start = usize::try_from(from.checked_sub(self.base)?).ok()?;
        let range = start..start.checked_add(count)?;
        Some((self.re.get(range.clone())?, self.im.get(range)?))
    }

    /// From sample `from` on the mean of the last `most` samples is taken off; samples that are held already are changed.
    pub(crate) fn remove_constant(&mut self, from: u64, most: u32) {
        if self.constant.is_none() {
            self.constant = Some(Constant {
                re: 0.0,
                im: 0.0,
                seen: 0,
                most: most.max(1),
            });
            self.take_off(from);
        }
    }

    /// Takes the constant off the samples from `from` on.
    fn take_off(&mut self, from: u64) {
        if let Some(constant) = &mut self.constant {
            let held = usize::try_from(from.saturating_sub(self.base)).unwrap_or(usize::MAX);
            for (re, im) in self.re.iter_mut().zip(&mut self.im).skip(held) {
                constant.take_off(re, im);
            }
        }
    }

    /// Takes samples.
    pub(crate) fn extend(&mut self, samples: &[Iq]) {
        let end = self.end();
        self.take(samples);
        self.take_off(end);
    }

    fn take(&mut self, samples: &[Iq]) {
        for piece in samples.chunks(PIECE) {
            // Anything that is not finite leaves NaN here; zero otherwise.
            let mut lanes = [0.0_f32; 4];
            for (index, sample) in piece.iter().enumerate() {
                lanes[index % 4] += sample.re * 0.0 + sample.im * 0.0;
            }
            if lanes.iter().sum::<f32>() == 0.0 {
                self.re
                    .extend(piece.iter().map(|z| z.re.clamp(-LARGEST, LARGEST)));
                self.im
                    .extend(piece.iter().map(|z| z.im.clamp(-LARGEST, LARGEST)));
            } else {
                for &sample in piece {
                    self.push_checked(sample);
                }
            }
        }
    }

    fn push_checked(&mut self, sample: Iq) {
        let at = self.end();
        if sample.re.is_finite() && sample.im.is_finite() {
            self.re.push(sample.re.clamp(-LARGEST, LARGEST));
            self.im.push(sample.im.clamp(-LARGEST, LARGEST));
            return;
        }
        self.re.push(0.0);
        self.im.push(0.0);
        match self.runs.back_mut() {
            Some((_, end)) if *end == at => *end = at + 1,
            _ => self.runs.push_back((at, at + 1)),
        }
    }

    /// Tells the runs that ended before sample `before`.
    pub(crate) fn tell_runs(&mut self, before: u64, sink: &mut dyn FnMut(Event<'_>)) {
        while let Some(&(at, end)) = self.runs.front() {
            if end >= before {
                break;
            }
            self.runs.pop_front();
            let count = end - at;
            sink(Event::NotNumbers { at, count });
        }
    }

    /// Lets go of what is before sample `from`. Moves memory only when that is worth it.
    pub(crate) fn release(&mut self, from: u64) {
        let dead = usize::try_from(from.saturating_sub(self.base)).unwrap_or(usize::MAX);
        let dead = dead.min(self.re.len());
        if dead * 2 >= self.re.len() && dead > 0 {
            self.re.drain(..dead);
            self.im.drain(..dead);
            self.base += dead as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_zero_and_told_once_a_run() {
        let nan = Iq::new(f32::NAN, 1.0);
        let one = Iq::new(1.0, 2.0);
        let mut input = Input::default();
        // Two runs over the borders of the blocks.
        input.extend(&[one, nan]);
        input.extend(&[Iq::new(0.0, f32::INFINITY), one, Iq::new(1e30, 0.0)]);
        input.extend(&[nan]);
        let mut told = Vec::new();
        let mut sink = |event: Event<'_>| {
            if let Event::NotNumbers { at, count } = event {
                told.push((at, count));
            }
        };
        input.tell_runs(3, &mut sink);
        input.tell_runs(4, &mut sink);
        input.tell_runs(u64::MAX, &mut sink);
        assert_eq!(told, [(1, 2), (5, 1)]);
        let (re, im) = input.slices(0, 6).unwrap();
        assert_eq!(re, [1.0, 0.0, 0.0, 1.0, 1e9, 0.0]);
        assert_eq!(im, [2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
        input.release(4);
        assert_eq!(input.slices(4, 1), Some((&[1e9][..], &[0.0][..])));
        assert_eq!(input.slices(3, 1), None);
        assert_eq!(input.slices(5, 2), None);
    }
}
