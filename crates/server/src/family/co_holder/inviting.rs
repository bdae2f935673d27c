//! Inviting a co-holder.

use jiff::SignedDuration;
use preau_domain::family::{Email, FamilyError, PersonName};
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{InviteCoHolderRequest, SecurityEventDto};
use preau_protocol::error::FieldError;
use uuid::Uuid;

use super::store::{self, InvitationRow};
use super::{by_family, for_holder, full_name};
use crate::accounts::own_code::prove_own_code;
use crate::accounts::throttle::Network;
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::caller::FamilyCaller;
use crate::error::{Error, Result};
use crate::notices::links::{self, Purpose};
use crate::notices::{Content, Recipient, enqueue, security};
use crate::random;
use crate::writer::{Command, WriteTx};

/// Invitations of a family within a day: each is a mail to whoever was named.
const A_DAY: i64 = 5;

/// Invites by mail. An invitation under way is replaced.
///
/// # Errors
/// [`Error::Forbidden`] for anybody but the holder, or where the town does it; [`ErrorCode::InvitationRefused`] with its
/// faults; [`ErrorCode::PersonalCodeRefused`]; [`ErrorCode::CoHolderExists`]; [`Error::TooManyAttempts`].
pub(super) async fn invite(
    app: &App,
    caller: FamilyCaller,
    request: &InviteCoHolderRequest,
    network: Network,
) -> Result<()> {
    for_holder(app.db.readers(), &caller).await?;
    by_family(app.db.readers(), &caller).await?;
    let invitation = invitation(caller.family, request)?;
    prove_own_code(app, caller.into(), &request.code, network).await?;
    app.writer.run(Invite { caller, invitation }).await
}

fn invitation(family_id: Uuid, request: &InviteCoHolderRequest) -> Result<InvitationRow> {
    let (first_name, last_name) = (PersonName::parse(&request.first_name), PersonName::parse(&request.last_name));
    let email = Email::parse(&request.email);
    let faults = [
        ("first_name", first_name.as_ref().err()),
        ("last_name", last_name.as_ref().err()),
        ("email", email.as_ref().err()),
    ];
    let fault = |(field, error): (&str, Option<&FamilyError>)| {
        error.map(|error| FieldError { field: field.to_owned(), rule: rule(*error).to_owned() })
    };
    let faults = faults.into_iter().filter_map(fault).collect();
    let (Ok(first_name), Ok(last_name), Ok(email)) = (first_name, last_name, email) else {
        return Err(Error::Fields(ErrorCode::InvitationRefused, faults));
    };
    Ok(InvitationRow {
        invitation_id: random::id(),
        family_id,
        first_name: first_name.as_str().to_owned(),
        last_name: last_name.as_str().to_owned(),
        email: email.as_str().to_owned(),
    })
}

fn rule(error: FamilyError) -> &'static str {
    match error {
        FamilyError::Empty | FamilyError::NameTooLong => "length",
        FamilyError::NameCharacter => "character",
        _ => "invalid",
    }
}

struct Invite {
    caller: FamilyCaller,
    invitation: InvitationRow,
}

impl Command for Invite {
    type Output = ();
    const NAME: &'static str = "invite_co_holder";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let FamilyCaller { commune, account, family, .. } = self.caller;
        let adults = for_holder(tx.connection(), &self.caller).await?;
        if adults.co_holder.is_some() {
            return Err(Error::Rule(ErrorCode::CoHolderExists));
        }
        if store::sent_since(tx, commune, family, tx.now() - SignedDuration::from_hours(24)).await? >= A_DAY {
            return Err(Error::TooManyAttempts { retry_after: 3600 });
        }
        if let Some(before) = store::under_way(tx.connection(), commune, family).await? {
            store::end(tx, commune, before.invitation_id, "replaced").await?;
            links::void(tx, commune, before.invitation_id).await?;
        }
        let InvitationRow { invitation_id, first_name, last_name, email, .. } = &self.invitation;
        store::insert(tx, commune, &self.invitation, account).await?;
        let link = links::issue(tx, commune, Purpose::CoHolderInvitation, *invitation_id).await?;
        let holder = full_name(&adults.holder);
        let content = Content::CoHolderInvitation { first_name: first_name.clone(), holder };
        enqueue(tx, commune, &Recipient::Mail(email.clone()), &content, Some(link)).await?;
        let (actor, action, entity) = (Actor::Family(account), "co_holder_invited", Some(*invitation_id));
        audit::record(tx, Entry { commune, actor, action, family: Some(family), entity, details: None }).await?;
        let name = format!("{first_name} {last_name}");
        security::tell(tx, commune, family, None, SecurityEventDto::CoHolderInvited { name }).await
    }
}
