//! COP-1 cell by cell: every cell of tables 6-1 (FARM-1) and 5-1 (FOP-1) of 232.1-B-2, written from the facts about them. A cell says
//! what state follows, what is told and what goes out; numbers pass 255 on the way.

use magpie_link::clock::{Duration, Instant};
use magpie_link::cop_1::{
    Alert, Confirmation, Directive, Farm1, Farm1State, FarmDiscard, FarmVerdict, FarmWindow, Fop1,
    FopEvent, FopState, LowerResponse, OutType, Outgoing, Refusal, TimeoutType,
};
use magpie_wire::clcw::Clcw;
use magpie_wire::id::Vcid;
use magpie_wire::seq::SeqNum;
use magpie_wire::tc::ControlCommand;

const VC: Vcid = Vcid::new(5).unwrap();

const fn n(value: u8) -> SeqNum {
    SeqNum::new(value)
}

const LOCKOUT: u8 = 1;
const WAIT: u8 = 2;
const RETRANSMIT: u8 = 4;

/// FARM-1 in S1, S2, S3 with V(R) = 1, W = 10 (PW = NW = 5) and FARM-B counter 3.
fn farms() -> [Farm1; 3] {
    [RETRANSMIT, WAIT | RETRANSMIT, LOCKOUT | WAIT | RETRANSMIT].map(|flags| {
        let state = Farm1State::parse([1, 3, flags]).unwrap();
        Farm1::restore(FarmWindow::with_retransmission(10).unwrap(), state)
    })
}

/// V(R), FARM-B counter, flags.
fn cell(farm: &Farm1) -> [u8; 3] {
    farm.export().to_octets()
}

const SAME: [[u8; 3]; 3] = [[1, 3, 4], [1, 3, 6], [1, 3, 7]];

fn farm_row(
    event: impl Fn(&mut Farm1) -> FarmVerdict,
    verdicts: [FarmVerdict; 3],
    after: [[u8; 3]; 3],
) {
    for (mut farm, (verdict, state)) in farms().into_iter().zip(verdicts.into_iter().zip(after)) {
        assert_eq!(event(&mut farm), verdict, "from {state:?}");
        assert_eq!(cell(&farm), state);
    }
}

#[test]
fn farm_1_type_ad() {
    use FarmDiscard::{Duplicate, Gap, Lockout, NoBuffer, OutsideWindow};
    let discard = FarmVerdict::Discard;
    let ad = |n_s: u8, buffer| move |farm: &mut Farm1| farm.handle_ad(n(n_s), buffer);
    //= 232.1-B-2 table-6-1 E1
    farm_row(
        ad(1, true),
        [FarmVerdict::Accept, discard(NoBuffer), discard(Lockout)], // S2 is n/a in the book
        [[2, 3, 0], SAME[1], SAME[2]],
    );
    //= 232.1-B-2 table-6-1 E2
    let dropped = [NoBuffer, NoBuffer, Lockout].map(discard);
    farm_row(ad(1, false), dropped, [[1, 3, 6], SAME[1], SAME[2]]);
    //= 232.1-B-2 table-6-1 E3
    for n_s in [2, 5] {
        for buffer in [false, true] {
            farm_row(ad(n_s, buffer), [Gap, Gap, Lockout].map(discard), SAME);
        }
    }
    //= 232.1-B-2 table-6-1 E4
    for n_s in [0, 255, 252] {
        let dropped = [Duplicate, Duplicate, Lockout].map(discard);
        farm_row(ad(n_s, true), dropped, SAME);
    }
    //= 232.1-B-2 table-6-1 E5
    for n_s in [6, 128, 251] {
        let dropped = [OutsideWindow, OutsideWindow, Lockout].map(discard);
        farm_row(ad(n_s, true), dropped, [[1, 3, 5], [1, 3, 7], SAME[2]]);
    }
    // E3 from the quiet state: the flag is set by it.
    let mut farm = Farm1::new(FarmWindow::with_retransmission(10).unwrap());
    farm.handle_ad(n(4), true);
    assert_eq!(cell(&farm), [0, 0, RETRANSMIT]);
}

#[test]
fn farm_1_type_b_and_signals() {
    use FarmVerdict::{Accept, Control};
    //= 232.1-B-2 table-6-1 E6
    farm_row(
        Farm1::handle_bd,
        [Accept; 3],
        [[1, 4, 4], [1, 4, 6], [1, 4, 7]],
    );
    //= 232.1-B-2 table-6-1 E7
    farm_row(
        |farm| farm.handle_control(ControlCommand::Unlock),
        [Control; 3],
        [[1, 4, 0]; 3],
    );
    //= 232.1-B-2 table-6-1 E8
    farm_row(
        |farm| farm.handle_control(ControlCommand::SetVR(n(250))),
        [Control; 3],
        [[250, 4, 0], [250, 4, 0], [1, 4, 7]],
    );
    //= 232.1-B-2 table-6-1 E9
    farm_row(
        Farm1::handle_invalid,
        [FarmVerdict::Discard(FarmDiscard::Invalid); 3],
        SAME,
    );
    //= 232.1-B-2 table-6-1 E10
    let released = [[1, 3, 4], [1, 3, 4], [1, 3, 5]];
    for (mut farm, state) in farms().into_iter().zip(released) {
        farm.handle_buffer_release();
        assert_eq!(cell(&farm), state);
    }
    //= 232.1-B-2 table-6-1 E11
    let words = [
        [0x01, 0x14, 0x0E, 0x01],
        [0x01, 0x14, 0x1E, 0x01],
        [0x01, 0x14, 0x3E, 0x01],
    ];
    for (farm, word) in farms().into_iter().zip(words) {
        assert_eq!(farm.clcw(VC).to_octets(), Ok(word));
    }
}

#[test]
fn farm_1_windows() {
    //= 232.1-B-2 farm-window
    for w in 0..=255_u8 {
        let window = FarmWindow::with_retransmission(w);
        assert_eq!(window.is_some(), (2..=254).contains(&w) && w % 2 == 0);
        if let Some(window) = window {
            let half = u16::from(w) / 2;
            assert_eq!(
                (window.positive_width(), window.negative_width()),
                (half, half)
            );
        }
    }
    for w in 0..=300 {
        let window = FarmWindow::without_retransmission(w);
        assert_eq!(window.is_some(), (1..=256).contains(&w));
    }
    // Without retransmission nothing lies behind: what is not ahead locks out; with W = 256 nothing ever does.
    for (w, expected) in [(10, FarmDiscard::OutsideWindow), (256, FarmDiscard::Gap)] {
        let mut farm = Farm1::new(FarmWindow::without_retransmission(w).unwrap());
        assert_eq!(farm.handle_ad(n(255), true), FarmVerdict::Discard(expected));
    }
    // All positions in all windows, by plain integers.
    for w in (2..=254).step_by(2) {
        for v_r in [0, 1, 127, 255_u8] {
            for n_s in 0..=255_u8 {
                let state = Farm1State::parse([v_r, 0, 0]).unwrap();
                let mut farm = Farm1::restore(FarmWindow::with_retransmission(w).unwrap(), state);
                let ahead = (i32::from(n_s) - i32::from(v_r)).rem_euclid(256);
                let half = i32::from(w) / 2;
                let expected = if ahead == 0 {
                    FarmVerdict::Accept
                } else if ahead < half {
                    FarmVerdict::Discard(FarmDiscard::Gap)
                } else if ahead >= 256 - half {
                    FarmVerdict::Discard(FarmDiscard::Duplicate)
                } else {
                    FarmVerdict::Discard(FarmDiscard::OutsideWindow)
                };
                assert_eq!(farm.handle_ad(n(n_s), true), expected);
            }
        }
    }
}

#[test]
fn farm_1_goes_on_after_a_reboot() {
    for octets in [[7, 255, 0], [200, 1, 7]] {
        assert_eq!(Farm1State::parse(octets).unwrap().to_octets(), octets);
    }
    assert_eq!(Farm1State::parse([0, 0, 8]), None);
}

// FOP-1

type Fop = Fop1<Vec<u8>>;

const T0: Instant = Instant::ZERO;
const LATE: Instant = Instant::from_micros(60_000_000);

fn directive(fop: &mut Fop, directive: Directive) {
    fop.handle_directive(T0, 0, directive).unwrap();
    while fop.poll_event().is_some() {}
}

fn accept_all(fop: &mut Fop) {
    while let Some(out) = fop.poll_transmit(&mut [0; 9]).unwrap() {
        let out_type = match out {
            Outgoing::Ad { .. } => OutType::Ad,
            Outgoing::Bc(_) => OutType::Bc,
        };
        fop.handle_lower(T0, out_type, LowerResponse::Accept);
    }
}

fn clcw(flags: u8, n_r: u8) -> Clcw {
    Clcw {
        lockout: flags & LOCKOUT != 0,
        wait: flags & WAIT != 0,
        retransmit: flags & RETRANSMIT != 0,
        ..Clcw::nominal(VC, n(n_r))
    }
}

/// FOP-1 in S1 to S6. V(S) = 254 in S4 to S6; in S1 to S3 units 10 to 12 went out as 254, 255 and 0, have been repeated once
/// (`Transmission_Count` 2) and none is acknowledged: NN(R) = 254, V(S) = 1. K = 4, `Transmission_Limit` 9, T1 10 s.
fn fops() -> [Fop; 6] {
    std::array::from_fn(|state| {
        let mut fop = Fop1::new(vec![0; 200]);
        directive(&mut fop, Directive::SetVS(n(254)));
        directive(&mut fop, Directive::SetWindow(4));
        directive(&mut fop, Directive::SetTransmissionLimit(9));
        match state {
            0..3 => {
                directive(&mut fop, Directive::InitiateWithoutClcw);
                for request in 10..13 {
                    fop.submit_ad(T0, request, &[9; 9]).unwrap();
                    accept_all(&mut fop);
                }
            }
            3 => fop
                .handle_directive(T0, 1, Directive::InitiateWithClcw)
                .unwrap(),
            4 => fop
                .handle_directive(T0, 1, Directive::InitiateWithUnlock)
                .unwrap(),
            _ => {}
        }
        match state {
            0 => fop.handle_timeout(Instant::from_micros(10_000_000)),
            1 => fop.handle_clcw(T0, Some(&clcw(RETRANSMIT, 254))),
            2 => {
                fop.handle_timeout(Instant::from_micros(10_000_000));
                accept_all(&mut fop);
                fop.handle_clcw(T0, Some(&clcw(RETRANSMIT | WAIT, 254)));
            }
            _ => {}
        }
        accept_all(&mut fop);
        fop
    })
}

/// State, timer, what is told, what goes out next.
fn told(fop: &mut Fop) -> String {
    let mut words = vec![
        match fop.state() {
            FopState::S1Active => "S1",
            FopState::S2RetransmitWithoutWait => "S2",
            FopState::S3RetransmitWithWait => "S3",
            FopState::S4InitialisingWithoutBc => "S4",
            FopState::S5InitialisingWithBc => "S5",
            FopState::S6Initial => "S6",
        }
        .to_owned(),
    ];
    if fop.poll_timeout().is_some() {
        words.push("T1".to_owned());
    }
    let sign = |confirmation| match confirmation {
        Confirmation::Positive => '+',
        Confirmation::Negative => '-',
    };
    while let Some(event) = fop.poll_event() {
        words.push(match event {
            FopEvent::Alert(alert) => format!("{alert:?}!"),
            FopEvent::Suspended => "suspended".to_owned(),
            FopEvent::Directive {
                request,
                confirmation,
            } => format!("directive{}{request}", sign(confirmation)),
            FopEvent::Ad {
                request,
                confirmation,
            } => format!("{}{request}", sign(confirmation)),
            FopEvent::Bd {
                request,
                confirmation,
            } => format!("bd{}{request}", sign(confirmation)),
        });
    }
    match fop.poll_transmit(&mut [0; 9]).unwrap() {
        None => {}
        Some(Outgoing::Ad { n_s, repeated, .. }) => {
            words.push(format!("{}{n_s}", if repeated { "again:" } else { "new:" }));
        }
        Some(Outgoing::Bc(ControlCommand::Unlock)) => words.push("unlock".to_owned()),
        Some(Outgoing::Bc(ControlCommand::SetVR(v_r))) => words.push(format!("set:{v_r}")),
    }
    words.join(" ")
}

/// What an event does in the six states. `""`: nothing at all.
fn row(event: impl Fn(&mut Fop), cells: [&str; 6]) {
    for ((state, mut fop), expected) in (1..).zip(fops()).zip(cells) {
        let before = told(&mut fop.clone());
        event(&mut fop);
        let expected = if expected.is_empty() {
            &before
        } else {
            expected
        };
        assert_eq!(told(&mut fop), expected, "in S{state}");
        assert_eq!(fop.events_lost(), 0);
    }
}

/// The same with `Transmission_Limit` changed.
fn row_limit(limit: impl Fn(&Fop) -> u8, event: impl Fn(&mut Fop), cells: [&str; 6]) {
    row(
        |fop| {
            let limit = limit(fop);
            directive(fop, Directive::SetTransmissionLimit(limit));
            event(fop);
        },
        cells,
    );
}

const GONE: &str = "-10 -11 -12";

/// The six cells of an alert: S1 to S3 lose their units, S4 and S5 their directive.
fn alerts<const N: usize>(alert: &str, states: [usize; N]) -> [String; 6] {
    std::array::from_fn(|at| match at {
        at if !states.contains(&(at + 1)) => String::new(),
        0..3 => format!("S6 {GONE} {alert}!"),
        _ => format!("S6 directive-1 {alert}!"),
    })
}

fn alert_row<const N: usize>(event: impl Fn(&mut Fop), alert: &str, states: [usize; N]) {
    row(event, alerts(alert, states).each_ref().map(String::as_str));
}

fn report(flags: u8, n_r: u8) -> impl Fn(&mut Fop) {
    move |fop| fop.handle_clcw(T0, Some(&clcw(flags, n_r)))
}

/// A report with N(R) = V(S).
fn report_all(flags: u8) -> impl Fn(&mut Fop) {
    move |fop| fop.handle_clcw(T0, Some(&clcw(flags, fop.v_s().get())))
}

fn timer(fop: &mut Fop) {
    fop.handle_timeout(LATE);
}

/// All units are acknowledged already.
fn nothing_out(fop: &mut Fop) {
    let state = fop.state();
    report_all(0)(fop);
    while fop.poll_event().is_some() {}
    assert!(state != FopState::S1Active || fop.unacknowledged() == 0);
}

#[test]
fn fop_1_reports_that_acknowledge_everything() {
    //= 232.1-B-2 table-5-1 E1
    // S2 and S3 always have a unit out, so N(R) = V(S) acknowledges it: E2. No way leads to E1 there.
    let agreed = "S1 directive+1";
    let mut active = fops()[0].clone();
    nothing_out(&mut active);
    report_all(0)(&mut active);
    assert_eq!(told(&mut active), "S1");
    row(
        report(0, 254),
        [
            "",
            "S6 -10 -11 -12 Synch!",
            "S6 -10 -11 -12 Synch!",
            agreed,
            agreed,
            "",
        ],
    );
    //= 232.1-B-2 table-5-1 E2
    let all = "S1 +10 +11 +12";
    row(report_all(0), [all, all, all, agreed, agreed, ""]);
    // with a unit that waits for the window: it goes out
    let mut full = fops()[1].clone();
    directive(&mut full, Directive::SetWindow(3));
    full.submit_ad(T0, 13, b"later").unwrap();
    assert_eq!(told(&mut full.clone()), "S2 T1");
    report_all(0)(&mut full);
    assert_eq!(told(&mut full), "S1 T1 +10 +11 +12 new:1");
    //= 232.1-B-2 table-5-1 E3
    alert_row(report_all(WAIT), "Clcw", [1, 2, 3, 4]);
    //= 232.1-B-2 table-5-1 E4
    alert_row(report_all(RETRANSMIT), "Synch", [1, 2, 3, 4]);
    alert_row(report_all(RETRANSMIT | WAIT), "Synch", [1, 2, 3, 4]);
}

#[test]
fn fop_1_reports_that_leave_something_out() {
    //= 232.1-B-2 table-5-1 E5
    row(
        report(0, 254),
        [
            "",
            "S6 -10 -11 -12 Synch!",
            "S6 -10 -11 -12 Synch!",
            "S1 directive+1", // N(R) = V(S) there: E1
            "S1 directive+1",
            "",
        ],
    );
    //= 232.1-B-2 table-5-1 E6
    let first = "S1 T1 +10";
    let ahead = "S6 directive-1 NnR!"; // n/a there: N(R) is beyond V(S), E13
    row(report(0, 255), [first, first, first, ahead, "", ""]);
    //= 232.1-B-2 table-5-1 E7
    for n_r in [254, 255] {
        let mut cells = alerts("Clcw", [1, 2, 3]);
        let s4 = if n_r == 254 { "Clcw" } else { "NnR" }; // E3 and E13
        cells[3] = format!("S6 directive-1 {s4}!");
        row(report(WAIT, n_r), cells.each_ref().map(String::as_str));
    }
}

#[test]
fn fop_1_reports_that_ask_for_retransmission() {
    let synch = "S6 directive-1 Synch!"; // E4
    let ahead = "S6 directive-1 NnR!"; // E13

    //= 232.1-B-2 table-5-1 E101
    let limit = "S6 +10 -11 -12 Limit!";
    row_limit(
        |_| 1,
        report(RETRANSMIT, 255),
        [limit, limit, limit, ahead, "", ""],
    );
    //= 232.1-B-2 table-5-1 E102
    let limit = "S6 -10 -11 -12 Limit!";
    row_limit(
        |_| 1,
        report(RETRANSMIT, 254),
        [limit, limit, limit, synch, "", ""],
    );
    //= 232.1-B-2 table-5-1 E8
    let again = "S2 T1 +10 again:255";
    row(
        report(RETRANSMIT, 255),
        [again, again, again, ahead, "", ""],
    );
    //= 232.1-B-2 table-5-1 E9
    let wait = "S3 T1 +10";
    row(
        report(RETRANSMIT | WAIT, 255),
        [wait, wait, wait, ahead, "", ""],
    );
    //= 232.1-B-2 table-5-1 E10
    let again = "S2 T1 again:254";
    row(report(RETRANSMIT, 254), [again, "", again, synch, "", ""]);
    //= 232.1-B-2 table-5-1 E11
    row(
        report(RETRANSMIT | WAIT, 254),
        ["S3 T1", "S3 T1", "", synch, "", ""],
    );
    //= 232.1-B-2 table-5-1 E12
    let used_up = |fop: &Fop| fop.transmission_count().max(2);
    row_limit(
        used_up,
        report(RETRANSMIT, 254),
        ["S2 T1", "S2 T1", "S2 T1", synch, "", ""],
    );
    //= 232.1-B-2 table-5-1 E103
    row_limit(
        used_up,
        report(RETRANSMIT | WAIT, 254),
        ["S3 T1", "S3 T1", "S3 T1", synch, "", ""],
    );
}

#[test]
fn fop_1_reports_that_alarm() {
    //= 232.1-B-2 table-5-1 E13
    for n_r in [2, 100, 253] {
        alert_row(report(0, n_r), "NnR", [1, 2, 3, 4]);
    }
    //= 232.1-B-2 table-5-1 E14
    for n_r in [254, 100] {
        for flags in [LOCKOUT, LOCKOUT | WAIT | RETRANSMIT] {
            alert_row(report(flags, n_r), "Lockout", [1, 2, 3, 4]);
        }
    }
    //= 232.1-B-2 table-5-1 E15
    alert_row(|fop| fop.handle_clcw(T0, None), "Clcw", [1, 2, 3, 4, 5]);
    let other_cop = Clcw {
        cop_in_effect: 2,
        ..clcw(0, 254)
    };
    alert_row(
        |fop| fop.handle_clcw(T0, Some(&other_cop)),
        "Clcw",
        [1, 2, 3, 4, 5],
    );
}

#[test]
fn fop_1_timer() {
    let suspend = |fop: &mut Fop| directive(fop, Directive::SetTimeoutType(TimeoutType::Suspend));
    //= 232.1-B-2 table-5-1 E16
    let t1 = "S6 directive-1 T1!";
    row(
        timer,
        [
            "S1 T1 again:254",
            "S2 T1 again:254",
            "S3",
            t1,
            "S5 T1 unlock",
            "",
        ],
    );
    //= 232.1-B-2 table-5-1 E104
    row(
        |fop| {
            suspend(fop);
            timer(fop);
        },
        [
            "S1 T1 again:254",
            "S2 T1 again:254",
            "S3",
            "S6 suspended",
            "S5 T1 unlock",
            "",
        ],
    );
    //= 232.1-B-2 table-5-1 E17
    let gone = "S6 -10 -11 -12 T1!";
    row_limit(
        Fop::transmission_count,
        timer,
        [gone, gone, gone, t1, t1, ""],
    );
    //= 232.1-B-2 table-5-1 E18
    //= 232.1-B-2 suspend-state
    let quiet = "S6 suspended";
    row_limit(
        Fop::transmission_count,
        |fop| {
            let state = fop.state();
            suspend(fop);
            timer(fop);
            let kept = [FopState::S5InitialisingWithBc, FopState::S6Initial];
            assert_eq!(fop.suspended(), (!kept.contains(&state)).then_some(state));
        },
        [quiet, quiet, quiet, quiet, t1, ""],
    );
}

#[test]
fn fop_1_transfer_requests() {
    let ad = |fop: &mut Fop| fop.submit_ad(T0, 13, b"one more");
    let taken = |fop: &mut Fop| ad(fop).unwrap();
    //= 232.1-B-2 table-5-1 E19
    let s = fops();
    for (mut fop, expected) in s
        .clone()
        .into_iter()
        .zip(["S1 T1 new:1", "S2 T1 new:1", "S3 T1"])
    {
        taken(&mut fop);
        assert_eq!(told(&mut fop), expected);
    }
    row(
        |fop| {
            let refused = fop.clone().submit_ad(T0, 13, b"one more") == Err(Refusal::State);
            let without = matches!(
                fop.state(),
                FopState::S4InitialisingWithoutBc
                    | FopState::S5InitialisingWithBc
                    | FopState::S6Initial
            );
            assert_eq!(refused, without);
        },
        [""; 6],
    );
    //= 232.1-B-2 table-5-1 E20
    for mut fop in s.into_iter().take(3) {
        directive(&mut fop, Directive::SetWindow(3));
        taken(&mut fop);
        assert!(fop.is_waiting());
        let before = told(&mut fop.clone());
        assert_eq!(ad(&mut fop), Err(Refusal::WaitQueueFull));
        assert_eq!(told(&mut fop), before);
    }
    //= 232.1-B-2 table-5-1 E21
    //= 232.1-B-2 table-5-1 E22
    row(
        |fop| {
            assert_eq!(fop.submit_bd(20), Ok(()));
            assert!(!fop.is_ready(OutType::Bd));
            assert_eq!(fop.submit_bd(21), Err(Refusal::BdBusy));
        },
        [""; 6],
    );
}

#[test]
fn fop_1_initiation() {
    let with = |directive| move |fop: &mut Fop| fop.handle_directive(T0, 2, directive);
    let only_in_s6 = |directive: Directive, s6: &str| {
        row(
            |fop| {
                let refused = fop.state() != FopState::S6Initial;
                let answer = with(directive)(fop);
                assert_eq!(answer, if refused { Err(Refusal::State) } else { Ok(()) });
            },
            ["", "", "", "", "", s6],
        );
        for (_, mut fop) in suspended() {
            let before = told(&mut fop.clone());
            assert_eq!(with(directive)(&mut fop), Err(Refusal::Suspended));
            assert_eq!(told(&mut fop), before);
        }
    };
    //= 232.1-B-2 table-5-1 E23
    only_in_s6(Directive::InitiateWithoutClcw, "S1 directive+2");
    //= 232.1-B-2 table-5-1 E24
    only_in_s6(Directive::InitiateWithClcw, "S4 T1");
    //= 232.1-B-2 table-5-1 E25
    only_in_s6(Directive::InitiateWithUnlock, "S5 T1 unlock");
    //= 232.1-B-2 table-5-1 E27
    only_in_s6(Directive::InitiateWithSetVR(n(77)), "S5 T1 set:77");
    let mut fop = fops()[5].clone();
    with(Directive::InitiateWithSetVR(n(77)))(&mut fop).unwrap();
    assert_eq!((fop.v_s(), fop.nn_r()), (n(77), n(77)));
    //= 232.1-B-2 table-5-1 E26
    //= 232.1-B-2 table-5-1 E28
    let mut busy = fops()[5].clone();
    with(Directive::InitiateWithUnlock)(&mut busy).unwrap();
    busy.poll_transmit(&mut []).unwrap(); // the lower layer has it and does not answer
    with(Directive::Terminate)(&mut busy).unwrap();
    assert_eq!(told(&mut busy), "S6 directive-2 Term! directive+2");
    for directive in [
        Directive::InitiateWithUnlock,
        Directive::InitiateWithSetVR(n(3)),
    ] {
        assert_eq!(with(directive)(&mut busy), Err(Refusal::BcBusy));
    }
    //= 232.1-B-2 table-5-1 E35
    only_in_s6(Directive::SetVS(n(9)), "S6 directive+2");
    with(Directive::SetVS(n(9)))(&mut busy).unwrap();
    assert_eq!((busy.v_s(), busy.nn_r()), (n(9), n(9)));
}

/// FOP-1 suspended in S1 to S4.
fn suspended() -> Vec<(FopState, Fop)> {
    let mut all = Vec::new();
    for mut fop in fops().into_iter().take(4) {
        let (state, count) = (fop.state(), fop.transmission_count());
        directive(&mut fop, Directive::SetTimeoutType(TimeoutType::Suspend));
        directive(&mut fop, Directive::SetTransmissionLimit(count));
        timer(&mut fop);
        assert_eq!(told(&mut fop), "S6 suspended");
        all.push((state, fop));
    }
    all
}

#[test]
fn fop_1_terminate_and_resume() {
    let with = |directive| move |fop: &mut Fop| fop.handle_directive(T0, 2, directive);
    //= 232.1-B-2 table-5-1 E29
    let ended = "S6 -10 -11 -12 Term! directive+2";
    let initiating = "S6 directive-1 Term! directive+2";
    row(
        |fop| with(Directive::Terminate)(fop).unwrap(),
        [
            ended,
            ended,
            ended,
            initiating,
            initiating,
            "S6 directive+2",
        ],
    );
    for (_, mut fop) in suspended().into_iter().take(3) {
        with(Directive::Terminate)(&mut fop).unwrap();
        assert_eq!(told(&mut fop), ended);
        assert_eq!(fop.suspended(), None);
    }
    //= 232.1-B-2 table-5-1 E30
    row(
        |fop| assert_eq!(with(Directive::Resume)(fop), Err(Refusal::NotSuspended)),
        [""; 6],
    );
    //= 232.1-B-2 table-5-1 E31
    //= 232.1-B-2 table-5-1 E32
    //= 232.1-B-2 table-5-1 E33
    //= 232.1-B-2 table-5-1 E34
    let names = ["S1", "S2", "S3", "S4"];
    for ((state, mut fop), name) in suspended().into_iter().zip(names) {
        with(Directive::Resume)(&mut fop).unwrap();
        assert_eq!((fop.state(), fop.suspended()), (state, None));
        assert_eq!(told(&mut fop), format!("{name} T1 directive+2"));
    }
}

#[test]
fn fop_1_parameters() {
    let set = |directive: Directive| {
        let cells = ["S1 T1 ", "S2 T1 ", "S3 T1 ", "S4 T1 ", "S5 T1 ", "S6 "]
            .map(|state| format!("{state}directive+2"));
        row(
            |fop| fop.handle_directive(T0, 2, directive).unwrap(),
            cells.each_ref().map(String::as_str),
        );
    };
    //= 232.1-B-2 table-5-1 E36
    set(Directive::SetWindow(255));
    //= 232.1-B-2 table-5-1 E37
    set(Directive::SetT1Initial(Duration::from_secs(1)));
    //= 232.1-B-2 table-5-1 E38
    set(Directive::SetTransmissionLimit(1));
    //= 232.1-B-2 table-5-1 E39
    set(Directive::SetTimeoutType(TimeoutType::Suspend));
    //= 232.1-B-2 table-5-1 E40
    for directive in [
        Directive::SetWindow(0),
        Directive::SetT1Initial(Duration::ZERO),
        Directive::SetTransmissionLimit(0),
    ] {
        row(
            |fop| {
                let answer = fop.handle_directive(T0, 2, directive);
                assert_eq!(answer, Err(Refusal::Invalid));
            },
            [""; 6],
        );
    }
}

/// FOP-1 in its six states with a frame of this type at the lower layer.
fn fetched(out_type: OutType) -> [Fop; 6] {
    fops().map(|mut fop| {
        // The frame was fetched before the service ended and began anew.
        let target = fop.state();
        if out_type == OutType::Bd {
            fop.submit_bd(20).unwrap();
            return fop;
        }
        let units = matches!(
            target,
            FopState::S1Active | FopState::S2RetransmitWithoutWait | FopState::S3RetransmitWithWait
        );
        if out_type == OutType::Ad && units {
            let wait = target == FopState::S3RetransmitWithWait;
            if wait {
                report(RETRANSMIT, 254)(&mut fop); // repeats
            } else {
                fop.submit_ad(T0, 13, b"x").unwrap();
            }
            assert!(fop.poll_transmit(&mut [0; 9]).unwrap().is_some());
            if wait {
                report(RETRANSMIT | WAIT, 254)(&mut fop);
            }
            return fop;
        }
        let mut fop: Fop = Fop1::new(vec![0; 200]);
        let start = if out_type == OutType::Ad {
            Directive::InitiateWithoutClcw
        } else {
            Directive::InitiateWithUnlock
        };
        directive(&mut fop, start);
        if out_type == OutType::Ad {
            fop.submit_ad(T0, 13, b"x").unwrap();
        }
        assert!(fop.poll_transmit(&mut [0; 9]).unwrap().is_some());
        if out_type == OutType::Bc && target == FopState::S5InitialisingWithBc {
            return fop;
        }
        directive(&mut fop, Directive::Terminate);
        match target {
            FopState::S6Initial => {}
            FopState::S4InitialisingWithoutBc => directive(&mut fop, Directive::InitiateWithClcw),
            FopState::S5InitialisingWithBc => directive(&mut fop, Directive::InitiateWithUnlock),
            _ => directive(&mut fop, Directive::InitiateWithoutClcw),
        }
        accept_all_bc(&mut fop);
        fop
    })
}

fn accept_all_bc(fop: &mut Fop) {
    if let Some(Outgoing::Bc(_)) = fop.poll_transmit(&mut [0; 9]).unwrap() {
        fop.handle_lower(T0, OutType::Bc, LowerResponse::Accept);
    }
}

fn lower_row(out_type: OutType, response: LowerResponse, cells: [&str; 6]) {
    for (mut fop, expected) in fetched(out_type).into_iter().zip(cells) {
        assert!(!fop.is_ready(out_type));
        fop.handle_lower(T0, out_type, response);
        assert_eq!(told(&mut fop.clone()), expected);
        assert!(fop.is_ready(out_type) || fop.poll_transmit(&mut [0; 9]).unwrap().is_some());
        // Nobody waits for a second answer.
        let before = told(&mut fop.clone());
        if fop.is_ready(out_type) {
            fop.handle_lower(T0, out_type, LowerResponse::Reject);
            assert_eq!(told(&mut fop), before);
        }
    }
}

#[test]
fn fop_1_lower_layer() {
    use LowerResponse::{Accept, Reject};
    //= 232.1-B-2 table-5-1 E41
    let idle = ["S1 T1", "S2 T1", "S3 T1", "S4 T1", "S5 T1", "S6"];
    lower_row(OutType::Ad, Accept, idle);
    let mut fop = fops()[0].clone();
    timer(&mut fop);
    for expected in ["again:254", "again:255", "again:0"] {
        assert_eq!(told(&mut fop), format!("S1 T1 {expected}"));
        fop.handle_lower(T0, OutType::Ad, Accept);
    }
    //= 232.1-B-2 table-5-1 E42
    let [sent, initiating] = ["S6 -10 -11 -12 -13 Llif!", "S6 directive-0 Llif!"];
    let cells = [
        sent,
        sent,
        "S6 -10 -11 -12 Llif!",
        initiating,
        initiating,
        "S6",
    ];
    lower_row(OutType::Ad, Reject, cells);
    //= 232.1-B-2 table-5-1 E43
    let s1 = "S1"; // S2 and S3 cannot be told from S1 here
    lower_row(OutType::Bc, Accept, [s1, s1, s1, "S4 T1", "S5 T1", "S6"]);
    // In S5 a repetition that was wanted meanwhile goes out.
    let mut fop = fetched(OutType::Bc)[4].clone();
    timer(&mut fop);
    assert_eq!(told(&mut fop), "S5 T1");
    fop.handle_lower(T0, OutType::Bc, Accept);
    assert_eq!(told(&mut fop), "S5 T1 unlock");
    //= 232.1-B-2 table-5-1 E44
    let s1 = "S6 Llif!";
    lower_row(
        OutType::Bc,
        Reject,
        [s1, s1, s1, initiating, initiating, "S6"],
    );
    //= 232.1-B-2 table-5-1 E45
    let told = ["S1 T1", "S2 T1", "S3 T1", "S4 T1", "S5 T1", "S6"];
    let cells = told.map(|state| format!("{state} bd+20"));
    lower_row(OutType::Bd, Accept, cells.each_ref().map(String::as_str));
    //= 232.1-B-2 table-5-1 E46
    let cells = told.map(|state| format!("{state} bd-20"));
    lower_row(OutType::Bd, Reject, cells.each_ref().map(String::as_str));
}

#[test]
fn fop_1_counts_transmissions_of_the_first_unit() {
    //= 232.1-B-2 transmission-count
    let mut fop = fops()[0].clone();
    assert_eq!(fop.transmission_count(), 2);
    report(0, 254)(&mut fop); // acknowledges nothing
    assert_eq!(fop.transmission_count(), 2);
    report(0, 255)(&mut fop);
    assert_eq!(fop.transmission_count(), 1);
    timer(&mut fop);
    assert_eq!(fop.transmission_count(), 2);
    report(RETRANSMIT, 0)(&mut fop);
    assert_eq!(fop.transmission_count(), 2); // one acknowledged, then repeated
}

#[test]
fn fop_1_looks_for_units_in_order() {
    //= 232.1-B-2 look-for-fdu
    let mut fop = fops()[0].clone();
    fop.submit_ad(T0, 13, b"4th").unwrap();
    accept_all(&mut fop);
    fop.submit_ad(T0, 14, b"5th").unwrap(); // K = 4: waits
    assert!(fop.is_waiting() && fop.unacknowledged() == 4);
    report(RETRANSMIT, 255)(&mut fop);
    let mut went = Vec::new();
    let mut out = [0; 9];
    while let Some(Outgoing::Ad {
        n_s,
        len,
        repeated,
        request,
    }) = fop.poll_transmit(&mut out).unwrap()
    {
        went.push((n_s.get(), request, repeated, out[..len].to_vec()));
        fop.handle_lower(T0, OutType::Ad, LowerResponse::Accept);
    }
    let expected = [
        (255, 11, true, vec![9; 9]),
        (0, 12, true, vec![9; 9]),
        (1, 13, true, b"4th".to_vec()),
        (2, 14, false, b"5th".to_vec()),
    ];
    assert_eq!(went, expected);
}

#[test]
fn fop_1_refuses_what_has_no_room() {
    let mut fop: Fop = Fop1::new(vec![0; 30]);
    directive(&mut fop, Directive::InitiateWithoutClcw);
    assert_eq!(fop.submit_ad(T0, 1, &[0; 24]), Err(Refusal::TooLong));
    assert_eq!(fop.submit_ad(T0, 1, &[1; 8]), Ok(()));
    accept_all(&mut fop);
    assert_eq!(fop.submit_ad(T0, 2, &[2; 9]), Err(Refusal::MemoryFull));
    report(0, 1)(&mut fop); // acknowledged, but not told yet
    assert_eq!(fop.submit_ad(T0, 2, &[2; 9]), Err(Refusal::MemoryFull));
    assert_eq!(told(&mut fop), "S1 +1");
    assert_eq!(fop.submit_ad(T0, 2, &[2; 23]), Ok(()));
    // Alerts, suspensions and confirmations that nobody fetches close the door before one is lost.
    let mut fop: Fop = Fop1::new(vec![]);
    let taken = (0..40).filter(|_| fop.handle_directive(T0, 1, Directive::SetWindow(1)).is_ok());
    assert_eq!(taken.count(), 9);
    assert_eq!(fop.submit_bd(1), Err(Refusal::EventsFull));
    assert_eq!(fop.events_lost(), 0);
}

#[test]
fn alerts_are_the_eight_of_the_book() {
    let all = [
        Alert::Limit,
        Alert::T1,
        Alert::Lockout,
        Alert::Synch,
        Alert::NnR,
        Alert::Clcw,
        Alert::Llif,
        Alert::Term,
    ];
    for (at, alert) in all.iter().enumerate() {
        assert!(!all[..at].contains(alert));
    }
}
