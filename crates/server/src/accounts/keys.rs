//! Keys of the server, all derived from one master secret, and what they seal.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, anyhow, ensure};
use hmac::{Hmac, KeyInit, Mac};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::random::random;
use crate::token::Token;

/// Shortest master secret, in bytes.
pub const SECRET_MIN: usize = 32;
/// The master secret, in the data folder.
pub(crate) const SECRET_FILE: &str = "secret.key";

/// Keys, each for one use, so that what one of them signs says nothing of the others.
#[derive(Clone)]
pub struct Keys {
    one_time: [u8; 32],
    recovery: [u8; 32],
    name: [u8; 32],
    access: [u8; 32],
    refresh: [u8; 32],
    totp: [u8; 32],
    link: [u8; 32],
    receipt: [u8; 32],
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Derives every key from the master secret.
    #[must_use]
    pub fn derive(master: &[u8]) -> Self {
        // A master secret of any length is brought to one key first (RFC 5869, extract), then expanded by label.
        let root = mac(&sized(b"preau-server master"), &[master]);
        let key = |label: &[u8]| mac(&root, &[label, &[1]]);
        Self {
            one_time: key(b"one-time codes"),
            recovery: key(b"recovery codes"),
            name: key(b"typed identifiants"),
            access: key(b"access successors"),
            refresh: key(b"refresh successors"),
            totp: key(b"totp secrets"),
            link: key(b"single-use links"),
            receipt: key(b"seals of receipts"),
        }
    }

    /// What is stored of a one-time code in its compared form.
    #[must_use]
    pub(super) fn one_time_hmac(&self, account: Uuid, code: &str) -> [u8; 32] {
        mac(&self.one_time, &[account.as_bytes(), code.as_bytes()])
    }

    /// What is stored of a recovery code in its compared form.
    #[must_use]
    pub(super) fn recovery_hmac(&self, account: Uuid, code: &str) -> [u8; 32] {
        mac(&self.recovery, &[account.as_bytes(), code.as_bytes()])
    }

    /// What is stored of an identifiant that failed, in its compared form: people type their code there by mistake.
    #[must_use]
    pub(super) fn name_hmac(&self, identifiant: &str) -> [u8; 32] {
        mac(&self.name, &[identifiant.as_bytes()])
    }

    /// The random parts of the access and refresh tokens that follow a refresh token: always the same for the same
    /// one, so that a lost answer can be given again.
    #[must_use]
    pub(super) fn successors(&self, presented: &[u8]) -> ([u8; 32], [u8; 32]) {
        (mac(&self.access, &[presented]), mac(&self.refresh, &[presented]))
    }

    /// The token of a single-use link: the same at each try of its message, and kept nowhere.
    #[must_use]
    pub(crate) fn link_token(&self, commune: Uuid, link: Uuid) -> Token {
        Token::new(commune, &mac(&self.link, &[commune.as_bytes(), link.as_bytes()]))
    }

    /// What seals receipts.
    #[must_use]
    pub fn receipt(&self) -> [u8; 32] {
        self.receipt
    }

    /// Seals a TOTP secret for the database: nonce, then the secret under AES-256-GCM, bound to its account.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub(super) fn seal_totp(&self, account: Uuid, secret: &[u8; 20]) -> anyhow::Result<Vec<u8>> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut sealed = secret.to_vec();
        self.totp_key()
            .and_then(|key| {
                let nonce = Nonce::assume_unique_for_key(nonce);
                key.seal_in_place_append_tag(nonce, Aad::from(account.as_bytes()), &mut sealed)
            })
            .map_err(|_| anyhow!("sealing a TOTP secret"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what [`Keys::seal_totp`] sealed; nothing comes of what was altered or belongs to another account.
    #[must_use]
    pub(super) fn open_totp(&self, account: Uuid, sealed: &[u8]) -> Option<[u8; 20]> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.totp_key().and_then(|key| {
            let opened = key.open_in_place(nonce, Aad::from(account.as_bytes()), &mut sealed)?;
            opened.try_into().map_err(|_| Unspecified)
        });
        opened.ok()
    }

    fn totp_key(&self) -> Result<LessSafeKey, Unspecified> {
        UnboundKey::new(&AES_256_GCM, &self.totp).map(LessSafeKey::new)
    }
}

/// Compares without telling by its time where two values differ.
#[must_use]
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// The master secret kept in a data folder, made at first use and readable by its owner only.
///
/// # Errors
/// When the file cannot be made or read, or holds something else than a secret.
pub fn secret_of(folder: &Path) -> anyhow::Result<Vec<u8>> {
    let path = folder.join(SECRET_FILE);
    if !path.exists() {
        make_secret(folder, &path).with_context(|| format!("making {}", path.display()))?;
    }
    let secret = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    ensure!(secret.len() >= SECRET_MIN, "{} holds less than {SECRET_MIN} bytes", path.display());
    Ok(secret)
}

/// The file appears whole or not at all, and never takes the place of another.
fn make_secret(folder: &Path, path: &Path) -> anyhow::Result<()> {
    let secret: [u8; SECRET_MIN] = random()?;
    let unfinished = folder.join(format!("{SECRET_FILE}.{}", Uuid::now_v7().simple()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(&secret)?;
    file.sync_all()?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC pads a short key with zeros to its block: the same value, by a constructor that cannot fail.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn sized(label: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    for (place, byte) in key.iter_mut().zip(label) {
        *place = *byte;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_totp_secret_opens_with_its_account_only() {
        let keys = Keys::derive(&[7; 32]);
        let (account, other) = (Uuid::now_v7(), Uuid::now_v7());
        let sealed = keys.seal_totp(account, &[9; 20]).unwrap();
        assert_eq!(keys.open_totp(account, &sealed), Some([9; 20]));
        assert_eq!(keys.open_totp(other, &sealed), None);
        for place in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[place] ^= 1;
            assert_eq!(keys.open_totp(account, &altered), None, "byte {place}");
        }
        assert_ne!(sealed, keys.seal_totp(account, &[9; 20]).unwrap());
        assert_eq!(keys.open_totp(account, &sealed[..10]), None);
    }

    #[test]
    fn keys_differ_by_use_and_by_master() {
        let (a, b) = (Keys::derive(&[1; 32]), Keys::derive(&[2; 32]));
        let account = Uuid::nil();
        assert_ne!(a.one_time_hmac(account, "X"), a.recovery_hmac(account, "X"));
        assert_ne!(a.one_time_hmac(account, "X"), b.one_time_hmac(account, "X"));
        assert_ne!(a.successors(b"t").0, a.successors(b"t").1);
        assert_eq!(a.successors(b"t"), Keys::derive(&[1; 32]).successors(b"t"));
    }

    #[test]
    fn the_secret_file_is_made_once_and_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let first = secret_of(folder.path()).unwrap();
        assert_eq!(secret_of(folder.path()).unwrap(), first);
        let mode = fs::metadata(folder.path().join(SECRET_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        fs::write(folder.path().join(SECRET_FILE), b"short").unwrap();
        assert!(secret_of(folder.path()).is_err());
    }
}
