//! Letters: the identifiant and the one-time code of an adult, on paper.
//!
//! Tables: reads `account`, `adult`, `family`; `account` gets its codes through [`super::one_time`]. Invariants: a
//! code leaves the server in its letter and nowhere else, logs included; whoever chose a personal code, or holds a
//! letter that still opens, gets a new one only when the operator or the counter says so, and the family of a personal code is
//! told; no letter takes another one's place.

pub mod counter;
pub mod files;
mod revoking;
mod store;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use preau_protocol::accounts::SecurityEventDto;
use preau_protocol::communes::CommuneDto;
use preau_protocol::error::{ErrorCode, FieldError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::Keys;
use super::one_time::{GOOD_FOR, issue};
use crate::app::App;
use crate::audit::Actor;
use crate::clock::paris_day;
use crate::error::{Error, Result};
use crate::notices::security;
use crate::writer::{Command, WriteTx};

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

    /// What the QR code of a letter says, and who has none may copy: town and identifiant, never the code.
    #[must_use]
    pub fn connect_uri(&self, town: &CommuneDto, server: &str) -> String {
        text::connect(server, &town.slug, &self.identifiant)
    }

    /// `F0001-claire.martel.txt`: distinct, because identifiants are.
    #[must_use]
    pub fn file_name(&self, files: Files) -> String {
        files.name(&self.family, &self.identifiant)
    }
}

/// As what letters are written into a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Files {
    /// A plain text each.
    #[default]
    Text,
    /// PDFs: one for each letter of a family at the counter, otherwise one for many.
    Pdf,
}

impl Files {
    fn name(self, family: &str, identifiant: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let ending = if self == Self::Pdf { "pdf" } else { "txt" };
        format!("{}-{identifiant}.{ending}", family.chars().map(plain).collect::<String>())
    }
}

/// Letters of one PDF. A press holds all of them at once, some megabytes each: a large town is printed in parts.
pub const LETTERS_PER_PDF: usize = 300;

/// `lettres-2026-11-25-001.pdf`.
fn part_name(written_on: Date, part: usize) -> String {
    format!("lettres-{written_on}-{part:03}.pdf")
}

/// What makes PDFs of letters. The program has one; tests of the server do without, because it compiles long.
pub trait LetterPress: Send + Sync {
    /// One PDF, a page for each letter, in their order. `server` is the server's address as families reach it.
    ///
    /// # Errors
    /// When one of them cannot be printed; nothing of what they say is in the error.
    fn print(&self, letters: &[Letter], town: &CommuneDto, server: &str) -> anyhow::Result<Vec<u8>>;
}

/// For whom letters are issued, and what stands in their way.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Wanted {
    /// One family, by its reference, whatever its adults chose; without it, everybody without a personal code.
    pub family: Option<String>,
    /// Also those whose one-time code is still in force: their letters of before no longer open.
    pub again: bool,
    /// With a family: somebody else knows a code of theirs. The code they chose and every session end at once.
    #[serde(default)]
    pub revoke: bool,
    /// Names of files where the letters are to go.
    pub taken: BTreeSet<String>,
    /// As what they are written there.
    #[serde(default)]
    pub files: Files,
}

impl Wanted {
    /// Whether many letters share a file.
    fn in_parts(&self) -> bool {
        self.files == Files::Pdf && self.family.is_none()
    }
}

/// Letters of one command of the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// By family.
    pub letters: Vec<Letter>,
    /// Accounts left out because the code of an earlier letter is still in force.
    pub in_force: u32,
    /// Whether many letters share a file.
    #[serde(default)]
    pub in_parts: bool,
}

/// Issues letters, each with a new code; a code issued before no longer opens. None is issued when the file of one of
/// them would take the place of another: a code that cannot be written down is lost.
///
/// # Errors
/// [`Error::NotFound`] for a reference nobody has; [`ErrorCode::Conflict`] with the files that exist already; otherwise
/// whatever the database says.
pub async fn issue_letters(app: &App, commune: Uuid, wanted: &Wanted) -> Result<Issued> {
    let whom = Whom::new(wanted, app.clock.now());
    let expected = store::expected(app.db.readers(), commune, &whom).await?;
    if expected.is_empty() && wanted.family.is_some() {
        return Err(Error::NotFound);
    }
    let names: Vec<String> = if wanted.in_parts() {
        let today = paris_day(app.clock.now())?;
        (1..=expected.len().div_ceil(LETTERS_PER_PDF)).map(|part| part_name(today, part)).collect()
    } else {
        expected.iter().map(|row| wanted.files.name(&row.reference, &row.identifiant)).collect()
    };
    let exists: Vec<FieldError> = names.into_iter().filter(|name| wanted.taken.contains(name)).map(exists).collect();
    if !exists.is_empty() {
        return Err(Error::Fields(ErrorCode::Conflict, exists));
    }
    let in_force = store::left_out(app.db.readers(), commune, &whom).await?;
    let mut letters = Vec::with_capacity(expected.len());
    let mut after = Uuid::nil();
    loop {
        let (actor, keys, whom) = (Actor::Operator, app.keys.clone(), whom.clone());
        let revoke = wanted.revoke && wanted.family.is_some();
        let batch = app.writer.run(IssueLetters { commune, whom, after, actor, keys, revoke }).await?;
        let Some(last) = batch.last else { break };
        letters.extend(batch.letters);
        after = last;
    }
    letters.sort_by(|a, b| (&a.family, &a.identifiant).cmp(&(&b.family, &b.identifiant)));
    Ok(Issued { letters, in_force, in_parts: wanted.in_parts() })
}

fn exists(name: String) -> FieldError {
    FieldError { field: name, rule: "exists".to_owned() }
}

/// Which accounts receive a letter.
#[derive(Debug, Clone)]
enum Whom {
    /// Those of a family.
    Family(String),
    /// That of an adult.
    Adult(Uuid),
    /// Those without a personal code whose one-time code, if they have one, ends by this instant.
    WithoutCode(Timestamp),
}

impl Whom {
    fn new(wanted: &Wanted, now: Timestamp) -> Self {
        match (&wanted.family, wanted.again) {
            (Some(family), _) => Self::Family(family.clone()),
            (None, true) => Self::WithoutCode(Timestamp::MAX),
            (None, false) => Self::WithoutCode(now),
        }
    }
}

/// The next letters in order of account.
struct IssueLetters {
    commune: Uuid,
    whom: Whom,
    after: Uuid,
    actor: Actor,
    keys: Keys,
    revoke: bool,
}

struct Batch {
    letters: Vec<Letter>,
    /// The last account; none when there was none left.
    last: Option<Uuid>,
}

impl Command for IssueLetters {
    type Output = Batch;
    const NAME: &'static str = "issue_letters";

    async fn apply(&self, tx: &WriteTx) -> Result<Batch> {
        let rows = store::recipients(tx, self.commune, &self.whom, self.after, LETTERS).await?;
        let accounts: Vec<Uuid> = rows.iter().map(|row| row.account_id).collect();
        if self.revoke {
            revoking::revoke(tx, self.commune, self.actor, &accounts).await?;
        }
        let issued = issue(tx, &self.keys, self.commune, self.actor, &accounts).await?;
        let mut codes: BTreeMap<Uuid, String> =
            issued.into_iter().map(|issued| (issued.account, issued.code)).collect();
        // Whoever has a personal code need not know of a letter: it may be somebody else's doing.
        for row in rows.iter().filter(|row| row.chosen) {
            security::tell(tx, self.commune, row.family_id, Some(row.person_id), SecurityEventDto::LetterIssued)
                .await?;
        }
        let written_on = paris_day(tx.now())?;
        let good_until = paris_day(tx.now() + GOOD_FOR)?.yesterday().map_err(anyhow::Error::from)?;
        let letter = |row: store::RecipientRow| {
            let code = codes.remove(&row.account_id).ok_or(Error::NotFound)?;
            Ok(row.letter(code, written_on, good_until))
        };
        let letters = rows.into_iter().map(letter).collect::<Result<_>>()?;
        Ok(Batch { letters, last: accounts.last().copied() })
    }
}
