//! Calling an invitation off, or removing the co-holder.

use preau_protocol::accounts::{RemoveCoHolderRequest, SecurityEventDto};
use uuid::Uuid;

use super::{by_family, for_holder, full_name, store};
use crate::accounts::adults;
use crate::accounts::own_code::prove_own_code;
use crate::accounts::throttle::Network;
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::caller::FamilyCaller;
use crate::error::{Error, Result};
use crate::family::projection::publish_families;
use crate::family::store::AdultRow;
use crate::notices::{Content, Recipient, enqueue, links, security};
use crate::sync::hold;
use crate::writer::{Command, WriteTx};

/// Removes the co-holder, or calls the invitation under way off.
///
/// # Errors
/// [`Error::Forbidden`] for anybody but the holder, or where the town does it; a code that is refused as for any other;
/// [`Error::NotFound`] when there is neither.
pub(super) async fn remove(
    app: &App,
    caller: FamilyCaller,
    request: &RemoveCoHolderRequest,
    network: Network,
) -> Result<()> {
    for_holder(app.db.readers(), &caller).await?;
    by_family(app.db.readers(), &caller).await?;
    prove_own_code(app, caller.into(), &request.code, network).await?;
    app.writer.run(Remove { caller }).await
}

struct Remove {
    caller: FamilyCaller,
}

impl Command for Remove {
    type Output = ();
    const NAME: &'static str = "remove_co_holder";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let FamilyCaller { commune, family, .. } = self.caller;
        hold(tx, commune, &[family]).await?;
        if let Some(adult) = for_holder(tx.connection(), &self.caller).await?.co_holder {
            return self.close(tx, &adult).await;
        }
        let invitation = store::under_way(tx.connection(), commune, family).await?.ok_or(Error::NotFound)?;
        store::end(tx, commune, invitation.invitation_id, "called_off").await?;
        links::void(tx, commune, invitation.invitation_id).await?;
        self.record(tx, "co_holder_invitation_called_off", invitation.invitation_id).await
    }
}

impl Remove {
    async fn close(&self, tx: &WriteTx, adult: &AdultRow) -> Result<()> {
        let FamilyCaller { commune, family, .. } = self.caller;
        let person = adult.person_id;
        adults::close(tx, commune, person).await?;
        for change in store::withdraw_changes_of(tx, commune, person).await? {
            links::void(tx, commune, change).await?;
        }
        store::leave(tx, commune, person).await?;
        publish_families(tx, commune, &[family]).await?;
        security::forget_person(tx, commune, family, person).await?;
        self.record(tx, "co_holder_removed", person).await?;
        if let Some(to) = Recipient::of(adult.email.as_deref(), adult.mobile_phone.as_deref()) {
            let content = Content::CoHolderRemoved { first_name: adult.first_name.clone() };
            enqueue(tx, commune, &to, &content, None).await?;
        }
        let what = SecurityEventDto::CoHolderRemoved { name: full_name(adult) };
        security::tell(tx, commune, family, None, what).await
    }

    async fn record(&self, tx: &WriteTx, action: &'static str, entity: Uuid) -> Result<()> {
        let FamilyCaller { commune, account, family, .. } = self.caller;
        let entry = Entry {
            commune,
            actor: Actor::Family(account),
            action,
            family: Some(family),
            entity: Some(entity),
            details: None,
        };
        audit::record(tx, entry).await
    }
}
