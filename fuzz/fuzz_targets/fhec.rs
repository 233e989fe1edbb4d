//! AOS frame header error control: two wrong half-octets are undone, and what is corrected is a codeword.
#![no_main]

use libfuzzer_sys::fuzz_target;
use magpie_coding::fhec::{HEADER_LEN, correct, encode};

/// Octets of the header that the code covers; the frame count in between is not among them.
const COVERED: [usize; 5] = [0, 1, 5, 6, 7];

fuzz_target!(|input: [u8; HEADER_LEN + 4]| {
    let (header, errors) = input.split_first_chunk::<HEADER_LEN>().unwrap();
    let mut received = *header;
    if let Ok(count) = correct(&mut received) {
        assert_eq!(
            (count == 0, correct(&mut received)),
            (received == *header, Ok(0))
        );
    } else {
        assert_eq!(received, *header);
    }

    let mut sent = *header;
    encode(&mut sent);
    let mut damaged = sent;
    for pair in errors.chunks_exact(2) {
        let half = usize::from(pair[0]) % (2 * COVERED.len());
        damaged[COVERED[half / 2]] ^= (pair[1] & 15) << (4 * (half % 2));
    }
    assert!(correct(&mut damaged).is_ok());
    assert_eq!(damaged, sent);
});
