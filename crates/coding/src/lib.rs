//! Octets to channel symbols and back: the codes and synchronisers of the CCSDS books, without heap and without `std`.
//!
//! ```
//! use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
//! use magpie_coding::crc::crc32_proximity;
//! use magpie_coding::viterbi::{AutoViterbi, G2Choice};
//!
//! // A PLTU: marker, transfer frame, CRC-32.
//! let frame = [0x80, 0x00, 0x00, 0x04, 0x00];
//! let mut pltu = [0xFA, 0xF3, 0x20, 0x80, 0x00, 0x00, 0x04, 0x00, 0, 0, 0, 0];
//! pltu[8..].copy_from_slice(&crc32_proximity(&frame).to_be_bytes());
//!
//! // Sent as symbols of the K=7 rate 1/2 code, with one stray symbol in front and some idle around.
//! let mut encoder = ConvolutionalEncoder::new(G2::Inverted);
//! let mut symbols = vec![5_i8];
//! for octet in [&[0x35, 0x2E, 0xF8, 0x53].repeat(20)[..], &pltu, &[0x35, 0x2E, 0xF8, 0x53]].concat() {
//!     symbols.extend(encoder.encode_octets(&[octet]).map(|bit| if bit == 1 { 40 } else { -40 }));
//! }
//!
//! // Received without knowing where a pair starts.
//! let mut bits = Vec::new();
//! let mut decoder = AutoViterbi::new(G2Choice::Inverted);
//! decoder.push(&symbols, |run| bits.extend_from_slice(run.bits()));
//! decoder.finish(|run| bits.extend_from_slice(run.bits()));
//! let wanted: Vec<u8> = pltu.iter().flat_map(|octet| (0..8).rev().map(move |i| octet >> i & 1)).collect();
//! assert!(bits.windows(wanted.len()).any(|window| window == wanted));
//! ```
//!
//! Conventions on every interface: hard bits are `u8`, 0 or 1, one an element; soft symbols are `i8`, positive = 1, magnitude =
//! confidence, zero = erased, never −128. Octets carry their first transmitted bit in the most significant place.
//!
//! | Module | What | Book |
//! |---|---|---|
//! | [`crc`] | CRC-32 of the PLTU, CRC-16 of the FECF | 211.2-B-3, 132.0-B |
//! | [`idle`] | the pattern 352EF853 | 211.2-B-3 |
//! | [`randomizer`] | TM short and long, TC and Proximity-1, idle fill | 131.0-B, 231.0-B |
//! | [`convolutional`], [`viterbi`] | K = 7, rate 1/2 and punctured; soft decisions; unknown pair phase, G2 inversion and puncturing phase | 131.0-B, 211.2-B-3 |
//! | [`soft`] | floats, octets and hard bits to soft symbols | |
//! | [`asm`] | markers of 1 to 192 bits; search in hard bits (wrong ones tolerated) and in soft symbols, both polarities | 131.0-B, 211.2-B-3 |
//! | [`pltu`] | Proximity-1 units: encoder, hunter | 211.2-B-3 |
//! | [`cadu`] | telemetry units: encoder, decoder, hunter | 131.0-B |
//! | [`reed_solomon`] | (255,223) and (255,239), interleaved, shortened; errors and erasures | 131.0-B |
//! | [`ldpc`] | AR4JA, C2, telecommand codes, the LDPC option | 131.0-B, 231.0-B, 211.2-B-3 |
//! | [`codeblock`] | blocks of soft symbols behind a marker: acquisition, flywheel, slips | 131.0-B, 211.2-B-3 |
//! | [`bch`], [`cltu`] | telecommand: BCH (63,56), command link units, acquisition and idle | 231.0-B |
//! | [`turbo`] | rates 1/2 to 1/6, k = 1784 to 8920; log-MAP, nearly | 131.0-B |
//! | [`fhec`] | AOS header error control | 732.0-B-4 |
//! | [`descrambler`] | V.35 / IESS-308 self-synchronising descrambler | |

#![no_std]
// `forbid` but for `simd`, where each block says why it is sound.
#![deny(unsafe_code)]
// Signal code narrows and widens on purpose in almost every line; the places where it could lose something say so.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]

pub mod asm;
pub mod bch;
mod bit_buffer;
#[cfg(feature = "std")]
mod bits;
pub mod cadu;
pub mod cltu;
pub mod codeblock;
pub mod convolutional;
pub mod crc;
pub mod descrambler;
pub mod engine;
pub mod fhec;
pub mod idle;
pub mod ldpc;
#[cfg(test)]
mod naive;
pub mod pltu;
pub mod randomizer;
pub mod reed_solomon;
#[cfg(any(test, feature = "std"))]
pub mod reference;
#[cfg(feature = "std")]
mod simd;
pub mod soft;
pub mod turbo;
pub mod viterbi;

#[cfg(any(test, feature = "std"))]
extern crate std;
