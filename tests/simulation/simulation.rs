//! Stories without a violation, and planted mistakes that are found.
//!
//! `PREAU_SIMULATION_SEEDS` tells so many stories instead of 300, `PREAU_SIMULATION_SEED` the one of that seed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

use simulation::Mistake;
use simulation::run::{Outcome, stories};

/// Stories told in an ordinary run.
const STORIES: u64 = 300;
/// A planted mistake is found within so many.
const FOUND_WITHIN: u64 = 500;

/// Every kind of fault: each must have occurred.
const FAULTS: [&str; 22] = [
    "a request was lost",
    "an answer was lost",
    "a request was doubled",
    "a request was held up",
    "a request arrived late",
    "the server was busy",
    "the server was killed",
    "a computer was killed",
    "the server was backed up",
    "a backup was restored",
    "a device was revoked",
    "somebody signed in again",
    "a change was validated",
    "a change was given up",
    "a change was taken back before it was sent",
    "an agent decided",
    "the town edited its settings",
    "death at client.marked_sent",
    "death at client.page_staged",
    "death at client.refreshed",
    "death at server.before_commit",
    "death at server.committed",
];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

fn tell(outcome: &Outcome) {
    println!("{} stories", outcome.stories);
    for (what, times) in &outcome.counts {
        println!("{times:>9}  {what}");
    }
    for (seed, violations) in &outcome.broken {
        println!("seed {seed} (again: PREAU_SIMULATION_SEED={seed}):");
        for violation in violations {
            println!("  {violation}");
        }
    }
}

#[test]
fn no_story_breaks_an_invariant() {
    let seeds = match number("PREAU_SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("PREAU_SIMULATION_SEEDS").unwrap_or(STORIES),
    };
    let many = seeds.end - seeds.start >= STORIES;
    let outcome = stories(seeds, None, false).unwrap();
    tell(&outcome);
    assert!(outcome.broken.is_empty(), "{} stories broke something", outcome.broken.len());
    if many {
        let never: Vec<_> = FAULTS.iter().filter(|fault| !outcome.counts.contains_key(**fault)).collect();
        assert!(never.is_empty(), "never occurred: {never:?}");
    }
}

/// A check that finds nothing proves nothing: each of these would lose or double what families asked.
#[test]
fn planted_mistakes_are_found() {
    for mistake in [
        Mistake::AcknowledgesBeforeCommit,
        Mistake::AppliesReplaysAgain,
        Mistake::MovesCursorWithoutRows,
        Mistake::DropsOutboxWhenSignedOut,
        Mistake::ForgetsAnsweredOnReset,
    ] {
        let outcome = stories(0..FOUND_WITHIN, Some(mistake), true).unwrap();
        let (seed, violations) = outcome.broken.first().unwrap_or_else(|| panic!("{mistake:?} was not found"));
        println!("{mistake:?}: found after {} stories, seed {seed}: {}", outcome.stories, violations[0]);
    }
}
