//! Messages as files of a folder: mail as `.eml`, which every mail program opens, SMS as `.txt`.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use uuid::Uuid;

use super::{Delivery, Parcel, mail};

/// The folder. Only the server's own user reads it: mails hold links that open accounts.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder if there is none.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(path);
        made.with_context(|| format!("making {}", path.display()))?;
        Ok(Self { path: path.to_owned() })
    }

    pub(super) async fn mail(&self, parcel: &Parcel) -> Delivery {
        match mail::message(parcel, None) {
            Ok(message) => self.keep(parcel.id, "eml", message.formatted()).await,
            Err(reason) => Delivery::Refused(reason.to_owned()),
        }
    }

    pub(super) async fn sms(&self, parcel: &Parcel) -> Delivery {
        self.keep(parcel.id, "txt", format!("{}\n\n{}\n", parcel.to, parcel.text).into_bytes()).await
    }

    async fn keep(&self, id: Uuid, ending: &'static str, bytes: Vec<u8>) -> Delivery {
        let folder = self.path.clone();
        let written = tokio::task::spawn_blocking(move || write(&folder, &format!("{id}.{ending}"), &bytes)).await;
        match written.map_err(anyhow::Error::from).and_then(|written| written) {
            Ok(()) => Delivery::Taken,
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "a message cannot be written into the folder");
                Delivery::Later("folder".to_owned())
            }
        }
    }
}

/// The file appears whole, under the message's own id: one that is there already was written by an earlier try whose
/// end was not put on record.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = folder.join(name);
    let unfinished = folder.join(format!(".{name}.{}", Uuid::now_v7().simple()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).context("writing")?;
    let linked = fs::hard_link(&unfinished, &path);
    fs::remove_file(&unfinished)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}
