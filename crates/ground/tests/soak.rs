//! Two simulated months of a relay: 60 sols with four passes each, losses of power at every node, a memory that is full twice, three reboots; every octet
//! that the rover sent is accounted for, and what the nodes keep does not grow.
//!
//! The counts of the world (what went out, what the line lost, what a loss of power took back) share nothing with those of the nodes.

mod world;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use magpie_ground::station::{self, Station, StationSettings};
use magpie_link::clock::{Duration, Instant};
use magpie_relay::contact::{
    Account, Amount, Books, Contact, ContactId, Hop, Mode, Reason, Service, Utc,
};
use magpie_relay::node::orbiter::{
    self, DownlinkSettings, EarthWindow, InterfaceFault, Orbiter, OrbiterSettings,
};
use magpie_relay::node::rover::{self, Rover, RoverSettings};
use magpie_relay::node::settings::{Coding, EarthLink, ProximitySettings};

use world::{Actor, Random, Route, SharedSpool, Slot, World};

const ROVER: u16 = 82;
const ORBITER: u16 = 41;
/// Milliseconds of a Martian day.
const SOL_MS: u64 = 88_775_244;
/// Hours of a sol at which its passes begin.
const PASS_HOURS: [u64; 4] = [1, 5, 13, 20];
const PASS_SECONDS: u64 = 600;
/// Octets of the file of a sol; it is sent on the sol itself and the two behind it.
const FILE: usize = 560_000;
const SENT_SOLS: u64 = 3;
/// Octets of the orbiter's memory: the passes between two windows of the station, three, and one more.
const MEMORY: u64 = 2_800_000;

/// A soak: how long, and what happens.
struct Plan {
    sols: u64,
    /// Sols without a station, so that the memory is full at their end.
    silent: &'static [u64],
    /// Sols behind which rover, orbiter and station are rebooted.
    reboots: [u64; 3],
    seed: u64,
}

fn hours(h: u64) -> Duration {
    Duration::from_secs(h * 3_600)
}

fn begin_of(sol: u64) -> Instant {
    let landing: Utc = "2021-11-07T12:00:00Z".parse().unwrap();
    landing.instant() + Duration::from_millis(sol * SOL_MS)
}

fn file(sol: u64) -> (String, Vec<u8>) {
    let mut random = Random(sol);
    let octets = (0..FILE).map(|_| random.draw().to_be_bytes()[0]);
    (format!("sol-{sol:03}.bin"), octets.collect())
}

impl Plan {
    fn passes(&self, peer: u16) -> Vec<Contact> {
        let of_sol = |sol| {
            (0..).zip(PASS_HOURS).map(move |(place, hour)| {
                let number = u32::try_from(sol * 4 + place + 1).unwrap();
                let begin = begin_of(sol) + hours(hour);
                let end = begin + Duration::from_secs(PASS_SECONDS);
                // Every third pass is recorded as it is heard.
                let mode = [Mode::Blind, Mode::Blind, Mode::Canister][number as usize % 3];
                Contact::new(ContactId(number), peer, begin, end, mode)
            })
        };
        (0..self.sols).flat_map(of_sol).collect()
    }

    /// A station listens for eight hours of each sol that is not silent, and at the end.
    fn windows(&self) -> Vec<EarthWindow> {
        let open = (0..=self.sols).filter(|sol| !self.silent.contains(sol));
        open.map(|sol| EarthWindow {
            begin_utc: Utc::from(begin_of(sol) + hours(2)),
            end_utc: Utc::from(begin_of(sol) + hours(10)),
        })
        .collect()
    }
}

/// The three nodes, and which sol it is for the rover's files.
struct Relay {
    rover: Slot<Rover>,
    orbiter: Slot<Orbiter>,
    station: Slot<Station<SharedSpool>>,
    spool: SharedSpool,
    sol: Rc<Cell<u64>>,
    world: World,
}

fn relay(plan: &Plan) -> Relay {
    let radio = ProximitySettings::new(8_000);
    let link = EarthLink {
        coding: Coding::ReedSolomon,
        frame_octets: 446,
        ..EarthLink::new(ORBITER)
    };
    let mut flight = RoverSettings::new(ROVER, radio.clone());
    flight.passes = plan.passes(ORBITER);
    let downlink = DownlinkSettings {
        dumps: 2,
        housekeeping_s: 600,
        windows: plan.windows(),
        ..DownlinkSettings::new(64_000)
    };
    let mut above = OrbiterSettings::new(ORBITER, radio, link.clone(), downlink);
    above.memory_octets = MEMORY;
    above.passes = plan.passes(ROVER);
    let spoiled = above.passes.iter().filter(|pass| pass.id.0 % 7 == 0);
    above.faults = spoiled
        .map(|pass| InterfaceFault {
            pass: pass.id,
            flip_every_bits: 4_000,
        })
        .collect();
    let sol = Rc::new(Cell::new(0_u64));
    let (today, spool) = (sol.clone(), SharedSpool::default());
    let (kept, ground) = (spool.clone(), StationSettings::new(link));
    let light = Duration::from_millis(13);
    let air = Route {
        loses_one_of: 5,
        flips_one_of: 20_000,
        ..Route::new((0, rover::PROXIMITY), (1, orbiter::PROXIMITY), light)
    };
    let earth = Route {
        loses_one_of: 30,
        flips_one_of: 3_000,
        ..Route::new(
            (1, orbiter::EARTH),
            (2, station::EARTH),
            Duration::from_secs(1_234),
        )
    };
    let seed = plan.seed;
    Relay {
        rover: Slot::new(move |state| {
            let first = today.get().saturating_sub(SENT_SOLS - 1);
            let files: Vec<_> = (first..=today.get()).map(file).collect();
            Rover::new(flight.clone(), &files, state, 1).unwrap()
        }),
        orbiter: Slot::new(move |state| Orbiter::new(above.clone(), state, seed).unwrap()),
        station: Slot::new(move |state| {
            Station::new(ground.clone(), kept.clone(), state, 1).unwrap()
        }),
        spool,
        sol,
        world: World::new(begin_of(0), seed, vec![air, earth]),
    }
}

impl Relay {
    /// Plans the losses of power of a sol: about one at each node, half of them in passes, half while dumps are sent.
    fn plan_cuts(&mut self, sol: u64, random: &mut Random) {
        for node in 0..3 {
            for _ in 0..random.below(3) {
                let place = usize::try_from(random.below(4)).unwrap();
                let at = if random.below(2) == 0 {
                    let within = Duration::from_millis(random.below(PASS_SECONDS * 1_000));
                    hours(PASS_HOURS[place]) + within
                } else {
                    hours(2) + Duration::from_millis(random.below(8 * 3_600_000))
                };
                let cut = (begin_of(sol) + at, node);
                if random.below(2) == 0 {
                    self.world.cuts.push(cut);
                } else {
                    self.world.strikes.push(cut);
                }
            }
        }
    }

    fn run(&mut self, until: Instant) {
        let nodes: &mut [&mut dyn Actor] =
            &mut [&mut self.rover, &mut self.orbiter, &mut self.station];
        self.world.run(nodes, until);
    }

    fn events_with(&mut self, part: &str) -> usize {
        let found = self.orbiter.events.iter().filter(|e| e.contains(part));
        let found = found.count();
        self.rover.events.clear();
        self.orbiter.events.clear();
        self.station.events.clear();
        found
    }
}

/// Every entry of all accounts together.
fn total(books: &Books) -> Account {
    let mut total = Account::default();
    for (_, service, account) in books.accounts() {
        assert_eq!(service, Service::Recording);
        total.offered += account.offered;
        total.delivered += account.delivered;
        for (&reason, &amount) in &account.refused {
            *total.refused.entry(reason).or_default() += amount;
        }
        for (&at, &amount) in &account.lost {
            *total.lost.entry(at).or_default() += amount;
        }
    }
    total
}

/// What there is in the end, in the order of the way.
#[derive(Debug, Default)]
struct Balance {
    sent: Amount,
    /// By the name of the hop or of the counter, and the reason.
    lost: BTreeMap<(&'static str, &'static str), Amount>,
    /// Recorded, not at the station, and still in the orbiter's memory.
    stored: Amount,
    delivered: Amount,
}

impl Balance {
    fn lose(&mut self, hop: &'static str, reason: &'static str, amount: Amount) {
        if !amount.is_zero() {
            *self.lost.entry((hop, reason)).or_default() += amount;
        }
    }

    fn accounted(&self) -> Amount {
        let mut sum: Amount = self.lost.values().sum();
        sum += self.stored;
        sum += self.delivered;
        sum
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, amount: Amount| {
            writeln!(f, "{name:<32} {:>8} {:>11}", amount.units, amount.octets)
        };
        line("PLTUs and octets sent", self.sent)?;
        for ((hop, reason), &amount) in &self.lost {
            line(&format!("  {hop}, {reason}"), amount)?;
        }
        line("  still stored", self.stored)?;
        line("  delivered", self.delivered)
    }
}

fn balance(relay: &Relay) -> Balance {
    let (above, below) = (relay.orbiter.node.books(), relay.station.node.books());
    above.check().unwrap();
    below.check().unwrap();
    assert_eq!((above.closed(), below.closed()), (0, 0));
    let (sent, gone) = relay.world.sent[0];
    let mut balance = Balance {
        sent,
        ..Balance::default()
    };
    balance.lose("proximity", "missing", gone);
    // Taken back with the turn in which they arrived.
    let unheard = relay.world.unheard.get(&(1, orbiter::PROXIMITY));
    balance.lose("memory", "power-loss", unheard.copied().unwrap_or_default());
    let figures = relay.orbiter.figures();
    let figure = |name: &str| figures.get(name).copied().unwrap_or(0);
    let outside = Amount {
        units: figure("rejected_datagrams:outside_of_passes"),
        octets: figure("rejected_octets:outside_of_passes"),
    };
    balance.lose("proximity", "outside_of_passes", outside);
    let (heard, arrived) = (total(above), total(below));
    let mut recorded = heard.delivered;
    for (&(hop, reason), &amount) in &heard.lost {
        // A record with a bad check is kept; what is in it the station says.
        if (hop, reason) == (Hop::Interface, Reason::BadChecksum) {
            recorded += amount;
        } else {
            balance.lose(hop.name(), reason.name(), amount);
        }
    }
    for (&(hop, reason), &amount) in &arrived.lost {
        balance.lose(hop.name(), reason.name(), amount);
    }
    balance.delivered = arrived.delivered;
    // What was recorded and is not here: every PLTU of the rover has the same length.
    let missing = recorded.checked_sub(arrived.offered).unwrap();
    let each = sent.octets / sent.units;
    assert_eq!(missing.octets, missing.units * each);
    let runs = relay.station.node.missing(usize::MAX);
    let known: u64 = runs.iter().map(|run| run.end() - run.start() + 1).sum();
    assert_eq!(known, missing.units, "the station knows what is missing");
    let status = relay.orbiter.node.status();
    let oldest = status.next_record - status.records;
    let stored = runs
        .iter()
        .map(|run| (run.end() + 1).saturating_sub(oldest.max(*run.start())));
    let units = stored.sum();
    balance.stored = Amount {
        units,
        octets: units * each,
    };
    balance.lose(
        "earth",
        "missing",
        missing.checked_sub(balance.stored).unwrap(),
    );
    balance
}

/// The most that was kept (rover, orbiter, station) and the most memory of this process, in octets.
type Peak = [u64; 4];

/// Resident memory of this process; 0 where nobody says.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kilobytes.map_or(0, |kilobytes: u64| kilobytes * 1_024)
}

impl Relay {
    /// A sol with its losses of power and reboots.
    fn live(&mut self, plan: &Plan, sol: u64, random: &mut Random) {
        self.sol.set(sol);
        // New files are there for a rover that is started anew.
        self.rover.reboot(begin_of(sol));
        self.plan_cuts(sol, random);
        let end = begin_of(sol + 1);
        self.run(end);
        let [rover, orbiter, station] = plan.reboots.map(|after| after == sol);
        if rover {
            self.rover.reboot(end);
        }
        if orbiter {
            self.orbiter.reboot(end);
        }
        if station {
            self.station.reboot(end);
        }
    }

    fn peak(&self) -> Peak {
        let kept = [
            self.rover.kept_octets(),
            self.orbiter.kept_octets(),
            self.station.kept_octets(),
        ];
        let [rover, orbiter, station] = kept.map(|octets| octets as u64);
        [rover, orbiter, station, resident()]
    }

    /// Files that arrived are what was sent; their octets need not stay.
    fn check_files(&self, sols: u64) {
        let mut spool = self.spool.0.borrow_mut();
        for sol in 0..sols {
            let name = format!("sol-{sol:03}.bin");
            if let Some(octets) = spool.files.get_mut(&name).filter(|o| !o.is_empty()) {
                assert!(*octets == file(sol).1, "{name}");
                *octets = Vec::new();
            }
        }
        assert_eq!(spool.deliveries, spool.files.len() as u64, "each once");
    }
}

/// Runs the plan; prints what came out.
fn soak(plan: &Plan) {
    let mut relay = relay(plan);
    let mut random = Random(plan.seed ^ 0x50AC);
    let (mut peaks, mut full_sols) = ([Peak::default(); 2], Vec::new());
    for sol in 0..plan.sols {
        relay.live(plan, sol, &mut random);
        if relay.events_with("full") > 0 {
            full_sols.push(sol);
        }
        relay.check_files(sol + 1);
        let half = usize::from(sol >= plan.sols / 2);
        for (most, now) in peaks[half].iter_mut().zip(relay.peak()) {
            *most = now.max(*most);
        }
    }
    relay.run(begin_of(plan.sols) + hours(11));
    assert_eq!(relay.world.under_way(), 0);
    let balance = balance(&relay);
    let lives = [
        relay.rover.reboots,
        relay.orbiter.reboots,
        relay.station.reboots,
    ];
    println!("{balance}kept at most, by halves (rover, orbiter, station; process): {peaks:?}");
    println!("full in sols {full_sols:?}; restarts {lives:?}");
    assert_eq!(balance.accounted(), balance.sent, "every octet");
    // Full from a silent sol on until a station listens again, which is behind the first pass of the next sol; never else.
    let (silent, behind): (Vec<u64>, Vec<u64>) =
        full_sols.iter().partition(|sol| plan.silent.contains(sol));
    assert_eq!(silent, plan.silent);
    assert!(
        behind.iter().all(|sol| silent.contains(&(sol - 1))),
        "{full_sols:?}"
    );
    relay.check_files(plan.sols);
    let arrived = relay.spool.0.borrow().deliveries;
    assert!(arrived + SENT_SOLS > plan.sols, "{arrived} files");
    check_flat(plan, peaks);
}

/// What is kept stays below what it is allowed, and does not grow from the first half to the second one.
fn check_flat(plan: &Plan, [first, second]: [Peak; 2]) {
    let [rover, orbiter, station, _] = second;
    assert!(rover < 64 && orbiter < MEMORY + 100_000, "{second:?}");
    assert!(station < 2 * SENT_SOLS * FILE as u64, "{second:?}");
    if plan.sols < 10 {
        return;
    }
    for (node, (first, second)) in first.into_iter().zip(second).enumerate() {
        // An account a pass, up to its own bound.
        let allowed = first + first / 10 + 100 * 2 * plan.sols;
        assert!(second <= allowed, "{node}: {first}, then {second}");
    }
}

#[test]
fn three_sols_account_for_every_octet() {
    soak(&Plan {
        sols: 3,
        silent: &[1],
        reboots: [0, 1, 1],
        seed: 1,
    });
}

#[test]
#[ignore = "minutes: cargo xtask deep soak"]
fn sixty_sols_account_for_every_octet_in_flat_memory() {
    for seed in 2..7 {
        println!("seed {seed}");
        soak(&Plan {
            sols: 60,
            silent: &[19, 39],
            reboots: [9, 29, 49],
            seed,
        });
    }
}
