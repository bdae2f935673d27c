//! The interface's packages and its build, each done again only when what it is made from changed.

use crate::places::Places;
use crate::processes::run;
use anyhow::{Context, Result};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files of the root that the build of the interface reads besides `ui/`.
const CONFIGURATION: [&str; 5] =
    ["package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "lingui.config.ts"];

/// Installs the npm packages from the lock file, unless they are newer than it.
///
/// # Errors
/// When `npm ci` fails.
pub fn packages(places: &Places) -> Result<()> {
    let lock = modified(&places.root.join("package-lock.json")).context("package-lock.json is missing")?;
    let installed = modified(&places.root.join("node_modules").join(".package-lock.json"));
    if installed.is_some_and(|installed| installed >= lock) {
        return Ok(());
    }
    run(&mut places.command(npm(), &["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
}

/// Builds `ui/dist`, unless its sources are those of the last build.
///
/// # Errors
/// When a source cannot be read or the build fails.
pub fn build(places: &Places) -> Result<()> {
    let stamp = stamp_file(places);
    if fs::read_to_string(&stamp).is_ok_and(|last| state(places).is_ok_and(|now| now == last)) {
        return Ok(());
    }
    run(&mut places.command(npm(), &["run", "build"]))?;
    fs::create_dir_all(stamp.parent().context("a stamp is in a folder")?)?;
    fs::write(&stamp, state(places)?).context("noting the build of the interface")
}

/// `npm run SCRIPT`.
///
/// # Errors
/// When it fails.
pub fn npm_script(places: &Places, script: &str) -> std::process::Command {
    places.command(npm(), &["run", script])
}

fn npm() -> &'static str {
    if cfg!(target_os = "windows") { "npm.cmd" } else { "npm" }
}

/// One stamp per clone: the target directory is shared.
fn stamp_file(places: &Places) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    places.root.hash(&mut hasher);
    places.target.join("stamps").join(format!("interface-{:016x}", hasher.finish()))
}

/// The sources' content and when the result was written, so that a build made by hand meanwhile is noticed.
fn state(places: &Places) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    let mut files: Vec<PathBuf> = CONFIGURATION.iter().map(|name| places.root.join(name)).collect();
    collect(&places.root.join("ui"), &places.root.join("ui").join("dist"), &mut files)?;
    files.sort();
    for file in files.iter().filter(|file| file.is_file()) {
        file.strip_prefix(&places.root).unwrap_or(file).hash(&mut hasher);
        fs::read(file).with_context(|| file.display().to_string())?.hash(&mut hasher);
    }
    let built = modified(&places.root.join("ui").join("dist").join("index.html")).context("ui/dist is missing")?;
    Ok(format!("{:016x} {built:?}", hasher.finish()))
}

fn collect(folder: &Path, except: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            if path != except {
                collect(&path, except, files)?;
            }
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}
