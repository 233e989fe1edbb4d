//! An independent judge of every run: nothing is lost or gained without an account, and nothing arrives that was not sent.
//!
//! It looks at the truth (what the rover sent, what the memory holds) and at what the shipping code handed on. A violation is an error of the run, never a
//! line in a report.

use std::collections::HashSet;

use magpie_ground::team::{Completion, FileAssembly};

use crate::judge::Account;
use crate::orbiter::Fate;
use crate::pass::{PassRun, number};
use crate::payload::Payload;
use crate::rover::apid;
use crate::scenario::Scenario;

/// Checks one pass; gives the first violation in words.
pub fn check_pass(
    scenario: &Scenario,
    index: usize,
    run: &PassRun,
    accounts: &[Account],
) -> Result<(), String> {
    conservation(accounts)?;
    let sent: HashSet<&[u8]> = run
        .sent
        .iter()
        .map(|(_, frame)| frame.octets.as_slice())
        .collect();
    for found in &run.heard.found {
        if let Fate::Accepted { frame, .. } = &found.fate
            && !sent.contains(frame.as_slice())
        {
            return Err(format!(
                "the transceiver accepted a frame of {} octets that the rover never sent",
                frame.len()
            ));
        }
    }
    let fooled = accounts
        .iter()
        .filter_map(|a| a.rejected.get("block_check_fooled"))
        .map(|amount| amount.units)
        .sum::<u64>();
    if run.account.blocks_without_frame > fooled {
        return Err(format!(
            "{} good blocks without a frame on the ground, {fooled} left the interface",
            run.account.blocks_without_frame
        ));
    }
    blocks_add_up(run)?;
    recordings_agree(scenario, index, run)
}

/// In = out + rejected at every hop, in units and in octets, and each hop begins with what the one before let go.
fn conservation(accounts: &[Account]) -> Result<(), String> {
    for account in accounts {
        let rejected_units: u64 = account.rejected.values().map(|amount| amount.units).sum();
        let rejected_octets: u64 = account.rejected.values().map(|amount| amount.octets).sum();
        if account.came.units != account.went.units + rejected_units {
            return Err(format!(
                "{}: {} units in, {} out, {rejected_units} rejected",
                account.name, account.came.units, account.went.units
            ));
        }
        if account.came.octets != account.went.octets + rejected_octets {
            return Err(format!(
                "{}: {} octets in, {} out, {rejected_octets} rejected",
                account.name, account.came.octets, account.went.octets
            ));
        }
    }
    for (before, after) in accounts.iter().zip(accounts.iter().skip(1)) {
        // False markers enter at the transceiver: they come from nowhere.
        let from_nowhere = after
            .rejected
            .get("false_marker")
            .copied()
            .unwrap_or_default();
        if after.came.less(from_nowhere) != before.went {
            return Err(format!(
                "{} let {:?} go, {} began with {:?}",
                before.name, before.went, after.name, after.came
            ));
        }
    }
    Ok(())
}

/// Every block that entered the interface was stored or refused with a count.
fn blocks_add_up(run: &PassRun) -> Result<(), String> {
    let Some(recordings) = &run.heard.recordings else {
        return Ok(());
    };
    let closings = [recordings.frames.closing, recordings.canister.closing];
    for ((&blocks, outcomes), closing) in run
        .heard
        .blocks
        .iter()
        .zip(run.heard.outcomes)
        .zip(closings)
    {
        if blocks != outcomes.iter().sum::<u64>() {
            return Err(format!(
                "{blocks} blocks entered the interface, the memory answered {outcomes:?}"
            ));
        }
        let recorded = [
            closing.blocks - closing.damaged,
            closing.damaged,
            closing.refused,
        ]
        .map(u64::from);
        if recorded != outcomes {
            return Err(format!(
                "the memory answered {outcomes:?}, the closing record says {recorded:?}"
            ));
        }
    }
    Ok(())
}

/// What the ground rebuilt is the orbiter's recording, octet by octet, or the ground knows that something is missing.
fn recordings_agree(scenario: &Scenario, index: usize, run: &PassRun) -> Result<(), String> {
    let Some(recordings) = &run.heard.recordings else {
        return Ok(());
    };
    for (id, on_board) in [
        (scenario.orbiter.apid_frames, &recordings.frames),
        (scenario.orbiter.apid_canister, &recordings.canister),
    ] {
        let arrived = run.leg.assembler.recording(number(index), apid(id));
        let same = arrived.is_some_and(|recording| recording.octets() == on_board.store.octets());
        let known_as_whole = arrived.is_some_and(magpie_ground::recording::Recording::is_whole);
        if known_as_whole && !same {
            return Err(format!(
                "recording {id} counts as whole on the ground, but differs from the orbiter's"
            ));
        }
        let lossless = run.leg.account.rejected.is_empty()
            && run.leg.frames_uncorrectable == 0
            && run.leg.account.frames == run.leg.frames_sent;
        if lossless && !same {
            return Err(format!(
                "recording {id} differs although no frame was lost on the way to Earth"
            ));
        }
    }
    Ok(())
}

/// Every octet the team holds is one of the payload's.
pub fn check_file(payload: &Payload, file: &FileAssembly) -> Result<(), String> {
    let content = file.content();
    for range in file.coverage().iter() {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let (from, to) = (place(range.start), place(range.end));
        if content
            .get(from..to)
            .is_none_or(|octets| payload.octets.get(from..to) != Some(octets))
        {
            return Err(format!(
                "{}: octets {from} to {to} are not those of the payload",
                payload.name
            ));
        }
    }
    if file.completion() == Completion::Complete && content != payload.octets {
        return Err(format!(
            "{}: taken for complete, but not the payload",
            payload.name
        ));
    }
    Ok(())
}
