//! A recorder's life in short: passes come in, resets come in between, the ground takes what it gets.
//!
//! `cargo run -p magpie-store --example recorder`
use magpie_store::{AppendError, Cursor, RamFlash, Store};

const SEGMENTS: usize = 8;
type Flash<'m> = RamFlash<&'m mut [u8], 8, 1024>;

fn main() {
    let mut region = vec![0xFF; 32 * 1024];
    let mut store: Store<Flash, SEGMENTS> = Store::new(RamFlash::new(&mut region));
    store
        .format()
        .expect("a region this large can be formatted");
    println!(
        "formatted: {SEGMENTS} segments, the longest record has {} octets",
        store.longest()
    );

    for pass in 1..=4_u8 {
        // A reset: all that is left is the memory.
        let mut store: Store<Flash, SEGMENTS> = Store::new(RamFlash::new(&mut region));
        let found = store.open().expect("formatted before");
        store.set_reserve(1, 16);
        println!(
            "\npass {pass}: {} records of before, {} damages",
            found.records, found.damages
        );

        let mut frames = 0_u32;
        while frames < 14 && store.room_for(1000) {
            let header = frames.to_be_bytes();
            match store.append(pass, &[&header, &[pass; 900]]) {
                Ok(_) => frames += 1,
                Err(AppendError::Full) => break,
                Err(error) => println!("  not taken: {error:?}"),
            }
        }
        let closing = store.append_closing(0, &[b"end of pass"]);
        println!("  {frames} frames recorded, closing record {closing:?}");

        // The downlink: read half of it and let go of that.
        let (mut cursor, mut buffer) = (Cursor::oldest(), [0; 2048]);
        let (mut read, mut newest) = (0, None);
        while read < 8 {
            let Ok(Some(record)) = store.read(&mut cursor, &mut buffer) else {
                break;
            };
            newest = Some(record.id);
            read += 1;
        }
        if let Some(id) = newest {
            let released = store.release_up_to(id);
            println!(
                "  {read} records to Earth, {} segments free again",
                released.segments
            );
        }
        let (least, most) = store.wear();
        println!(
            "  {} segments free, erased {least} to {most} times",
            store.free_segments()
        );
    }
}
