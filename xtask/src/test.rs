//! `cargo xtask test`: every check in the order that fails soonest, each timed, stopping at the first failure.

use crate::display::Display;
use crate::places::Places;
use crate::postgres::Cluster;
use crate::processes::{run, run_reading, watch_interrupts};
use crate::{interface, setup};
use anyhow::{Context, Result, bail};
use std::process::Command;
use std::time::{Duration, Instant};

/// Packages checked one by one, so that the features of one never reach another, with the features they are built with.
const PACKAGES: [(&str, &[&str]); 11] = [
    ("preau-domain", &[]),
    ("preau-protocol", &[]),
    ("preau-failpoints", &[]),
    ("preau-client", &[]),
    ("preau-server", &["--features", "paper"]),
    ("preau-paper", &[]),
    ("preau", &["--features", "custom-protocol"]),
    ("preau-tests", &[]),
    ("preau-load", &[]),
    ("preau-simulation", &[]),
    ("xtask", &[]),
];

const PARTS: [&str; 6] = ["lint", "ui", "unit", "contract", "system", "window"];

/// Runs one part, or all of them.
///
/// # Errors
/// The first step that failed.
pub fn run_parts(places: &Places, only: Option<&str>) -> Result<()> {
    if let Some(part) = only
        && !PARTS.contains(&part)
    {
        bail!("unknown part « {part} »: one of {}", PARTS.join(" "));
    }
    watch_interrupts();
    let mut report = Report::default();
    let outcome = parts(places, only, &mut report);
    report.print();
    outcome
}

fn parts(places: &Places, only: Option<&str>, report: &mut Report) -> Result<()> {
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    report.step("set-up", |_| {
        setup::machine(setup::Purpose::Tests)?;
        interface::packages(places)
    })?;
    if wanted("lint") {
        lint(places, report)?;
    }
    if wanted("ui") {
        for script in ["check", "test"] {
            report.step(&format!("ui: npm run {script}"), |tests| {
                counted(&mut interface::npm_script(places, script), tests)
            })?;
        }
    }
    if wanted("unit") {
        unit(places, report)?;
    }
    if wanted("contract") {
        contract(places, report)?;
    }
    if wanted("system") {
        system(places, report)?;
    }
    if wanted("window") {
        window(places, report)?;
    }
    Ok(())
}

fn lint(places: &Places, report: &mut Report) -> Result<()> {
    report.step("lint: format", |_| run(&mut places.cargo(&["fmt", "--all", "--check"])))?;
    report.step("lint: interface build", |_| interface::build(places))?;
    for (package, features) in PACKAGES {
        report.step(&format!("lint: {package}"), |_| {
            let mut command = places.cargo(&["clippy", "--locked", "-p", package, "--all-targets"]);
            run(command.args(features).args(["--", "-D", "warnings"]))
        })?;
    }
    Ok(())
}

fn unit(places: &Places, report: &mut Report) -> Result<()> {
    let steps: [(&str, &[&str]); 6] = [
        ("unit: domain, protocol", &["-p", "preau-domain", "-p", "preau-protocol"]),
        ("unit: architecture", &["-p", "preau-tests", "--test", "architecture"]),
        ("unit: xtask", &["-p", "xtask"]),
        ("unit: client", &["-p", "preau-client"]),
        ("unit: server", &["-p", "preau-server", "--lib", "--bins"]),
        ("unit: paper", &["-p", "preau-paper"]),
    ];
    for (name, arguments) in steps {
        report.step(name, |tests| counted(&mut cargo_test(places, arguments), tests))?;
    }
    report.step("unit: shell", |tests| {
        // The shell carries the built interface inside it.
        interface::build(places)?;
        counted(&mut cargo_test(places, &["-p", "preau", "--features", "custom-protocol", "--lib"]), tests)
    })
}

fn contract(places: &Places, report: &mut Report) -> Result<()> {
    report.step("contract: SQLite and PostgreSQL", |tests| {
        let cluster = Cluster::start()?;
        let mut command = cargo_test(places, &["-p", "preau-server", "--test", "*"]);
        counted(command.env("PREAU_TEST_POSTGRES", cluster.url()), tests)
    })
}

fn system(places: &Places, report: &mut Report) -> Result<()> {
    report.step("system: build the server", |_| build_server(places))?;
    report.step("system: mail server", |_| setup::mail_server(places))?;
    for name in [
        "accounts",
        "family",
        "days",
        "notices",
        "mail",
        "letters",
        "differential",
        "restore",
        "certificate",
        "power_cuts",
    ] {
        report.step(&format!("system: {name}"), |tests| {
            counted(&mut cargo_test(places, &["-p", "preau-tests", "--test", name]), tests)
        })?;
    }
    report.step("system: simulation", |tests| counted(&mut cargo_test(places, &["-p", "preau-simulation"]), tests))
}

fn window(places: &Places, report: &mut Report) -> Result<()> {
    report.step("window: build", |_| {
        interface::build(places)?;
        build_server(places)?;
        build_desktop(places)
    })?;
    let driver = {
        let mut path = None;
        report.step("window: tauri-driver", |_| {
            path = Some(setup::tauri_driver(places)?);
            Ok(())
        })?;
        path.context("tauri-driver is installed")?
    };
    report.step("window: journeys", |tests| {
        let display = Display::start()?;
        let mut command = cargo_test(places, &["-p", "preau-tests", "--test", "window_*", "--", "--test-threads=1"]);
        command.envs(display.variables().iter().map(|(name, value)| (*name, value.as_str())));
        counted(command.env("PREAU_TEST_TAURI_DRIVER", driver), tests)
    })
}

/// Builds the server for system tests and the demo, alone, so that it has its own features.
///
/// # Errors
/// When it does not compile.
pub fn build_server(places: &Places) -> Result<()> {
    // With its press: what the program has and its own tests do without, because it compiles long.
    run(&mut places.cargo(&["build", "--locked", "-p", "preau-server", "--features", "paper"]))
}

/// Builds the desktop application with the interface inside it.
///
/// # Errors
/// When it does not compile.
pub fn build_desktop(places: &Places) -> Result<()> {
    run(&mut places.cargo(&["build", "--locked", "-p", "preau", "--features", "custom-protocol"]))
}

fn cargo_test(places: &Places, arguments: &[&str]) -> Command {
    let mut command = places.cargo(&["test", "--locked"]);
    command.args(arguments);
    command
}

fn counted(command: &mut Command, tests: &mut u64) -> Result<()> {
    run_reading(command, |line| *tests += passed(line))
}

/// How many tests a closing line of `cargo test` or of vitest says have passed.
fn passed(line: &str) -> u64 {
    let plain = without_colours(line);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let closing = words.starts_with(&["test", "result:"]) || words.first() == Some(&"Tests");
    let place =
        words.iter().position(|word| word.trim_end_matches(';') == "passed").filter(|place| closing && *place > 0);
    place.and_then(|place| words[place - 1].parse().ok()).unwrap_or(0)
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut escaped = false;
    for c in line.chars() {
        match c {
            '\u{1b}' => escaped = true,
            'm' if escaped => escaped = false,
            _ if escaped => {}
            _ => plain.push(c),
        }
    }
    plain
}

/// What ran, how long it took, how many tests it counted.
#[derive(Debug, Default)]
struct Report {
    lines: Vec<(String, Duration, u64, bool)>,
}

impl Report {
    fn step(&mut self, name: &str, work: impl FnOnce(&mut u64) -> Result<()>) -> Result<()> {
        println!("\n=== {name}");
        let since = Instant::now();
        let mut tests = 0;
        let outcome = work(&mut tests);
        let took = since.elapsed();
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("=== {name}: {word} in {:.1} s", took.as_secs_f64());
        self.lines.push((name.to_owned(), took, tests, outcome.is_ok()));
        outcome.with_context(|| format!("step « {name} » failed"))
    }

    fn print(&self) {
        println!("\n{:<40} {:>9} {:>7}", "step", "seconds", "tests");
        for (name, took, tests, ok) in &self.lines {
            let mark = if *ok { "" } else { "  FAILED" };
            let tests = if *tests == 0 { String::new() } else { tests.to_string() };
            println!("{name:<40} {:>9.1} {tests:>7}{mark}", took.as_secs_f64());
        }
        let total: Duration = self.lines.iter().map(|(_, took, ..)| *took).sum();
        let tests: u64 = self.lines.iter().map(|(_, _, tests, _)| tests).sum();
        let failed = self.lines.iter().filter(|(.., ok)| !ok).count();
        println!("{:<40} {:>9.1} {tests:>7}", "total", total.as_secs_f64());
        println!("\n{tests} passed, {failed} failed");
    }
}

#[cfg(test)]
mod tests {
    use super::passed;

    #[test]
    fn closing_lines_by_table() {
        for (line, count) in [
            ("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.02s", 12),
            ("      Tests  34 passed (34)", 34),
            (
                "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m7 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (7)\u{1b}[39m",
                7,
            ),
            ("      Tests  1 failed | 6 passed (7)", 6),
            (" Test Files  3 passed (3)", 0),
            ("test family::reads_a_name ... ok", 0),
            ("12 passed", 0),
        ] {
            assert_eq!(passed(line), count, "{line}");
        }
    }
}
