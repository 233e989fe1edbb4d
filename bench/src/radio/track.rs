//! Tracking: ramps to ±10 kHz, and the pass of Tianwen-1 over Zhurong.

use std::path::PathBuf;

use magpie_radio::SampleRate;
use magpie_radio::channel::{Awgn, Chain, Doppler, Seed};
use magpie_radio::profile::{Profile, Row};
use magpie_radio::receive::{Event, Receiver, Settings};

use super::plot::{Drawing, Line, Style, draw};
use super::signal::{Judge, hear, modulator, send};
use super::{Effort, Finding, Result};

const SAMPLE_RATE: f64 = 256_000.0;
const SYMBOL_RATE: f64 = 16_000.0;
/// Return link of channel 0.
const CARRIER_HZ: f64 = 401_585_625.0;
const CN0_DBHZ: f64 = 46.0;

/// Runs the experiment.
pub fn run(effort: Effort) -> Result {
    let mut table = vec![vec![
        "signal".to_owned(),
        "seconds".to_owned(),
        "Doppler, Hz".to_owned(),
        "rate, Hz/s".to_owned(),
        "losses of lock".to_owned(),
        "slips".to_owned(),
        "symbol errors".to_owned(),
        "theory".to_owned(),
    ]];
    let (mut lines, mut findings) = (Vec::new(), Vec::new());
    let mut add = |name: &str, profile: &Profile, seconds: f64, asked: &str| {
        let run = track(profile, seconds);
        let hz = |row: &Row| profile.doppler_hz(row.t_s, CARRIER_HZ);
        let (low, high) = profile
            .rows()
            .iter()
            .map(hz)
            .fold((f64::MAX, f64::MIN), |(low, high), hz| {
                (low.min(hz), high.max(hz))
            });
        let fastest = profile
            .rows()
            .windows(2)
            .map(|two| ((hz(&two[1]) - hz(&two[0])) / (two[1].t_s - two[0].t_s)).abs())
            .fold(0.0, f64::max);
        let theory = magpie_sim::curve::theory::antipodal(es_n0_db(), 1.0);
        table.push(vec![
            name.to_owned(),
            format!("{seconds:.0}"),
            format!("{low:+.0} … {high:+.0}"),
            format!("{fastest:.0}"),
            format!("{}", run.lost),
            format!("{}", run.judge.slips),
            format!("{:.2e}", run.judge.rate()),
            format!("{theory:.2e}"),
        ]);
        findings.push(Finding {
            what: name.to_owned(),
            ask: asked.to_owned(),
            have: format!(
                "{} losses, {} slips, symbol errors {:.2e} (theory {theory:.2e})",
                run.lost,
                run.judge.slips,
                run.judge.rate()
            ),
            met: run.lost == 0
                && run.judge.slips == 0
                && run.judge.decided as f64 > 0.95 * seconds * SYMBOL_RATE
                && run.judge.rate() < 1.3 * theory,
        });
        lines.push(Line {
            label: name.to_owned(),
            dots: run.track,
            style: Style::Track,
        });
    };
    let asked = "no loss of lock, no slip";
    add("200 Hz/s from −10 to +10 kHz", &ramp(200.0), 100.0, asked);
    add("200 Hz/s from +10 to −10 kHz", &ramp(-200.0), 100.0, asked);
    match pass() {
        Ok(profile) => {
            let all = profile.rows().last().map_or(0.0, |row| row.t_s);
            let nearest = profile
                .rows()
                .iter()
                .min_by(|one, other| one.range_m.total_cmp(&other.range_m));
            let nearest = nearest.map_or(0.0, |row| row.t_s);
            // The slice has the minute around the closest approach.
            let (from, to) = effort.pick((0.0, all), (nearest - 30.0, nearest + 30.0));
            add(
                "Tianwen-1 over Zhurong",
                &cut(&profile, from, to),
                to - from,
                asked,
            );
        }
        Err(why) => eprintln!("track: the pass of Tianwen-1 is left out: {why}"),
    }
    let title = "Carrier tracks";
    Result {
        name: "track",
        title: title.to_owned(),
        how: format!(
            "{SYMBOL_RATE} sym/s, C/N0 {CN0_DBHZ} dBHz (Es/N0 {:.1} dB), no prediction; carrier and symbol clock stretched alike. The pass: range and range rate \
             of the first pass of `ZhurongTopoReportJune.txt` at 401.585625 MHz.",
            es_n0_db()
        ),
        findings,
        table,
        svg: draw(&Drawing {
            title,
            x: "time, s",
            y: "carrier above the centre, Hz",
            logarithmic: false,
            lines,
        }),
    }
}

fn es_n0_db() -> f64 {
    CN0_DBHZ + 10.0 * (0.75 / SYMBOL_RATE).log10()
}

/// A Doppler that changes evenly, through 0 at 50 s.
fn ramp(hz_s: f64) -> Profile {
    let metres = -magpie_radio::profile::SPEED_OF_LIGHT / CARRIER_HZ;
    let rows = (0..=100).map(|second| {
        let t = f64::from(second) - 50.0;
        Row {
            t_s: f64::from(second),
            range_m: 400_000.0 + 0.5 * hz_s * metres * t * t,
            range_rate_m_s: hz_s * metres * t,
        }
    });
    Profile::new(rows.collect()).expect("rows in order")
}

/// The first pass above the horizon.
fn pass() -> std::result::Result<Profile, String> {
    let folder = std::env::var_os("MAGPIE_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")),
        PathBuf::from,
    );
    let file = folder.join("tianwen1/ZhurongTopoReportJune.txt");
    let text =
        std::fs::read_to_string(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    let places: Vec<[f64; 3]> = text
        .lines()
        .filter_map(|line| {
            let numbers: Vec<f64> = line
                .split_whitespace()
                .filter_map(|word| word.parse().ok())
                .collect();
            Some([*numbers.get(1)?, *numbers.get(2)?, *numbers.get(3)?])
        })
        .collect();
    let from = places
        .iter()
        .position(|place| place[2] > 0.0)
        .ok_or("no pass")?;
    let up = places[from..]
        .iter()
        .take_while(|place| place[2] > 0.0)
        .count();
    let range = |index: usize| {
        1000.0
            * places[index]
                .iter()
                .map(|part| part * part)
                .sum::<f64>()
                .sqrt()
    };
    // The report has a place each five seconds; the rate is the central difference of fourth order.
    let rows = (from.max(2)..from + up).map(|index| Row {
        t_s: 5.0 * (index - from.max(2)) as f64,
        range_m: range(index),
        range_rate_m_s: (8.0 * (range(index + 1) - range(index - 1))
            - (range(index + 2) - range(index - 2)))
            / 60.0,
    });
    Profile::new(rows.collect()).map_err(|why| why.to_string())
}

/// The same from a time on, which becomes 0.
fn cut(profile: &Profile, from_s: f64, to_s: f64) -> Profile {
    let rows = (0..=((to_s - from_s) * 4.0) as u32).map(|quarter| {
        let later = f64::from(quarter) / 4.0;
        let (range_m, range_rate_m_s) = profile.at(from_s + later);
        Row {
            t_s: later,
            range_m,
            range_rate_m_s,
        }
    });
    Profile::new(rows.collect()).expect("rows in order")
}

struct Run {
    lost: u32,
    judge: Judge,
    track: Vec<(f64, f64)>,
}

fn track(profile: &Profile, seconds: f64) -> Run {
    let sample_rate = SampleRate::new(SAMPLE_RATE).expect("a rate");
    let mut modulator = modulator(SYMBOL_RATE, sample_rate);
    let mut channel = Chain::new()
        .with(Doppler::new(profile.clone(), CARRIER_HZ, sample_rate).expect("a pass"))
        .with(Awgn::cn0(CN0_DBHZ, sample_rate, Seed::new(21, 5)));
    let mut settings = Settings::new(sample_rate);
    settings.symbol_rate = Some(SYMBOL_RATE);
    let mut receiver = Receiver::new(&settings).expect("settings that go");
    let mut run = Run {
        lost: 0,
        judge: Judge::new(11, 0.0, SAMPLE_RATE / SYMBOL_RATE),
        track: Vec::new(),
    };
    let mut shift = None;
    send(
        &mut modulator,
        &mut channel,
        11,
        (seconds * SYMBOL_RATE) as u64,
        &mut |block| {
            hear(&mut receiver, block, &mut |event| match event {
                Event::CarrierLost { .. } | Event::SymbolLost { .. } => run.lost += 1,
                Event::Carrier(estimate) => run
                    .track
                    .push((sample_rate.seconds(estimate.at), estimate.offset_hz)),
                Event::Symbols { first, at, soft } => {
                    // Carrier and clock are stretched alike: what was sent at t is heard at t + τ(t) − τ(0). After the first symbol only the count matters.
                    let t_s = at / SAMPLE_RATE;
                    let late_s = (profile.at(t_s).0 - profile.at(0.0).0)
                        / magpie_radio::profile::SPEED_OF_LIGHT;
                    let index = ((t_s - late_s) * SYMBOL_RATE).round() as i64;
                    let now = first as i64 - index;
                    if *shift.get_or_insert(now) != now {
                        run.judge.slips += 1;
                        shift = Some(now);
                    }
                    run.judge.judge(index, soft);
                }
                _ => {}
            });
        },
    );
    run
}
