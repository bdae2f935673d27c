//! Postal addresses, telephones and e-mails as values that cannot be wrong once made from what was typed.
//!
//! What is on record is data, not input: it was let in by the rules of its day (a numbering plan changes every year)
//! and reads back whatever today's say, so that a family can always change it.

use super::FamilyError;
use phonenumber::{Mode, country};
use unicode_normalization::UnicodeNormalization;

/// Longest line of a postal address, in characters (XP Z 10-011; the Treasury's PES fields agree).
pub const POSTAL_LINE: usize = 38;

/// A text on one line as it is kept: NFC, no control character, single blanks, trimmed.
#[must_use]
pub fn one_line(text: &str) -> String {
    let clean: String = text.nfc().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a home is. Lines follow XP Z 10-011 without the recipient, which is the holder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PostalAddress {
    street: String,
    complement: Option<String>,
    postcode: String,
    city: String,
}

impl PostalAddress {
    /// Makes an address from its lines as typed.
    ///
    /// # Errors
    /// The field's name (`street`, `complement`, `postcode`, `city`) with the rule it breaks, for each faulty line.
    pub fn new(
        street: &str,
        complement: Option<&str>,
        postcode: &str,
        city: &str,
    ) -> Result<Self, Vec<(&'static str, FamilyError)>> {
        let address = Self {
            street: one_line(street),
            complement: complement.map(one_line).filter(|text| !text.is_empty()),
            postcode: postcode.chars().filter(|c| !c.is_whitespace()).collect(),
            city: one_line(city),
        };
        let mut problems = Vec::new();
        for (name, line) in [("street", &address.street), ("city", &address.city)] {
            if line.is_empty() {
                problems.push((name, FamilyError::Empty));
            }
        }
        let lines = [
            ("street", Some(&address.street)),
            ("complement", address.complement.as_ref()),
            ("city", Some(&address.city)),
        ];
        for (name, line) in lines {
            if line.is_some_and(|line| line.chars().count() > POSTAL_LINE) {
                problems.push((name, FamilyError::LineTooLong));
            }
        }
        if address.postcode.is_empty() {
            problems.push(("postcode", FamilyError::Empty));
        } else if !is_postcode(&address.postcode) {
            problems.push(("postcode", FamilyError::Postcode));
        }
        if problems.is_empty() { Ok(address) } else { Err(problems) }
    }

    /// An address as it stands on record, even if no rule would let it in today.
    #[must_use]
    pub fn on_record(street: &str, complement: Option<&str>, postcode: &str, city: &str) -> Self {
        Self::new(street, complement, postcode, city).unwrap_or_else(|_| Self {
            street: street.to_owned(),
            complement: complement.map(str::to_owned),
            postcode: postcode.to_owned(),
            city: city.to_owned(),
        })
    }

    /// Number and street.
    #[must_use]
    pub fn street(&self) -> &str {
        &self.street
    }

    /// Building, staircase, hamlet.
    #[must_use]
    pub fn complement(&self) -> Option<&str> {
        self.complement.as_deref()
    }

    /// Five digits.
    #[must_use]
    pub fn postcode(&self) -> &str {
        &self.postcode
    }

    /// Locality.
    #[must_use]
    pub fn city(&self) -> &str {
        &self.city
    }
}

fn is_postcode(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with("00") && !text.starts_with("99")
}

/// ITU-T E.164: a country code and a number, fifteen digits at most.
fn is_e164(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    matches!(digits.len(), 7..=15) && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0')
}

/// A telephone number, kept as E.164 (`+33556955612`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Phone(String);

impl Phone {
    /// Reads a number as typed: national French, or with a country code.
    ///
    /// # Errors
    /// [`FamilyError::Empty`] or [`FamilyError::Phone`].
    pub fn parse(typed: &str) -> Result<Self, FamilyError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(FamilyError::Empty);
        }
        if typed.chars().count() > 30 {
            return Err(FamilyError::Phone);
        }
        let number = phonenumber::parse(Some(country::FR), typed).map_err(|_| FamilyError::Phone)?;
        if !phonenumber::is_valid(&number) {
            return Err(FamilyError::Phone);
        }
        Ok(Self(number.format().mode(Mode::E164).to_string()))
    }

    /// A number as it stands on record, even if it is no longer in service. What is on record is in E.164 already: the
    /// tables of every country, which take a tenth of a second to be read, are for what is typed.
    #[must_use]
    pub fn on_record(text: &str) -> Self {
        if is_e164(text) {
            return Self(text.to_owned());
        }
        Self::parse(text).unwrap_or_else(|_| Self(text.to_owned()))
    }

    /// E.164, as stored and sent.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.0
    }

    /// As read by people: French numbers in pairs (`05 56 95 56 12`), others as they are.
    #[must_use]
    pub fn display(&self) -> String {
        let Some(national) = self.0.strip_prefix("+33").filter(|rest| rest.len() == 9 && rest.is_ascii()) else {
            return self.0.clone();
        };
        let digits = format!("0{national}");
        (0..5).map(|pair| &digits[pair * 2..pair * 2 + 2]).collect::<Vec<_>>().join(" ")
    }
}

/// An e-mail address, as typed but for blanks and the case of its domain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Reads an address as typed. Only mistakes that no working address has are refused; the confirmation
    /// message is what proves it.
    ///
    /// # Errors
    /// [`FamilyError::Empty`] or [`FamilyError::Email`].
    pub fn parse(typed: &str) -> Result<Self, FamilyError> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(FamilyError::Empty);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(FamilyError::Email)?;
        let clean =
            |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
        let plain = |c: char| {
            !c.is_whitespace() && !c.is_control() && !matches!(c, '@' | ',' | ';' | '<' | '>' | '"' | '(' | ')')
        };
        let label = |part: &str| !part.is_empty() && !part.starts_with('-') && !part.ends_with('-');
        let domain_ok = domain.contains('.')
            && domain.split('.').all(label)
            && domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
        if typed.len() > 254 || local.len() > 64 || !clean(local) || !local.chars().all(plain) || !domain_ok {
            return Err(FamilyError::Email);
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// An address as it stands on record, even if no rule would let it in today.
    #[must_use]
    pub fn on_record(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|_| Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn telephones_by_table() {
        for (typed, kept) in [
            ("05 56 95 56 12", Ok("+33556955612")),
            ("0556955612", Ok("+33556955612")),
            ("+33 5 56 95 56 12", Ok("+33556955612")),
            ("06.12.34.56.78", Ok("+33612345678")),
            ("05 36 49 00 00", Ok("+33536490000")),
            ("+32 2 555 12 12", Ok("+3225551212")),
            ("07 00 00 00 00", Err(FamilyError::Phone)),
            ("05 56 95 56", Err(FamilyError::Phone)),
            ("", Err(FamilyError::Empty)),
            ("bonjour", Err(FamilyError::Phone)),
        ] {
            assert_eq!(Phone::parse(typed).map(|p| p.0), kept.map(str::to_owned), "{typed}");
        }
        assert_eq!(Phone::parse("+33556955612").map(|p| p.display()), Ok("05 56 95 56 12".into()));
    }

    #[test]
    fn emails_by_table() {
        for (typed, kept) in [
            (" claire.martel@Exemple.FR ", Ok("claire.martel@exemple.fr")),
            ("claire+mairie@exemple.fr", Ok("claire+mairie@exemple.fr")),
            ("claire@exemple", Err(FamilyError::Email)),
            ("claire martel@exemple.fr", Err(FamilyError::Email)),
            ("claire@exemple..fr", Err(FamilyError::Email)),
            ("@exemple.fr", Err(FamilyError::Email)),
            ("claire", Err(FamilyError::Email)),
            ("", Err(FamilyError::Empty)),
        ] {
            assert_eq!(Email::parse(typed).map(|e| e.0), kept.map(str::to_owned), "{typed}");
        }
    }

    #[test]
    fn an_address_says_every_faulty_line() {
        let address = PostalAddress::new("  12  rue\u{7}des Ormes ", Some("  "), "33 290", "Parempuyre");
        assert_eq!(address.as_ref().map(PostalAddress::street), Ok("12 rue des Ormes"));
        assert_eq!(address.as_ref().map(PostalAddress::complement), Ok(None));
        assert_eq!(address.as_ref().map(PostalAddress::postcode), Ok("33290"));
        let long = "x".repeat(39);
        assert_eq!(
            PostalAddress::new("", Some(&long), "3329", ""),
            Err(vec![
                ("street", FamilyError::Empty),
                ("city", FamilyError::Empty),
                ("complement", FamilyError::LineTooLong),
                ("postcode", FamilyError::Postcode),
            ])
        );
    }

    #[test]
    fn what_is_on_record_is_read_whatever_the_rules_say() {
        for text in ["+33700000000", "+33556955612", "ancien", ""] {
            assert_eq!(Phone::on_record(text).e164(), text);
        }
        for text in ["claire@exemple", "claire@exemple.fr"] {
            assert_eq!(Email::on_record(text).as_str(), text);
        }
        let long = "x".repeat(60);
        let address = PostalAddress::on_record(&long, None, "3329", "Parempuyre");
        assert_eq!((address.street(), address.postcode()), (long.as_str(), "3329"));
        let good = PostalAddress::new("12 rue des Ormes", None, "33290", "Parempuyre");
        assert_eq!(Ok(PostalAddress::on_record("12 rue des Ormes", None, "33290", "Parempuyre")), good);
    }

    proptest! {
        #[test]
        fn what_is_kept_reads_back_the_same(text in "\\PC{0,60}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.e164()), Ok(phone.clone()));
                prop_assert_eq!(Phone::on_record(phone.e164()), phone.clone());
                prop_assert_eq!(Phone::parse(&phone.display()), Ok(phone));
            }
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email));
            }
            prop_assert_eq!(one_line(&one_line(&text)), one_line(&text));
        }
    }
}
