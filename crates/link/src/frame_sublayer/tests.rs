//! Frame acceptance, one test a rule. Headers are put together by hand from the bit table of 211.0-B-6 3.2.2.

use super::*;
use crate::mib::MibBuilder;

const LOCAL: u16 = 0x029;
const OTHER: u16 = 0x123;

fn mib(test_source: bool) -> Mib {
    let scid = |n| Scid::new(n).unwrap();
    MibBuilder {
        test_source,
        ..MibBuilder::new(scid(LOCAL), scid(0x052))
    }
    .build()
    .unwrap()
}

fn judge(octets: &[u8], mib: &Mib, buffer: &mut ReceivingScidBuffer) -> Result<u16, Rejection> {
    accept(octets, mib, buffer, &mut Events::new()).map(|frame| frame.scid())
}

#[test]
fn a_destination_must_be_this_spacecraft() {
    //= 211.0-B-6 6.7 frame-acceptance
    let mut buffer = ReceivingScidBuffer::default();
    for test_source in [false, true] {
        let mib = mib(test_source);
        // expedited U-frame, DFC 00, destination 0x029, then destination 0x123
        assert_eq!(
            judge(&[0xA0, 0x29, 0x08, 0x04, 0], &mib, &mut buffer),
            Ok(LOCAL)
        );
        let stranger = [0xA1, 0x23, 0x08, 0x04, 0];
        assert_eq!(
            judge(&stranger, &mib, &mut buffer),
            Err(Rejection::WrongDestination)
        );
    }
    assert_eq!(buffer.value(), None, "destinations never fill the buffer");
}

#[test]
fn a_source_is_compared_only_if_test_source_is_true() {
    let (from_123, from_052) = ([0xA1, 0x23, 0, 0x04, 0], [0xA0, 0x52, 0, 0x04, 0]);
    let mut buffer = ReceivingScidBuffer::default();
    assert_eq!(judge(&from_123, &mib(false), &mut buffer), Ok(OTHER));
    assert_eq!(judge(&from_052, &mib(false), &mut buffer), Ok(0x052));
    assert_eq!(buffer.value(), None);

    // The first valid frame fills the buffer; from then on only that spacecraft is heard.
    assert_eq!(judge(&from_123, &mib(true), &mut buffer), Ok(OTHER));
    assert_eq!(
        judge(&from_052, &mib(true), &mut buffer),
        Err(Rejection::WrongSource)
    );
    buffer.forget_learnt();
    assert_eq!(judge(&from_052, &mib(true), &mut buffer), Ok(0x052));

    // The directive's value stays beyond the session.
    buffer.set(Scid::new(OTHER));
    buffer.forget_learnt();
    assert_eq!(
        judge(&from_052, &mib(true), &mut buffer),
        Err(Rejection::WrongSource)
    );
}

#[test]
fn a_refused_frame_does_not_fill_the_buffer() {
    let mut buffer = ReceivingScidBuffer::default();
    let wrong_pcid = [0xA1, 0x23, 0x80, 0x04, 0];
    assert_eq!(
        judge(&wrong_pcid, &mib(true), &mut buffer),
        Err(Rejection::WrongPcid)
    );
    assert_eq!(buffer.value(), None);
}

#[test]
fn structure_and_version_are_refused_by_name() {
    let mut buffer = ReceivingScidBuffer::default();
    for (octets, reason) in [
        (&[][..], Rejection::FrameStructure),
        (&[0xA0, 0x29, 0x08, 0x04], Rejection::FrameStructure),
        (&[0xA0, 0x29, 0x08, 0x05, 0], Rejection::FrameStructure), // one octet short
        (&[0xA0, 0x29, 0x08, 0x04, 0, 0], Rejection::FrameStructure), // one too many
        (&[0xC0, 0x29, 0x08, 0x04, 0], Rejection::FrameVersion),
        (&[0x20, 0x29, 0x08, 0x04, 0], Rejection::FrameVersion),
        (&[0xA8, 0x29, 0x08, 0x04, 0], Rejection::ReservedDfc),
        (&[0xA4, 0x29, 0x08, 0x04, 0], Rejection::SegmentStructure), // DFC 01 without data
        (&[0x90, 0x29, 0x08, 0x06, 0, 0x80, 0], Rejection::PFrameRule), // not expedited
    ] {
        assert_eq!(
            judge(octets, &mib(false), &mut buffer),
            Err(reason),
            "{octets:02X?}"
        );
    }
}

#[test]
fn missing_frames_are_counted_modulo_256_for_every_pair() {
    //= 211.0-B-6 3.2.2 fsn
    for previous in 0..=255_u8 {
        for now in 0..=255_u8 {
            let mut expected = ExpectedFsn::default();
            assert_eq!(
                expected.missing_before(Pcid::Pcid1, SeqNum::new(previous)),
                0
            );
            // The other channel has numbers of its own.
            assert_eq!(expected.missing_before(Pcid::Pcid0, SeqNum::new(7)), 0);
            let missing = expected.missing_before(Pcid::Pcid1, SeqNum::new(now));
            let by_walking = (0..=255)
                .find(|&n| (u16::from(previous) + 1 + n) % 256 == u16::from(now))
                .unwrap();
            // The same number again is the same frame again: a repeat is likelier than 255 losses.
            assert_eq!(u16::from(missing), by_walking % 255);
        }
    }
}
