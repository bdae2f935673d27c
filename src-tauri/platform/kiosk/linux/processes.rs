//! Processes: all that descend from this one, and those that a dead supervisor left.

use anyhow::{Context, bail};
use rustix::io::Errno;
use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitOptions, getpid, getrlimit, kill_process, set_child_subreaper,
    set_parent_process_death_signal, setrlimit, waitpid,
};
use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

/// A killed process is gone within moments; one that the kernel cannot end in this time never ends.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK: Duration = Duration::from_millis(5);

/// Makes this process fit to supervise: orphans of a session stay its descendants, and no process of a session leaves its
/// memory on the disk when it crashes. A limit of one byte also keeps programs that collect crashes away (`core(5)`).
///
/// # Errors
/// When the kernel refuses.
pub fn prepare() -> anyhow::Result<()> {
    set_child_subreaper(Some(getpid())).context("keeping orphans")?;
    let most = getrlimit(Resource::Core).maximum.map_or(1, |most| most.min(1));
    setrlimit(Resource::Core, Rlimit { current: Some(most), maximum: Some(most) }).context("forbidding core files")
}

/// To be called by a session: the kernel kills it when its supervisor ends, however that happens. One that ended just
/// before is noticed by its closed pipe.
pub fn end_with_parent() {
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        tracing::warn!(%error, "this session may outlive its supervisor");
    }
}

/// Ends a session's process and all its descendants.
///
/// # Errors
/// When one of them stays.
pub fn end_tree(session: &mut Child) -> anyhow::Result<()> {
    let since = Instant::now();
    loop {
        reap();
        let left = descendants(getpid())?;
        if left.is_empty() {
            // What can be known of it is known.
            session.try_wait().unwrap_or_default();
            return Ok(());
        }
        end_all(&left, since)?;
    }
}

/// Ends the processes whose environment names this folder: of a session whose supervisor is dead.
///
/// # Errors
/// When one of them stays.
pub fn end_strays(root: &Path) -> anyhow::Result<()> {
    let since = Instant::now();
    loop {
        let left = of_this_folder(root)?;
        if left.is_empty() {
            return Ok(());
        }
        tracing::warn!(processes = left.len(), "ending what a dead supervisor left");
        end_all(&left, since)?;
    }
}

fn end_all(processes: &HashSet<Pid>, since: Instant) -> anyhow::Result<()> {
    if since.elapsed() > PATIENCE {
        bail!("{} processes of a session do not end", processes.len());
    }
    for process in processes {
        match kill_process(*process, Signal::KILL) {
            Ok(()) | Err(Errno::SRCH) => {}
            Err(error) => return Err(error).context("ending a process"),
        }
    }
    std::thread::sleep(LOOK);
    Ok(())
}

/// Takes note of every child that ended, adopted ones included.
fn reap() {
    while let Ok(Some(_)) = waitpid(None, WaitOptions::NOHANG) {}
}

/// All processes below one.
fn descendants(root: Pid) -> anyhow::Result<HashSet<Pid>> {
    let mut parents = Vec::new();
    for process in all()? {
        if let Some(parent) = parent(process) {
            parents.push((process, parent));
        }
    }
    let mut found = HashSet::new();
    let mut generation = vec![root];
    while let Some(ancestor) = generation.pop() {
        for (child, _) in parents.iter().filter(|(_, parent)| *parent == ancestor) {
            if found.insert(*child) {
                generation.push(*child);
            }
        }
    }
    Ok(found)
}

fn all() -> anyhow::Result<Vec<Pid>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").context("listing processes")? {
        let id = entry.context("listing processes")?.file_name().to_str().and_then(|name| name.parse::<i32>().ok());
        found.extend(id.and_then(Pid::from_raw));
    }
    Ok(found)
}

/// `proc_pid_stat(5)`: the fourth field, after a name that may hold anything. None for a process that is gone.
fn parent(process: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).ok()?;
    let after_name = stat.rsplit_once(") ")?.1;
    Pid::from_raw(after_name.split(' ').nth(1)?.parse().ok()?)
}

fn of_this_folder(root: &Path) -> anyhow::Result<HashSet<Pid>> {
    let mark = [b"XDG_RUNTIME_DIR=", root.as_os_str().as_bytes(), b"/"].concat();
    let names = |process: &Pid| {
        // Of other people's processes nothing is told.
        let environment = std::fs::read(format!("/proc/{}/environ", process.as_raw_nonzero())).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable.starts_with(&mark))
    };
    Ok(all()?.into_iter().filter(|process| *process != getpid()).filter(names).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn strays_are_known_by_their_folder_and_ended() {
        let root = tempfile::tempdir().expect("a folder");
        let start = |folder: &Path| {
            let mut command = Command::new("sleep");
            let started = command.arg("600").env("XDG_RUNTIME_DIR", folder).stdin(Stdio::null()).spawn();
            let process = started.expect("a process");
            // While the kernel replaces its program, a process has no environment to show.
            let since = Instant::now();
            let environment = format!("/proc/{}/environ", process.id());
            while std::fs::read(&environment).is_ok_and(|shown| shown.is_empty()) && since.elapsed() < PATIENCE {
                std::thread::sleep(LOOK);
            }
            process
        };
        let mut stray = start(&root.path().join("session/runtime"));
        let mut other = start(&root.path().with_extension("other"));
        end_strays(root.path()).expect("ended");
        assert!(!stray.wait().expect("a status").success());
        assert!(other.try_wait().expect("a status").is_none(), "nobody else's process is touched");
        other.kill().and_then(|()| other.wait()).expect("ended");
    }

    #[test]
    fn descendants_are_found_however_deep() {
        let mut shell = Command::new("sh");
        shell.args(["-c", "sh -c 'sleep 600 & wait' & wait"]).stdin(Stdio::null());
        let mut shell = shell.spawn().expect("a process");
        let root = Pid::from_raw(i32::try_from(shell.id()).expect("an id")).expect("an id");
        let since = Instant::now();
        let found = loop {
            let found = descendants(root).expect("processes");
            if found.len() == 2 || since.elapsed() > PATIENCE {
                break found;
            }
            std::thread::sleep(LOOK);
        };
        assert_eq!(found.len(), 2);
        for process in &found {
            let ended = kill_process(*process, Signal::KILL);
            // A shell whose child was first is gone with it.
            assert!(matches!(ended, Ok(()) | Err(Errno::SRCH)), "{ended:?}");
        }
        shell.kill().and_then(|()| shell.wait()).expect("ended");
    }
}
