//! How large the values are that a flight computer carries.
use magpie_store::{Cursor, RamFlash, Store};

#[test]
fn sizes_stay_small() {
    // Budget: what the crate's documentation says; pointers are wider here than on the targets.
    assert!(size_of::<Store<RamFlash<&mut [u8]>, 16>>() <= 20 * 16 + 120);
    assert!(size_of::<Cursor>() <= 32);
}
