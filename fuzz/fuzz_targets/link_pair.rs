//! Lists of operations into two endpoints and the channel between them. Judged: no timer stays due, counters agree, sequence-controlled
//! units come exactly once and in order as long as nobody tampered with COP-P, and a session left alone ends.
#![no_main]

mod link_common;

use libfuzzer_sys::fuzz_target;
use link_common::{Input, Node, check_counters, drain_events, left_alone, ms, node, say, start};
use magpie_link::clock::Instant;
use magpie_link::communication::CommunicationValues;
use magpie_link::event::Event;
use magpie_link::mac::{Duplex, LocalDirective, Mode, PhyStatus};
use magpie_wire::id::{Pcid, PortId};
use magpie_wire::spdu::directive::{ReportRequest, TimeSample};
use magpie_wire::spdu::time::LinkDelay;
use magpie_wire::v3::Qos;

/// Frames under way each way.
const UNDER_WAY: usize = 24;

struct World {
    nodes: [Node; 2],
    now: Instant,
    under_way: [Vec<Vec<u8>>; 2],
    /// Sequence-controlled units taken from each end, and delivered to each end.
    taken: [u32; 2],
    delivered: [u32; 2],
    /// Nobody tampered with COP-P so far.
    exact: bool,
    handed_out: [u64; 2],
}

impl World {
    fn new(options: u8, duplex: Duplex) -> Self {
        let now = Instant::from_micros(1_000_000);
        let mut nodes = [node(0, options), node(1, options)];
        for (end, node) in nodes.iter_mut().enumerate() {
            start(node, end, duplex, now);
        }
        Self {
            nodes,
            now,
            under_way: Default::default(),
            taken: [0; 2],
            delivered: [0; 2],
            exact: true,
            handed_out: [0; 2],
        }
    }

    fn send(&mut self, end: usize, limit: usize) {
        let room = UNDER_WAY - self.under_way[end].len();
        let frames = say(&mut self.nodes[end], self.now, limit.min(room));
        self.handed_out[end] += frames.len() as u64;
        self.under_way[end].extend(frames);
    }

    fn arrive(&mut self, from: usize, frame: &[u8]) {
        let to = 1 - from;
        let _ = self.nodes[to].handle_frame(self.now, frame);
        self.take_deliveries(to);
    }

    fn take_deliveries(&mut self, to: usize) {
        let mut buf = [0; 2_048];
        while let Some(delivery) = self.nodes[to].poll_delivery(&mut buf).expect("room") {
            if delivery.qos == Qos::Expedited || !self.exact {
                continue;
            }
            let (head, _) = delivery.octets.split_first_chunk::<4>().expect("a number");
            assert_eq!(u32::from_be_bytes(*head), self.delivered[to], "to end {to}");
            self.delivered[to] += 1;
            assert!(self.delivered[to] <= self.taken[1 - to]);
        }
    }

    fn submit(&mut self, end: usize, len: u8, qos: Qos) {
        let mut unit = self.taken[end].to_be_bytes().to_vec();
        unit.resize(4 + usize::from(len % 3), 0xEE);
        let taken = self.nodes[end].submit_octets(self.now, PortId::ZERO, qos, &unit);
        if taken.is_ok() && qos == Qos::SequenceControlled {
            self.taken[end] += 1;
        }
    }

    fn directive(&mut self, end: usize, argument: u8) {
        let directive = match argument % 8 {
            0 | 1 => LocalDirective::LocalNoMoreData,
            2 | 3 => LocalDirective::LocalCommChange,
            4 => {
                let rate = [8_000, 32_000, 1_024_000][usize::from(argument >> 3) % 3];
                let values = CommunicationValues::uncoded(rate).expect("in a table");
                LocalDirective::LoadCommunicationValueBuffer(values)
            }
            5 => LocalDirective::SetMode(
                [Mode::Inactive, Mode::ConnectingL, Mode::ConnectingT, Mode::Active]
                    [usize::from(argument >> 3) % 4],
            ),
            6 => LocalDirective::SetDuplex(
                [Duplex::Full, Duplex::Half, Duplex::SimplexTransmit, Duplex::SimplexReceive]
                    [usize::from(argument >> 3) % 4],
            ),
            _ => LocalDirective::SetInitializeMode,
        };
        let _ = self.nodes[end].handle_directive(self.now, directive);
    }

    fn request(&mut self, end: usize, argument: u8) {
        let node = &mut self.nodes[end];
        match argument % 5 {
            0 => {
                let request = ReportRequest {
                    pcid_0_plcw_request: true,
                    ..ReportRequest::default()
                };
                let _ = node.request_report(request);
            }
            1 => {
                let samples = TimeSample::new(argument >> 3).unwrap_or_default();
                let _ = node.request_time_samples(samples, 1);
            }
            2 => {
                let _ = node.set_status_report(&[argument; 7]);
            }
            3 => node.distribute_time(LinkDelay::default(), LinkDelay::default()),
            _ => {
                self.exact = false;
                if argument & 0x80 == 0 {
                    node.resynchronise(self.now, Pcid::Pcid0);
                } else {
                    node.reset_cop_p(Pcid::Pcid0);
                }
            }
        }
    }

    fn channel(&mut self, from: usize, kind: u8, argument: u8) {
        let frames = &mut self.under_way[from];
        if frames.is_empty() {
            return;
        }
        let user = frames[0][0] & 0x10 == 0;
        match kind {
            0 => {
                let frame = frames.remove(0);
                self.arrive(from, &frame);
            }
            1 => {
                frames.remove(0);
            }
            2 if user => {
                let frame = frames[0].clone();
                self.arrive(from, &frame);
            }
            3 if frames.len() > 1 && user && frames[1][0] & 0x10 == 0 => frames.swap(0, 1),
            4 => frames.clear(),
            5 => {
                self.exact = false; // what the CRC-32 would have refused
                let mut frame = frames.remove(0);
                let at = usize::from(argument) % frame.len();
                frame[at] ^= argument | 1;
                self.arrive(from, &frame);
            }
            _ => {
                for frame in std::mem::take(&mut self.under_way[from]) {
                    self.arrive(from, &frame);
                }
            }
        }
    }

    fn pass_time(&mut self, argument: u8) {
        let due = self.nodes.iter().filter_map(Node::poll_timeout).min();
        self.now = match (argument, due) {
            (0..=127, Some(at)) => at.max(self.now),
            _ => self.now + ms(u64::from(argument & 0x7F)),
        };
    }

    fn operate(&mut self, operation: u8, argument: u8) {
        let end = usize::from(operation & 1);
        match operation >> 1 & 15 {
            0 | 1 => self.pass_time(argument),
            2 | 3 => self.send(end, 1 + usize::from(argument % 16)),
            4 => self.submit(end, argument, Qos::SequenceControlled),
            5 => self.submit(end, argument, Qos::Expedited),
            6 | 7 => self.channel(end, 6, argument),
            8 => self.channel(end, argument % 6, argument),
            9 => self.channel(end, 0, 0),
            10 => {
                let status = PhyStatus {
                    carrier_acquired: argument & 1 == 1,
                    symbol_inlock_status: argument & 3 == 3,
                };
                self.nodes[end].handle_phy_status(self.now, status);
            }
            11 => self.directive(end, argument),
            12 => self.request(end, argument),
            13 => self.channel(end, 1, 0),
            _ => {
                // A while of a good channel.
                for _ in 0..argument % 32 {
                    for end in 0..2 {
                        self.send(end, 2);
                        self.channel(end, 6, 0);
                    }
                    self.now = self.now + ms(5);
                    self.judge();
                }
            }
        }
    }

    fn judge(&mut self) {
        for end in 0..2 {
            for event in drain_events(&mut self.nodes[end]) {
                // COP-P begins anew at this end, and what was not acknowledged is gone.
                self.exact &= !matches!(
                    event,
                    Event::EndOfSession(_) | Event::RemoteRestarted
                );
            }
            check_counters(&self.nodes[end]);
            assert_eq!(self.nodes[end].stats().frames_sent, self.handed_out[end]);
        }
    }
}

fuzz_target!(|octets: &[u8]| {
    let mut input = Input(octets);
    let (Some(choice), Some(options)) = (input.octet(), input.octet()) else {
        return;
    };
    let duplex = [Duplex::Full, Duplex::Half][usize::from(choice & 1)];
    let mut world = World::new(options, duplex);
    while let (Some(operation), Some(argument)) = (input.octet(), input.octet()) {
        world.operate(operation, argument);
        world.judge();
    }
    let now = world.now;
    for node in &mut world.nodes {
        left_alone(node, now);
        check_counters(node);
    }
});
