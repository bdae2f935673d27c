//! Whether a home is in the commune.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Whether an address is in a commune: both its postcode, which several communes share, and its locality, however it is
/// spelt (accents, case, hyphens, « Saint » as « St »).
#[must_use]
pub fn lives_in((postcode, city): (&str, &str), (of_commune, name): (&str, &str)) -> bool {
    postcode == of_commune && compared(city) == compared(name)
}

fn compared(name: &str) -> Vec<String> {
    let plain: String = name.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let words = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let word = |word: &str| match word {
        "st" => "saint".to_owned(),
        "ste" => "sainte".to_owned(),
        word => word.to_owned(),
    };
    words.map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residence_by_table() {
        for (address, town, expected) in [
            (("33290", "Parempuyre"), ("33290", "Parempuyre"), true),
            (("33290", "PAREMPUYRE"), ("33290", "Parempuyre"), true),
            (("33290", "Blanquefort"), ("33290", "Parempuyre"), false),
            (("33000", "Parempuyre"), ("33290", "Parempuyre"), false),
            (("33160", "St Médard en Jalles"), ("33160", "Saint-Médard-en-Jalles"), true),
            (("33160", "SAINT MEDARD EN JALLES"), ("33160", "Saint-Médard-en-Jalles"), true),
            (("33290", ""), ("33290", "Parempuyre"), false),
        ] {
            assert_eq!(lives_in(address, town), expected, "{address:?} in {town:?}");
        }
    }
}
