//! Good and bad frames over time, counted in slots that grow longer as time goes on.

/// Slots at the most.
const SLOTS: usize = 1200;
/// Length of a slot at first, in seconds.
const FIRST_S: f64 = 0.01;

/// Frames over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    slot_s: f64,
    counts: Vec<(u32, u32)>,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            slot_s: FIRST_S,
            counts: Vec::new(),
        }
    }
}

impl Timeline {
    /// A good frame at this time, in seconds.
    pub fn good(&mut self, t_s: f64) {
        if let Some(slot) = self.slot(t_s) {
            slot.0 = slot.0.saturating_add(1);
        }
    }

    /// So many bad frames.
    pub fn bad(&mut self, t_s: f64, count: u64) {
        if let Some(slot) = self.slot(t_s).filter(|_| count > 0) {
            slot.1 = slot.1.saturating_add(count.min(u64::from(u32::MAX)) as u32);
        }
    }

    fn slot(&mut self, t_s: f64) -> Option<&mut (u32, u32)> {
        if !t_s.is_finite() {
            return None;
        }
        while t_s / self.slot_s >= SLOTS as f64 {
            self.slot_s *= 2.0;
            let sum = |pair: &[(u32, u32)]| {
                pair.iter().fold((0_u32, 0_u32), |sum, slot| {
                    (sum.0.saturating_add(slot.0), sum.1.saturating_add(slot.1))
                })
            };
            self.counts = self.counts.chunks(2).map(sum).collect();
        }
        let index = (t_s / self.slot_s).max(0.0) as usize;
        if index >= self.counts.len() {
            self.counts.resize(index + 1, (0, 0));
        }
        self.counts.get_mut(index)
    }

    /// Middle of each slot in seconds, good and bad frames in it.
    pub fn slots(&self) -> impl Iterator<Item = (f64, u32, u32)> + '_ {
        let slots = self.counts.iter().enumerate();
        slots.map(|(index, &(good, bad))| ((index as f64 + 0.5) * self.slot_s, good, bad))
    }
}
