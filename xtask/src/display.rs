//! A screen and a session bus where there is none.

use crate::processes::Running;
use crate::setup::has_display;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const READY: Duration = Duration::from_secs(20);

/// What a window needs around it, for as long as this lives.
#[derive(Debug)]
pub struct Display {
    variables: Vec<(&'static str, String)>,
    programs: Vec<Running>,
}

impl Display {
    /// Uses the screen and the session bus there are, and starts what is missing (saying so).
    ///
    /// # Errors
    /// When Xvfb or dbus-daemon does not start.
    pub fn find_or_start() -> Result<Self> {
        let mut display = Self { variables: Vec::new(), programs: Vec::new() };
        if !has_display() {
            println!("no display: starting Xvfb, whose window nobody sees (set DISPLAY to see it)");
            display.start_xvfb(&[])?;
        }
        if cfg!(target_os = "linux") && !has_session_bus() {
            display.start_bus()?;
        }
        Ok(display)
    }

    /// A screen and a bus of their own, whatever the session has: what tests want.
    ///
    /// # Errors
    /// When Xvfb or dbus-daemon does not start.
    pub fn start() -> Result<Self> {
        let mut display = Self { variables: Vec::new(), programs: Vec::new() };
        display.start_xvfb(&[])?;
        display.start_bus()?;
        Ok(display)
    }

    /// The same, of the size of a window and without a pointer, with its pixels in a file of this folder.
    ///
    /// # Errors
    /// When Xvfb or dbus-daemon does not start.
    pub fn start_watched(folder: &Path) -> Result<Self> {
        let mut display = Self { variables: Vec::new(), programs: Vec::new() };
        let folder = folder.display().to_string();
        display.start_xvfb(&["-screen", "0", "1280x800x24", "-nocursor", "-fbdir", &folder])?;
        display.start_bus()?;
        Ok(display)
    }

    /// The environment of the programs that use it.
    #[must_use]
    pub fn variables(&self) -> &[(&'static str, String)] {
        &self.variables
    }

    /// What is said last of the screen counts.
    fn start_xvfb(&mut self, otherwise: &[&str]) -> Result<()> {
        let screen = ["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"];
        let mut command = Command::new("Xvfb");
        command.args(screen).args(otherwise).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut xvfb = Running::start(&mut command)?;
        let number = xvfb.wait_for_line(READY, |line| line.trim().parse::<u32>().ok()).context("starting Xvfb")?;
        self.variables.push(("DISPLAY", format!(":{number}")));
        // GTK prefers Wayland when the session has it, and the window would not be on our screen.
        self.variables.push(("GDK_BACKEND", "x11".to_owned()));
        self.programs.push(xvfb);
        Ok(())
    }

    fn start_bus(&mut self) -> Result<()> {
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--print-address"]);
        command.envs(self.variables.iter().map(|(name, value)| (*name, value.as_str())));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut bus = Running::start(&mut command)?;
        let address = bus.wait_for_line(READY, |line| Some(line.trim().to_owned())).context("starting dbus-daemon")?;
        self.variables.push(("DBUS_SESSION_BUS_ADDRESS", address));
        self.programs.push(bus);
        Ok(())
    }
}

fn has_session_bus() -> bool {
    let told = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some_and(|value| !value.is_empty());
    let usual = std::env::var_os("XDG_RUNTIME_DIR").map(|folder| std::path::Path::new(&folder).join("bus"));
    told || usual.is_some_and(|socket| socket.exists())
}
