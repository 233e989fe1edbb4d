//! Spectra of blocks of the samples: their mean, their mean about the tracked carrier, and waterfalls of the whole band and of where the carrier is looked for.
//!
//! Blocks are as long as bins of some hundred Hz need, under Hann's window. Not every sample is looked at: blocks stand apart, the more so where samples are
//! many and the longer it goes on, so that the receiver is not slowed much.

use std::sync::Arc;

use magpie_radio::receive::{Estimate, Event};
use magpie_radio::{Iq, SampleRate};
use rustfft::{Fft, FftPlanner};

use super::Band;
use super::waterfall::{BINS, Waterfall};

/// Bins should be narrower than this, in Hz, as long as a block is not too long.
const BIN_HZ: f64 = 130.0;
const SHORTEST: usize = 512;
const LONGEST: usize = 16_384;
/// One block of so many is looked at: at the beginning, and when much has been seen.
const SPARSE: (u64, u64) = (2, 16);
/// The same from so many samples a second on.
const SPARSE_FAST: (u64, u64) = (16, 64);
const FAST: f64 = 1e6;
/// Larger numbers are no samples.
const LARGEST: f32 = 1e15;
/// A close view is of use if it is narrower than this part of the whole.
const CLOSE: f64 = 0.5;

/// A piece of the spectrum, bin by bin.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    /// Middle of the first bin in Hz.
    pub(super) from_hz: f64,
    /// Width of a bin in Hz.
    pub(super) step_hz: f64,
    /// Power density of full scale's, in dB a Hz.
    pub(super) db: Vec<f32>,
}

/// A waterfall and where its bins are.
pub(super) struct View {
    /// The bins of a block that are in it, and how many of them are one bin of the waterfall.
    first: usize,
    group: usize,
    bins: usize,
    waterfall: Waterfall,
}

/// Sums of spectra.
pub(super) struct Spectra {
    rate: SampleRate,
    fft: Arc<dyn Fft<f32>>,
    scratch: Vec<Iq>,
    window: Vec<f32>,
    /// One over the window's power and the sample rate.
    scale: f32,
    block: Vec<Iq>,
    powers: Vec<f32>,
    /// The next sample, the first one of the block that is being filled or is to come, and from one block to the next.
    position: u64,
    start: u64,
    stride: u64,
    longest: u64,
    sum: Vec<f64>,
    blocks: u64,
    about: Vec<f64>,
    about_blocks: u64,
    tracked: Option<Estimate>,
    views: Vec<View>,
}

impl Spectra {
    pub(super) fn new(rate: SampleRate, search: Band) -> Self {
        let wanted = (rate.hz() / BIN_HZ).min(LONGEST as f64) as usize;
        let length = wanted.next_power_of_two().clamp(SHORTEST, LONGEST);
        let fft = FftPlanner::new().plan_fft_forward(length);
        let window: Vec<f32> = (0..length)
            .map(|n| {
                let turn = (n as f64 + 0.5) / length as f64;
                (0.5 - 0.5 * (core::f64::consts::TAU * turn).cos()) as f32
            })
            .collect();
        let power: f32 = window.iter().map(|w| w * w).sum();
        let fast = rate.hz() >= FAST;
        let (first, last) = if fast { SPARSE_FAST } else { SPARSE };
        let (stride, longest) = (length as u64 * first, length as u64 * last);
        let whole = View::new(0, length, (stride, longest));
        let close = close(rate, search, length);
        Self {
            rate,
            scratch: vec![Iq::default(); fft.get_inplace_scratch_len()],
            fft,
            scale: 1.0 / (power * rate.hz() as f32),
            window,
            block: Vec::with_capacity(length),
            powers: vec![0.0; length],
            position: 0,
            start: 0,
            stride,
            longest,
            sum: vec![0.0; length],
            blocks: 0,
            about: vec![0.0; length],
            about_blocks: 0,
            tracked: None,
            views: core::iter::once(whole)
                .chain(close.map(|(first, count)| View::new(first, count, (stride, longest))))
                .collect(),
        }
    }

    pub(super) fn push(&mut self, mut samples: &[Iq]) {
        let length = self.window.len();
        while !samples.is_empty() {
            let ahead = self.start.saturating_sub(self.position);
            let (skipped, rest) = samples.split_at((samples.len() as u64).min(ahead) as usize);
            let (taken, rest) = rest.split_at(rest.len().min(length - self.block.len()));
            self.block.extend_from_slice(taken);
            self.position += (skipped.len() + taken.len()) as u64;
            if self.block.len() == length {
                self.look();
            }
            samples = rest;
        }
    }

    /// Samples that are not there.
    pub(super) fn skip(&mut self, count: u64) {
        self.position += count;
        self.block.clear();
        self.start = self.position.next_multiple_of(self.stride);
    }

    pub(super) fn hear(&mut self, event: &Event<'_>) {
        match *event {
            Event::CarrierAcquired(estimate) | Event::Carrier(estimate) => {
                self.tracked = Some(estimate);
            }
            Event::CarrierLost { .. } => self.tracked = None,
            _ => {}
        }
    }

    /// A block is whole.
    fn look(&mut self) {
        for (sample, weight) in self.block.iter_mut().zip(&self.window) {
            // Not so for what is no number.
            let good = sample.re.abs() < LARGEST && sample.im.abs() < LARGEST;
            *sample = if good {
                *sample * *weight
            } else {
                Iq::default()
            };
        }
        self.fft
            .process_with_scratch(&mut self.block, &mut self.scratch);
        let half = self.block.len() / 2;
        let (upper, lower) = self.block.split_at(half);
        for (power, bin) in self.powers.iter_mut().zip(lower.iter().chain(upper)) {
            *power = bin.norm_sqr() * self.scale;
        }
        let middle = self.start + half as u64;
        for (sum, &power) in self.sum.iter_mut().zip(&self.powers) {
            *sum += f64::from(power);
        }
        self.blocks += 1;
        self.look_about(middle);
        for view in &mut self.views {
            view.add(middle, &self.powers);
        }
        // One spectrum a row is enough as long as rows are short.
        let row = self.views.first().map_or(0, |v| v.waterfall.row_length());
        self.stride = row.min(self.longest).max(self.stride);
        self.block.clear();
        self.start = (self.start + 1).next_multiple_of(self.stride);
    }

    /// The same with the tracked carrier in the middle.
    fn look_about(&mut self, at: u64) {
        let Some(estimate) = self.tracked else {
            return;
        };
        let since = self.rate.seconds(at) - self.rate.seconds(estimate.at);
        let offset = estimate.offset_hz + estimate.rate_hz_s * since.clamp(-1.0, 1.0);
        let shift = (offset / self.bin_hz()).round();
        let length = self.powers.len();
        // False for what is no number, too.
        let within = shift.abs() < length as f64 / 2.0;
        if !within {
            return;
        }
        let turn = shift.rem_euclid(length as f64) as usize;
        let (low, high) = self.powers.split_at(turn.min(length));
        for (sum, &power) in self.about.iter_mut().zip(high.iter().chain(low)) {
            *sum += f64::from(power);
        }
        self.about_blocks += 1;
    }

    /// Hz a bin.
    pub(super) fn bin_hz(&self) -> f64 {
        self.rate.hz() / self.window.len() as f64
    }

    fn hz(&self, bin: usize) -> f64 {
        (bin as f64 - (self.window.len() / 2) as f64) * self.bin_hz()
    }

    /// Takes over what is about the carrier, if that was tracked.
    pub(super) fn heard_again(&mut self, other: &Self) {
        if other.about_blocks > 0 && other.about.len() == self.about.len() {
            self.about.clone_from(&other.about);
            self.about_blocks = other.about_blocks;
        }
    }

    /// The strongest bin of the mean, in Hz.
    pub(super) fn peak_hz(&self) -> Option<f64> {
        let bins = self.sum.iter().enumerate();
        let (bin, power) = bins.max_by(|a, b| a.1.total_cmp(b.1))?;
        (*power > 0.0).then(|| self.hz(bin))
    }

    /// Spectra that were taken.
    pub(super) const fn blocks(&self) -> u64 {
        self.blocks
    }

    /// The mean of all of them, several bins in one if there are very many.
    pub(super) fn mean(&self) -> Curve {
        let group = self.sum.len().div_ceil(2048);
        self.curve(&self.sum, self.blocks, group, 0..self.sum.len())
    }

    /// The same of the close view, bin by bin.
    pub(super) fn close_mean(&self) -> Option<Curve> {
        let view = self.views.get(1)?;
        let end = (view.first + view.bins * view.group).min(self.sum.len());
        let group = (end - view.first).div_ceil(2048);
        Some(self.curve(&self.sum, self.blocks, group, view.first..end))
    }

    /// Their mean while the carrier was tracked, with the carrier at 0, so far to either side.
    pub(super) fn about_the_carrier(&self, half_width_hz: f64) -> Option<Curve> {
        let middle = self.about.len() / 2;
        let half = ((half_width_hz / self.bin_hz()) as usize).clamp(8, middle);
        let range = middle - half..(middle + half + 1).min(self.about.len());
        let group = range.len().div_ceil(2048);
        (self.about_blocks > 0).then(|| self.curve(&self.about, self.about_blocks, group, range))
    }

    fn curve(
        &self,
        sums: &[f64],
        count: u64,
        group: usize,
        range: core::ops::Range<usize>,
    ) -> Curve {
        let from = self.hz(range.start) + (group - 1) as f64 / 2.0 * self.bin_hz();
        let groups = sums[range].chunks(group);
        let mean = |bins: &[f64]| bins.iter().sum::<f64>() / (bins.len() as f64 * count as f64);
        Curve {
            from_hz: from,
            step_hz: group as f64 * self.bin_hz(),
            db: groups.map(|bins| decibel(mean(bins) as f32)).collect(),
        }
    }

    /// The waterfalls: the whole band, and the close view if there is one.
    pub(super) fn waterfalls(&self) -> impl Iterator<Item = (f64, f64, &Waterfall)> + '_ {
        self.views.iter().map(|view| {
            let from = self.hz(view.first) + (view.group - 1) as f64 / 2.0 * self.bin_hz();
            let step = view.group as f64 * self.bin_hz();
            (from, step, &view.waterfall)
        })
    }
}

impl View {
    fn new(first: usize, count: usize, (row_length, long): (u64, u64)) -> Self {
        let group = count.div_ceil(BINS).max(1);
        let bins = (count / group).max(1);
        Self {
            first,
            group,
            bins,
            waterfall: Waterfall::new(bins, row_length, long),
        }
    }

    fn add(&mut self, at: u64, powers: &[f32]) {
        let powers = powers.get(self.first..).unwrap_or_default();
        let groups = powers.chunks(self.group).take(self.bins);
        let mean = |bins: &[f32]| bins.iter().sum::<f32>() / bins.len() as f32;
        self.waterfall.add(at, groups.map(mean));
    }
}

/// The bins of the close view: the first one and how many.
fn close(rate: SampleRate, search: Band, length: usize) -> Option<(usize, usize)> {
    let bin_hz = rate.hz() / length as f64;
    let bin = |hz: f64| ((hz / bin_hz).round() + (length / 2) as f64).clamp(0.0, length as f64);
    let from = bin(search.centre_hz - search.half_width_hz) as usize;
    let to = bin(search.centre_hz + search.half_width_hz) as usize;
    let count = to.saturating_sub(from);
    (count >= 16 && (count as f64) < CLOSE * length as f64).then_some((from, count))
}

/// A power in dB; nothing at all is very little.
pub(super) fn decibel(power: f32) -> f32 {
    10.0 * power.max(1e-30).log10()
}
