//! Listening: samples from a file or a live source, through the receiver of [`magpie_radio`], to transfer frames and an account.
//!
//! Books: 211.1-B-4 (what the receiver hears) and 211.2-B-3 (what lies in its symbols). A [`session`] takes the samples of a [`source`]; the
//! [`ear`] holds the receiver, which turns them into soft symbols, [`coding`], which finds out how they are coded and gives the frames, and the [`log`]
//! of it all, which becomes the [`account`].
//!
//! ```
//! use magpie::listen::coding::{Coding, Frames};
//! use magpie_coding::viterbi::G2Choice;
//! use magpie_coding::soft::symbols;
//!
//! // The PLTU of an empty Version-3 frame (211.2-B-3), uncoded, turned over.
//! let soft: Vec<i8> = symbols(&[0xFA, 0xF3, 0x20, 0x80, 0, 0, 4, 0, 0xBC, 0xC0, 0x04, 0xE7]).map(|soft| -soft).collect();
//! let (mut frames, mut found) = (Frames::new(None, G2Choice::Auto), Vec::new());
//! frames.push(7, &soft, &mut |good| found.push((good.at_symbol, good.inverted, good.octets.to_vec())));
//! assert_eq!(found, [(7, true, vec![0x80, 0, 0, 4, 0])]);
//! let verdict = frames.finish(&mut |_| unreachable!());
//! assert_eq!((verdict.codings, verdict.tally.good), (vec![Coding::Uncoded], 1));
//! ```

pub mod account;
pub mod canister;
pub mod coding;
mod constant;
pub mod ear;
mod level;
pub mod log;
pub mod report;
pub mod session;
pub mod source;
mod tally;
pub mod text;
mod track;

pub use level::Level;
pub use tally::{Codewords, Tally, Viterbi};
