//! What *Mon compte* asks for: what the cache knows, and what only the server does (devices, the co-holder).

use super::commands::identifiant;
use super::views::{AccountRoleView, AccountView, CoHolderView, DeviceView, InviteCoHolderForm};
use super::{notices, store};
use crate::app::{Client, Space};
use crate::error::{ApiError, Error, Failure, FailureCode};
use preau_domain::family::{Email, PersonName};
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{CoHolderDto, DeviceDto, InviteCoHolderRequest, RemoveCoHolderRequest};
use preau_protocol::family::AdultRoleDto;

impl Client {
    /// The account of the open space; works offline.
    ///
    /// # Errors
    /// When no space is open, or the cache fails.
    pub async fn account(&self) -> Result<AccountView, Failure> {
        let space = self.space().await?;
        let identifiant = identifiant(&space).await?;
        Ok(account(&space, identifiant).await?)
    }

    /// The computers that the account is enrolled on, as the server knows them.
    ///
    /// # Errors
    /// Those of the way there.
    pub async fn devices(&self) -> Result<Vec<DeviceView>, Failure> {
        let space = self.space().await?;
        let engine = &space.engine;
        let devices = engine.session.call(move |token| async move { engine.api.devices(&token).await }).await?;
        Ok(devices.into_iter().map(device).collect())
    }

    /// Signs a computer out, wherever it is. Answers those that are left.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] for one that is not of the account; those of the way there.
    pub async fn let_device_go(&self, id: &str) -> Result<Vec<DeviceView>, Failure> {
        let space = self.space().await?;
        let device = id.parse().map_err(|_| Failure::of(FailureCode::NotFound))?;
        let engine = &space.engine;
        let gone =
            engine.session.call(move |token| async move { engine.api.let_device_go(&token, device).await }).await;
        match gone {
            // Gone already, by another hand or an answer that was lost: what was wanted is so.
            Ok(()) | Err(Error::Api(ApiError::Refused { code: ErrorCode::NotFound, .. })) => {}
            Err(error) => return Err(error.into()),
        }
        self.devices().await
    }

    /// The second adult of the family, or the invitation under way, as the server knows them. For the holder.
    ///
    /// # Errors
    /// [`FailureCode::Forbidden`] for a co-holder, or where the town keeps co-holders to itself; those of the way.
    pub async fn co_holder(&self) -> Result<CoHolderView, Failure> {
        let space = self.space().await?;
        let engine = &space.engine;
        let found = engine.session.call(move |token| async move { engine.api.co_holder(&token).await }).await?;
        Ok(co_holder(&space, found).await?)
    }

    /// Invites the second adult of the family, in place of an invitation under way.
    ///
    /// # Errors
    /// [`FailureCode::InvitationRefused`], [`FailureCode::WrongCode`], [`FailureCode::CoHolderExists`],
    /// [`FailureCode::Forbidden`]; those of the way.
    pub async fn invite_co_holder(&self, form: &InviteCoHolderForm) -> Result<CoHolderView, Failure> {
        let space = self.space().await?;
        let request = &invitation(form)?;
        let engine = &space.engine;
        let invite = move |token: String| async move { engine.api.invite_co_holder(&token, request).await };
        let invited = engine.session.call(invite).await?;
        Ok(co_holder(&space, invited).await?)
    }

    /// Removes the co-holder, or calls the invitation off.
    ///
    /// # Errors
    /// [`FailureCode::WrongCode`], [`FailureCode::Forbidden`]; those of the way.
    pub async fn remove_co_holder(&self, code: &str) -> Result<CoHolderView, Failure> {
        let space = self.space().await?;
        let request = &RemoveCoHolderRequest { code: code.to_owned() };
        let engine = &space.engine;
        let remove = move |token: String| async move { engine.api.remove_co_holder(&token, request).await };
        let left = match engine.session.call(remove).await {
            // Removed already, by another hand or an answer that was lost: what was wanted is so.
            Err(Error::Api(ApiError::Refused { code: ErrorCode::NotFound, .. })) => CoHolderDto::None,
            left => left?,
        };
        Ok(co_holder(&space, left).await?)
    }
}

async fn account(space: &Space, identifiant: String) -> Result<AccountView, Error> {
    let mut held = space.engine.cache.lock().await;
    let db = held.db()?;
    let adults = store::adults(db).await?;
    let me = space.account.person_id();
    let (mine, others): (Vec<_>, Vec<_>) = adults.into_iter().partition(|adult| Some(adult.person_id) == me);
    let unread = notices::all(db, &space.account).await?.iter().filter(|notice| !notice.read).count();
    Ok(AccountView {
        identifiant,
        person_id: me.map(|id| id.to_string()),
        role: mine.first().map(|adult| match adult.role {
            AdultRoleDto::Holder => AccountRoleView::Holder,
            AdultRoleDto::CoHolder => AccountRoleView::CoHolder,
        }),
        other_adult: others.first().map(|adult| format!("{} {}", adult.first_name, adult.last_name)),
        unread_notices: u32::try_from(unread).unwrap_or(u32::MAX),
    })
}

fn device(dto: DeviceDto) -> DeviceView {
    DeviceView {
        id: dto.device_id.to_string(),
        label: dto.label,
        last_seen_at: dto.last_seen_at,
        since: dto.created_at,
        current: dto.current,
    }
}

/// What can be seen to be wrong before anything is asked.
fn invitation(form: &InviteCoHolderForm) -> Result<InviteCoHolderRequest, Failure> {
    let name = |typed: &str| PersonName::parse(typed).ok().map(|name| name.as_str().to_owned());
    let email = Email::parse(&form.email).ok().map(|email| email.as_str().to_owned());
    match (name(&form.first_name), name(&form.last_name), email) {
        (Some(first_name), Some(last_name), Some(email)) => {
            Ok(InviteCoHolderRequest { code: form.code.clone(), first_name, last_name, email })
        }
        _ => Err(Failure::of(FailureCode::InvitationRefused)),
    }
}

async fn co_holder(space: &Space, dto: CoHolderDto) -> Result<CoHolderView, Error> {
    Ok(match dto {
        CoHolderDto::None => CoHolderView::None,
        CoHolderDto::Invited { first_name, last_name, email, expires_at, undelivered } => {
            CoHolderView::Invited { first_name, last_name, email, expires_at, undelivered }
        }
        CoHolderDto::Active { person_id } => {
            let mut held = space.engine.cache.lock().await;
            let adults = store::adults(held.db()?).await?;
            let adult = adults.into_iter().find(|adult| adult.person_id == person_id);
            CoHolderView::Active { name: adult.map(|adult| format!("{} {}", adult.first_name, adult.last_name)) }
        }
    })
}
