//! The receiver: a signal with anything done to it, or no signal at all, at any settings. Blocks do not matter, symbols are counted right and are not more
//! than the samples can have.
#![no_main]

use std::cell::RefCell;
use std::f64::consts::TAU;

use libfuzzer_sys::fuzz_target;
use magpie_fuzz::{bits, pieces};
use magpie_radio::modulate::Modulator;
use magpie_radio::profile::{Profile, Row};
use magpie_radio::receive::{Aid, Event, Hear, Receiver, Settings};
use magpie_radio::waveform::{Modulation, Waveform};
use magpie_radio::{Iq, SampleRate};

/// Samples of an input, at most: a second.
const MOST: usize = 8_192;
const SAMPLE_RATES: [f64; 4] = [8_000.0, 4_000.0, 16_384.0, 6_400.0];

/// The octets that set a receiver: what they leave to it, what they say.
fn settings(octets: &[u8; 8]) -> Settings {
    let &[
        rates,
        index,
        width,
        centre,
        drift,
        bandwidth,
        speed,
        carrier,
    ] = octets;
    let sample_rate = SampleRate::new(SAMPLE_RATES[usize::from(rates & 3)]).expect("a rate");
    let mut settings = Settings::new(sample_rate);
    settings.modulation = Modulation::ResidualCarrier {
        index_rad: std::f64::consts::FRAC_PI_3 + f64::from(index.cast_signed()) / 250.0,
    };
    settings.symbol_rate = match rates >> 2 & 3 {
        0 => None,
        which => {
            Some([0.0, 1000.0, 100.0 * f64::from(rates >> 4) + 150.0, 2000.0][usize::from(which)])
        }
    };
    settings.search.half_width_hz = 10.0 + 16.0 * f64::from(width);
    settings.search.centre_hz = 8.0 * f64::from(centre.cast_signed());
    settings.search.max_rate_hz_s = 2.0 * f64::from(drift);
    settings.search.false_alarms_per_hour = 1.0 + f64::from(carrier & 15) * 100.0;
    settings.loop_bandwidth_hz =
        (bandwidth != 0).then(|| 0.5 + f64::from(bandwidth) * f64::from(bandwidth) / 64.0);
    settings.aid = (speed != 0).then(|| Aid {
        profile: profile(speed),
        carrier_hz: 10f64.powi(i32::from(carrier >> 4)),
    });
    settings
}

fn profile(speed: u8) -> Profile {
    let speed = f64::from(speed.cast_signed()) * 100.0;
    let row = |t_s: f64, range_rate_m_s: f64| Row {
        t_s,
        range_m: 4e5 + 0.5 * speed * t_s,
        range_rate_m_s,
    };
    Profile::new(vec![row(-1.0, speed), row(0.6, -speed), row(3.0, speed)]).expect("a profile")
}

/// The signal, then what the operations put on it or make of it.
fn samples(settings: &Settings, symbol_rate: f64, aided: bool, operations: &[u8]) -> Vec<Iq> {
    let Ok(waveform) = Waveform::new(settings.modulation, symbol_rate) else {
        return Vec::new();
    };
    let Ok(mut modulator) = Modulator::new(waveform, settings.sample_rate) else {
        return Vec::new();
    };
    let (mut out, mut rest, mut turn) = (Vec::new(), operations, 0.0_f64);
    let (mut noise, mut offset, mut level) = (0.0_f32, 0.0, 1.0_f32);
    let mut chance = 1_u64;
    // As predicted, if it is to be so.
    let aid = settings.aid.as_ref().filter(|_| aided);
    let doppler = |index: usize| {
        aid.map_or(0.0, |aid| {
            let t_s = settings.sample_rate.seconds(index as u64);
            aid.profile.doppler_hz(t_s, aid.carrier_hz) / settings.sample_rate.hz()
        })
    };
    while let Some((&[what, value], behind)) = rest.split_first_chunk() {
        rest = behind;
        let (from, seconds) = (out.len(), f64::from(value) / 256.0);
        match what & 15 {
            0..4 => {
                let octets: Vec<u8> = (0..value)
                    .map(|k| k.wrapping_mul(what | 0x35) ^ k >> 3)
                    .collect();
                modulator.push_symbols(&bits(&octets), &mut out);
            }
            4 => modulator.push_carrier(seconds, &mut out),
            5 => modulator.push_silence(seconds, &mut out),
            6 => noise = f32::from(value) / 32.0,
            7 => offset = 16.0 * f64::from(value.cast_signed()) / settings.sample_rate.hz(),
            8 => level = 10f32.powi(i32::from(value.cast_signed()) / 4),
            9 => turn += f64::from(value) / 256.0,
            10 => {
                let (octets, behind) = rest.split_at(rest.len().min(8 * usize::from(value)));
                rest = behind;
                out.extend(
                    octets
                        .as_chunks::<8>()
                        .0
                        .iter()
                        .map(|&[a, b, c, d, e, f, g, h]| {
                            Iq::new(
                                f32::from_le_bytes([a, b, c, d]),
                                f32::from_le_bytes([e, f, g, h]),
                            )
                        }),
                );
                continue;
            }
            11 => out.extend_from_within(out.len() - out.len().min(usize::from(value) * 16)..),
            12 => out.truncate(out.len() - out.len().min(usize::from(value))),
            13 => out.extend(std::iter::repeat_n(
                Iq::new(f32::NAN, 0.0),
                usize::from(value),
            )),
            14 => out
                .iter_mut()
                .rev()
                .take(usize::from(value))
                .for_each(|sample| *sample = Iq::new(f32::MAX, level)),
            _ => modulator.push_symbols(&bits(&vec![value; usize::from(what >> 4) * 4]), &mut out),
        }
        for (index, sample) in out.iter_mut().enumerate().skip(from) {
            turn = (turn + offset + doppler(index)).fract();
            let (sin, cos) = (TAU * turn).sin_cos();
            let mut uniform = || {
                chance = chance
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                (chance >> 40) as f32 / 8_388_608.0 - 1.0
            };
            let mixed = *sample * Iq::new(cos as f32, sin as f32);
            *sample = (mixed + Iq::new(uniform(), uniform()) * noise) * level;
        }
        if out.len() > MOST {
            break;
        }
    }
    out.truncate(MOST);
    out
}

/// What is told, as text: numbers that are none are equal to themselves there.
#[derive(Default)]
struct Told {
    events: Vec<String>,
    symbols: Vec<(u64, u64, Vec<i8>)>,
    carrier: bool,
    locked: Option<f64>,
    next: Option<u64>,
}

impl Told {
    fn take(&mut self, event: Event<'_>, samples: u64) {
        match event {
            Event::CarrierAcquired(estimate) => {
                assert!(!self.carrier && estimate.at <= samples, "{event:?}");
                self.carrier = true;
            }
            Event::Carrier(estimate) => {
                assert!(self.carrier && estimate.at <= samples, "{event:?}");
                assert!(
                    estimate.offset_hz.is_finite() && estimate.rate_hz_s.is_finite(),
                    "{event:?}"
                );
            }
            Event::CarrierLost { at } => {
                assert!(
                    self.carrier && self.locked.is_none() && at <= samples,
                    "{event:?}"
                );
                self.carrier = false;
            }
            Event::SymbolLock {
                at,
                symbol_rate,
                continued,
            } => {
                assert!(
                    self.carrier && self.locked.is_none() && at <= samples,
                    "{event:?}"
                );
                self.locked = Some(symbol_rate);
                self.next = self.next.filter(|_| continued);
            }
            Event::SymbolLost { at } => {
                assert!(self.locked.take().is_some() && at <= samples, "{event:?}");
            }
            Event::Symbols { first, at, soft } => {
                assert!(
                    self.locked.is_some() && at >= 0.0 && at <= samples as f64,
                    "{event:?}"
                );
                assert_eq!(self.next.unwrap_or(0), first, "a gap in the count");
                assert!(!soft.contains(&i8::MIN));
                self.next = Some(first + soft.len() as u64);
                self.symbols.push((first, at.to_bits(), soft.to_vec()));
            }
            Event::NotNumbers { at, count } => assert!(count > 0 && at + count <= samples),
        }
        if !matches!(event, Event::Symbols { .. }) {
            self.events.push(format!("{event:?}"));
        }
    }
}

fn hear<'a>(settings: &Settings, samples: usize, pieces: impl Iterator<Item = &'a [Iq]>) -> Told {
    let mut receiver = Receiver::new(settings).expect("the settings were taken before");
    let told = RefCell::new(Told::default());
    let mut sink = |event: Event<'_>| told.borrow_mut().take(event, samples as u64);
    for piece in pieces {
        receiver.push(piece, &mut sink);
    }
    receiver.finish(&mut sink);
    let status = receiver.status();
    let told = told.into_inner();
    assert_eq!(status.carrier_acquired, told.carrier);
    assert_eq!(status.symbol_in_lock, told.locked.is_some());
    told
}

fuzz_target!(|input: &[u8]| {
    let Some((octets, rest)) = input.split_first_chunk() else {
        return;
    };
    let Some((&[cut, sent], operations)) = rest.split_first_chunk() else {
        return;
    };
    let settings = settings(octets);
    if Receiver::new(&settings).is_err() {
        return;
    }
    let symbol_rate = settings
        .symbol_rate
        .unwrap_or([1000.0, 2000.0][usize::from(sent & 1)]);
    let samples = samples(&settings, symbol_rate, sent & 2 == 0, operations);
    let whole = hear(&settings, samples.len(), std::iter::once(&samples[..]));
    let parts = hear(&settings, samples.len(), pieces(&samples, cut));
    assert_eq!(
        (whole.events, &whole.symbols),
        (parts.events, &parts.symbols)
    );
    let symbols: usize = whole.symbols.iter().map(|(_, _, soft)| soft.len()).sum();
    // No symbol is shorter than four samples, but for what a clock may err.
    assert!(
        symbols as f64 <= samples.len() as f64 / 4.0 * 1.05 + 16.0,
        "{symbols} symbols of {} samples",
        samples.len()
    );
});
