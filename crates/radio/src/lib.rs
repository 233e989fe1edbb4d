//! The waveform of a Proximity-1 radio: symbols to I/Q samples, and the hard part, hearing them again with nothing agreed but band and time window.
//!
//! Book: 211.1-B-4. Samples are [`Iq`], complex numbers in `f32`; a stream of them has a [`SampleRate`] and begins at sample 0. Everything that
//! works on a stream takes it in blocks of any length, and the lengths never change what comes out.
//!
//! | Module | What |
//! |---|---|
//! | [`waveform`] | what is modulated how: Bi-Phase-L on a residual carrier, suppressed carrier, subcarrier, BPSK and QPSK |
//! | [`canister`] | a whole window heard forward, backward, and again |
//! | [`channel`] | noise, motion, fading, interference, converters |
//! | [`modulate`] | symbols to samples, and the sequence of a transmission |
//! | [`profile`] | range and range rate over time, and the Doppler they make |
//! | [`receive`] | what a receiver is told and what it tells |
//! | [`resample`] | samples at another rate |
//! | [`stream`] | samples as octets, as SDR tools write them |
//! | [`sigmf`] | recordings that say what they are |

// Signal code narrows and widens on purpose in almost every line; the places where it could lose something say so.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]

pub mod canister;
pub mod channel;
pub mod iq;
pub mod modulate;
pub mod profile;
pub mod receive;
pub mod resample;
pub mod sigmf;
pub mod stream;
pub mod waveform;
mod weigh;

pub use iq::{Iq, NoSampleRate, SampleRate};
