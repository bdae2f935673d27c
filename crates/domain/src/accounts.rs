//! Accounts: what an identifiant, a one-time code secret and a personal code may be, and what an agent's
//! role allows.

use thiserror::Error;

/// Shortest personal code, in characters: CNIL deliberation 2022-100 with throttling of attempts.
pub const PERSONAL_CODE_MIN: usize = 8;
/// Longest personal code, in characters: bounds what the hash has to read.
pub const PERSONAL_CODE_MAX: usize = 128;
/// Of lower case, upper case, digits and other signs, how many a personal code must mix (CNIL 2022-100).
pub const PERSONAL_CODE_CLASSES: usize = 3;
/// Length of a one-time code, in symbols of five bits: 12 × 5 = 60 random bits.
pub const ONE_TIME_CODE_SYMBOLS: usize = 12;

/// Crockford's base 32: no I, L, O or U, so that a code read aloud or from paper has one reading.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why an account rule refused a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AccountError {
    /// The identifiant is shorter than 4 or longer than 64 characters.
    #[error("an identifiant has 4 to 64 characters")]
    IdentifiantLength,
    /// The identifiant holds something else than letters, digits, `.`, `_`, `-` or `@`.
    #[error("an identifiant is made of letters, digits, '.', '_', '-' and '@'")]
    IdentifiantCharacter,
    /// The personal code is too short.
    #[error("a personal code has at least 8 characters")]
    CodeTooShort,
    /// The personal code is too long.
    #[error("a personal code has at most 128 characters")]
    CodeTooLong,
    /// The personal code mixes too few kinds of characters.
    #[error("a personal code mixes three of: lower case, upper case, digits, other signs")]
    CodeTooSimple,
    /// The personal code contains the identifiant.
    #[error("a personal code does not contain the identifiant")]
    CodeContainsIdentifiant,
}

/// What a person types to say who they are, in its compared form (trimmed, lower case).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifiant(String);

impl Identifiant {
    /// Reads an identifiant as typed. Case and surrounding blanks do not count.
    ///
    /// # Errors
    /// [`AccountError::IdentifiantLength`] or [`AccountError::IdentifiantCharacter`].
    pub fn parse(typed: &str) -> Result<Self, AccountError> {
        let value = typed.trim().to_lowercase();
        if !(4..=64).contains(&value.chars().count()) {
            return Err(AccountError::IdentifiantLength);
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
        if !value.chars().all(allowed) {
            return Err(AccountError::IdentifiantCharacter);
        }
        Ok(Self(value))
    }

    /// The compared form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a code may become a personal code, with every rule it breaks so that a person mends them at once.
#[must_use]
pub fn personal_code_problems(code: &str, identifiant: &str) -> Vec<AccountError> {
    let mut problems = Vec::new();
    let length = code.chars().count();
    if length < PERSONAL_CODE_MIN {
        problems.push(AccountError::CodeTooShort);
    }
    if length > PERSONAL_CODE_MAX {
        problems.push(AccountError::CodeTooLong);
    }
    if character_classes(code) < PERSONAL_CODE_CLASSES {
        problems.push(AccountError::CodeTooSimple);
    }
    let identifiant = identifiant.trim().to_lowercase();
    if !identifiant.is_empty() && code.to_lowercase().contains(&identifiant) {
        problems.push(AccountError::CodeContainsIdentifiant);
    }
    problems
}

fn character_classes(code: &str) -> usize {
    let has = |test: fn(char) -> bool| usize::from(code.chars().any(test));
    has(char::is_lowercase)
        + has(char::is_uppercase)
        + has(|c| c.is_ascii_digit())
        + has(|c| !c.is_alphanumeric() && !c.is_control())
}

/// Writes the low 60 bits of `random` as a one-time code: `XXXX-XXXX-XXXX`.
#[must_use]
pub fn format_one_time_code(random: u64) -> String {
    let mut code = String::with_capacity(ONE_TIME_CODE_SYMBOLS + 2);
    for place in 0..ONE_TIME_CODE_SYMBOLS {
        if place > 0 && place % 4 == 0 {
            code.push('-');
        }
        let symbol = (random >> (5 * place)) & 31;
        code.push(char::from(SYMBOLS[symbol as usize]));
    }
    code
}

/// Brings a one-time code as typed to its compared form (twelve symbols), or `None` if it cannot be one.
///
/// Blanks and hyphens are dropped, and the letters that Crockford leaves out read as the digits they look like.
#[must_use]
pub fn normalise_one_time_code(typed: &str) -> Option<String> {
    let mut code = String::with_capacity(ONE_TIME_CODE_SYMBOLS);
    for c in typed.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '‑')) {
        let symbol = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if !symbol.is_ascii() || !SYMBOLS.contains(&(symbol as u8)) {
            return None;
        }
        code.push(symbol);
    }
    (code.len() == ONE_TIME_CODE_SYMBOLS).then_some(code)
}

/// What an agent works on, and so what they may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AgentRole {
    /// The counter: finds families, acts on their behalf.
    Desk,
    /// The youth service: planning, registrations, attendance.
    Youth,
    /// The cashier: invoices and payments.
    Regisseur,
    /// Accounts of agents and settings of the commune.
    Admin,
}

/// Something an agent's route asks a right for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Search and read families.
    ReadFamilies,
    /// Decide on changes of contact details.
    DecideDetails,
    /// Hand out a letter with a new one-time code.
    IssueLetters,
    /// Put seasons on record, set places, close and open days.
    ManagePlanning,
    /// Register children.
    ManageRegistrations,
    /// Book days on behalf of families.
    BookForFamilies,
    /// Say who came.
    RecordAttendance,
}

impl AgentRole {
    /// Whether this role carries the permission.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::ReadFamilies => true,
            Permission::DecideDetails | Permission::ManageRegistrations | Permission::BookForFamilies => {
                matches!(self, Self::Desk | Self::Youth | Self::Admin)
            }
            Permission::ManagePlanning | Permission::RecordAttendance => matches!(self, Self::Youth | Self::Admin),
            // It opens somebody's account: for those who see who stands before them.
            Permission::IssueLetters => matches!(self, Self::Desk | Self::Admin),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_identifiant_is_compared_without_case_or_blanks() {
        assert_eq!(Identifiant::parse("  Martel.Claire ").map(|i| i.as_str().to_owned()), Ok("martel.claire".into()));
        assert_eq!(Identifiant::parse("abc"), Err(AccountError::IdentifiantLength));
        assert_eq!(Identifiant::parse("claire martel"), Err(AccountError::IdentifiantCharacter));
        assert_eq!(Identifiant::parse("clairé"), Err(AccountError::IdentifiantCharacter));
    }

    #[test]
    fn personal_codes_by_table() {
        use AccountError::*;
        for (code, problems) in [
            ("Soleil2026", vec![]),
            ("soleil-2026", vec![]),
            ("Sol-26", vec![CodeTooShort]),
            ("soleilsoleil", vec![CodeTooSimple]),
            ("12345678", vec![CodeTooSimple]),
            ("", vec![CodeTooShort, CodeTooSimple]),
            ("Martel01-2026", vec![CodeContainsIdentifiant]),
        ] {
            assert_eq!(personal_code_problems(code, "martel01"), problems, "{code}");
        }
        assert_eq!(personal_code_problems(&"aA1".repeat(50), "x"), vec![CodeTooLong, CodeContainsIdentifiant][..1]);
    }

    #[test]
    fn roles_by_table() {
        let permissions = [
            Permission::ReadFamilies,
            Permission::DecideDetails,
            Permission::IssueLetters,
            Permission::ManagePlanning,
            Permission::ManageRegistrations,
            Permission::BookForFamilies,
            Permission::RecordAttendance,
        ];
        for (role, may) in [
            (AgentRole::Desk, [true, true, true, false, true, true, false]),
            (AgentRole::Youth, [true, true, false, true, true, true, true]),
            (AgentRole::Regisseur, [true, false, false, false, false, false, false]),
            (AgentRole::Admin, [true; 7]),
        ] {
            assert_eq!(permissions.map(|permission| role.may(permission)), may, "{role:?}");
        }
    }

    proptest! {
        #[test]
        fn a_one_time_code_survives_paper(random: u64, lower: bool, blanks: bool) {
            let printed = format_one_time_code(random);
            prop_assert_eq!(printed.len(), 14);
            let mut typed = if lower { printed.to_lowercase() } else { printed.clone() };
            if blanks { typed = typed.replace('-', " "); }
            prop_assert_eq!(normalise_one_time_code(&typed), Some(printed.replace('-', "")));
            prop_assert_eq!(normalise_one_time_code(&typed.replace('0', "o").replace('1', "l")), Some(printed.replace('-', "")));
        }

        #[test]
        fn sixty_bits_are_all_in_the_code(a in 0u64..1 << 60, b in 0u64..1 << 60) {
            prop_assert_eq!(a == b, format_one_time_code(a) == format_one_time_code(b));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
            let code = normalise_one_time_code(&text);
            prop_assert!(code.is_none_or(|c| c.len() == ONE_TIME_CODE_SYMBOLS));
        }
    }
}
