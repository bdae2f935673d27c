//! Inside the client and the server: where SQL may be, and which capability may call which.

use super::source::{Source, is_test_file};
use super::tree::{Rule, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// The folders of capabilities of one package, and the edges between them: `a → b` means that a may call b.
/// What combines many is not in a capability: `app.rs`, and the dispatch of sync, which names every capability.
const EDGES: [(&str, &str, &[&str]); 14] = [
    (SERVER, "accounts", &["audit", "communes", "notices"]),
    (SERVER, "attendance", &["audit", "family", "planning", "reservations"]),
    (SERVER, "backup", &["audit"]),
    (SERVER, "communes", &["audit", "sync"]),
    (SERVER, "family", &["accounts", "audit", "communes", "notices", "sync"]),
    (SERVER, "notices", &["audit", "communes", "sync"]),
    (SERVER, "planning", &["sync"]),
    (SERVER, "registrations", &["audit", "family", "planning", "sync"]),
    (SERVER, "reservations", &["audit", "communes", "family", "notices", "planning", "registrations", "sync"]),
    (CLIENT, "accounts", &["profiles", "sync"]),
    (CLIENT, "family", &["accounts", "sync"]),
    (CLIENT, "kiosk", &["accounts", "profiles"]),
    (CLIENT, "planning", &["sync"]),
    (CLIENT, "reservations", &["family", "planning", "sync"]),
];

const CLIENT: &str = "crates/client/src/";
const SERVER: &str = "crates/server/src/";

/// What combines capabilities by trade: it may name any of them, and still no store.
const COMBINING: [&str; 7] = [
    "crates/server/src/admin/",
    "crates/server/src/check/",
    "crates/server/src/cli/",
    "crates/server/src/http/",
    "crates/server/src/sync/push.rs",
    "crates/client/src/sync/runner.rs",
    "crates/client/src/sync/commands.rs",
];

pub const RULES: [Rule; 5] = [
    Rule {
        says: "SQL lives in store.rs, in sync/ and in db.rs",
        check: sql_in_its_place,
        breaks: &[
            &[("crates/server/src/family/ops.rs", "fn a() { query(\"SELECT 1 FROM family\") }")],
            &[("crates/client/src/family/commands.rs", "const Q: &str = r#\"\n  update family set a = 1\"#;")],
            &[("crates/server/src/app.rs", "fn a() { sqlx::query(q) }")],
            &[("crates/server/src/family/routes.rs", "use sea_orm::EntityTrait;")],
            &[("src-tauri/commands/family.rs", "const Q: &str = \"DELETE FROM family\";")],
        ],
        keeps: &[
            ("crates/server/src/family/store.rs", "fn a() { query(\"SELECT 1\") }"),
            ("crates/client/src/sync/outbox.rs", "fn a() { sqlx::query(\"DELETE FROM outbox\") }"),
            ("crates/server/src/family/ops.rs", "// SELECT is in the store\nlet label = \"update\";"),
            ("crates/server/src/app.rs", "#[cfg(test)]\nmod tests { const Q: &str = \"SELECT 1 FROM a\"; }"),
        ],
    },
    Rule {
        says: "a capability's store is called by that capability only",
        check: stores_are_private,
        breaks: &[
            &[("crates/server/src/family/mod.rs", ""), ("crates/server/src/sync/push.rs", "use crate::family::store;")],
            &[
                ("crates/server/src/family/mod.rs", ""),
                ("crates/server/src/app.rs", "fn a() { family::store::load() }"),
            ],
            &[
                ("crates/client/src/family/mod.rs", ""),
                ("crates/client/src/accounts/mod.rs", "use crate::family::{self, store};"),
            ],
        ],
        keeps: &[
            ("crates/server/src/family/mod.rs", ""),
            ("crates/server/src/family/ops.rs", "use crate::family::store;\nuse super::store;"),
            ("crates/server/src/sync/mod.rs", "use crate::family::ops;"),
        ],
    },
    Rule {
        says: "a capability calls another one along the listed edges, which make no circle",
        check: edges_are_listed,
        breaks: &[&[
            ("crates/server/src/accounts/mod.rs", ""),
            ("crates/server/src/family/mod.rs", ""),
            ("crates/server/src/communes/mod.rs", "fn a() { crate::family::ops::change() }"),
        ]],
        keeps: &[
            ("crates/server/src/family/mod.rs", "use crate::sync::publish;\nuse crate::error::Error;"),
            ("crates/server/src/sync/mod.rs", ""),
        ],
    },
    Rule {
        says: "the server begins transactions with options, so that SQLite's are immediate",
        check: begin_with_options,
        breaks: &[
            &[("crates/server/src/db.rs", "let tx = db.begin().await?;")],
            &[("crates/server/src/db.rs", "db.transaction(|tx| a)")],
        ],
        keeps: &[("crates/server/src/db.rs", "let tx = db.begin_with_options(options).await?; // not db.begin()")],
    },
    Rule {
        says: "every route of the server is mounted together with its OpenAPI description",
        check: routes_are_described,
        breaks: &[
            &[("crates/server/src/family/routes.rs", "OpenApiRouter::new().route(\"/v1/secret\", get(secret))")],
            &[("crates/server/src/http/mod.rs", "router.nest_service(\"/files\", files)")],
            &[("crates/server/src/http/mod.rs", "let extra = Router::new();")],
        ],
        keeps: &[
            ("crates/server/src/family/routes.rs", "OpenApiRouter::new().routes(routes!(get_family))"),
            ("crates/server/src/http/mod.rs", "routes.fallback(unknown)"),
            ("crates/server/src/http/serve.rs", "let router = Router::new().route(\"/metrics\", get(render));"),
        ],
    },
];

/// The two packages that are made of capabilities.
const PACKAGES: [&str; 2] = [CLIENT, SERVER];

fn has_sql_place(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    matches!(name, "store.rs" | "db.rs") || path.contains("/src/sync/") || path.contains("/store/")
}

fn sql_in_its_place(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for folder in ["crates/", "src-tauri/"] {
        for (path, text) in tree.under(folder, &["rs"]).filter(|(path, _)| !is_test_file(path) && !has_sql_place(path))
        {
            let source = Source::without_tests(text);
            let sql = source.texts.iter().filter(|(_, text)| is_sql(text));
            broken.extend(sql.map(|(line, _)| format!("{path}:{line}: SQL")));
            broken.extend(source.lines_with(path, &["sqlx::query", "EntityTrait", "Entity::find", "QueryBuilder"]));
        }
    }
    broken
}

/// Whether a text is a statement, and not a sentence that begins like one.
fn is_sql(text: &str) -> bool {
    let upper = text.trim_start().to_uppercase();
    let has = |word: &str| upper.contains(word);
    match upper.split_whitespace().next() {
        Some("SELECT") => text.trim_start().starts_with("SELECT") || has(" FROM "),
        Some("INSERT" | "REPLACE") => has(" INTO "),
        Some("UPDATE") => has(" SET "),
        Some("DELETE") => has(" FROM "),
        Some("WITH") => has(" AS ("),
        Some("CREATE" | "ALTER" | "DROP") => has(" TABLE ") || has(" INDEX "),
        Some("PRAGMA" | "SAVEPOINT" | "VACUUM") => true,
        _ => false,
    }
}

/// The capabilities of a package: its folders that hold Rust files.
fn capabilities<'a>(tree: &'a Tree, package: &'a str) -> BTreeSet<&'a str> {
    let folder = |(path, _): (&'a str, &'a str)| path.strip_prefix(package)?.split_once('/').map(|(folder, _)| folder);
    tree.under(package, &["rs"]).filter_map(folder).collect()
}

/// A reference from one file of a package to a path of the same crate, as `["family", "store"]`.
struct Reference<'a> {
    path: &'a str,
    line: usize,
    to: Vec<String>,
}

/// What each file of a package names of its own crate, tests left out.
fn references<'a>(tree: &'a Tree, package: &'a str) -> Vec<Reference<'a>> {
    let mut found = Vec::new();
    for (path, text) in tree.under(package, &["rs"]).filter(|(path, _)| !is_test_file(path)) {
        let code = Source::without_tests(text).code;
        for start in ["crate::", "super::super::"] {
            for (place, _) in code.match_indices(start) {
                let line = code[..place].matches('\n').count() + 1;
                let mut paths = Vec::new();
                expand(&code[place + start.len()..], &mut Vec::new(), &mut paths);
                found.extend(paths.into_iter().map(|to| Reference { path, line, to }));
            }
        }
    }
    found
}

/// Spells out `a::{b, c::d}` from where it begins; gives what is left after it.
fn expand<'a>(code: &'a str, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> &'a str {
    let code = code.trim_start();
    if let Some(mut rest) = code.strip_prefix('{') {
        loop {
            rest = expand(rest, before, paths).trim_start();
            match rest.strip_prefix(',') {
                Some(next) if !next.trim_start().starts_with('}') => rest = next,
                Some(next) => return next.trim_start().strip_prefix('}').unwrap_or(""),
                None => return rest.strip_prefix('}').unwrap_or(""),
            }
        }
    }
    let end = code.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*')).unwrap_or(code.len());
    let (word, rest) = code.split_at(end);
    before.push(word.to_owned());
    let rest = match rest.strip_prefix("::") {
        Some(deeper) => expand(deeper, before, paths),
        None => {
            paths.push(before.clone());
            rest.trim_start()
                .strip_prefix("as ")
                .map_or(rest, |name| name.trim_start().trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'))
        }
    };
    before.pop();
    rest
}

fn own_capability<'a>(path: &'a str, package: &str) -> Option<&'a str> {
    path.strip_prefix(package)?.split_once('/').map(|(folder, _)| folder)
}

fn stores_are_private(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for package in PACKAGES {
        let names = capabilities(tree, package);
        for reference in references(tree, package) {
            let own = own_capability(reference.path, package);
            let mut pairs = reference.to.windows(2);
            if pairs.any(|pair| names.contains(pair[0].as_str()) && own != Some(&pair[0]) && pair[1] == "store") {
                broken.push(format!("{}:{}: {}", reference.path, reference.line, reference.to.join("::")));
            }
        }
        for (path, text) in tree.under(package, &["rs"]).filter(|(path, _)| !is_test_file(path)) {
            let others = names.iter().filter(|name| own_capability(path, package) != Some(name));
            let calls: Vec<String> = others.map(|name| format!(" {name}::store::")).collect();
            let code = Source::without_tests(text);
            broken.extend(code.lines_with(path, &calls.iter().map(String::as_str).collect::<Vec<_>>()));
        }
    }
    broken
}

fn edges_are_listed(tree: &Tree) -> Vec<String> {
    let mut broken = circles();
    for package in PACKAGES {
        let names = capabilities(tree, package);
        for reference in
            references(tree, package).into_iter().filter(|r| !COMBINING.iter().any(|place| r.path.starts_with(place)))
        {
            let (Some(from), Some(to)) = (own_capability(reference.path, package), reference.to.first()) else {
                continue;
            };
            // What a screen shows may be made of another capability's views: a shape, not a call.
            let only_a_shape = reference.to.get(1).is_some_and(|name| name == "views");
            if from != to && names.contains(to.as_str()) && !only_a_shape && !is_listed(package, from, to) {
                broken.push(format!("{}:{}: {from} → {to} is no listed edge", reference.path, reference.line));
            }
        }
    }
    broken.dedup();
    broken
}

fn is_listed(package: &str, from: &str, to: &str) -> bool {
    EDGES.iter().any(|(of, caller, callees)| *of == package && *caller == from && callees.contains(&to))
}

/// Capabilities of the list from which one comes back to where one started.
fn circles() -> Vec<String> {
    let mut broken = Vec::new();
    for package in PACKAGES {
        let mut left: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (_, caller, callees) in EDGES.iter().filter(|(of, ..)| *of == package) {
            left.entry(caller).or_default().extend(callees.iter().copied());
        }
        while let Some(leaf) =
            left.iter().find(|(_, to)| !to.iter().any(|to| left.contains_key(to))).map(|(name, _)| *name)
        {
            left.remove(leaf);
        }
        broken.extend(left.keys().map(|name| format!("{package}{name}: the listed edges make a circle")));
    }
    broken
}

fn begin_with_options(tree: &Tree) -> Vec<String> {
    let files = tree.under("crates/server/src/", &["rs"]).filter(|(path, _)| !is_test_file(path));
    files
        .flat_map(|(path, text)| Source::without_tests(text).lines_with(path, &[".begin()", ".transaction("]))
        .collect()
}

fn routes_are_described(tree: &Tree) -> Vec<String> {
    let forms = [".route(", ".route_service(", ".nest_service(", ".nest(", " Router::new()"];
    let mut broken = Vec::new();
    for (path, text) in tree.under("crates/server/src/", &["rs"]).filter(|(path, _)| !is_test_file(path)) {
        let source = Source::without_tests(text);
        let found = source.lines().filter(|(_, line)| forms.iter().any(|form| line.contains(form)));
        // The operator's own listener shows the metrics and nothing else: it is no part of the HTTP interface.
        let metrics = |number: usize| source.texts.iter().any(|(line, text)| *line == number && text == "/metrics");
        broken.extend(found.filter(|(number, _)| !metrics(*number)).map(|(number, _)| format!("{path}:{number}")));
    }
    broken
}

#[test]
fn grouped_imports_are_spelt_out() {
    let mut paths = Vec::new();
    expand("{a, b::{self, c as d}, e::f};", &mut Vec::new(), &mut paths);
    let spelt: Vec<String> = paths.iter().map(|path| path.join("::")).collect();
    assert_eq!(spelt, ["a", "b::self", "b::c", "e::f"]);
}
