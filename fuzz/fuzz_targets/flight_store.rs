//! The recorder's store on a flash with any image: opening ends, what is read is in order, and what was taken is there, now and after a reset.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_store::{Cursor, RamFlash, RecordId, Store};

const SEGMENTS: usize = 4;
const ERASE: usize = 256;
type Flash = RamFlash<Vec<u8>, 4, ERASE>;
type Kept = (RecordId, u8, Vec<u8>);

/// A device with the octets of the input at its front; or a store with two records in which they turn bits over.
fn image(options: u8, octets: &[u8]) -> Vec<u8> {
    let mut image = vec![0xFF; SEGMENTS * ERASE];
    let turns = options & 1 != 0;
    if turns {
        let mut store = Store::<_, SEGMENTS>::new(Flash::new(image));
        store.format().expect("a blank flash takes everything");
        for content in [&b"first"[..], b"the second one"] {
            store.append(7, &[content]).expect("there is room");
        }
        image = store.into_flash().into_inner();
    }
    for (octet, new) in image.iter_mut().zip(octets) {
        *octet = if turns { *octet ^ new } else { *new };
    }
    image
}

/// All records, which come in order.
fn read_all(store: &mut Store<Flash, SEGMENTS>) -> Vec<Kept> {
    let (mut cursor, mut buffer, mut all) = (Cursor::oldest(), [0; ERASE], Vec::<Kept>::new());
    while let Some(record) = store
        .read(&mut cursor, &mut buffer)
        .expect("no record is longer")
    {
        assert!(all.last().is_none_or(|last| last.0 < record.id));
        all.push((record.id, record.kind, record.content.to_vec()));
    }
    all
}

fuzz_target!(|input: &[u8]| {
    let Some((&[options, len, appends, releases], rest)) = input.split_first_chunk() else {
        return;
    };
    let (octets, content) = rest.split_at(rest.len() - usize::from(len).min(rest.len()));
    let mut store = Store::<_, SEGMENTS>::new(Flash::new(image(options, octets)));
    if store.open().is_err() {
        store.format().expect("this flash takes every erase");
    }
    let mut expected = read_all(&mut store);
    for kind in 0..appends % 16 {
        let room = store.room_for(content.len() as u16);
        match store.append(kind, &[content]) {
            Ok(id) => {
                assert!(expected.last().is_none_or(|last| last.0 < id));
                expected.push((id, kind, content.to_vec()));
            }
            Err(why) => assert!(!room || options & 2 == 0, "{why:?} in spite of room"),
        }
        if kind == releases % 16 {
            let released = store.released();
            let up_to = expected.first().map_or(released, |oldest| oldest.0);
            if store.release_up_to(up_to).durable {
                expected.retain(|kept| kept.0 > up_to);
            } else {
                return;
            }
        }
    }
    assert_eq!(read_all(&mut store), expected);

    // The computer resets.
    let mut store = Store::<_, SEGMENTS>::new(store.into_flash());
    let opened = store.open();
    assert!(opened.is_ok() || expected.is_empty());
    assert_eq!(read_all(&mut store), expected);
});
