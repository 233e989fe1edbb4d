//! The receiver's own faults: level, clipping, quantisation, direct current, exchanged I and Q.

use thiserror::Error;

use super::{Stage, amplitude};
use crate::Iq;

/// Stronger or weaker.
#[derive(Clone, Copy, Debug)]
pub struct Gain(f32);

impl Gain {
    /// By decibels.
    pub fn new(db: f64) -> Self {
        Self(amplitude(db))
    }
}

impl Stage for Gain {
    fn process(&mut self, block: &mut Vec<Iq>) {
        for sample in block {
            *sample *= self.0;
        }
    }
}

/// I and Q stop at ± a level, each for itself.
#[derive(Clone, Copy, Debug)]
pub struct Clip(f32);

impl Clip {
    /// At this level; a negative one is taken without its sign.
    pub fn new(level: f32) -> Self {
        Self(level.abs())
    }
}

impl Stage for Clip {
    fn process(&mut self, block: &mut Vec<Iq>) {
        for sample in block {
            let clip = |part: f32| part.max(-self.0).min(self.0);
            *sample = Iq::new(clip(sample.re), clip(sample.im));
        }
    }
}

/// I and Q take one of 2^bits values, which lie even about 0 with none of them on it; beyond the full scale it is the outermost one.
#[derive(Clone, Copy, Debug)]
pub struct Quantise {
    step: f32,
    /// Steps to either side.
    most: f32,
}

/// Not 1 to 12 bits, or no full scale.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("a converter has 1 to 12 bits and a full scale above 0, not {bits} bits and {full_scale}")]
pub struct BadBits {
    /// Of the converter.
    pub bits: u32,
    /// Of it.
    pub full_scale: f32,
}

impl Quantise {
    /// A converter of 1 to 12 bits whose outermost steps end at ± `full_scale`.
    ///
    /// # Errors
    /// If there are no such bits, or the full scale is not above 0.
    pub fn new(bits: u32, full_scale: f32) -> Result<Self, BadBits> {
        let right = (1..=12).contains(&bits) && full_scale > 0.0 && full_scale.is_finite();
        if !right {
            return Err(BadBits { bits, full_scale });
        }
        let most = (1u32 << (bits - 1)) as f32;
        Ok(Self {
            step: full_scale / most,
            most,
        })
    }
}

impl Stage for Quantise {
    fn process(&mut self, block: &mut Vec<Iq>) {
        let (step, most) = (self.step, self.most);
        let quantise = |part: f32| {
            if part.is_nan() {
                return part;
            }
            let steps = (part / step).clamp(-most, most - 1.0);
            // Rounded down; the cast goes towards 0.
            let low = steps as i32 - i32::from(steps < (steps as i32) as f32);
            (low as f32 + 0.5) * step
        };
        for sample in block {
            *sample = Iq::new(quantise(sample.re), quantise(sample.im));
        }
    }
}

/// Direct current: a constant on I and Q.
#[derive(Clone, Copy, Debug)]
pub struct Offset(Iq);

impl Offset {
    /// This constant.
    pub const fn new(offset: Iq) -> Self {
        Self(offset)
    }
}

impl Stage for Offset {
    fn process(&mut self, block: &mut Vec<Iq>) {
        for sample in block {
            *sample += self.0;
        }
    }
}

/// I and Q exchanged, which turns the spectrum over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Swap;

impl Stage for Swap {
    fn process(&mut self, block: &mut Vec<Iq>) {
        for sample in block {
            *sample = Iq::new(sample.im, sample.re);
        }
    }
}
