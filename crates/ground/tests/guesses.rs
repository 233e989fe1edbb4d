//! What `guess` makes of hand-made files of frames and packets, and of noise.

mod naive;

use magpie_ground::frames::{FrameKind, FrameSpec};
use magpie_ground::guess::{Guess, guess};
use naive::frames::*;
use naive::{Seeded, crc16};

#[test]
fn guesses_of_hand_made_files() {
    let v3: Vec<u8> = (0..20)
        .flat_map(|fsn| V3 { fsn, ..U }.with(&packet(5, &vec![fsn; 10 + usize::from(fsn)])))
        .collect();
    assert_eq!(
        guess(&v3, true).guess,
        Guess::Frames(FrameSpec::new(FrameKind::V3, None))
    );
    let packets: Vec<u8> = (1..20)
        .flat_map(|i| packet(u16::from(i), &vec![i; usize::from(i)]))
        .collect();
    assert_eq!(guess(&packets, true).guess, Guess::Packets);
    for fecf in [false, true] {
        let field = |i: u8| {
            tfdf(
                0b111,
                UPID_PACKETS,
                None,
                &packet(5, &vec![i; 10 + usize::from(i)]),
            )
        };
        let file: Vec<u8> = (0..20)
            .flat_map(|i| {
                let mut frame = uslp(
                    0x123,
                    1,
                    2,
                    1,
                    Some(i),
                    &[field(i), vec![0; 2 * usize::from(fecf)]].concat(),
                );
                if fecf {
                    let body = frame.len() - 2;
                    let crc = crc16(&frame[..body]);
                    frame[body..].copy_from_slice(&crc);
                }
                frame
            })
            .collect();
        let spec = FrameSpec {
            fecf,
            ..FrameSpec::new(FrameKind::Uslp, None)
        };
        assert_eq!(guess(&file, true).guess, Guess::Frames(spec));
        for segment_header in [false, true] {
            let header: &[u8] = if segment_header { &[0xC5] } else { &[] };
            let file: Vec<u8> = (0..20)
                .flat_map(|i| {
                    tc(
                        AD,
                        0x2A,
                        3,
                        i,
                        &[header, &packet(5, &vec![i; 10 + usize::from(i)])].concat(),
                        fecf,
                    )
                })
                .collect();
            let guessed = guess(&file, true);
            let spec = FrameSpec {
                fecf,
                segment_header,
                ..FrameSpec::new(FrameKind::Tc, None)
            };
            assert_eq!(guessed.guess, Guess::Frames(spec), "{:?}", guessed.evidence);
            assert!(guessed.evidence.len() >= 3);
        }
    }
    for seed in 1..20 {
        let noise = Seeded(seed).octets(20_000);
        assert_eq!(guess(&noise, true).guess, Guess::Unknown, "seed {seed}");
    }
}
