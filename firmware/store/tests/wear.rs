//! Many times around the device, with restarts, cuts and bad units: wear stays even, nothing kept is lost.
mod common;
use common::{Dice, FaultyFlash, read_all};
use magpie_store::{AppendError, Cursor, RecordId, Store};

/// Records come in, a reader follows, what it read is released: the recorder's life.
#[test]
fn wear_stays_even_over_many_rounds() {
    let mut dice = Dice(11);
    let mut store = Store::<_, 8>::new(FaultyFlash::<4, 1024>::new(8, 11));
    store.format().unwrap();
    let (mut cursor, mut buffer) = (Cursor::oldest(), [0; 1024]);
    let mut sums = std::collections::VecDeque::new();
    for round in 0..6000_u32 {
        for _ in 0..dice.below(6) {
            let content = dice.content(300);
            match store.append(1, &[&content]) {
                Ok(id) => sums.push_back((id, content)),
                Err(AppendError::Full) => break,
                Err(error) => panic!("{error:?}"),
            }
        }
        for _ in 0..dice.below(6) {
            let Some(record) = store.read(&mut cursor, &mut buffer).unwrap() else {
                break;
            };
            assert_eq!(
                (record.id, record.content.to_vec()),
                sums.pop_front().unwrap()
            );
        }
        if dice.below(3) == 0 {
            store.release_up_to(RecordId(cursor.next().0.saturating_sub(1)));
        }
        if round % 500 == 499 {
            store = Store::new(store.into_flash());
            store.open().unwrap();
        }
    }
    let (low, high) = store.wear();
    let flash = store.into_flash();
    let (least, most) = (
        flash.erases.iter().min().unwrap(),
        flash.erases.iter().max().unwrap(),
    );
    assert!(*least > 200, "{least}");
    assert!(most - least <= 2, "{:?}", flash.erases);
    assert_eq!((low, high), (*least, *most));
}

/// Cuts in the middle of erases lose a segment's count; the spread of the real counts stays small all the same.
#[test]
fn wear_stays_even_through_power_cuts() {
    let mut dice = Dice(12);
    let mut flash = FaultyFlash::<4, 512>::new(8, 12);
    let mut store = Store::<_, 8>::new(flash);
    store.format().unwrap();
    for _ in 0..1500 {
        flash = store.into_flash();
        flash.power(Some(500 + dice.roll() % 3000));
        store = Store::new(flash);
        store.open().unwrap();
        store.tidy();
        loop {
            match store.append(1, &[&dice.content(200)]) {
                Ok(id) if id.0.is_multiple_of(4) => {
                    let back = u32::try_from(dice.below(3)).unwrap();
                    store.release_up_to(RecordId(id.0 - back));
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
    }
    let flash = store.into_flash();
    let (least, most) = (
        flash.erases.iter().min().unwrap(),
        flash.erases.iter().max().unwrap(),
    );
    assert!(
        *least > 500 && most - least <= most / 10,
        "{:?}",
        flash.erases
    );
}

/// Units that refuse or lie: the store goes on elsewhere and loses nothing that it took.
#[test]
fn bad_units_are_left_and_counted() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let mut flash = FaultyFlash::<4, 512>::new(16, seed);
        for _ in 0..=dice.below(4) {
            let unit = dice.below(16);
            match dice.below(4) {
                0 => flash.bad_erase.push(unit),
                1 => flash.lying_erase.push(unit),
                2 => flash.bad_write.push(unit),
                _ => flash.lying_write.push(unit),
            }
        }
        flash.write_error_in = [0, 0, 40, 200][dice.below(4)];
        let mut store = Store::<_, 8>::new(flash);
        store.format().unwrap();
        let mut kept = vec![];
        for _ in 0..600 {
            let content = dice.content(150);
            match store.append(3, &[&content]) {
                Ok(id) => kept.push((id, 3, content)),
                Err(AppendError::Full | AppendError::Flash) => {
                    let upto = kept
                        .get(dice.below(kept.len().max(1)))
                        .map_or(0, |record| record.0.0);
                    store.release_up_to(RecordId(upto));
                    kept.retain(|record| record.0.0 > upto);
                }
                Err(error) => panic!("{error:?}"),
            }
            if dice.below(50) == 0 {
                assert_eq!(read_all(&mut store), kept, "seed {seed}");
                store = Store::new(store.into_flash());
                store.open().unwrap();
                // What the flash refused may be whole; what was released without room for a mark may be back.
                kept = check_contains(read_all(&mut store), &kept, seed);
            }
        }
        let stats = store.stats();
        assert!(
            stats.retired <= stats.write_faults + stats.erase_faults,
            "seed {seed}: {stats:?}"
        );
        assert_eq!(read_all(&mut store), kept, "seed {seed}");
    }
}

fn check_contains(found: Vec<common::Kept>, kept: &[common::Kept], seed: u64) -> Vec<common::Kept> {
    assert!(found.is_sorted_by(|a, b| a.0 < b.0), "seed {seed}");
    for record in kept {
        assert!(
            found.contains(record),
            "seed {seed}: {:?} is lost",
            record.0
        );
    }
    found
}
