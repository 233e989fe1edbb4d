//! Symbol error rates after the loops against theory, as loss in dB: `receive_ber [symbols a point] [samples a symbol] [symbol rate…]`.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss
)]

#[path = "../tests/naive/mod.rs"]
mod naive;

use magpie_radio::SampleRate;
use magpie_radio::receive::{Receiver, Settings};

fn main() {
    let arguments: Vec<f64> = std::env::args()
        .skip(1)
        .filter_map(|a| a.parse().ok())
        .collect();
    let symbols = arguments.first().copied().unwrap_or(200_000.0);
    let per_symbol = arguments.get(1).copied().unwrap_or(64.03);
    let rates = match arguments.get(2..) {
        Some(rates) if !rates.is_empty() => rates.to_vec(),
        _ => vec![1e3, 8e3, 64e3, 512e3],
    };
    println!(
        "rate      Es/N0  sent      measured   theory     loss dB  est.Es/N0  C/N0 error  locks"
    );
    for &rate in &rates {
        for es_n0 in [0.0, 2.0, 4.0, 6.0, 8.0] {
            let sample_rate = (rate * per_symbol).max(60_000.0);
            let cn0 = naive::cn0_for(es_n0, rate);
            let mut signal = naive::Signal::new(sample_rate, rate, cn0, 3210.0, 20.0, 7);
            signal.begins_s = 0.6;
            let mut settings = Settings::new(SampleRate::new(sample_rate).unwrap());
            settings.symbol_rate = Some(rate);
            let mut receiver = Receiver::new(&settings).unwrap();
            let settle = 2.0 + 2000.0 / rate;
            let seconds = settle + symbols / rate;
            let heard = naive::hear(&mut signal, &mut receiver, seconds, settle);
            let measured = heard.errors as f64 / heard.compared as f64;
            let loss = es_n0 - naive::es_n0_of(measured);
            let (_, _, _, cn0_seen, es_seen) = heard.estimates.last().copied().unwrap_or_default();
            println!(
                "{rate:8} {es_n0:5} {:9} {measured:10.3e} {:10.3e} {loss:7.3} {:8.2} {:8.2}  {} {} {} {:?}",
                heard.compared,
                naive::theory(es_n0),
                es_seen.unwrap_or(f64::NAN),
                cn0_seen - cn0,
                heard.acquired.len(),
                heard.symbol_locks.len(),
                heard.lost.len(),
                heard.places,
            );
        }
    }
}
