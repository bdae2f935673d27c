//! Devices of an account: the list, and letting one go.

use preau_protocol::accounts::DeviceDto;
use uuid::Uuid;

use super::caller::Caller;
use super::store::{self, Because};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::rfc_3339;
use crate::error::{Error, Result};
use crate::writer::{Command, WriteTx};

/// The caller's devices, the one last seen first.
///
/// # Errors
/// Whatever the database says.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<DeviceDto>> {
    let rows = store::devices(app.db.readers(), caller.commune, caller.account).await?;
    let dto = |row: store::DeviceRow| {
        Ok(DeviceDto {
            device_id: row.device_id,
            label: row.label,
            created_at: rfc_3339(row.created_at)?,
            last_seen_at: rfc_3339(row.last_seen_at)?,
            current: row.device_id == caller.device,
        })
    };
    rows.into_iter().map(dto).collect()
}

/// Lets a device of the caller go; it has to sign in again.
///
/// # Errors
/// [`Error::NotFound`] when the caller has no such device.
pub async fn let_go(app: &App, caller: Caller, device: Uuid) -> Result<()> {
    app.writer.run(LetGo { caller, device, because: Because::ByOwner }).await
}

/// Ends the caller's own session on this device.
///
/// # Errors
/// Whatever the database says.
pub async fn sign_out(app: &App, caller: Caller) -> Result<()> {
    app.writer.run(LetGo { caller, device: caller.device, because: Because::SignedOut }).await
}

struct LetGo {
    caller: Caller,
    device: Uuid,
    because: Because,
}

impl Command for LetGo {
    type Output = ();
    const NAME: &'static str = "let_device_go";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let Caller { commune, account, .. } = self.caller;
        if !store::revoke_device(tx, commune, account, self.device, self.because).await? {
            return Err(Error::NotFound);
        }
        let action = if self.because == Because::SignedOut { "signed_out" } else { "device_let_go" };
        let (actor, family) = (self.caller.actor(), self.caller.family());
        audit::record(tx, Entry { commune, actor, action, family, entity: Some(self.device), details: None }).await
    }
}
