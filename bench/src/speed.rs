//! What a frame costs: out (`submit` and `poll_transmit`) and in (`handle_frame` and `poll_delivery`), both services, four lengths.
//!
//! The budget is 1 µs a frame plus the copies and the CRC-32 of its octets. The rows are whole: with their copies, and without the CRC-32,
//! which is the coding sublayer's. What a copy and the CRC-32 of the same octets cost by themselves in the same run stands beside them.

use std::hint::black_box;

use magpie_coding::crc::crc32_proximity;
use magpie_link::clock::Instant;
use magpie_link::endpoint::Endpoint;
use magpie_link::mib::MibBuilder;
use magpie_link::transceiver::Transceiver;
use magpie_wire::id::{PortId, Scid};
use magpie_wire::seq::SeqNum;
use magpie_wire::spdu::plcw::Plcw;
use magpie_wire::v3::{DfcId, Qos, ScidRole, V3Header};
use serde::Serialize;

use crate::ends::{FRAME_LEN, in_session};
use crate::harness::{Measured, measure};

/// Operations a batch: all fit into the window without an acknowledgement.
const BATCH: usize = 100;

/// Octets of data field.
pub const LENGTHS: [usize; 4] = [0, 64, 1_019, 2_043];

/// The budget: nanoseconds a frame, which may have copies and CRC-32 besides.
pub const BUDGET_NS: f64 = 1_000.0;

/// The budget: octets of an endpoint beside the memory that is lent to it.
pub const BUDGET_OCTETS: usize = 4_096;

/// One row of the table.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// What is done.
    pub what: String,
    /// Octets of data field.
    pub data: usize,
    /// Median, nanoseconds.
    pub ns: f64,
    /// Quartiles.
    pub quartiles: [f64; 2],
    /// How often each octet is copied.
    pub copies: u32,
    /// What one such copy costs by itself.
    pub copy_ns: f64,
    /// What the CRC-32 of the frame costs, which is not in `ns`.
    pub crc_ns: f64,
}

/// Everything that `cargo xtask bench` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// `size_of::<Endpoint<&mut [u8]>>()`.
    pub endpoint_octets: usize,
    /// `size_of::<Transceiver<&mut [u8]>>()`.
    pub transceiver_octets: usize,
    /// Times.
    pub rows: Vec<Row>,
}

impl Report {
    /// Measures everything.
    pub fn measure() -> Self {
        let mut rows = Vec::new();
        for qos in [Qos::SequenceControlled, Qos::Expedited] {
            // A data field of no octets cannot be submitted, only received.
            rows.extend(LENGTHS[1..].iter().map(|data| out(qos, *data)));
            rows.extend(LENGTHS.iter().map(|data| incoming(qos, *data)));
        }
        rows.push(plcw_in());
        rows.push(nothing_out());
        Self {
            endpoint_octets: size_of::<Endpoint<&mut [u8]>>(),
            transceiver_octets: size_of::<Transceiver<&mut [u8]>>(),
            rows,
        }
    }

    /// What is over budget, in words.
    pub fn over_budget(&self) -> Vec<String> {
        let mut over = Vec::new();
        if self.endpoint_octets > BUDGET_OCTETS {
            over.push(format!(
                "an endpoint has {} octets, the budget is {BUDGET_OCTETS}",
                self.endpoint_octets
            ));
        }
        let slow = self.rows.iter().filter(|row| row.ns > BUDGET_NS);
        over.extend(slow.map(|row| {
            format!(
                "{}, {} octets: {:.0} ns, the budget is {BUDGET_NS:.0} ns",
                row.what, row.data, row.ns
            )
        }));
        over
    }
}

const fn name(qos: Qos) -> &'static str {
    match qos {
        Qos::SequenceControlled => "sequence controlled",
        Qos::Expedited => "expedited",
    }
}

/// `submit` and `poll_transmit` of a packet that fills a frame.
fn out(qos: Qos, data: usize) -> Row {
    let [mut sender, _] = in_session(|mib| with_frames_of(mib, data));
    let packet = space_packet(data);
    let mut n_r = 0_u8;
    let mut frame = [0; FRAME_LEN];
    let measured = measure(
        BATCH,
        || (),
        |()| {
            for _ in 0..BATCH {
                sender
                    .submit(Instant::ZERO, PortId::ZERO, qos, black_box(&packet))
                    .expect("room");
                let out = sender
                    .poll_transmit(Instant::ZERO, &mut frame)
                    .expect("just submitted");
                assert_eq!(out.len(), 5 + data);
                black_box(out);
            }
            // One acknowledgement a batch is within a hundredth of the cost.
            if qos == Qos::SequenceControlled {
                n_r = n_r.wrapping_add(BATCH as u8);
                sender
                    .handle_frame(Instant::ZERO, &plcw_frame(n_r))
                    .expect("a good frame");
            }
        },
    );
    // Into the queue, into the frame; sequence controlled also into the Sent queue.
    let copies = if qos == Qos::SequenceControlled { 3 } else { 2 };
    row(format!("out, {}", name(qos)), data, copies, measured)
}

/// `handle_frame` and `poll_delivery` of a packet that fills a frame, or of an empty frame.
fn incoming(qos: Qos, data: usize) -> Row {
    let [_, mut receiver] = in_session(|mib| mib);
    let packet = space_packet(data);
    let mut n_s = 0_u8; // V(R); an expedited frame only counts as missing or not
    let mut buf = [0; FRAME_LEN];
    let measured = measure(
        BATCH,
        || {
            let frames: Vec<Vec<u8>> = (0..BATCH)
                .map(|i| u_frame(qos, n_s.wrapping_add(i as u8), &packet))
                .collect();
            n_s = n_s.wrapping_add(BATCH as u8);
            frames
        },
        |frames| {
            for frame in frames {
                receiver
                    .handle_frame(Instant::ZERO, black_box(frame))
                    .expect("a good frame");
                let delivery = receiver.poll_delivery(&mut buf).expect("room");
                assert_eq!(delivery.map_or(0, |delivery| delivery.octets.len()), data);
            }
        },
    );
    while receiver.poll_event().is_some() {}
    row(format!("in, {}", name(qos)), data, 2, measured)
}

/// A P-frame with a PLCW that says nothing new.
fn plcw_in() -> Row {
    let [mut sender, _] = in_session(|mib| mib);
    let frame = plcw_frame(0);
    let measured = measure(
        BATCH,
        || (),
        |()| {
            for _ in 0..BATCH {
                black_box(sender.handle_frame(Instant::ZERO, black_box(&frame))).expect("good");
            }
        },
    );
    row("in, P-frame with a PLCW".to_owned(), 2, 0, measured)
}

/// `poll_transmit` when there is nothing to send.
fn nothing_out() -> Row {
    let [mut sender, _] = in_session(|mib| mib);
    let mut buf = [0; FRAME_LEN];
    while sender.poll_transmit(Instant::ZERO, &mut buf).is_some() {}
    let measured = measure(
        BATCH,
        || (),
        |()| {
            for _ in 0..BATCH {
                black_box(sender.poll_transmit(Instant::ZERO, &mut buf));
            }
        },
    );
    row("out, nothing to send".to_owned(), 0, 0, measured)
}

/// Puts a measurement beside the cost of its copies and of the CRC-32.
fn row(what: String, data: usize, copies: u32, measured: Measured) -> Row {
    Row {
        what,
        data,
        ns: measured.median,
        quartiles: [measured.lower, measured.upper],
        copies,
        copy_ns: copy(data),
        crc_ns: crc(5 + data),
    }
}

/// One copy of `len` octets, all in the nearest cache: the fastest of several places of the target, since some get in the way of the source.
fn copy(len: usize) -> f64 {
    let (source, mut target) = (vec![0x5A_u8; len], vec![0_u8; len + 4_096]);
    let at = |offset: usize| {
        let target = &mut target[offset..offset + len];
        let batch = |(): &mut ()| {
            for _ in 0..BATCH {
                target.copy_from_slice(black_box(&source));
                black_box(&mut *target);
            }
        };
        measure(BATCH, || (), batch).median
    };
    [0, 48, 520, 1_040, 1_560, 2_080, 3_100]
        .map(at)
        .into_iter()
        .fold(f64::MAX, f64::min)
}

fn crc(len: usize) -> f64 {
    let frame = vec![0x5A; len];
    let batch = |(): &mut ()| {
        for _ in 0..BATCH {
            black_box(crc32_proximity(black_box(&frame)));
        }
    };
    measure(BATCH, || (), batch).median
}

fn with_frames_of(mib: MibBuilder, data: usize) -> MibBuilder {
    MibBuilder {
        maximum_frame_length: u16::try_from(5 + data).expect("at most 2048"),
        ..mib
    }
}

/// A telemetry packet of `len` octets; no octets at all for 0.
fn space_packet(len: usize) -> Vec<u8> {
    let mut packet = vec![0x5A; len];
    if let Some(header) = packet.first_chunk_mut::<6>() {
        let length = u16::try_from(len - 7).expect("a packet of a frame");
        let [high, low] = length.to_be_bytes();
        *header = [0x08, 0x07, 0xC0, 0x00, high, low];
    }
    packet
}

fn responder() -> Scid {
    Scid::new(0x22).expect("ten bits")
}

fn u_frame(qos: Qos, n_s: u8, data: &[u8]) -> Vec<u8> {
    let header = V3Header {
        n_s: SeqNum::new(n_s),
        dfc_id: DfcId::Packets,
        ..V3Header::u_frame(qos, responder(), ScidRole::Destination)
    };
    emitted(&header, data)
}

/// For the caller: everything before `n_r` has come.
fn plcw_frame(n_r: u8) -> Vec<u8> {
    let caller = Scid::new(0x11).expect("ten bits");
    let plcw = Plcw {
        report_value: SeqNum::new(n_r),
        ..Plcw::default()
    };
    let header = V3Header::p_frame(caller, ScidRole::Destination);
    emitted(&header, &plcw.word().to_be_bytes())
}

fn emitted(header: &V3Header, data: &[u8]) -> Vec<u8> {
    let mut frame = vec![0; 5 + data.len()];
    header.emit(data, &mut frame).expect("a sound header");
    frame
}
