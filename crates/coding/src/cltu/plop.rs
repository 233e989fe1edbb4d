//! Physical layer operations procedures: what a transmitter sends before, between and behind CLTUs.
//!
//! Book: 231.0-B. The carrier modulation modes are 1: the carrier alone, 2: the acquisition sequence (ones and zeros alternating, at least 128 bits), 3: one
//! CLTU, 4: the idle sequence (alternating too, at least 8 bits). PLOP-1 drops the carrier behind each CLTU and begins anew; PLOP-2 keeps it and puts idle between two
//! CLTUs. How long the carrier stands alone is the mission's affair. Both sequences begin with 0 here, so that behind a CLTU they cannot be taken for
//! codewords (see [`super`]).
//!
//! ```
//! use magpie_coding::cltu::plop::{CarrierModulationMode as Cmm, Plop};
//! let steps: Vec<Cmm> = Plop::Two.steps(2).collect();
//! assert_eq!(
//!     steps,
//!     [Cmm::UnmodulatedCarrier, Cmm::Acquisition, Cmm::Cltu, Cmm::Idle, Cmm::Cltu, Cmm::Idle, Cmm::CarrierOff]
//! );
//! ```

/// Bits of the shortest acquisition sequence.
pub const MIN_ACQUISITION_BITS: usize = 128; //= 231.0-B plop-acquisition
/// Bits of the shortest idle sequence.
pub const MIN_IDLE_BITS: usize = 8; //= 231.0-B plop-idle

/// Eight bits of the acquisition and of the idle sequence.
pub const ALTERNATING: u8 = 0x55;

/// What the carrier does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CarrierModulationMode {
    /// CMM-1: carrier without modulation.
    UnmodulatedCarrier,
    /// CMM-2: at least [`MIN_ACQUISITION_BITS`] of [`ALTERNATING`].
    Acquisition,
    /// CMM-3: one CLTU.
    Cltu,
    /// CMM-4: at least [`MIN_IDLE_BITS`] of [`ALTERNATING`].
    Idle,
    /// No carrier.
    CarrierOff,
}

/// A procedure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Plop {
    /// The carrier is dropped behind each CLTU.
    One,
    /// The carrier and its modulation stay from the first CLTU to the last.
    #[default]
    Two,
}

impl Plop {
    /// The modes a transmitter goes through to send `cltus` CLTUs; nothing if there is none.
    pub const fn steps(self, cltus: u32) -> Steps {
        Steps {
            plop: self,
            left: cltus,
            next: if cltus == 0 {
                None
            } else {
                Some(CarrierModulationMode::UnmodulatedCarrier)
            },
        }
    }
}

/// The modes in order, see [`Plop::steps`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps {
    plop: Plop,
    left: u32,
    next: Option<CarrierModulationMode>,
}

impl Iterator for Steps {
    type Item = CarrierModulationMode;

    fn next(&mut self) -> Option<CarrierModulationMode> {
        use CarrierModulationMode::{Acquisition, CarrierOff, Cltu, Idle, UnmodulatedCarrier};
        let step = self.next?;
        self.next = match (step, self.plop) {
            (UnmodulatedCarrier, _) => Some(Acquisition),
            (Acquisition, _) => Some(Cltu),
            (Cltu, plop) => {
                self.left = self.left.saturating_sub(1);
                Some(match plop {
                    Plop::One => CarrierOff, //= 231.0-B plop-1
                    Plop::Two => Idle,       //= 231.0-B plop-2
                })
            }
            (Idle, _) => Some(if self.left > 0 { Cltu } else { CarrierOff }),
            (CarrierOff, _) => (self.left > 0).then_some(UnmodulatedCarrier),
        };
        Some(step)
    }
}

/// Octets of an acquisition sequence of at least `bits` bits, and never fewer than the book's 128.
pub const fn acquisition_len(bits: usize) -> usize {
    octets_for(bits, MIN_ACQUISITION_BITS)
}

/// Octets of an idle sequence of at least `bits` bits, and never fewer than the book's 8.
pub const fn idle_len(bits: usize) -> usize {
    octets_for(bits, MIN_IDLE_BITS)
}

const fn octets_for(bits: usize, least: usize) -> usize {
    if bits > least { bits } else { least }.div_ceil(8)
}
