//! The system's keychain: Secret Service on Linux, Credential Manager on Windows, Keychain on macOS.

use anyhow::Context;
use keyring_core::{CredentialStore, Entry, Error};
use preau_client::profiles::key::{Key, KeyStore, Keychain};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

const SERVICE: &str = "fr.preau.desktop";
/// A desktop answers at once; where nobody answers in this time, nobody will.
const PATIENCE: Duration = Duration::from_secs(5);

struct System {
    store: Arc<CredentialStore>,
}

/// Asks for the keychain at once, and waits for it only where somebody needs it. `PREAU_KEYCHAIN=none` says that there is none.
pub fn asked() -> Keychain {
    if std::env::var_os("PREAU_KEYCHAIN").is_some_and(|value| value == "none") {
        return Keychain::from(None);
    }
    let (answer, asked) = oneshot::channel();
    std::thread::spawn(move || {
        // Whoever asked may have gone meanwhile.
        answer.send(ask()).unwrap_or_default();
    });
    Keychain::once_known(async move {
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(Ok(store))) => Some(Arc::new(store) as Arc<dyn KeyStore>),
            Ok(Ok(Err(error))) => {
                tracing::info!(error = format!("{error:#}"), "no keychain");
                None
            }
            Ok(Err(_)) | Err(_) => {
                tracing::warn!("the keychain did not answer");
                None
            }
        }
    })
}

fn ask() -> anyhow::Result<System> {
    let keychain = System { store: store()? };
    match keychain.entry("probe")?.get_secret() {
        Ok(_) | Err(Error::NoEntry) => Ok(keychain),
        Err(error) => Err(error).context("asking the keychain"),
    }
}

#[cfg(target_os = "linux")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "windows")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> keyring_core::Result<Arc<CredentialStore>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

impl System {
    fn entry(&self, name: &str) -> keyring_core::Result<Entry> {
        self.store.build(SERVICE, name, None)
    }
}

impl KeyStore for System {
    fn read(&self, profile: uuid::Uuid) -> anyhow::Result<Option<Key>> {
        match self.entry(&profile.to_string())?.get_secret() {
            Ok(secret) => {
                let secret = Zeroizing::new(secret);
                let key: [u8; 32] = secret.as_slice().try_into().context("a key that has not 32 bytes")?;
                Ok(Some(Zeroizing::new(key)))
            }
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn write(&self, profile: uuid::Uuid, key: &Key) -> anyhow::Result<()> {
        Ok(self.entry(&profile.to_string())?.set_secret(key.as_slice())?)
    }

    fn delete(&self, profile: uuid::Uuid) -> anyhow::Result<()> {
        match self.entry(&profile.to_string())?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
