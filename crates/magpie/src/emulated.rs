//! Flight computers for the channel: emulated machines with the images of `firmware/`, the same programs in this process, or a board behind a
//! socket.
//!
//! | Module | What |
//! |---|---|
//! | [`place`] | what `--rover` and `--orbiter` name |
//! | [`image`] | which machine a target is, and where its images are |
//! | [`machine`] | one emulated machine: serial line, reset line, end |
//! | `relay` | the relay test flown by these |
//! | [`aboard`] | rover and orbiter as programs of this process |

pub mod aboard;
pub mod image;
#[cfg(unix)]
pub mod machine;
pub mod place;
pub(crate) mod relay;
