//! Which package may know which: read from the manifests.

use super::source::Source;
use super::tree::{Rule, Tree};
use toml::Table;

/// The packages of the workspace and the other ones each may depend on.
const EDGES: [(&str, &[&str]); 11] = [
    ("crates/domain", &[]),
    ("crates/protocol", &["preau-domain"]),
    // Nothing at all unless the simulation asks.
    ("crates/failpoints", &[]),
    ("crates/client", &["preau-domain", "preau-protocol", "preau-failpoints"]),
    ("crates/server", &["preau-domain", "preau-protocol", "preau-failpoints", "preau-paper"]),
    // Compiles long: nothing but the server waits for it.
    ("crates/paper", &[]),
    ("", &["preau-client"]),
    ("tests", &["preau-domain", "preau-protocol", "preau-client", "xtask"]),
    // Speaks to spawned programs, as the tests do.
    ("tests/load", &["preau-protocol", "preau-client", "preau-server", "preau-tests", "xtask"]),
    // Both sides in one process: it alone sees everything.
    ("tests/simulation", &["preau-protocol", "preau-client", "preau-server", "preau-failpoints", "xtask"]),
    ("xtask", &[]),
];
const OURS: [&str; 11] = [
    "preau",
    "preau-domain",
    "preau-protocol",
    "preau-failpoints",
    "preau-client",
    "preau-server",
    "preau-paper",
    "preau-tests",
    "preau-load",
    "preau-simulation",
    "xtask",
];

/// All that the domain is made of: no runtime, database, network or serialisation crate. Dates, telephone numbers,
/// error enums, Unicode forms, identifiers.
const PURE: [&str; 5] = ["jiff", "phonenumber", "thiserror", "unicode-normalization", "uuid"];

pub const RULES: [Rule; 6] = [
    Rule {
        says: "each package depends only on the packages below it; client and server never see each other",
        check: directions,
        breaks: &[
            &[("crates/client/Cargo.toml", "[dependencies]\npreau-server = { path = \"../server\" }")],
            &[("crates/server/Cargo.toml", "[dev-dependencies]\npreau-client.workspace = true")],
            &[("crates/domain/Cargo.toml", "[dependencies]\npreau-protocol.workspace = true")],
            &[("Cargo.toml", "[target.'cfg(unix)'.dependencies]\npreau-server.workspace = true")],
            &[("crates/client/Cargo.toml", "[dependencies]\npreau-paper = { path = \"../paper\" }")],
            &[("crates/paper/Cargo.toml", "[dependencies]\npreau-domain.workspace = true")],
            &[("crates/cards/Cargo.toml", "[dependencies]\n")],
        ],
        keeps: &[("crates/server/Cargo.toml", "[dependencies]\npreau-protocol.workspace = true\naxum = \"0.8\"")],
    },
    Rule {
        says: "the domain depends on no runtime, database, network or serialisation crate",
        check: pure_dependencies,
        breaks: &[
            &[("crates/domain/Cargo.toml", "[dependencies]\nserde.workspace = true")],
            &[("crates/domain/Cargo.toml", "[dependencies]\ntokio = \"1\"")],
            &[("crates/domain/Cargo.toml", "[target.'cfg(unix)'.dependencies]\nsqlx = \"0.9\"")],
        ],
        keeps: &[("crates/domain/Cargo.toml", "[dependencies]\njiff = \"0.2\"\n[dev-dependencies]\nproptest = \"1\"")],
    },
    Rule {
        says: "the domain reads no clock, no file, no network, no randomness and awaits nothing",
        check: pure_code,
        breaks: &[
            &[("crates/domain/src/a.rs", "fn a() -> Timestamp { jiff::Timestamp::now() }")],
            &[("crates/domain/src/a.rs", "use std::fs;")],
            &[("crates/domain/src/a.rs", "async fn a() {}")],
            &[("crates/domain/src/a.rs", "fn id() -> Uuid { Uuid::now_v7() }")],
        ],
        keeps: &[(
            "crates/domain/src/a.rs",
            "/// Not `now()`: callers pass it.\nfn age(birth: Date, today: Date) -> u32 { 0 }",
        )],
    },
    Rule {
        says: "tauri is named in the root manifest only, and spoken to in src-tauri only",
        check: tauri_at_the_root,
        breaks: &[
            &[("crates/client/Cargo.toml", "[dependencies]\ntauri = \"2\"")],
            &[("tests/Cargo.toml", "[dev-dependencies]\ntauri-plugin-store = \"2\"")],
            &[("crates/client/src/a.rs", "use tauri::AppHandle;")],
        ],
        keeps: &[("Cargo.toml", "[dependencies]\ntauri = \"2\""), ("src-tauri/lib.rs", "use tauri::AppHandle;")],
    },
    Rule {
        says: "failpoints are in the simulation only: no program is built with their feature",
        check: failpoints_in_the_simulation,
        breaks: &[
            &[("crates/server/Cargo.toml", "[dependencies]\npreau-failpoints = { features = [\"simulation\"] }")],
            &[("crates/client/Cargo.toml", "[features]\ndefault = [\"preau-failpoints/simulation\"]")],
            &[("crates/failpoints/Cargo.toml", "[features]\ndefault = [\"simulation\"]\nsimulation = []")],
        ],
        keeps: &[
            ("crates/failpoints/Cargo.toml", "[features]\nsimulation = []"),
            ("tests/simulation/Cargo.toml", "[dependencies]\npreau-failpoints = { features = [\"simulation\"] }"),
        ],
    },
    Rule {
        says: "every package keeps the workspace's lints and edition",
        check: lints_kept,
        breaks: &[&[("crates/client/Cargo.toml", "[package]\nname = \"x\"\nedition = \"2021\"")]],
        keeps: &[("crates/client/Cargo.toml", "[package]\nedition.workspace = true\n[lints]\nworkspace = true")],
    },
];

/// The manifests: the package's folder (`""` for the root) and what it says.
fn manifests(tree: &Tree) -> Vec<(String, Table)> {
    let parse = |(path, text): (&str, &str)| {
        let folder = path.strip_suffix("Cargo.toml")?.trim_end_matches('/').to_owned();
        Some((folder, text.parse::<Table>().unwrap_or_default()))
    };
    tree.files().filter(|(path, _)| *path == "Cargo.toml" || path.ends_with("/Cargo.toml")).filter_map(parse).collect()
}

/// The names in every table of dependencies, target-specific ones included; `dev` adds those of tests.
fn dependencies(manifest: &Table, dev: bool) -> Vec<String> {
    let mut names = Vec::new();
    let kinds: &[&str] = if dev {
        &["dependencies", "build-dependencies", "dev-dependencies"]
    } else {
        &["dependencies", "build-dependencies"]
    };
    let targets = manifest.get("target").and_then(|targets| targets.as_table());
    let tables =
        std::iter::once(manifest).chain(targets.into_iter().flat_map(|t| t.values().filter_map(|v| v.as_table())));
    for table in tables {
        for kind in kinds {
            names.extend(table.get(*kind).and_then(|t| t.as_table()).into_iter().flat_map(|t| t.keys().cloned()));
        }
    }
    names
}

fn directions(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (folder, manifest) in manifests(tree) {
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == folder) else {
            broken.push(format!("{folder}: a new package; say in EDGES what it may depend on"));
            continue;
        };
        for name in dependencies(&manifest, true) {
            if OURS.contains(&name.as_str()) && !allowed.contains(&name.as_str()) {
                broken.push(format!("{folder}/Cargo.toml depends on {name}"));
            }
        }
    }
    broken
}

fn pure_dependencies(tree: &Tree) -> Vec<String> {
    let domain = manifests(tree).into_iter().filter(|(folder, _)| folder == "crates/domain");
    let names = domain.flat_map(|(_, manifest)| dependencies(&manifest, false));
    names.filter(|name| !PURE.contains(&name.as_str())).map(|name| format!("crates/domain depends on {name}")).collect()
}

fn pure_code(tree: &Tree) -> Vec<String> {
    let impure = [
        "::now()",
        "now_v7",
        "new_v4",
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "std::io",
        "Instant::",
        "SystemTime",
        "async ",
        ".await",
        "println!",
        "eprintln!",
        "rand::",
    ];
    let files = tree.under("crates/domain/src/", &["rs"]);
    files.flat_map(|(path, text)| Source::without_tests(text).lines_with(path, &impure)).collect()
}

fn tauri_at_the_root(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (folder, manifest) in manifests(tree).into_iter().filter(|(folder, _)| !folder.is_empty()) {
        let tauri = dependencies(&manifest, true).into_iter().filter(|name| name.starts_with("tauri"));
        broken.extend(tauri.map(|name| format!("{folder}/Cargo.toml depends on {name}")));
    }
    for folder in ["crates/", "tests/", "xtask/"] {
        for (path, text) in tree.under(folder, &["rs"]) {
            broken.extend(Source::read(text).lines_with(path, &["tauri::", "tauri_plugin", "tauri_specta"]));
        }
    }
    broken
}

fn failpoints_in_the_simulation(tree: &Tree) -> Vec<String> {
    let asks = |text: &str| text.contains("\"simulation\"") || text.contains("preau-failpoints/simulation");
    let files = tree.files().filter(|(path, _)| path.ends_with("Cargo.toml") && *path != "tests/simulation/Cargo.toml");
    files.filter(|(_, text)| asks(text)).map(|(path, _)| format!("{path} asks for the failpoints")).collect()
}

fn lints_kept(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (folder, manifest) in manifests(tree) {
        let inherits = |table: &str, key: &str| {
            let value = manifest.get(table).and_then(|table| table.get(key));
            value.is_some_and(|value| value.as_bool() == Some(true) || value.get("workspace").is_some())
        };
        if !inherits("lints", "workspace") || !inherits("package", "edition") {
            broken.push(format!("{folder}/Cargo.toml does not take the workspace's lints and edition"));
        }
    }
    broken
}
