//! Two endpoints and the space between them: sessions of 211.0-B-6 on a simulated channel, judged from outside.
//!
//! | Module | What |
//! |---|---|
//! | [`setup`] | two ends, a channel, what is to be sent, what goes wrong |
//! | [`trace`], [`summary`] | everything that happened, and what each frame said |
pub mod summary;
pub mod trace;
