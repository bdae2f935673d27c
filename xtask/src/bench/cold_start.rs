//! A start of the released desktop from a full cache to its home page on the screen, and what it holds in memory then, each
//! beside the same program showing an empty page. See `docs/decisions/0017-what-a-cold-start-is.md`.

use super::computer::{Computer, SCREEN};
use super::screen::{Picture, Screen};
use super::{Figure, memory};
use crate::places::Places;
use crate::processes::Running;
use anyhow::{Context, Result, ensure};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Starts of each page, in turn.
const RUNS: usize = 10;
/// The page is timed below the bar at the top, whose state of the synchronisation goes on changing.
pub const BELOW_THE_BAR: u32 = 72;
/// The file in which the home page's picture is kept by whoever read its words.
pub const HOME_PICTURE: &str = "home.picture";
/// After the picture is there: what is read later (fonts, the synchronisation) is in memory too.
const SETTLE: Duration = Duration::from_secs(3);
const READY: Duration = Duration::from_secs(20);
const FILLED: Duration = Duration::from_secs(180);
const TIMES: f64 = 1.25;
/// Milliseconds over the empty page.
const OVER: f64 = 300.0;
const MEMORY: f64 = 1.3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    Empty,
    Home,
}

struct Stage {
    desktop: PathBuf,
    screen: Screen,
    _town: Running,
    computer: Computer,
}

pub(super) fn run(places: &Places) -> Result<Vec<Figure>> {
    let stage = Stage::set(places)?;
    let home = stage.screen.kept(BELOW_THE_BAR, &stage.computer.folder().join(HOME_PICTURE))?;
    let empty = stage.empty_page()?;
    ensure!(home.colours() > 50, "the home page has {} colours", home.colours());
    let (mut times, mut held) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..RUNS {
        for (place, page, picture) in [(0, Page::Empty, &empty), (1, Page::Home, &home)] {
            let (time, memory) = stage.start(page, picture)?;
            times[place].push(time);
            held[place].push(memory);
        }
    }
    let [empty, home] = times.map(Spread::of);
    let [empty_held, home_held] = held.map(Spread::of);
    let (times, over) = (home.middle / empty.middle, home.middle - empty.middle);
    let more = home_held.middle / empty_held.middle;
    let said = |spread: &Spread, unit: &str| {
        format!("{:.0} {unit} ({:.0} to {:.0})", spread.middle, spread.least, spread.most)
    };
    Ok(vec![
        Figure::told(format!("empty page on the screen, median of {RUNS}"), said(&empty, "ms")),
        Figure::told(format!("home page on the screen, name and tiles, median of {RUNS}"), said(&home, "ms")),
        Figure::bound(
            "home page beside the empty page",
            format!("{times:.2} ×"),
            format!("≤ {TIMES} ×"),
            times <= TIMES,
        ),
        Figure::bound("home page after the empty page", format!("{over:.0} ms"), format!("≤ {OVER} ms"), over <= OVER),
        Figure::told("memory with the empty page, all processes (PSS)", said(&empty_held, "MiB")),
        Figure::told("memory with the home page, all processes (PSS)", said(&home_held, "MiB")),
        Figure::bound("memory beside the empty page", format!("{more:.2} ×"), format!("≤ {MEMORY} ×"), more <= MEMORY),
    ])
}

struct Spread {
    least: f64,
    middle: f64,
    most: f64,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        Self { least: values[0], middle: (values[last / 2] + values[last.div_ceil(2)]) / 2.0, most: values[last] }
    }
}

impl Stage {
    /// A screen, a keychain, and a desktop with a full cache whose town is served.
    fn set(places: &Places) -> Result<Self> {
        let computer = Computer::new()?;
        let mut town = Running::start(&mut computer.program(places, &["fill-desktop"])?)?;
        town.wait_for_line(FILLED, |line| line.contains("filled").then_some(())).context("signing in")?;
        let screen = Screen::open(&computer.folder().join(SCREEN))?;
        Ok(Self { desktop: places.release_binary("preau"), screen, _town: town, computer })
    }

    fn command(&self, page: Page) -> Command {
        let mut command = Command::new(&self.desktop);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.computer.own(&mut command);
        if page == Page::Empty {
            // No space to open either: the window and its engine alone.
            command.env("PREAU_EMPTY_PAGE", "1").env("PREAU_DATA_DIR", self.computer.folder().join("nothing"));
        }
        command
    }

    /// What the empty page looks like: one colour, another one than before the window and than a window without a page.
    fn empty_page(&self) -> Result<Picture> {
        let paper = [0xef, 0xf4, 0xf6];
        let window = Running::start(&mut self.command(Page::Empty))?;
        let since = Instant::now();
        loop {
            let finished = self.screen.finished(BELOW_THE_BAR)?;
            if finished.is_all(paper) {
                drop(window);
                self.screen.finished(BELOW_THE_BAR)?;
                return Ok(finished);
            }
            ensure!(since.elapsed() < READY, "the empty page has {} colours", finished.colours());
        }
    }

    /// Milliseconds from the start of the process to its finished page, and MiB held a little later.
    fn start(&self, page: Page, picture: &Picture) -> Result<(f64, f64)> {
        let since = Instant::now();
        let window = Running::start(&mut self.command(page))?;
        self.screen.wait_for(picture).with_context(|| format!("{page:?}"))?;
        let time = since.elapsed().as_secs_f64() * 1000.0;
        std::thread::sleep(SETTLE);
        let held = memory::held_by(window.id())?;
        drop(window);
        // The next one starts on an empty screen.
        self.screen.finished(BELOW_THE_BAR)?;
        Ok((time, held as f64 / 1_048_576.0))
    }
}
