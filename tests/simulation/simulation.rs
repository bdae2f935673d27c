//! Stories without a violation, and planted mistakes that are found.
//!
//! `PREAU_SIMULATION_SEEDS` tells so many stories instead of 300, from `PREAU_SIMULATION_FROM` on when many are told in
//! parts; `PREAU_SIMULATION_SEED` tells the one of that seed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, missing_docs)]

use simulation::Mistake;
use simulation::run::{Outcome, stories};

/// Stories told in an ordinary run.
const STORIES: u64 = 300;
/// A planted mistake is found within so many.
const FOUND_WITHIN: u64 = 500;

/// Every kind of fault: each must have occurred.
const FAULTS: [&str; 42] = [
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
    "rights were lost",
    "rights were given back",
    "somebody signed in again",
    "a change was validated",
    "a change of an e-mail was validated",
    "a notice was read",
    "days were asked for",
    "somebody waits for a place",
    "somebody who waited was given a place",
    "a place was given up",
    "a change was given up",
    "a change was taken back before it was sent",
    "an agent decided",
    "an outcome changed",
    "somebody read what changed",
    "the town edited its settings",
    "the town printed letters",
    "the town changed its places",
    "the town changed a registration",
    "the town closed a day",
    "death at client.kept",
    "death at client.marked_sent",
    "death at client.answered",
    "death at client.answers_kept",
    "death at client.page_read",
    "death at client.page_staged",
    "death at client.before_swap",
    "death at client.swapped",
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
        None => {
            let from = number("PREAU_SIMULATION_FROM").unwrap_or(0);
            from..from + number("PREAU_SIMULATION_SEEDS").unwrap_or(STORIES)
        }
    };
    let many = seeds.end - seeds.start >= STORIES;
    let outcome = stories(seeds.clone(), None, false).unwrap();
    println!("seeds {seeds:?}");
    tell(&outcome);
    assert!(outcome.broken.is_empty(), "{} stories broke something", outcome.broken.len());
    if many {
        let never: Vec<_> = FAULTS.iter().filter(|fault| !outcome.counts.contains_key(**fault)).collect();
        assert!(never.is_empty(), "never occurred: {never:?}");
    }
}

/// A seed that broke something is told again to see why: by another process, on another day.
#[test]
fn a_seed_tells_the_same_story_again() {
    for (seeds, mistake) in [(0..4, None), (0..4, Some(Mistake::AppliesReplaysAgain))] {
        let told = || stories(seeds.clone(), mistake, false).unwrap();
        let (one, other) = (told(), told());
        assert_eq!(one.counts, other.counts, "{mistake:?}");
        assert_eq!(sorted(one.broken), sorted(other.broken), "{mistake:?}");
        assert_eq!(one.stories, 4);
    }
}

/// By seed: threads end when they end.
fn sorted(mut broken: Vec<(u64, Vec<String>)>) -> Vec<(u64, Vec<String>)> {
    broken.sort();
    broken
}

/// A check that finds nothing proves nothing: each of these would lose or double what families asked.
#[test]
fn planted_mistakes_are_found() {
    for mistake in [
        Mistake::AcknowledgesBeforeCommit,
        Mistake::AppliesReplaysAgain,
        Mistake::MovesCursorWithoutRows,
        Mistake::DropsOutboxWhenSignedOut,
        Mistake::LosesOutboxOnReset,
        Mistake::ForgetsWhatWasTold,
        Mistake::KeepsPlacesGivenUp,
        Mistake::TakesHalfOfFullDay,
    ] {
        let outcome = stories(0..FOUND_WITHIN, Some(mistake), true).unwrap();
        let (seed, violations) = outcome.broken.first().unwrap_or_else(|| panic!("{mistake:?} was not found"));
        println!("{mistake:?}: found after {} stories, seed {seed}: {}", outcome.stories, violations[0]);
    }
}
