//! What a flight computer uses: files handed in segment by segment, records in parts, stores and frames in lent memory. The octets are those of
//! the other tests, put together by hand from the tables of the books.

use magpie_link::clock::Instant;
use magpie_relay::block::BlockHeader;
use magpie_relay::carousel::{
    Carousel, CarouselConfig, Content, Files, LentFile, Need, RemoteFile,
};
use magpie_relay::record::{Closing, RECORD_OVERHEAD, Record, RecordHeader, RecordKind};
use magpie_relay::recorder::{ResumeError, Stored, Track};
use magpie_relay::store::{LentStore, Store, StoreFull};
use magpie_wire::EmitError;
use magpie_wire::id::Apid;
use magpie_wire::seq::SeqCount;

fn config(segment_octets: u16) -> CarouselConfig {
    CarouselConfig {
        source: 82,
        destination: 1,
        apid: Apid::new(1024).unwrap(),
        segment_octets,
        first_transaction: 7,
    }
}

fn apid() -> Apid {
    Apid::new(1601).unwrap()
}

/// CRC-16 bit by bit: x^16 + x^12 + x^5 + 1, preset to ones.
fn crc16(octets: &[u8]) -> [u8; 2] {
    let mut remainder = 0xFFFFu16;
    for octet in octets {
        remainder ^= u16::from(*octet) << 8;
        for _ in 0..8 {
            let carry = remainder >> 15;
            remainder = (remainder << 1) ^ (carry * 0x1021);
        }
    }
    remainder.to_be_bytes()
}

/// The octets with their CRC-16 behind them.
fn checked(octets: &[u8]) -> Vec<u8> {
    [octets, &crc16(octets)].concat()
}

/// The next packets of a carousel whose segments are cut from `files` by hand.
fn packets(carousel: &mut Carousel<impl Files>, files: &[&[u8]], count: usize) -> Vec<Vec<u8>> {
    let mut packet = vec![0; carousel.longest_packet()];
    (0..count)
        .map(|_| {
            let segment = match carousel.next_need() {
                Need::Nothing => &[][..],
                Need::Segment { file, from, len } => {
                    let from = usize::try_from(from).unwrap();
                    &files[file][from..from + len]
                }
            };
            let len = carousel.next_packet_with(segment, &mut packet).unwrap();
            packet[..len].to_vec()
        })
        .collect()
}

#[test]
fn segments_that_are_handed_in_give_the_same_round() {
    //= 727.0-B-5 class-1
    //= 727.0-B-5 checksum-type-1
    // The round of tests/carousel.rs: transaction 7 from 82 to 1; the CRC-32 of "123456789" is 51693C0C by the published vectors.
    let expected: [&[u8]; 5] = [
        &[
            0x04, 0x00, 0xC0, 0x00, 0x00, 0x15, 0x24, 0x00, 0x0C, 0x11, 0, 82, 0, 7, 0, 1, 0x07, 1,
            0, 0, 0, 9, 2, b'a', b'b', 2, b'a', b'b',
        ],
        &[
            0x04, 0x00, 0xC0, 0x01, 0x00, 0x11, 0x34, 0x00, 0x08, 0x11, 0, 82, 0, 7, 0, 1, 0, 0, 0,
            0, b'1', b'2', b'3', b'4',
        ],
        &[
            0x04, 0x00, 0xC0, 0x02, 0x00, 0x11, 0x34, 0x00, 0x08, 0x11, 0, 82, 0, 7, 0, 1, 0, 0, 0,
            4, b'5', b'6', b'7', b'8',
        ],
        &[
            0x04, 0x00, 0xC0, 0x03, 0x00, 0x0E, 0x34, 0x00, 0x05, 0x11, 0, 82, 0, 7, 0, 1, 0, 0, 0,
            8, b'9',
        ],
        &[
            0x04, 0x00, 0xC0, 0x04, 0x00, 0x13, 0x24, 0x00, 0x0A, 0x11, 0, 82, 0, 7, 0, 1, 0x04, 0,
            0x51, 0x69, 0x3C, 0x0C, 0, 0, 0, 9,
        ],
    ];
    let file = RemoteFile { name: "ab", len: 9 };
    let mut carousel = Carousel::new(config(4), [file]).unwrap();
    assert_eq!(packets(&mut carousel, &[b"123456789"], 5), expected);
    assert_eq!((carousel.rounds(), carousel.files()[0].len), (1, 9));
}

#[test]
fn files_at_hand_and_files_elsewhere_are_told_the_same() {
    let long: Vec<u8> = (0..251).cycle().step_by(7).take(1_000).collect();
    let contents: [&[u8]; 3] = [&long, b"", b"xyz"];
    let lent = contents.map(|octets| LentFile { name: "f", octets });
    let remote = contents.map(|octets| RemoteFile {
        name: "f",
        len: octets.len() as u64,
    });
    for segment_octets in [1, 3, 250, 999, 1_000, 1_001] {
        let mut at_hand = Carousel::new(config(segment_octets), lent).unwrap();
        let mut elsewhere = Carousel::new(config(segment_octets), remote).unwrap();
        let mut packet = vec![0; at_hand.longest_packet()];
        while at_hand.rounds() < 2 {
            let len = at_hand.next_packet(&mut packet).unwrap();
            let other = packets(&mut elsewhere, &contents, 1);
            assert_eq!(other, [&packet[..len]]);
        }
        assert_eq!(elsewhere.rounds(), 2);
    }
}

#[test]
fn what_does_not_fit_the_need_changes_nothing() {
    let file = RemoteFile { name: "ab", len: 9 };
    let mut carousel = Carousel::new(config(4), [file]).unwrap();
    let expected = packets(&mut carousel.clone(), &[b"123456789"], 10);
    let mut room = [0; 64];
    for packet in &expected {
        for wrong in [&[0; 3][..], &[0; 5], &[0; 64]] {
            let refused = carousel.next_packet_with(wrong, &mut room);
            assert_eq!(refused, Err(EmitError::Inconsistent));
        }
        if let Need::Segment { len, .. } = carousel.next_need() {
            // The right length, but other octets and no room: the checksum must not have taken them.
            for have in 0..packet.len() {
                let refused = carousel.next_packet_with(&[0xEE; 4][..len], &mut room[..have]);
                assert!(matches!(refused, Err(EmitError::NoSpace { .. })));
            }
        }
        assert_eq!(packets(&mut carousel, &[b"123456789"], 1), [&packet[..]]);
    }
}

/// A file whose memory fails behind its fifth octet.
#[derive(Debug)]
struct Failing;

impl Files for Failing {
    fn count(&self) -> usize {
        1
    }

    fn name(&self, _: usize) -> &'static str {
        "f"
    }

    fn len(&self, _: usize) -> u64 {
        9
    }
}

impl Content for Failing {
    fn read(&mut self, _: usize, from: u64, out: &mut [u8]) -> usize {
        out.len()
            .min(5usize.saturating_sub(usize::try_from(from).unwrap()))
    }
}

#[test]
fn a_file_that_gives_less_than_it_said_is_not_sent_on() {
    let mut carousel = Carousel::new(config(4), Failing).unwrap();
    let mut packet = [0; 64];
    assert!(carousel.next_packet(&mut packet).is_ok(), "metadata");
    assert!(carousel.next_packet(&mut packet).is_ok(), "octets 0 to 3");
    for _ in 0..3 {
        let refused = carousel.next_packet(&mut packet);
        assert_eq!(refused, Err(EmitError::Inconsistent));
    }
}

#[test]
fn blocks_and_records_are_emitted_where_the_tables_say() {
    let block = BlockHeader {
        count: 0x0102_0304,
        time: Instant::from_micros(500_000),
    };
    // Count, half a second in CUC 5 + 3, content, CRC-16.
    let expected = checked(&[1, 2, 3, 4, 0, 0, 0, 0, 0, 0x80, 0, 0, 0xAA, 0xBB]);
    let mut out = [0; 64];
    let len = block.emit(&[0xAA, 0xBB], &mut out).unwrap();
    assert_eq!(out[..len], expected);
    let short = block.emit(&[0xAA, 0xBB], &mut out[..15]);
    assert_eq!(short, Err(EmitError::NoSpace { need: 16, have: 15 }));

    let record = RecordHeader {
        apid: apid(),
        count: SeqCount::new(5).unwrap(),
        time: Instant::from_micros(2_250_000),
        pass: 0x0102,
        kind: RecordKind::Block,
        damaged: true,
    };
    // The packet of tests/recorder.rs.
    let expected = checked(&[
        0x0E, 0x41, 0xC0, 0x05, 0x00, 0x0F, 0x1F, 0, 0, 0, 2, 0x40, 0, 0, 0x01, 0x02, 1, 1, 0xAA,
        0xBB,
    ]);
    let len = record.emit(&[0xAA, 0xBB], &mut out).unwrap();
    assert_eq!(out[..len], expected);
    let parsed = RecordHeader::parse(out.first_chunk().unwrap());
    assert_eq!(parsed, Ok((record, 2)));
    assert!(record.emit(&[0xAA, 0xBB], &mut out[..21]).is_err());
    assert!(record.to_octets(65_523).is_err(), "no packet is that long");
}

#[test]
fn a_frame_is_kept_as_record_of_a_block_of_its_pltu() {
    let mut store = LentStore::new([0; 256]);
    let at = Instant::from_micros(2_250_000);
    let mut track = Track::open(apid(), 4, at, &mut store).unwrap();
    let header = BlockHeader {
        count: 9,
        time: Instant::from_micros(1_500_000),
    };
    let frame = [0x80, 0, 0, 4, 0];
    track.keep_frame(at, &mut store, &header, &frame).unwrap();
    // The CRC-32 of this frame is BCC004E7 by the published vectors of 211.2-B annex C.
    let block = checked(&[
        0, 0, 0, 9, 0, 0, 0, 0, 1, 0x80, 0, 0, 0xFA, 0xF3, 0x20, 0x80, 0, 0, 4, 0, 0xBC, 0xC0,
        0x04, 0xE7,
    ]);
    // 26 octets of block, 12 of secondary header, 2 of check: data length 39.
    let head = [
        0x0E, 0x41, 0xC0, 1, 0, 39, 0x1F, 0, 0, 0, 2, 0x40, 0, 0, 0, 4, 1, 0,
    ];
    let expected = checked(&[&head[..], &block].concat());
    assert_eq!(store.octets()[RECORD_OVERHEAD..], expected);

    // The same content through the other two ways in.
    let mut others = [LentStore::new([0; 256]), LentStore::new([0; 256])];
    for (index, other) in others.iter_mut().enumerate() {
        let mut track = Track::open(apid(), 4, at, other).unwrap();
        if index == 0 {
            assert_eq!(track.handle_block(at, other, &block), Ok(Stored::Good));
        } else {
            track
                .keep_content(at, other, &header, &block[12..24])
                .unwrap();
        }
        assert_eq!(other.octets(), store.octets());
    }
}

#[test]
fn a_recording_goes_on_where_the_store_ends() {
    // A twin that is never reset writes the same octets; the reset comes between any two records.
    let at = Instant::from_micros(77);
    let header = BlockHeader { count: 0, time: at };
    let run = |reset_before: usize| {
        let mut store = LentStore::new([0; 400]);
        let mut track = Track::open(apid(), 4, at, &mut store).unwrap();
        for step in 0..5 {
            if step == reset_before {
                track = Track::resume(&mut store).unwrap();
            }
            let block: &[u8] = if step % 2 == 0 {
                b"damaged"
            } else {
                &checked(&[0; 12])
            };
            track.handle_block(at, &mut store, block).unwrap();
        }
        let closing = track.close(at, &mut store).unwrap();
        (closing, store)
    };
    let (closing, whole) = run(usize::MAX);
    assert_eq!((closing.blocks, closing.damaged), (5, 3));
    for reset_before in 0..5 {
        let (again, store) = run(reset_before);
        assert_eq!((again, store.octets()), (closing, whole.octets()));
    }

    let mut closed = whole.clone();
    assert_eq!(Track::resume(&mut closed), Err(ResumeError::Closed));
    assert_eq!(
        Track::resume(&mut LentStore::new([])),
        Err(ResumeError::Empty)
    );
    // Cut anywhere, the recording goes on only where a record ends; filled with anything, it never hangs or panics.
    let ends: Vec<usize> = record_ends(whole.octets());
    for cut in 1..=whole.octets().len() {
        let mut store = LentStore::new([0; 400]);
        store.append(&whole.octets()[..cut]).unwrap();
        let resumed = Track::resume(&mut store);
        let end = ends.iter().rposition(|&end| end == cut);
        match (resumed, end) {
            (Ok(mut track), Some(_)) => track.keep_frame(at, &mut store, &header, &[]).unwrap(),
            (Err(ResumeError::Closed), Some(_)) => assert_eq!(cut, whole.octets().len()),
            (Err(ResumeError::NoRecord { at }), None) => {
                let before = ends.iter().rev().find(|&&end| end < cut);
                assert_eq!(at, *before.unwrap_or(&0) as u64);
            }
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
    for fill in 0..=255 {
        let mut store = LentStore::new([0; 100]);
        store.append(&[fill; 100]).unwrap();
        assert_eq!(
            Track::resume(&mut store),
            Err(ResumeError::NoRecord { at: 0 })
        );
    }
}

/// Where records end, by the length fields alone; each must be a good record.
fn record_ends(row: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < row.len() {
        let len = 7 + usize::from(u16::from_be_bytes([row[at + 4], row[at + 5]]));
        assert!(Record::parse(&row[at..at + len]).is_ok());
        at += len;
        ends.push(at);
    }
    ends
}

/// A store that costs 12 octets an append besides the octets, as one on pages does.
struct Paged {
    inside: LentStore<Vec<u8>>,
    appends: u64,
    capacity: u64,
}

impl Store for Paged {
    const OVERHEAD: u64 = 12;

    fn len(&self) -> u64 {
        self.inside.len()
    }

    fn room(&self) -> u64 {
        let taken = self.len() + (self.appends + 1) * Self::OVERHEAD;
        self.capacity.saturating_sub(taken)
    }

    fn append_parts(&mut self, parts: &[&[u8]]) -> Result<(), StoreFull> {
        let need = parts.iter().map(|part| part.len() as u64).sum();
        let room = self.room();
        if need > room {
            return Err(StoreFull { need, room });
        }
        self.appends += 1;
        self.inside.append_parts(parts)
    }

    fn read(&mut self, from: u64, out: &mut [u8]) -> usize {
        self.inside.read(from, out)
    }
}

#[test]
fn whatever_the_room_a_full_recording_still_closes() {
    let header = BlockHeader {
        count: 0,
        time: Instant::ZERO,
    };
    for capacity in 0..400 {
        let mut store = Paged {
            inside: LentStore::new(vec![0; 400]),
            appends: 0,
            capacity,
        };
        let Ok(mut track) = Track::open(apid(), 4, Instant::ZERO, &mut store) else {
            // Opening 20 and closing 40 octets, 12 more for each.
            assert!(capacity < 84);
            continue;
        };
        assert!(capacity >= 84);
        let mut kept = 0;
        for _ in 0..12 {
            let promised = Track::has_room_for_frame(&store, 5);
            let answer = track.keep_frame(Instant::ZERO, &mut store, &header, &[0x80, 0, 0, 4, 0]);
            assert_eq!(
                answer.is_ok(),
                promised,
                "custody: asked before, kept after"
            );
            kept += u32::from(promised);
        }
        let closing = track.close(Instant::ZERO, &mut store).unwrap();
        let expected = Closing {
            blocks: kept,
            damaged: 0,
            refused: 12 - kept,
            octets: 20 + 46 * u64::from(kept),
        };
        assert_eq!(closing, expected);
        // 84 for both ends; a record of 46 octets and its 12 for each frame.
        assert_eq!(u64::from(kept), (capacity - 84) / 58);
    }
}
