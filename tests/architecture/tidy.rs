//! What keeps files readable.

use super::source::{Source, is_test_file};
use super::tree::{Rule, Tree};

/// Most lines of a file.
const LINES: usize = 500;
/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 11] =
    ["utils", "util", "helpers", "helper", "common", "manager", "managers", "service", "services", "misc", "shared"];
/// Written in pieces, so that this file keeps its own rule.
const LEFT_OVER: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("HA", "CK:")];

pub const RULES: [Rule; 6] = [
    Rule {
        says: "no file is longer than 500 lines",
        check: files_fit,
        breaks: &[
            &[("crates/a/src/long.rs", include_str!("long.txt"))],
            &[("ui/src/features/a/A.tsx", include_str!("long.txt"))],
        ],
        keeps: &[("crates/a/src/short.rs", "fn a() {}\n"), ("ui/src/bindings.ts", include_str!("long.txt"))],
    },
    Rule {
        says: "no unwrap, expect or panic outside tests",
        check: no_panics,
        breaks: &[
            &[("crates/server/src/a.rs", "fn a() { b.unwrap(); }")],
            &[("src-tauri/lib.rs", "fn a() { b.expect(\"c\"); }")],
            &[("xtask/src/a.rs", "fn a() { unreachable!() }")],
        ],
        keeps: &[
            (
                "crates/server/src/a.rs",
                "// .unwrap()\nfn a() { b.unwrap_or(\"x.unwrap()\"); }\n#[cfg(test)]\nmod tests { fn c() { d.unwrap(); } }",
            ),
            ("crates/server/tests/a.rs", "fn a() { b.unwrap(); }"),
        ],
    },
    Rule {
        says: "no file, folder or module is called utils, helpers, common, manager or service",
        check: names_mean_something,
        breaks: &[
            &[("crates/server/src/utils.rs", "")],
            &[("crates/client/src/family/date_helpers.rs", "")],
            &[("ui/src/services/family.ts", "")],
            &[("crates/server/src/lib.rs", "mod common { }")],
        ],
        keeps: &[
            ("crates/server/src/family/routes.rs", "struct ServiceContact;"),
            ("ui/src/features/commons/A.tsx", ""),
        ],
    },
    Rule {
        says: "nothing is left to do later in a comment",
        check: nothing_left_over,
        breaks: &[
            &[("crates/a/src/a.rs", concat!("// TO", "DO: later"))],
            &[("ui/src/a.css", concat!("/* FIX", "ME */"))],
            &[("migrations/server/0001.sql", concat!("-- TO", "DO"))],
        ],
        keeps: &[("crates/a/src/a.rs", "enum Todo { Phone } // what a family has todo")],
    },
    Rule {
        says: "each mod.rs and lib.rs opens by saying what it is for",
        check: modules_are_introduced,
        breaks: &[
            &[("crates/server/src/family/mod.rs", "pub mod ops;")],
            &[("crates/client/src/lib.rs", "//! stub\npub mod a;")],
        ],
        keeps: &[("crates/server/src/family/mod.rs", "//! Families: their people, their addresses.\n\npub mod ops;")],
    },
    Rule {
        says: "no lint is switched off outside tests without a reason",
        check: allowed_with_a_reason,
        breaks: &[
            &[("crates/server/src/a.rs", "#[allow(dead_code)]\nfn a() {}")],
            &[("src-tauri/lib.rs", "#![allow(clippy::unwrap_used)]")],
        ],
        keeps: &[("crates/server/src/a.rs", "#[expect(clippy::too_many_lines, reason = \"one table\")]\nfn a() {}")],
    },
];

fn files_fit(tree: &Tree) -> Vec<String> {
    let generated = |path: &str| path == "ui/src/bindings.ts";
    let sources = tree.under("", &["rs", "ts", "tsx", "css", "sql"]).filter(|(path, _)| !generated(path));
    let long = sources.filter(|(_, text)| text.lines().count() > LINES);
    long.map(|(path, text)| format!("{path}: {} lines", text.lines().count())).collect()
}

fn rust(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.under("", &["rs"]).filter(|(path, _)| !is_test_file(path))
}

fn no_panics(tree: &Tree) -> Vec<String> {
    let words = [".unwrap()", ".expect(", "panic!(", "unreachable!(", ".unwrap_err()", ".expect_err("];
    rust(tree).flat_map(|(path, text)| Source::without_tests(text).lines_with(path, &words)).collect()
}

fn names_mean_something(tree: &Tree) -> Vec<String> {
    let empty =
        |name: &str| name.split(['_', '-', '.']).any(|word| EMPTY_NAMES.contains(&word.to_lowercase().as_str()));
    let mut broken = Vec::new();
    for (path, text) in tree.under("", &["rs", "ts", "tsx", "css"]) {
        if path.split('/').any(empty) {
            broken.push(path.to_owned());
        }
        if path.ends_with(".rs") {
            let modules = Source::read(text);
            let modules = modules.lines().filter_map(|(number, line)| {
                let name = line.trim_start().trim_start_matches("pub ").strip_prefix("mod ")?;
                let name = name.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()?;
                empty(name).then(|| format!("{path}:{number}: mod {name}"))
            });
            broken.extend(modules);
        }
    }
    broken
}

fn nothing_left_over(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in tree.under("", &["rs", "ts", "tsx", "css", "sql", "toml", "html"]) {
        let left = |line: &str| LEFT_OVER.iter().any(|word| line.contains(word));
        broken
            .extend(text.lines().enumerate().filter(|(_, line)| left(line)).map(|(n, _)| format!("{path}:{}", n + 1)));
    }
    broken
}

fn modules_are_introduced(tree: &Tree) -> Vec<String> {
    let opens = |text: &str| text.lines().next().is_some_and(|line| line.starts_with("//! ") && line.len() > 20);
    let modules = tree.under("", &["rs"]).filter(|(path, _)| path.ends_with("/mod.rs") || path.ends_with("/lib.rs"));
    modules.filter(|(_, text)| !opens(text)).map(|(path, _)| format!("{path}: say first what it is for")).collect()
}

fn allowed_with_a_reason(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in rust(tree) {
        let code = Source::without_tests(text).code;
        for form in ["[allow(", "[expect("] {
            for (place, _) in code.match_indices(form) {
                let attribute = code[place..].split(']').next().unwrap_or_default();
                if !attribute.contains("reason") {
                    broken.push(format!("{path}:{}: no reason", code[..place].matches('\n').count() + 1));
                }
            }
        }
    }
    broken
}
