//! A real window through tauri-driver and WebKitWebDriver: elements are found by what people and screen readers
//! read, waits are polls with a deadline.

use crate::{DEADLINE, wait_for};
use anyhow::{Context, Result, bail};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use xtask::places::Places;
use xtask::processes::Running;

/// Names elements as a screen reader would.
const READER: &str = include_str!("reader.js");
/// How WebDriver writes a reference to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// WebDriver's names for keys that write nothing.
pub const TAB: char = '\u{e004}';
/// Enter.
pub const ENTER: char = '\u{e007}';
/// Control.
pub const CONTROL: char = '\u{e009}';
/// Arrow down.
pub const DOWN: char = '\u{e015}';
/// Escape.
pub const ESCAPE: char = '\u{e00c}';
/// More presses of Tab than any screen has stops.
const STOPS: usize = 120;
/// Longer than anything that is asked of a page takes: a command without an answer by then never gets one.
const ANSWERED: Duration = Duration::from_secs(60);

/// An open window of the application. Dropping it ends the driver and the application.
#[derive(Debug)]
pub struct Window {
    pub(crate) client: Client,
    driver: Running,
}

impl Window {
    /// Starts a driver of its own with this environment, and the application through it.
    ///
    /// # Errors
    /// When either does not start.
    pub async fn open(program: &Path, variables: &[(&'static str, PathBuf)]) -> Result<Self> {
        let (port, native) = (free_port()?, free_port()?);
        let mut command = Command::new(tauri_driver()?);
        command.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        command.envs(variables.iter().map(|(name, value)| (*name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut driver = Running::start(&mut command).context("starting tauri-driver")?;
        wait_for("tauri-driver", async || {
            if let Some(status) = driver.ended()? {
                bail!("tauri-driver ended: {status}");
            }
            // Both must listen: tauri-driver hands on to WebKitWebDriver, which may come up after it.
            let listens = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
            Ok((listens(port) && listens(native)).then_some(()))
        })
        .await?;
        // No browserName: WebKitWebDriver refuses the one that tauri-driver would send.
        let options = json!({ "tauri:options": { "application": program } });
        let options = options.as_object().cloned().context("options are an object")?;
        Ok(Self { client: connect("opening the window", port, options).await?, driver })
    }

    /// Drives an application that runs already and waits for it there, as its environment told it to.
    ///
    /// # Errors
    /// When it does not come up, or its window is not to be driven.
    pub async fn attach(inspector: u16) -> Result<Self> {
        let listens = |port| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        wait_for("an application to drive", async || Ok(listens(inspector).then_some(()))).await?;
        let mut command = Command::new("WebKitWebDriver");
        command.arg(format!("--target=127.0.0.1:{inspector}"));
        Self::driven_by("attaching to the window", command).await
    }

    /// Opens a browser, the one that comes with WebKit, for pages that people open outside of the application.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn browser(theme: &str) -> Result<Self> {
        let mut command = Command::new("WebKitWebDriver");
        // What the page's style sheet is told people prefer.
        command.env("GTK_THEME", if theme == "dark" { "Adwaita:dark" } else { "Adwaita" });
        Self::driven_by("opening a browser", command).await
    }

    async fn driven_by(what: &str, mut driver: Command) -> Result<Self> {
        let port = free_port()?;
        driver.arg(format!("--port={port}")).stdin(Stdio::null()).stdout(Stdio::null());
        let driver = Running::start(&mut driver).context("starting WebKitWebDriver")?;
        let listens = || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok();
        wait_for("WebKitWebDriver", async || Ok(listens().then_some(()))).await?;
        Ok(Self { client: connect(what, port, serde_json::Map::new()).await?, driver })
    }

    /// Ends the session, and with it the application: asked to end, not killed.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn close(self) -> Result<()> {
        answered("closing the window", self.client.clone().close()).await
    }

    /// Lets go of a window that is gone already.
    pub fn abandon(mut self) {
        self.driver.kill();
    }

    /// Ends the application as `kill -9` does: nothing of it gets a chance to tidy up.
    ///
    /// # Errors
    /// When no process of the application is found.
    pub fn kill(mut self) -> Result<()> {
        let application = descendants(self.driver.id())?.into_iter().find(|(_, name)| name == "preau");
        let (process, _) = application.context("the application is not running")?;
        let process = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw).context("a process id")?;
        rustix::process::kill_process(process, rustix::process::Signal::KILL).context("kill -9")?;
        self.driver.kill();
        Ok(())
    }

    /// Opens an address, in a browser.
    ///
    /// # Errors
    /// When nobody answers there.
    pub async fn goto(&self, link: &str) -> Result<()> {
        answered("opening the address", self.client.goto(link)).await
    }

    /// Runs a script in the page.
    ///
    /// # Errors
    /// What the script threw.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        answered("running a script in the page", self.client.execute(script, arguments)).await
    }

    /// Waits for an element by role and accessible name (a part of it is enough), and gives it.
    ///
    /// # Errors
    /// When none comes; the error lists what the page offers.
    pub async fn find(&self, role: &str, name: &str) -> Result<Element> {
        let found = wait_for(&format!("{role} « {name} »"), async || self.look(role, name).await).await;
        match found {
            Ok(element) => Ok(element),
            Err(error) => Err(error.context(self.outline().await.unwrap_or_default())),
        }
    }

    /// The element as it is now, if it is there.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn look(&self, role: &str, name: &str) -> Result<Option<Element>> {
        let script = format!("{READER}\nreturn preauFind(arguments[0], arguments[1]);");
        // A page that is being replaced answers with an error; the next look sees the new one.
        let Ok(answer) = self.script(&script, vec![json!(role), json!(name)]).await else { return Ok(None) };
        let id = answer.get(ELEMENT).and_then(Value::as_str).map(str::to_owned);
        Ok(id.map(|id| Element::from_element_id(self.client.clone(), id.into())))
    }

    /// Waits until the page shows a text.
    ///
    /// # Errors
    /// When it does not come; the error shows what the page says.
    pub async fn sees(&self, text: &str) -> Result<()> {
        let found =
            wait_for(&format!("« {text} »"), async || Ok(self.text().await?.contains(text).then_some(()))).await;
        match found {
            Ok(()) => Ok(()),
            Err(error) => Err(error.context(self.text().await.unwrap_or_default())),
        }
    }

    /// Waits until the page shows a text no more.
    ///
    /// # Errors
    /// When it stays.
    pub async fn loses(&self, text: &str) -> Result<()> {
        let gone = format!("« {text} » to go");
        wait_for(&gone, async || Ok((!self.text().await?.contains(text)).then_some(()))).await
    }

    /// What the page says, with single blanks and straight apostrophes.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn text(&self) -> Result<String> {
        let script = format!("{READER}\nreturn document.body ? preauPlain(document.body.innerText) : '';");
        let text = self.script(&script, vec![]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Scrolls to it and clicks. Where the page just drew it anew, or moves it, one looks again and clicks then: the driver
    /// has clicked nothing.
    ///
    /// # Errors
    /// When there is nothing to click, or something stays in front of it.
    pub async fn click(&self, role: &str, name: &str) -> Result<()> {
        let mut refused = None;
        let what = format!("a click on {role} « {name} »");
        let clicked = wait_for(&what, async || {
            let element = self.find(role, name).await?;
            let reference = json!({ ELEMENT: element.element_id().as_ref() });
            // An element that left the page meanwhile cannot be handed to it.
            if self.script("arguments[0].scrollIntoView({ block: 'center' });", vec![reference]).await.is_err() {
                return Ok(None);
            }
            match answered(&what, element.click()).await {
                Ok(()) => Ok(Some(())),
                Err(error) if clicked_nothing(&error) => {
                    refused = Some(format!("{error:?}"));
                    Ok(None)
                }
                Err(error) => Err(error),
            }
        });
        clicked.await.with_context(|| refused.unwrap_or_default())
    }

    /// Replaces what a text field holds.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn fill(&self, name: &str, text: &str) -> Result<()> {
        self.fill_in("textbox", name, text).await
    }

    /// Replaces what a field of another role (`combobox`) holds.
    ///
    /// # Errors
    /// When there is no such field.
    pub async fn fill_in(&self, role: &str, name: &str, text: &str) -> Result<()> {
        // WebDriver's own way of clearing a field is not seen by React: as a person, select all and type over it.
        self.click(role, name).await?;
        self.press_with(CONTROL, 'a').await?;
        let field = self.find(role, name).await?;
        answered(&format!("typing into « {name} »"), field.send_keys(text)).await
    }

    /// Presses a key on whatever has the focus.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn press(&self, key: char) -> Result<()> {
        self.keys(&[KeyAction::Down { value: key }, KeyAction::Up { value: key }]).await
    }

    /// Types on whatever has the focus.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        for key in text.chars() {
            self.press(key).await?;
        }
        Ok(())
    }

    /// Presses Tab until an element has the focus; never the mouse.
    ///
    /// # Errors
    /// When the keyboard does not lead there.
    pub async fn tab_to(&self, role: &str, name: &str) -> Result<()> {
        self.find(role, name).await?;
        let script = format!("{READER}\nreturn preauFocused();");
        let mut met = Vec::new();
        for _ in 0..STOPS {
            let focused = self.script(&script, vec![]).await?;
            let (at, called) = (focused["role"].as_str().unwrap_or(""), focused["name"].as_str().unwrap_or(""));
            if at == role && called.contains(name) {
                return self.uncovered(&format!("{role} « {name} »")).await;
            }
            met.push(format!("{at} « {called} »"));
            self.press(TAB).await?;
        }
        met.dedup();
        bail!("Tab never reaches {role} « {name} »; it met {}", met.join(", "))
    }

    /// Waits until what has the focus is seen: the page may still be scrolling to it.
    async fn uncovered(&self, what: &str) -> Result<()> {
        let script = format!("{READER}\nreturn preauFocused();");
        let focused = async || self.script(&script, vec![]).await;
        let seen = format!("{what}, which has the focus, to be seen");
        match wait_for(&seen, async || Ok((focused().await?["hidden"] == json!(false)).then_some(()))).await {
            Ok(()) => Ok(()),
            Err(error) => Err(error.context(focused().await?["where"].to_string())),
        }
    }

    /// Presses a key while another one is held.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn press_with(&self, held: char, key: char) -> Result<()> {
        let keys = [
            KeyAction::Down { value: held },
            KeyAction::Down { value: key },
            KeyAction::Up { value: key },
            KeyAction::Up { value: held },
        ];
        self.keys(&keys).await
    }

    async fn keys(&self, actions: &[KeyAction]) -> Result<()> {
        let mut keys = KeyActions::new("keyboard".to_owned());
        for action in actions {
            keys = keys.then(action.clone());
        }
        answered("pressing keys", self.client.perform_actions(keys)).await
    }

    /// Every role and name of the page, for messages.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn outline(&self) -> Result<String> {
        let outline = self.script(&format!("{READER}\nreturn preauOutline();"), vec![]).await?;
        Ok(format!("the page offers:\n{}", outline.as_str().unwrap_or_default()))
    }

    /// Gives the window a size and waits until the page has it.
    ///
    /// # Errors
    /// When the window does not take it.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        answered("sizing the window", self.client.set_window_size(width, height)).await?;
        wait_for(&format!("a window {width} wide, in {DEADLINE:?}"), async || {
            let now = self.script("return window.innerWidth;", vec![]).await?;
            Ok((now.as_u64() == Some(u64::from(width))).then_some(()))
        })
        .await
    }
}

/// What the driver answers to a command.
///
/// # Errors
/// What it says went wrong, or that it said nothing: a page that no longer draws answers neither for its picture nor its size.
pub(crate) async fn answered<T, E>(what: &str, command: impl Future<Output = Result<T, E>>) -> Result<T>
where
    E: std::error::Error + Send + Sync + 'static,
{
    match tokio::time::timeout(ANSWERED, command).await {
        Ok(answer) => answer.with_context(|| what.to_owned()),
        Err(_) => bail!("{what}: the window does not answer within {ANSWERED:?}"),
    }
}

async fn connect(what: &str, port: u16, capabilities: serde_json::Map<String, Value>) -> Result<Client> {
    let mut builder = ClientBuilder::new(HttpConnector::new());
    answered(what, builder.capabilities(capabilities).connect(&format!("http://127.0.0.1:{port}"))).await
}

/// Whether the driver says that it did not click.
fn clicked_nothing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(CmdError::Standard(said)) if matches!(
        said.error,
        ErrorStatus::StaleElementReference
            | ErrorStatus::NoSuchElement
            | ErrorStatus::ElementNotInteractable
            | ErrorStatus::ElementClickIntercepted
    ))
}

fn tauri_driver() -> Result<PathBuf> {
    let told = std::env::var_os("PREAU_TEST_TAURI_DRIVER").map(PathBuf::from);
    let path = told.unwrap_or(Places::find()?.tools().join("bin").join("tauri-driver"));
    if !path.is_file() {
        bail!("{} is missing: run cargo xtask test window", path.display());
    }
    Ok(path)
}

/// A port that nobody uses.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The processes under one, with their names.
pub(crate) fn descendants(root: u32) -> Result<Vec<(u32, String)>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc").context("listing processes")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{id}/stat")) else { continue };
        let Some((name, rest)) = stat.split_once(") ") else { continue };
        let parent: u32 = rest.split(' ').nth(1).and_then(|text| text.parse().ok()).unwrap_or(0);
        let name = name.split_once('(').map_or("", |(_, name)| name);
        all.push((id, parent, name.to_owned()));
    }
    let mut found = vec![root];
    let mut next = 0;
    while next < found.len() {
        let parent = found[next];
        found.extend(all.iter().filter(|(id, of, _)| *of == parent && *id != root).map(|(id, ..)| *id));
        next += 1;
    }
    Ok(all.into_iter().filter(|(id, ..)| found[1..].contains(id)).map(|(id, _, name)| (id, name)).collect())
}
