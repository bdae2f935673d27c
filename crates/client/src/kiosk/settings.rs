//! `kiosk.json`: that this machine is a kiosk, and of which commune.

use anyhow::Context;
use preau_protocol::communes::ServiceContactDto;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const FILE: &str = "kiosk.json";
/// How long nobody touches anything before a session ends, the countdown included.
const IDLE_SECONDS: u32 = 180;
/// Nobody reads a page in less; after an hour somebody else stands there.
const IDLE_BOUNDS: std::ops::RangeInclusive<u32> = 45..=3600;

/// The commune of a kiosk. Public, all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KioskCommune {
    /// Short name.
    pub slug: String,
    /// « Parempuyre ».
    pub name: String,
    /// Five digits.
    pub postcode: String,
    /// `#rrggbb`, or none: the application's own accent.
    #[serde(default)]
    pub accent: Option<String>,
    /// The help line, wanted on the screen when nothing answers.
    pub contact: ServiceContactDto,
    /// The server's address.
    pub server: String,
}

/// The content of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KioskSettings {
    /// The only commune of this kiosk.
    pub commune: KioskCommune,
    /// Argon2id of the exit code, as a PHC string.
    pub exit_code: String,
    /// Seconds without a touch after which a session ends.
    #[serde(default = "idle_seconds")]
    idle_seconds: u32,
}

fn idle_seconds() -> u32 {
    IDLE_SECONDS
}

impl KioskSettings {
    /// A new kiosk.
    #[must_use]
    pub fn new(commune: KioskCommune, exit_code: String) -> Self {
        Self { commune, exit_code, idle_seconds: IDLE_SECONDS }
    }

    /// How long nobody touches anything before a session ends, within 45 seconds and an hour.
    #[must_use]
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds.clamp(*IDLE_BOUNDS.start(), *IDLE_BOUNDS.end()).into())
    }

    /// Makes this machine a kiosk; a crash leaves it one or not.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save(&self, data_dir: &Path) -> anyhow::Result<()> {
        let draft = data_dir.join("kiosk.json.new");
        let mut file = File::create(&draft)?;
        file.write_all(&serde_json::to_vec_pretty(self).context("writing the kiosk's settings")?)?;
        file.sync_all()?;
        Ok(fs::rename(&draft, path(data_dir))?)
    }
}

fn path(data_dir: &Path) -> PathBuf {
    data_dir.join(FILE)
}

/// Whether this machine is a kiosk. A file that cannot be read says so too: an ordinary application, which keeps what
/// it reads, must never come up on such a machine by accident.
#[must_use]
pub fn is_kiosk(data_dir: &Path) -> bool {
    !matches!(fs::symlink_metadata(path(data_dir)), Err(error) if error.kind() == ErrorKind::NotFound)
}

/// What the file says.
///
/// # Errors
/// When it cannot be read.
pub fn read(data_dir: &Path) -> anyhow::Result<KioskSettings> {
    let text = fs::read(path(data_dir)).context("reading the kiosk's settings")?;
    serde_json::from_slice(&text).context("the kiosk's settings")
}

/// This machine is a kiosk no more.
///
/// # Errors
/// When the disk refuses.
pub fn remove(data_dir: &Path) -> anyhow::Result<()> {
    fs::remove_file(path(data_dir)).context("removing the kiosk's settings")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> KioskSettings {
        let contact = ServiceContactDto {
            label: "Pôle enfance jeunesse".into(),
            phone: "+33556955612".into(),
            email: "pej@parempuyre.example".into(),
        };
        let commune = KioskCommune {
            slug: "parempuyre".into(),
            name: "Parempuyre".into(),
            postcode: "33290".into(),
            accent: None,
            contact,
            server: "https://preau.parempuyre.example".into(),
        };
        KioskSettings::new(commune, "$argon2id$".into())
    }

    #[test]
    fn a_machine_is_a_kiosk_from_the_file_on_and_no_longer() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(!is_kiosk(dir.path()));
        settings().save(dir.path()).expect("saved");
        assert!(is_kiosk(dir.path()));
        assert_eq!(read(dir.path()).expect("settings"), settings());
        assert_eq!(read(dir.path()).expect("settings").idle(), Duration::from_secs(180));
        remove(dir.path()).expect("removed");
        assert!(!is_kiosk(dir.path()));
    }

    #[test]
    fn settings_that_cannot_be_read_still_make_a_kiosk() {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join(FILE), "{").expect("a file");
        assert!(is_kiosk(dir.path()));
        assert!(read(dir.path()).is_err());
    }

    #[test]
    fn idleness_has_bounds() {
        for (kept, seconds) in [(0, 45), (45, 45), (180, 180), (3600, 3600), (u32::MAX, 3600)] {
            assert_eq!(
                KioskSettings { idle_seconds: kept, ..settings() }.idle(),
                Duration::from_secs(seconds),
                "{kept}"
            );
        }
    }
}
