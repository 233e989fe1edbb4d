//! Files come back from any mix of symbols, and from nothing else. The truth is the file that was put in.

use magpie_relay::blindcast::{
    Limits, PacketError, Receiver, Refusal, Sender, SenderConfig, Step, Taken,
};

/// A seeded draw (xorshift), so that every run is the same.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn is_lost(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

fn content(len: usize, seed: u64) -> Vec<u8> {
    let mut draw = Draw(seed | 1);
    (0..len).map(|_| draw.next().to_le_bytes()[3]).collect()
}

fn sender(symbol_octets: u16, block_symbols: u32, file: &[u8]) -> Sender {
    let config = SenderConfig {
        symbol_octets,
        block_symbols,
    };
    Sender::new(config, b"file", file).unwrap()
}

fn next(sender: &mut Sender) -> Vec<u8> {
    let mut packet = vec![0; sender.packet_len()];
    let len = sender.next_packet(&mut packet).unwrap();
    assert_eq!(len, packet.len());
    packet
}

/// Feeds a packet and decodes; says whether the file is whole.
fn feed(receiver: &mut Receiver, pass: u16, packet: &[u8]) -> bool {
    receiver.handle_packet(pass, packet).unwrap();
    let mut whole = false;
    loop {
        match receiver.poll_decode() {
            Step::Nothing => return whole,
            Step::Complete(_) => whole = true,
            Step::Mismatch(_) | Step::Undecodable(_) => panic!("good symbols"),
            Step::NotYet(_) | Step::Block(_) => {}
        }
    }
}

fn held_file(receiver: &Receiver) -> Vec<u8> {
    let object = receiver.objects().next().unwrap();
    object.file().unwrap().octets.to_vec()
}

#[test]
fn any_mix_of_five_passes_rebuilds_the_file_at_any_loss() {
    for (percent, block_symbols) in [(0, 500), (30, 500), (60, 60), (90, 500), (90, 60)] {
        let file = content(30_000, 9 + percent);
        let mut sender = sender(200, block_symbols, &file);
        let mut receiver = Receiver::new(Limits::default());
        let mut draw = Draw(77 + percent);
        let (mut good, mut whole, mut pass) = (0, false, 0);
        while !whole {
            pass += 1;
            assert!(pass < 100, "{percent} %");
            sender.begin_pass(pass);
            for _ in 0..500 {
                let packet = next(&mut sender);
                if !whole && !draw.is_lost(percent) {
                    good += 1;
                    whole = feed(&mut receiver, pass, &packet);
                }
            }
        }
        assert_eq!(held_file(&receiver), file);
        let symbols = sender.object().layout.symbols();
        if block_symbols == 500 {
            assert!(good <= symbols + 5, "{good} symbols for {symbols}");
        }
        let shares = receiver.objects().next().unwrap().by_pass();
        assert_eq!(
            shares.values().map(|s| s.kept + s.surplus).sum::<u64>(),
            good
        );
    }
}

#[test]
fn order_and_duplicates_do_not_matter_and_an_export_restores_it() {
    let file = content(9_000, 5);
    let mut sender = sender(100, 40, &file);
    sender.begin_pass(300);
    let mut packets: Vec<Vec<u8>> = (0..160).map(|_| next(&mut sender)).collect();
    packets.reverse();
    let mut first = Receiver::new(Limits::default());
    for packet in &packets[..60] {
        feed(&mut first, 1, packet);
        assert_ne!(first.handle_packet(2, packet), Ok(Taken::New));
    }
    let mut second = Receiver::new(Limits::default());
    for _ in 0..2 {
        first.export(&mut |pass, packet| {
            feed(&mut second, pass, packet);
        });
    }
    assert!(second.objects().next().unwrap().file().is_none());
    assert_eq!(first.held_octets(), second.held_octets());
    let whole = packets[60..]
        .iter()
        .any(|packet| feed(&mut second, 3, packet));
    assert!(whole);
    assert_eq!(held_file(&second), file);
    let mut third = Receiver::new(Limits::default());
    second.export(&mut |pass, packet| {
        feed(&mut third, pass, packet);
    });
    assert_eq!(held_file(&third), file);
}

#[test]
fn a_wrong_check_and_full_memory_are_refused_by_name_and_counted() {
    let mut sender = sender(64, 500, &content(5_000, 3));
    let limits = Limits {
        octets: 10 * 128,
        ..Limits::default()
    };
    let mut receiver = Receiver::new(limits);
    let mut damaged = next(&mut sender);
    damaged[50] ^= 4;
    let check = Refusal::Packet(PacketError::Check);
    assert_eq!(receiver.handle_packet(0, &damaged), Err(check));
    for _ in 0..10 {
        assert_eq!(
            receiver.handle_packet(0, &next(&mut sender)),
            Ok(Taken::New)
        );
    }
    let refused = receiver.handle_packet(0, &next(&mut sender));
    assert_eq!(refused, Err(Refusal::Memory));
    assert_eq!(receiver.held_octets(), limits.octets);
    let counts = receiver.counts();
    assert_eq!((counts.new, counts.refused[check.name()]), (10, 1));
    assert_eq!(counts.refused[Refusal::Memory.name()], 1);
    assert!(receiver.forget(sender.object()));
    assert_eq!(receiver.held_octets(), 0);
}

#[test]
fn two_objects_interleaved_and_one_too_many() {
    let files = [content(2_000, 1), content(3_000, 2), content(10, 3)];
    let mut senders = [0, 1, 2].map(|at: usize| sender(50, 500, &files[at]));
    let limits = Limits {
        objects: 2,
        ..Limits::default()
    };
    let mut receiver = Receiver::new(limits);
    for _ in 0..70 {
        for sender in &mut senders[..2] {
            feed(&mut receiver, 0, &next(sender));
        }
    }
    let refused = receiver.handle_packet(0, &next(&mut senders[2]));
    assert_eq!(refused, Err(Refusal::Objects));
    for (sender, file) in senders.iter().zip(&files[..2]) {
        assert_eq!(receiver.take_file(sender.object()).unwrap().1, *file);
    }
    // What was taken makes room, and its stream brings it no second time.
    let again = receiver.handle_packet(0, &next(&mut senders[1]));
    assert_eq!(again, Ok(Taken::Surplus));
    assert_eq!(
        receiver.handle_packet(0, &next(&mut senders[2])),
        Ok(Taken::New)
    );
}

#[test]
fn a_wrong_hash_is_never_a_file() {
    use magpie_relay::blindcast::{Announcement, ObjectId, SymbolPacket};
    let mut sender = sender(50, 500, &content(400, 1));
    let mut receiver = Receiver::new(Limits::default());
    let mut last = Step::Nothing;
    for _ in 0..sender.object().layout.symbols() {
        let packet = next(&mut sender);
        let honest = SymbolPacket::parse(&packet).unwrap();
        let object = Announcement {
            id: ObjectId(*b"borrowed"),
            ..honest.object
        };
        let mut forged = packet.clone();
        SymbolPacket { object, ..honest }.emit(&mut forged).unwrap();
        receiver.handle_packet(0, &forged).unwrap();
        last = receiver.poll_decode();
    }
    assert!(matches!(last, Step::Mismatch(_)), "{last:?}");
    let object = receiver.objects().next().unwrap();
    assert!(object.file().is_none() && object.held() == 0);
    assert_eq!(
        (receiver.counts().mismatches, receiver.held_octets()),
        (1, 0)
    );
}

#[test]
fn many_passes_begin_far_from_each_other() {
    let mut sender = sender(50, 500, &content(400, 1));
    for (passes, apart) in [(256, 65_536), (4_096, 4_096)] {
        let mut begins: Vec<u64> = (0..passes)
            .map(|pass| {
                sender.begin_pass(pass);
                sender.position()
            })
            .collect();
        begins.sort_unstable();
        assert!(begins.windows(2).all(|pair| pair[1] - pair[0] >= apart));
        assert!(begins[begins.len() - 1] + apart <= 1 << 24);
    }
}
