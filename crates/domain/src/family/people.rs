//! Adults, children, their dated schooling, and the family quotient.

use jiff::civil::Date;

use super::{FamilyError, one_line};

/// Longest first or last name, in characters.
const NAME_MAX: usize = 60;

/// Which account of the family an adult is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdultRole {
    /// The titulaire, who receives the first letter.
    Holder,
    /// The co-titulaire, with an account of their own.
    CoHolder,
}

/// A first or last name as one person types that of another: it goes into mails to people who asked for none, so that it
/// must not be a sentence, a number or an address. Letters of any alphabet, blanks, hyphens and apostrophes; a full stop
/// where it ends an initial (« J.-P. »).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name as typed.
    ///
    /// # Errors
    /// [`FamilyError::Empty`], [`FamilyError::NameTooLong`] or [`FamilyError::NameCharacter`].
    pub fn parse(typed: &str) -> Result<Self, FamilyError> {
        let name = one_line(typed);
        if name.is_empty() {
            return Err(FamilyError::Empty);
        }
        if name.chars().count() > NAME_MAX {
            return Err(FamilyError::NameTooLong);
        }
        let next = name.chars().skip(1).map(Some).chain([None]);
        let begins = name.chars().next().is_some_and(char::is_alphabetic);
        let good = begins && name.chars().zip(next).all(|(c, next)| is_of_a_name(c, next));
        if good { Ok(Self(name)) } else { Err(FamilyError::NameCharacter) }
    }

    /// As it is kept: on one line, NFC.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_of_a_name(c: char, next: Option<char>) -> bool {
    match c {
        '.' => matches!(next, None | Some(' ' | '-')),
        // The last are accents that no single character has with their letter.
        ' ' | '-' | '\'' | '’' | '\u{300}'..='\u{36f}' => true,
        c => c.is_alphabetic(),
    }
}

/// The initials shown where there is no picture: `Claire Martel` → `CM`.
#[must_use]
pub fn initials(first_name: &str, last_name: &str) -> String {
    let letters = |text: &str, n: usize| {
        text.chars().filter(|c| c.is_alphabetic()).take(n).flat_map(char::to_uppercase).collect::<String>()
    };
    if last_name.trim().is_empty() { letters(first_name, 2) } else { letters(first_name, 1) + &letters(last_name, 1) }
}

/// Whole years between two dates; 0 before birth. Someone born on 29 February grows older on 1 March.
#[must_use]
pub fn age_on(birth: Date, day: Date) -> u32 {
    let years = i32::from(day.year()) - i32::from(birth.year());
    let not_yet = (day.month(), day.day()) < (birth.month(), birth.day());
    u32::try_from(years - i32::from(not_yet)).unwrap_or(0)
}

/// Where a child goes to school, from one day to another: September is an event, not a correction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Schooling {
    /// First day.
    pub from: Date,
    /// Last day, or open.
    pub to: Option<Date>,
    /// Name of the school.
    pub school: String,
    /// Level: `PS`, `MS`, `GS`, `CP` … `CM2`.
    pub level: String,
    /// Name of the class, when known.
    pub class: Option<String>,
}

/// The schooling in force on a day; the latest one begun where two overlap.
#[must_use]
pub fn schooling_on(schoolings: &[Schooling], day: Date) -> Option<&Schooling> {
    schoolings.iter().filter(|s| s.from <= day && s.to.is_none_or(|to| day <= to)).max_by_key(|s| s.from)
}

/// A month of a year, the step at which quotients take effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// Reads `YYYY-MM`; `None` if it is not a month.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        ((2000..=2100).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// The month a date is in.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), month: day.month() }
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// Who says what the quotient is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QuotientSource {
    /// Caisse d'allocations familiales.
    Caf,
    /// Mutualité sociale agricole.
    Msa,
    /// Worked out by the town from the tax notice.
    TaxNotice,
    /// No proof given: the top band applies.
    None,
}

/// A family quotient and the month it takes effect.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FamilyQuotient {
    /// Who says so.
    pub source: QuotientSource,
    /// Whole euros per month; `None` exactly when the source is [`QuotientSource::None`].
    pub value: Option<u32>,
    /// First month it applies to.
    pub effective: Month,
}

/// The quotient in force on a day: the one with the latest month of effect not after it.
#[must_use]
pub fn quotient_on(quotients: &[FamilyQuotient], day: Date) -> Option<&FamilyQuotient> {
    quotients.iter().filter(|q| q.effective <= Month::of(day)).max_by_key(|q| q.effective)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn ages_by_table() {
        for (birth, day, age) in [
            (date(2018, 5, 14), date(2026, 5, 13), 7),
            (date(2018, 5, 14), date(2026, 5, 14), 8),
            (date(2020, 2, 29), date(2026, 2, 28), 5),
            (date(2020, 2, 29), date(2026, 3, 1), 6),
            (date(2026, 5, 14), date(2025, 1, 1), 0),
        ] {
            assert_eq!(age_on(birth, day), age, "{birth} on {day}");
        }
    }

    #[test]
    fn initials_by_table() {
        for (first, last, expected) in
            [("Claire", "Martel", "CM"), ("Léo", "", "LÉ"), ("éloïse", "d'Ormes", "ÉD"), ("", "", "")]
        {
            assert_eq!(initials(first, last), expected);
        }
    }

    #[test]
    fn names_by_table() {
        let long = "é".repeat(60);
        for (typed, kept) in [
            (" Karim ", "Karim"),
            ("D’Hélène-Œuvrard", "D’Hélène-Œuvrard"),
            ("O'Brien  de la\tTour", "O'Brien de la Tour"),
            ("J.-P. Martel Jr.", "J.-P. Martel Jr."),
            ("e\u{301}loi\u{308}se", "éloïse"),
            ("M\u{304}\u{301}a", "M\u{304}\u{301}a"),
            ("王", "王"),
            (&long, &long),
        ] {
            assert_eq!(PersonName::parse(typed).as_ref().map(PersonName::as_str), Ok(kept), "{typed}");
        }
        for (typed, error) in [
            (" \n", FamilyError::Empty),
            (&*(long.clone() + "a"), FamilyError::NameTooLong),
            ("gagnez.exemple.fr", FamilyError::NameCharacter),
            ("Appelez le 0899", FamilyError::NameCharacter),
            ("https://exemple.fr", FamilyError::NameCharacter),
            ("karim@exemple", FamilyError::NameCharacter),
            ("Karim !", FamilyError::NameCharacter),
            ("<b>Karim", FamilyError::NameCharacter),
            ("-Karim", FamilyError::NameCharacter),
            ("...", FamilyError::NameCharacter),
            ("Ka\u{200b}rim", FamilyError::NameCharacter),
            ("\u{202e}miraK", FamilyError::NameCharacter),
        ] {
            assert_eq!(PersonName::parse(typed), Err(error), "{typed}");
        }
    }

    #[test]
    fn september_turns_the_class() {
        let year = |from, to, level: &str| Schooling {
            from,
            to,
            school: "Jean Jaurès".into(),
            level: level.into(),
            class: None,
        };
        let schoolings = [year(date(2025, 9, 1), Some(date(2026, 8, 31)), "CE1"), year(date(2026, 9, 1), None, "CE2")];
        for (day, level) in [
            (date(2025, 8, 31), None),
            (date(2026, 8, 31), Some("CE1")),
            (date(2026, 9, 1), Some("CE2")),
            (date(2027, 7, 1), Some("CE2")),
        ] {
            assert_eq!(schooling_on(&schoolings, day).map(|s| s.level.as_str()), level, "{day}");
        }
    }

    #[test]
    fn a_quotient_applies_from_its_month() {
        let quotient = |value, month: &str| FamilyQuotient {
            source: QuotientSource::Caf,
            value: Some(value),
            effective: Month::parse(month).expect("a month"),
        };
        let quotients = [quotient(900, "2026-01"), quotient(1100, "2026-10")];
        for (day, value) in [
            (date(2025, 12, 31), None),
            (date(2026, 1, 1), Some(900)),
            (date(2026, 9, 30), Some(900)),
            (date(2026, 10, 1), Some(1100)),
        ] {
            assert_eq!(quotient_on(&quotients, day).and_then(|q| q.value), value, "{day}");
        }
        for text in ["2026-13", "2026-0", "202610", "1999-01", ""] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nobody_grows_younger(birth in 0i32..20_000, a in 0i32..40_000, b in 0i32..40_000) {
            let day = |n: i32| date(1970, 1, 1).saturating_add(jiff::Span::new().days(n));
            let (early, late) = (a.min(b), a.max(b));
            prop_assert!(age_on(day(birth), day(early)) <= age_on(day(birth), day(late)));
        }
    }
}
