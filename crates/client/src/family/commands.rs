//! What the home page, the pages of people and *Modifier mes coordonnées* ask for. All but the suggestions of
//! addresses reads the cache only, and so works offline.

use super::form::Record;
use super::overlay::{self, Changes};
use super::views::{
    AddressView, ChangeDetailsRequest, ChangeDetailsView, DetailChangeView, DetailStateView, DetailsView, HomeView,
    PersonKindView, PersonView, TodoView,
};
use super::{present, store};
use crate::accounts::notices;
use crate::app::{Client, Space};
use crate::clock::{new_id, today};
use crate::error::{ApiError, Error, Failure, FailureCode};
use crate::sync::commands::Kept;
use crate::sync::{counts, ledger, outbox};
use anyhow::Context;
use preau_domain::family::{Decision, DetailChange, Policy, decide_detail_change};
use preau_protocol::communes::{CommuneDto, DetailPoliciesDto};
use preau_protocol::family::ChangeDetailOp;
use preau_protocol::sync::Op;
use sqlx::{Connection, SqliteConnection};
use uuid::Uuid;

impl Client {
    /// A person's page.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`].
    pub async fn person(&self, id: &str) -> Result<PersonView, Failure> {
        let space = self.space().await?;
        let id = id.parse().map_err(|_| Failure::of(FailureCode::NotFound))?;
        let mut held = space.engine.cache.lock().await;
        Ok(person(&space, held.db().map_err(Error::from)?, id).await?)
    }

    /// *Modifier mes coordonnées*: what is on record, what waits, what was decided.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] while nothing was read yet.
    pub async fn details(&self) -> Result<DetailsView, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        Ok(details(&space, held.db().map_err(Error::from)?).await?)
    }

    /// What a form would change. Keeps nothing.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] for somebody who is not of the family.
    pub async fn preview_details(&self, form: &ChangeDetailsRequest) -> Result<ChangeDetailsView, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        Ok(change(&space, held.db().map_err(Error::from)?, form, false).await?)
    }

    /// *VALIDER*: what a form changes enters the outbox, all of it or nothing.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] for somebody who is not of the family, [`FailureCode::DiskFull`]; in a kiosk also why
    /// nothing was sent.
    pub async fn change_details(&self, form: &ChangeDetailsRequest) -> Result<ChangeDetailsView, Failure> {
        let space = self.space().await?;
        let view = {
            let mut held = space.engine.cache.lock().await;
            change(&space, held.db().map_err(Error::from)?, form, true).await?
        };
        let ChangeDetailsView::Changes { changes } = &view else { return Ok(view) };
        let ids: Vec<Uuid> = changes.iter().filter_map(|change| change.id.parse().ok()).collect();
        if self.kept(&space, &ids).await? == Kept::Waits {
            return Ok(view);
        }
        let mut held = space.engine.cache.lock().await;
        Ok(ChangeDetailsView::Changes { changes: answered(held.db().map_err(Error::from)?, &ids).await? })
    }

    /// Suggestions of the national address base, through the server.
    ///
    /// # Errors
    /// [`FailureCode::Offline`] whenever they cannot be had: the form takes any address without them.
    pub async fn suggest_addresses(&self, text: &str) -> Result<Vec<AddressView>, Failure> {
        let space = self.space().await?;
        let engine = &space.engine;
        let found = engine.session.call(move |token| async move { engine.api.addresses(&token, text).await }).await;
        match found {
            Ok(found) => Ok(found.suggestions.iter().map(present::address).collect()),
            Err(Error::Api(ApiError::SignInRequired)) => Err(Failure::of(FailureCode::SignInAgain)),
            Err(Error::Api(_)) => Err(Failure::of(FailureCode::Offline)),
            Err(error) => Err(error.into()),
        }
    }
}

fn not_read() -> Error {
    Error::Rule(FailureCode::NotFound)
}

/// The town as its stream tells it, or as it introduced itself before sign-in.
async fn commune(space: &Space, db: &mut SqliteConnection) -> Result<CommuneDto, Error> {
    Ok(store::commune(db).await?.unwrap_or_else(|| space.account.commune.clone()))
}

/// The home page, with the deadlines that others know of.
///
/// # Errors
/// [`FailureCode::NotFound`] while nothing was read yet.
pub(crate) async fn home(
    space: &Space,
    db: &mut SqliteConnection,
    deadlines: Vec<TodoView>,
) -> Result<HomeView, Error> {
    let me = space.account.person_id().ok_or_else(not_read)?;
    let family = store::family(db).await?.ok_or_else(not_read)?;
    let adults = store::adults(db).await?;
    let me = adults.iter().find(|adult| adult.person_id == me).ok_or_else(not_read)?;
    let counts = counts::counts(db).await?;
    let changes = Changes::read(db).await?;
    let today = today(&*space.engine.clock);
    let notices = notices::all(db, &space.account).await?.into_iter().filter(|notice| !notice.read);
    let (urgent, others): (Vec<_>, Vec<_>) = notices.partition(notices::is_urgent);
    let to_read = |notice| TodoView::SecurityNotice { notice };
    let mut todo: Vec<TodoView> = urgent.into_iter().map(to_read).collect();
    if counts.refused > 0 {
        todo.push(TodoView::RefusedOperations { count: counts.refused });
    }
    if counts.changed > 0 {
        todo.push(TodoView::ChangedOutcomes { count: counts.changed });
    }
    todo.extend(deadlines);
    todo.extend(others.into_iter().map(to_read));
    todo.extend(changes.emails_to_confirm().into_iter().map(|email| TodoView::EmailToConfirm { email }));
    if family.address.is_none() {
        todo.push(TodoView::AddressMissing);
    }
    if me.mobile_phone.is_none() && me.landline_phone.is_none() {
        todo.push(TodoView::PhoneMissing);
    }
    let (details_to_send, details_waiting) = changes.counts();
    Ok(HomeView {
        first_name: me.first_name.clone(),
        welcome: commune(space, db).await?.welcome,
        adults: adults.iter().map(present::adult_line).collect(),
        children: store::children(db).await?.iter().map(|child| present::child_line(child, today)).collect(),
        contacts: store::contacts(db).await?.iter().map(present::contact_line).collect(),
        todo,
        details_to_send,
        details_waiting,
    })
}

async fn person(space: &Space, db: &mut SqliteConnection, id: Uuid) -> Result<PersonView, Error> {
    let today = today(&*space.engine.clock);
    if let Some(adult) = store::adult(db, id).await? {
        let family = store::family(db).await?.ok_or_else(not_read)?;
        return Ok(PersonView::Adult {
            line: present::adult_line(&adult),
            address: family.address.as_ref().map(present::address),
            mobile_phone: adult.mobile_phone.as_deref().map(present::phone),
            landline_phone: adult.landline_phone.as_deref().map(present::phone),
            email: adult.email.clone(),
            quotients: present::quotients(&store::quotients(db).await?, today),
        });
    }
    let contacts = store::contacts(db).await?;
    if let Some(child) = store::children(db).await?.into_iter().find(|child| child.child_id == id) {
        return Ok(PersonView::Child {
            line: present::child_line(&child, today),
            birth_date: child.birth_date.to_string(),
            schooling: present::schooling(&child, today),
            may_book: child.link.may_book,
            may_collect: child.link.may_collect,
            pays: child.link.pays,
            other_home: child.link.other_home,
            collectors: contacts.iter().filter(|contact| contact.may_collect).map(present::contact_line).collect(),
        });
    }
    let contact = contacts.iter().find(|contact| contact.contact_id == id).ok_or_else(not_read)?;
    let line = present::contact_line(contact);
    debug_assert_eq!(line.kind, PersonKindView::Contact);
    let phone = contact.phone.as_deref().map(present::phone);
    Ok(PersonView::Contact { line, relation: contact.relation.clone(), phone })
}

async fn details(space: &Space, db: &mut SqliteConnection) -> Result<DetailsView, Error> {
    let family = store::family(db).await?.ok_or_else(not_read)?;
    let changes = Changes::read(db).await?;
    let server_time = ledger::position(db).await?.server_time;
    let DetailPoliciesDto { address, phones, .. } = commune(space, db).await?.details;
    let me = space.account.person_id();
    Ok(DetailsView {
        address: family.address.as_ref().map(present::address),
        adults: store::adults(db).await?.iter().map(|adult| present::adult_details(adult, me)).collect(),
        waiting: changes.waiting(),
        settled: changes.settled(server_time)?,
        address_by_hand: Policy::from(address) == Policy::ByHand,
        phones_by_hand: Policy::from(phones) == Policy::ByHand,
    })
}

async fn change(
    space: &Space,
    db: &mut SqliteConnection,
    form: &ChangeDetailsRequest,
    validated: bool,
) -> Result<ChangeDetailsView, Error> {
    let mut tx = db.begin().await?;
    let family = store::family(&mut tx).await?.ok_or_else(not_read)?;
    let adults = store::adults(&mut tx).await?;
    let policies = commune(space, &mut tx).await?.details;
    let over = Changes::read(&mut tx).await?;
    let waiting = over.fields_waiting();
    let reading = Record { family: &family, adults: &adults, waiting: &waiting }.read(form)?;
    if !reading.problems.is_empty() {
        return Ok(ChangeDetailsView::ToMend { problems: reading.problems });
    }
    if reading.changes.is_empty() {
        return Ok(ChangeDetailsView::NothingChanges);
    }
    let clock = &*space.engine.clock;
    let mut views: Vec<DetailChangeView> = Vec::new();
    for op in reading.changes {
        let (id, now) = (new_id(clock), clock.wall());
        let state = if validated {
            let row = outbox::keep(&mut tx, id, &Op::ChangeDetail(op.clone()), now).await?;
            DetailStateView::ToSend { pending: overlay::pending(&row) }
        } else {
            predicted(&op, &policies)?
        };
        views.push(over.view(id.to_string(), &op, state, now.to_string()));
    }
    if validated {
        tx.commit().await?;
    }
    Ok(ChangeDetailsView::Changes { changes: views })
}

/// Changes just sent, with what became of them.
async fn answered(db: &mut SqliteConnection, ids: &[Uuid]) -> Result<Vec<DetailChangeView>, Error> {
    let over = Changes::read(db).await?;
    let mut views = Vec::new();
    for id in ids {
        if let Some(row) = outbox::get(db, *id).await? {
            views.extend(over.of_outbox(&row)?);
        }
    }
    Ok(views)
}

/// What the town would make of it, by the rules that its server applies.
fn predicted(op: &ChangeDetailOp, policies: &DetailPoliciesDto) -> Result<DetailStateView, Error> {
    let Ok(change) = DetailChange::try_from(op) else {
        // What is on record is not of the form kept today: the server will say.
        return Ok(DetailStateView::AwaitsTown);
    };
    let decision = decide_detail_change(&change.old, &change, policies.of(change.field), false);
    Ok(match decision.context("a change that the form let pass")? {
        Decision::Applied => DetailStateView::Accepted,
        Decision::AwaitsTown => DetailStateView::AwaitsTown,
        Decision::AwaitsConfirmation => DetailStateView::AwaitsConfirmation,
    })
}
