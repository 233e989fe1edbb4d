//! Ways into every state of the duplex tables, X and Y included.
#![allow(dead_code, reason = "each test file uses a part of it")]

use magpie_link::mac::{Duplex, LocalDirective, Mode};
use magpie_link::mib::MibBuilder;

use crate::session::{Bench, FRESH_HAIL, HAIL, RNMD, TAIL, TOKEN, caller_mib, responder_mib};

/// What a test changes in the parameters.
pub(crate) type Tweak = fn(MibBuilder) -> MibBuilder;

/// A state, and how to get there.
pub(crate) type Way = (&'static str, fn(Tweak) -> Bench);

fn caller(tweak: Tweak, duplex: Duplex, state: &str) -> Bench {
    Bench::with(tweak(caller_mib()), duplex, Mode::ConnectingT, state)
}

fn responder(tweak: Tweak, duplex: Duplex, state: &str) -> Bench {
    Bench::with(tweak(responder_mib()), duplex, Mode::ConnectingL, state)
}

/// A full-duplex caller that has sent its PLCW.
fn s40(tweak: Tweak) -> Bench {
    let mut b = caller(tweak, Duplex::Full, "S40");
    b.phy(true, true);
    b.out_all();
    b
}

fn s40_x2(tweak: Tweak) -> Bench {
    let mut b = s40(tweak);
    b.no_more_data();
    b.out_all();
    b
}

fn s40_x4(tweak: Tweak) -> Bench {
    let mut b = s40(tweak);
    b.p_frame(RNMD);
    b.out_all();
    b
}

fn s40_x5(tweak: Tweak) -> Bench {
    let mut b = s40_x2(tweak);
    b.p_frame(RNMD);
    b.out_all();
    b
}

fn s45(tweak: Tweak) -> Bench {
    let mut b = s40_x5(tweak);
    for _ in 0..100 {
        if b.state() == "S45" {
            break;
        }
        b.wait(TAIL);
        b.out_all();
    }
    b
}

fn s48_y1(tweak: Tweak) -> Bench {
    let mut b = s40(tweak);
    b.directive(LocalDirective::LocalCommChange);
    b
}

fn s48_y2(tweak: Tweak) -> Bench {
    let mut b = s48_y1(tweak);
    b.out();
    b
}

fn s48_y3(tweak: Tweak) -> Bench {
    let mut b = s48_y1(tweak);
    b.out_all();
    b
}

fn s48_y3_z1(tweak: Tweak) -> Bench {
    let mut b = s48_y3(tweak);
    b.phy(true, false);
    b.phy(true, true);
    b
}

fn s48_y4(tweak: Tweak) -> Bench {
    let mut b = s40(tweak);
    b.p_frame(HAIL);
    b
}

fn s48_y5(tweak: Tweak) -> Bench {
    let mut b = s48_y4(tweak);
    b.out_all();
    b
}

fn s80_full(tweak: Tweak) -> Bench {
    let mut b = s40(tweak);
    b.phy(false, false);
    for _ in 0..200 {
        if b.state() == "S80" {
            break;
        }
        b.wait(TAIL);
    }
    b
}

/// Every state of full duplex.
pub(crate) const FULL: &[Way] = &[
    ("S1", |t| caller(t, Duplex::Full, "S1")),
    ("S2", |t| responder(t, Duplex::Full, "S2")),
    ("S31", |t| caller(t, Duplex::Full, "S31")),
    ("S32", |t| caller(t, Duplex::Full, "S32")),
    ("S33", |t| {
        let mut b = caller(t, Duplex::Full, "S33");
        b.out();
        b
    }),
    ("S34", |t| caller(t, Duplex::Full, "S34")),
    ("S35", |t| caller(t, Duplex::Full, "S35")),
    ("S41", |t| responder(t, Duplex::Full, "S41")),
    ("S42", |t| caller(t, Duplex::Full, "S42")),
    ("S40", s40),
    ("S40 responder", |t| {
        let mut b = responder(t, Duplex::Full, "S40");
        b.phy(true, true);
        b.out_all();
        b
    }),
    ("S40 X2", s40_x2),
    ("S40 X4", s40_x4),
    ("S40 X5", s40_x5),
    ("S45", s45),
    ("S48 Y1", s48_y1),
    ("S48 Y2", s48_y2),
    ("S48 Y3", s48_y3),
    ("S48 Y3 Z1", s48_y3_z1),
    ("S48 Y4", s48_y4),
    ("S48 Y5", s48_y5),
    ("S80", s80_full),
];

/// A half-duplex caller in S60 with a carrier.
fn s60(tweak: Tweak) -> Bench {
    let mut b = caller(tweak, Duplex::Half, "S60");
    b.phy(true, true);
    b
}

/// The same end further on.
fn turn(tweak: Tweak, state: &str) -> Bench {
    let mut b = s60(tweak);
    b.p_frame(TOKEN);
    b.reach(state);
    if state == "S50" {
        b.out(); // its PLCW
    }
    b
}

fn s60_x2(tweak: Tweak) -> Bench {
    let mut b = s60(tweak);
    b.no_more_data();
    b.p_frame(TOKEN);
    b.reach("S60");
    b
}

fn s50_x3(tweak: Tweak) -> Bench {
    let mut b = s60(tweak);
    b.p_frame(RNMD);
    b.reach("S50");
    b.out();
    b
}

fn s50_x4(tweak: Tweak) -> Bench {
    let mut b = s60(tweak);
    b.no_more_data();
    b.p_frame(RNMD);
    b.reach("S50");
    b.out();
    b
}

fn s54(tweak: Tweak) -> Bench {
    let mut b = s50_x4(tweak);
    for _ in 0..3 {
        b.out();
    }
    b
}

fn s55(tweak: Tweak) -> Bench {
    let mut b = s54(tweak);
    b.out();
    b
}

fn s50_y2(tweak: Tweak) -> Bench {
    let mut b = turn(tweak, "S50");
    b.directive(LocalDirective::LocalCommChange);
    b
}

fn changing(tweak: Tweak, state: &str) -> Bench {
    let mut b = s50_y2(tweak);
    b.reach(state);
    b
}

fn s60_y1(tweak: Tweak) -> Bench {
    let mut b = s60(tweak);
    b.directive(LocalDirective::LocalCommChange);
    b
}

fn s80_half(tweak: Tweak) -> Bench {
    let mut b = turn(tweak, "S50");
    for _ in 0..2_000 {
        let sent = b.out().is_some();
        if b.state() == "S80" {
            break;
        }
        if let (false, Some(left)) = (sent, b.timer()) {
            b.wait(left);
        }
    }
    b
}

/// Every state of half duplex.
pub(crate) const HALF: &[Way] = &[
    ("S1", |t| caller(t, Duplex::Half, "S1")),
    ("S2", |t| responder(t, Duplex::Half, "S2")),
    ("S11", |t| caller(t, Duplex::Half, "S11")),
    ("S12", |t| caller(t, Duplex::Half, "S12")),
    ("S13", |t| {
        let mut b = caller(t, Duplex::Half, "S13");
        b.out();
        b
    }),
    ("S14", |t| caller(t, Duplex::Half, "S14")),
    ("S36", |t| caller(t, Duplex::Half, "S36")),
    ("S51", |t| responder(t, Duplex::Half, "S51")),
    ("S52", |t| turn(t, "S52")),
    ("S50", |t| turn(t, "S50")),
    ("S56", |t| turn(t, "S56")),
    ("S58", |t| turn(t, "S58")),
    ("S62", |t| turn(t, "S62")),
    ("S61", |t| turn(t, "S61")),
    ("S60", s60),
    ("S60 responder", |t| {
        let mut b = responder(t, Duplex::Half, "S60");
        b.phy(true, true);
        b
    }),
    ("S60 X2", s60_x2),
    ("S50 X3", s50_x3),
    ("S50 X4", s50_x4),
    ("S54", s54),
    ("S55", s55),
    ("S60 Y1", s60_y1),
    ("S50 Y2", s50_y2),
    ("S56 Y2", |t| changing(t, "S56")),
    ("S58 Y2", |t| changing(t, "S58")),
    ("S62 Y3", |t| changing(t, "S62")),
    ("S61 Y3", |t| changing(t, "S61")),
    ("S80", s80_half),
];

/// What can happen to an end.
pub(crate) const TRIGGERS: [&str; 20] = [
    "wt",
    "idle",
    "hail",
    "fresh-hail",
    "plcw",
    "u",
    "rnmd",
    "token",
    "set-v-r",
    "carrier",
    "lock",
    "lock-drop",
    "carrier-drop",
    "comm-change",
    "no-more-data",
    "listen",
    "hail-others",
    "active",
    "inactive",
    "initialise",
];

/// Lets it happen; `Err` where the endpoint says that it refuses.
pub(crate) fn trigger(b: &mut Bench, what: &str) -> Result<(), String> {
    let directive = match what {
        "comm-change" => LocalDirective::LocalCommChange,
        "no-more-data" => LocalDirective::LocalNoMoreData,
        "listen" => LocalDirective::SetMode(Mode::ConnectingL),
        "hail-others" => LocalDirective::SetMode(Mode::ConnectingT),
        "active" => LocalDirective::SetMode(Mode::Active),
        "inactive" => LocalDirective::SetMode(Mode::Inactive),
        "initialise" => LocalDirective::SetInitializeMode,
        _ => return happening(b, what),
    };
    b.try_directive(directive).map_err(|why| why.to_string())
}

fn happening(b: &mut Bench, what: &str) -> Result<(), String> {
    let status = *b.node.status();
    let (carrier, lock) = (status.carrier_acquired, status.symbol_inlock_status);
    match what {
        "wt" => b.wait(b.timer().unwrap_or(TAIL)),
        "idle" => {
            b.out_all();
        }
        "hail" => return b.try_p_frame(HAIL),
        "fresh-hail" => return b.try_p_frame(FRESH_HAIL),
        "plcw" => return b.try_p_frame("8000"),
        "rnmd" => return b.try_p_frame(RNMD),
        "token" => return b.try_p_frame(TOKEN),
        "set-v-r" => return b.try_p_frame("02 0003"),
        "u" => return b.try_u_frame(),
        "carrier" => b.phy(true, lock),
        "lock" => b.phy(true, true),
        "lock-drop" => b.phy(carrier, false),
        "carrier-drop" => b.phy(false, false),
        other => panic!("no trigger {other}"),
    }
    Ok(())
}
