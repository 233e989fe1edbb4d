//! The world of two endpoints in simplex, where every figure can be worked by hand.

use magpie_sim::session::setup::{Cut, Duplexing, Load, Setup};
use magpie_sim::session::trace::{Loss, Side, What};
use magpie_sim::session::{Outcome, SessionRun, run};
use magpie_wire::v3::Qos;

fn simplex(count: u32) -> Setup {
    let mut setup = Setup::lab(Duplexing::Simplex, 5);
    setup.keep_trace = true;
    setup.end_mut(Side::Caller).loads = vec![Load::packets(Qos::Expedited, count, 93)];
    setup
}

fn lost(run: &SessionRun, why: Loss) -> u64 {
    run.ledger.channels[0].lost[why as usize]
}

#[test]
fn times_of_a_frame_are_those_worked_by_hand() {
    let mut setup = simplex(1);
    setup.channels[0].delay_us = 1_300_000;
    let run = run(&setup).unwrap();
    // Carrier 100 ms, acquisition idle 100 ms, then 7 + 5 + 93 = 105 octets at 128 kbit/s: 6,562.5 us, rounded up; 1.3 s of light time.
    let entries = &run.trace.as_ref().unwrap().entries;
    let sent = entries.iter().find_map(|entry| match entry.what {
        What::Sent { until_us, .. } => Some((entry.at_us, until_us)),
        _ => None,
    });
    assert_eq!(sent, Some((200_000, 206_563)));
    let received = entries.iter().find_map(|entry| match &entry.what {
        What::Received {
            sent_us, content, ..
        } => Some((entry.at_us, *sent_us, content.octets)),
        _ => None,
    });
    assert_eq!(received, Some((1_506_563, 200_000, 98)));
    let delivered = &run.ledger.deliveries[0];
    assert!(delivered.intact && delivered.at_us == 1_506_563);
    // The receiver of simplex goes on listening.
    assert_eq!(run.outcome, Outcome::Quiet);
}

#[test]
fn one_seed_one_trace() {
    let mut setup = simplex(50);
    setup.channels[0].loss = 0.2;
    setup.channels[0].corruption = 0.2;
    let play = |setup: &Setup| run(setup).unwrap().trace.unwrap();
    assert_eq!(play(&setup), play(&setup));
    let first = play(&setup);
    setup.seed += 1;
    assert_ne!(play(&setup), first);
}

#[test]
fn a_cut_takes_the_frames_in_it_and_those_until_lock_comes_back() {
    let mut setup = simplex(200);
    // One packet fits many times into a frame, so ask for one frame each.
    setup.end_mut(Side::Caller).mib.packing = magpie_link::mib::Packing::PacketPerFrame;
    setup.channels[0].cuts = vec![Cut {
        from_us: 500_000,
        until_us: 600_000,
    }];
    let run = run(&setup).unwrap();
    // Frames of 6,563 us from 200 ms on, one behind the other, 1 ms away. No lock from 500 to 600 + 20 ms: frames that end after 500 ms and begin
    // before 620 ms. Frame k comes from 201,000 + 6,563 k to the next: k = 45 ends at 502,898, k = 63 begins at 614,469. 19 frames.
    assert_eq!(lost(&run, Loss::NoLock), 19);
    assert_eq!(run.ledger.deliveries.len(), 181);
    assert_eq!(run.ledger.channels[0].sent, 200);
}

#[test]
fn flipped_bits_never_arrive() {
    let mut setup = simplex(400);
    setup.end_mut(Side::Caller).mib.packing = magpie_link::mib::Packing::PacketPerFrame;
    setup.channels[0].corruption = 0.5;
    let run = run(&setup).unwrap();
    let count = run.ledger.channels[0];
    assert!(count.lost[Loss::Corrupted as usize] > 100);
    assert_eq!(count.received, run.ledger.deliveries.len() as u64);
    assert!(run.ledger.deliveries.iter().all(|d| d.intact));
}
