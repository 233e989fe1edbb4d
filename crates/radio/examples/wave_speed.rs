//! How fast the modulator and the stages of the channel are, in one thread, and what the modulator's band limit takes from the power.

#![allow(clippy::cast_precision_loss)] // counts of samples

use std::time::Instant;

use magpie_radio::channel::{
    Awgn, Bursts, Doppler, Fade, Fades, Oscillator, Quantise, Rice, SampleClock, Seed, Stage,
    Tones, TwoRay, comb,
};
use magpie_radio::modulate::Modulator;
use magpie_radio::profile::Profile;
use magpie_radio::waveform::{Modulation, Waveform};
use magpie_radio::{Iq, SampleRate};

const SYMBOL_RATE: f64 = 8_000.0;

/// Million samples a second of what makes or changes a block, over about a fifth of a second.
fn speed(name: &str, mut work: impl FnMut(&mut Vec<Iq>)) {
    let (began, mut samples, mut block) = (Instant::now(), 0, Vec::new());
    while began.elapsed().as_millis() < 200 {
        work(&mut block);
        samples += block.len();
    }
    let rate = samples as f64 / began.elapsed().as_secs_f64() / 1e6;
    println!("{name:24} {rate:8.1} Msample/s");
}

fn modulators() {
    let symbols: Vec<u8> = (0..4096u32).map(|n| (n * n / 7 % 2) as u8).collect();
    for (name, modulation) in [
        ("residual carrier", Modulation::PROXIMITY),
        (
            "subcarrier",
            Modulation::Subcarrier {
                hz: 16_000.0,
                index_rad: 1.0,
            },
        ),
        ("BPSK, roll-off 0.5", Modulation::Bpsk { roll_off: 0.5 }),
        ("QPSK, roll-off 0.2", Modulation::Qpsk { roll_off: 0.2 }),
    ] {
        let waveform = Waveform::new(modulation, SYMBOL_RATE).expect("a waveform");
        for per_symbol in [16.0, 13.37] {
            let rate = SampleRate::new(SYMBOL_RATE * per_symbol).expect("a rate");
            let mut modulator = Modulator::new(waveform, rate).expect("a modulator");
            speed(&format!("{name}, {per_symbol} a symbol"), |block| {
                block.clear();
                modulator.push_symbols(&symbols, block);
            });
        }
    }
}

fn stages() {
    let rate = SampleRate::new(256_000.0).expect("a rate");
    let profile: Profile = "t_s,range_m,range_rate_m_s\n0,400000,-3000\n1000,0,3000\n"
        .parse()
        .expect("a profile");
    let seed = Seed::new(1, 0);
    let fade = Fade {
        from_s: 0.1,
        to_s: 0.2,
        depth_db: 20.0,
    };
    let list: Vec<(&str, Box<dyn Stage>)> = vec![
        ("white noise", Box::new(Awgn::cn0(50.0, rate, seed))),
        (
            "Doppler",
            Box::new(Doppler::new(profile, 4e8, rate).expect("slow enough")),
        ),
        (
            "oscillator",
            Box::new(Oscillator::new(4e8, 1.0, 0.01, rate)),
        ),
        (
            "oscillator, walking",
            Box::new(Oscillator::new(4e8, 1.0, 0.01, rate).walking(0.1, rate, seed)),
        ),
        ("sample clock", Box::new(SampleClock::new(10.0))),
        ("listed fades", Box::new(Fades::new(&[fade], rate))),
        (
            "fading after Rice",
            Box::new(Rice::new(10.0, 1.0, rate, seed)),
        ),
        ("second ray", Box::new(TwoRay::new(1e-5, -6.0, 1.0, rate))),
        ("bursts", Box::new(Bursts::new(0.1, 0.01, 10.0, rate, seed))),
        (
            "comb of 4 lines",
            Box::new(Tones::new(&comb(1e3, 1e3, 4, -10.0), rate)),
        ),
        (
            "quantiser",
            Box::new(Quantise::new(8, 4.0).expect("eight bits")),
        ),
    ];
    for (name, mut stage) in list {
        speed(name, |block| {
            block.clear();
            block.resize(8192, Iq::new(1.0, 0.0));
            stage.process(block);
        });
    }
}

fn main() {
    modulators();
    stages();
    for per_symbol in [4.0, 4.013, 8.013, 16.013, 32.013] {
        println!(
            "band limit at {per_symbol:6.3} samples a symbol: {:.3} dB of the data's power",
            band_limit_db(per_symbol)
        );
    }
}

/// What the means over the samples' intervals take from the power of random data, in dB.
fn band_limit_db(per_symbol: f64) -> f64 {
    let waveform = Waveform::new(Modulation::SuppressedCarrier, SYMBOL_RATE).expect("a waveform");
    let rate = SampleRate::new(SYMBOL_RATE * per_symbol).expect("a rate");
    let mut modulator = Modulator::new(waveform, rate).expect("a modulator");
    let mut register = 1u32;
    let symbols: Vec<u8> = (0..32_767)
        .map(|_| {
            let bit = (register >> 14 ^ register >> 13) & 1;
            register = (register << 1 | bit) & 0x7FFF;
            bit as u8
        })
        .collect();
    let mut samples = Vec::new();
    modulator.push_symbols(&symbols, &mut samples);
    let power: f64 = samples.iter().map(|s| f64::from(s.norm_sqr())).sum();
    -10.0 * (power / samples.len() as f64).log10()
}
