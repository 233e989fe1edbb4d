//! Low-density parity-check codes of telemetry, telecommand and Proximity-1.
//!
//! Books: 131.0-B (AR4JA, C2), 231.0-B ((128,64), (512,256)), 211.2-B-3 ((2048,1024) with its marker and randomizer). All of them are made of
//! circulants; [`QcCode`] describes one, [`LdpcCode`] names them.
//!
//! ```
//! use magpie_coding::ldpc::LdpcCode;
//!
//! let code = LdpcCode::Prox1.qc();
//! assert_eq!((code.n, code.k, code.z, code.edges()), (2048, 1024, 128, 7680));
//! ```

mod channel;
mod code;
mod codes;
mod decode;
mod encode;
mod error;
mod prox;
mod receive;
pub(crate) mod tables;
#[cfg(test)]
mod tests;

pub use channel::LdpcChannel;
pub use code::{Circulant, QcCode};
pub use codes::LdpcCode;
pub use decode::{DEFAULT_ITERATIONS, LdpcDecoder, LdpcOutcome};
#[cfg(feature = "std")]
pub(crate) use decode::{KNOWN, Tuning, scale_of, scaled};
pub use encode::encode;
pub use error::LdpcError;
pub use prox::{PROX_UNIT_LEN, ProxLdpcSender};
pub use receive::{LdpcBlock, LdpcReceiver};
