//! The other side of tables 6-7 to 6-12: what happens in every state, and that nothing else does.
//!
//! The two lists below are written from the facts file (211.0-B-6 4.3 to 4.6): for each state the triggers that have a row, and the rows.
//! What is not in them changes no variable and starts no timer. A frame in S62 comes by a carrier (E47), a frame in S61 is the first (E46).
//! Decisions beyond the facts, all in docs/deviations.md: RNMD counts in S41, S42 and S48 as in S40.

mod common;
#[path = "common/session.rs"]
mod session;
#[path = "common/states.rs"]
mod states;

use common::{ms, scid};
use magpie_link::communication::{CommunicationValues, LinkSettings};
use magpie_link::mac::{DirectiveError, Duplex, LocalDirective};
use magpie_link::mib::MibBuilder;
use magpie_wire::spdu::directive::DataRateCode;
use states::{FULL, HALF, TRIGGERS, Way, trigger};

/// For a full-duplex state: the rows of each trigger. SET MODE inactive (E28) and SET INITIALIZE MODE are for every state but S1.
const FULL_ROWS: &[(&str, &str)] = &[
    ("S1", "listen=E1 hail-others=E2"),
    ("S2", "hail=E3 fresh-hail=E3"),
    ("S31", "wt=E4"),
    ("S32", "wt=E5"),
    ("S33", "idle=E6"),
    ("S34", "wt=E7"),
    (
        "S35",
        "wt=E8 hail=E9 fresh-hail=E9 plcw=E9 u=E9 token=E9 set-v-r=E9 rnmd=E9,E22",
    ),
    ("S41", "wt=E10 rnmd=E22"),
    ("S42", "wt=E11 rnmd=E22"),
    ("S40", "hail=E13 fresh-hail=E13 rnmd=E22 comm-change=E12"),
    (
        "S40 responder",
        "hail=E13 fresh-hail=E13 rnmd=E22 comm-change=E12",
    ),
    ("S40 X2", "hail=E13 fresh-hail=E13 rnmd=E23 comm-change=E12"),
    ("S40 X4", "hail=E13 fresh-hail=E13 comm-change=E12"),
    ("S40 X5", "hail=E13 fresh-hail=E13 comm-change=E12"),
    ("S45", "wt=E26"),
    (
        "S48 Y1",
        "idle=E14,E15 lock-drop=E16 carrier-drop=E16 rnmd=E22",
    ),
    ("S48 Y2", "idle=E15 lock-drop=E16 carrier-drop=E16 rnmd=E22"),
    ("S48 Y3", "wt=E18 lock-drop=E16 carrier-drop=E16 rnmd=E22"),
    (
        "S48 Y3 Z1",
        "wt=E18 lock-drop=E16 carrier-drop=E16 plcw=E17 u=E17 token=E17 set-v-r=E17 rnmd=E17,E22",
    ),
    ("S48 Y4", "idle=E19 rnmd=E22"),
    ("S48 Y5", "wt=E20 rnmd=E22"),
    ("S80", "wt=E81"),
];

/// The same for half duplex; E61 is SET MODE inactive. E51 is for every state but S1 with X = 0, E62 for every one in a session but S50.
const HALF_ROWS: &[(&str, &str)] = &[
    ("S1", "listen=E29 hail-others=E31"),
    ("S2", "hail=E30 fresh-hail=E30 no-more-data=E51"),
    ("S11", "wt=E32 no-more-data=E51"),
    ("S12", "wt=E33 no-more-data=E51"),
    ("S13", "idle=E34 no-more-data=E51"),
    ("S14", "wt=E35 no-more-data=E51"),
    (
        "S36",
        "wt=E36 hail=E37,E69 fresh-hail=E37,E69 plcw=E37 u=E37 rnmd=E37,E54 token=E37,E49 set-v-r=E37 no-more-data=E51",
    ),
    ("S51", "wt=E40 no-more-data=E51 comm-change=E62"),
    ("S52", "wt=E41 no-more-data=E51 comm-change=E62"),
    (
        "S50",
        "wt=E38 idle=E39,E42 no-more-data=E51 comm-change=E63",
    ),
    ("S56", "idle=E42 no-more-data=E51 comm-change=E62"),
    ("S58", "wt=E43 no-more-data=E51 comm-change=E62"),
    (
        "S62",
        "wt=E50 carrier=E47 lock=E47 hail=E47,E46,E69 fresh-hail=E47,E46,E69 plcw=E47,E46 u=E47,E46 rnmd=E47,E46,E54 token=E47,E46,E49 set-v-r=E47,E46 no-more-data=E51 comm-change=E62",
    ),
    (
        "S61",
        "wt=E45 hail=E46,E69 fresh-hail=E46,E69 plcw=E46 u=E46 rnmd=E46,E54 token=E46,E49 set-v-r=E46 no-more-data=E51 comm-change=E62",
    ),
    (
        "S60",
        "wt=E44 hail=E69 fresh-hail=E69 rnmd=E54 token=E49 no-more-data=E51 comm-change=E62",
    ),
    (
        "S60 responder",
        "wt=E44 hail=E69 fresh-hail=E69 rnmd=E54 token=E49 no-more-data=E51 comm-change=E62",
    ),
    (
        "S60 X2",
        "wt=E44 hail=E69 fresh-hail=E69 rnmd=E58 token=E49 comm-change=E62",
    ),
    (
        "S50 X3",
        "wt=E38 idle=E39,E42 no-more-data=E52 comm-change=E63",
    ),
    ("S50 X4", "wt=E38 idle=E55,E56 comm-change=E63"),
    ("S54", "idle=E56 comm-change=E62"),
    ("S55", "wt=E57 no-more-data=E51 comm-change=E62"),
    (
        "S60 Y1",
        "wt=E44 hail=E69 fresh-hail=E69 rnmd=E54 token=E49 no-more-data=E51",
    ),
    ("S50 Y2", "wt=E38 idle=E65,E66 no-more-data=E51"),
    ("S56 Y2", "idle=E66 no-more-data=E51"),
    ("S58 Y2", "wt=E67 no-more-data=E51"),
    (
        "S62 Y3",
        "wt=E50 carrier=E47 lock=E47 hail=E47,E68,E69 fresh-hail=E47,E68,E69 plcw=E47,E68 u=E47,E68 rnmd=E47,E68,E54 token=E47,E68,E49 set-v-r=E47,E68 no-more-data=E51",
    ),
    (
        "S61 Y3",
        "wt=E45 hail=E68,E69 fresh-hail=E68,E69 plcw=E68 u=E68 rnmd=E68,E54 token=E68,E49 set-v-r=E68 no-more-data=E51",
    ),
    ("S80", "wt=E84 no-more-data=E51"),
];

fn no_lifetimes(mib: MibBuilder) -> MibBuilder {
    mib
}

/// S80 of full duplex is reached by the carrier's loss.
fn with_carrier_loss(mib: MibBuilder) -> MibBuilder {
    MibBuilder {
        carrier_loss_timer_duration: ms(701),
        ..mib
    }
}

fn check(ways: &[Way], rows: &[(&str, &str)], inactive: &str) -> usize {
    let mut with_row = 0;
    for ((name, way), (listed, expected)) in ways.iter().zip(rows) {
        assert_eq!(name, listed, "both lists are in one order");
        let tweak = match *name {
            "S80" => with_carrier_loss,
            _ => no_lifetimes,
        };
        for what in TRIGGERS {
            let mut b = way(tweak);
            let state = name.split(' ').next().expect("a state");
            assert_eq!(b.state(), state, "{name}: {}", b.line());
            b.events();
            let (before, timer) = (b.line(), b.timer());
            let refused = trigger(&mut b, what).is_err();
            let taken: Vec<_> = b.rows();
            let taken: Vec<_> = taken.iter().map(|row| row.split(' ').next()).collect();
            let wanted = expected
                .split(' ')
                .find_map(|entry| entry.strip_prefix(what)?.strip_prefix('='))
                .or((what == "inactive" && state != "S1").then_some(inactive));
            let wanted: Vec<_> = wanted.map_or(vec![], |rows| rows.split(',').map(Some).collect());
            assert_eq!(taken, wanted, "{name}: {what}");
            assert!(!refused || taken.is_empty(), "{name}: {what}");
            with_row += usize::from(!taken.is_empty());
            if taken.is_empty() && what != "initialise" {
                assert_eq!(b.line(), before, "{name}: {what}");
                let untouched = b.timer() == timer || what == "wt" || what == "carrier-drop";
                assert!(
                    untouched || what == "idle",
                    "{name}: {what} {:?}",
                    b.timer()
                );
            }
        }
    }
    assert_eq!(ways.len(), rows.len());
    with_row
}

#[test]
fn full_duplex_takes_its_rows_and_no_others() {
    //= 211.0-B-6 6 local-directives
    // S35's frames, and 21 states with E28, are among them.
    assert!(check(FULL, FULL_ROWS, "E28") > 80);
}

#[test]
fn half_duplex_takes_its_rows_and_no_others() {
    //= 211.0-B-6 6 local-directives
    assert!(check(HALF, HALF_ROWS, "E61") > 120);
}

#[test]
fn the_other_directives_change_no_state() {
    //= 211.0-B-6 6 local-directives
    let good = LinkSettings::uncoded(64_000).expect("in the table");
    let mut reserved = good;
    reserved.parameters.data_rate = DataRateCode::new(0b1010).expect("4 bits");
    let with_reserved = CommunicationValues {
        transmitter: good,
        receiver: reserved,
    };
    for (name, way) in FULL.iter().chain(HALF) {
        let mut b = way(with_carrier_loss);
        let (before, timer, values) = (b.line(), b.timer(), *b.node.communication_values());
        for duplex in [
            Duplex::Full,
            Duplex::Half,
            Duplex::SimplexTransmit,
            Duplex::SimplexReceive,
        ] {
            let answer = b.try_directive(LocalDirective::SetDuplex(duplex));
            match *name {
                "S1" => assert_eq!(answer, Ok(())),
                _ => assert_eq!(answer, Err(DirectiveError::SessionRuns)),
            }
        }
        for refused in [
            LocalDirective::SetTransmitterParameters(reserved),
            LocalDirective::SetReceiverParameters(reserved),
            LocalDirective::LoadCommunicationValueBuffer(with_reserved),
        ] {
            let answer = b.try_directive(refused);
            assert_eq!(answer, Err(DirectiveError::ReservedDataRate), "{name}");
            assert_eq!(*b.node.communication_values(), values, "{name}");
        }
        b.directive(LocalDirective::SetReceivingScidBuffer(Some(scid(0x3FF))));
        b.directive(LocalDirective::SetTransmitterParameters(good));
        b.directive(LocalDirective::SetReceiverParameters(good));
        assert_eq!(b.node.communication_values().transmitter, good, "{name}");
        assert_eq!(b.node.communication_values().receiver, good, "{name}");
        assert_eq!((b.line(), b.timer()), (before, timer), "{name}");
    }
}

#[test]
fn the_buffer_is_not_loaded_while_it_is_in_use() {
    //= 211.0-B-6 6 local-directives
    for (name, way) in FULL.iter().chain(HALF) {
        let mut b = way(with_carrier_loss);
        let y0 = b.line().contains("Y0");
        let answer = b.try_directive(LocalDirective::LoadCommunicationValueBuffer(
            CommunicationValues::DEFAULT,
        ));
        let wanted = if y0 {
            Ok(())
        } else {
            Err(DirectiveError::CommChangeRuns)
        };
        assert_eq!(answer, wanted, "{name}");
    }
}
