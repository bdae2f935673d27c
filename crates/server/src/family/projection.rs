//! What a family's stream shows on a day, made from the tables: one statement per table for any number of families.
//!
//! A child is in the stream while its link with the home is in force; [`super::links`] brings streams to date when one
//! begins or ends by itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use preau_protocol::family::{
    AddressDto, AdultDto, AdultRoleDto, ChildDto, ChildLinkDto, ContactDto, DetailChangeDto, DetailChangeStatusDto,
    DetailFieldDto, DetailSubjectDto, FamilyDto, QuotientDto, QuotientSourceDto, SchoolingDto,
};
use preau_protocol::sync::EntityKind;
use sea_orm::ConnectionTrait;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::details::OnRecord;
use super::store::{
    self, AdultRow, ChildRow, ContactRow, DetailChangeRow, FamilyRow, LinkRow, QuotientRow, SchoolingRow,
};
use crate::clock::{paris_day, rfc_3339};
use crate::error::Result;
use crate::sync::{Entity, Held, Projection, hold, publish, publish_changed};
use crate::writer::WriteTx;

/// Kinds of a family's stream.
const KINDS: &[EntityKind] = &[
    EntityKind::Family,
    EntityKind::Adult,
    EntityKind::Child,
    EntityKind::Contact,
    EntityKind::Quotient,
    EntityKind::DetailChange,
];

/// Families projected at once.
const FAMILIES: usize = 500;

/// A family as its stream shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyRecord {
    /// The home.
    pub family: FamilyDto,
    /// Holder, then co-holder.
    pub adults: Vec<AdultDto>,
    /// Children, oldest first.
    pub children: Vec<ChildDto>,
    /// Contacts by name.
    pub contacts: Vec<ContactDto>,
    /// Quotients, latest first.
    pub quotients: Vec<QuotientDto>,
    /// Changes, latest first.
    pub changes: Vec<DetailChangeDto>,
}

/// Brings the streams of these families to what the tables say today; a stream that already says so does not move.
///
/// # Errors
/// Whatever the database says.
pub async fn publish_families(tx: &WriteTx, commune: Uuid, families: &[Uuid]) -> Result<()> {
    let families: BTreeSet<Uuid> = families.iter().copied().collect();
    let families: Vec<Uuid> = families.into_iter().collect();
    let today = paris_day(tx.now())?;
    for families in families.chunks(FAMILIES) {
        let held = hold(tx, commune, families).await?;
        let records = records(tx.connection(), commune, families, today).await?;
        let projections: Vec<Projection> = records.iter().map(project).collect::<Result<_>>()?;
        publish(tx, &held, projections).await?;
    }
    Ok(())
}

/// Puts a change of a detail into its family's stream, with the home or the adult that it was written into.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn publish_change(
    tx: &WriteTx,
    held: &Held,
    change: DetailChangeRow,
    written: Option<OnRecord>,
) -> Result<()> {
    let stream = change.family_id;
    let change = detail_change(change)?;
    let mut entities = vec![Entity::new(EntityKind::DetailChange, change.change_id, &change)?];
    match written {
        Some(OnRecord::Home(row)) => entities.push(Entity::new(EntityKind::Family, stream, &family(row))?),
        Some(OnRecord::Adult(row)) => entities.push(Entity::new(EntityKind::Adult, row.person_id, &adult(row)?)?),
        None => {}
    }
    publish_changed(tx, held, stream, entities).await
}

/// What a family's stream is to show.
///
/// # Errors
/// When a DTO cannot be written as JSON.
pub fn project(record: &FamilyRecord) -> Result<Projection> {
    let mut entities = vec![Entity::new(EntityKind::Family, record.family.family_id, &record.family)?];
    for adult in &record.adults {
        entities.push(Entity::new(EntityKind::Adult, adult.person_id, adult)?);
    }
    for child in &record.children {
        entities.push(Entity::new(EntityKind::Child, child.child_id, child)?);
    }
    for contact in &record.contacts {
        entities.push(Entity::new(EntityKind::Contact, contact.contact_id, contact)?);
    }
    for quotient in &record.quotients {
        entities.push(Entity::new(EntityKind::Quotient, quotient.quotient_id, quotient)?);
    }
    for change in &record.changes {
        entities.push(Entity::new(EntityKind::DetailChange, change.change_id, change)?);
    }
    Ok(Projection { stream: record.family.family_id, kinds: KINDS, entities })
}

/// Reads families as they are on a day; those that do not exist in the commune are left out.
///
/// # Errors
/// Whatever the database says, or a row that no rule would have let in.
pub async fn records(
    on: &impl ConnectionTrait,
    commune: Uuid,
    families: &[Uuid],
    day: Date,
) -> Result<Vec<FamilyRecord>> {
    let mut links = store::links(on, commune, families).await?;
    links.retain(|link| link.in_force(day));
    assemble(on, commune, families, links, day).await
}

/// Reads families with every child they were or will be linked to, for whoever keeps the record.
///
/// # Errors
/// As [`records`].
pub(super) async fn whole_records(
    on: &impl ConnectionTrait,
    commune: Uuid,
    families: &[Uuid],
    day: Date,
) -> Result<Vec<FamilyRecord>> {
    let links = store::links(on, commune, families).await?;
    assemble(on, commune, families, links, day).await
}

async fn assemble(
    on: &impl ConnectionTrait,
    commune: Uuid,
    families: &[Uuid],
    links: Vec<LinkRow>,
    day: Date,
) -> Result<Vec<FamilyRecord>> {
    let children: BTreeSet<Uuid> = links.iter().map(|link| link.child_id).collect();
    let children: Vec<Uuid> = children.into_iter().collect();
    let mut homes = store::links_of(on, commune, &children).await?;
    homes.retain(|home| home.in_force(day));
    let mut parts = Parts {
        adults: by(store::adults(on, commune, families).await?, |row| row.family_id),
        links: by(links, |row| row.family_id),
        children: by(store::children(on, commune, &children).await?, |row| row.child_id),
        schooling: by(store::schooling(on, commune, &children).await?, |row| row.child_id),
        homes: by(homes, |row| row.child_id),
        contacts: by(store::contacts(on, commune, families).await?, |row| row.family_id),
        quotients: by(store::quotients(on, commune, families).await?, |row| row.family_id),
        changes: by(store::detail_changes(on, commune, families).await?, |row| row.family_id),
    };
    store::families(on, commune, families).await?.into_iter().map(|row| parts.assemble(row)).collect()
}

fn by<T>(rows: Vec<T>, key: impl Fn(&T) -> Uuid) -> BTreeMap<Uuid, Vec<T>> {
    let mut map: BTreeMap<Uuid, Vec<T>> = BTreeMap::new();
    for row in rows {
        map.entry(key(&row)).or_default().push(row);
    }
    map
}

struct Parts {
    adults: BTreeMap<Uuid, Vec<AdultRow>>,
    links: BTreeMap<Uuid, Vec<LinkRow>>,
    children: BTreeMap<Uuid, Vec<ChildRow>>,
    schooling: BTreeMap<Uuid, Vec<SchoolingRow>>,
    /// Links in force, of any home.
    homes: BTreeMap<Uuid, Vec<LinkRow>>,
    contacts: BTreeMap<Uuid, Vec<ContactRow>>,
    quotients: BTreeMap<Uuid, Vec<QuotientRow>>,
    changes: BTreeMap<Uuid, Vec<DetailChangeRow>>,
}

impl Parts {
    fn assemble(&mut self, row: FamilyRow) -> Result<FamilyRecord> {
        let id = row.family_id;
        let mut adults: Vec<AdultDto> =
            self.adults.remove(&id).unwrap_or_default().into_iter().map(adult).collect::<Result<_>>()?;
        adults.sort_by_key(|adult| adult.role != AdultRoleDto::Holder);
        let links = self.links.remove(&id).unwrap_or_default();
        let mut children: Vec<ChildDto> =
            links.iter().filter_map(|link| self.child(link).transpose()).collect::<Result<_>>()?;
        children.sort_by(|a, b| (a.birth_date, &a.first_name).cmp(&(b.birth_date, &b.first_name)));
        let contacts = self.contacts.remove(&id).unwrap_or_default().into_iter().map(contact).collect();
        let quotients = self.quotients.remove(&id).unwrap_or_default();
        let mut changes = self.changes.remove(&id).unwrap_or_default();
        // What was asked for an adult who left goes with them.
        changes.retain(|change| change.subject_person.is_none_or(|of| adults.iter().any(|a| a.person_id == of)));
        Ok(FamilyRecord {
            family: family(row),
            adults,
            children,
            contacts,
            quotients: quotients.into_iter().map(quotient).collect::<Result<_>>()?,
            changes: changes.into_iter().map(detail_change).collect::<Result<_>>()?,
        })
    }

    fn child(&self, link: &LinkRow) -> Result<Option<ChildDto>> {
        let Some(row) = self.children.get(&link.child_id).and_then(|rows| rows.first()) else { return Ok(None) };
        let schooling = self.schooling.get(&link.child_id).map(Vec::as_slice).unwrap_or_default();
        let homes = self.homes.get(&link.child_id).map(Vec::as_slice).unwrap_or_default();
        Ok(Some(ChildDto {
            child_id: row.child_id,
            first_name: row.first_name.clone(),
            last_name: row.last_name.clone(),
            birth_date: store::day(&row.birth_date)?,
            schooling: schooling.iter().map(school_year).collect::<Result<_>>()?,
            link: ChildLinkDto {
                from: store::day(&link.starts_on)?,
                to: link.ends_on.as_deref().map(store::day).transpose()?,
                may_book: link.may_book,
                may_collect: link.may_collect,
                pays: link.pays,
                other_home: homes.iter().any(|home| home.family_id != link.family_id),
            },
        }))
    }
}

fn family(row: FamilyRow) -> FamilyDto {
    FamilyDto { family_id: row.family_id, address: row.address(), reference: row.reference }
}

fn adult(row: AdultRow) -> Result<AdultDto> {
    Ok(AdultDto {
        person_id: row.person_id,
        role: named(&row.role)?,
        first_name: row.first_name,
        last_name: row.last_name,
        mobile_phone: row.mobile_phone,
        landline_phone: row.landline_phone,
        email: row.email,
    })
}

fn school_year(row: &SchoolingRow) -> Result<SchoolingDto> {
    Ok(SchoolingDto {
        from: store::day(&row.starts_on)?,
        to: row.ends_on.as_deref().map(store::day).transpose()?,
        school: row.school.clone(),
        level: row.level.clone(),
        class: row.class.clone(),
    })
}

fn contact(row: ContactRow) -> ContactDto {
    ContactDto {
        contact_id: row.contact_id,
        first_name: row.first_name,
        last_name: row.last_name,
        relation: row.relation,
        phone: row.phone,
        may_collect: row.may_collect,
        emergency: row.emergency,
    }
}

fn quotient(row: QuotientRow) -> Result<QuotientDto> {
    let value = row.value.map(u32::try_from).transpose().map_err(anyhow::Error::from)?;
    let source: QuotientSourceDto = named(&row.source)?;
    Ok(QuotientDto { quotient_id: row.quotient_id, source, value, effective_month: row.effective_month })
}

/// A change as served.
pub(crate) fn detail_change(row: DetailChangeRow) -> Result<DetailChangeDto> {
    let expired = row.status == "withdrawn" && row.reason.as_deref() == Some(store::EXPIRED);
    let status: DetailChangeStatusDto = if expired { DetailChangeStatusDto::Expired } else { named(&row.status)? };
    let field: DetailFieldDto = named(&row.field)?;
    Ok(DetailChangeDto {
        change_id: row.change_id,
        asked_by: row.asked_by,
        asked_at: rfc_3339(row.asked_at)?,
        subject: row
            .subject_person
            .map_or(DetailSubjectDto::Household, |person_id| DetailSubjectDto::Adult { person_id }),
        field,
        old: serde_json::from_str(&row.old_value)?,
        new: serde_json::from_str(&row.new_value)?,
        status,
        decided_at: row.decided_at.map(rfc_3339).transpose()?,
        reason: row.reason.filter(|_| !expired),
    })
}

/// Reads a name as the wire writes it.
fn named<T: DeserializeOwned>(name: &str) -> Result<T> {
    Ok(serde_json::from_value(serde_json::Value::String(name.to_owned()))?)
}

impl FamilyRow {
    /// Where the home is.
    pub(crate) fn address(&self) -> Option<AddressDto> {
        Some(AddressDto {
            street: self.street.clone()?,
            complement: self.complement.clone(),
            postcode: self.postcode.clone()?,
            city: self.city.clone()?,
        })
    }
}
