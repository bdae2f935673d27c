//! Sessions in a row, each with markers typed and read, however they end: none of them is found afterwards.

use super::{Scene, end as done, sign_in, wait_long};
use crate::journey::go_home;
use anyhow::{Context, Result, ensure};
use harness::files::Search;
use harness::kiosk::{IDLE_SECONDS, Supervisor, send};
use harness::window::CONTROL;
use harness::{Kiosk, Screen, Window, memory};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// « Terminer ».
    Done,
    /// Nobody is there any more.
    Idle,
    /// The application crashes.
    Crash,
    /// The engine that shows the page crashes.
    EngineCrash,
    /// The session is killed.
    Killed,
    /// Everything is, the supervisor first: the power goes. The machine starts again.
    Power,
}

impl End {
    /// What the supervisor took it for. Of a power cut nobody tells.
    fn as_logged(self) -> Option<&'static str> {
        match self {
            Self::Done => Some("Done"),
            Self::Idle => Some("Idle"),
            Self::Crash | Self::Killed => Some("Gone"),
            Self::EngineCrash => Some("Silent"),
            Self::Power => None,
        }
    }
}

const ENDS: [End; 6] = [End::Done, End::Killed, End::Idle, End::Crash, End::EngineCrash, End::Power];

fn sessions() -> usize {
    let told = std::env::var("PREAU_TEST_KIOSK_SESSIONS").ok().and_then(|count| count.parse().ok());
    told.unwrap_or(ENDS.len())
}

#[tokio::test]
async fn nothing_of_one_session_is_left_for_the_next() -> Result<()> {
    let scene = Scene::new().await?;
    let kiosk = scene.kiosk()?;
    let screen = Screen::connect()?;
    let personal = scene.personal();
    let mut supervisor = kiosk.start()?;
    let stray = tempfile::Builder::new().tempfile_in("/tmp")?;
    std::fs::write(&stray, scene.typed.as_bytes())?;
    let found = kiosk.leftovers(&personal, None)?;
    ensure!(found == [stray.path().display().to_string()], "shared folders are not searched: {found:?}");
    drop(stray);
    for (number, end) in ENDS.into_iter().cycle().take(sessions()).enumerate() {
        let since = Instant::now();
        let session = supervisor.session(None).await?;
        let window = kiosk.window().await?;
        let folder = kiosk.session_folder()?;
        let devices = scene.devices().await?;
        leave_traces(&scene, &kiosk, &screen, &window).await?;
        // The search sees what is there: in files, and in the memory of those who show it.
        ensure!(!kiosk.leftovers(&personal, Some(&supervisor))?.is_empty(), "files are not searched");
        ensure!(!memory::regions_holding(session, &personal)?.is_empty(), "memory is not searched");

        supervisor =
            over(end, &kiosk, &personal, supervisor, session, &window).await.with_context(|| format!("{end:?}"))?;
        let next = supervisor.session(Some(session)).await?;
        ensure!(kiosk.last_end()?.as_deref() == end.as_logged(), "{end:?} was taken for {:?}", kiosk.last_end()?);
        window.abandon();
        kiosk.window().await?.sees("MON ESPACE PERSO").await.context("the next session")?;
        let left = kiosk.leftovers(&personal, Some(&supervisor))?;
        ensure!(left.is_empty(), "session {number}, {end:?}: {left:#?}");
        let left = memory::regions_holding(next, &personal)?;
        ensure!(left.is_empty(), "session {number}, {end:?}, in the next one's memory: {left:#?}");
        ensure!(kiosk.processes_of(&folder)?.is_empty(), "{end:?}: a process outlived its session");
        ensure!(!screen.offers_something_to_paste()?, "{end:?}: something can be pasted");
        if matches!(end, End::Done | End::Idle) {
            ensure!(scene.devices().await? == devices, "{end:?}: the server still knows the kiosk as Claire's device");
        }
        println!("session {number}, ended by {end:?}: nothing left ({:.1} s)", since.elapsed().as_secs_f64());
    }
    supervisor.stop();
    scene.server.stop();
    Ok(())
}

/// What a person leaves in an hour: things read, typed, copied, printed; and what programs may write of them.
async fn leave_traces(scene: &Scene, kiosk: &Kiosk, screen: &Screen, window: &Window) -> Result<()> {
    sign_in(window, &scene.claire).await?;
    window.sees(super::ON_RECORD).await?;
    window.click("link", "Modifier mes coordonnées").await?;
    window.fill("Complément", &scene.typed).await?;
    window.press_with(CONTROL, 'a').await?;
    window.press_with(CONTROL, 'c').await?;
    go_home(window).await?;
    kiosk.plant(&scene.typed)?;
    screen.keep_clipboard()?;
    ensure!(screen.offers_something_to_paste()?, "the clipboard is not searched");
    Ok(())
}

/// Ends the session and waits for it. Gives the supervisor that runs afterwards.
async fn over(
    end: End,
    kiosk: &Kiosk,
    personal: &Search,
    supervisor: Supervisor,
    session: u32,
    window: &Window,
) -> Result<Supervisor> {
    match end {
        End::Done => done(window).await,
        End::Idle => idle(window).await?,
        // Not a fault: the engine has a handler for those, which takes one that it did not cause for somebody else's.
        End::Crash => send(session, Signal::ABORT)?,
        End::EngineCrash => {
            for engine in supervisor.processes("WebKitWebProcess")? {
                send(engine, Signal::ABORT)?;
            }
        }
        End::Killed => send(session, Signal::KILL)?,
        End::Power => {
            supervisor.cut().await?;
            gone(session, Duration::from_secs(5)).await?;
            let left = kiosk.leftovers(personal, None)?;
            ensure!(!left.is_empty(), "a session that nobody wiped would not be found");
            return kiosk.start();
        }
    }
    // The longest is an engine that says nothing any more.
    gone(session, Duration::from_secs(u64::from(IDLE_SECONDS) + 15)).await?;
    Ok(supervisor)
}

/// Nobody touches anything: the countdown is on the screen, and the session is over when it is.
async fn idle(window: &Window) -> Result<()> {
    let since = Instant::now();
    wait_long("the countdown", async || Ok(window.text().await?.contains("Êtes-vous toujours là").then_some(())))
        .await?;
    let warned = since.elapsed().as_secs();
    ensure!(warned < u64::from(IDLE_SECONDS) - 25, "warned after {warned} s, which leaves less than 30 s");
    window.find("button", "Continuer").await.map(drop)
}

async fn gone(process: u32, patience: Duration) -> Result<()> {
    let since = Instant::now();
    let lives = || std::path::Path::new(&format!("/proc/{process}")).exists();
    while lives() {
        ensure!(since.elapsed() < patience, "the session still runs after {patience:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
