//! A family's computer as a program of its own, to be killed: the client that the application is made of, with its
//! encrypted profile on disk, whose owner changes telephone numbers without a rest.
//!
//! `preau-test-computer FOLDER IDENTIFIANT CODE SEED`. The folder holds `towns.json`, and becomes the data folder of an
//! installation; the key of the cache is in a file in place of a keychain. What it did is told line by line on standard
//! output ([`harness::driven::Line`]), each line written before the next thing is done. Once the folder holds a file named
//! `rest`, nothing more is asked: it waits until everything is answered, says so, and ends.

use anyhow::{Context, Result, bail};
use harness::computer::{PERSONAL_CODE, application, refused, sign_in_kept};
use harness::driven::{KeyFiles, Line, REST};
use preau_client::Client;
use preau_client::accounts::views::{KeepRequest, SessionView};
use preau_client::family::views::{
    AdultEditRequest, AdultFieldRequest, ChangeDetailsRequest, ChangeDetailsView, DetailsView,
};
use preau_client::sync::views::{OutboxStateView, SyncCenterView, SyncStateView, SyncStatusView};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The longest that its owner thinks before the next change.
const THINKS: u64 = 40;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, identifiant, code, seed] = &arguments[..] else { bail!("FOLDER IDENTIFIANT CODE SEED") };
    let folder = PathBuf::from(folder);
    let client = application(&folder, Some(Arc::new(KeyFiles(folder.join("keys")))));
    open(&client, identifiant, code).await?;
    let mut owner = Owner { client, told: BTreeMap::new(), drawn: StdRng::seed_from_u64(seed.parse()?) };
    let there = owner.center().await?;
    say(&Line::There { ops: there.waiting.iter().chain(&there.answered).map(|item| item.op_id.clone()).collect() })?;
    let rest = folder.join(REST);
    while !rest.exists() {
        owner.change_something().await?;
        owner.tell_answers().await?;
        let thinks = owner.drawn.random_range(0..=THINKS);
        tokio::time::sleep(Duration::from_millis(thinks)).await;
    }
    while !owner.rests().await? {
        tokio::time::sleep(Duration::from_millis(THINKS)).await;
    }
    owner.client.close().await;
    say(&Line::Rests)
}

/// The kept space; made from the letter at the first start, signed in to again where the session ended.
async fn open(client: &Client, identifiant: &str, code: &str) -> Result<()> {
    let SessionView::SignedOut { profiles, .. } = client.session().await.map_err(refused)? else {
        bail!("a space was open already");
    };
    let session = match profiles.first() {
        Some(profile) => client.open_profile(&profile.id, None).await.map_err(refused)?,
        None => client.sign_in(&sign_in_kept(identifiant, code, KeepRequest::Keychain)).await.map_err(refused)?,
    };
    match session {
        SessionView::FirstCode { .. } => client.set_personal_code(PERSONAL_CODE).await.map(drop).map_err(refused),
        SessionView::Open { sign_in_again: true, .. } => {
            let request = sign_in_kept(identifiant, PERSONAL_CODE, KeepRequest::Keychain);
            client.sign_in(&request).await.map(drop).map_err(refused)
        }
        _ => Ok(()),
    }
}

/// A line at a time, and out of this process before anything else happens.
fn say(line: &Line) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(line)?).and_then(|()| out.flush()).context("telling")
}

struct Owner {
    client: Client,
    /// The answers told since the start.
    told: BTreeMap<String, String>,
    drawn: StdRng,
}

impl Owner {
    async fn center(&self) -> Result<SyncCenterView> {
        self.client.sync_center().await.map_err(refused)
    }

    /// Validates a new number, where none waits already.
    async fn change_something(&mut self) -> Result<()> {
        // Nothing is read yet at the first start.
        let Ok(details) = self.client.details().await else { return Ok(()) };
        let Some((form, typed)) = self.form(&details) else { return Ok(()) };
        let ChangeDetailsView::Changes { changes } = self.client.change_details(&form).await.map_err(refused)? else {
            return Ok(());
        };
        // From here on it is kept, whatever happens to this process.
        changes.iter().try_for_each(|change| say(&Line::Kept { op: change.id.clone(), typed: typed.clone() }))
    }

    fn form(&mut self, details: &DetailsView) -> Option<(ChangeDetailsRequest, String)> {
        if details.adults.is_empty() {
            return None;
        }
        let adult = &details.adults[self.drawn.random_range(0..details.adults.len())];
        let last = self.drawn.random_range(0..100_000);
        let (field, shown, typed) = if self.drawn.random_bool(0.5) {
            (AdultFieldRequest::MobilePhone, &adult.mobile_phone, format!("06123{last:05}"))
        } else {
            (AdultFieldRequest::LandlinePhone, &adult.landline_phone, format!("05364{last:05}"))
        };
        let person_id = adult.person_id.clone();
        let edit = AdultEditRequest { person_id, field, shown: shown.clone(), typed: typed.clone() };
        Some((ChangeDetailsRequest { address: None, adults: vec![edit] }, typed))
    }

    /// Tells what was answered since the last time; asks the town again where something waits for it.
    async fn tell_answers(&mut self) -> Result<SyncStatusView> {
        let mut status = self.client.sync_status().await.map_err(refused)?;
        if status.pending > 0 || status.trouble.is_some() {
            // The town may be back: nobody waits a minute for it here.
            status = self.client.sync_now().await.map_err(refused)?;
        }
        let center = self.center().await?;
        for item in center.waiting.iter().chain(&center.answered) {
            let state = match &item.state {
                OutboxStateView::Applied => "applied".to_owned(),
                OutboxStateView::Waiting => "waiting".to_owned(),
                OutboxStateView::Rejected { code } => format!("rejected: {code}"),
                OutboxStateView::Kept
                | OutboxStateView::Unanswered
                | OutboxStateView::Blocked
                | OutboxStateView::Behind
                | OutboxStateView::GivingUp => continue,
            };
            if self.told.insert(item.op_id.clone(), state.clone()).as_ref() != Some(&state) {
                say(&Line::Answered { op: item.op_id.clone(), state })?;
            }
        }
        if let Some(trouble) = status.trouble {
            say(&Line::Trouble { what: format!("{trouble:?}") })?;
        }
        Ok(status)
    }

    /// Whether everything is answered and read back. Looking asks for no reading: whoever asked anew each time would see it
    /// read for ever on a slow machine.
    async fn rests(&mut self) -> Result<bool> {
        let status = self.tell_answers().await?;
        // A refusal that nobody reads here asks for attention, and is at rest.
        let quiet = matches!(status.state, SyncStateView::UpToDate | SyncStateView::Attention);
        Ok(quiet && status.pending == 0 && status.trouble.is_none())
    }
}
