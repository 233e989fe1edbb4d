//! Every limit of every parameter, and what follows from the values.

extern crate std;

use std::string::ToString as _;

use proptest::prelude::*;

use super::*;

fn builder() -> MibBuilder {
    MibBuilder::new(Scid::new(1).unwrap(), Scid::new(2).unwrap())
}

/// The builder with one thing changed.
fn with(change: impl FnOnce(&mut MibBuilder)) -> MibBuilder {
    let mut builder = builder();
    change(&mut builder);
    builder
}

/// The name in the refusal of `wrong`.
fn refused(wrong: MibBuilder) -> &'static str {
    match wrong.build() {
        Err(MibError::OutOfRange { name, .. } | MibError::TooLong { name, .. }) => name,
        other => panic!("not refused for a range: {other:?}"),
    }
}

type Field = fn(&mut MibBuilder) -> &mut Duration;

/// Names of annex C (and `Termination_Lifetime`, which is ours), where they go, and whether zero means "not used".
const DURATIONS: [(&str, Field, bool); 18] = [
    (
        "Carrier_Only_Duration",
        |b| &mut b.carrier_only_duration,
        true,
    ),
    (
        "Acquisition_Idle_Duration",
        |b| &mut b.acquisition_idle_duration,
        true,
    ),
    ("Tail_Idle_Duration", |b| &mut b.tail_idle_duration, true),
    (
        "Carrier_Loss_Timer_Duration",
        |b| &mut b.carrier_loss_timer_duration,
        true,
    ),
    (
        "Drop_Carrier_Duration",
        |b| &mut b.drop_carrier_duration,
        true,
    ),
    ("Hail_Wait_Duration", |b| &mut b.hail_wait_duration, false),
    ("Hail_Lifetime", |b| &mut b.hail_lifetime, true),
    (
        "Persistence_Wait_Time",
        |b| &mut b.persistence_wait_time,
        false,
    ),
    (
        "Comm_Change_Waiting_Period",
        |b| &mut b.comm_change_waiting_period,
        true,
    ),
    (
        "Comm_Change_Lifetime",
        |b| &mut b.comm_change_lifetime,
        true,
    ),
    ("Send_Duration", |b| &mut b.send_duration, false),
    ("Receive_Duration", |b| &mut b.receive_duration, false),
    (
        "PLCW_Repeat_Interval",
        |b| &mut b.plcw_repeat_interval,
        true,
    ),
    ("Interval_Clock", |b| &mut b.interval_clock, false),
    ("Synch_Timeout", |b| &mut b.synch_timeout, true),
    (
        "Resync_Waiting_Period",
        |b| &mut b.resync_waiting_period,
        false,
    ),
    ("Resync_Lifetime", |b| &mut b.resync_lifetime, true),
    (
        "Termination_Lifetime",
        |b| &mut b.termination_lifetime,
        true,
    ),
];

#[test]
fn durations_end_at_a_day_and_zero_is_taken_where_it_means_not_used() {
    //= 211.0-B-6 annex-C mib
    for (name, field, zero) in DURATIONS {
        let lasting = |us| with(|b| *field(b) = Duration::from_micros(us));
        for good in [1, 1_000_000, 86_400_000_000] {
            assert!(lasting(good).build().is_ok(), "{name} {good}");
        }
        for long in [86_400_000_001, u64::MAX] {
            assert_eq!(refused(lasting(long)), name);
        }
        match lasting(0).build() {
            Ok(_) => assert!(zero, "{name} 0 is taken"),
            Err(_) => assert_eq!((refused(lasting(0)), zero), (name, false)),
        }
    }
}

#[test]
fn the_list_above_has_every_duration() {
    let times = with(|b| {
        for (_, field, _) in DURATIONS {
            *field(b) = Duration::from_micros(424_242);
        }
    });
    let shown = std::format!("{times:?}");
    assert_eq!(shown.matches("Duration(424242)").count(), DURATIONS.len());
    assert_eq!(
        shown.matches("Duration(").count(),
        DURATIONS.len(),
        "no other field is a duration"
    );
}

#[test]
fn numbers_have_their_limits() {
    //= 211.0-B-6 annex-C mib
    type Put = fn(&mut MibBuilder, u32);
    let numbers: [(&str, Put, [u32; 2], [u32; 2]); 4] = [
        // The length of a V-3 frame has 11 bits and counts from 1; 5 octets of header, 1 of segment header, 1 of data.
        (
            "Maximum_Frame_Length",
            |b, value| b.maximum_frame_length = u16::try_from(value).unwrap(),
            [7, 2_048],
            [6, 2_049],
        ),
        // 6 octets of header and 65,536 of data.
        (
            "Maximum_Packet_Size",
            |b, value| b.maximum_packet_size = value,
            [1, 65_542],
            [0, 65_543],
        ),
        (
            "Transmission_Window",
            |b, value| b.transmission_window = u8::try_from(value).unwrap(),
            [1, 127],
            [0, 128],
        ),
        (
            "Maximum_Failed_Token_Passes",
            |b, value| b.maximum_failed_token_passes = u8::try_from(value).unwrap(),
            [1, 255],
            [0, 0],
        ),
    ];
    for (name, put, good, wrong) in numbers {
        for value in good {
            assert!(with(|b| put(b, value)).build().is_ok(), "{name} {value}");
        }
        for value in wrong {
            assert_eq!(refused(with(|b| put(b, value))), name);
        }
    }
}

#[test]
fn refusals_read_well() {
    for (wrong, says) in [
        (
            with(|b| b.transmission_window = 128),
            "Transmission_Window is 128, must be 1 to 127",
        ),
        (
            with(|b| b.hail_lifetime = Duration::from_millis(86_400_500)),
            "Hail_Lifetime is 86400.500000 s, must be at most 86400.000000 s",
        ),
        (
            with(|b| b.remote_spacecraft_id = b.local_spacecraft_id),
            "Remote_Spacecraft_ID is 1, the same as Local_Spacecraft_ID",
        ),
    ] {
        assert_eq!(wrong.build().unwrap_err().to_string(), says);
    }
    let zero = with(|b| b.send_duration = Duration::ZERO)
        .build()
        .unwrap_err()
        .to_string();
    assert!(zero.starts_with("Send_Duration is 0"), "{zero}");
}

#[test]
fn the_first_wrong_parameter_is_named() {
    let two = with(|b| {
        b.maximum_frame_length = 0;
        b.transmission_window = 0;
    });
    assert_eq!(refused(two), "Maximum_Frame_Length");
}

#[test]
fn two_ends_cannot_have_one_identifier() {
    let scid = Scid::new(7).unwrap();
    assert_eq!(
        MibBuilder::new(scid, scid).build(),
        Err(MibError::SameSpacecraft { scid })
    );
}

#[test]
fn the_scid_of_a_frame_follows_source_destination_id() {
    let source = with(|b| b.source_destination_id = SourceDestinationId::Source);
    assert_eq!(source.build().unwrap().transmitted_scid().get(), 1);
    assert_eq!(builder().build().unwrap().transmitted_scid().get(), 2);
}

#[test]
fn lengths_follow_from_the_parameters() {
    for (frame, data_field) in [(7, 2), (100, 95), (2_048, 2_043)] {
        let mib = with(|b| b.maximum_frame_length = frame).build().unwrap();
        assert_eq!(
            mib.maximum_data_field(),
            data_field,
            "a V-3 header has 5 octets"
        );
    }
    for (packet, delivery) in [(1, 2_043), (2_043, 2_043), (2_044, 2_044), (65_542, 65_542)] {
        let mib = with(|b| b.maximum_packet_size = packet).build().unwrap();
        assert_eq!(
            mib.longest_delivery(),
            delivery,
            "user octets of one frame are delivered in one piece too"
        );
    }
}

#[test]
fn an_end_uses_its_own_physical_channel_or_both() {
    let one = with(|b| (b.local_pcid, b.remote_pcid) = (Pcid::Pcid1, Pcid::Pcid0))
        .build()
        .unwrap();
    assert_eq!(
        [Pcid::Pcid0, Pcid::Pcid1].map(|pcid| one.sends_pcid(pcid)),
        [false, true]
    );
    assert_eq!(
        [Pcid::Pcid0, Pcid::Pcid1].map(|pcid| one.receives_pcid(pcid)),
        [true, false]
    );
    let both = with(|b| b.both_physical_channels = true).build().unwrap();
    assert!(
        [Pcid::Pcid0, Pcid::Pcid1]
            .into_iter()
            .all(|pcid| both.sends_pcid(pcid) && both.receives_pcid(pcid))
    );
}

#[test]
fn the_wait_of_comm_change_is_its_own_or_the_common_one() {
    let (two, seven) = (Duration::from_secs(2), Duration::from_secs(7));
    let waits = |own| {
        with(|b| (b.persistence_wait_time, b.comm_change_waiting_period) = (two, own))
            .build()
            .unwrap()
            .comm_change_wait()
    };
    assert_eq!((waits(Duration::ZERO), waits(seven)), (two, seven));
}

#[test]
fn what_is_built_is_what_was_given() {
    assert_eq!(*builder().build().unwrap(), builder());
}

proptest! {
    /// Whatever the values, `build` takes them or names one of them; what it takes is inside the limits.
    #[test]
    fn any_values_are_taken_or_refused(
        spans in proptest::collection::vec(
            prop_oneof![60 => 1..=86_400_000_000_u64, 1 => Just(0), 1 => any::<u64>()],
            DURATIONS.len(),
        ),
        frame in prop_oneof![9 => 7..=2_048_u16, 1 => any::<u16>()],
        packet in prop_oneof![9 => 1..=65_542_u32, 1 => any::<u32>()],
        window in prop_oneof![9 => 1..=127_u8, 1 => any::<u8>()],
        passes in any::<u8>(),
        (local, remote) in (0..9_u16, 0..9_u16),
    ) {
        let mut b = MibBuilder::new(Scid::new(local).unwrap(), Scid::new(remote).unwrap());
        for ((_, field, _), us) in DURATIONS.into_iter().zip(&spans) {
            *field(&mut b) = Duration::from_micros(*us);
        }
        (b.maximum_frame_length, b.maximum_packet_size) = (frame, packet);
        (b.transmission_window, b.maximum_failed_token_passes) = (window, passes);
        let times = DURATIONS.iter().zip(&spans);
        let right = local != remote
            && (7..=2_048).contains(&frame)
            && (1..=65_542).contains(&packet)
            && (1..=127).contains(&window)
            && passes > 0
            && times.clone().all(|((_, _, zero), us)| *us <= 86_400_000_000 && (*zero || *us > 0));
        prop_assert_eq!(b.build().is_ok(), right);
        if let Err(error) = b.build() {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
