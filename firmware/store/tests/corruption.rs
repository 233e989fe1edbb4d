//! Images that rotted, were overwritten or never were a store: opening ends, untouched records survive, nothing is invented.
mod common;
use common::{Dice, FaultyFlash, Kept, read_all};
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use magpie_store::{AppendError, DamageKind, OpenError, RecordId, Store};
use std::cell::RefCell;
use std::rc::Rc;

const SEGMENTS: usize = 4;
const SIZE: usize = 512;
type Flash = FaultyFlash<4, SIZE>;

/// A store with records, and where each stands: offset, octets.
fn recorded(seed: u64) -> (Vec<u8>, Vec<(Kept, std::ops::Range<usize>)>) {
    let mut dice = Dice(seed);
    let mut store = Store::<_, SEGMENTS>::new(Flash::new(SEGMENTS, seed));
    store.format().unwrap();
    let mut records = vec![];
    for _ in 0..=dice.below(14) {
        let before = store.into_flash();
        store = Store::new(before.clone());
        store.open().unwrap();
        let content = dice.content(150);
        let Ok(id) = store.append(2, &[&content]) else {
            break;
        };
        let after = store.into_flash();
        let changed = |at: &usize| before.octets[*at] != after.octets[*at];
        let from = (0..after.octets.len()).find(changed).unwrap();
        records.push((
            (id, 2, content.clone()),
            from..from + (16 + content.len()).next_multiple_of(4),
        ));
        store = Store::new(after);
        store.open().unwrap();
    }
    (store.into_flash().octets, records)
}

fn open(octets: Vec<u8>, seed: u64) -> Result<Store<Flash, SEGMENTS>, OpenError> {
    let mut store = Store::new(Flash::holding(octets, seed));
    store.open().map(|_| store)
}

#[test]
fn untouched_records_survive_bit_rot() {
    let (mut survived, mut lost) = (0, 0);
    for seed in 0..3000 {
        let (mut octets, records) = recorded(seed);
        let mut dice = Dice(seed ^ 0xABCD);
        let mut hit = vec![];
        match dice.below(3) {
            // Single bits.
            0 => (0..=dice.below(6)).for_each(|_| {
                let at = dice.below(octets.len());
                octets[at] ^= 1 << dice.below(8);
                hit.push(at);
            }),
            // A burst.
            1 => {
                let (from, length) = (dice.below(octets.len() - 100), 1 + dice.below(100));
                for (at, octet) in octets.iter_mut().enumerate().skip(from).take(length) {
                    *octet = dice.octet();
                    hit.push(at);
                }
            }
            // A whole segment.
            _ => {
                let from = dice.below(SEGMENTS) * SIZE;
                for (at, octet) in octets.iter_mut().enumerate().skip(from).take(SIZE) {
                    *octet = dice.octet();
                    hit.push(at);
                }
            }
        }
        let Ok(mut store) = open(octets, seed) else {
            panic!("seed {seed}: not opened")
        };
        let found = read_all(&mut store);
        assert!(found.is_sorted_by(|a, b| a.0 < b.0), "seed {seed}");
        for (record, place) in &records {
            let touched = hit.iter().any(|at| place.contains(at));
            assert!(
                touched || found.contains(record),
                "seed {seed}: {:?} is lost {hit:?} {place:?} {:?}",
                record.0,
                records
                    .iter()
                    .map(|r| (r.0.0, r.1.clone()))
                    .collect::<Vec<_>>()
            );
            if touched { lost += 1 } else { survived += 1 }
        }
        for record in &found {
            assert!(
                records.iter().any(|(known, _)| known == record),
                "seed {seed}: {:?} is invented",
                record.0
            );
        }
        // And it goes on: a new record has a number of its own, unless the newest ones are what is lost.
        let before = found.len();
        match store.append(1, &[b"next"]) {
            Ok(id) => assert!(found.iter().all(|record| record.0 < id), "seed {seed}"),
            Err(AppendError::Full) => continue,
            Err(error) => panic!("seed {seed}: {error:?}"),
        }
        assert_eq!(read_all(&mut store).len(), before + 1, "seed {seed}");
    }
    assert!(survived > 10_000 && lost > 1_000, "{survived} {lost}");
}

#[test]
fn each_damage_is_named() {
    let mut store = Store::<_, 4>::new(FaultyFlash::<4, 1024>::new(4, 1));
    store.format().unwrap();
    for number in 1..=6_u8 {
        store.append(number, &[&[number; 100]]).unwrap();
    }
    let whole = store.into_flash();
    // By hand: segment header 32, then each record 16 + 100 octets.
    let place = |number: usize| 32 + (number - 1) * 116;
    let open = |flash: FaultyFlash<4, 1024>| {
        let mut store = Store::<_, 4>::new(flash);
        let recovery = store.open().unwrap();
        (
            recovery,
            read_all(&mut store)
                .iter()
                .map(|record| record.0.0)
                .collect::<Vec<_>>(),
        )
    };
    let first = |recovery: &magpie_store::Recovery| {
        let damage = recovery.damage[0].unwrap();
        (usize::try_from(damage.at).unwrap(), damage.kind)
    };

    let (recovery, numbers) = open(whole.clone());
    assert_eq!(
        (recovery.records, recovery.damages, recovery.missing),
        (6, 0, 0)
    );
    assert_eq!((recovery.segments_used, recovery.segments_ready), (1, 3));
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);

    let mut bent = whole.clone();
    bent.octets[place(3) + 50] ^= 4; // content
    let (recovery, numbers) = open(bent);
    assert_eq!(
        (recovery.records, recovery.corrupt_records, recovery.missing),
        (5, 1, 1)
    );
    assert_eq!(
        first(&recovery),
        (place(3), DamageKind::Content(RecordId(3)))
    );
    assert_eq!((numbers, recovery.torn), (vec![1, 2, 4, 5, 6], None));

    let mut bent = whole.clone();
    bent.octets[place(2) + 3] ^= 4; // length in the header
    let (recovery, numbers) = open(bent);
    assert_eq!(
        (recovery.records, recovery.corrupt_octets, recovery.missing),
        (5, 116, 1)
    );
    assert_eq!(first(&recovery), (place(2), DamageKind::NoHeader));
    assert_eq!(numbers, [1, 3, 4, 5, 6]);

    let mut bent = whole.clone();
    bent.octets[1] ^= 4; // header of the segment
    let (recovery, numbers) = open(bent);
    assert_eq!((recovery.records, recovery.corrupt_segment_headers), (6, 1));
    assert_eq!(first(&recovery), (0, DamageKind::SegmentHeader));
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);

    let mut bent = whole.clone();
    bent.octets[place(6) + 20] ^= 4; // the last one
    let (recovery, numbers) = open(bent);
    assert_eq!(recovery.torn, Some(u32::try_from(place(6)).unwrap()));
    assert_eq!(
        (numbers, recovery.newest),
        (vec![1, 2, 3, 4, 5], Some(RecordId(5)))
    );

    let mut bent = whole;
    bent.unreadable.push(place(4) + 5); // the flash's own check says no
    let (recovery, numbers) = open(bent);
    assert_eq!(first(&recovery), (place(4), DamageKind::Unreadable));
    assert_eq!(numbers, [1, 2, 3, 5, 6]);
}

/// Rot while the store is open: the reader passes over it and counts.
#[test]
fn rot_after_the_boot_costs_one_record() {
    let flash = Shared(Rc::new(RefCell::new(FaultyFlash::<4, 1024>::new(4, 1))));
    let mut store = Store::<_, 4>::new(flash.clone());
    store.format().unwrap();
    for number in 1..=6_u8 {
        store.append(number, &[&[number; 100]]).unwrap();
    }
    let numbers = |records: Vec<Kept>| records.iter().map(|record| record.0.0).collect::<Vec<_>>();
    let place = |number: usize| 32 + (number - 1) * 116;
    flash.0.borrow_mut().octets[place(2) + 4] ^= 0x10; // a header
    assert_eq!(numbers(read_all(&mut store)), [1, 3, 4, 5, 6]);
    flash.0.borrow_mut().octets[place(4) + 40] ^= 0x10; // a content
    assert_eq!(numbers(read_all(&mut store)), [1, 3, 5, 6]);
    flash.0.borrow_mut().unreadable.push(place(6) + 50);
    assert_eq!(numbers(read_all(&mut store)), [1, 3, 5]);
    assert_eq!(store.stats().read_corrupt, 3);
    let next = store.append(7, &[b"on it goes"]).unwrap();
    assert_eq!(next, RecordId(7));
    assert_eq!(numbers(read_all(&mut store)), [1, 3, 5, 7]);
}

/// A flash that the test can still reach into.
#[derive(Clone)]
struct Shared<const W: usize, const E: usize>(Rc<RefCell<FaultyFlash<W, E>>>);

impl<const W: usize, const E: usize> ErrorType for Shared<W, E> {
    type Error = NorFlashErrorKind;
}

impl<const W: usize, const E: usize> ReadNorFlash for Shared<W, E> {
    const READ_SIZE: usize = FaultyFlash::<W, E>::READ_SIZE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.borrow_mut().read(offset, bytes)
    }

    fn capacity(&self) -> usize {
        self.0.borrow().capacity()
    }
}

impl<const W: usize, const E: usize> NorFlash for Shared<W, E> {
    const WRITE_SIZE: usize = W;
    const ERASE_SIZE: usize = E;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), Self::Error> {
        self.0.borrow_mut().erase(from, to)
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), Self::Error> {
        self.0.borrow_mut().write(offset, bytes)
    }
}

/// A record that holds an image of the store holds no records of the store.
#[test]
fn content_that_looks_like_records_is_content() {
    let mut other = Store::<_, 4>::new(FaultyFlash::<4, 2048>::new(4, 1));
    other.format().unwrap();
    for _ in 0..9 {
        other.append(9, &[&[9; 90]]).unwrap();
    }
    let copy = other.into_flash().octets[..1024].to_vec();
    let mut store = Store::<_, 4>::new(FaultyFlash::<4, 2048>::new(4, 1));
    store.format().unwrap();
    store.append(1, &[b"first"]).unwrap();
    store.append(2, &[&copy]).unwrap();
    store.append(3, &[b"third"]).unwrap();
    let mut flash = store.into_flash();
    let header = flash
        .octets
        .windows(4)
        .position(|four| four == [0xA6, 2, 4, 0])
        .unwrap();
    flash.octets[header] ^= 1; // the copy's header is gone, so its content is searched for headers
    let mut store = Store::<_, 4>::new(flash);
    store.open().unwrap();
    let kinds: Vec<_> = read_all(&mut store).iter().map(|record| record.1).collect();
    assert_eq!(kinds, [1, 3]);
}

/// 10⁵ images of all sorts: noise, stores that were cut, mixed, rotted. Opening, reading, writing, releasing all end.
#[test]
fn any_image_at_all() {
    let stores: Vec<_> = (0..40).map(recorded).collect();
    let (mut opened, mut refused) = (0, 0);
    for seed in 0..100_000 {
        let mut dice = Dice(seed);
        let mut octets = match dice.below(6) {
            0 => (0..SEGMENTS * SIZE).map(|_| dice.octet()).collect(),
            1 => vec![0xFF; SEGMENTS * SIZE],
            _ => stores[dice.below(stores.len())].0.clone(),
        };
        for _ in 0..dice.below(4) {
            let (from, to) = (dice.below(octets.len()), dice.below(octets.len()));
            let length = dice.below(octets.len() - from.max(to) + 1).min(300);
            match dice.below(5) {
                0 => octets.copy_within(from..from + length, to),
                1 => octets[from..from + length].fill(dice.octet()),
                2 => octets[from] ^= 1 << dice.below(8),
                3 => octets[from / SIZE * SIZE..][..SIZE].copy_from_slice(
                    &stores[dice.below(stores.len())].0[to / SIZE * SIZE..][..SIZE],
                ),
                _ => {
                    let other = &stores[dice.below(stores.len())].0;
                    octets[from..from + length].copy_from_slice(&other[from..from + length]);
                }
            }
        }
        let Ok(mut store) = open(octets, seed) else {
            refused += 1;
            continue;
        };
        opened += 1;
        let found = read_all(&mut store);
        assert!(found.is_sorted_by(|a, b| a.0 < b.0), "seed {seed}");
        let appended = store.append(1, &[&[1; 40]]);
        assert!(
            store
                .oldest()
                .is_none_or(|oldest| oldest > store.released())
        );
        let released = store.release_up_to(RecordId(u32::MAX));
        assert_eq!(read_all(&mut store), [], "seed {seed}");
        assert!(
            appended.is_ok() || released.segments > 0,
            "seed {seed}: {appended:?} {released:?}"
        );
        assert!(store.append(1, &[&[1; 40]]).is_ok(), "seed {seed}");
    }
    assert!(opened > 50_000 && refused > 10_000, "{opened} {refused}");
}
