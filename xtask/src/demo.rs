//! `cargo xtask demo`: a demo commune on a local server in a temporary folder, and the window.

use crate::demo_families::{self, NAME, POSTCODE, SHOWN, SLUG};
use crate::demo_season;
use crate::display::Display;
use crate::places::Places;
use crate::processes::{Running, interrupted, output, watch_interrupts};
use crate::{interface, setup, test};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const READY: Duration = Duration::from_secs(20);
const STEP: Duration = Duration::from_millis(100);

/// Builds what changed, starts everything, and ends it all on Ctrl-C or when the window is closed.
///
/// # Errors
/// What could not be installed, built or started.
pub fn show(places: &Places) -> Result<()> {
    watch_interrupts();
    let since = Instant::now();
    setup::machine(setup::Purpose::Demo)?;
    interface::packages(places)?;
    interface::build(places)?;
    test::build_server(places)?;
    test::build_desktop(places)?;
    println!("ready to start after {:.1} s", since.elapsed().as_secs_f64());

    let folder = tempfile::Builder::new().prefix("preau-demo-").tempdir().context("a temporary folder")?;
    let town = Town { program: places.debug_binary("preau-server"), folder: folder.path().to_owned() };
    let people = town.fill()?;
    let mut server = town.serve()?;
    let display = Display::find_or_start()?;
    let mut window = town.window(places, &display)?;
    people.print(&town);
    println!("window started after {:.1} s. Ctrl-C ends everything.", since.elapsed().as_secs_f64());
    wait(&mut server, &mut window)
}

fn wait(server: &mut Running, window: &mut Running) -> Result<()> {
    loop {
        if interrupted() {
            println!("\nending the window and the server");
            return Ok(());
        }
        if let Some(status) = window.ended()? {
            println!("the window was closed: ending the server");
            if !status.success() {
                bail!("the window ended with {status}");
            }
            return Ok(());
        }
        if let Some(status) = server.ended()? {
            bail!("the server ended: {status}");
        }
        std::thread::sleep(STEP);
    }
}

/// The demo commune in its folder.
struct Town {
    program: PathBuf,
    folder: PathBuf,
}

/// What a person needs to sign in.
struct People {
    letters: Vec<Value>,
    agent: String,
}

impl Town {
    fn server(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(&self.folder).env("PREAU_SERVER_DATA", self.folder.join("serveur"));
        command.env("PREAU_SERVER_LISTEN", "127.0.0.1:0");
        command
    }

    fn fill(&self) -> Result<People> {
        demo_families::write(&self.folder)?;
        demo_season::write(&self.folder, &demo_families::families(demo_families::FAMILIES))?;
        output(&mut self.server(&["migrate"]))?;
        output(&mut self.server(&["create-commune", demo_families::COMMUNE_FILE]))?;
        output(&mut self.server(&["import-families", "--commune", SLUG, demo_families::FAMILIES_FILE]))?;
        output(&mut self.server(&["season", "--commune", SLUG, demo_season::SEASON_FILE]))?;
        output(&mut self.server(&["import-registrations", "--commune", SLUG, demo_season::REGISTRATIONS_FILE]))?;
        let agent = ["create-agent", "--commune", SLUG, "--identifiant", "agent.guichet", "--role", "desk"];
        let agent = output(&mut self.server(&agent))?;
        let letters = SHOWN.iter().map(|(family, _)| self.letters(family)).collect::<Result<Vec<_>>>()?;
        Ok(People { letters: letters.concat(), agent })
    }

    fn letters(&self, family: &str) -> Result<Vec<Value>> {
        let lines = output(&mut self.server(&["letters", "--commune", SLUG, "--family", family, "--json"]))?;
        lines.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
    }

    fn serve(&self) -> Result<Running> {
        let log = std::fs::File::create(self.folder.join("serveur.log")).context("the server's log")?;
        let mut command = self.server(&["serve"]);
        let mut server = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log))?;
        let address = server.wait_for_line(READY, listening).with_context(|| self.end_of_log())?;
        let directory = serde_json::json!([{ "slug": SLUG, "name": NAME, "postcode": POSTCODE, "server": address }]);
        std::fs::write(self.folder.join("communes.json"), directory.to_string()).context("the directory of towns")?;
        Ok(server)
    }

    fn end_of_log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.join("serveur.log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        format!("the server's last words:\n{}", lines[lines.len().saturating_sub(10)..].join("\n"))
    }

    fn window(&self, places: &Places, display: &Display) -> Result<Running> {
        let mut command = Command::new(places.debug_binary("preau"));
        command.stdin(Stdio::null()).current_dir(&self.folder);
        command.env("PREAU_DATA_DIR", self.folder.join("bureau"));
        command.env("PREAU_DIRECTORY", self.folder.join("communes.json"));
        // The demo goes without a trace: nothing of it may stay in the user's own keychain.
        command.env("PREAU_KEYCHAIN", "none");
        command.envs(display.variables().iter().map(|(name, value)| (*name, value.as_str())));
        Running::start(&mut command)
    }
}

/// The address in the first line that `preau-server serve` prints.
#[must_use]
pub fn listening(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    Some(line.get("listening")?.as_str()?.to_owned())
}

impl People {
    fn print(&self, town: &Town) {
        println!("\nCommune de {NAME} — à l'ouverture, choisissez « {NAME} », puis l'un de ces comptes :\n");
        println!("  {:<24} {:<26} {:<16} famille", "personne", "identifiant", "code secret");
        for letter in &self.letters {
            let text = |name: &str| letter.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
            let (family, person) = (text("family"), text("person"));
            let about = SHOWN.iter().find(|(name, _)| *name == family).map_or("", |(_, about)| about);
            println!("  {person:<24} {:<26} {:<16} {family} ({about})", text("identifiant"), text("code"));
        }
        println!("\nAgent du guichet (par l'interface HTTP du serveur pour l'instant) :");
        for line in self.agent.lines().filter(|line| !line.trim().is_empty()) {
            println!("  {line}");
        }
        println!("\nLes courriels (code secret oublié, nouvelle adresse, co-titulaire) sont des fichiers, à ouvrir :");
        println!("  {}", town.folder.join("serveur/outbox/mail").display());
        println!("\nLes changements demandés attendent la commune. Pour les lister, dans un autre terminal :");
        println!("  {}\n", town.decide("changes --commune parempuyre list"));
    }
}

impl Town {
    /// A command of the server's administration, to be pasted in a terminal.
    fn decide(&self, command: &str) -> String {
        let data: &Path = &self.folder.join("serveur");
        format!("PREAU_SERVER_DATA={} {} {command}", data.display(), self.program.display())
    }
}
