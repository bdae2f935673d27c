//! The interface: who imports whom.

use super::tree::{Rule, Tree};

pub const RULES: [Rule; 3] = [
    Rule {
        says: "a feature of the interface imports lib, components, the bindings and itself",
        check: features_stand_alone,
        breaks: &[
            &[("ui/src/features/family/Home.tsx", "import { Queue } from '../sync/Queue';")],
            &[("ui/src/features/family/Home.tsx", "const a = () => import('../../app/routes');")],
            &[("ui/src/components/Card.tsx", "import { Home } from '../features/family/Home';")],
            &[("ui/src/lib/dates.ts", "import { Card } from '../components/Card';")],
        ],
        keeps: &[
            (
                "ui/src/features/family/Home.tsx",
                "import { Card } from '../../components/Card';\nimport s from './Home.module.css';",
            ),
            (
                "ui/src/features/family/Person.tsx",
                "import {\n  backend,\n} from '../../lib/ipc';\nimport React from 'react';",
            ),
            ("ui/src/app/routes.tsx", "import { Home } from '../features/family/Home';"),
        ],
    },
    Rule {
        says: "only lib/ipc.ts (with the generated bindings) knows Tauri",
        check: tauri_behind_ipc,
        breaks: &[
            &[("ui/src/features/family/Home.tsx", "import { invoke } from '@tauri-apps/api/core';")],
            &[("ui/src/components/Card.tsx", "const a = window.__TAURI__;")],
            &[("ui/src/features/family/Home.tsx", "import { commands } from '../../bindings';")],
        ],
        keeps: &[
            (
                "ui/src/lib/ipc.ts",
                "import { listen } from '@tauri-apps/api/event';\nimport { commands } from '../bindings';",
            ),
            ("ui/src/bindings.ts", "import { invoke } from '@tauri-apps/api/core';"),
            ("ui/src/features/family/Home.tsx", "import type { HomeView } from '../../bindings';"),
        ],
    },
    Rule {
        says: "the interface keeps no token and no text of its own: storage of the web view is never used",
        check: no_web_storage,
        breaks: &[
            &[("ui/src/lib/session.ts", "localStorage.setItem('token', token);")],
            &[("ui/src/features/a/A.tsx", "sessionStorage.getItem('a')")],
        ],
        keeps: &[("ui/src/lib/session.ts", "const local = 'storage';")],
    },
];

/// The interface's own sources, its tests left out.
fn sources(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.under("ui/src/", &["ts", "tsx"]).filter(|(path, _)| !path.contains(".test.") && !path.contains("/tests/"))
}

/// What a file imports: the line it is named on, whether only its types, and the name.
fn imports(text: &str) -> Vec<(usize, bool, &str)> {
    let mut found = Vec::new();
    for start in [" from '", " from \"", "import '", "import \"", "import('", "import(\""] {
        for (place, _) in text.match_indices(start) {
            let after = &text[place + start.len()..];
            let Some(end) = after.find(['\'', '"']) else { continue };
            let statement = text[..place].rfind("import").or_else(|| text[..place].rfind("export")).unwrap_or(place);
            let types = ["import type", "export type"].iter().any(|form| text[statement..].starts_with(form));
            found.push((text[..place].matches('\n').count() + 1, types, &after[..end]));
        }
    }
    found.sort_unstable();
    found
}

/// The path under `ui/src/` that a relative import leads to.
fn resolve(path: &str, import: &str) -> Option<String> {
    if !import.starts_with('.') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    Some(parts.join("/").trim_start_matches("ui/src/").to_owned())
}

/// The part of the interface that a path under `ui/src/` belongs to: `features/family`, `lib`, `bindings`…
fn part(path: &str) -> String {
    let path = path.trim_start_matches("ui/src/");
    let mut folders = path.split('/');
    match (folders.next(), folders.next()) {
        (Some("features"), Some(name)) => format!("features/{name}"),
        (Some(first), _) => first.split('.').next().unwrap_or(first).to_owned(),
        _ => String::new(),
    }
}

fn may_import(from: &str, to: &str) -> bool {
    if from == to {
        return true;
    }
    let shared: &[&str] = match from {
        _ if from.starts_with("features/") => &["lib", "components", "bindings", "styles"],
        "components" => &["lib", "bindings", "styles"],
        "lib" => &["bindings", "locales"],
        "locales" | "bindings" | "styles" => &[],
        // The frame puts the features together.
        _ => return true,
    };
    shared.contains(&to)
}

fn features_stand_alone(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in sources(tree) {
        for (line, _, import) in imports(text) {
            if let Some(target) = resolve(path, import)
                && !may_import(&part(path), &part(&target))
            {
                broken.push(format!("{path}:{line}: imports {import}"));
            }
        }
    }
    broken
}

fn tauri_behind_ipc(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in sources(tree).filter(|(path, _)| !matches!(*path, "ui/src/lib/ipc.ts" | "ui/src/bindings.ts")) {
        for (line, types, import) in imports(text) {
            let bindings = resolve(path, import).is_some_and(|target| part(&target) == "bindings");
            if import.starts_with("@tauri-apps/") || (bindings && !types) {
                broken.push(format!("{path}:{line}: imports {import}"));
            }
        }
        if text.contains("__TAURI") {
            broken.push(format!("{path}: reaches for the bridge by itself"));
        }
    }
    broken
}

fn no_web_storage(tree: &Tree) -> Vec<String> {
    let words = ["localStorage", "sessionStorage", "indexedDB", "document.cookie"];
    let uses = |text: &str| words.iter().find(|word| text.contains(**word)).copied();
    sources(tree).filter_map(|(path, text)| Some(format!("{path}: {}", uses(text)?))).collect()
}
