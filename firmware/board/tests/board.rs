//! What all boards share, on the host.

use embedded_storage::nor_flash::{NorFlash, ReadNorFlash};
use magpie_board::clock::Clock;
use magpie_board::flash::{FlashError, MemoryFlash};
use magpie_board::remnant::{Remnant, WORDS_LEN};
use magpie_board::ring::Ring;
use magpie_bus::ResetCause;

#[test]
fn octets_come_out_of_the_ring_as_they_went_in_from_another_thread() {
    static RING: Ring<64> = Ring::new();
    const OCTETS: u32 = 200_000;
    let producer = std::thread::spawn(|| {
        for n in 0..OCTETS {
            while !RING.push(n.to_le_bytes()[0]) {
                std::thread::yield_now();
            }
        }
    });
    let mut n = 0;
    while n < OCTETS {
        if let Some(octet) = RING.pop() {
            assert_eq!(octet, n.to_le_bytes()[0]);
            n += 1;
        } else {
            std::thread::yield_now();
        }
    }
    producer.join().unwrap();
    assert!(RING.is_empty());
}

#[test]
fn a_full_ring_keeps_the_old_octets_and_counts_the_new_ones() {
    let ring: Ring<8> = Ring::new();
    let taken = (0..20).filter(|&n| ring.push(n)).count();
    ring.lose(3);
    assert_eq!((taken, ring.lost()), (8, 15));
    assert_eq!(
        std::iter::from_fn(|| ring.pop()).collect::<Vec<_>>(),
        [0, 1, 2, 3, 4, 5, 6, 7]
    );
    assert!(ring.push(9) && ring.pop() == Some(9));
}

#[test]
fn the_watchdog_survives_the_wrap_of_the_uptime() {
    let clock = Clock::new();
    clock.tick(u32::MAX - 500);
    clock.kick();
    assert!(!clock.tick(1_999));
    assert!(clock.tick(1));
    clock.kick();
    assert!(!clock.tick(10));
}

#[test]
fn flash_keeps_its_rules() {
    let mut memory = vec![0_u8; 3 * 4_096];
    let mut flash = MemoryFlash::new(&mut memory);
    assert_eq!(flash.write(0, &[1; 8]), Err(FlashError::NotErased));
    assert_eq!(flash.erase(0, 4_095), Err(FlashError::NotAligned));
    assert_eq!(flash.erase(8_192, 16_384), Err(FlashError::OutOfBounds));
    flash.erase(4_096, 8_192).unwrap();
    assert_eq!(flash.write(4_100, &[1; 8]), Err(FlashError::NotAligned));
    assert_eq!(flash.write(4_096, &[1; 7]), Err(FlashError::NotAligned));
    flash.write(4_096, &[0xA5; 16]).unwrap();
    // The same bits again would change nothing; a flash with error correction still must not be asked.
    assert_eq!(flash.write(4_104, &[0xA5; 8]), Err(FlashError::NotErased));
    let mut octets = [0; 20];
    flash.read(4_094, &mut octets).unwrap();
    assert_eq!(octets[..4], [0, 0, 0xA5, 0xA5]);
    assert_eq!(octets[18..], [0xFF, 0xFF]);
    let end = u32::try_from(flash.capacity()).unwrap();
    assert_eq!(
        flash.read(end - 19, &mut octets),
        Err(FlashError::OutOfBounds)
    );
    assert_eq!(flash.read(u32::MAX, &mut [0]), Err(FlashError::OutOfBounds));
}

#[test]
fn last_words_are_cut_and_gone_after_the_next_reset() {
    let memory = Remnant::new();
    assert_eq!(memory.begin().boots(), 1);
    memory
        .dying(ResetCause::Panic)
        .text("é ")
        .decimal(0)
        .text(" ")
        .decimal(u32::MAX)
        .text(" ")
        .hex(0x0DEA_DBEE)
        .text(&" crumbs".repeat(20))
        .end();
    let past = memory.begin();
    assert_eq!((past.cause(), past.boots()), (ResetCause::Panic, 2));
    assert!(
        past.last_words()
            .starts_with("?? 0 4294967295 0deadbee crumbs")
    );
    assert_eq!(past.last_words().len(), WORDS_LEN);
    memory.dying(ResetCause::Watchdog).end();
    let past = memory.begin();
    assert_eq!((past.cause(), past.boots()), (ResetCause::Watchdog, 3));
    assert_eq!(past.last_words(), "");
}
