//! Letters: the identifiant and the one-time code of an adult, on paper.
//!
//! Tables: reads `account`, `adult`, `family`; `account` gets its codes through [`super::one_time`]. Invariants: a
//! code leaves the server in its letter and nowhere else, logs included; whoever chose a personal code gets a new
//! letter only when the counter asks for their family.

mod store;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use preau_protocol::communes::CommuneDto;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::Keys;
use super::one_time::{GOOD_FOR, issue};
use crate::error::{Error, Result};
use crate::writer::{Command, WriteTx, Writer};

/// Letters of one command: the writer is not held for a whole town.
const LETTERS: usize = 100;

/// A letter, to be printed once and never stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// The family's reference.
    pub family: String,
    /// « Claire Martel ».
    pub person: String,
    /// Lines of the address under the name; none when the town knows no address.
    pub address: Vec<String>,
    /// What is typed at sign-in.
    pub identifiant: String,
    /// `XXXX-XXXX-XXXX`.
    pub code: String,
    /// Day of the letter, in Paris.
    pub written_on: Date,
    /// Last whole day on which the code is good.
    pub good_until: Date,
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("family", &self.family).finish_non_exhaustive()
    }
}

impl Letter {
    /// As printed. `server` is the server's address as families reach it.
    #[must_use]
    pub fn text(&self, town: &CommuneDto, server: &str) -> String {
        text::letter(self, town, server)
    }

    /// One line of JSON, for a program that prints letters.
    ///
    /// # Errors
    /// Never for these texts; kept for the caller's `?`.
    pub fn json_line(&self) -> serde_json::Result<String> {
        let Self { family, person, identifiant, code, .. } = self;
        serde_json::to_string(&serde_json::json!({
            "family": family, "person": person, "identifiant": identifiant, "code": code
        }))
    }

    /// `F0001-claire.martel.txt`: distinct, because identifiants are.
    #[must_use]
    pub fn file_name(&self) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        format!("{}-{}.txt", self.family.chars().map(plain).collect::<String>(), self.identifiant)
    }
}

/// Writes one file per letter into a folder, readable by its owner only.
///
/// # Errors
/// When a file cannot be written, or is there already: a letter is never replaced by another.
pub fn write_files(folder: &Path, letters: &[Letter], town: &CommuneDto, server: &str) -> anyhow::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for letter in letters {
        let path = folder.join(letter.file_name());
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        file.and_then(|mut file| file.write_all(letter.text(town, server).as_bytes()))
            .with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// Issues letters for everybody who never chose a personal code, or, by its reference, for one family whatever it
/// chose. A code issued before no longer opens.
///
/// # Errors
/// [`Error::NotFound`] for a reference nobody has; otherwise whatever the database says.
pub async fn issue_letters(writer: &Writer, keys: &Keys, commune: Uuid, family: Option<&str>) -> Result<Vec<Letter>> {
    let mut letters = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let (keys, family) = (keys.clone(), family.map(str::to_owned));
        let issued = writer.run(IssueLetters { commune, family, after, keys }).await?;
        let Some(last) = issued.last else { break };
        letters.extend(issued.letters);
        after = last;
    }
    if letters.is_empty() && family.is_some() {
        return Err(Error::NotFound);
    }
    letters.sort_by(|a, b| (&a.family, &a.identifiant).cmp(&(&b.family, &b.identifiant)));
    Ok(letters)
}

/// The next letters in order of account.
struct IssueLetters {
    commune: Uuid,
    family: Option<String>,
    after: Uuid,
    keys: Keys,
}

struct Issued {
    letters: Vec<Letter>,
    /// The last account; none when there was none left.
    last: Option<Uuid>,
}

impl Command for IssueLetters {
    type Output = Issued;
    const NAME: &'static str = "issue_letters";

    async fn apply(&self, tx: &WriteTx) -> Result<Issued> {
        let rows = store::recipients(tx, self.commune, self.family.as_deref(), self.after, LETTERS).await?;
        let accounts: Vec<Uuid> = rows.iter().map(|row| row.account_id).collect();
        let issued = issue(tx, &self.keys, self.commune, &accounts).await?;
        let mut codes: BTreeMap<Uuid, String> =
            issued.into_iter().map(|issued| (issued.account, issued.code)).collect();
        let paris = TimeZone::get("Europe/Paris").map_err(anyhow::Error::from)?;
        let day = |instant: jiff::Timestamp| instant.to_zoned(paris.clone()).date();
        let written_on = day(tx.now());
        let good_until = day(tx.now() + GOOD_FOR).yesterday().map_err(anyhow::Error::from)?;
        let letter = |row: store::RecipientRow| {
            let code = codes.remove(&row.account_id).ok_or(Error::NotFound)?;
            Ok(row.letter(code, written_on, good_until))
        };
        let letters = rows.into_iter().map(letter).collect::<Result<_>>()?;
        Ok(Issued { letters, last: accounts.last().copied() })
    }
}
