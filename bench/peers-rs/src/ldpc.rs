//! `labrador-ldpc` (min-sum, flooding, i8) and `ldpc-toolbox` (approximate min*, layered, i8).

use std::hint::black_box;

use labrador_ldpc::LDPCCode;
use ldpc_toolbox::codes::ccsds::{AR4JACode, AR4JAInfoSize, AR4JARate, C2Code};
use ldpc_toolbox::decoder::LdpcDecoder;
use ldpc_toolbox::decoder::factory::{DecoderFactory as _, DecoderImplementation};

use crate::{Files, Peer};

fn wrong_frames(have: &[u8], want: &[u8], octets: usize) -> (usize, usize) {
    let pairs = have.chunks(octets).zip(want.chunks(octets));
    (
        pairs.filter(|(have, want)| have != want).count(),
        want.len() / octets,
    )
}

pub(crate) struct Labrador {
    llrs: Vec<i8>,
    wanted: Vec<u8>,
    messages: Vec<u8>,
    iterations: usize,
    working: Vec<i8>,
    working_u8: Vec<u8>,
    output: Vec<u8>,
}

const CODE: LDPCCode = LDPCCode::TM2048;

impl Labrador {
    pub(crate) fn new(files: &Files) -> Result<Self, String> {
        Ok(Self {
            // Positive is 0 there, and its document asks for two bits of head room.
            llrs: files.input.iter().map(|&s| -(s as i8 / 4)).collect(),
            wanted: files.output.clone(),
            messages: Vec::new(),
            iterations: files.arg("iterations")? as usize,
            working: vec![0; CODE.decode_ms_working_len()],
            working_u8: vec![0; CODE.decode_ms_working_u8_len()],
            output: vec![0; CODE.output_len()],
        })
    }
}

impl Peer for Labrador {
    fn pass(&mut self) {
        self.messages.clear();
        for frame in black_box(&self.llrs).chunks_exact(CODE.n()) {
            let _ = CODE.decode_ms(
                frame,
                &mut self.output,
                &mut self.working,
                &mut self.working_u8,
                self.iterations,
            );
            self.messages
                .extend_from_slice(&self.output[..CODE.k() / 8]);
        }
    }

    fn wrong(&self) -> (usize, usize) {
        wrong_frames(&self.messages, &self.wanted, CODE.k() / 8)
    }
}

pub(crate) struct Toolbox {
    decoder: Box<dyn LdpcDecoder>,
    /// Whole codewords, punctured and shortened places included.
    llrs: Vec<f64>,
    n: usize,
    /// Where the message stands in the codeword.
    message: std::ops::Range<usize>,
    iterations: usize,
    wanted: Vec<u8>,
    messages: Vec<u8>,
}

/// The log-likelihood ratio of a bit that is known to be 0.
const CERTAIN: f64 = 30.0;

impl Toolbox {
    /// (2048,1024): 512 punctured places behind what is sent.
    pub(crate) fn ar4ja(files: &Files) -> Result<Self, String> {
        let scale = files.arg("llr_scale")?;
        let llrs = files.input.chunks_exact(2048).flat_map(|frame| {
            let sent = frame.iter().map(move |&s| -f64::from(s as i8) * scale);
            sent.chain([0.0; 512])
        });
        let h = AR4JACode::new(AR4JARate::R1_2, AR4JAInfoSize::K1024).h();
        Self::with(h, llrs.collect(), 2560, 0..1024, files)
    }

    /// (8160,7136): 18 known zeros in front, two fill bits behind that belong to no codeword.
    pub(crate) fn c2(files: &Files) -> Result<Self, String> {
        let scale = files.arg("llr_scale")?;
        let llrs = files.input.chunks_exact(8160).flat_map(|frame| {
            let sent = frame[..8158].iter();
            let sent = sent.map(move |&s| -f64::from(s as i8) * scale);
            [CERTAIN; 18].into_iter().chain(sent)
        });
        Self::with(C2Code::new().h(), llrs.collect(), 8176, 18..7154, files)
    }

    fn with(
        h: ldpc_toolbox::sparse::SparseMatrix,
        llrs: Vec<f64>,
        n: usize,
        message: std::ops::Range<usize>,
        files: &Files,
    ) -> Result<Self, String> {
        Ok(Self {
            decoder: DecoderImplementation::HLAminstari8.build_decoder(h),
            llrs,
            n,
            message,
            iterations: files.arg("iterations")? as usize,
            wanted: files.output.clone(),
            messages: Vec::new(),
        })
    }
}

impl Peer for Toolbox {
    fn pass(&mut self) {
        self.messages.clear();
        for frame in black_box(&self.llrs).chunks_exact(self.n) {
            let (Ok(output) | Err(output)) = self.decoder.decode(frame, self.iterations);
            let bits = &output.codeword[self.message.clone()];
            let octets = bits.chunks_exact(8);
            let octets = octets.map(|bits| bits.iter().fold(0, |octet, bit| octet << 1 | bit));
            self.messages.extend(octets);
        }
    }

    fn wrong(&self) -> (usize, usize) {
        wrong_frames(&self.messages, &self.wanted, self.message.len() / 8)
    }
}
