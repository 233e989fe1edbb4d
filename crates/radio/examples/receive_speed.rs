//! Million samples a second of processor time, one thread, tracking with soft output: `receive_speed [seconds of signal]`.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

#[path = "../tests/naive/mod.rs"]
mod naive;

use magpie_radio::SampleRate;
use magpie_radio::receive::{Event, Hear, Receiver, Settings};
use std::time::Instant;

fn main() {
    let wanted: f64 = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(20e6);
    for (sample_rate, symbol_rate) in [
        (2e6, 16e3),
        (16e6, 1.024e6),
        (2e6, 1e3),
        (256e3, 16e3),
        (4.096e6, 1.024e6),
    ] {
        let mut signal = naive::Signal::new(
            sample_rate,
            symbol_rate,
            naive::cn0_for(4.0, symbol_rate),
            3210.0,
            20.0,
            7,
        );
        signal.begins_s = 0.3;
        let mut settings = Settings::new(SampleRate::new(sample_rate).unwrap());
        settings.symbol_rate = Some(symbol_rate);
        let mut receiver = Receiver::new(&settings).unwrap();
        let (mut symbols, mut lost) = (0_usize, 0);
        let mut spent = [0.0_f64; 2];
        let mut counted = [0_u64; 2];
        let mut at = 0;
        while at < wanted as u64 + (0.5 * sample_rate) as u64 {
            let block = signal.samples(at, at + 262_144);
            at += 262_144;
            let tracking = usize::from(receiver.status().symbol_in_lock);
            let start = processor_s();
            receiver.push(&block, &mut |event| match event {
                Event::Symbols { soft, .. } => symbols += soft.len(),
                Event::CarrierLost { .. } => lost += 1,
                _ => {}
            });
            let took = processor_s() - start;
            spent[tracking] += took;
            counted[tracking] += 1;
        }
        let speed = |k: usize| counted[k] as f64 * 0.262_144 / spent[k];
        println!(
            "{sample_rate:9} samples/s, {symbol_rate:8} symbols/s: {:6.1} Msample/s tracking, {:6.1} before; {symbols} symbols, lost {lost}",
            speed(1),
            speed(0),
        );
    }
}

/// Seconds that this thread has had the processor (Linux), or the time of day.
fn processor_s() -> f64 {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .map_or_else(wall_s, |nanoseconds| nanoseconds * 1e-9)
}

fn wall_s() -> f64 {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}
