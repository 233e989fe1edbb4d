//! Power cuts at every step of a seeded workload: what was promised is there, in order, and nothing else.
mod common;
use common::{Dice, FaultyFlash, Kept, read_all};
use magpie_store::{AppendError, RecordId, Store};

const SEGMENTS: usize = 5;

/// What the world outside knows of the store.
#[derive(Clone, Default)]
struct Promises {
    /// Appends that returned a number.
    kept: Vec<Kept>,
    /// The append during which the power went, if there was one: may be there or not.
    maybe: Option<(u8, Vec<u8>)>,
    /// Records up to this one were released durably.
    released: u32,
    /// Records up to this one were being released.
    releasing: u32,
}

/// Appends and releases until `operations` are done or the power goes.
fn work<const W: usize, const E: usize>(
    store: &mut Store<FaultyFlash<W, E>, SEGMENTS>,
    dice: &mut Dice,
    operations: usize,
    promises: &mut Promises,
) {
    for _ in 0..operations {
        if dice.below(8) == 0 {
            let newest = promises.kept.last().map_or(0, |kept| kept.0.0);
            let upto = newest.saturating_sub(u32::try_from(dice.below(8)).unwrap());
            promises.releasing = promises.releasing.max(upto);
            if store.release_up_to(RecordId(upto)).durable {
                promises.released = promises.released.max(upto);
            }
            continue;
        }
        let (kind, content) = (dice.octet(), dice.content(120));
        let cut = dice.below(content.len() + 1);
        let had_room = store.room_for(u16::try_from(content.len()).unwrap());
        match store.append(kind, &[&content[..cut], &content[cut..]]) {
            Ok(id) => promises.kept.push((id, kind, content)),
            Err(AppendError::Full) => {
                assert!(!had_room);
                let upto = promises.kept.last().map_or(0, |kept| kept.0.0);
                promises.releasing = promises.releasing.max(upto);
                if store.release_up_to(RecordId(upto)).durable {
                    promises.released = promises.released.max(upto);
                }
            }
            Err(AppendError::Flash) => {
                promises.maybe = Some((kind, content));
                return;
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// Reads everything and holds it against the promises; what is read becomes what is kept from now on.
fn check<const W: usize, const E: usize>(
    store: &mut Store<FaultyFlash<W, E>, SEGMENTS>,
    promises: &mut Promises,
    what: &str,
) {
    let found = read_all(store);
    assert!(found.is_sorted_by(|a, b| a.0 < b.0), "{what}: order");
    let must: Vec<_> = promises
        .kept
        .iter()
        .filter(|kept| kept.0.0 > promises.releasing)
        .collect();
    for kept in &must {
        assert!(found.contains(kept), "{what}: {:?} is lost", kept.0);
    }
    for record in &found {
        assert!(
            record.0.0 > promises.released,
            "{what}: {:?} came back",
            record.0
        );
        let known = promises.kept.contains(record);
        let newer = promises.kept.last().is_none_or(|kept| record.0 > kept.0);
        let maybe = promises
            .maybe
            .as_ref()
            .is_some_and(|(kind, content)| record.1 == *kind && record.2 == *content);
        assert!(
            known || (newer && maybe),
            "{what}: {:?} is invented",
            record.0
        );
    }
    if let Some(last) = found.last()
        && promises.kept.last().is_none_or(|kept| kept.0 < last.0)
    {
        promises.kept.push(last.clone());
    }
    promises.maybe = None;
}

fn formatted<const W: usize, const E: usize>(units: usize, seed: u64) -> FaultyFlash<W, E> {
    let mut store = Store::<_, SEGMENTS>::new(FaultyFlash::<W, E>::new(units, seed));
    store.format().unwrap();
    store.into_flash()
}

fn reopen<const W: usize, const E: usize>(
    mut flash: FaultyFlash<W, E>,
    power: Option<u64>,
) -> Store<FaultyFlash<W, E>, SEGMENTS> {
    // The power goes again while the store is opened: that is nothing to it, for it writes nothing.
    flash.power(Some(0));
    let (octets, steps) = (flash.octets.clone(), flash.steps);
    let mut store = Store::<_, SEGMENTS>::new(flash);
    let found = store.open().expect("formatted before");
    flash = store.into_flash();
    assert_eq!((&flash.octets, flash.steps), (&octets, steps));
    flash.power(power);
    let mut store = Store::new(flash);
    assert_eq!(store.open(), Ok(found));
    store
}

/// Every step of one workload is once the last one; then a second and a third life follow, with cuts of their own.
fn cut_everywhere<const W: usize, const E: usize>(
    units: usize,
    seed: u64,
    operations: usize,
    stride: u64,
) -> u64 {
    let start = formatted::<W, E>(units, seed);
    let mut whole = Store::<_, SEGMENTS>::new(start.clone());
    whole.open().unwrap();
    let before = start.steps;
    work(
        &mut whole,
        &mut Dice(seed),
        operations,
        &mut Promises::default(),
    );
    let steps = whole.into_flash().steps - before;
    let mut cuts = 0;
    for cut in (0..=steps).step_by(usize::try_from(stride).unwrap()) {
        let mut promises = Promises::default();
        let mut flash = start.clone();
        let mut dice = Dice(seed);
        let mut power = cut;
        for life in 0..4 {
            let what = format!("seed {seed}, units of {W}/{E}, cut {cut}, life {life}");
            let mut store = reopen(flash, (life < 3).then_some(power));
            if life > 0 {
                check(&mut store, &mut promises, &what);
            }
            work(
                &mut store,
                &mut dice,
                if life == 3 { 40 } else { operations },
                &mut promises,
            );
            flash = store.into_flash();
            flash.power(None);
            power = dice.roll() % 300;
            cuts += 1;
        }
        check(&mut reopen(flash, None), &mut promises, "at the end");
    }
    cuts
}

#[test]
fn every_step_small_units() {
    let cuts = cut_everywhere::<1, 256>(10, 1, 60, 1);
    assert!(cuts > 10_000, "{cuts}");
}

#[test]
fn every_step_words() {
    cut_everywhere::<4, 512>(5, 2, 60, 1);
    cut_everywhere::<4, 1024>(5, 3, 120, 3);
}

#[test]
fn every_step_pages() {
    cut_everywhere::<32, 512>(5, 4, 60, 1);
    cut_everywhere::<64, 1024>(5, 5, 60, 2);
}

#[test]
fn cut_while_formatting() {
    let blank = FaultyFlash::<4, 512>::new(5, 6);
    let mut whole = Store::<_, SEGMENTS>::new(blank.clone());
    whole.format().unwrap();
    let steps = whole.into_flash().steps;
    for cut in 0..steps {
        let mut flash = blank.clone();
        flash.power(Some(cut));
        let mut store = Store::<_, SEGMENTS>::new(flash);
        let _ = store.format();
        let mut flash = store.into_flash();
        flash.power(None);
        let mut store = Store::<_, SEGMENTS>::new(flash);
        match store.open() {
            Ok(_) => {}
            Err(_) => store.format().unwrap(),
        }
        assert_eq!(read_all(&mut store), []);
        let id = store.append(1, &[b"after"]).unwrap();
        assert_eq!(read_all(&mut store), [(id, 1, b"after".to_vec())]);
    }
}

/// Numbers are never given twice, even if all records are released and the newest segment is the only one that knows them.
#[test]
fn numbers_survive_a_cut_when_all_is_released() {
    // By hand: units of 512 octets take four records of 100 octets (116 each) behind the header of 32; 5 segments, 20 records.
    let mut store = Store::<_, SEGMENTS>::new(formatted::<4, 512>(5, 7));
    store.open().unwrap();
    let mut number = 0;
    while let Ok(id) = store.append(1, &[&[1; 80]]) {
        number = id.0;
    }
    let full = store.into_flash();
    // The release goes wrong before the first erase ends, so the headers are those of the format.
    for before in 0..64 {
        let mut flash = full.clone();
        flash.power(Some(before));
        let mut store = Store::<_, SEGMENTS>::new(flash);
        store.open().unwrap();
        store.release_up_to(RecordId(number));
        let mut flash = store.into_flash();
        // Noise behind the newest record, too long for a torn header: that segment is not gone on with.
        let newest = flash.octets.len() - 76;
        if before % 2 == 0 {
            flash.octets[newest..].fill(0);
        }
        for cut in 0..600 {
            let mut again = flash.clone();
            if before % 4 == 0 {
                again.bad_erase = vec![0, 1, 2, 3]; // only the newest segment could be erased
            }
            again.power(Some(cut));
            let mut store = Store::<_, SEGMENTS>::new(again);
            store.open().unwrap();
            let first = store.append(2, &[b"new"]).map_or(0, |id| id.0);
            assert!(first == 0 || first > number);
            let mut again = store.into_flash();
            again.bad_erase.clear();
            again.power(None);
            let mut store = Store::<_, SEGMENTS>::new(again);
            store.open().unwrap();
            store.release_up_to(RecordId(number));
            let id = store.append(3, &[b"newer"]).unwrap();
            assert!(id.0 > number.max(first), "{before} {cut}: {id:?}");
        }
    }
}

/// The headers know the numbers too: with the newest segment gone, no number is given again and nothing released is back.
#[test]
fn numbers_survive_the_loss_of_the_newest_segment() {
    for (released, left) in [(10, 0), (4, 4)] {
        let mut store = Store::<_, SEGMENTS>::new(formatted::<4, 512>(5, 8));
        store.open().unwrap();
        for _ in 0..10 {
            store.append(1, &[&[1; 80]]).unwrap();
        }
        assert!(store.release_up_to(RecordId(released)).segments > 0);
        let mut flash = store.into_flash();
        // By hand: numbers 1 to 4, 5 to 8, 9 and 10 in three segments.
        flash.octets[2 * 512..3 * 512].fill(0x5A);
        let mut store = Store::<_, SEGMENTS>::new(flash);
        store.open().unwrap();
        assert_eq!(read_all(&mut store).len(), left);
        assert_eq!(store.append(1, &[b"next"]), Ok(RecordId(11)));
    }
}
