//! What is typed on a page that chooses a personal code, and an identifiant where there is none yet.

use preau_domain::accounts::{Identifiant, personal_code_problems};
use preau_protocol::error::FieldError;

use super::set_code::rule;
use crate::notices::pages::Typed;

/// Every fault of a code typed twice, for this identifiant.
pub(super) fn code_faults(typed: &Typed, identifiant: &str) -> Vec<FieldError> {
    let problems = personal_code_problems(&typed.code, identifiant);
    let mut faults: Vec<FieldError> = problems.into_iter().map(|problem| fault("code", rule(problem))).collect();
    // The second time is compared once the first is good: one thing to mend after the other.
    if faults.is_empty() && typed.code != typed.again {
        faults.push(fault("again", "different"));
    }
    faults
}

/// The identifiant typed, or every fault of it and of the code.
///
/// # Errors
/// The faults, by field.
pub fn new_credentials(typed: &Typed) -> Result<Identifiant, Vec<FieldError>> {
    match Identifiant::parse(&typed.identifiant) {
        Ok(identifiant) => {
            let faults = code_faults(typed, identifiant.as_str());
            if faults.is_empty() { Ok(identifiant) } else { Err(faults) }
        }
        Err(problem) => {
            let mut faults = vec![fault("identifiant", rule(problem))];
            faults.extend(code_faults(typed, ""));
            Err(faults)
        }
    }
}

/// A fault of a field.
#[must_use]
pub fn fault(field: &str, rule: &str) -> FieldError {
    FieldError { field: field.to_owned(), rule: rule.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(identifiant: &str, code: &str, again: &str) -> Vec<(String, String)> {
        let typed = Typed { identifiant: identifiant.into(), code: code.into(), again: again.into() };
        let faults = new_credentials(&typed).err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.field, fault.rule)).collect()
    }

    #[test]
    fn faults_by_table() {
        let pair = |field: &str, rule: &str| (field.to_owned(), rule.to_owned());
        for (identifiant, code, again, faults) in [
            ("karim", "Soleil-2026", "Soleil-2026", vec![]),
            ("karim", "Soleil-2026", "Soleil-2027", vec![pair("again", "different")]),
            ("karim", "court", "autre", vec![pair("code", "too_short"), pair("code", "too_simple")]),
            ("ka", "Soleil-2026", "Soleil-2026", vec![pair("identifiant", "length")]),
            (
                "é à ô",
                "court",
                "",
                vec![pair("identifiant", "character"), pair("code", "too_short"), pair("code", "too_simple")],
            ),
            ("karim", "Karim-2026", "Karim-2026", vec![pair("code", "contains_identifiant")]),
        ] {
            assert_eq!(told(identifiant, code, again), faults, "{identifiant} {code}");
        }
    }
}
