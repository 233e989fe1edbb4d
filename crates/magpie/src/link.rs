//! One real end of a Proximity-1 link: `magpie link run`.
//!
//! The procedures are `magpie-link`'s; here are the clock, the sockets and the files round them. One thread reads the transport and
//! wakes the driver, which is the only one to touch the endpoint.
//!
//! | Module | Job |
//! |---|---|
//! | [`address`] | what `--local` and `--remote` name |
//! | [`medium`] | opens sockets and ports, reads them in a thread |
//! | [`mod@line`] | PLTUs as datagrams, or in a stream with idle between them |
//! | [`source`], [`sink`] | a file as space packets, and back |
//! | [`driver`] | the loop: arrivals, timers, what is offered, what goes out |
//! | [`verdict`], [`chronicle`], [`account`] | what is missing, what happened, as JSON and for people |

pub(crate) mod account;
pub(crate) mod address;
pub(crate) mod chronicle;
pub(crate) mod clock;
pub(crate) mod driver;
pub(crate) mod line;
pub(crate) mod medium;
pub(crate) mod setup;
pub(crate) mod sink;
pub(crate) mod source;
pub(crate) mod verdict;
