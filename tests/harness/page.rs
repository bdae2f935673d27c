//! What a screen must be, whatever is on it: nothing cut off, no sideways scroll, nothing axe objects to. And its
//! picture.

use crate::screen::Screen;
use crate::wait_for;
use crate::window::{Window, answered};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::path::PathBuf;
use xtask::places::Places;

const LAYOUT: &str = include_str!("page.js");
/// The sizes every screen is held to: pixels, and the size of text.
const SIZES: [(u32, u32, &str); 3] = [(1280, 800, "100%"), (1024, 640, "100%"), (1280, 800, "200%")];

impl Window {
    /// Holds the screen to every size, asks axe in both themes, and takes its picture in both.
    ///
    /// # Errors
    /// Every fault of this screen, by size and theme.
    pub async fn check_screen(&self, name: &str) -> Result<()> {
        let mut faults = self.layout_faults().await?;
        for theme in ["light", "dark"] {
            self.set_theme(theme).await?;
            faults.extend(self.axe().await?.into_iter().map(|fault| format!("{theme}: {fault}")));
            let suffix = if theme == "dark" { "-dark" } else { "" };
            self.picture(&format!("{name}{suffix}")).await?;
        }
        self.set_theme("light").await?;
        if faults.is_empty() {
            return Ok(());
        }
        bail!("screen « {name} »:\n  {}", faults.join("\n  "))
    }

    /// Text cut off and sideways scroll at every size.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn layout_faults(&self) -> Result<Vec<String>> {
        let mut faults = Vec::new();
        for (width, height, text) in SIZES {
            self.resize(width, height).await?;
            self.script("document.documentElement.style.fontSize = arguments[0];", vec![json!(text)]).await?;
            let found = self.script(&format!("{LAYOUT}\nreturn preauLayoutFaults();"), vec![]).await?;
            faults.extend(texts(&found).map(|fault| format!("{width}×{height}, text {text}: {fault}")));
        }
        self.script("document.documentElement.style.fontSize = '';", vec![]).await?;
        self.resize(SIZES[0].0, SIZES[0].1).await?;
        Ok(faults)
    }

    /// What axe-core objects to (WCAG 2.2 A and AA, and its best practices).
    ///
    /// # Errors
    /// When axe-core is not installed or does not answer.
    pub async fn axe(&self) -> Result<Vec<String>> {
        let path = Places::find()?.root.join("node_modules/axe-core/axe.min.js");
        let axe = std::fs::read_to_string(&path).with_context(|| format!("{}: npm ci", path.display()))?;
        self.script(&format!("if (!window.axe) {{ {axe} }}"), vec![]).await?;
        let run = "const done = arguments[arguments.length - 1];
            // A page that was just resized is drawn first: whether a dialog is open is told from where it is.
            const drawn = new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
            drawn.then(() => window.axe.run(document, { resultTypes: ['violations'] })).then(
                (result) => done(result.violations.map((v) =>
                    `axe ${v.id}: ${v.help} — ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(' | ')}`)),
                (error) => done([`axe failed: ${error}`]));";
        let found = answered("running axe", self.client.execute_async(run, vec![])).await?;
        Ok(texts(&found).collect())
    }

    /// The picture of the page, in `docs/screens/` when `PREAU_UPDATE_SCREENS` is set, else beside the builds. It is read off
    /// the screen, as a person sees it: the driver's own waits for the next drawing, and where the engine draws without the
    /// graphics card a page that stands still has none.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn picture(&self, name: &str) -> Result<PathBuf> {
        let places = Places::find()?;
        let update = std::env::var_os("PREAU_UPDATE_SCREENS").is_some();
        let folder = if update { places.root.join("docs/screens") } else { places.target.join("screens") };
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, self.seen().await?).with_context(|| path.display().to_string())?;
        Ok(path)
    }

    /// What the screen shows of the page once it stands still, as a PNG.
    async fn seen(&self) -> Result<Vec<u8>> {
        let drawn = "const done = arguments[arguments.length - 1];
            requestAnimationFrame(() => requestAnimationFrame(() => done([innerWidth, innerHeight])));";
        let page = answered("waiting for the page to be drawn", self.client.execute_async(drawn, vec![])).await?;
        let (width, height): (u16, u16) = serde_json::from_value(page)?;
        let screen = Screen::connect()?;
        let mut before = Vec::new();
        wait_for("a page that stands still", async || {
            let (wide, high, pixels) = screen.largest_window()?;
            // Above the page a browser has bars of its own.
            let Some(above) = high.checked_sub(height).filter(|_| wide == width) else { return Ok(None) };
            if pixels != before {
                before = pixels;
                return Ok(None);
            }
            let page = &before[usize::from(above) * usize::from(width) * 3..];
            png(width, height, page).map(Some)
        })
        .await
    }

    /// Shows a theme as the preference does: by the attribute that the interface's style sheet reads.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn set_theme(&self, theme: &str) -> Result<()> {
        // Colours fade from one theme to the other: what is measured or pictured is the end of it.
        let script = "const done = arguments[arguments.length - 1];
            document.documentElement.dataset.theme = arguments[0];
            requestAnimationFrame(() => Promise.allSettled(document.getAnimations().map((a) => a.finished)).then(() => done(true)));";
        answered("changing the theme", self.client.execute_async(script, vec![json!(theme)])).await.map(drop)
    }
}

fn png(width: u16, height: u16, pixels: &[u8]) -> Result<Vec<u8>> {
    let mut picture = Vec::new();
    let mut encoder = png::Encoder::new(&mut picture, width.into(), height.into());
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header()?.write_image_data(pixels)?;
    Ok(picture)
}

fn texts(list: &Value) -> impl Iterator<Item = String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)
}
