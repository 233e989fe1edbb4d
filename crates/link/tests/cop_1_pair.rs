//! FOP-1 and FARM-1 over a channel that loses frames and reports: every unit is accepted once and in order, through numbers that wrap, buffers that
//! fill up and reboots of the receiver. The tables are tested row by row in `cop_1_tables.rs`; here the two halves meet.

use std::collections::VecDeque;

use magpie_link::clock::{Duration, Instant};
use magpie_link::cop_1::{
    Confirmation, Directive, Farm1, FarmVerdict, FarmWindow, Fop1, FopEvent, LowerResponse,
    OutType, Outgoing,
};
use magpie_wire::clcw::Clcw;
use magpie_wire::id::Vcid;
use magpie_wire::seq::SeqNum;

/// Numbers that look random and are the same each time (a linear congruential generator).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Every step is 100 ms; frames and reports are three steps under way.
const STEP: Duration = Duration::from_millis(100);
const DELAY: u64 = 3;

struct World {
    random: Random,
    window: FarmWindow,
    fop: Fop1<Vec<u8>>,
    farm: Farm1,
    /// A frame was refused for want of a buffer, and the release was not told yet.
    waits: bool,
    up: VecDeque<(u64, SeqNum, Vec<u8>)>,
    down: VecDeque<(u64, Clcw)>,
    accepted: Vec<Vec<u8>>,
    confirmed: u32,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let k = 1 + u8::try_from(random.below(12)).unwrap();
        let window = FarmWindow::with_retransmission(2 * k.max(2)).unwrap();
        let mut fop = Fop1::new(vec![0; 4_096]);
        for directive in [
            Directive::SetWindow(k),
            Directive::SetT1Initial(Duration::from_secs(2)),
            Directive::SetTransmissionLimit(255),
            Directive::InitiateWithClcw,
        ] {
            fop.handle_directive(Instant::ZERO, 0, directive).unwrap();
        }
        Self {
            random,
            window,
            fop,
            farm: Farm1::new(window),
            waits: false,
            up: VecDeque::new(),
            down: VecDeque::new(),
            accepted: Vec::new(),
            confirmed: 0,
        }
    }

    fn step(&mut self, step: u64, loss: u64) {
        let now = Instant::from_micros(step * STEP.as_micros());
        if self.fop.poll_timeout().is_some_and(|due| due <= now) {
            self.fop.handle_timeout(now);
        }
        self.send(now, step, loss);
        while self.up.front().is_some_and(|(due, ..)| *due <= step) {
            let (_, n_s, unit) = self.up.pop_front().unwrap();
            let buffer = !self.waits && self.random.below(20) > 0;
            match self.farm.handle_ad(n_s, buffer) {
                FarmVerdict::Accept => self.accepted.push(unit),
                FarmVerdict::Discard(_) => self.waits |= self.farm.clcw(vcid()).wait,
                FarmVerdict::Control => panic!("no control command was sent"),
            }
        }
        if self.waits && self.random.below(5) == 0 {
            self.farm.handle_buffer_release();
            self.waits = false;
        }
        if self.random.below(50) == 0 {
            self.farm = Farm1::restore(self.window, self.farm.export());
        }
        if self.random.below(1_000) >= loss {
            self.down.push_back((step + DELAY, self.farm.clcw(vcid())));
        }
        while self.down.front().is_some_and(|(due, _)| *due <= step) {
            let (_, clcw) = self.down.pop_front().unwrap();
            self.fop.handle_clcw(now, Some(&clcw));
        }
        while let Some(event) = self.fop.poll_event() {
            match event {
                FopEvent::Ad {
                    request,
                    confirmation,
                } => {
                    assert_eq!(confirmation, Confirmation::Positive);
                    assert_eq!(request, self.confirmed + 1, "confirmed in order");
                    self.confirmed = request;
                }
                FopEvent::Directive { confirmation, .. } => {
                    assert_eq!(confirmation, Confirmation::Positive);
                }
                other => panic!("step {step}: {other:?}"),
            }
        }
    }

    fn send(&mut self, now: Instant, step: u64, loss: u64) {
        let mut unit = [0; 64];
        // One frame a step: the lower layer is ready again at once.
        if let Some(Outgoing::Ad { n_s, len, .. }) = self.fop.poll_transmit(&mut unit).unwrap() {
            self.fop
                .handle_lower(now, OutType::Ad, LowerResponse::Accept);
            if self.random.below(1_000) >= loss {
                self.up.push_back((step + DELAY, n_s, unit[..len].to_vec()));
            }
        }
    }
}

fn vcid() -> Vcid {
    Vcid::new(0).unwrap()
}

#[test]
fn every_unit_is_accepted_once_and_in_order() {
    let units = if std::env::var_os("MAGPIE_QUICK").is_some() {
        300
    } else {
        1_000
    };
    for seed in 0..30 {
        let mut world = World::new(seed);
        let loss = [0, 50, 300][usize::try_from(seed % 3).unwrap()];
        let (mut submitted, mut step) = (0_u32, 0);
        while world.confirmed < units {
            step += 1;
            assert!(step < 200_000, "seed {seed}: no progress");
            let unit = (submitted + 1).to_be_bytes();
            let now = Instant::from_micros(step * STEP.as_micros());
            if submitted < units && world.fop.submit_ad(now, submitted + 1, &unit).is_ok() {
                submitted += 1;
            }
            world.step(step, loss);
        }
        let expected: Vec<Vec<u8>> = (1..=units).map(|unit| unit.to_be_bytes().into()).collect();
        assert_eq!(world.accepted, expected, "seed {seed}");
    }
}
