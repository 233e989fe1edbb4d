//! Expected figures: where a made signal was put, by its own formula; sizes by count.

use magpie_radio::receive::{Estimate, Event};

use super::symbols::Symbols;
use super::waterfall::{BINS, ROWS, Waterfall};
use super::*;

const BAND: Band = Band {
    centre_hz: 0.0,
    half_width_hz: 26e3,
};

fn rate(hz: f64) -> SampleRate {
    SampleRate::new(hz).expect("a rate")
}

/// A number that looks random from -0.5 to 0.5 (a linear congruence).
struct Noise(u32);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(self.0) / f64::from(u32::MAX) - 0.5
    }
}

/// A carrier that drifts, with some noise.
fn tone(rate: SampleRate, hz: f64, drift: f64, seconds: f64) -> Vec<Iq> {
    let mut noise = Noise(7);
    let count = (seconds * rate.hz()) as u64;
    (0..count)
        .map(|n| {
            let t = rate.seconds(n);
            let (q, i) = (core::f64::consts::TAU * (hz + drift * t / 2.0) * t).sin_cos();
            Iq::new((i + noise.next()) as f32, (q + noise.next()) as f32)
        })
        .collect()
}

fn estimate(at: u64, offset_hz: f64, rate_hz_s: f64) -> Estimate {
    Estimate {
        at,
        offset_hz,
        rate_hz_s,
        cn0_dbhz: 60.0,
        es_n0_db: None,
    }
}

/// Bi-Phase-L at 60° by its definition, 1,000 symbols a second from sample 100 on, turned by an offset; and when each symbol begins.
fn bi_phase(rate: SampleRate, hz: f64) -> (Vec<Iq>, Vec<(u64, f64)>) {
    let (mut bits, period) = (Noise(3), rate.hz() / 1000.0);
    let data: Vec<f64> = (0..700).map(|_| bits.next().signum()).collect();
    let samples = (0..(690.0 * period) as usize).map(|n| {
        let symbol = (n as f64 - 100.0) / period;
        let sign = match data.get(symbol.max(0.0) as usize) {
            Some(sign) if symbol.fract() < 0.5 => *sign,
            Some(sign) => -sign,
            None => 0.0,
        };
        let phase = sign * 60_f64.to_radians();
        let (q, i) = (phase + 1.0 + core::f64::consts::TAU * hz * n as f64 / rate.hz()).sin_cos();
        Iq::new(i as f32, q as f32)
    });
    let places = (0..700).map(|symbol| (symbol, 100.0 + symbol as f64 * period));
    (samples.collect(), places.collect())
}

#[test]
fn the_peak_is_where_the_carrier_is() {
    for (hz, offset) in [
        (256e3, -7_610.3),
        (128e3, 12_345.6),
        (2e6, 433_210.9),
        (9.6e3, -17.2),
    ] {
        let mut sight = Sight::new(rate(hz), BAND);
        sight.push(&tone(rate(hz), offset, 0.0, 0.3));
        let bin = sight.spectra.bin_hz();
        let peak = sight.peak_hz().expect("a peak");
        assert!((peak - offset).abs() <= bin, "{hz}: {peak} for {offset}");
        // The carrier's power is 1, that of the noise 1/6, white: its density is that over the sample rate.
        let mut db = sight.spectra.mean().db;
        db.sort_by(f32::total_cmp);
        let floor = 10.0 * (1.0 / 6.0 / hz).log10();
        assert!((f64::from(db[db.len() / 2]) - floor).abs() < 1.0);
    }
}

#[test]
fn a_carrier_that_moves_stands_still_in_the_spectrum_about_it() {
    let (rate, drift) = (rate(256e3), 2e3);
    let mut sight = Sight::new(rate, BAND);
    for (n, piece) in tone(rate, 1000.0, drift, 3.0).chunks(25_600).enumerate() {
        let t = n as f64 / 10.0;
        let at = estimate(n as u64 * 25_600, 1000.0 + drift * t, drift);
        sight.hear(&Event::Carrier(at));
        sight.push(piece);
    }
    let about = sight.spectra.about_the_carrier(5e3).expect("tracked");
    let highest = |db: &[f32]| {
        db.iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1))
    };
    let (bin, db) = highest(&about.db).expect("bins");
    let hz = about.from_hz + bin as f64 * about.step_hz;
    assert!(hz.abs() <= about.step_hz, "{hz}");
    // At rest it is smeared over 6 kHz.
    let (_, smeared) = highest(&sight.spectra.mean().db).expect("bins");
    assert!(db > smeared + 10.0);
}

#[test]
fn a_waterfall_never_outgrows_its_field() {
    let mut waterfall = Waterfall::new(9999, 100, 300);
    let mut spectra = 0;
    for at in (0..100_000_000_u64).step_by(9_973) {
        waterfall.add(at, core::iter::repeat_n(3.0, BINS));
        spectra += 1;
        assert!(waterfall.cells() <= ROWS * BINS);
    }
    // Far away all at once.
    waterfall.add(u64::MAX / 4, core::iter::repeat_n(3.0, BINS));
    let rows: Vec<Option<Vec<f32>>> = waterfall.rows().collect();
    assert!(rows.len() <= ROWS && rows.len() >= ROWS / 2 && spectra > ROWS);
    // A mean of equal powers is that power, however often rows were put together; between nothing was.
    for row in rows.iter().flatten() {
        assert!(row.len() == BINS && row.iter().all(|power| (power - 3.0).abs() < 1e-3));
    }
    assert_eq!(rows.iter().flatten().count(), 2);
}

#[test]
fn hours_take_no_more_than_seconds() {
    let rate = rate(2e6);
    let mut sight = Sight::new(rate, BAND);
    let piece = tone(rate, 5e3, 0.0, 0.35);
    for n in 0..40_u64 {
        sight.push(&piece);
        sight.hear(&Event::SymbolLock {
            at: 0,
            symbol_rate: 8000.0,
            continued: true,
        });
        let at = n as f64 * (piece.len() as f64 + 1.6e9);
        for first in 0..30_u32 {
            let at = at + f64::from(first) * 100.0 * 250.0;
            sight.hear(&Event::Symbols {
                first: u64::from(first) * 100,
                at,
                soft: &[40; 100],
            });
        }
        sight.lost(1_600_000_000);
    }
    // Eight kept stretches, six that wait and one that is taken, of 2^17 samples.
    assert!(sight.snippets.held() <= 15 << 17);
    assert!((1..=8).contains(&sight.snippets.kept().len()));
    let shortened = |snippet: &snippets::Snippet| snippet.samples.len() <= 400 * 250;
    assert!(sight.snippets.kept().iter().all(shortened));
    for (_, _, waterfall) in sight.spectra.waterfalls() {
        assert!(waterfall.rows().count() <= ROWS);
    }
}

#[test]
fn symbols_lie_where_sixty_degrees_put_them_and_the_eye_is_open() {
    let rate = rate(64e3);
    let (samples, places) = bi_phase(rate, 1_234.0);
    let mut sight = Sight::new(rate, BAND);
    sight.hear(&Event::CarrierAcquired(estimate(0, 1_233.5, 0.0)));
    sight.hear(&Event::SymbolLock {
        at: 100,
        symbol_rate: 1000.0,
        continued: false,
    });
    sight.push(&samples);
    for chunk in places[..680].chunks(40) {
        let (first, at) = chunk[0];
        sight.hear(&Event::Symbols {
            first,
            at,
            soft: &[40; 40][..chunk.len()],
        });
    }
    sight.finish();
    let symbols = Symbols::of(sight.snippets.kept(), rate).expect("symbols");
    assert!(symbols.points.len() > 400, "{}", symbols.points.len());
    let (cos, sin) = (0.5, 0.866);
    for (i, q) in &symbols.points {
        assert!(
            (i - cos).abs() < 0.03 && (q.abs() - sin).abs() < 0.03,
            "{i} {q}"
        );
    }
    // A quarter into the symbol nothing is near the middle; at half of it everything is.
    let middle = symbols.eye.len() / 2;
    let column = |step: usize, rows: core::ops::Range<usize>| -> u32 {
        symbols.eye[rows].iter().map(|row| row[step]).sum()
    };
    assert_eq!(column(8, middle - 8..middle + 9), 0);
    assert!(column(8, 0..symbols.eye.len()) > 400);
    assert_eq!(
        column(16, 0..middle - 2) + column(16, middle + 3..symbols.eye.len()),
        0
    );
}

#[test]
fn blocks_of_any_length_give_the_same_pictures() {
    let rate = rate(600e3);
    let mut samples = tone(rate, 9e3, 0.0, 0.4);
    samples[1000] = Iq::new(f32::NAN, 1.0);
    samples[2000] = Iq::new(f32::INFINITY, 1e30);
    let see = |length: usize| {
        let mut sight = Sight::new(rate, BAND);
        samples.chunks(length).for_each(|piece| sight.push(piece));
        let falls: Vec<Vec<Option<Vec<f32>>>> = sight
            .spectra
            .waterfalls()
            .map(|(_, _, fall)| fall.rows().collect())
            .collect();
        (sight.spectra.mean(), falls)
    };
    let whole = see(usize::MAX);
    assert!(whole.0.db.iter().all(|db| db.is_finite()));
    for length in [1, 77, 4096, 100_001] {
        assert_eq!(see(length), whole, "{length}");
    }
}

#[test]
fn frames_are_counted_in_slots() {
    let mut timeline = Timeline::default();
    for n in 0..100_000 {
        timeline.good(f64::from(n) * 0.5);
    }
    timeline.bad(49_999.0, 3);
    timeline.bad(f64::NAN, 3);
    assert!(timeline.slots().count() <= 1200);
    let sums = timeline
        .slots()
        .fold((0, 0), |sum, slot| (sum.0 + slot.1, sum.1 + slot.2));
    assert_eq!(sums, (100_000, 3));
    let bad = timeline
        .slots()
        .find(|slot| slot.2 > 0)
        .expect("the bad ones");
    assert!((bad.0 - 49_999.0).abs() < 50.0);
}
