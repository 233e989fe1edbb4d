//! Communications Operation Procedure 1 (COP-1): telecommand frames in order and none lost, one virtual channel at a time.
//!
//! Book: 232.1-B-2. [`Fop1`] (section 5, table 5-1) is the sending half on the ground: it numbers frame data units, keeps them until they are
//! acknowledged and sends them again; [`Farm1`] (section 6, table 6-1) is the receiving half on board: it accepts them in order and reports by
//! CLCW. Left out: frames themselves. FOP-1 hands out what a frame is to carry and its number, FARM-1 takes type and number of a frame, so
//! that the same two serve TC, AOS and USLP frames; numbers are modulo 256.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_link::cop_1::{Directive, Farm1, FarmVerdict, Fop1, FarmWindow, LowerResponse, OutType, Outgoing};
//! use magpie_wire::id::Vcid;
//!
//! let now = Instant::ZERO;
//! let mut fop = Fop1::new([0; 1_024]);
//! let mut farm = Farm1::new(FarmWindow::with_retransmission(20).unwrap());
//! fop.handle_directive(now, 1, Directive::InitiateWithoutClcw).unwrap();
//! fop.submit_ad(now, 2, b"switch on").unwrap();
//!
//! let mut fdu = [0; 16];
//! let Some(Outgoing::Ad { n_s, len, .. }) = fop.poll_transmit(&mut fdu).unwrap() else { panic!() };
//! assert_eq!((n_s.get(), &fdu[..len]), (0, &b"switch on"[..]));
//! fop.handle_lower(now, OutType::Ad, LowerResponse::Accept);
//! assert_eq!(farm.handle_ad(n_s, true), FarmVerdict::Accept);
//!
//! fop.handle_clcw(now, Some(&farm.clcw(Vcid::new(0).unwrap())));
//! assert_eq!(fop.unacknowledged(), 0);
//! ```

mod event;
pub mod farm;
pub mod fop;
mod sent;

pub use event::{Alert, Confirmation, FopEvent, Refusal};
pub use farm::{Farm1, Farm1State, FarmDiscard, FarmVerdict, FarmWindow};
pub use fop::{
    BufferTooShort, Directive, Fop1, FopState, LowerResponse, OutType, Outgoing, TimeoutType,
};
pub use sent::FDU_OVERHEAD;
