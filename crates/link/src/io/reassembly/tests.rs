//! One test a rule. Packets are built by hand: six octets of header, the length field counts data octets less one.

extern crate std;

use std::vec;
use std::vec::Vec;

use magpie_wire::segment::SegmentHeader;

use super::*;

const FIRST: u8 = 0b01;
const CONTINUING: u8 = 0b00;
const LAST: u8 = 0b10;
const WHOLE: u8 = 0b11;

struct Bench {
    reassembly: Reassembly<Vec<u8>>,
    stats: Stats,
}

impl Bench {
    /// `slots` packets of up to 20 octets.
    fn new(slots: usize) -> Self {
        Self {
            reassembly: Reassembly::new(vec![0; slots * 20], 20),
            stats: Stats::default(),
        }
    }

    fn put(
        &mut self,
        port: u8,
        id: u8,
        flags: u8,
        data: &[u8],
    ) -> Result<Option<Vec<u8>>, Rejection> {
        let routing_id = RoutingId {
            qos: Qos::Expedited,
            pcid: Pcid::Pcid0,
            port_id: PortId::new(port).unwrap(),
            pseudo_packet_id: SegmentHeader::from_octet(id).pseudo_packet_id,
        };
        let flags = SegmentHeader::from_octet(flags << 6).flags;
        self.reassembly
            .handle_segment(routing_id, flags, data, &mut self.stats)
            .map(|packet| packet.map(<[u8]>::to_vec))
    }
}

/// A packet of APID 1 with `len` octets of data.
fn packet(len: u8) -> Vec<u8> {
    [
        &[0x08, 0x01, 0xC0, 0x00, 0x00, len - 1][..],
        &vec![len; usize::from(len)],
    ]
    .concat()
}

#[test]
fn segments_in_order_make_the_packet() {
    //= 211.0-B-6 3.2.3.3 reassembly
    let mut bench = Bench::new(1);
    let packet = packet(8);
    assert_eq!(bench.put(0, 5, FIRST, &packet[..4]), Ok(None)); // even the length field is cut
    assert_eq!(bench.put(0, 5, CONTINUING, &packet[4..9]), Ok(None));
    assert_eq!(bench.put(0, 5, LAST, &packet[9..]), Ok(Some(packet)));
    assert_eq!(bench.stats.rejections().count(), 0);
}

#[test]
fn packets_interleave_on_different_routing_ids() {
    let mut bench = Bench::new(3);
    let (a, b, c) = (packet(5), packet(6), packet(7));
    assert_eq!(bench.put(0, 1, FIRST, &a[..6]), Ok(None));
    assert_eq!(bench.put(1, 1, FIRST, &b[..6]), Ok(None)); // same pseudo packet id, other port
    assert_eq!(bench.put(0, 2, FIRST, &c[..6]), Ok(None));
    assert_eq!(bench.put(1, 1, LAST, &b[6..]), Ok(Some(b)));
    assert_eq!(bench.put(0, 1, LAST, &a[6..]), Ok(Some(a)));
    assert_eq!(bench.put(0, 2, LAST, &c[6..]), Ok(Some(c)));
}

#[test]
fn a_segment_without_a_first_one_is_discarded() {
    let mut bench = Bench::new(1);
    for flags in [CONTINUING, LAST] {
        assert_eq!(
            bench.put(0, 5, flags, &[1, 2, 3]),
            Err(Rejection::SegmentWithoutFirst)
        );
    }
    let packet = packet(3);
    assert_eq!(bench.put(0, 5, FIRST, &packet[..6]), Ok(None));
    assert_eq!(
        bench.put(0, 6, LAST, &packet[6..]),
        Err(Rejection::SegmentWithoutFirst),
        "another routing id"
    );
}

#[test]
fn a_new_first_segment_drops_the_pending_partial() {
    let mut bench = Bench::new(2);
    let (old, new) = (packet(9), packet(4));
    assert_eq!(bench.put(0, 5, FIRST, &old[..7]), Ok(None));
    assert_eq!(bench.put(0, 5, FIRST, &new[..7]), Ok(None));
    assert_eq!(bench.put(0, 5, LAST, &new[7..]), Ok(Some(new)));
    assert_eq!(bench.stats.rejected(Rejection::PartialReplaced), 1);
}

#[test]
fn an_unsegmented_packet_passes_and_drops_the_pending_partial() {
    let mut bench = Bench::new(1);
    let packet = packet(4);
    assert_eq!(bench.put(0, 5, FIRST, &packet[..7]), Ok(None));
    assert_eq!(bench.put(0, 5, WHOLE, &packet), Ok(Some(packet.clone())));
    assert_eq!(bench.stats.rejected(Rejection::PartialReplaced), 1);
    assert_eq!(
        bench.put(0, 5, WHOLE, &packet[..9]),
        Err(Rejection::ReassembledLength)
    );
}

#[test]
fn the_sum_must_be_the_packet_that_the_header_announces() {
    let mut bench = Bench::new(1);
    let packet = packet(8);
    for (cut, extra) in [(10, &packet[11..]), (10, &packet[9..])] {
        assert_eq!(bench.put(0, 5, FIRST, &packet[..cut]), Ok(None));
        assert_eq!(
            bench.put(0, 5, LAST, extra),
            Err(Rejection::ReassembledLength)
        );
    }
    assert_eq!(bench.put(0, 5, FIRST, &[0xFF; 3]), Ok(None));
    assert_eq!(
        bench.put(0, 5, LAST, &[0xFF; 3]),
        Err(Rejection::ReassembledLength),
        "not a packet at all"
    );
}

#[test]
fn maximum_packet_size_bounds_the_sum() {
    let mut bench = Bench::new(2);
    let packet = packet(14); // 20 octets: exactly Maximum_Packet_Size
    assert_eq!(bench.put(0, 5, FIRST, &packet[..19]), Ok(None));
    assert_eq!(
        bench.put(0, 5, LAST, &packet[19..]),
        Ok(Some(packet.clone()))
    );
    assert_eq!(bench.put(0, 5, FIRST, &packet[..19]), Ok(None));
    assert_eq!(
        bench.put(0, 5, CONTINUING, &[1, 2]),
        Err(Rejection::PacketTooLong)
    );
    assert_eq!(
        bench.put(0, 5, LAST, &[1]),
        Err(Rejection::SegmentWithoutFirst),
        "the partial packet is gone"
    );
}

#[test]
fn the_oldest_partial_gives_way_when_all_slots_are_taken() {
    let mut bench = Bench::new(2);
    let (a, b, c) = (packet(5), packet(6), packet(7));
    for (id, packet) in [(1, &a), (2, &b), (3, &c)] {
        assert_eq!(bench.put(0, id, FIRST, &packet[..6]), Ok(None));
    }
    assert_eq!(bench.stats.rejected(Rejection::PartialEvicted), 1);
    assert_eq!(
        bench.put(0, 1, LAST, &a[6..]),
        Err(Rejection::SegmentWithoutFirst)
    );
    assert_eq!(bench.put(0, 2, LAST, &b[6..]), Ok(Some(b)));
    assert_eq!(bench.put(0, 3, LAST, &c[6..]), Ok(Some(c)));
}

#[test]
fn without_memory_segments_are_refused() {
    let mut bench = Bench::new(0);
    assert_eq!(
        bench.put(0, 1, FIRST, &[1, 2]),
        Err(Rejection::NoReassemblyMemory)
    );
}

#[test]
fn two_halves_of_equal_packets_would_fit_together_so_a_gap_drops_all() {
    //= 211.0-B-6 3.2.3.3 partial-after-gap
    let mut bench = Bench::new(2);
    let packet = packet(8);
    assert_eq!(bench.put(0, 5, FIRST, &packet[..7]), Ok(None));
    assert_eq!(bench.put(3, 5, FIRST, &packet[..7]), Ok(None));
    bench
        .reassembly
        .drop_all(Rejection::PartialAfterGap, &mut bench.stats);
    assert_eq!(bench.stats.rejected(Rejection::PartialAfterGap), 2);
    assert_eq!(
        bench.put(0, 5, LAST, &packet[7..]),
        Err(Rejection::SegmentWithoutFirst)
    );
}
