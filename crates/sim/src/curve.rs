//! Bit- and frame-error curves: a code, white Gaussian noise, and the count of what comes out wrong.
//!
//! Each frame draws its message and its noise from a stream of its own, named by seed, code, Eb/N0 and the frame's number, and a point ends at a number
//! of frames that follows from the counts alone: so the same seed gives the same counts on any number of threads.
//!
//! ```
//! use magpie_sim::curve::{Effort, catalogue, measure};
//! let uncoded = catalogue::named("uncoded").unwrap();
//! let effort = Effort { errors: 50, max_bits: 1 << 20, threads: 1 };
//! let point = measure(uncoded.as_ref(), 4.0, effort, 1);
//! let [low, high] = point.ber_interval();
//! assert!(low < 0.0125 && 0.0125 < high, "Q(sqrt(2 * 10^0.4)) = 0.0125 lies in {low}..{high}");
//! ```
//!
//! | Module | What |
//! |---|---|
//! | [`scheme`], [`catalogue`] | the codes under test, by name |
//! | [`noise`] | the channel: antipodal symbols of amplitude 1 in white Gaussian noise |
//! | [`count`] | counts and their 95 % intervals |
//! | [`run`] | points and sweeps, on threads |
//! | [`theory`] | what is known without measuring |
//! | [`figure`] | curves put together, and the losses read from them |
//! | [`csv`], [`svg`] | files |

pub mod catalogue;
pub mod count;
pub mod csv;
pub mod figure;
pub mod noise;
pub mod run;
pub mod scheme;
pub mod svg;
pub mod theory;

pub use count::{Counts, Point};
pub use run::{Effort, Range, measure, sweep};
pub use scheme::{Scheme, Worker};
