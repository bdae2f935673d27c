//! The supervisor's loop: a session, its end, everything wiped, the next one. No window, and nothing of a person.

use super::{SESSION_ARGUMENT, SESSION_VARIABLE};
use crate::{log, platform};
use anyhow::Context;
use platform::kiosk::Root;
use preau_client::hashed;
use preau_client::kiosk::course::{Course, Ended, Step};
use preau_client::kiosk::line::{FromSession, Leave, ToSession, heard, written};
use preau_client::kiosk::restarts::Restarts;
use preau_client::kiosk::settings::{self, KioskSettings};
use preau_client::kiosk::tries::Tries;
use preau_client::kiosk::views::{KioskCommuneView, KioskView, OutOfOrderView};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

/// A session that ended by itself is noticed within this time.
const LOOK: Duration = Duration::from_millis(200);
/// How long a session has to sign out and go, before it is made to.
const FAREWELL: Duration = Duration::from_secs(5);
/// « Hors service » stays at least so long: shorter than it takes to read helps nobody.
const NOTICE: Duration = Duration::from_secs(15);
/// Nobody has to touch a notice.
const NEVER_IDLE: Duration = Duration::from_secs(365 * 24 * 3600);

/// What reaches the supervisor.
enum Heard {
    /// The session of this number said something.
    Said(u64, FromSession),
    /// The system wants the supervisor to end.
    Stop,
}

struct Supervisor {
    data_dir: PathBuf,
    program: PathBuf,
    start: Instant,
    tries: Tries,
    restarts: Restarts,
    sessions: u64,
    /// A process of a session did not end.
    haunted: bool,
    /// The last session was ended because its folder was filling up: whoever stands there is told.
    cut_short: bool,
    sender: Sender<Heard>,
    heard: Receiver<Heard>,
}

/// What comes on the screen next.
struct Showing {
    view: KioskView,
    /// Without settings nobody can leave by a code.
    settings: Option<KioskSettings>,
    place: PathBuf,
    idle: Duration,
    /// A notice gives way to the next try.
    until: Option<Duration>,
}

/// A session that runs.
struct Running {
    number: u64,
    child: Child,
    to: ChildStdin,
    course: Course,
    since: Duration,
}

/// Supervises the kiosk until the system ends it or an agent leaves with the code.
///
/// # Errors
/// When this system gives no folder, or no word of its own end.
pub fn supervise(data_dir: &Path) -> anyhow::Result<()> {
    log::start(data_dir)?;
    let lock = File::create(data_dir.join("kiosk.lock")).context("the lock of the supervisor")?;
    if lock.try_lock().is_err() {
        tracing::warn!("a supervisor runs already");
        return Ok(());
    }
    let (sender, heard) = mpsc::channel();
    let stop = sender.clone();
    ctrlc::set_handler(move || stop.send(Heard::Stop).unwrap_or_default()).context("listening to the system")?;
    platform::kiosk::prepare()?;
    let mut supervisor = Supervisor {
        data_dir: data_dir.to_owned(),
        program: std::env::current_exe().context("finding this program")?,
        start: Instant::now(),
        tries: Tries::default(),
        restarts: Restarts::default(),
        sessions: 0,
        haunted: false,
        cut_short: false,
        sender,
        heard,
    };
    supervisor.run()
}

impl Supervisor {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn run(&mut self) -> anyhow::Result<()> {
        let mut root = Root::open();
        // What a supervisor that was killed could not empty.
        empty_what_is_shared();
        loop {
            if root.is_err() {
                root = Root::open();
            }
            let showing = self.next(&root)?;
            let ended = self.show(&showing, root.as_ref().ok());
            // Wiped whatever came of it; what could not be is seen by the next look.
            if let Err(error) = clean(&root, &showing.place) {
                tracing::error!(error = format!("{error:#}"), "a session's leftovers could not be wiped");
            }
            let (ended, lasted) = match ended {
                Ok(over) => over,
                Err(error) => {
                    tracing::error!(error = format!("{error:#}"), "a session did not start");
                    (Ended::Gone, Duration::ZERO)
                }
            };
            tracing::info!(?ended, seconds = lasted.as_secs(), "a session ended");
            if matches!(ended, Ended::Stopped | Ended::Left) {
                return Ok(());
            }
            self.cut_short = ended == Ended::MemoryFull;
            let wait = match showing.view.out_of_order {
                None => self.restarts.after(ended, lasted),
                // A notice that does not even stay up.
                Some(_) if ended != Ended::Done => NOTICE,
                Some(_) => Duration::ZERO,
            };
            // While it is told, it is not waited for in the dark.
            let is_told = self.cut_short || self.restarts.out_of_order();
            if !is_told && self.stopped_within(wait) {
                return Ok(());
            }
        }
    }

    /// What to show next, in a folder of its own.
    fn next(&mut self, root: &Result<Root, OutOfOrderView>) -> anyhow::Result<Showing> {
        let settings = settings::read(&self.data_dir);
        if let Err(error) = &settings {
            tracing::error!(error = format!("{error:#}"), "the kiosk serves nobody");
        }
        let settings = settings.ok();
        let made = match (&settings, root) {
            (None, _) => Err(OutOfOrderView::Settings),
            (_, Err(reason)) => Err(*reason),
            _ if self.haunted => Err(OutOfOrderView::NotWiped),
            _ if self.cut_short => Err(OutOfOrderView::CutShort),
            // Each notice is followed by a try.
            (Some(_), Ok(_)) if self.restarts.out_of_order() => {
                self.restarts.told();
                Err(OutOfOrderView::Failing)
            }
            (Some(settings), Ok(root)) => root.make().and_then(|place| {
                directory(&place, settings).map_err(|_| OutOfOrderView::MemoryFull)?;
                Ok(place)
            }),
        };
        let commune = settings.as_ref().map(|settings| KioskCommuneView::from(&settings.commune));
        let commune = commune.unwrap_or_else(nameless);
        Ok(match made {
            Ok(place) => {
                let idle = settings.as_ref().map_or(NEVER_IDLE, KioskSettings::idle);
                Showing { view: KioskView { commune, out_of_order: None }, settings, place, idle, until: None }
            }
            Err(reason) => {
                tracing::error!(?reason, "the kiosk is out of order");
                let place = self.place_of_a_notice()?;
                let view = KioskView { commune, out_of_order: Some(reason) };
                let until = Some(self.now() + NOTICE.max(self.restarts.wait()));
                Showing { view, settings, place, idle: NEVER_IDLE, until }
            }
        })
    }

    /// Nobody types anything into a notice: any folder does.
    fn place_of_a_notice(&self) -> anyhow::Result<PathBuf> {
        let place = self.data_dir.join("notice");
        platform::kiosk::lay_out(&place).context("a folder for a notice")?;
        Ok(place)
    }

    /// Shows it until it is over. Gives why, and how long it lasted.
    fn show(&mut self, showing: &Showing, root: Option<&Root>) -> anyhow::Result<(Ended, Duration)> {
        let mut session = self.start(showing)?;
        // A notice writes elsewhere.
        let root = root.filter(|_| showing.view.out_of_order.is_none());
        let ended = self.follow(&mut session, showing, root);
        let lasted = self.now() - session.since;
        if matches!(ended, Ended::Idle | Ended::Stopped | Ended::Left | Ended::MemoryFull) {
            session.say_farewell();
        }
        let gone = platform::kiosk::end_tree(&mut session.child);
        self.haunted = gone.is_err();
        if let Err(error) = gone {
            tracing::error!(error = format!("{error:#}"), "a session's processes did not end");
        }
        Ok((ended, lasted))
    }

    fn start(&mut self, showing: &Showing) -> anyhow::Result<Running> {
        self.sessions += 1;
        let number = self.sessions;
        let mut command = Command::new(&self.program);
        command.arg(SESSION_ARGUMENT).current_dir(&showing.place);
        platform::kiosk::confine(&mut command, &showing.place);
        command.env(SESSION_VARIABLE, serde_json::to_string(&showing.view)?);
        command.env("PREAU_DATA_DIR", showing.place.join("data")).env("PREAU_DIRECTORY", directory_of(&showing.place));
        command.env("PREAU_KEYCHAIN", "none");
        // What an engine writes there may quote a page: read by nobody, kept by nobody.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().context("starting a session")?;
        let (to, from) = (child.stdin.take().context("a pipe")?, child.stdout.take().context("a pipe")?);
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            for said in heard(from) {
                if sender.send(Heard::Said(number, said)).is_err() {
                    return;
                }
            }
        });
        let since = self.now();
        Ok(Running { number, child, to, course: Course::new(showing.idle, since), since })
    }

    fn follow(&mut self, session: &mut Running, showing: &Showing, root: Option<&Root>) -> Ended {
        loop {
            let now = self.now();
            if root.is_some_and(Root::is_filling_up) {
                return Ended::MemoryFull;
            }
            if session.is_gone() {
                return Ended::Gone;
            }
            if showing.until.is_some_and(|until| now >= until) {
                return Ended::Done;
            }
            match session.course.step(now) {
                Step::End(ended) => return ended,
                Step::Tell(said) => session.tell(said),
                Step::Wait(until) => match self.heard.recv_timeout(until.saturating_sub(now).min(LOOK)) {
                    Ok(Heard::Stop) => return Ended::Stopped,
                    Ok(Heard::Said(number, said)) if number == session.number => {
                        session.course.hear(self.now(), &said);
                        if let FromSession::Leave { how, code } = &said
                            && self.leaves(session, showing.settings.as_ref(), *how, code)
                        {
                            return Ended::Left;
                        }
                    }
                    // A word of a session that is over, or none.
                    Ok(Heard::Said(..)) | Err(_) => {}
                },
            }
        }
    }

    /// Judges an exit code. What is typed while one has to wait is not looked at.
    fn leaves(&mut self, session: &mut Running, kept: Option<&KioskSettings>, how: Leave, code: &str) -> bool {
        let now = self.now();
        let wait = match self.tries.wait(now) {
            None if kept.is_some_and(|kept| hashed::is_behind(code, &kept.exit_code)) => {
                return how == Leave::ThisTime || self.forget_the_kiosk();
            }
            None => self.tries.wrong(now),
            wait => wait,
        };
        tracing::warn!("a wrong exit code");
        let wait = wait.map(|wait| u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).max(1));
        session.tell(ToSession::WrongCode { wait });
        false
    }

    fn forget_the_kiosk(&self) -> bool {
        let removed = settings::remove(&self.data_dir);
        if let Err(error) = &removed {
            tracing::error!(error = format!("{error:#}"), "the machine stays a kiosk");
        }
        removed.is_ok()
    }

    /// Waits, unless the system wants the supervisor to end.
    fn stopped_within(&self, wait: Duration) -> bool {
        let until = self.now() + wait;
        while let Some(left) = until.checked_sub(self.now()) {
            match self.heard.recv_timeout(left) {
                Ok(Heard::Stop) => return true,
                Ok(Heard::Said(..)) => {}
                Err(_) => return false,
            }
        }
        false
    }
}

impl Running {
    /// A session that cannot be told anything is about to be found gone.
    fn tell(&mut self, said: ToSession) {
        if let Err(error) = self.to.write_all(written(&said).as_bytes()) {
            tracing::debug!(%error, "a session does not listen");
        }
    }

    fn is_gone(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Lets it sign out.
    fn say_farewell(&mut self) {
        self.tell(ToSession::End);
        let since = Instant::now();
        while since.elapsed() < FAREWELL && !self.is_gone() {
            std::thread::sleep(LOOK / 4);
        }
    }
}

/// What is left of a session, everywhere it may have left something.
fn clean(root: &Result<Root, OutOfOrderView>, place: &Path) -> anyhow::Result<()> {
    let wiped = match root {
        Ok(root) => root.wipe(),
        Err(_) => Ok(()),
    };
    if place.exists() {
        std::fs::remove_dir_all(place).context("wiping a notice's folder")?;
    }
    empty_what_is_shared();
    wiped
}

/// What is outside of every session's folder.
fn empty_what_is_shared() {
    platform::kiosk::empty_clipboard();
    platform::kiosk::empty_print_queue();
}

fn directory_of(place: &Path) -> PathBuf {
    place.join("towns.json")
}

/// The only town that a session knows.
fn directory(place: &Path, settings: &KioskSettings) -> std::io::Result<()> {
    let commune = &settings.commune;
    let town = json!({ "slug": commune.slug, "name": commune.name, "postcode": commune.postcode,
        "server": commune.server });
    std::fs::write(directory_of(place), json!([town]).to_string())
}

/// Where not even the settings say whose kiosk it is.
fn nameless() -> KioskCommuneView {
    KioskCommuneView { slug: String::new(), name: "Préau".to_owned(), accent: None, contact: None }
}
