//! What the daemons `magpie rover`, `orbiter`, `station` and `channel` share: clock, sockets, kept state, figures, a graceful stop.
//!
//! A daemon is a [`magpie_relay::node::Node`] behind UDP sockets. [`driver`] keeps to the order that a node asks for: arrivals and timers first,
//! then what must not be forgotten, made durable, and only then what goes out. Killed at any moment, it starts again from there.
//!
//! | Module | What |
//! |---|---|
//! | [`channel`] | the settings of `magpie channel FILE.toml`, and its node |
//! | [`clock`] | mission time, at its own pace or that of the world |
//! | [`driver`] | the loop |
//! | [`line`](mod@line) | a UDP socket and the one peer it speaks to |
//! | [`metrics`] | `/metrics` in the text form of Prometheus and `/health` |
//! | [`node`] | the settings of `magpie rover`, `orbiter` and `station`, and their nodes |
//! | [`settings`] | the tables that every daemon's file has, and how a bad file is refused |

pub mod channel;
pub mod clock;
pub mod driver;
pub mod line;
pub mod metrics;
pub mod node;
pub mod settings;
