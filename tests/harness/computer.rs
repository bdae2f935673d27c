//! A family's computer without a window: the client that the application is made of, in this process, speaking to a
//! spawned server. What it takes for granted of the server is then what the server does.

use crate::town::Letter;
use crate::{api, wait_for};
use anyhow::{Context, Result, bail};
use preau_client::accounts::views::{KeepRequest, SessionView, SignInRequest};
use preau_client::clock::{SystemChance, SystemClock};
use preau_client::disk::SystemDisk;
use preau_client::family::views::{AdultEditRequest, AdultFieldRequest, ChangeDetailsRequest};
use preau_client::profiles::key::KeyStore;
use preau_client::sync::http::HttpConnector;
use preau_client::sync::views::SyncStateView;
use preau_client::{Client, Environment, Failure, FailureCode, Listener, Notice};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use uuid::Uuid;
use xtask::demo_families::{NAME, POSTCODE, SLUG};

const PASSPHRASE: &str = "trois hiboux verts";
/// The personal code of everybody whose name does not matter.
pub const PERSONAL_CODE: &str = "Marronnier-2026";

/// A computer that knows the demo town.
#[derive(Debug)]
pub struct Computer {
    folder: TempDir,
}

struct Nobody;

impl Listener for Nobody {
    fn notify(&self, _: Notice) {}
}

impl Computer {
    /// A new computer; the town answers at this address.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn new(server: &str) -> Result<Self> {
        let computer = Self { folder: tempfile::tempdir()? };
        write_directory(computer.folder.path(), server)?;
        Ok(computer)
    }

    /// The application, as after a start.
    #[must_use]
    pub fn start(&self) -> Client {
        application(self.folder.path(), None)
    }

    /// From the letter to a space that is kept and read, under a personal code.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn first_login(&self, letter: &Letter, personal: &str) -> Result<Client> {
        let client = self.start();
        let session = client.sign_in(&sign_in(&letter.identifiant, &letter.code)).await.map_err(refused)?;
        if !matches!(session, SessionView::FirstCode { .. }) {
            bail!("a letter's code opens nothing but the choice of a personal one: {session:?}");
        }
        client.set_personal_code(personal).await.map_err(refused)?;
        up_to_date(&client).await?;
        Ok(client)
    }

    /// Signs in with a personal code.
    ///
    /// # Errors
    /// Why the client says that it was refused.
    pub async fn sign_in(&self, identifiant: &str, code: &str) -> std::result::Result<Client, FailureCode> {
        let client = self.start();
        match client.sign_in(&sign_in(identifiant, code)).await {
            Ok(_) => Ok(client),
            Err(failure) => Err(failure.code),
        }
    }

    /// Opens the only space of this computer again.
    ///
    /// # Errors
    /// When there is none, or it does not open.
    pub async fn reopen(&self) -> Result<(Client, SessionView)> {
        let client = self.start();
        let SessionView::SignedOut { profiles, .. } = client.session().await.map_err(refused)? else {
            bail!("a space was open already");
        };
        let profile = profiles.first().context("no space on this computer")?;
        let session = client.open_profile(&profile.id, Some(PASSPHRASE)).await.map_err(refused)?;
        Ok((client, session))
    }
}

/// Tells an installation where the demo town answers.
///
/// # Errors
/// When the file cannot be written.
pub fn write_directory(folder: &Path, server: &str) -> Result<()> {
    let towns = json!([{ "slug": SLUG, "name": NAME, "postcode": POSTCODE, "server": server }]);
    Ok(std::fs::write(folder.join("towns.json"), towns.to_string())?)
}

/// The application over a data folder, as after a start.
#[must_use]
pub fn application(folder: &Path, keys: Option<Arc<dyn KeyStore>>) -> Client {
    api::tls_provider();
    Client::new(Environment {
        data_dir: folder.to_owned(),
        directory: Some(folder.join("towns.json")),
        keys: keys.into(),
        clock: Arc::new(SystemClock::new()),
        chance: Arc::new(SystemChance),
        disk: Arc::new(SystemDisk),
        connector: Arc::new(HttpConnector),
        listener: Arc::new(Nobody),
        device_label: "Ordinateur de test".to_owned(),
        // One for each process: tries at a sign-in are counted by it, and nothing else.
        installation: Uuid::now_v7(),
        kiosk: false,
        #[cfg(debug_assertions)]
        plain_cache_for_tests: false,
    })
}

/// What the sign-in form sends; the space is kept under a passphrase.
#[must_use]
pub fn sign_in(identifiant: &str, code: &str) -> SignInRequest {
    sign_in_kept(identifiant, code, KeepRequest::Passphrase { passphrase: PASSPHRASE.to_owned() })
}

/// What the sign-in form sends, kept in this way.
#[must_use]
pub fn sign_in_kept(identifiant: &str, code: &str, keep: KeepRequest) -> SignInRequest {
    SignInRequest {
        slug: SLUG.to_owned(),
        invitation: None,
        identifiant: identifiant.to_owned(),
        code: code.to_owned(),
        keep,
    }
}

/// The form of somebody who touched one detail of the first adult's.
///
/// # Errors
/// When the client does not show its family.
pub async fn edit(client: &Client, field: AdultFieldRequest, typed: &str) -> Result<ChangeDetailsRequest> {
    let details = client.details().await.map_err(refused)?;
    let adult = details.adults.first().context("an adult")?;
    let shown = match field {
        AdultFieldRequest::MobilePhone => adult.mobile_phone.clone(),
        AdultFieldRequest::LandlinePhone => adult.landline_phone.clone(),
        AdultFieldRequest::Email => adult.email.clone(),
    };
    let edit = AdultEditRequest { person_id: adult.person_id.clone(), field, shown, typed: typed.to_owned() };
    Ok(ChangeDetailsRequest { address: None, adults: vec![edit] })
}

/// Waits until everything was sent and read.
///
/// # Errors
/// When that does not come.
pub async fn up_to_date(client: &Client) -> Result<()> {
    wait_for("an up-to-date space", async || {
        let status = client.sync_status().await.map_err(refused)?;
        Ok((status.state == SyncStateView::UpToDate && status.pending == 0).then_some(()))
    })
    .await
}

/// A failure as a test's error.
#[must_use]
pub fn refused(failure: Failure) -> anyhow::Error {
    let Failure { code, retry_after, request_id } = failure;
    anyhow::anyhow!("{code:?}, wait: {retry_after:?}, request: {request_id:?}")
}
