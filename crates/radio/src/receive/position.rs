//! A place in the stream, exact over hours of any sample rate.

/// Whole samples since the first one, and a part of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Position {
    /// The sample.
    pub whole: u64,
    /// From 0 inclusive to 1 exclusive.
    pub part: f64,
}

impl Position {
    /// At a whole sample.
    pub(crate) const fn at(whole: u64) -> Self {
        Self { whole, part: 0.0 }
    }

    /// So many samples later; earlier if negative, at the earliest at sample 0.
    pub(crate) fn plus(self, samples: f64) -> Self {
        let sum = self.part + samples;
        let whole = sum.floor();
        let part = (sum - whole).clamp(0.0, 1.0 - f64::EPSILON);
        if whole >= 0.0 {
            Self {
                whole: self.whole.saturating_add(whole as u64),
                part,
            }
        } else {
            match self.whole.checked_sub((-whole) as u64) {
                Some(whole) => Self { whole, part },
                None => Self::at(0),
            }
        }
    }

    /// Samples from `other` to here; negative if here is earlier.
    pub(crate) fn since(self, other: Self) -> f64 {
        let whole = if self.whole >= other.whole {
            (self.whole - other.whole) as f64
        } else {
            -((other.whole - self.whole) as f64)
        };
        whole + (self.part - other.part)
    }

    /// As one number, good to a thousandth of a sample over the life of any recording.
    pub(crate) fn samples(self) -> f64 {
        self.whole as f64 + self.part
    }
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn steps_add_up_without_drift() {
        // Ten million steps of 125.1 samples, by hand 1,251,000,000.
        let mut position = Position::at(0);
        for _ in 0..10_000_000 {
            position = position.plus(125.1);
        }
        assert!(position.since(Position::at(1_251_000_000)).abs() < 1e-6);
        assert_eq!(Position::at(3).plus(-1.25).whole, 1);
        assert!((Position::at(3).plus(-1.25).part - 0.75).abs() < 1e-12);
        assert_eq!(Position::at(3).plus(-7.0), Position::at(0));
    }
}
