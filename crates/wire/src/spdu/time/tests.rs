use super::*;
use proptest::prelude::*;

/// Hand-worked from the octet table of annex B2: clock 1 s + 2^-24 s, send delay 2^-16 s, light time 2.5 s.
//= 211.0-B-6 B2
#[test]
fn a_time_transfer_octet_by_octet() {
    let transfer = TimeTransfer {
        transceiver_clock: ClockTime::new(1, 1).unwrap(),
        send_side_delay: LinkDelay::new(0, 1),
        one_way_light_time: LinkDelay::new(2, 0x8000),
    };
    let data = [0x01, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 2, 0x80, 0];
    assert_eq!(transfer.data(), data);
    let spdu = TimeSpdu::new(&data).unwrap();
    assert_eq!(spdu.directive(), Ok(TimeDirective::TimeTransfer(transfer)));
    let mut out = [0; 16];
    assert_eq!(transfer.emit(&mut out), Ok(16));
    assert_eq!((out[0], &out[1..]), (0x1F, &data[..]));
    assert_eq!(
        transfer.one_way_light_time.as_duration(),
        Duration::from_millis(2500)
    );
    assert_eq!(
        transfer.transceiver_clock.as_duration(),
        Duration::new(1, 60)
    ); // 59.6 ns
    assert_eq!(
        transfer.send_side_delay.as_duration(),
        Duration::from_nanos(15_259)
    ); // 15.26 us
}

/// Codes of the facts: 00 null, 01 time transfer (15 octets), the rest reserved; every code and every length.
//= 211.0-B-6 B2
#[test]
fn every_code_and_length() {
    for code in 0..=255_u8 {
        for len in 1..=15 {
            let mut data = [0xA5; 15];
            data[0] = code;
            let verdict = TimeSpdu::new(&data[..len]).unwrap().directive();
            match code {
                0 => assert_eq!(verdict, Ok(TimeDirective::Null)),
                1 if len == 15 => assert!(matches!(verdict, Ok(TimeDirective::TimeTransfer(_)))),
                1 => assert_eq!(verdict, Err(TimeError::Length { have: len })),
                _ => assert_eq!(verdict, Err(TimeError::ReservedType { code })),
            }
        }
    }
    assert_eq!(TimeSpdu::new(&[]), None);
    assert_eq!(TimeSpdu::new(&[0; 16]), None);
}

#[test]
fn ranges_of_clock_and_delay() {
    assert_eq!(ClockTime::new(1 << 40, 0), None);
    assert_eq!(ClockTime::new(0, 1 << 24), None);
    assert_eq!(
        ClockTime::new((1 << 40) - 1, (1 << 24) - 1).map(ClockTime::ticks),
        Some(u64::MAX)
    );
    assert_eq!(ClockTime::from_duration(Duration::from_secs(1 << 40)), None);
    assert_eq!(ClockTime::from_duration(Duration::MAX), None);
    assert_eq!(LinkDelay::from_duration(Duration::from_secs(256)), None);
    assert_eq!(LinkDelay::from_duration(Duration::MAX), None);
    assert_eq!(
        LinkDelay::from_duration(Duration::from_nanos(255_999_999_999)),
        None
    );
    assert_eq!(
        LinkDelay::from_duration(Duration::ZERO),
        Some(LinkDelay::default())
    );
}

proptest! {
    #[test]
    fn durations_come_back(ticks: u64, seconds: u8, fraction: u16) {
        let clock = ClockTime::from_ticks(ticks);
        prop_assert_eq!(ClockTime::from_duration(clock.as_duration()), Some(clock));
        let delay = LinkDelay::new(seconds, fraction);
        prop_assert_eq!(LinkDelay::from_duration(delay.as_duration()), Some(delay));
    }
}
