//! Table 6-13 row by row, the course of a transmission, and the directives that have no row.

mod common;

use common::{
    ORBITER, ROVER, at, bare, deliveries, events, frame, ms, node, packet, port, receiver, sender,
    start,
};
use magpie_link::clock::Instant;
use magpie_link::event::{EndOfSession, Event};
use magpie_link::mac::{
    DirectiveError, Duplex, LocalDirective, Mode, OnOff, PhyStatus, Row, State, SubState,
};
use magpie_link::mib::MibBuilder;
use magpie_link::stats::Rejection;
use magpie_wire::v3::Qos;

#[test]
fn e71_s1_to_s71_turns_transmit_and_modulation_on() {
    //= 211.0-B-6 table-6-13 E71
    let mut rover = sender(bare(ROVER, ORBITER));
    let status = rover.status();
    assert_eq!(status.state, State::S71SimplexTransmit);
    assert_eq!(status.mode, Mode::Active);
    assert_eq!((status.transmit, status.modulation), (OnOff::On, OnOff::On));
    assert_eq!(status.sub_state, SubState::DataServices);
    let row = Event::Transition {
        row: Row::E71,
        from: State::S1Inactive,
        to: State::S71SimplexTransmit,
    };
    assert_eq!(
        events(&mut rover),
        [row, Event::SubState(SubState::DataServices)]
    );
    assert_eq!(rover.poll_timeout(), None, "no hail, no timer");
}

#[test]
fn e72_s1_to_s72_leaves_the_transmitter_off() {
    //= 211.0-B-6 table-6-13 E72
    let mut orbiter = receiver(bare(ORBITER, ROVER));
    let status = orbiter.status();
    assert_eq!(status.state, State::S72SimplexReceive);
    assert_eq!(status.mode, Mode::Active);
    assert_eq!(
        (status.transmit, status.modulation),
        (OnOff::Off, OnOff::Off)
    );
    assert_eq!(frame(&mut orbiter, Instant::ZERO), None);
    let empty = [0xA0, 0x29, 0x08, 0x04, 0x00]; // expedited, DFC 00, to 0x029, 5 octets
    assert!(orbiter.handle_frame(at(1), &empty).is_ok());
}

#[test]
fn e73_back_to_s1_from_either_state() {
    //= 211.0-B-6 table-6-13 E73
    for (mut node, from) in [
        (sender(bare(ROVER, ORBITER)), State::S71SimplexTransmit),
        (receiver(bare(ORBITER, ROVER)), State::S72SimplexReceive),
    ] {
        events(&mut node);
        node.handle_directive(at(5), LocalDirective::SetMode(Mode::Inactive))
            .unwrap();
        assert_eq!(
            events(&mut node),
            [
                Event::Transition {
                    row: Row::E73,
                    from,
                    to: State::S1Inactive
                },
                Event::EndOfSession(EndOfSession::SetModeInactive),
            ]
        );
        let status = node.status();
        assert_eq!(
            (status.state, status.mode),
            (State::S1Inactive, Mode::Inactive)
        );
        assert_eq!(
            (status.transmit, status.modulation),
            (OnOff::Off, OnOff::Off)
        );
        let refused = node.handle_frame(at(6), &[0xA0, 0x29, 0x08, 0x04, 0x00]);
        assert_eq!(refused.map(|_| ()), Err(Rejection::NotReceiving));
    }
}

#[test]
fn a_transmission_is_carrier_acquisition_data_tail_off() {
    //= 211.1-B-4 transmission-sequence
    let mib = MibBuilder {
        carrier_only_duration: ms(300),
        acquisition_idle_duration: ms(200),
        tail_idle_duration: ms(100),
        ..bare(ROVER, ORBITER)
    };
    let mut rover = sender(mib);
    let one = packet(&[1]);
    rover.submit(at(0), port(0), Qos::Expedited, &one).unwrap();
    let part = |node: &common::Node| (node.status().sub_state, node.status().modulation);

    assert_eq!(part(&rover), (SubState::CarrierOnly, OnOff::Off));
    assert_eq!(rover.poll_timeout(), Some(at(300_000)));
    assert_eq!(frame(&mut rover, at(299_999)), None);
    rover.handle_timeout(at(300_000));
    assert_eq!(part(&rover), (SubState::AcquisitionIdle, OnOff::On));
    assert_eq!(frame(&mut rover, at(499_999)), None);
    assert!(frame(&mut rover, at(500_000)).is_some());
    assert_eq!(part(&rover), (SubState::DataServices, OnOff::On));
    assert_eq!(frame(&mut rover, at(600_000)), None);
    assert_eq!(
        part(&rover),
        (SubState::DataServices, OnOff::On),
        "waits for more"
    );

    rover
        .submit(at(600_000), port(0), Qos::Expedited, &one)
        .unwrap();
    rover
        .handle_directive(at(600_000), LocalDirective::LocalNoMoreData)
        .unwrap();
    assert!(
        frame(&mut rover, at(600_000)).is_some(),
        "what is queued still goes out"
    );
    assert_eq!(frame(&mut rover, at(700_000)), None);
    assert_eq!(part(&rover), (SubState::Tail, OnOff::On));
    assert_eq!(rover.poll_timeout(), Some(at(800_000)));
    rover.handle_timeout(at(800_000));
    assert_eq!(rover.status().state, State::S1Inactive);
    let last = events(&mut rover).pop();
    assert_eq!(last, Some(Event::EndOfSession(EndOfSession::NoMoreData)));
}

#[test]
fn only_data_services_with_modulation_let_frames_out() {
    //= 211.0-B-6 table-6-14 output
    let mut idle = node(bare(ROVER, ORBITER).build().unwrap());
    idle.submit(at(0), port(0), Qos::Expedited, &packet(&[1]))
        .unwrap();
    assert_eq!(frame(&mut idle, at(0)), None, "S1");
    start(&mut idle, Duplex::SimplexTransmit, at(1));
    assert_eq!(
        idle.poll_transmit(at(1), &mut [0; 2047]),
        None,
        "short buffer"
    );
    assert!(frame(&mut idle, at(1)).is_some());
}

#[test]
fn set_initialize_mode_begins_everything_anew() {
    //= 211.0-B-6 table-6-6 initialise
    let mut rover = sender(bare(ROVER, ORBITER));
    for _ in 0..3 {
        rover
            .submit(at(0), port(0), Qos::Expedited, &packet(&[1]))
            .unwrap();
        assert!(frame(&mut rover, at(0)).is_some());
    }
    rover
        .handle_directive(at(1), LocalDirective::SetInitializeMode)
        .unwrap();
    assert_eq!(rover.status().state, State::S1Inactive);
    assert_eq!(rover.status().duplex, Duplex::SimplexTransmit, "stays");
    start(&mut rover, Duplex::SimplexTransmit, at(2));
    rover
        .submit(at(2), port(0), Qos::Expedited, &packet(&[1]))
        .unwrap();
    assert_eq!(frame(&mut rover, at(2)).unwrap()[4], 0, "VE(S) is 0 again");
}

#[test]
fn a_half_sent_packet_begins_again_in_the_next_session() {
    let mut rover = sender(MibBuilder {
        maximum_frame_length: 9,
        ..bare(ROVER, ORBITER)
    });
    rover
        .submit(at(0), port(0), Qos::Expedited, &packet(&[1, 2, 3]))
        .unwrap();
    let first = frame(&mut rover, at(0)).unwrap();
    assert!(frame(&mut rover, at(0)).is_some());
    rover
        .handle_directive(at(1), LocalDirective::SetInitializeMode)
        .unwrap();
    start(&mut rover, Duplex::SimplexTransmit, at(2));
    let again = frame(&mut rover, at(2)).unwrap();
    assert_eq!(again[..5], first[..5]);
    assert_eq!(
        again[5], 0b01_000010,
        "a first segment, under the next pseudo packet id"
    );
    assert_eq!(again[6..], first[6..]);
}

#[test]
fn a_receiver_forgets_the_sender_and_its_numbers_between_sessions() {
    //= 211.0-B-6 table-6-6 initialise
    let mut orbiter = receiver(MibBuilder {
        test_source: true,
        ..bare(ORBITER, ROVER)
    });
    for (now, scid, fsn) in [(1, 0x52, 7), (2, 0x53, 200)] {
        assert!(
            orbiter
                .handle_frame(at(now), &[0xA0, scid, 0x00, 0x04, fsn])
                .is_ok()
        );
        orbiter
            .handle_directive(at(now), LocalDirective::SetInitializeMode)
            .unwrap();
        start(&mut orbiter, Duplex::SimplexReceive, at(now));
    }
    assert_eq!(orbiter.stats().frames_missing, 0);
}

#[test]
fn directives_without_a_row_change_nothing() {
    //= 211.0-B-6 6 local-directives
    let mut fresh = node(bare(ROVER, ORBITER).build().unwrap());
    for duplex in [Duplex::Full, Duplex::Half] {
        fresh
            .handle_directive(at(0), LocalDirective::SetDuplex(duplex))
            .unwrap();
        let no_row = DirectiveError::NoRow {
            state: State::S1Inactive,
            duplex,
        };
        let refused = fresh.handle_directive(at(0), LocalDirective::SetMode(Mode::Active));
        assert_eq!(refused, Err(no_row));
    }
    let lnmd = fresh.handle_directive(at(0), LocalDirective::LocalNoMoreData);
    assert!(matches!(lnmd, Err(DirectiveError::NoRow { .. })));
    assert_eq!(
        fresh.handle_directive(at(0), LocalDirective::SetMode(Mode::Inactive)),
        Ok(())
    );

    let mut rover = sender(bare(ROVER, ORBITER));
    let before = *rover.status();
    for (directive, error) in [
        (
            LocalDirective::SetDuplex(Duplex::SimplexReceive),
            DirectiveError::SessionRuns,
        ),
        (
            LocalDirective::SetMode(Mode::ConnectingT), // no hailing in simplex
            DirectiveError::NoRow {
                state: State::S71SimplexTransmit,
                duplex: Duplex::SimplexTransmit,
            },
        ),
    ] {
        assert_eq!(rover.handle_directive(at(1), directive), Err(error));
        assert_eq!(*rover.status(), before);
    }
}

#[test]
fn the_receiving_scid_buffer_can_be_set() {
    //= 211.0-B-6 6 local-directives
    let mut orbiter = receiver(MibBuilder {
        test_source: true,
        ..bare(ORBITER, ROVER)
    });
    let set = LocalDirective::SetReceivingScidBuffer(Some(common::scid(ROVER)));
    orbiter.handle_directive(at(0), set).unwrap();
    let from = |scid: u8| [0xA0, scid, 0x00, 0x04, 0x00]; // expedited, source
    assert_eq!(
        orbiter.handle_frame(at(1), &from(0x53)).map(|_| ()),
        Err(Rejection::WrongSource)
    );
    assert!(orbiter.handle_frame(at(1), &from(0x52)).is_ok());
    assert_eq!(events(&mut orbiter).pop(), Some(Event::WrongScid(0x53)));
    assert_eq!(deliveries(&mut orbiter), []);
}

#[test]
fn phy_status_is_told_once_a_change_and_carrier_loss_after_its_duration() {
    let mut orbiter = receiver(MibBuilder {
        carrier_loss_timer_duration: ms(50),
        ..bare(ORBITER, ROVER)
    });
    events(&mut orbiter);
    let locked = PhyStatus {
        carrier_acquired: true,
        symbol_inlock_status: true,
    };
    for now in [at(0), at(1)] {
        orbiter.handle_phy_status(now, locked);
    }
    assert_eq!(
        events(&mut orbiter),
        [Event::CarrierAcquired, Event::SymbolInlock]
    );
    orbiter.handle_phy_status(at(10_000), PhyStatus::default());
    orbiter.handle_phy_status(at(20_000), locked);
    assert_eq!(
        orbiter.poll_timeout(),
        None,
        "the carrier came back in time"
    );
    orbiter.handle_phy_status(at(30_000), PhyStatus::default());
    events(&mut orbiter);
    orbiter.handle_timeout(at(80_000));
    assert_eq!(events(&mut orbiter), [Event::CarrierLost]);
    assert_eq!(
        orbiter.status().state,
        State::S72SimplexReceive,
        "simplex has no row for it"
    );
}
