//! The payload source: asks the payload memory for files and their pieces, and makes packets of them.
//!
//! One piece is asked for at a time. The packet that is made of it waits here until the link has room for it.

use magpie_bus::FromComputer;
use magpie_relay::carousel::{Carousel, CarouselConfig, Files as _, Need};
use magpie_wire::id::Apid;

use crate::source::{FileList, MAX_FILES};

/// Octets of a file in one packet.
const SEGMENT: u16 = 234;
/// Room for the longest packet: Metadata with two names of 48 octets, or a segment.
pub(crate) const PACKET: usize = 272;
/// CFDP entity of the rover.
const ENTITY: u16 = 82;
/// CFDP entity of its team.
const TEAM: u16 = 1;
/// Application process of its packets.
const APID: u16 = 1_024;

/// Exchanges after which a question is asked again: an answer may have been spoiled on the serial line.
const ASK_AGAIN: u8 = 16;

/// Where the files come from, and how far they have gone.
#[derive(Debug)]
pub(crate) struct Payload {
    list: FileList,
    carousel: Option<Carousel<FileList>>,
    /// The payload memory has nothing.
    nothing: bool,
    /// The piece that was asked for.
    asked: Option<(u8, u32, u16)>,
    /// Exchanges since the last question that is not answered.
    waited: u8,
    packet: Option<&'static mut [u8; PACKET]>,
    packet_len: usize,
    rounds: u64,
}

impl Payload {
    pub(crate) const fn new() -> Self {
        Self {
            list: FileList::EMPTY,
            carousel: None,
            nothing: false,
            asked: None,
            waited: 0,
            packet: None,
            packet_len: 0,
            rounds: 0,
        }
    }

    /// Lends the room for a packet.
    pub(crate) fn lend(&mut self, packet: &'static mut [u8; PACKET]) {
        self.packet = Some(packet);
    }

    /// Begins anew with whatever the payload memory holds now.
    pub(crate) fn restart(&mut self, out: &mut impl FnMut(&FromComputer<'_>)) {
        self.list = FileList::EMPTY;
        self.carousel = None;
        self.nothing = false;
        self.asked = None;
        self.waited = 0;
        self.packet_len = 0;
        out(&FromComputer::PayloadAsk { file: 0 });
    }

    /// Rounds through all files since the start of the program.
    pub(crate) fn rounds(&self) -> u64 {
        self.rounds + self.carousel.as_ref().map_or(0, Carousel::rounds)
    }

    /// Whether everything has been said once.
    pub(crate) fn is_done(&self) -> bool {
        let once = self
            .carousel
            .as_ref()
            .is_some_and(|carousel| carousel.rounds() > 0);
        self.packet_len == 0 && (self.nothing || once)
    }

    pub(crate) fn take_file(
        &mut self,
        file: u8,
        files: u8,
        size: u32,
        name: &str,
        out: &mut impl FnMut(&FromComputer<'_>),
    ) {
        if self.carousel.is_some() || usize::from(file) != self.list.count() {
            return; // an answer that came twice
        }
        self.waited = 0;
        if files == 0 {
            self.nothing = true;
            return;
        }
        let more = self.list.push(name, size) && usize::from(file) + 1 < MAX_FILES;
        if more && file + 1 < files {
            out(&FromComputer::PayloadAsk { file: file + 1 });
            return;
        }
        let Some(apid) = Apid::new(APID) else {
            return;
        };
        let config = CarouselConfig {
            source: ENTITY,
            destination: TEAM,
            apid,
            segment_octets: SEGMENT,
            first_transaction: 1,
        };
        self.carousel = Carousel::new(config, self.list).ok();
    }

    /// Repeats a question that has waited for its answer for too long.
    fn ask_again(&mut self, out: &mut impl FnMut(&FromComputer<'_>)) {
        if self.asked.is_none() && (self.carousel.is_some() || self.nothing) {
            return;
        }
        self.waited += 1;
        if self.waited < ASK_AGAIN {
            return;
        }
        self.waited = 0;
        out(&match self.asked {
            Some((file, at, len)) => FromComputer::PayloadRead { file, at, len },
            None => FromComputer::PayloadAsk {
                file: u8::try_from(self.list.count()).unwrap_or(0),
            },
        });
    }

    /// Makes the packet of a piece that was asked for.
    pub(crate) fn take_octets(&mut self, file: u8, at: u32, octets: &[u8]) {
        if matches!(self.asked, Some((asked, from, _)) if (asked, from) == (file, at)) {
            self.asked = None;
            self.make_packet(octets);
        }
    }

    fn make_packet(&mut self, segment: &[u8]) {
        if let (Some(carousel), Some(packet)) = (&mut self.carousel, &mut self.packet) {
            self.packet_len = carousel
                .next_packet_with(segment, packet.as_mut_slice())
                .unwrap_or(0);
        }
    }

    /// Hands packets to `submit` until that has no room or the next piece has to come from the payload memory first. With `once`, stops
    /// behind the last file.
    pub(crate) fn feed(
        &mut self,
        once: bool,
        out: &mut impl FnMut(&FromComputer<'_>),
        submit: &mut impl FnMut(&[u8]) -> bool,
    ) {
        self.ask_again(out);
        loop {
            let packet = self.packet.as_deref().map_or(&[][..], |packet| packet);
            let packet = packet.get(..self.packet_len).unwrap_or(&[]);
            if !packet.is_empty() && !submit(packet) {
                return;
            }
            self.packet_len = 0;
            let Some(carousel) = &self.carousel else {
                return;
            };
            if self.asked.is_some() || (once && carousel.rounds() > 0) {
                return;
            }
            match carousel.next_need() {
                Need::Nothing => self.make_packet(&[]),
                Need::Segment { file, from, len } => {
                    let (Ok(file), Ok(at), Ok(len)) =
                        (u8::try_from(file), u32::try_from(from), u16::try_from(len))
                    else {
                        return;
                    };
                    self.asked = Some((file, at, len));
                    self.waited = 0;
                    out(&FromComputer::PayloadRead { file, at, len });
                    return;
                }
            }
            if self.packet_len == 0 {
                return; // nothing could be made: no use in trying again at once
            }
        }
    }
}
