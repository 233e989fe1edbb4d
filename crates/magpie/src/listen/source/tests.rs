#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    clippy::large_stack_arrays
)] // small numbers, and figures that are exact

use std::io::Write as _;
use std::sync::mpsc::sync_channel;

use super::*;

const SOON: Duration = Duration::from_secs(10);

fn all(feed: &Feed) -> (Vec<u8>, Piece) {
    let mut octets = Vec::new();
    loop {
        match feed.next(SOON).expect("something comes") {
            Piece::Octets(block) => octets.extend(block),
            last => return (octets, last),
        }
    }
}

#[test]
fn names_of_sources() {
    let read = |text: &str| text.parse::<Source>();
    assert_eq!(
        read("tcp://:5000"),
        Ok(Source::Tcp("127.0.0.1:5000".into()))
    );
    assert_eq!(read("udp://5000"), Ok(Source::Udp("127.0.0.1:5000".into())));
    assert_eq!(
        read("tcp-listen://[::1]:7/"),
        Ok(Source::TcpListen("[::1]:7".into()))
    );
    assert_eq!(read("a:b"), Ok(Source::File("a:b".into())));
    assert_eq!(read("udp://host:port"), Err("give host:port".into()));
    assert_eq!(
        read("http://x"),
        Err("`http://` is not known; tcp://, tcp-listen:// and udp:// are".into())
    );
}

#[test]
fn a_file_is_read_to_its_end_or_as_far_as_wanted() {
    let octets: Vec<u8> = (0..200_000_u32).map(|n| n as u8).collect();
    let feed = feed_of(octets.clone(), Wanted::default());
    assert_eq!(all(&feed), (octets.clone(), Piece::End(None)));
    // SHA-512 of "abc" by FIPS 180; a part is read, all of it is summed.
    let feed = feed_of(
        b"abc".to_vec(),
        Wanted {
            most: Some(2),
            sha512: true,
            ..Wanted::default()
        },
    );
    let (read, end) = all(&feed);
    let sum = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
               2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
    assert_eq!((read, end), (b"ab".to_vec(), Piece::End(Some(sum.into()))));
}

#[test]
fn both_ends_of_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap();
    let sender = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(&[7; 100_000]).unwrap();
    });
    let source: Source = format!("tcp://{place}").parse().unwrap();
    let feed = source.open(Wanted::default()).unwrap();
    assert!(feed.is_live());
    assert_eq!(all(&feed), (vec![7; 100_000], Piece::End(None)));
    sender.join().unwrap();
    // Nobody listens there any more.
    let refused = source.open(Wanted::default()).err().unwrap().to_string();
    assert!(refused.contains("refused"), "{refused}");

    let source = Source::TcpListen(place.to_string());
    let feed = source.open(Wanted::default()).unwrap();
    assert_eq!(feed.next(Duration::from_millis(20)), None);
    let mut stream = TcpStream::connect(place).unwrap();
    stream.write_all(&[9; 10]).unwrap();
    drop(stream);
    assert_eq!(all(&feed), (vec![9; 10], Piece::End(None)));
}

#[test]
fn datagrams_are_whole_samples() {
    let probe = UdpSocket::bind("127.0.0.1:0").unwrap();
    let place = probe.local_addr().unwrap();
    drop(probe);
    let wanted = Wanted {
        sample_octets: 4,
        most: Some(8 + 6),
        ..Wanted::default()
    };
    let feed = Source::Udp(place.to_string()).open(wanted).unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.send_to(&[1; 8], place).unwrap();
    assert_eq!(feed.next(SOON), Some(Piece::Octets(vec![1; 8])));
    socket.send_to(&[2; 6], place).unwrap();
    assert_eq!(feed.next(SOON), Some(Piece::Odd(2)));
    assert_eq!(all(&feed), (vec![2; 4], Piece::End(None)));
}

#[test]
fn a_source_that_is_too_fast_is_cut_and_the_cut_is_told() {
    let probe = UdpSocket::bind("127.0.0.1:0").unwrap();
    let place = probe.local_addr().unwrap();
    // Room for one block, and nobody takes it.
    let (sender, pieces) = sync_channel(1);
    let still = Arc::new(AtomicBool::new(true));
    let wanted = Wanted {
        sample_octets: 8,
        ..Wanted::default()
    };
    let reader = {
        let still = Arc::clone(&still);
        thread::spawn(move || datagrams::read(&probe, &still, wanted, &sender))
    };
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for n in 0..3_u8 {
        socket.send_to(&[n; 800], place).unwrap();
        thread::sleep(3 * LOOK);
    }
    assert_eq!(pieces.recv(), Ok(Piece::Octets(vec![0; 800])));
    thread::sleep(2 * LOOK);
    assert_eq!(pieces.recv(), Ok(Piece::Lost(1600)));
    socket.send_to(&[3; 16], place).unwrap();
    assert_eq!(pieces.recv(), Ok(Piece::Octets(vec![3; 16])));
    still.store(false, Ordering::Relaxed);
    assert_eq!(pieces.recv(), Ok(Piece::End(None)));
    reader.join().unwrap();
}
