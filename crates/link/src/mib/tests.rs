//! Every limit of every parameter.

use super::*;

fn builder() -> MibBuilder {
    MibBuilder::new(Scid::new(1).unwrap(), Scid::new(2).unwrap())
}

/// The name in the refusal of `wrong`.
fn refused(wrong: MibBuilder) -> &'static str {
    match wrong.build() {
        Err(MibError::OutOfRange { name, .. } | MibError::TooLong { name, .. }) => name,
        other => panic!("not refused for a range: {other:?}"),
    }
}

#[test]
fn limits_of_the_frame_length_are_those_of_the_11_bit_field() {
    //= 211.0-B-6 annex-C mib
    for good in [7, 100, 2048] {
        let mib = MibBuilder {
            maximum_frame_length: good,
            ..builder()
        }
        .build();
        assert_eq!(
            mib.map(|m| m.maximum_data_field()),
            Ok(usize::from(good) - 5)
        );
    }
    for wrong in [0, 5, 6, 2049, u16::MAX] {
        let wrong = MibBuilder {
            maximum_frame_length: wrong,
            ..builder()
        };
        assert_eq!(refused(wrong), "Maximum_Frame_Length");
    }
}

#[test]
fn every_refusal_names_its_parameter() {
    let long = Duration::from_secs(86_401);
    let b = builder();
    for (wrong, name) in [
        (
            MibBuilder {
                maximum_packet_size: 0,
                ..b
            },
            "Maximum_Packet_Size",
        ),
        (
            MibBuilder {
                maximum_packet_size: 65_543,
                ..b
            },
            "Maximum_Packet_Size",
        ),
        (
            MibBuilder {
                carrier_only_duration: long,
                ..b
            },
            "Carrier_Only_Duration",
        ),
        (
            MibBuilder {
                acquisition_idle_duration: long,
                ..b
            },
            "Acquisition_Idle_Duration",
        ),
        (
            MibBuilder {
                tail_idle_duration: long,
                ..b
            },
            "Tail_Idle_Duration",
        ),
        (
            MibBuilder {
                carrier_loss_timer_duration: long,
                ..b
            },
            "Carrier_Loss_Timer_Duration",
        ),
    ] {
        assert_eq!(refused(wrong), name);
    }
}

#[test]
fn parameters_of_cop_p_have_their_limits() {
    //= 211.0-B-6 annex-C mib
    let b = builder();
    let long = Duration::from_secs(86_401);
    let window = |transmission_window| MibBuilder {
        transmission_window,
        ..b
    };
    for good in [1, 127] {
        assert_eq!(window(good).build().unwrap().transmission_window, good);
    }
    for wrong in [0, 128, 255] {
        assert_eq!(refused(window(wrong)), "Transmission_Window");
    }
    let period = |resync_waiting_period| MibBuilder {
        resync_waiting_period,
        ..b
    };
    assert_eq!(refused(period(Duration::ZERO)), "Resync_Waiting_Period");
    assert_eq!(refused(period(long)), "Resync_Waiting_Period");
    let mut wrong = b;
    wrong.synch_timeout = long;
    assert_eq!(refused(wrong), "Synch_Timeout");
    wrong = b;
    wrong.resync_lifetime = long;
    assert_eq!(refused(wrong), "Resync_Lifetime");
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
    let source = MibBuilder {
        source_destination_id: SourceDestinationId::Source,
        ..builder()
    };
    assert_eq!(source.build().unwrap().transmitted_scid().get(), 1);
    assert_eq!(builder().build().unwrap().transmitted_scid().get(), 2);
}
