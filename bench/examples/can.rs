use magpie_radio::SampleRate;
use magpie_radio::canister::{self, Narrow};
use magpie_radio::channel::{Awgn, Chain, Doppler, Seed};
use magpie_radio::modulate::{Coding, Modulator, Transmission};
use magpie_radio::profile::{Profile, Row, SPEED_OF_LIGHT};
use magpie_radio::receive::{Receiver, Settings};
use magpie_radio::waveform::{Modulation, Waveform};
fn main() {
    let sr = SampleRate::new(64_000.0).unwrap();
    let level: f64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let w = Waveform::new(Modulation::PROXIMITY, 2000.0).unwrap();
    let mut send = Transmission::new(Modulator::new(w, sr).unwrap(), Coding::Convolutional);
    let mut samples = Vec::new();
    let mut n = 0u8;
    send.idle(16, &mut samples);
    while samples.len() < 60 * 64_000 {
        let mut f = vec![0x80, 0, 0, 63, n];
        f.extend((0..59).map(|k| {
            let mut z = (k as u64 + 64 * n as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            z ^= z >> 31;
            z = z.wrapping_mul(0x94D0_49BB_1331_11EB);
            (z >> 40) as u8
        }));
        send.frame(&f, &mut samples).unwrap();
        send.idle(8, &mut samples);
        n += 1;
    }
    send.finish(&mut samples);
    let metres = -SPEED_OF_LIGHT / 401_585_625.0 * -60.0;
    let rows = (0..=70).map(|s| {
        let t = f64::from(s) - 30.0;
        Row {
            t_s: f64::from(s),
            range_m: 0.5 * metres * t * t,
            range_rate_m_s: metres * t,
        }
    });
    let path = Profile::new(rows.collect()).unwrap();
    let mut ch = Chain::new()
        .with(Doppler::new(path, 401_585_625.0, sr).unwrap())
        .with(Awgn::cn0(
            level,
            sr,
            Seed::new(std::env::args().nth(2).unwrap().parse().unwrap(), 6),
        ));
    ch.process(&mut samples);
    let mut rest = Vec::new();
    ch.finish(&mut rest);
    samples.append(&mut rest);
    println!("samples {} frames {n}", samples.len());
    let heard = canister::hear(
        &mut samples[..],
        &Settings::new(sr),
        Narrow::default(),
        |s| Receiver::new(s),
    )
    .unwrap();
    for p in &heard.passes {
        println!(
            "{:?} bw {:?} locks {:?} symbols {} rate {:?} est {} first {:?}",
            p.direction,
            p.loop_bandwidth_hz,
            p.locks,
            p.symbols,
            p.symbol_rate,
            p.track.len(),
            p.track.first()
        );
    }
    for (n, s) in [("first", &heard.first), ("all", &heard.stretches)] {
        for s in s {
            println!(
                "{n} at {} = symbol {} len {} zeros {}",
                s.at,
                s.at / 32.0,
                s.soft.len(),
                s.soft.iter().filter(|x| **x == 0).count()
            );
        }
    }
}
