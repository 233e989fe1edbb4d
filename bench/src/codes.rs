//! The codes side by side with other people's: one input, one run, round robin.
//!
//! Every contender of a job (each of our engines, each peer) does one round after the other in turn, so that whatever else the machine does hits all of
//! them; what is reported is the median of the rounds. Peers are programs of their own ([`peer`]) that read the same input from a file and take their own
//! time; what came out wrong is counted for everybody.
//!
//! | Module | What |
//! |---|---|
//! | [`jobs`] | the jobs: inputs, what is asked, our decoders |
//! | [`job`] | contenders, rounds, medians |
//! | [`peer`] | other people's programs |
//! | [`report`], [`machine`] | the table and the JSON document |

pub mod input;
pub mod job;
pub mod jobs;
pub mod machine;
pub mod peer;
pub mod report;

pub use job::Effort;
pub use report::Report;
