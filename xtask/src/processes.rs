//! Starting programs and ending them: every child has its own process group, ended as a whole when its handle is
//! dropped, and Ctrl-C ends xtask by way of those handles.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
static HANDLER: Once = Once::new();
const STEP: Duration = Duration::from_millis(20);
const GRACE: Duration = Duration::from_secs(5);

/// From now on Ctrl-C (or a request to terminate) is noted instead of killing xtask at once.
pub fn watch_interrupts() {
    HANDLER.call_once(|| {
        if let Err(error) = ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst)) {
            eprintln!("xtask: Ctrl-C may leave programs behind: {error}");
        }
    });
}

/// Whether Ctrl-C was pressed.
#[must_use]
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// A running program; dropping it ends its whole process group.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
}

impl Running {
    /// Starts a program in a process group of its own.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        own_group(command);
        let child = command.spawn().with_context(|| format!("starting {name}"))?;
        Ok(Self { name, child })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Says something on its standard input, which must be piped, and closes it.
    ///
    /// # Errors
    /// When it does not listen.
    pub fn say(&mut self, text: &[u8]) -> Result<()> {
        let mut stdin = self.child.stdin.take().context("standard input is piped")?;
        stdin.write_all(text).with_context(|| format!("speaking to {}", self.name))
    }

    /// How it ended, once it has.
    ///
    /// # Errors
    /// When the system cannot say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("asking how {} is", self.name))
    }

    /// Reads standard output, which must be piped, until a line gives an answer, and drains the rest in the background.
    ///
    /// # Errors
    /// When the program ends or the deadline passes first.
    pub fn wait_for_line<T: Send + 'static>(
        &mut self,
        deadline: Duration,
        read: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> Result<T> {
        let stdout = self.child.stdout.take().context("standard output is piped")?;
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(answer) = read(&line)
                    && sender.send(answer).is_err()
                {
                    // Nobody waits any more; go on reading so that the program never blocks on a full pipe.
                    continue;
                }
            }
        });
        receiver.recv_timeout(deadline).with_context(|| format!("{} did not say it was ready", self.name))
    }

    /// Waits for it to end; Ctrl-C ends it.
    ///
    /// # Errors
    /// When it fails or Ctrl-C was pressed.
    pub fn finish(mut self) -> Result<()> {
        loop {
            if let Some(status) = self.ended()? {
                if status.success() {
                    return Ok(());
                }
                bail!("{} ended with {status}", self.name);
            }
            if interrupted() {
                bail!("interrupted while {} was running", self.name);
            }
            std::thread::sleep(STEP);
        }
    }

    /// Asks the group to end, waits a little, then makes it.
    pub fn end(&mut self) {
        if !matches!(self.child.try_wait(), Ok(None)) {
            signal_group(&self.child, Signal::Kill);
            return;
        }
        signal_group(&self.child, Signal::Terminate);
        let since = Instant::now();
        while since.elapsed() < GRACE && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(STEP);
        }
        self.kill();
    }

    /// Ends the group at once, as a power cut would.
    pub fn kill(&mut self) {
        signal_group(&self.child, Signal::Kill);
        if let Err(error) = self.child.wait() {
            eprintln!("xtask: {} cannot be waited for: {error}", self.name);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Runs a program to its end.
///
/// # Errors
/// When it cannot start, fails, or Ctrl-C was pressed.
pub fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    Running::start(command)?.finish().with_context(|| line)
}

/// Runs a program to its end and gives each line it prints on standard output, shown meanwhile, to `read`.
///
/// # Errors
/// As [`run`].
pub fn run_reading(command: &mut Command, mut read: impl FnMut(&str) + Send) -> Result<()> {
    let line = shown(command);
    let mut running = Running::start(command.stdout(Stdio::piped()))?;
    let stdout = running.child.stdout.take().context("standard output is piped")?;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                println!("{line}");
                read(&line);
            }
        });
        running.finish()
    })
    .with_context(|| line)
}

/// Runs a program quietly and gives what it printed on standard output.
///
/// # Errors
/// When it cannot start or fails; the error carries what it said.
pub fn output(command: &mut Command) -> Result<String> {
    let line = shown(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| line.clone())?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{line}: {}\n{}", output.status, String::from_utf8_lossy(&said).trim());
    }
    String::from_utf8(output.stdout).with_context(|| line)
}

/// Whether a program can be found in `PATH`.
#[must_use]
pub fn in_path(program: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else { return false };
    std::env::split_paths(&path)
        .any(|folder| folder.join(format!("{program}{}", std::env::consts::EXE_SUFFIX)).is_file())
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[derive(Clone, Copy)]
enum Signal {
    Terminate,
    Kill,
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(unix)]
fn signal_group(child: &Child, signal: Signal) {
    let signal = match signal {
        Signal::Terminate => rustix::process::Signal::TERM,
        Signal::Kill => rustix::process::Signal::KILL,
    };
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // An error means the group is already empty, which is what was wanted.
        rustix::process::kill_process_group(group, signal).ok();
    }
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

#[cfg(not(unix))]
fn signal_group(child: &Child, _signal: Signal) {
    let taskkill = ["/PID", &child.id().to_string(), "/T", "/F"];
    // An error means it is already gone, which is what was wanted.
    Command::new("taskkill").args(taskkill).output().ok();
}
