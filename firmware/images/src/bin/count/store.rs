//! The recorder's flash.

use core::hint::black_box;

use magpie_images::board::Flash;
use magpie_store::Store;

use crate::{Bench, noise};

#[inline(never)]
pub(crate) fn count(bench: &mut Bench, flash: &mut Flash) {
    let mut store = Store::<_, 64>::new(flash);
    let formatted = store.format().is_ok();
    assert!(formatted, "the emulated flash has no bad units");
    let mut record = [0; 300];
    noise(&mut record);
    // The first append after a format opens a segment.
    black_box(store.append(2, &[&record]).is_ok());
    bench.count("recorder append, a record of 300 octets", 1, || {
        black_box(store.append(2, &[black_box(&record)]).is_ok());
    });
    bench.count("recorder scan at boot of an empty 256 KiB flash", 1, || {
        black_box(store.open().is_ok());
    });
}
