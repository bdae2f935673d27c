//! Power cuts, by `kill -9` of real processes: a server with its database, a family's computer with its encrypted cache,
//! each killed at moments drawn from a seed while the owner changes telephone numbers without a rest.
//!
//! `PREAU_POWER_CUTS` cuts each side so many times instead of 10; `PREAU_POWER_CUTS_SEED` draws as a run that printed it.
//! When each side is at rest again: what was validated is on record (I2), once, as it was answered each time it was
//! heard (I3), and nothing waits (I7).

use anyhow::{Context, Result, bail, ensure};
use harness::backup::Tables;
use harness::driven::Line;
use harness::{Driven, Town};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use xtask::demo_families::SLUG;

const COMPUTER: &str = env!("CARGO_BIN_EXE_preau-test-computer");
/// Cuts of each side in an ordinary run.
const CUTS: u64 = 10;
/// Most lines heard before a cut.
const LINES: usize = 6;
/// The longest between the last of them and the cut, in microseconds: what falls between two lines is cut too.
const LATER: u64 = 60_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What a computer told, over all its lives.
#[derive(Default)]
struct Heard {
    /// Everything validated, in order, with what was typed.
    kept: Vec<(String, String)>,
    answers: BTreeMap<String, String>,
}

impl Heard {
    /// Whether a line tells of something that moved; after a start, every answer is told again.
    fn is_new(&self, line: &Line) -> bool {
        match line {
            Line::Kept { .. } => true,
            Line::Answered { op, .. } => !self.answers.contains_key(op),
            Line::There { .. } | Line::Trouble { .. } | Line::Rests => false,
        }
    }

    fn take(&mut self, lines: Vec<Line>) -> Result<()> {
        for line in lines {
            match line {
                Line::There { ops } => {
                    let missing: Vec<_> = self.kept.iter().filter(|(op, _)| !ops.contains(op)).collect();
                    ensure!(missing.is_empty(), "I2: validated before the cut, and not there after it: {missing:?}");
                }
                Line::Kept { op, typed } => self.kept.push((op, typed)),
                Line::Answered { op, state } => match self.answers.insert(op.clone(), state.clone()) {
                    Some(before) if before != state => bail!("I3: {op} was answered {before}, then {state}"),
                    _ => {}
                },
                Line::Trouble { .. } | Line::Rests => {}
            }
        }
        Ok(())
    }
}

#[tokio::test]
async fn power_cuts_on_either_side_lose_nothing_and_do_nothing_twice() -> Result<()> {
    let cuts = number("PREAU_POWER_CUTS").unwrap_or(CUTS);
    let seed = number("PREAU_POWER_CUTS_SEED").unwrap_or_else(|| rand::rng().next_u64());
    println!("{cuts} cuts of each side; again: PREAU_POWER_CUTS_SEED={seed}");
    let since = Instant::now();
    let mut drawn = StdRng::seed_from_u64(seed);
    let town = Town::with_families(2)?;
    let letter = town.letters(SLUG, "F0001")?.remove(0);
    let mut server = town.serve()?;
    let address = server.address.clone();
    let mut computer = Driven::new(COMPUTER, &address, &letter)?;
    let mut heard = Heard::default();
    computer.start(drawn.next_u64())?;
    // The first sign-in is no change yet: from here on its profile is whole.
    heard.take(computer.listen(1, |line| matches!(line, Line::Kept { .. }))?)?;
    let mut sides = [cuts, cuts];
    while sides.iter().sum::<u64>() > 0 {
        let lines = drawn.random_range(0..=LINES);
        let told = computer.listen(lines, |line| heard.is_new(line))?;
        heard.take(told)?;
        tokio::time::sleep(Duration::from_micros(drawn.random_range(0..=LATER))).await;
        let side = if sides[1] == 0 || (sides[0] > 0 && drawn.random_bool(0.5)) { 0 } else { 1 };
        sides[side] -= 1;
        if side == 0 {
            server.kill();
            server = town.serve_at(&address)?;
        } else {
            heard.take(computer.kill()?)?;
            computer.start(drawn.next_u64())?;
        }
    }
    heard.take(computer.rest().await.context("I7: not everything was answered")?)?;
    on_record(&town, &heard)?;
    let secs = since.elapsed().as_secs_f64();
    println!("{cuts} cuts of each side, {} changes validated, in {secs:.0} s", heard.kept.len());
    server.stop();
    Ok(())
}

/// What the town has on record is what the computer told, once each.
fn on_record(town: &Town, heard: &Heard) -> Result<()> {
    town.run(&["check"])?;
    let tables = Tables::of(town)?;
    let [operations, audit, changes] = ["operation", "audit", "detail_change"].map(|table| tables.rows(table));
    let (operations, audit, changes) = (operations?, audit?, changes?);
    for (op, typed) in &heard.kept {
        let answer = heard.answers.get(op).with_context(|| format!("I7: never answered: {op}"))?;
        // Nobody else changes these numbers: there is nothing to refuse.
        ensure!(answer == "applied", "{op} was answered {answer}");
        let of = |row: &&Value, column: &str| row[column] == op.as_str();
        let status = operations.iter().find(|row| of(row, "op_id")).map(|row| row["status"].clone());
        ensure!(status.as_ref().is_some_and(|status| status == "applied"), "I2: {op} is on record as {status:?}");
        let effects = audit.iter().filter(|row| of(row, "entity_id") && row["action"] == "detail_change_asked").count();
        ensure!(effects == 1, "I3: {op} took effect {effects} times");
        let change = changes.iter().find(|row| of(row, "change_id")).context("the change")?;
        ensure!(change["new_value"].as_str().is_some_and(|new| new.contains(&typed[1..])), "I2: {change} for {typed}");
    }
    the_last_change_stands(&tables, &changes)
}

/// Each telephone on record is the one of the last change of it: they were asked one after the other.
fn the_last_change_stands(tables: &Tables, changes: &[Value]) -> Result<()> {
    let mut last: BTreeMap<(&str, &str), &Value> = BTreeMap::new();
    for change in changes {
        let text = |column: &str| change[column].as_str().unwrap_or_default();
        let latest = last.entry((text("subject_person"), text("field"))).or_insert(change);
        if change["change_id"].as_str() > latest["change_id"].as_str() {
            *latest = change;
        }
    }
    let adults = tables.rows("adult")?;
    for ((person, field), change) in last {
        let adult = adults.iter().find(|adult| adult["person_id"] == person).context("the adult")?;
        let number = adult[field].as_str().context("a number")?;
        ensure!(change["new_value"].as_str().is_some_and(|new| new.contains(number)), "{number} instead of {change}");
    }
    Ok(())
}
