//! Low-density parity-check codes of telemetry, telecommand and Proximity-1.
//!
//! Books: 131.0-B (AR4JA, C2), 231.0-B ((128,64), (512,256)), 211.2-B-3 ((2048,1024) with its marker and randomizer). All of them are made of
//! circulants; [`QcCode`] describes one, [`LdpcCode`] names them.
//!
//! ```
//! use magpie_coding::ldpc::{LdpcCode, encode};
//!
//! let code = LdpcCode::Prox1.qc();
//! assert_eq!((code.n, code.k, code.z, code.edges()), (2048, 1024, 128, 7680));
//!
//! let mut codeword = [0; 16];
//! encode(LdpcCode::Tc128, &[0, 1, 2, 3, 4, 5, 6, 7], &mut codeword).unwrap();
//! assert_eq!(codeword[8..], [0x34, 0x99, 0x98, 0x87, 0x94, 0xE1, 0x62, 0x56]);
//! ```

mod bit_flip;
mod channel;
mod code;
mod codes;
mod decode;
mod encode;
mod error;
mod prox;
mod receive;
mod small;
pub(crate) mod tables;
#[cfg(test)]
mod tests;

pub use bit_flip::BitFlipDecoder;
pub use channel::LdpcChannel;
pub use code::{Circulant, QcCode};
pub use codes::LdpcCode;
#[cfg(feature = "std")]
pub(crate) use decode::{BlockRows, CEILING, FEW, KNOWN, Tuning, scale_of, scaled};
pub use decode::{DEFAULT_ITERATIONS, LdpcDecoder, LdpcOutcome};
pub use encode::encode;
pub use error::LdpcError;
pub use prox::{PROX_UNIT_LEN, ProxLdpcSender};
pub use receive::{LdpcBlock, LdpcReceiver};
pub use small::SmallLdpcDecoder;
