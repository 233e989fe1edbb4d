//! Power over frequency and time in a field that never grows beyond its size: when it is full, two rows become one, or every
//! second one goes while rows are still short (then a row is a single spectrum, and the newer ones are no rougher than the older).

/// Rows that are kept at the most.
pub(super) const ROWS: usize = 600;
/// Bins of a row at the most.
pub(super) const BINS: usize = 512;

/// Mean power over frequency and time.
#[derive(Debug, Clone)]
pub(super) struct Waterfall {
    bins: usize,
    /// Samples in a row.
    row_length: u64,
    /// From so many samples in a row on, nothing is let go.
    long: u64,
    /// Sums of powers, row after row.
    sums: Vec<f32>,
    /// Spectra in each row.
    counts: Vec<u32>,
}

impl Waterfall {
    /// Rows of so many bins ([`BINS`] at the most) and, at first, so many samples; rows of `long` samples and more are put together and none goes.
    pub(super) fn new(bins: usize, row_length: u64, long: u64) -> Self {
        Self {
            bins: bins.clamp(1, BINS),
            row_length: row_length.max(1),
            long,
            sums: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// A spectrum of the samples around this one.
    pub(super) fn add(&mut self, at: u64, powers: impl Iterator<Item = f32>) {
        while at / self.row_length >= ROWS as u64 {
            self.halve();
        }
        let row = (at / self.row_length) as usize;
        if row >= self.counts.len() {
            self.counts.resize(row + 1, 0);
            self.sums.resize((row + 1) * self.bins, 0.0);
        }
        self.counts[row] = self.counts[row].saturating_add(1);
        let sums = &mut self.sums[row * self.bins..(row + 1) * self.bins];
        for (sum, power) in sums.iter_mut().zip(powers) {
            *sum += power;
        }
    }

    /// Two rows become one.
    fn halve(&mut self) {
        let all = self.row_length >= self.long;
        self.row_length *= 2;
        let rows = self.counts.len();
        for row in 0..rows.div_ceil(2) {
            let first = self.counts[2 * row];
            let second = self.counts.get(2 * row + 1).copied().unwrap_or(0);
            let part = if all || first == 0 { 1.0 } else { 0.0 };
            for bin in 0..self.bins {
                let second = self.sums.get((2 * row + 1) * self.bins + bin);
                self.sums[row * self.bins + bin] =
                    self.sums[2 * row * self.bins + bin] + part * second.copied().unwrap_or(0.0);
            }
            self.counts[row] = first.saturating_add(if part > 0.0 { second } else { 0 });
        }
        self.counts.truncate(rows.div_ceil(2));
        self.sums.truncate(rows.div_ceil(2) * self.bins);
    }

    /// Sums that are held.
    #[cfg(test)]
    pub(super) const fn cells(&self) -> usize {
        self.sums.len()
    }

    /// Samples in a row.
    pub(super) const fn row_length(&self) -> u64 {
        self.row_length
    }

    /// The rows in order of time: mean power in each bin, or nothing where no sample was looked at.
    pub(super) fn rows(&self) -> impl Iterator<Item = Option<Vec<f32>>> + '_ {
        let rows = self.sums.chunks(self.bins).zip(&self.counts);
        rows.map(|(sums, &count)| {
            (count > 0).then(|| sums.iter().map(|sum| sum / count as f32).collect())
        })
    }
}
