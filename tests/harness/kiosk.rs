//! A municipal machine that is a kiosk: its supervisor, started as the system would, its sessions, and what is left of them.

use crate::files::{Search, as_left};
use crate::window::{Window, descendants, free_port};
use crate::{memory, wait_for};
use anyhow::{Context, Result, bail};
use preau_client::hashed;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use tempfile::TempDir;
use xtask::demo_families::{NAME, POSTCODE, SLUG};
use xtask::places::Places;
use xtask::processes::Running;

/// The code to leave with.
pub const EXIT_CODE: &str = "Sortie-33290";
/// Seconds without a touch after which a session ends: the shortest that settings allow.
pub const IDLE_SECONDS: u32 = 45;
/// Where a session's programs may write: the profile, the browser's folders, temporary ones.
const FOLDERS: [&str; 7] =
    ["data", "data/webview", "tmp", "runtime", "home/.cache", "home/.config", "home/.local/share"];

/// One machine.
#[derive(Debug)]
pub struct Kiosk {
    /// All that it writes to its disk.
    disk: TempDir,
    /// Its memory that looks like a folder.
    memory: TempDir,
    program: PathBuf,
    /// Where a driven window listens.
    inspector: Option<u16>,
    /// What stood in the folders of temporary files that all share, before it.
    before: BTreeSet<PathBuf>,
}

/// A running supervisor. Dropping it ends it.
#[derive(Debug)]
pub struct Supervisor(Running);

impl Kiosk {
    /// A machine that an agent made a kiosk of the demo town, whose windows can be driven. The engine then refuses its
    /// private mode.
    ///
    /// # Errors
    /// When the application is not built.
    pub fn new(server: &str) -> Result<Self> {
        Ok(Self { inspector: Some(free_port()?), ..Self::as_installed(server)? })
    }

    /// The same as a town has it: nothing drives its windows, and the engine is in its private mode.
    ///
    /// # Errors
    /// As [`Kiosk::new`].
    pub fn as_installed(server: &str) -> Result<Self> {
        let program = Places::find()?.debug_binary("preau");
        if !program.is_file() {
            bail!("{} is missing: cargo build -p preau --features custom-protocol", program.display());
        }
        let memory = tempfile::tempdir_in("/dev/shm").context("a folder in memory")?;
        let disk = tempfile::tempdir()?;
        let before = in_shared_folders()?.collect();
        let kiosk = Self { disk, memory, program, inspector: None, before };
        for folder in ["home", "tmp", "data", "bin", "spool"] {
            std::fs::create_dir(kiosk.on_disk(folder))?;
        }
        let contact =
            json!({ "label": "Pôle enfance jeunesse", "phone": "+33556955612", "email": "pej@parempuyre.example" });
        let commune = json!({ "slug": SLUG, "name": NAME, "postcode": POSTCODE, "contact": contact, "server": server });
        let exit_code = hashed::hash(EXIT_CODE).context("hashing the exit code")?;
        let settings = json!({ "commune": commune, "exit_code": exit_code, "idle_seconds": IDLE_SECONDS });
        std::fs::write(kiosk.settings(), settings.to_string())?;
        kiosk.install_printer()?;
        Ok(kiosk)
    }

    /// `cancel` as CUPS has it, for a queue of files: it knows the two options that are given to it, and no others.
    fn install_printer(&self) -> Result<()> {
        let (cancel, spool) = (self.on_disk("bin/cancel"), self.on_disk("spool"));
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = -x ] && [ \"$2\" = -u ] && [ \"$3\" = borne ] || exit 1\nrm -f '{}'/*\n",
            spool.display()
        );
        std::fs::write(&cancel, script)?;
        Ok(std::fs::set_permissions(&cancel, PermissionsExt::from_mode(0o755))?)
    }

    /// Seconds without a touch after which its sessions end, from the next start on.
    ///
    /// # Errors
    /// When the settings cannot be written.
    pub fn set_idle(&self, seconds: u32) -> Result<()> {
        let mut settings: serde_json::Value = serde_json::from_slice(&std::fs::read(self.settings())?)?;
        settings["idle_seconds"] = seconds.into();
        Ok(std::fs::write(self.settings(), settings.to_string())?)
    }

    /// Where it is written that it is a kiosk.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.on_disk("data/kiosk.json")
    }

    /// Something on the machine's disk.
    #[must_use]
    pub fn on_disk(&self, name: &str) -> PathBuf {
        self.disk.path().join(name)
    }

    /// The folder in memory that the system gives the kiosk's user.
    #[must_use]
    pub fn in_memory(&self) -> &Path {
        self.memory.path()
    }

    /// Starts the application, as the system does.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self) -> Result<Supervisor> {
        self.start_by(Command::new(&self.program))
    }

    /// Starts it by another command, which gets its environment.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start_by(&self, mut command: Command) -> Result<Supervisor> {
        let path = std::env::var("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", self.on_disk("bin").display()));
        command.env("PREAU_DATA_DIR", self.on_disk("data")).env("XDG_RUNTIME_DIR", self.in_memory());
        command.env("HOME", self.on_disk("home")).env("TMPDIR", self.on_disk("tmp"));
        command.env("USER", "borne").env("LC_ALL", "C.UTF-8").env("LANGUAGE", "fr").env("NO_AT_BRIDGE", "1");
        for name in ["XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"] {
            command.env_remove(name);
        }
        if let Some(port) = self.inspector {
            command.env("TAURI_WEBVIEW_AUTOMATION", "true");
            command.env("WEBKIT_INSPECTOR_SERVER", format!("127.0.0.1:{port}"));
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(Supervisor(Running::start(&mut command).context("starting the kiosk")?))
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Drives the session that runs now.
    ///
    /// # Errors
    /// When its window does not come up.
    pub async fn window(&self) -> Result<Window> {
        Window::attach(self.inspector.context("a kiosk whose windows can be driven")?).await
    }

    /// Drives the first session that shows a text: the one before may still be on the screen.
    ///
    /// # Errors
    /// When none does.
    pub async fn window_that_sees(&self, text: &str) -> Result<Window> {
        wait_for(&format!("a session that shows « {text} »"), async || {
            let Ok(window) = self.window().await else { return Ok(None) };
            if window.sees(text).await.is_ok() {
                return Ok(Some(window));
            }
            window.abandon();
            Ok(None)
        })
        .await
    }

    /// The folder of the session that runs.
    ///
    /// # Errors
    /// When there is none.
    pub fn session_folder(&self) -> Result<PathBuf> {
        let root = self.in_memory().join(format!("preau-kiosk-{}", rustix::process::getuid().as_raw()));
        let folders = std::fs::read_dir(root).context("the folder of sessions")?;
        let mut folders = folders.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
        folders.next().context("the folder of a session")
    }

    /// Why the last session ended, as the supervisor that runs says in its log; none while its first one runs.
    ///
    /// # Errors
    /// When there is no log.
    pub fn last_end(&self) -> Result<Option<String>> {
        let log = std::fs::read_to_string(self.on_disk("data/preau.log")).context("the log")?;
        let of_this_start = log.rsplit("started version").next().unwrap_or_default();
        let last = of_this_start.lines().rev().find_map(|line| line.split_once("a session ended ended="));
        Ok(last.and_then(|(_, rest)| rest.split(' ').next()).map(str::to_owned))
    }

    /// Leaves a text where an engine, a library or a printer might, in every form.
    ///
    /// # Errors
    /// When a folder is not there.
    pub fn plant(&self, text: &str) -> Result<()> {
        let session = self.session_folder()?;
        for folder in FOLDERS {
            let file = session.join(folder).join("left-by-a-program");
            std::fs::write(&file, as_left(text)).with_context(|| file.display().to_string())?;
        }
        std::fs::write(self.on_disk("spool/d00017-001"), as_left(text)).context("a print job")
    }

    /// Whatever still holds one of these: files of the machine, on its disk and in its memory, what a program put into
    /// the shared folders of temporary files all the same, and the memory of the supervisor, when one runs.
    ///
    /// # Errors
    /// When something cannot be looked at.
    pub fn leftovers(&self, search: &Search, supervisor: Option<&Supervisor>) -> Result<Vec<String>> {
        let strays: Vec<PathBuf> = in_shared_folders()?.filter(|path| !self.before.contains(path)).collect();
        let strays = strays.iter().map(PathBuf::as_path);
        let places: Vec<&Path> = [self.disk.path(), Path::new("/dev/shm")].into_iter().chain(strays).collect();
        let found = search.among(&places)?;
        let mut found: Vec<String> = found.iter().map(|path| path.display().to_string()).collect();
        if let Some(supervisor) = supervisor {
            found.extend(memory::regions_holding(supervisor.id(), search)?);
        }
        Ok(found)
    }

    /// The processes that still have this session's folder in their environment.
    ///
    /// # Errors
    /// When processes cannot be listed.
    pub fn processes_of(&self, session: &Path) -> Result<Vec<u32>> {
        let folder = session.display().to_string();
        let processes =
            std::fs::read_dir("/proc")?.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let names = |process: &u32| {
            let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(&folder)
        };
        Ok(processes.filter(names).collect())
    }
}

/// What stands in the folders where a program writes that does not ask the environment.
fn in_shared_folders() -> Result<impl Iterator<Item = PathBuf>> {
    let entries = ["/tmp", "/var/tmp"].map(|folder| std::fs::read_dir(folder).context(folder));
    let [shared, kept] = entries;
    Ok(shared?.chain(kept?).flatten().map(|entry| entry.path()))
}

impl Supervisor {
    /// Its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Everything that descends from it, by name.
    ///
    /// # Errors
    /// When processes cannot be listed.
    pub fn processes(&self, name: &str) -> Result<Vec<u32>> {
        // The kernel keeps fifteen characters of a name.
        let short: String = name.chars().take(15).collect();
        let found = descendants(self.id())?.into_iter().filter(|(_, known)| *known == short);
        Ok(found.map(|(process, _)| process).collect())
    }

    /// Waits for a session that is not this one, and gives its process.
    ///
    /// # Errors
    /// When none comes.
    pub async fn session(&mut self, but: Option<u32>) -> Result<u32> {
        wait_for("a session", async || {
            if let Some(status) = self.0.ended()? {
                bail!("the supervisor ended: {status}");
            }
            // Whatever else it starts begins as a copy of it, with its name.
            let command =
                |process: &u32| std::fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
            let is_session = |process: &u32| command(process).contains("--kiosk-session");
            Ok(self.processes("preau")?.into_iter().filter(is_session).find(|process| Some(*process) != but))
        })
        .await
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When it goes on.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        wait_for("the end of the supervisor", async || self.0.ended()).await
    }

    /// Ends it as the system does when it shuts down.
    pub fn stop(mut self) {
        self.0.end();
    }

    /// Ends it, and nothing else, as a power cut would end everything.
    ///
    /// # Errors
    /// When it is gone already.
    pub async fn cut(mut self) -> Result<()> {
        send(self.id(), Signal::KILL)?;
        self.ended().await?;
        // What it started must not be ended by the test.
        std::mem::forget(self.0);
        Ok(())
    }
}

/// Sends a signal to one process.
///
/// # Errors
/// When it is gone.
pub fn send(process: u32, signal: Signal) -> Result<()> {
    let process = i32::try_from(process).ok().and_then(Pid::from_raw).context("a process id")?;
    kill_process(process, signal).context("a signal")
}
