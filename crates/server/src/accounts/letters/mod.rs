//! Letters: the identifiant and the one-time code of an adult, on paper.
//!
//! Tables: reads `account`, `adult`, `family`; `account` gets its codes through [`super::one_time`]. Invariants: a
//! code leaves the server in its letter and nowhere else, logs included; whoever chose a personal code, or holds a
//! letter that still opens, gets a new one only when the operator says so; no letter takes another one's place.

pub mod files;
mod store;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use preau_protocol::communes::CommuneDto;
use preau_protocol::error::{ErrorCode, FieldError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::Keys;
use super::one_time::{GOOD_FOR, issue};
use crate::app::App;
use crate::clock::paris_day;
use crate::error::{Error, Result};
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

    /// `F0001-claire.martel.txt`: distinct, because identifiants are.
    #[must_use]
    pub fn file_name(&self) -> String {
        file_name(&self.family, &self.identifiant)
    }
}

fn file_name(family: &str, identifiant: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    format!("{}-{identifiant}.txt", family.chars().map(plain).collect::<String>())
}

/// For whom letters are issued, and what stands in their way.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Wanted {
    /// One family, by its reference, whatever its adults chose; without it, everybody without a personal code.
    pub family: Option<String>,
    /// Also those whose one-time code is still in force: their letters of before no longer open.
    pub again: bool,
    /// Names of files where the letters are to go.
    pub taken: BTreeSet<String>,
}

/// Letters of one command of the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issued {
    /// By family.
    pub letters: Vec<Letter>,
    /// Accounts left out because the code of an earlier letter is still in force.
    pub in_force: u32,
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
    let names = expected.iter().map(|row| file_name(&row.reference, &row.identifiant));
    let exists: Vec<FieldError> = names.filter(|name| wanted.taken.contains(name)).map(exists).collect();
    if !exists.is_empty() {
        return Err(Error::Fields(ErrorCode::Conflict, exists));
    }
    let in_force = store::left_out(app.db.readers(), commune, &whom).await?;
    let mut letters = Vec::with_capacity(expected.len());
    let mut after = Uuid::nil();
    loop {
        let (keys, whom) = (app.keys.clone(), whom.clone());
        let batch = app.writer.run(IssueLetters { commune, whom, after, keys }).await?;
        let Some(last) = batch.last else { break };
        letters.extend(batch.letters);
        after = last;
    }
    letters.sort_by(|a, b| (&a.family, &a.identifiant).cmp(&(&b.family, &b.identifiant)));
    Ok(Issued { letters, in_force })
}

fn exists(name: String) -> FieldError {
    FieldError { field: name, rule: "exists".to_owned() }
}

/// Which accounts receive a letter.
#[derive(Debug, Clone)]
enum Whom {
    /// Those of a family.
    Family(String),
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
    keys: Keys,
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
        let issued = issue(tx, &self.keys, self.commune, &accounts).await?;
        let mut codes: BTreeMap<Uuid, String> =
            issued.into_iter().map(|issued| (issued.account, issued.code)).collect();
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
