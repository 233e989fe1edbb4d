//! What the targets of the link share: an endpoint with fast timers, the input as a row of small numbers, and what holds at any instant.
#![allow(dead_code, reason = "each target uses a part of it")]

use magpie_link::clock::{Duration, Instant};
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory};
use magpie_link::event::Event;
use magpie_link::mac::{Duplex, LocalDirective, Mode, State};
use magpie_link::mib::{
    CommChangeResponse, HailResponse, MibBuilder, Packing, SourceDestinationId,
};
use magpie_wire::id::{Pcid, Scid};

pub type Node = Endpoint<Vec<u8>>;

pub const SCIDS: [u16; 2] = [0x123, 0x29];
pub const PACKET_SIZE: u32 = 200;
/// Frames that an end may hand out at one instant before it is asked why.
const MOST_FRAMES: usize = 400;

/// The input, taken apart from the front.
pub struct Input<'a>(pub &'a [u8]);

impl<'a> Input<'a> {
    pub fn octet(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// So many octets, or what is left.
    pub fn octets(&mut self, n: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(n.min(self.0.len()));
        self.0 = rest;
        taken
    }
}

pub fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn mib(end: usize, options: u8) -> MibBuilder {
    let bit = |n: u8| options >> n & 1 == 1;
    let short = |n| if bit(0) { Duration::ZERO } else { ms(n) };
    let scid = |n| Scid::new(n).expect("10 bits");
    MibBuilder {
        source_destination_id: if bit(1) {
            SourceDestinationId::Source
        } else {
            SourceDestinationId::Destination
        },
        test_source: bit(1),
        maximum_frame_length: if bit(2) { 12 } else { 64 },
        maximum_packet_size: PACKET_SIZE,
        carrier_only_duration: short(20),
        acquisition_idle_duration: short(10),
        tail_idle_duration: short(5),
        carrier_loss_timer_duration: ms(30),
        drop_carrier_duration: short(10),
        hail_wait_duration: ms(60),
        hail_lifetime: ms(500),
        hail_response: if bit(3) {
            HailResponse::SymbolInlock
        } else {
            HailResponse::ValidFrame
        },
        persistence_wait_time: ms(50),
        comm_change_lifetime: ms(300),
        comm_change_response: if bit(4) {
            CommChangeResponse::SymbolLockDrop
        } else {
            CommChangeResponse::ValidFrame
        },
        send_duration: ms(40),
        receive_duration: ms(120),
        maximum_failed_token_passes: 2,
        plcw_repeat_interval: ms(if bit(5) { 0 } else { 20 }),
        transmission_window: if bit(2) { 2 } else { 20 },
        synch_timeout: ms(60),
        resync_waiting_period: ms(20),
        resync_lifetime: ms(200),
        both_physical_channels: bit(6),
        termination_lifetime: ms(400),
        hail_sets_v_r: !bit(7),
        packing: if bit(7) {
            Packing::PacketPerFrame
        } else {
            Packing::FillFrame
        },
        ..MibBuilder::new(scid(SCIDS[end]), scid(SCIDS[1 - end]))
    }
}

pub fn node(end: usize, options: u8) -> Node {
    let channel = || ChannelMemory {
        expedited: vec![0; 700],
        sequence_controlled: vec![0; 700],
        sent: vec![0; 900],
    };
    let memory = Memory {
        channels: [channel(), channel()],
        delivery: vec![0; 6_000],
        reassembly: vec![0; 2 * PACKET_SIZE as usize],
    };
    let mib = mib(end, options).build().expect("good values");
    Endpoint::new(mib, memory).expect("enough memory")
}

/// Begins a session: end 0 calls, end 1 listens.
pub fn start(node: &mut Node, end: usize, duplex: Duplex, now: Instant) {
    let mode = match (duplex, end) {
        (Duplex::SimplexTransmit | Duplex::SimplexReceive, _) => Mode::Active,
        (_, 0) => Mode::ConnectingT,
        _ => Mode::ConnectingL,
    };
    let _ = node.handle_directive(now, LocalDirective::SetDuplex(duplex));
    let _ = node.handle_directive(now, LocalDirective::SetMode(mode));
}

/// Whether the node rests: no session runs, and nothing will happen by itself.
pub fn rests(node: &Node) -> bool {
    matches!(
        node.status().state,
        State::S1Inactive | State::S2WaitingForHail | State::S72SimplexReceive
    )
}

pub fn drain_events(node: &mut Node) -> Vec<Event> {
    std::iter::from_fn(|| node.poll_event()).collect()
}

/// Everything that an end has to say now, at most `limit` frames. Judged: it stops by itself unless frames wait for their
/// acknowledgement, and then no timer is due any more.
pub fn say(node: &mut Node, now: Instant, limit: usize) -> Vec<Vec<u8>> {
    node.handle_timeout(now);
    let (mut buf, mut frames) = ([0; 64], Vec::new());
    while frames.len() < limit.min(MOST_FRAMES) {
        match node.poll_transmit(now, &mut buf) {
            Some(frame) => frames.push(frame.to_vec()),
            None => {
                let due = node.poll_timeout();
                assert!(
                    due.is_none_or(|at| at > now),
                    "{:?} busy at {now}: {due:?}",
                    node.status()
                );
                return frames;
            }
        }
    }
    assert!(
        limit < MOST_FRAMES || !node.all_acknowledged(),
        "{:?} sends without end",
        node.status()
    );
    frames
}

/// What the counters must agree on.
pub fn check_counters(node: &Node) {
    let stats = node.stats();
    assert_eq!(
        stats.frames_sent,
        stats.expedited_frames_sent
            + stats.sequence_controlled_frames_sent
            + stats.frames_retransmitted
            + stats.p_frames_sent
    );
    assert!(stats.units_sent <= stats.units_submitted);
    assert!(stats.octets_delivered <= stats.frame_octets_accepted);
    for pcid in [Pcid::Pcid0, Pcid::Pcid1] {
        let fop = &node.cop_p(pcid).fop;
        let out = fop.v_s().distance_from(fop.nn_r());
        assert_eq!(out, fop.unacknowledged());
        assert!(out <= node.mib().transmission_window);
        assert!(fop.vv_s().distance_from(fop.nn_r()) <= out);
    }
}

/// The other end is gone. Within its lifetimes the node must rest.
pub fn left_alone(node: &mut Node, mut now: Instant) {
    node.handle_phy_status(now, Default::default());
    for _ in 0..600 {
        if rests(node) {
            return;
        }
        say(node, now, 40);
        drain_events(node);
        // Frames that wait for their acknowledgement go out at a rate of their own.
        let slot = now + ms(10);
        now = node.poll_timeout().map_or(slot, |at| at.min(slot));
    }
    if node.status().state != State::S71SimplexTransmit {
        panic!("no way out of {:?}", node.status());
    }
}
