//! The plan of passes and their books: conflicts refused, nothing forgotten over a restart, every octet on one side or the other.

use magpie_link::clock::{Duration, Instant};
use magpie_relay::contact::{
    Amount, Books, Contact, ContactId, Entry, Hop, Mode, Reason, Schedule, ScheduleError,
    ScheduleLimits, Service,
};
use magpie_relay::node::{RamState, StateStore as _};

fn at(s: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(s)
}

fn pass(id: u32, begin: u64, end: u64) -> Contact {
    Contact::new(ContactId(id), 82, at(begin), at(end), Mode::Blind)
}

#[test]
fn a_pass_that_cannot_be_flown_is_refused_and_the_rest_survives_a_restart() {
    let limits = ScheduleLimits {
        most: 3,
        gap: Duration::from_secs(10),
        peers: [82].into(),
        ..ScheduleLimits::default()
    };
    let mut schedule = Schedule::new(limits.clone());
    schedule.add(pass(1, 100, 200), at(0)).unwrap();
    let unknown = Contact {
        peer: 83,
        ..pass(9, 900, 950)
    };
    for (wrong, error) in [
        (pass(2, 300, 300), ScheduleError::Empty),
        (pass(2, 150, 250), ScheduleError::Overlap(ContactId(1))),
        (pass(2, 205, 250), ScheduleError::Overlap(ContactId(1))),
        (pass(1, 300, 400), ScheduleError::Taken(ContactId(1))),
        (unknown, ScheduleError::Unauthorised(83)),
    ] {
        assert_eq!(schedule.add(wrong, at(0)), Err(error));
    }
    assert_eq!(schedule.add(pass(1, 100, 200), at(0)), Ok(()), "again");
    schedule.add(pass(2, 210, 250), at(0)).unwrap();
    schedule.add(pass(3, 300, 350), at(0)).unwrap();
    let full = schedule.add(pass(4, 400, 450), at(0));
    assert_eq!(full, Err(ScheduleError::Full(3)));
    assert_eq!(schedule.current(0, at(199)).unwrap().id, ContactId(1));
    assert_eq!(schedule.current(0, at(200)), None);
    assert_eq!(schedule.next(0, at(200)).unwrap().id, ContactId(2));
    assert_eq!(schedule.poll_timeout(at(210)), Some(at(250)));
    assert_eq!(schedule.poll_over(at(200)).unwrap().id, ContactId(1));
    let mut store = RamState::default();
    while let Some(change) = schedule.poll_state() {
        store.put(change).unwrap();
    }
    store.commit().unwrap();
    let (restored, refused) = Schedule::restore(limits, store.durable());
    assert_eq!(refused, 0);
    assert!(restored.contacts().eq(schedule.contacts()));
}

#[test]
fn books_balance_and_go_on_after_a_restart() {
    let (one, service) = (ContactId(1), Service::Recording);
    let mut books = Books::new(2);
    books.post(one, service, Entry::Offered, Amount::one(900));
    books.post(one, service, Entry::Refused(Reason::Full), Amount::one(50));
    let spoiled = Entry::Lost(Hop::Interface, Reason::BadChecksum);
    books.post(one, service, spoiled, Amount::one(100));
    let mut store = RamState::default();
    while let Some(change) = books.poll_state() {
        store.put(change).unwrap();
    }
    store.commit().unwrap();
    let (mut books, refused) = Books::restore(2, store.durable());
    assert_eq!(refused, 0);
    let account = books.account(one, service).unwrap();
    assert_eq!(account.accepted_octets(), Some(850));
    assert_eq!(account.under_way_octets(), Some(750));
    books.post(one, service, Entry::Delivered, Amount::one(751));
    let wrong = books.check().unwrap_err();
    assert_eq!((wrong.pass, wrong.service), (one, service));
    for number in 2..4 {
        let amount = Amount::one(1);
        books.post(ContactId(number), service, Entry::Offered, amount);
    }
    assert_eq!((books.closed(), books.account(one, service)), (1, None));
}
