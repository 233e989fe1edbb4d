//! What the channel's gain and erased symbols change: nothing.

use super::{Random, encoded, quantized, received};
use crate::turbo::{Row, TurboCode, TurboDecoder, TurboRate};
use std::vec;

#[test]
fn neither_gain_nor_erasures_matter() {
    // Well above the waterfall: from three steps an amplitude to half of the symbols limited, and
    // with one symbol in twenty erased.
    let mut random = Random(5);
    for (rate, eb_n0) in TurboRate::ALL.into_iter().zip([2.0, 1.4, 1.2, 1.0]) {
        let code = TurboCode::new(1784, rate).expect("a code");
        let mut memory = vec![Row::ZERO; TurboDecoder::memory_len(code)];
        let mut decoder = TurboDecoder::new(code, &mut memory).expect("memory");
        let es_n0 = 10_f64.powf(eb_n0 / 10.0) * code.k() as f64 / code.n() as f64;
        for gain in [3.0, 10.0, 35.0, 127.0] {
            let message = random.message(code);
            let noisy = received(&encoded(code, &message), (0.5 / es_n0).sqrt(), &mut random);
            let mut soft = quantized(&noisy, gain);
            soft.iter_mut().step_by(20).for_each(|symbol| *symbol = 0);
            let mut output = vec![0; code.message_len()];
            let outcome = decoder.decode(&soft, &mut output).expect("lengths fit");
            assert!(
                output == message && outcome.converged,
                "{code:?} {gain} {outcome:?}"
            );
        }
    }
}
