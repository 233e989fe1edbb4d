//! An endpoint with its coding and synchronisation sublayer: the thing that a radio driver, a socket, a UART or a simulator drives.
//!
//! Book: 211.0-B-6 (inside [`Endpoint`]) and 211.2-B-3 (PLTU, idle, acquisition and tail pattern). Works on information bits: a
//! convolutional or LDPC code lies between this and the modulator. Left out: LDPC's rule that acquisition begins on the first bit
//! of a code block (it does begin on the first bit of the pattern).
//!
//! Out: [`Transceiver::fill`] gives exactly the octets that go on the channel, as many as the driver asks for, at the driver's own
//! clock. In: [`Transceiver::handle_bits`] takes hard bits of unknown phase and polarity in pieces of any size. Everything that the
//! hunter finds goes to an observer too, so a recorder can keep each good frame with its time tag.
//!
//! ```
//! use magpie_link::clock::{DataRate, Instant};
//! use magpie_link::endpoint::{Endpoint, Memory};
//! use magpie_link::mac::{Duplex, LocalDirective, Mode};
//! use magpie_link::mib::MibBuilder;
//! use magpie_link::transceiver::{Observation, Transceiver};
//! use magpie_wire::id::Scid;
//!
//! let mib = MibBuilder::new(Scid::new(0x123).unwrap(), Scid::new(0x29).unwrap()).build().unwrap();
//! let endpoint = Endpoint::new(mib, Memory { delivery: [], reassembly: [], ..Memory::for_expedited([0; 0]) }).unwrap();
//! let mut orbiter = Transceiver::new(endpoint, DataRate::from_bits_per_s(8_000).unwrap());
//! orbiter.handle_directive(Instant::ZERO, LocalDirective::SetDuplex(Duplex::SimplexReceive)).unwrap();
//! orbiter.handle_directive(Instant::ZERO, LocalDirective::SetMode(Mode::Active)).unwrap();
//! let pltu = [0xFA, 0xF3, 0x20, 0x80, 0x00, 0x00, 0x04, 0x00, 0xBC, 0xC0, 0x04, 0xE7];
//! let mut recorded = 0;
//! let taken = orbiter.handle_octets(Instant::from_micros(12_000), &pltu, &mut |seen| {
//!     if let Observation::Frame { frame, facts, .. } = seen {
//!         recorded += frame.octets().len();
//!         assert_eq!(facts.asm_end, Instant::from_micros(3_000)); // three octets at 8 kbit/s
//!     }
//! });
//! assert_eq!((taken, recorded), (12, 5));
//! ```

mod outgoing;

use core::ops::{Deref, DerefMut};

use magpie_coding::asm::Asm;
use magpie_coding::idle::Idle;
use magpie_coding::pltu::{
    MAX_FRAME_LEN, PLTU_OVERHEAD, PltuConfig, PltuEvent, PltuHunter, PltuReject, PltuStats,
    PltuVersion,
};

use outgoing::Outgoing;

use crate::clock::{DataRate, Instant};
use crate::endpoint::Endpoint;
use crate::frame_sublayer::TransferFrame;
use crate::mib::{FrameVersion, Mib};
use crate::record_queue::{Lent, LentLater};
use crate::stats::Rejection;

/// What the transmitter is to do with its next octets' worth of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// TRANSMIT is off. Nothing changes until a directive comes.
    Off,
    /// TRANSMIT is on, MODULATION off: bare carrier for the time of so many octets.
    CarrierOnly {
        /// At least 1, at most the length of the buffer (whose content is not touched).
        octets: usize,
    },
    /// Modulate the first so many octets of the buffer.
    Modulated {
        /// At least 1, at most the length of the buffer; fewer only where modulation ends.
        octets: usize,
    },
}

/// What the hunter knows about something it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Place of the first bit of the marker in the stream since the receiver was made.
    pub at_bit: u64,
    /// The bits came turned over.
    pub inverted: bool,
    /// Wrong bits in the marker.
    pub marker_errors: u8,
    /// Time tag: the trailing edge of the last bit of the marker.
    pub asm_end: Instant,
}

/// Something that the receiver found, good or bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observation<'a> {
    /// A valid frame for this end.
    Frame {
        /// The frame, without marker and CRC-32.
        frame: TransferFrame<'a>,
        /// The data services took its content; not so for P-frames, duplicates and frames behind a gap of the sequence-controlled service.
        taken: bool,
        /// Where and when.
        facts: Facts,
    },
    /// A frame with a good CRC-32 that frame acceptance refused.
    Refused {
        /// The frame, without marker and CRC-32.
        octets: &'a [u8],
        /// Why it is not valid here.
        reason: Rejection,
        /// Where and when.
        facts: Facts,
    },
    /// A marker without a good frame behind it.
    Candidate {
        /// What was wrong.
        reason: PltuReject,
        /// Where and when.
        facts: Facts,
    },
}

/// Delivery memory that frames already in the hunter's buffer can fill at once (2,052 octets of PLTUs, at worst with one octet of data
/// each): lend at least this much more than the longest unit, and a burst of them loses nothing.
pub const DELIVERY_MARGIN: usize = 2_704;

/// Bits taken between two looks at the room in the delivery memory: the shortest PLTU, so that at most one new frame ends in them.
const PIECE_BITS: usize = (5 + PLTU_OVERHEAD) * 8;

/// One end of a Proximity-1 link, from user data to channel octets and back. All that [`Endpoint`] can do, it can do too; leave
/// `poll_transmit` to [`fill`](Self::fill), though: a frame taken out by hand does not go on the channel.
#[derive(Debug)]
pub struct Transceiver<M, B = PltuBuffer> {
    endpoint: Endpoint<M>,
    rate: DataRate,
    outgoing: Outgoing<B>,
    idle: Idle,
    hunter: PltuHunter<B>,
    /// Bits given to the hunter, ever.
    bits_taken: u64,
    /// Value of `bits_taken` when the hunter was last reset.
    hunter_zero: u64,
}

/// Room for the longest PLTU.
pub type PltuBuffer = [u8; MAX_FRAME_LEN + PLTU_OVERHEAD];

const PLTU_ZEROS: PltuBuffer = [0; MAX_FRAME_LEN + PLTU_OVERHEAD];

impl Transceiver<LentLater, LentLater> {
    /// A transceiver as the value of a static, see [`Endpoint::unlent`]. Nothing goes out and nothing is heard until it is
    /// [lent](Self::lend_pltus) room for PLTUs.
    pub const fn unlent(mib: Mib, rate: DataRate) -> Self {
        Self::assemble(
            Endpoint::unlent(mib),
            rate,
            PltuConfig::new(),
            LentLater::NOTHING,
            LentLater::NOTHING,
        )
    }

    /// Lends room for a PLTU on its way out and for one on its way in. Each needs seven octets more than the longest frame that it is to
    /// take; a longer one is not heard.
    pub fn lend_pltus(&mut self, out: &'static mut [u8], incoming: &'static mut [u8]) {
        self.outgoing = Outgoing::over(out.into());
        self.hunter.lend(incoming.into());
        self.hunter_zero = self.bits_taken;
    }
}

impl<M: Lent> Transceiver<M> {
    /// Exact markers, both polarities. `rate` is the information rate; the durations of the MIB and the time tags follow from it.
    pub const fn new(endpoint: Endpoint<M>, rate: DataRate) -> Self {
        Self::with_hunter(endpoint, rate, PltuConfig::new())
    }

    /// With parameters for the hunter: marker errors to tolerate, polarity, longest frame. It admits `Frame version in use` only,
    /// whatever version `config` names.
    pub const fn with_hunter(endpoint: Endpoint<M>, rate: DataRate, config: PltuConfig) -> Self {
        Self::assemble(endpoint, rate, config, PLTU_ZEROS, PLTU_ZEROS)
    }
}

impl<M: Lent, B: Lent> Transceiver<M, B> {
    const fn assemble(
        endpoint: Endpoint<M>,
        rate: DataRate,
        config: PltuConfig,
        out: B,
        incoming: B,
    ) -> Self {
        let version = pltu_version(endpoint.mib().values().frame_version);
        Self {
            endpoint,
            rate,
            outgoing: Outgoing::over(out),
            idle: Idle::new(),
            hunter: PltuHunter::with_memory(config.with_version(Some(version)), incoming),
            bits_taken: 0,
            hunter_zero: 0,
        }
    }

    /// The hunter's counters.
    pub fn hunter_stats(&self) -> &PltuStats {
        self.hunter.stats()
    }

    /// The information rate of the transmitter now: as negotiated in a session, else as given.
    pub fn rate(&self) -> DataRate {
        self.endpoint.transmit_rate().unwrap_or(self.rate)
    }

    /// Another information rate of the driver's own: what counts in S1 and in simplex, where nothing is negotiated.
    pub fn set_rate(&mut self, rate: DataRate) {
        self.rate = rate;
    }

    /// The information rate of the receiver now.
    pub fn receive_rate(&self) -> DataRate {
        self.endpoint.receive_rate().unwrap_or(self.rate)
    }

    /// Fills `buf` with the octets that the channel carries from `now` on, and says what to do with them. The time inside the buffer
    /// runs at the data rate, so the result does not depend on how the driver cuts its calls.
    pub fn fill(&mut self, now: Instant, buf: &mut [u8]) -> Output {
        self.endpoint.handle_timeout(now);
        let vars = *self.endpoint.status();
        if !vars.transmit.is_on() {
            self.discard_outgoing();
            return Output::Off;
        }
        if !vars.modulation.is_on() {
            self.discard_outgoing();
            let octets = self.octets_until_timeout(now, buf.len());
            return Output::CarrierOnly { octets };
        }
        if self.endpoint.take_acquisition_begun() {
            self.discard_outgoing();
            self.idle = Idle::new(); //= 211.2-B-3 acquisition-first-bit
        }
        let mut filled = 0;
        while let Some(room) = buf.get_mut(filled..).filter(|room| !room.is_empty()) {
            if self.outgoing.is_empty() {
                let t = now + self.rate().duration_of_bits(filled as u64 * 8);
                if !self.next_unit(t) {
                    break;
                }
                if self.outgoing.is_empty() {
                    let n = self.octets_until_timeout(t, room.len()).min(room.len());
                    //= 211.2-B-3 idle-between
                    self.idle.fill(&mut room[..n]);
                    filled += n;
                    continue;
                }
            }
            filled += self.outgoing.drain_to(room);
        }
        if filled == 0 && !buf.is_empty() {
            return Output::Off; // the session ended at `now` itself
        }
        Output::Modulated { octets: filled }
    }

    /// Hard bits (0 or 1, one an element) as they came; `now` is when the last of them had come. Answers how many were taken: fewer
    /// than given only if the delivery memory is nearly full. Poll deliveries then, and give the rest with the same `now`.
    #[must_use = "bits that were not taken must be given again"]
    pub fn handle_bits(
        &mut self,
        now: Instant,
        bits: &[u8],
        observe: &mut impl FnMut(Observation<'_>),
    ) -> usize {
        if !self.receives() {
            self.ignore(bits.len());
            return bits.len();
        }
        let end = self.bits_taken + bits.len() as u64;
        let mut taken = 0;
        for piece in bits.chunks(PIECE_BITS) {
            if !self.has_room() {
                break;
            }
            let (hunter, mut ear) = self.ear(now, end, observe);
            hunter.handle_bits(piece, &mut |event| ear.hear(event));
            self.bits_taken += piece.len() as u64;
            taken += piece.len();
        }
        taken
    }

    /// Like [`handle_bits`](Self::handle_bits), with eight bits an octet, the first in the most significant place.
    #[must_use = "octets that were not taken must be given again"]
    pub fn handle_octets(
        &mut self,
        now: Instant,
        octets: &[u8],
        observe: &mut impl FnMut(Observation<'_>),
    ) -> usize {
        if !self.receives() {
            self.ignore(octets.len() * 8);
            return octets.len();
        }
        let end = self.bits_taken + octets.len() as u64 * 8;
        let mut taken = 0;
        for piece in octets.chunks(PIECE_BITS / 8) {
            if !self.has_room() {
                break;
            }
            let (hunter, mut ear) = self.ear(now, end, observe);
            hunter.handle_octets(piece, &mut |event| ear.hear(event));
            self.bits_taken += piece.len() as u64 * 8;
            taken += piece.len();
        }
        taken
    }

    /// The stream has ended, or lock was lost: what is incomplete is rejected, and good frames inside it are found.
    pub fn finish(&mut self, now: Instant, observe: &mut impl FnMut(Observation<'_>)) {
        let end = self.bits_taken;
        let (hunter, mut ear) = self.ear(now, end, observe);
        hunter.finish(&mut |event| ear.hear(event));
        self.hunter_zero = end;
    }

    fn receives(&self) -> bool {
        self.endpoint.receives()
    }

    fn has_room(&self) -> bool {
        self.endpoint.has_room_for_frames(DELIVERY_MARGIN)
    }

    /// The receiver is off: the bits go nowhere, and the hunter begins anew when it is on again.
    fn ignore(&mut self, bits: usize) {
        self.hunter.reset();
        self.bits_taken += bits as u64;
        self.hunter_zero = self.bits_taken;
        self.endpoint.count_ignored_bits(bits);
    }

    fn ear<'t, 'o, O>(
        &'t mut self,
        now: Instant,
        end: u64,
        observe: &'o mut O,
    ) -> (&'t mut PltuHunter<B>, Ear<'t, 'o, M, O>) {
        let rate = self.receive_rate();
        let ear = Ear {
            endpoint: &mut self.endpoint,
            observe,
            rate,
            now,
            end,
            hunter_zero: self.hunter_zero,
        };
        (&mut self.hunter, ear)
    }

    /// Brings the state to time `t` and fetches the next PLTU if there is one. False if modulation is over.
    fn next_unit(&mut self, t: Instant) -> bool {
        self.endpoint.handle_timeout(t);
        let rate = self.rate();
        self.outgoing.load(t, rate, &mut self.endpoint);
        let vars = self.endpoint.status();
        vars.transmit.is_on() && vars.modulation.is_on()
    }

    /// Octets from `t` on in which nothing changes by itself: 1 to `most`.
    fn octets_until_timeout(&self, t: Instant, most: usize) -> usize {
        let until = self.endpoint.poll_timeout().map_or(u64::MAX, |deadline| {
            self.rate().octets_in(deadline.duration_since(t)).max(1)
        });
        most.min(usize::try_from(until).unwrap_or(usize::MAX))
    }

    /// A session that ended in the middle of a PLTU leaves nothing for the next one.
    fn discard_outgoing(&mut self) {
        if !self.outgoing.is_empty() {
            self.outgoing.discard();
            self.endpoint.count_cut_frame();
        }
    }
}

impl<M, B> Deref for Transceiver<M, B> {
    type Target = Endpoint<M>;

    fn deref(&self) -> &Endpoint<M> {
        &self.endpoint
    }
}

impl<M, B> DerefMut for Transceiver<M, B> {
    fn deref_mut(&mut self) -> &mut Endpoint<M> {
        &mut self.endpoint
    }
}

/// What listens to the hunter during one call.
struct Ear<'t, 'o, M, O> {
    endpoint: &'t mut Endpoint<M>,
    observe: &'o mut O,
    rate: DataRate,
    now: Instant,
    /// The place in the stream that `now` belongs to.
    end: u64,
    hunter_zero: u64,
}

impl<M: Lent, O: FnMut(Observation<'_>)> Ear<'_, '_, M, O> {
    fn hear(&mut self, event: PltuEvent<'_>) {
        //= 211.2-B-3 pltu-receive
        match event {
            PltuEvent::Frame {
                at_bit,
                inverted,
                marker_errors,
                octets,
            } => {
                let facts = self.facts(at_bit, inverted, marker_errors);
                let unit_bits = (octets.len() + PLTU_OVERHEAD) as u64 * 8;
                let received = self.time_of(facts.at_bit + unit_bits);
                let before = self.endpoint.frames_taken();
                let accepted = self
                    .endpoint
                    .handle_frame_at(received, facts.asm_end, octets);
                let taken = self.endpoint.frames_taken() != before;
                (self.observe)(match accepted {
                    Ok(frame) => Observation::Frame {
                        frame,
                        taken,
                        facts,
                    },
                    Err(reason) => Observation::Refused {
                        octets,
                        reason,
                        facts,
                    },
                });
            }
            PltuEvent::Rejected {
                at_bit,
                inverted,
                marker_errors,
                reason,
            } => {
                self.endpoint.count_rejected_candidate(rejection_of(reason));
                let facts = self.facts(at_bit, inverted, marker_errors);
                (self.observe)(Observation::Candidate { reason, facts });
            }
        }
    }

    fn facts(&self, at_bit: u64, inverted: bool, marker_errors: u8) -> Facts {
        let at_bit = self.hunter_zero + at_bit;
        Facts {
            at_bit,
            inverted,
            marker_errors,
            //= 211.2-B-3 time-tag
            asm_end: self.time_of(at_bit + u64::from(Asm::PLTU.len_bits())),
        }
    }

    /// When the bit in front of this place had come.
    fn time_of(&self, place: u64) -> Instant {
        self.now - self.rate.duration_of_bits(self.end.saturating_sub(place))
    }
}

const fn pltu_version(version: FrameVersion) -> PltuVersion {
    match version {
        FrameVersion::V3 => PltuVersion::V3,
        FrameVersion::V4 => PltuVersion::V4,
    }
}

const fn rejection_of(reason: PltuReject) -> Rejection {
    match reason {
        // A version that there is, but not on this link.
        PltuReject::Version { bits } if PltuVersion::of_bits(bits).is_some() => {
            Rejection::FrameVersion //= 211.0-B-6 frame-version
        }
        PltuReject::Version { .. } | PltuReject::TruncatedNotManaged => Rejection::PltuVersion,
        PltuReject::Length { .. } => Rejection::PltuLength,
        PltuReject::Crc { .. } => Rejection::PltuCrc,
        PltuReject::Truncated { .. } => Rejection::PltuTruncated,
    }
}
