//! Two endpoints of a full-duplex session, hailed and in data services (S40).

use std::collections::VecDeque;

use magpie_link::clock::{Duration, Instant};
use magpie_link::communication::CommunicationValues;
use magpie_link::endpoint::{ChannelMemory, Endpoint, Memory};
use magpie_link::mac::{Duplex, LocalDirective, Mode, PhyStatus, State};
use magpie_link::mib::MibBuilder;
use magpie_wire::id::Scid;

/// An end with its memory on the heap.
pub type End = Endpoint<Vec<u8>>;

/// Room for the longest frame.
pub const FRAME_LEN: usize = 2_048;

const CALLER: u16 = 0x11;
const RESPONDER: u16 = 0x22;

/// What the caller's and the responder's MIB begin from: no carrier, acquisition or tail to wait for, no timer that ends anything.
fn mib(local: u16, remote: u16) -> MibBuilder {
    let scid = |n| Scid::new(n).expect("ten bits");
    MibBuilder {
        carrier_only_duration: Duration::ZERO,
        acquisition_idle_duration: Duration::ZERO,
        tail_idle_duration: Duration::ZERO,
        hail_wait_duration: Duration::from_secs(60),
        hail_lifetime: Duration::ZERO,
        termination_lifetime: Duration::ZERO,
        carrier_loss_timer_duration: Duration::ZERO,
        communication_values: CommunicationValues::uncoded(128_000).expect("in the table"),
        ..MibBuilder::new(scid(local), scid(remote))
    }
}

fn end(mib: MibBuilder) -> End {
    let channel = ChannelMemory {
        expedited: vec![0; 200_000],
        sequence_controlled: vec![0; 200_000],
        sent: vec![0; 128 * (FRAME_LEN + 2)],
    };
    let memory = Memory {
        delivery: vec![0; 200_000],
        ..Memory::of_pcid_0(channel)
    };
    Endpoint::new(mib.build().expect("a sound MIB"), memory).expect("ample memory")
}

/// Both physical inputs true.
pub const IN_LOCK: PhyStatus = PhyStatus {
    carrier_acquired: true,
    symbol_inlock_status: true,
};

/// A caller and a responder in S40, with what `change` makes of the MIB of both. No time has passed.
///
/// # Panics
/// If the MIB is refused or the session does not come up.
pub fn in_session(change: impl Fn(MibBuilder) -> MibBuilder) -> [End; 2] {
    let now = Instant::ZERO;
    let mut ends = [(CALLER, RESPONDER), (RESPONDER, CALLER)]
        .map(|(local, remote)| end(change(mib(local, remote))));
    let modes = [Mode::ConnectingT, Mode::ConnectingL];
    for (end, mode) in ends.iter_mut().zip(modes) {
        for directive in [
            LocalDirective::SetDuplex(Duplex::Full),
            LocalDirective::SetMode(mode),
        ] {
            end.handle_directive(now, directive).expect("in S1");
        }
    }
    let mut buf = [0; FRAME_LEN];
    for _ in 0..100 {
        if ends
            .iter()
            .all(|end| end.status().state == State::S40DataServices)
        {
            return ends;
        }
        let mut flying: VecDeque<(usize, Vec<u8>)> = VecDeque::new();
        for (from, end) in ends.iter_mut().enumerate() {
            end.handle_timeout(now);
            while let Some(frame) = end.poll_transmit(now, &mut buf) {
                flying.push_back((1 - from, frame.to_vec()));
            }
        }
        for (to, frame) in flying {
            ends[to].handle_phy_status(now, IN_LOCK);
            ends[to].handle_frame(now, &frame).expect("a good frame");
        }
    }
    panic!(
        "no session: {} and {}",
        ends[0].status().state,
        ends[1].status().state
    );
}
