//! A commune's settings as a town writes them: one TOML file, checked as a whole.

use preau_domain::family::{Email, Phone, PostalAddress, one_line};
use preau_protocol::communes::{CommuneDto, DetailPoliciesDto, PolicyDto, ServiceContactDto};
use serde::Deserialize;

use crate::random;

/// A faulty line of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct SettingsFault {
    /// Path of the setting.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Who invites and removes co-holders. A town's own affair: it is not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum CoHolderBy {
    /// The holder of each family.
    #[default]
    #[serde(rename = "by_family")]
    Family,
    /// The town, at the counter.
    #[serde(rename = "by_town")]
    Town,
}

impl CoHolderBy {
    /// As in the file and in the table.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Family => "by_family",
            Self::Town => "by_town",
        }
    }
}

/// What a settings file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What everybody is served.
    pub served: CommuneDto,
    /// Who invites and removes co-holders.
    pub co_holder: CoHolderBy,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    slug: String,
    name: String,
    postcode: String,
    accent: Option<String>,
    welcome: String,
    new_resident: String,
    contact: Contact,
    #[serde(default)]
    details: Details,
    #[serde(default)]
    co_holder: CoHolderBy,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contact {
    label: String,
    phone: String,
    email: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Details {
    address: PolicyDto,
    phones: PolicyDto,
    email: PolicyDto,
}

impl Default for Details {
    fn default() -> Self {
        Self { address: PolicyDto::ByHand, phones: PolicyDto::AtOnce, email: PolicyDto::AtOnce }
    }
}

/// Reads a settings file. The commune gets a new id, which counts only if its slug is new.
///
/// # Errors
/// Every fault of the file at once.
pub fn read_settings(text: &str) -> Result<Settings, Vec<SettingsFault>> {
    let file: File = toml::from_str(text)
        .map_err(|error| vec![SettingsFault { field: "file".into(), reason: error.to_string() }])?;
    let mut faults = Vec::new();
    let mut fault =
        |field: &str, reason: &str| faults.push(SettingsFault { field: field.into(), reason: reason.into() });
    let slug_ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !(2..=60).contains(&file.slug.len()) || !file.slug.chars().all(slug_ok) {
        fault("slug", "2 to 60 lower-case letters, digits and hyphens");
    }
    let place = PostalAddress::new("1 place de la Mairie", None, &file.postcode, &file.name);
    if place.is_err() {
        fault("name, postcode", "a name of at most 38 characters and a postcode of five digits");
    }
    if file.accent.as_deref().is_some_and(|accent| !is_colour(accent)) {
        fault("accent", "a colour written #rrggbb");
    }
    for (field, text, most) in [("welcome", &file.welcome, 300), ("new_resident", &file.new_resident, 600)] {
        if text.trim().is_empty() || text.chars().count() > most {
            fault(field, &format!("1 to {most} characters"));
        }
    }
    if one_line(&file.contact.label).is_empty() || file.contact.label.chars().count() > 80 {
        fault("contact.label", "1 to 80 characters");
    }
    let phone = Phone::parse(&file.contact.phone);
    if phone.is_err() {
        fault("contact.phone", "a telephone number");
    }
    let email = Email::parse(&file.contact.email);
    if email.is_err() {
        fault("contact.email", "an e-mail address");
    }
    let (Ok(place), Ok(phone), Ok(email), true) = (place, phone, email, faults.is_empty()) else { return Err(faults) };
    let served = CommuneDto {
        commune_id: random::id(),
        slug: file.slug,
        name: place.city().to_owned(),
        postcode: place.postcode().to_owned(),
        accent: file.accent,
        contact: ServiceContactDto {
            label: one_line(&file.contact.label),
            phone: phone.e164().to_owned(),
            email: email.as_str().to_owned(),
        },
        welcome: one_line(&file.welcome),
        new_resident: one_line(&file.new_resident),
        details: DetailPoliciesDto {
            address: file.details.address,
            phones: file.details.phones,
            email: file.details.email,
        },
    };
    Ok(Settings { served, co_holder: file.co_holder })
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r##"
        slug = "parempuyre"
        name = "Parempuyre"
        postcode = "33290"
        accent = "#175c4c"
        welcome = "Bienvenue dans votre espace."
        new_resident = "Appelez le Pôle enfance jeunesse."
        [contact]
        label = "Pôle enfance jeunesse"
        phone = "05 56 95 56 12"
        email = "secretariat-enfance@parempuyre.fr"
    "##;

    #[test]
    fn a_good_file_is_read() {
        let commune = read_settings(GOOD).expect("settings").served;
        assert_eq!((commune.slug.as_str(), commune.contact.phone.as_str()), ("parempuyre", "+33556955612"));
        assert_eq!(commune.details.address, PolicyDto::ByHand);
    }

    #[test]
    fn what_is_kept_is_what_was_checked() {
        let spaced = GOOD.replace("\"33290\"", "\" 33 290\"").replace("\"Parempuyre\"", "\" Parem  puyre \"");
        let commune = read_settings(&spaced).expect("settings").served;
        assert_eq!((commune.postcode.as_str(), commune.name.as_str()), ("33290", "Parem puyre"));
    }

    #[test]
    fn every_fault_is_listed_at_once() {
        let bad = GOOD
            .replace("\"parempuyre\"", "\"Parem puyre\"")
            .replace("33290", "3329")
            .replace("#175c4c", "green")
            .replace("05 56 95 56 12", "05 56")
            .replace("secretariat-enfance@", "");
        let fields: Vec<String> =
            read_settings(&bad).expect_err("faults").into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["slug", "name, postcode", "accent", "contact.phone", "contact.email"]);
    }

    #[test]
    fn families_see_to_their_co_holders_unless_the_town_says_so() {
        let co_holder = |text: &str| read_settings(text).map(|settings| settings.co_holder);
        assert_eq!(co_holder(GOOD), Ok(CoHolderBy::Family));
        let by = |who: &str| co_holder(&format!("co_holder = '{who}'\n{GOOD}"));
        assert_eq!((by("by_family"), by("by_town")), (Ok(CoHolderBy::Family), Ok(CoHolderBy::Town)));
        assert!(by("nobody").is_err());
    }

    #[test]
    fn an_unknown_setting_is_a_fault() {
        assert!(read_settings(&format!("colour = 'x'\n{GOOD}")).is_err());
    }
}
