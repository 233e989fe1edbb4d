//! The link layer of one end, frames in and frames out: MAC, data services, I/O and frame sublayers put together.
//!
//! Book: 211.0-B-6. This is what a datagram transport drives (one frame a datagram, its CRC-32 checked outside); a radio, a UART or
//! anything else that carries a stream of octets drives [`crate::transceiver::Transceiver`], which has one of these inside.
//! Left out: see the crate documentation.
//!
//! ```
//! use magpie_link::clock::Instant;
//! use magpie_link::endpoint::{Endpoint, Memory};
//! use magpie_link::mac::{Duplex, LocalDirective, Mode, State};
//! use magpie_link::mib::MibBuilder;
//! use magpie_wire::id::{PortId, Scid};
//! use magpie_wire::v3::Qos;
//!
//! let mib = MibBuilder::new(Scid::new(0x52).unwrap(), Scid::new(0x29).unwrap()).build().unwrap();
//! let mut rover = Endpoint::new(mib, Memory { send: vec![0; 4096], delivery: vec![], reassembly: vec![] }).unwrap();
//! let packet = [0x08, 0x01, 0xC0, 0x00, 0x00, 0x00, 0x41];
//! rover.submit(Instant::ZERO, PortId::ZERO, Qos::Expedited, &packet).unwrap();
//! rover.handle_directive(Instant::ZERO, LocalDirective::SetDuplex(Duplex::SimplexTransmit)).unwrap();
//! rover.handle_directive(Instant::ZERO, LocalDirective::SetMode(Mode::Active)).unwrap();
//! let mut buf = [0; 2048];
//! assert_eq!(rover.poll_transmit(Instant::ZERO, &mut buf), None); // carrier only, then acquisition idle: 1 s each
//! let now = rover.poll_timeout().unwrap();
//! rover.handle_timeout(now);
//! let now = rover.poll_timeout().unwrap();
//! rover.handle_timeout(now);
//! let frame = rover.poll_transmit(now, &mut buf).unwrap();
//! assert_eq!(frame[5..], packet);
//! ```

use magpie_wire::v3::V3Frame;

use crate::clock::Instant;
use crate::data_services::DataServices;
use crate::event::{Event, Events};
use crate::frame_sublayer::{self, MAX_DATA_FIELD_LEN, ReceivingScidBuffer};
use crate::io::reassembly::Reassembly;
use crate::io::{BufferTooShort, Delivery};
use crate::mac::{
    DirectiveError, LocalDirective, Mac, Outcome, PhyStatus, State, SubState, Surroundings, Vars,
};
use crate::mib::Mib;
use crate::record_queue::{Lent, OVERHEAD};
use crate::stats::{Rejection, Stats, add};
use crate::timer::Timers;

mod memory;
mod submit;

pub use memory::{Memory, MemoryError};
pub use submit::SubmitError;

/// One end of a Proximity-1 link, from user data to transfer frames and back.
#[derive(Debug)]
pub struct Endpoint<M> {
    mib: Mib,
    mac: Mac,
    timers: Timers,
    receiving_scid_buffer: ReceivingScidBuffer,
    data_services: DataServices<M>,
    events: Events,
    stats: Stats,
}

impl<M: Lent> Endpoint<M> {
    /// An endpoint in S1.
    pub fn new(mib: Mib, memory: Memory<M>) -> Result<Self, MemoryError> {
        memory.check(&mib)?;
        let reassembly = Reassembly::new(memory.reassembly, mib.largest_packet());
        Ok(Self {
            mib,
            mac: Mac::new(),
            timers: Timers::new(),
            receiving_scid_buffer: ReceivingScidBuffer::default(),
            data_services: DataServices::new(memory.send, memory.delivery, reassembly),
            events: Events::new(),
            stats: Stats::default(),
        })
    }

    /// The managed parameters.
    pub fn mib(&self) -> &Mib {
        &self.mib
    }

    /// READ STATUS: the variables of the MAC sublayer.
    pub fn status(&self) -> &Vars {
        self.mac.vars()
    }

    /// The counters.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Events that were lost because nobody polled.
    pub fn events_dropped(&self) -> u64 {
        self.events.dropped()
    }

    /// A directive of the local controller.
    pub fn handle_directive(
        &mut self,
        now: Instant,
        directive: LocalDirective,
    ) -> Result<(), DirectiveError> {
        if let LocalDirective::SetReceivingScidBuffer(scid) = directive {
            self.receiving_scid_buffer.set(scid);
            return Ok(());
        }
        let (mac, mut on) = self.mac(now);
        let outcome = mac.handle_directive(directive, &mut on)?;
        self.follow(outcome);
        Ok(())
    }

    /// What the physical layer reports; may be told again without change.
    pub fn handle_phy_status(&mut self, now: Instant, status: PhyStatus) {
        let (mac, mut on) = self.mac(now);
        mac.handle_phy_status(status, &mut on);
    }

    /// Lets every timer expire whose time has come.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(timer) = self.timers.take_expired(now) {
            let (mac, mut on) = self.mac(now);
            let outcome = mac.handle_expired(timer, &mut on);
            self.follow(outcome);
        }
    }

    /// When `handle_timeout` has something to do, if ever.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.timers.earliest()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop()
    }

    /// The next frame to send, if the state lets data out now and there is any. `buf` has room for `Maximum_Frame_Length`; a
    /// shorter one gets nothing.
    ///
    /// Asking means that everything handed out before has left: after LOCAL NO MORE DATA, the first `None` begins the tail.
    pub fn poll_transmit<'b>(&mut self, now: Instant, buf: &'b mut [u8]) -> Option<&'b [u8]> {
        self.handle_timeout(now);
        let vars = self.mac.vars();
        let lets_data_out = vars.transmit.is_on()
            && vars.modulation.is_on()
            && vars.sub_state == SubState::DataServices; //= 211.0-B-6 table-6-14 output
        if !lets_data_out || buf.len() < usize::from(self.mib.maximum_frame_length) {
            return None;
        }
        let len = self
            .data_services
            .next_frame(&self.mib, buf, &mut self.stats);
        if len.is_none() {
            let (mac, mut on) = self.mac(now);
            let outcome = mac.handle_output_empty(&mut on);
            self.follow(outcome);
        }
        buf.get(..len?)
    }

    /// A frame whose CRC-32 is good. `Ok` is a valid frame, for a recorder to keep; what became of its content is in the counters
    /// and in `poll_delivery`. `Err` says why the frame is not valid here.
    pub fn handle_frame<'f>(
        &mut self,
        now: Instant,
        octets: &'f [u8],
    ) -> Result<V3Frame<'f>, Rejection> {
        let accepted = self.accept(octets);
        match accepted {
            Ok(frame) => {
                add(&mut self.stats.frames_accepted, 1);
                add(&mut self.stats.frame_octets_accepted, octets.len());
                let largest = self.mib.largest_packet();
                self.data_services.handle_frame(
                    now,
                    &frame,
                    &mut self.events,
                    &mut self.stats,
                    largest,
                );
            }
            Err(reason) => self.stats.reject(reason),
        }
        accepted
    }

    /// Counts a candidate that the synchroniser below refused.
    pub(crate) fn count_rejected_candidate(&mut self, reason: Rejection) {
        self.stats.reject(reason);
    }

    /// Whether acquisition idle has begun since this was last asked.
    pub(crate) fn take_acquisition_begun(&mut self) -> bool {
        self.mac.take_acquisition_begun()
    }

    pub(crate) fn count_ignored_bits(&mut self, bits: usize) {
        add(&mut self.stats.bits_ignored, bits);
    }

    pub(crate) fn count_cut_frame(&mut self) {
        add(&mut self.stats.frames_cut, 1);
    }

    /// The next unit that arrived, copied into `buf`, in the order of arrival.
    pub fn poll_delivery<'b>(
        &mut self,
        buf: &'b mut [u8],
    ) -> Result<Option<Delivery<'b>>, BufferTooShort> {
        let delivery = self.data_services.delivery.pop(buf)?;
        if let Some(delivery) = &delivery {
            add(&mut self.stats.units_delivered, 1);
            add(&mut self.stats.octets_delivered, delivery.octets.len());
        }
        Ok(delivery)
    }

    /// Whether the delivery memory has room for whatever the next frame brings. While it has not, poll deliveries first: a frame
    /// handed in all the same may have its content refused and counted.
    pub fn has_room_for_frame(&self) -> bool {
        self.has_room_for_frames(0)
    }

    /// The same with a margin, as far as the memory lent is large enough to have one.
    pub(crate) fn has_room_for_frames(&self, margin: usize) -> bool {
        let delivery = &self.data_services.delivery;
        let wanted =
            (self.longest_unit() + margin).min(delivery.capacity().saturating_sub(OVERHEAD));
        delivery.room() >= wanted
    }

    fn longest_unit(&self) -> usize {
        if self.data_services.reassembles() {
            self.mib.longest_delivery()
        } else {
            MAX_DATA_FIELD_LEN
        }
    }

    fn accept<'f>(&mut self, octets: &'f [u8]) -> Result<V3Frame<'f>, Rejection> {
        if self.mac.vars().state != State::S72SimplexReceive {
            return Err(Rejection::NotReceiving);
        }
        frame_sublayer::accept(
            octets,
            &self.mib,
            &mut self.receiving_scid_buffer,
            &mut self.events,
        )
    }

    /// The MAC sublayer and what it may touch.
    fn mac(&mut self, now: Instant) -> (&mut Mac, Surroundings<'_>) {
        (
            &mut self.mac,
            Surroundings {
                now,
                mib: &self.mib,
                timers: &mut self.timers,
                events: &mut self.events,
            },
        )
    }

    fn follow(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Continue => {}
            Outcome::Initialised => {
                self.data_services.initialise(&mut self.stats);
                self.receiving_scid_buffer.forget_learnt();
            }
        }
    }
}
