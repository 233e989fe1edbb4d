use magpie_link::clock::{DataRate, Duration};
use magpie_relay::node::MAX_DATAGRAM;

use super::*;
use crate::random::{Purpose, Stream};
use crate::scenario::Fault;

const ROVER: Port = Port(0);
const OTHER: Port = Port(1);
const ORBITER: Port = Port(2);

fn at(millis: u64) -> Instant {
    Instant::from_micros(millis * 1_000)
}

fn route(from: Port, to: Port) -> Route {
    Route {
        light_time: Duration::from_millis(10),
        ..Route::new(from, to)
    }
}

fn window(pass: &str, open: u64, close: u64) -> Window {
    Window {
        pass: pass.into(),
        open: at(open),
        close: at(close),
        loss: None,
        faults: None,
    }
}

fn config(routes: Vec<Route>) -> RelayChannelConfig {
    RelayChannelConfig {
        seed: 7,
        ends: ["rover", "other", "orbiter"].map(End::new).into(),
        routes,
    }
}

fn channel(routes: Vec<Route>) -> RelayChannel {
    RelayChannel::new(config(routes), at(0)).unwrap()
}

/// Everything that has arrived by then.
fn arrived(channel: &mut RelayChannel, now: Instant) -> Vec<(Port, Vec<u8>)> {
    let mut out = vec![0; MAX_DATAGRAM];
    std::iter::from_fn(|| {
        let sent = channel.poll_transmit(now, &mut out)?;
        Some((sent.port, out[..sent.len].to_vec()))
    })
    .collect()
}

fn of(channel: &RelayChannel, pass: Option<&str>, fate: Fate) -> u64 {
    let tallies = channel.tallies().filter(|(_, p, _)| *p == pass);
    tallies.map(|(_, _, tally)| tally.of(fate).datagrams).sum()
}

#[test]
fn datagrams_take_their_turn_their_time_and_that_of_light() {
    // 100 octets at 8,000 bit/s take 100 ms: out at 100, 200 and 300 ms, 10 ms later they are there.
    let mut slow = route(ROVER, ORBITER);
    slow.data_rate = DataRate::from_bits_per_s(8_000);
    let mut channel = channel(vec![slow]);
    for octet in 1..=3 {
        channel.handle_datagram(at(0), ROVER, &[octet; 100]);
    }
    for (octet, there) in [(1, 110), (2, 210), (3, 310)] {
        assert_eq!(channel.poll_timeout(), Some(at(there)));
        assert_eq!(arrived(&mut channel, at(there - 1)), []);
        assert_eq!(
            arrived(&mut channel, at(there)),
            [(ORBITER, vec![octet; 100])]
        );
    }
    assert_eq!(channel.poll_timeout(), None);
    channel.handle_datagram(at(400), ORBITER, b"no way begins here");
    assert_eq!((channel.unrouted(), channel.in_flight()), (1, 0));
}

#[test]
fn a_pass_counts_at_departure_and_is_told() {
    let mut passes = route(ROVER, ORBITER);
    passes.windows = vec![window("one", 100, 200), window("two", 300, 400)];
    let mut channel = channel(vec![passes]);
    for (millis, gets_through) in [
        (99, false),
        (100, true),
        (199, true),
        (200, false),
        (299, false),
        (300, true),
        (400, false),
    ] {
        channel.handle_datagram(at(millis), ROVER, b"x");
        let there = arrived(&mut channel, at(millis + 10)).len() == 1;
        assert_eq!(there, gets_through, "{millis}");
    }
    assert_eq!(of(&channel, Some("one"), Fate::Delivered), 2);
    assert_eq!(of(&channel, Some("two"), Fate::Delivered), 1);
    assert_eq!(of(&channel, None, Fate::OutOfWindow), 4);
    let mut told = Vec::new();
    for now in [50, 150, 209, 210, 5_000] {
        channel.handle_timeout(at(now));
        while let Some(event) = channel.poll_event() {
            told.push(format!("{now}: {event}"));
        }
    }
    assert_eq!(
        told,
        [
            "150: pass one opens, rover → orbiter",
            "210: pass one is over, rover → orbiter: 2 offered, 2 delivered",
            "5000: pass two opens, rover → orbiter",
            "5000: pass two is over, rover → orbiter: 1 offered, 1 delivered",
        ]
    );
}

#[test]
fn one_channel_holds_one_signal_and_a_radio_hears_the_channel_it_is_tuned_to() {
    let routes = || {
        let mut both = vec![route(ROVER, ORBITER), route(OTHER, ORBITER)];
        for route in &mut both {
            route.data_rate = DataRate::from_bits_per_s(8_000);
        }
        both
    };
    // On one channel: 0..100 ms and 50..150 ms meet, 200..300 ms stands alone, 300..400 ms follows it without touching it.
    let mut one = channel(routes());
    for (millis, from) in [(0, ROVER), (50, OTHER), (200, ROVER), (300, OTHER)] {
        one.handle_datagram(at(millis), from, &[0; 100]);
    }
    assert_eq!(arrived(&mut one, at(1_000)).len(), 2);
    assert_eq!(of(&one, None, Fate::Interfered), 2);

    // On two channels; the orbiter turns from the first to the second at 1 s, as seen there.
    let mut config = config(routes());
    let tuning = |from, channel| Tuning {
        from: at(from),
        channel,
    };
    config.ends[1].tuning = vec![tuning(0, 4)];
    config.ends[2].tuning = vec![tuning(1_000, 4)];
    let mut two = RelayChannel::new(config, at(0)).unwrap();
    for millis in [0, 989, 990] {
        two.handle_datagram(at(millis), ROVER, b"r");
        two.handle_datagram(at(millis), OTHER, b"o");
    }
    let heard: Vec<_> = arrived(&mut two, at(2_000))
        .into_iter()
        .map(|(_, octets)| octets[0])
        .collect();
    assert_eq!(heard, b"rro");
    assert_eq!(of(&two, None, Fate::OtherChannel), 3);
}

#[test]
fn loss_and_bit_errors_are_those_that_were_asked_for() {
    let mut bad = route(ROVER, ORBITER);
    bad.loss = 0.1;
    bad.faults = vec![Fault::BitFlips {
        every_bits: 8_000.0,
    }];
    let mut channel = channel(vec![bad]);
    let mut flipped = 0;
    for millis in 0..20_000 {
        channel.handle_datagram(at(millis), ROVER, &[0; 100]);
        for (_, octets) in arrived(&mut channel, at(millis)) {
            flipped += octets.iter().map(|octet| octet.count_ones()).sum::<u32>();
        }
    }
    // Five standard deviations: sqrt(20,000 × 0.1 × 0.9) = 42; some 18,000 × 0.1 flips scatter by 42.
    let lost = of(&channel, None, Fate::Lost);
    assert!(lost.abs_diff(2_000) < 212, "{lost}");
    assert!(flipped.abs_diff(1_800) < 230, "{flipped}");
}

#[test]
fn what_is_on_its_way_is_bounded_and_what_is_too_much_is_counted() {
    let mut small = route(ROVER, ORBITER);
    small.queue_octets = 10 * (100 + Route::DATAGRAM_OCTETS);
    small.data_rate = DataRate::from_bits_per_s(8_000);
    let mut channel = channel(vec![small]);
    for _ in 0..25 {
        channel.handle_datagram(at(0), ROVER, &[0; 100]);
    }
    assert_eq!(
        (channel.in_flight(), of(&channel, None, Fate::Overflow)),
        (10, 15)
    );
    let told = channel.poll_event().unwrap();
    assert_eq!(
        (told.severity(), channel.poll_event()),
        (Severity::Warning, None),
        "told once"
    );
    // A flood does not fill the future: once the air is free, it is free.
    assert_eq!(arrived(&mut channel, at(1_010)).len(), 10);
    channel.handle_datagram(at(2_000), ROVER, &[0; 100]);
    assert_eq!(arrived(&mut channel, at(2_110)).len(), 1);

    channel.handle_datagram(at(3_000), ROVER, &[0; 100]);
    channel.handle_stop(at(3_001));
    assert!(channel.is_stopped() && channel.in_flight() == 0);
    assert_eq!(of(&channel, None, Fate::Abandoned), 1);
}

/// A channel with all that can go wrong, fed at random; what came out, and the books after every step.
fn wild(seed: u64, with_other: bool) -> Vec<(Port, Vec<u8>)> {
    let mut there = route(ROVER, ORBITER);
    there.windows = vec![window("one", 1_000, 4_000), window("two", 4_500, 9_000)];
    there.windows[1].loss = Some(0.5);
    there.faults = vec![Fault::ByteSlips {
        every_octets: 700.0,
    }];
    there.queue_octets = 4_000;
    there.data_rate = DataRate::from_bits_per_s(64_000);
    let mut routes = vec![there, route(ORBITER, ROVER)];
    if with_other {
        routes.push(route(ROVER, OTHER));
    }
    let mut channel = RelayChannel::new(
        RelayChannelConfig {
            seed,
            ..config(routes)
        },
        at(0),
    )
    .unwrap();
    let mut dice = Stream::new(99, "traffic", Purpose::Circumstances);
    let (mut out, mut offered) = (Vec::new(), 0);
    for millis in (0..10_000).step_by(7) {
        for _ in 0..dice.distance(1.5) {
            let port = if dice.coin() { ROVER } else { ORBITER };
            let len = dice.between(0.0, 300.0) as usize;
            channel.handle_datagram(at(millis), port, &vec![0xA5; len]);
            offered += if port == ROVER && with_other { 2 } else { 1 };
        }
        channel.handle_timeout(at(millis));
        out.extend(arrived(&mut channel, at(millis)));
        let settled: u64 = channel.tallies().map(|(_, _, t)| t.settled()).sum();
        let told: u64 = channel.tallies().map(|(_, _, t)| t.offered.datagrams).sum();
        assert_eq!(told, offered);
        assert_eq!(settled + channel.in_flight() as u64, offered, "{millis} ms");
    }
    let delivered: u64 = channel
        .tallies()
        .map(|(_, _, tally)| tally.of(Fate::Delivered).datagrams)
        .sum();
    assert_eq!(delivered, out.len() as u64);
    for fate in [Fate::Lost, Fate::OutOfWindow, Fate::Overflow] {
        let any = channel.tallies().any(|(_, _, t)| t.of(fate).datagrams > 0);
        assert!(any, "{fate:?} did not happen");
    }
    out
}

#[test]
fn the_books_balance_and_a_seed_is_a_run() {
    let run = wild(1, false);
    assert_eq!(run, wild(1, false));
    assert_ne!(run, wild(2, false));
    // Another route does not change the draws of this one.
    let with_other = wild(1, true);
    let same: Vec<_> = with_other
        .into_iter()
        .filter(|(p, _)| *p != OTHER)
        .collect();
    assert_eq!(run, same);
}

#[test]
fn what_cannot_be_is_refused_by_its_key() {
    let refused = |change: &dyn Fn(&mut RelayChannelConfig)| {
        let mut config = config(vec![route(ROVER, ORBITER)]);
        config.routes[0].windows = vec![window("one", 10, 20), window("two", 20, 30)];
        config.check().unwrap();
        change(&mut config);
        let refusal = RelayChannel::new(config, at(0)).unwrap_err().to_string();
        refusal.split(' ').next().unwrap().to_owned()
    };
    assert_eq!(refused(&|c| c.routes[0].loss = 1.5), "route[0].loss");
    assert_eq!(refused(&|c| c.routes[0].to = Port(3)), "route[0].to");
    assert_eq!(refused(&|c| c.routes[0].to = ROVER), "route[0].to");
    assert_eq!(
        refused(&|c| c.routes.push(route(ROVER, ORBITER))),
        "route[1]"
    );
    assert_eq!(
        refused(&|c| c.routes[0].windows[1].open = at(19)),
        "route[0].pass[1].open"
    );
    assert_eq!(
        refused(&|c| c.routes[0].windows[0].close = at(10)),
        "route[0].pass[0].close"
    );
    assert_eq!(
        refused(&|c| c.routes[0].windows[0].loss = Some(f64::NAN)),
        "route[0].pass[0].loss"
    );
    let flips = vec![Fault::BitFlips { every_bits: 0.0 }];
    assert_eq!(
        refused(&|c| c.routes[0].faults.clone_from(&flips)),
        "route[0].faults[0].every_bits"
    );
    assert_eq!(
        refused(&|c| c.ends[1].name = "rover".into()),
        "port[1].name"
    );
    let sixteen = vec![Tuning {
        from: at(0),
        channel: 16,
    }];
    assert_eq!(
        refused(&|c| c.ends[1].tuning.clone_from(&sixteen)),
        "port[1].tuning[0].channel"
    );
}

/// What a channel keeps, after a turn of its driver.
fn keep(channel: &mut RelayChannel, state: &mut State) {
    while let Some(StateChange { key, octets }) = channel.poll_state() {
        match octets {
            Some(octets) => state.insert(key, octets),
            None => state.remove(&key),
        };
    }
}

#[test]
fn what_is_on_its_way_from_mars_outlives_the_process() {
    let far = Route {
        light_time: Duration::from_secs(1_234),
        loss: 0.3,
        ..Route::new(ORBITER, ROVER)
    };
    let near = route(ROVER, ORBITER);
    let (mut state, mut sent, mut heard) = (State::new(), 0_u32, Vec::new());
    let mut lost = 0;
    // Twenty lives of ten datagrams each; the process dies at every place in the order of its driver's steps.
    for life in 0..20_u64 {
        let begins = life * 100_000;
        let config = config(vec![far.clone(), near.clone()]);
        let mut channel = RelayChannel::restore(config, at(begins), &state).unwrap();
        for step in 0..10 {
            let now = at(begins + step * 10_000);
            channel.handle_datagram(now, ORBITER, &sent.to_be_bytes());
            sent += 1;
            keep(&mut channel, &mut state);
            heard.extend(arrived(&mut channel, now));
            if step < 9 || life % 2 == 0 {
                keep(&mut channel, &mut state);
            }
        }
        lost += of(&channel, None, Fate::Lost);
        channel.handle_datagram(at(begins + 99_999), ROVER, b"near, not kept");
    }
    let mut channel = RelayChannel::restore(config(vec![far, near]), at(0), &state).unwrap();
    heard.extend(arrived(&mut channel, at(10_000_000)));
    keep(&mut channel, &mut state);
    assert_eq!(state.keys().collect::<Vec<_>>(), ["air-runs"]);
    heard.retain(|(port, _)| *port == ROVER);
    let mut numbers: Vec<u32> = heard
        .iter()
        .map(|(_, octets)| u32::from_be_bytes(octets[..].try_into().unwrap()))
        .collect();
    assert!(numbers.is_sorted(), "in the order in which they left");
    let twice = numbers.len();
    numbers.dedup();
    // A life that ended between an arrival and its note hands that one over again; no other comes twice, and none is missing.
    assert!(twice - numbers.len() <= 10, "{twice} {}", numbers.len());
    assert_eq!(numbers.len() as u64 + lost, 200);
    assert!((30..90).contains(&lost), "each life draws anew: {lost}");
}

#[test]
fn kept_state_that_makes_no_sense_is_dropped() {
    let far = Route {
        light_time: Duration::from_secs(5),
        ..Route::new(ORBITER, ROVER)
    };
    let mut state = State::new();
    let mut channel = RelayChannel::new(config(vec![far.clone()]), at(0)).unwrap();
    channel.handle_datagram(at(0), ORBITER, b"sound");
    keep(&mut channel, &mut state);
    let (key, sound) = state
        .pop_first()
        .filter(|(key, _)| key.starts_with("air/"))
        .unwrap_or_else(|| state.pop_first().unwrap());
    for (number, cut) in (0..sound.len() - 5).enumerate() {
        state.insert(kept::key(0, number as u64 + 10), sound[..cut].into());
    }
    state.insert(kept::key(7, 0), sound.clone());
    state.insert("air/nonsense".into(), vec![1]);
    state.insert(key, sound);
    let mut channel = RelayChannel::restore(config(vec![far]), at(0), &state).unwrap();
    assert_eq!(channel.in_flight(), 1);
    assert_eq!(
        arrived(&mut channel, at(5_000)),
        [(ROVER, b"sound".to_vec())]
    );
    keep(&mut channel, &mut state);
    assert_eq!(state.keys().collect::<Vec<_>>(), ["air-runs"]);
}
