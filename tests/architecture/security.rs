//! What `docs/security.md` says is shown by a test that exists, and what the interface and the window are closed to.

use super::source::Source;
use super::tree::{Rule, Tree};

const LIST: &str = "docs/security.md";

/// The requirements of levels 1 and 2 of the OWASP ASVS 5.0.0 in the chapters that apply: how many each section has,
/// numbered from 1.
#[rustfmt::skip]
const ASKED: [(&str, u8); 59] = [
    ("1.1", 2), ("1.2", 9), ("1.3", 11), ("1.4", 3), ("1.5", 2), ("2.1", 3), ("2.2", 3), ("2.3", 4), ("2.4", 1),
    ("3.2", 2), ("3.3", 4), ("3.4", 6), ("3.5", 5), ("3.7", 2), ("4.1", 3), ("4.2", 1), ("4.3", 2), ("4.4", 4),
    ("6.1", 3), ("6.2", 12), ("6.3", 4), ("6.4", 4), ("6.5", 5), ("6.6", 3), ("6.8", 4), ("7.1", 3), ("7.2", 4),
    ("7.3", 2), ("7.4", 5), ("7.5", 2), ("7.6", 2), ("8.1", 2), ("8.2", 3), ("8.3", 1), ("8.4", 1), ("11.1", 2),
    ("11.2", 3), ("11.3", 3), ("11.4", 4), ("11.5", 1), ("11.6", 1), ("12.1", 3), ("12.2", 2), ("12.3", 4),
    ("13.1", 1), ("13.2", 5), ("13.3", 2), ("13.4", 5), ("14.1", 2), ("14.2", 4), ("14.3", 3), ("15.1", 3),
    ("15.2", 3), ("15.3", 7), ("16.1", 1), ("16.2", 5), ("16.3", 4), ("16.4", 3), ("16.5", 3),
];

/// The list as it is, for a line too many.
macro_rules! list_and {
    ($line:literal) => {
        concat!(include_str!("../../docs/security.md"), $line)
    };
}

/// How a line without a test begins: what is missing, why nothing is asked of us, where it is written.
const WITHOUT_TEST: [&str; 3] = ["not met, because ", "does not apply: ", "by document: "];

const A_TEST: (&str, &str) = ("crates/a/tests/a.rs", "#[test]\nfn nothing_leaks() {}");

pub const RULES: [Rule; 5] = [
    Rule {
        says: "every test that docs/security.md names exists, and every line has one or says why not",
        check: tests_exist,
        breaks: &[
            &[A_TEST, (LIST, "| 1.1.1 | words | `crates/a/tests/a.rs::nothing_leaked` |")],
            &[A_TEST, (LIST, "| 1.1.1 | words | `crates/a/tests/b.rs::nothing_leaks` |")],
            &[A_TEST, (LIST, "| 1.1.1 | words | `crates/a/tests/a.rs::nothing_leaks`, `crates/a/tests/a.rs::gone` |")],
            &[A_TEST, (LIST, "| 1.1.1 | words | the library does it |")],
            &[A_TEST, (LIST, "| 1.1.1 | words | by document: `docs/nowhere.md` |")],
            &[
                ("ui/src/a.test.tsx", "test('the code is hidden', a)"),
                (LIST, "| 1.1.1 | w | `ui/src/a.test.tsx::shown` |"),
            ],
            // In a comment it is no test.
            &[
                ("crates/a/tests/a.rs", "// fn nothing_leaks() {}"),
                (LIST, "| 1.1.1 | words | `crates/a/tests/a.rs::nothing_leaks` |"),
            ],
            // A function that is no test shows nothing.
            &[
                ("crates/a/tests/a.rs", "fn nothing_leaks() {}"),
                (LIST, "| 1.1.1 | words | `crates/a/tests/a.rs::nothing_leaks` |"),
            ],
        ],
        keeps: &[
            A_TEST,
            ("ui/src/a.test.tsx", "test('the code is hidden', a)"),
            (
                LIST,
                "| 1.1.1 | words | `crates/a/tests/a.rs::nothing_leaks`; the rest is told |\n\
                 | 1.1.2 | words | not met, because nobody did it |\n\
                 | 1.2.1 | words | by document: `docs/security.md` |\n\
                 | 1.2.2 | words | `ui/src/a.test.tsx::the code is hidden` |",
            ),
        ],
    },
    Rule {
        says: "docs/security.md has one line for each requirement asked, and no other",
        check: every_requirement_once,
        breaks: &[
            &[(LIST, "| 1.1.1 | words | does not apply: x |")],
            &[(LIST, list_and!("\n| 1.1.1 | again | does not apply: x |"))],
            &[(LIST, list_and!("\n| 9.9.9 | unknown | does not apply: x |"))],
        ],
        keeps: &[(LIST, list_and!(""))],
    },
    Rule {
        says: "the interface runs no text as code and writes no raw HTML",
        check: no_raw_html,
        breaks: &[
            &[("ui/src/features/a/A.tsx", "<p dangerouslySetInnerHTML={{ __html: text }} />")],
            &[("ui/src/lib/a.ts", "element.innerHTML = text;")],
            &[("ui/src/lib/a.ts", "eval(text)")],
            &[("ui/src/lib/a.ts", "new Function(text)")],
            &[("ui/src/lib/a.ts", "window.addEventListener('message', listen); other.postMessage(text)")],
        ],
        keeps: &[("ui/src/lib/a.ts", "element.textContent = text; retrieval(text);")],
    },
    Rule {
        says: "the window loads and runs nothing but the interface it ships with",
        check: window_is_closed,
        breaks: &[
            &[("tauri.conf.json", r#"{"app":{"security":{}}}"#)],
            &[(
                "tauri.conf.json",
                r#"{"app":{"security":{"csp":{"default-src":"'none'","base-uri":"'none'","script-src":"'self' 'unsafe-inline'"}}}}"#,
            )],
            &[(
                "tauri.conf.json",
                r#"{"app":{"security":{"csp":{"default-src":"'none'","base-uri":"'none'","connect-src":"https://a.fr"}}}}"#,
            )],
            &[(
                "tauri.conf.json",
                r#"{"app":{"withGlobalTauri":true,"security":{"csp":{"default-src":"'none'","base-uri":"'none'"}}}}"#,
            )],
        ],
        keeps: &[(
            "tauri.conf.json",
            r#"{"app":{"security":{"csp":{"default-src":"'none'","base-uri":"'none'","script-src":"'self'","connect-src":"ipc: http://ipc.localhost"}}}}"#,
        )],
    },
    Rule {
        says: "our own arithmetic is checked in release builds as well: a number too large stops, and does not wrap",
        check: overflow_is_checked,
        breaks: &[&[("Cargo.toml", "[workspace]\n[profile.release]\nlto = true")], &[("Cargo.toml", "[workspace]")]],
        keeps: &[("Cargo.toml", "[workspace]\n[profile.release]\noverflow-checks = true")],
    },
];

/// The lines of requirements: number, and what shows it.
fn lines(tree: &Tree) -> Vec<(usize, &str, &str)> {
    let Some((_, text)) = tree.files().find(|(path, _)| *path == LIST) else { return Vec::new() };
    let mut found = Vec::new();
    for (place, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.split(" | ").collect();
        let number = cells[0].trim_start_matches("| ");
        if line.starts_with("| ") && number.starts_with(|c: char| c.is_ascii_digit()) {
            let shown = if cells.len() == 3 { cells[2].trim_end_matches(" |").trim() } else { "" };
            found.push((place + 1, number, shown));
        }
    }
    found
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

fn is_test_of(tree: &Tree, path: &str, name: &str) -> bool {
    let Some((_, text)) = tree.files().find(|(known, _)| *known == path) else { return false };
    if !path.ends_with(".rs") {
        return ["'", "\"", "`"].iter().any(|quote| text.contains(&format!("test({quote}{name}{quote}")));
    }
    let code = Source::read(text).code;
    let Some(place) = code.find(&format!("fn {name}(")) else { return false };
    // The attribute is among the few lines before; properties have theirs as well.
    let before: String = code[..place].chars().rev().take(200).collect::<String>().chars().rev().collect();
    let item = before.rsplit(['}', ';']).next().unwrap_or_default();
    item.contains("test]") || item.contains("test(")
}

fn tests_exist(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (place, number, shown) in lines(tree) {
        let mut tests = 0;
        for named in quoted(shown) {
            if let Some((path, name)) = named.split_once("::") {
                tests += 1;
                if !is_test_of(tree, path, name) {
                    broken.push(format!("{LIST}:{place}: {number}: no test {named}"));
                }
            } else if named.starts_with("docs/") && !tree.files().any(|(path, _)| path == named) {
                broken.push(format!("{LIST}:{place}: {number}: no {named}"));
            }
        }
        if tests == 0 && !WITHOUT_TEST.iter().any(|start| shown.starts_with(start)) {
            broken.push(format!("{LIST}:{place}: {number}: names no test and does not say why"));
        }
    }
    broken
}

fn every_requirement_once(tree: &Tree) -> Vec<String> {
    let found = lines(tree);
    if !tree.files().any(|(path, _)| path == LIST) {
        return Vec::new();
    }
    let numbers = |(section, last): &(&'static str, u8)| {
        let section = *section;
        (1..=*last).map(move |number| format!("{section}.{number}"))
    };
    let asked: Vec<String> = ASKED.iter().flat_map(numbers).collect();
    let mut broken = Vec::new();
    for number in &asked {
        let times = found.iter().filter(|(_, known, _)| known == number).count();
        if times != 1 {
            broken.push(format!("{LIST}: {number} has {times} lines"));
        }
    }
    let unknown = found.iter().filter(|(_, number, _)| !asked.iter().any(|known| known == number));
    broken.extend(unknown.map(|(place, number, _)| format!("{LIST}:{place}: {number} is not asked")));
    broken
}

fn no_raw_html(tree: &Tree) -> Vec<String> {
    const WORDS: [&str; 9] = [
        "dangerouslySetInnerHTML",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "new Function",
        "postMessage",
        "'message'",
        "srcDoc",
    ];
    let mut broken = Vec::new();
    for (path, text) in tree.under("ui/src/", &["ts", "tsx"]) {
        for (place, line) in text.lines().enumerate() {
            let called = |name: &str| {
                line.match_indices(name).any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            };
            if WORDS.iter().any(|word| line.contains(word)) || called("eval(") {
                broken.push(format!("{path}:{}", place + 1));
            }
        }
    }
    broken
}

fn window_is_closed(tree: &Tree) -> Vec<String> {
    let Some((path, text)) = tree.files().find(|(path, _)| *path == "tauri.conf.json") else { return Vec::new() };
    let settings: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let policy = &settings["app"]["security"]["csp"];
    let mut broken = Vec::new();
    for directive in ["default-src", "base-uri"] {
        if policy[directive] != "'none'" {
            broken.push(format!("{path}: {directive} is not 'none'"));
        }
    }
    // The bridge to the application's own commands, and nothing on a network.
    const ALLOWED: [&str; 4] = ["'none'", "'self'", "ipc:", "http://ipc.localhost"];
    for (directive, sources) in policy.as_object().into_iter().flatten() {
        let open = sources.as_str().unwrap_or("?").split(' ').filter(|source| !ALLOWED.contains(source));
        broken.extend(open.map(|source| format!("{path}: {directive} allows {source}")));
    }
    if settings["app"]["withGlobalTauri"] == true {
        broken.push(format!("{path}: every script would find the bridge"));
    }
    broken
}

fn overflow_is_checked(tree: &Tree) -> Vec<String> {
    let Some((path, text)) = tree.files().find(|(path, _)| *path == "Cargo.toml") else { return Vec::new() };
    let manifest: toml::Table = text.parse().unwrap_or_default();
    // A package's own manifest, as other rules' trees have it, says nothing of profiles.
    if !manifest.contains_key("workspace") {
        return Vec::new();
    }
    let release = manifest.get("profile").and_then(|profiles| profiles.get("release"));
    let checked = release.and_then(|release| release.get("overflow-checks")).and_then(toml::Value::as_bool);
    if checked == Some(true) { Vec::new() } else { vec![format!("{path}: profile.release.overflow-checks")] }
}
