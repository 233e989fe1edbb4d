//! Recorder and record packets: octets put together by hand, a full memory, and what the closing record says.

use magpie_link::clock::Instant;
use magpie_relay::block::{BlockHeader, Port};
use magpie_relay::record::{
    Closing, RECORD_OVERHEAD, Record, RecordError, RecordHeader, RecordKind,
};
use magpie_relay::recorder::{Recorder, RecorderConfig, Stored};
use magpie_relay::store::{RamStore, Store};
use magpie_wire::id::Apid;
use magpie_wire::seq::SeqCount;
use magpie_wire::space_packet::packet_len;

fn config() -> RecorderConfig {
    RecorderConfig {
        pass: 4,
        apid_frames: Apid::new(1601).unwrap(),
        apid_canister: Apid::new(1602).unwrap(),
    }
}

/// Packets of a store, walked by their length fields.
fn walk(store: &RamStore) -> Vec<Vec<u8>> {
    let mut rest = store.octets();
    let mut packets = Vec::new();
    while !rest.is_empty() {
        let (packet, behind) = rest.split_at(packet_len(rest).unwrap());
        packets.push(packet.to_vec());
        rest = behind;
    }
    packets
}

#[test]
fn octets_of_a_record_are_where_the_table_says() {
    let header = RecordHeader {
        apid: Apid::new(1601).unwrap(),
        count: SeqCount::new(5).unwrap(),
        time: Instant::from_micros(2_250_000),
        pass: 0x0102,
        kind: RecordKind::Block,
        damaged: true,
    };
    let packet = header.to_packet(&[0xAA, 0xBB]).unwrap();
    // Version 0, telemetry, secondary header, APID 0x641; unsegmented, count 5; 16 octets of data.
    // P-field 1F (level 1, 4 + 3 octets), 2.25 s, pass, block, damaged.
    let expected = [
        0x0E, 0x41, 0xC0, 0x05, 0x00, 0x0F, 0x1F, 0, 0, 0, 2, 0x40, 0, 0, 0x01, 0x02, 1, 1, 0xAA,
        0xBB,
    ];
    assert_eq!(packet[..20], expected);
    assert_eq!(packet.len(), 2 + RECORD_OVERHEAD);
    for bit in 0..packet.len() * 8 {
        let mut wrong = packet.clone();
        wrong[bit / 8] ^= 0x80 >> (bit % 8);
        assert!(Record::parse(&wrong).is_err(), "bit {bit}");
    }
}

#[test]
fn packets_that_are_no_records_are_refused_by_reason() {
    assert_eq!(Record::parse(&[]), Err(RecordError::Packet));
    // A packet of one octet, with the CRC-16 of nothing useful.
    assert!(matches!(
        Record::parse(&[0x06, 0x41, 0xC0, 0, 0, 0, 9]),
        Err(RecordError::ErrorControl { .. })
    ));
    let body = [0; Closing::LEN];
    assert_eq!(Closing::parse(&body), Some(Closing::default()));
    assert_eq!(Closing::parse(&body[1..]), None);
    let closing = Closing {
        blocks: 1,
        damaged: 2,
        refused: 3,
        octets: 4,
    };
    assert_eq!(Closing::parse(&closing.to_octets()), Some(closing));
}

#[test]
fn a_damaged_block_is_kept_as_it_came_and_marked() {
    let mut recorder = Recorder::open(
        config(),
        Instant::ZERO,
        RamStore::new(10_000),
        RamStore::new(10_000),
    )
    .unwrap();
    let mut block = BlockHeader {
        count: 0,
        time: Instant::ZERO,
    }
    .to_block(&[7; 30]);
    assert_eq!(
        recorder.handle_block(Instant::ZERO, Port::Frames, &block),
        Ok(Stored::Good)
    );
    block.remove(20);
    assert_eq!(
        recorder.handle_block(Instant::ZERO, Port::Frames, &block),
        Ok(Stored::Damaged)
    );
    assert_eq!(
        recorder.handle_block(Instant::ZERO, Port::Canister, &[]),
        Ok(Stored::Damaged)
    );
    let recordings = recorder.close(Instant::from_micros(9));
    let packets = walk(&recordings.frames.store);
    let records: Vec<Record<'_>> = packets
        .iter()
        .map(|packet| Record::parse(packet).unwrap())
        .collect();
    let kinds: Vec<RecordKind> = records.iter().map(|record| record.header().kind).collect();
    assert_eq!(
        kinds,
        [
            RecordKind::Opening,
            RecordKind::Block,
            RecordKind::Block,
            RecordKind::Closing
        ]
    );
    assert!(!records[1].header().damaged && records[2].header().damaged);
    assert_eq!(records[2].body(), block);
    let counts: Vec<u16> = records
        .iter()
        .map(|record| record.header().count.get())
        .collect();
    assert_eq!(counts, [0, 1, 2, 3]);
    let closing = Closing::parse(records[3].body()).unwrap();
    let before = u64::try_from(packets[..3].iter().map(Vec::len).sum::<usize>()).unwrap();
    assert_eq!(
        closing,
        Closing {
            blocks: 2,
            damaged: 1,
            refused: 0,
            octets: before
        }
    );
    assert_eq!(
        recordings.canister.closing,
        Closing {
            blocks: 1,
            damaged: 1,
            refused: 0,
            octets: 40
        }
    );
}

#[test]
fn a_full_memory_refuses_counts_and_still_closes() {
    // Opening 20, closing 40, a block record of 20 + 14 + 26 = 60 octets: three fit into 250.
    let mut recorder = Recorder::open(
        config(),
        Instant::ZERO,
        RamStore::new(250),
        RamStore::new(60),
    )
    .unwrap();
    let block = BlockHeader {
        count: 0,
        time: Instant::ZERO,
    }
    .to_block(&[7; 26]);
    let answers: Vec<bool> = (0..6)
        .map(|_| {
            recorder
                .handle_block(Instant::ZERO, Port::Frames, &block)
                .is_ok()
        })
        .collect();
    assert_eq!(answers, [true, true, true, false, false, false]);
    assert!(
        recorder
            .handle_block(Instant::ZERO, Port::Canister, &block)
            .is_err()
    );
    let recordings = recorder.close(Instant::ZERO);
    assert_eq!(
        (
            recordings.frames.closing.blocks,
            recordings.frames.closing.refused
        ),
        (3, 3)
    );
    assert_eq!(
        (
            recordings.frames.store.len(),
            recordings.frames.store.room()
        ),
        (240, 10)
    );
    assert_eq!(
        (
            recordings.canister.closing.blocks,
            recordings.canister.closing.refused
        ),
        (0, 1)
    );
    assert_eq!(recordings.canister.store.len(), 60);
    assert!(
        Recorder::open(
            config(),
            Instant::ZERO,
            RamStore::new(59),
            RamStore::new(60)
        )
        .is_err(),
        "no room to open and close"
    );
}

#[test]
fn a_block_that_no_packet_can_hold_is_refused() {
    let mut recorder = Recorder::open(
        config(),
        Instant::ZERO,
        RamStore::new(1 << 20),
        RamStore::new(1 << 20),
    )
    .unwrap();
    assert!(
        recorder
            .handle_block(Instant::ZERO, Port::Frames, &vec![0; 65_523])
            .is_err()
    );
    assert!(
        recorder
            .handle_block(Instant::ZERO, Port::Frames, &vec![0; 65_522])
            .is_ok()
    );
}
