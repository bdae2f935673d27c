//! Homes and their children as the rules on days take them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use preau_domain::family::{FamilyQuotient, Month, QuotientSource, Schooling, lives_in};
use preau_domain::ids::{ChildId, FamilyId};
use preau_domain::reservations::{Child, Home, Link};
use preau_protocol::communes::CommuneDto;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::store::{self, HomeRow};
use crate::error::Result;

/// Homes, and every child linked to one of them at any time.
#[derive(Debug, Clone, Default)]
pub struct Households {
    /// The homes asked for.
    pub homes: BTreeMap<FamilyId, Home>,
    /// Their children.
    pub children: BTreeMap<ChildId, Child>,
}

/// A link between a child and a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildHome {
    /// The child.
    pub child: Uuid,
    /// The home.
    pub family: Uuid,
    /// First day.
    pub from: Date,
    /// Last day, or open.
    pub to: Option<Date>,
    /// May book for the child.
    pub may_book: bool,
    /// Pays for the child.
    pub pays: bool,
    /// When the child was born.
    pub birth: Date,
}

impl ChildHome {
    /// Whether it is in force on a day.
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// Every home of each child.
///
/// # Errors
/// Whatever the database says, or a date that cannot be read.
pub async fn homes_of(on: &impl ConnectionTrait, commune: Uuid, children: &[Uuid]) -> Result<Vec<ChildHome>> {
    store::homes_of(on, commune, children).await?.iter().map(child_home).collect()
}

/// Every home of each child of some homes.
///
/// # Errors
/// As [`homes_of`].
pub async fn all_homes(on: &impl ConnectionTrait, commune: Uuid, families: &[Uuid]) -> Result<Vec<ChildHome>> {
    store::homes_of_children_of(on, commune, families).await?.iter().map(child_home).collect()
}

fn child_home(row: &store::ChildHomeRow) -> Result<ChildHome> {
    Ok(ChildHome {
        child: row.child_id,
        family: row.family_id,
        from: store::day(&row.starts_on)?,
        to: row.ends_on.as_deref().map(store::day).transpose()?,
        may_book: row.may_book,
        pays: row.pays,
        birth: store::day(&row.birth_date)?,
    })
}

/// The children of each home, whatever the dates of their links.
///
/// # Errors
/// Whatever the database says.
pub async fn children_of(on: &impl ConnectionTrait, commune: Uuid, families: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    Ok(store::links(on, commune, families).await?.into_iter().map(|link| link.child_id).collect())
}

/// Children by the town's own numbers.
///
/// # Errors
/// Whatever the database says.
pub async fn children_by_reference(
    on: &impl ConnectionTrait,
    commune: Uuid,
    references: &[String],
) -> Result<BTreeMap<String, Uuid>> {
    let rows = store::children_by_reference(on, commune, references).await?;
    Ok(rows.into_iter().map(|row| (row.reference, row.child_id)).collect())
}

/// Families by the town's own numbers.
///
/// # Errors
/// Whatever the database says.
pub async fn families_by_reference(
    on: &impl ConnectionTrait,
    commune: Uuid,
    references: &[String],
) -> Result<BTreeMap<String, Uuid>> {
    let rows = store::families_by_reference(on, commune, references).await?;
    Ok(rows.into_iter().map(|row| (row.reference, row.family_id)).collect())
}

/// Whether the commune has this family.
///
/// # Errors
/// Whatever the database says.
pub async fn is_there(on: &impl ConnectionTrait, commune: Uuid, family: Uuid) -> Result<bool> {
    Ok(!store::families(on, commune, &[family]).await?.is_empty())
}

/// What a child is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChildName {
    /// First name.
    pub first: String,
    /// Last name.
    pub last: String,
}

/// What children are called.
///
/// # Errors
/// Whatever the database says.
pub async fn names(on: &impl ConnectionTrait, commune: Uuid, children: &[Uuid]) -> Result<BTreeMap<Uuid, ChildName>> {
    let rows = store::children(on, commune, children).await?;
    let name = |row: store::ChildRow| (row.child_id, ChildName { first: row.first_name, last: row.last_name });
    Ok(rows.into_iter().map(name).collect())
}

/// Homes with their children, and the schooling of these between two days where it is asked for.
///
/// # Errors
/// Whatever the database says, or a row that no rule would have let in.
pub async fn households(
    on: &impl ConnectionTrait,
    town: &CommuneDto,
    links: &[ChildHome],
    families: &[Uuid],
    schooling: Option<(Date, Date)>,
) -> Result<Households> {
    let commune = town.commune_id;
    let mut all = Households::default();
    for row in store::homes(on, commune, families).await? {
        let home = all.homes.entry(FamilyId(row.family_id)).or_default();
        let address = row.postcode.as_deref().zip(row.city.as_deref());
        home.resident = address.is_some_and(|address| lives_in(address, (&town.postcode, &town.name)));
        home.quotients.extend(quotient(&row));
    }
    for link in links {
        if let Some(home) = all.homes.get_mut(&FamilyId(link.family)) {
            let ChildHome { child, from, to, may_book, birth, .. } = *link;
            home.links.push(Link { child: ChildId(child), from, to, may_book });
            all.children.insert(ChildId(child), Child { birth, schooling: Vec::new() });
        }
    }
    let Some((first, last)) = schooling else { return Ok(all) };
    let days = (first.to_string(), last.to_string());
    let children: Vec<Uuid> = all.children.keys().map(|child| child.0).collect();
    for row in store::schooling_between(on, commune, &children, (&days.0, &days.1)).await? {
        let (from, to) = (store::day(&row.starts_on)?, row.ends_on.as_deref().map(store::day).transpose()?);
        if let Some(child) = all.children.get_mut(&ChildId(row.child_id)) {
            let (school, level, class) = (row.school, row.level, row.class);
            child.schooling.push(Schooling { from, to, school, level, class });
        }
    }
    Ok(all)
}

/// The quotient of a row, if it has one; one that cannot be read counts as no proof.
fn quotient(row: &HomeRow) -> Option<FamilyQuotient> {
    let source = match row.source.as_deref()? {
        "caf" => QuotientSource::Caf,
        "msa" => QuotientSource::Msa,
        "tax_notice" => QuotientSource::TaxNotice,
        _ => QuotientSource::None,
    };
    let value = row.value.and_then(|value| u32::try_from(value).ok());
    Some(FamilyQuotient { source, value, effective: Month::parse(row.effective_month.as_deref()?)? })
}
