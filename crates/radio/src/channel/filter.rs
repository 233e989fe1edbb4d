//! A low-pass filter: what a transmitter's output or a receiver's input lets through.

use thiserror::Error;

use super::Stage;
use super::delay::{kaiser, sinc};
use crate::weigh::{LANES, dot};
use crate::{Iq, SampleRate};

/// Most taps to either side of the middle one.
const LONGEST: usize = 4096;

/// Lets through what is within ± an edge of the middle of the band: a windowed sinc of linear phase whose delay is taken out. At the edge it is 6 dB down, at 7/8
/// of it flat to 0.01 dB, from 9/8 of it on 65 dB down and more.
#[derive(Clone, Debug)]
pub struct LowPass {
    /// Both sides of the middle one, and filled up with zeros to whole lanes.
    taps: Vec<f32>,
    half: usize,
    history: [Vec<f32>; 2],
}

/// An edge that no filter here can have.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("a low-pass filter's edge lies between a 250th and 4/9 of the sample rate, not at {0} Hz")]
pub struct BadEdge(pub f64);

impl LowPass {
    /// With its edge at ± `hz`.
    ///
    /// # Errors
    /// If that is below a 250th or above 4/9 of the sample rate.
    pub fn new(hz: f64, sample_rate: SampleRate) -> Result<Self, BadEdge> {
        let edge = hz / sample_rate.hz();
        if !(1.0 / 250.0..=4.0 / 9.0).contains(&edge) {
            return Err(BadEdge(hz));
        }
        // Kaiser's rule for 70 dB and a slope over a quarter of the edge: 62 / (2.285 · 2π / 4) taps over the edge.
        let half = ((8.7 / edge).ceil() as usize).min(LONGEST);
        let place = |k: usize| k as f64 - half as f64;
        let taps = (0..=2 * half).map(|k| {
            let t = place(k);
            sinc(2.0 * edge * t) * kaiser(t / (half as f64 + 1.0))
        });
        let taps: Vec<f64> = taps.collect();
        let sum: f64 = taps.iter().sum();
        let mut taps: Vec<f32> = taps.iter().map(|tap| (tap / sum) as f32).collect();
        taps.resize(taps.len().next_multiple_of(LANES), 0.0);
        Ok(Self {
            history: [vec![0.0; half], vec![0.0; half]],
            taps,
            half,
        })
    }

    /// Filters as far as there are samples behind the last tap.
    fn filter(&mut self, block: &mut Vec<Iq>) {
        let [re, im] = &self.history;
        let ready = (re.len() + 1).saturating_sub(self.taps.len());
        let windows = re.windows(self.taps.len()).zip(im.windows(self.taps.len()));
        block.extend(windows.map(|(re, im)| Iq::new(dot(&self.taps, re), dot(&self.taps, im))));
        for history in &mut self.history {
            history.drain(..ready);
        }
    }
}

impl Stage for LowPass {
    fn process(&mut self, block: &mut Vec<Iq>) {
        let [re, im] = &mut self.history;
        re.extend(block.iter().map(|sample| sample.re));
        im.extend(block.iter().map(|sample| sample.im));
        block.clear();
        self.filter(block);
    }

    fn finish(&mut self, block: &mut Vec<Iq>) {
        // The zeros that fill up the taps look so many samples further.
        let more = self.taps.len() - self.half - 1;
        for history in &mut self.history {
            history.resize(history.len() + more, 0.0);
        }
        self.filter(block);
    }
}
