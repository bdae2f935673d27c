//! Finding a family from whatever the person at the counter says. Pure.
//!
//! Accents and case do not exist for `lower()` of the embedded database, so that the commune's names are compared
//! here: all of them, at each search.

use std::collections::BTreeMap;

use preau_protocol::agents::FamilySummaryDto;
use uuid::Uuid;

use super::store::{AdultNameRow, ChildNameRow, HomeRow};
use crate::family::folding::fold;

/// Shortest search, in letters and digits.
pub(super) const MIN_SEARCH: usize = 2;
/// Most lines of an answer.
const MAX_FOUND: usize = 50;

/// What a search looks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Needle {
    /// Each word begins a word of the family.
    Words(Vec<String>),
    /// A part of a telephone number, or of the reference.
    Digits(String),
}

impl Needle {
    /// Reads a search; `None` if it is too short.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        let folded = fold(typed);
        if folded.chars().filter(|c| *c != ' ').count() < MIN_SEARCH {
            return None;
        }
        if folded.chars().all(|c| c.is_ascii_digit() || c == ' ') {
            let digits = folded.replace(' ', "");
            // +33 6 … is kept so and dialled 06 …
            let national =
                typed.trim_start().starts_with('+').then(|| digits.strip_prefix("33").map(|rest| format!("0{rest}")));
            return Some(Self::Digits(national.flatten().unwrap_or(digits)));
        }
        Some(Self::Words(folded.split(' ').map(str::to_owned).collect()))
    }
}

/// A family as far as a search sees it.
#[derive(Debug)]
pub(super) struct Home {
    row: HomeRow,
    /// Holder first.
    adults: Vec<AdultNameRow>,
    /// Oldest first.
    children: Vec<ChildNameRow>,
}

/// Puts rows together, in order of reference.
pub(super) fn homes(rows: Vec<HomeRow>, adults: Vec<AdultNameRow>, children: Vec<ChildNameRow>) -> Vec<Home> {
    let mut adults_of: BTreeMap<Uuid, Vec<AdultNameRow>> = BTreeMap::new();
    for adult in adults {
        adults_of.entry(adult.family_id).or_default().push(adult);
    }
    let mut children_of: BTreeMap<Uuid, Vec<ChildNameRow>> = BTreeMap::new();
    for child in children {
        children_of.entry(child.family_id).or_default().push(child);
    }
    let home = |row: HomeRow| Home {
        adults: adults_of.remove(&row.family_id).unwrap_or_default(),
        children: children_of.remove(&row.family_id).unwrap_or_default(),
        row,
    };
    rows.into_iter().map(home).collect()
}

/// The families that a search finds, the one whose reference was typed first.
pub(super) fn find(homes: &[Home], needle: &Needle) -> Vec<FamilySummaryDto> {
    let exact = |home: &&Home| match needle {
        Needle::Words(words) => fold(&home.row.reference) == words.join(" "),
        Needle::Digits(digits) => home.row.reference == *digits,
    };
    let mut found: Vec<&Home> = homes.iter().filter(|home| home.has(needle)).collect();
    found.sort_by_key(|home| !exact(home));
    found.into_iter().take(MAX_FOUND).map(Home::summary).collect()
}

impl Home {
    fn has(&self, needle: &Needle) -> bool {
        match needle {
            Needle::Words(words) => {
                let text = fold(&self.text());
                words.iter().all(|word| text.split(' ').any(|own| own.starts_with(word.as_str())))
            }
            Needle::Digits(digits) => {
                let phones =
                    self.adults.iter().flat_map(|adult| [&adult.mobile_phone, &adult.landline_phone]).flatten();
                phones.map(|phone| national(phone)).any(|phone| phone.contains(digits))
                    || self.row.reference.contains(digits.as_str())
            }
        }
    }

    fn text(&self) -> String {
        let adults = self.adults.iter().map(|adult| format!("{} {}", adult.first_name, adult.last_name));
        let children = self.children.iter().map(|child| format!("{} {}", child.first_name, child.last_name));
        let parts: Vec<String> = std::iter::once(self.row.reference.clone()).chain(adults).chain(children).collect();
        parts.join(" ")
    }

    pub(super) fn summary(&self) -> FamilySummaryDto {
        let adults = self.adults.iter().map(|adult| format!("{} {}", adult.first_name, adult.last_name));
        let children = self.children.iter().map(|child| child.first_name.as_str());
        FamilySummaryDto {
            family_id: self.row.family_id,
            reference: self.row.reference.clone(),
            adults: adults.collect::<Vec<_>>().join(", "),
            children: children.collect::<Vec<_>>().join(", "),
        }
    }
}

/// The digits of a number as dialled in France.
fn national(e164: &str) -> String {
    match e164.strip_prefix("+33") {
        Some(rest) => format!("0{rest}"),
        None => e164.chars().filter(char::is_ascii_digit).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(reference: &str, adult: (&str, &str), phone: Option<&str>, child: (&str, &str)) -> Home {
        let family_id = Uuid::from_u128(1);
        Home {
            row: HomeRow { family_id, reference: reference.into() },
            adults: vec![AdultNameRow {
                family_id,
                first_name: adult.0.into(),
                last_name: adult.1.into(),
                mobile_phone: phone.map(str::to_owned),
                landline_phone: None,
            }],
            children: vec![ChildNameRow { family_id, first_name: child.0.into(), last_name: child.1.into() }],
        }
    }

    #[test]
    fn searches_by_table() {
        let homes = [
            home("F0001", ("Hélène", "Œuvrard-Petit"), Some("+33612345678"), ("Léo", "Petit")),
            home("F0002", ("Karim", "Daoud"), Some("+3225551212"), ("Inès", "d'Ormes")),
            home("F00021", ("Jeanne", "F0002"), None, ("Zoé", "Martin")),
        ];
        for (typed, expected) in [
            ("oeuvrard", &["F0001"][..]),
            ("HELENE petit", &["F0001"]),
            ("petit léo", &["F0001"]),
            ("ines orm", &["F0002"]),
            ("f0002", &["F0002", "F00021"]),
            ("06 12 34", &["F0001"]),
            ("06.12.34.56.78", &["F0001"]),
            ("+33 6 12", &["F0001"]),
            ("5551212", &["F0002"]),
            ("0002", &["F0002", "F00021"]),
            ("tit", &[]),
            ("helene daoud", &[]),
        ] {
            let needle = Needle::parse(typed).expect("long enough");
            let found: Vec<String> = find(&homes, &needle).into_iter().map(|summary| summary.reference).collect();
            assert_eq!(found, expected, "{typed}");
        }
        for short in ["", "a", " é ", "'-'", "7"] {
            assert_eq!(Needle::parse(short), None, "{short}");
        }
    }
}
