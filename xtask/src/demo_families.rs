//! The demo commune and its 300 families: the same at every run, nobody real.
//!
//! Landlines are in 05 36 49 xx xx, the range the regulator keeps for fiction. Its mobile range (06 39 98 xx xx) is no
//! valid number for libphonenumber, so mobiles are 06 12 34 xx xx and 07 61 23 xx xx; e-mail is under `.example`,
//! which no mail reaches.

use crate::names::{ADULTS, CHILDREN, LAST, NURSERY_SCHOOLS, PRIMARY_SCHOOLS, RELATIONS, STREETS, class, level};
use anyhow::{Context, Result};
use std::collections::HashSet;
use std::path::Path;

/// What is typed at sign-in.
pub const SLUG: &str = "parempuyre";
/// The commune's name.
pub const NAME: &str = "Parempuyre";
/// Its postcode.
pub const POSTCODE: &str = "33290";
/// The file for `create-commune`.
pub const COMMUNE_FILE: &str = "commune.toml";
/// The file for `import-families`.
pub const FAMILIES_FILE: &str = "familles.csv";
/// How many families there are.
pub const FAMILIES: usize = 300;
/// The families worth signing in as: three rich ones, then the two homes of one child.
pub const SHOWN: [(&str, &str); 5] = [
    ("F0001", "deux enfants, deux contacts"),
    ("F0002", "une titulaire seule, trois enfants"),
    ("F0003", "quotients successifs, quatre contacts"),
    ("F0004", "parents séparés : un foyer d'Anouk"),
    ("F0005", "parents séparés : l'autre foyer d'Anouk"),
];

/// The columns of the import, in order.
const COLUMNS: [&str; 29] = [
    "type",
    "famille",
    "enfant",
    "role",
    "nom",
    "prenom",
    "naissance",
    "adresse",
    "complement",
    "code_postal",
    "ville",
    "mobile",
    "fixe",
    "courriel",
    "identifiant",
    "ecole",
    "niveau",
    "classe",
    "du",
    "au",
    "reserve",
    "recupere",
    "paie",
    "lien",
    "telephone",
    "urgence",
    "source",
    "valeur",
    "mois",
];
const SEED: u64 = 0x5052_4541_5521;

/// Writes the commune's settings and the families' file into a folder.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(folder: &Path) -> Result<()> {
    write_some(folder, FAMILIES)
}

/// The same with so many families.
///
/// # Errors
/// As [`write`].
pub fn write_some(folder: &Path, count: usize) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    std::fs::write(folder.join(COMMUNE_FILE), commune()).context("writing the demo commune")?;
    std::fs::write(folder.join(FAMILIES_FILE), families(count)).context("writing the demo families")
}

/// The settings of the commune, as `create-commune` reads them.
#[must_use]
pub fn commune() -> String {
    format!(
        r##"slug = "{SLUG}"
name = "{NAME}"
postcode = "{POSTCODE}"
accent = "#175c4c"
welcome = "Bienvenue dans votre espace famille."
new_resident = "Vous venez d'arriver à Parempuyre ? Appelez le Pôle enfance jeunesse : il crée votre dossier et vous remet votre identifiant."

[contact]
label = "Pôle enfance jeunesse"
phone = "05 56 95 56 12"
email = "secretariat-enfance@parempuyre.fr"

[details]
address = "by_hand"
phones = "at_once"
email = "by_hand"
"##
    )
}

/// The families as the import's CSV (`;`, UTF-8): five written by hand, the rest drawn with a fixed seed.
#[must_use]
pub fn families(count: usize) -> String {
    let mut file = File::default();
    file.by_hand();
    let mut draw = Draw(SEED);
    while file.families < count {
        file.drawn_family(&mut draw);
    }
    file.lines.insert(0, COLUMNS.join(";"));
    file.lines.join("\n") + "\n"
}

/// SplitMix64: small, and the same everywhere for ever.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap_or(0)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

/// The file as it grows: lines, the numbers given so far, the identifiants taken.
#[derive(Default)]
struct File {
    lines: Vec<String>,
    families: usize,
    children: usize,
    adults: usize,
    identifiants: HashSet<String>,
}

impl File {
    fn row(&mut self, kind: &str, cells: &[(&str, &str)]) {
        let value = |column: &&str| {
            if *column == "type" {
                return kind.to_owned();
            }
            cells.iter().find(|(name, _)| name == column).map(|(_, value)| quoted(value)).unwrap_or_default()
        };
        self.lines.push(COLUMNS.iter().map(value).collect::<Vec<_>>().join(";"));
    }

    fn family(&mut self, street: &str, complement: &str) -> String {
        self.families += 1;
        let family = format!("F{:04}", self.families);
        let town = if street.is_empty() { ["", ""] } else { [POSTCODE, "PAREMPUYRE"] };
        self.row(
            "famille",
            &[
                ("famille", &family),
                ("adresse", street),
                ("complement", complement),
                ("code_postal", town[0]),
                ("ville", town[1]),
            ],
        );
        family
    }

    fn adult(&mut self, family: &str, role: &str, first: &str, last: &str, reach: Reach) {
        self.adults += 1;
        let (mobile, landline) = (mobile(self.adults), landline(self.adults));
        let login = self.identifiant(first, last);
        let email = format!("{login}@courriel.example");
        let given = |yes: bool, value: &'_ str| if yes { value.to_owned() } else { String::new() };
        self.row(
            "adulte",
            &[
                ("famille", family),
                ("role", role),
                ("nom", last),
                ("prenom", first),
                ("mobile", &given(reach.mobile, &mobile)),
                ("fixe", &given(reach.landline, &landline)),
                ("courriel", &given(reach.email, &email)),
                ("identifiant", &login),
            ],
        );
    }

    fn identifiant(&mut self, first: &str, last: &str) -> String {
        let plain = format!("{}.{}", ascii(first), ascii(last));
        let mut login = plain.clone();
        let mut number = 2;
        while !self.identifiants.insert(login.clone()) {
            login = format!("{plain}{number}");
            number += 1;
        }
        login
    }

    /// A child with the schooling of the two school years 2025-2026 and 2026-2027.
    fn child(&mut self, first: &str, last: &str, birth: (i32, u32, u32), place: usize) -> String {
        self.children += 1;
        let child = format!("E{:04}", self.children);
        let (year, month, day) = birth;
        let date = format!("{day:02}/{month:02}/{year}");
        self.row("enfant", &[("enfant", &child), ("nom", last), ("prenom", first), ("naissance", &date)]);
        for begins in [2025, 2026] {
            let Some(level) = level(year, begins) else { continue };
            let schools = if level.ends_with('S') { NURSERY_SCHOOLS } else { PRIMARY_SCHOOLS };
            let class = class(level, place);
            self.row(
                "scolarite",
                &[
                    ("enfant", &child),
                    ("du", &format!("{begins}-09-01")),
                    ("au", &format!("{}-08-31", begins + 1)),
                    ("ecole", schools[place % 2]),
                    ("niveau", level),
                    ("classe", &class),
                ],
            );
        }
        child
    }

    fn link(&mut self, family: &str, child: &str, from: &str, to: &str, pays: bool) {
        self.row(
            "lien",
            &[
                ("famille", family),
                ("enfant", child),
                ("du", from),
                ("au", to),
                ("reserve", "oui"),
                ("recupere", "oui"),
                ("paie", if pays { "oui" } else { "non" }),
            ],
        );
    }

    fn contact(&mut self, family: &str, name: (&str, &str), relation: &str, collects: bool, emergency: bool) {
        let phone = landline(5000 + self.lines.len());
        let yes_no = |yes: bool| if yes { "oui" } else { "non" };
        self.row(
            "contact",
            &[
                ("famille", family),
                ("nom", name.1),
                ("prenom", name.0),
                ("lien", relation),
                ("telephone", &phone),
                ("recupere", yes_no(collects)),
                ("urgence", yes_no(emergency)),
            ],
        );
    }

    fn quotient(&mut self, family: &str, source: &str, value: &str, month: &str) {
        self.row("quotient", &[("famille", family), ("source", source), ("valeur", value), ("mois", month)]);
    }

    /// F0001 to F0005: see [`SHOWN`].
    fn by_hand(&mut self) {
        let f = self.family("12 rue des Ormes Jumeaux", "");
        self.adult(&f, "titulaire", "Claire", "Martel", Reach::ALL);
        self.adult(&f, "co-titulaire", "Karim", "Daoud", Reach::MOBILE);
        for (first, birth, place) in [("Léo", (2018, 3, 14), 0), ("Inès", (2022, 5, 9), 1)] {
            let child = self.child(first, "Daoud", birth, place);
            self.link(&f, &child, "2025-09-01", "", true);
        }
        self.contact(&f, ("Jeanne", "Martel"), "grand-mère", true, false);
        self.contact(&f, ("Samir", "Bellil"), "ami de la famille", false, true);
        self.quotient(&f, "CAF", "812", "2026-01");

        let f = self.family("3 impasse des Tisserands", "Bâtiment C, escalier 2");
        self.adult(&f, "titulaire", "Maïwenn", "Le Goff", Reach { landline: false, ..Reach::ALL });
        for (first, birth, place) in
            [("Tristan", (2016, 11, 2), 0), ("Enora", (2019, 2, 28), 0), ("Awen", (2023, 1, 17), 1)]
        {
            let child = self.child(first, "Le Goff", birth, place);
            self.link(&f, &child, "2025-09-01", "", true);
        }
        self.contact(&f, ("Yvonne", "Le Goff"), "grand-mère", true, true);
        self.quotient(&f, "MSA", "455", "2026-01");

        let f = self.family("27 rue du Grand Esturgeon", "");
        self.adult(&f, "titulaire", "Amadou", "Diop", Reach::ALL);
        self.adult(&f, "co-titulaire", "Élodie", "Diop", Reach { email: false, ..Reach::MOBILE });
        for (first, birth, place) in [("Awa", (2015, 6, 21), 1), ("Moussa", (2020, 2, 29), 1)] {
            let child = self.child(first, "Diop", birth, place);
            self.link(&f, &child, "2025-09-01", "", true);
        }
        for (name, relation, collects, emergency) in [
            (("Fatou", "Diop"), "grand-mère", true, true),
            (("Gérard", "Castel"), "grand-père", true, false),
            (("Inaya", "Castel"), "tante", true, false),
            (("Odile", "Roche"), "voisine", false, true),
        ] {
            self.contact(&f, name, relation, collects, emergency);
        }
        for (source, value, month) in
            [("impots", "1240", "2025-01"), ("CAF", "1105", "2026-01"), ("CAF", "968", "2026-10")]
        {
            self.quotient(&f, source, value, month);
        }
        self.separated();
    }

    /// Two homes and their child: the mother's since the school year 2025, the father's from the separation on.
    fn separated(&mut self) {
        let mother = self.family("8 chemin de la Huppe", "");
        self.adult(&mother, "titulaire", "Sophie", "Garrigue", Reach::ALL);
        self.quotient(&mother, "CAF", "690", "2026-01");
        let father = self.family("41 rue de la Gabare", "Appartement 6");
        self.adult(&father, "titulaire", "Thomas", "Verdier", Reach::MOBILE);
        self.quotient(&father, "aucune", "", "2026-02");
        let child = self.child("Anouk", "Verdier", (2017, 9, 30), 0);
        self.link(&mother, &child, "2025-09-01", "", true);
        self.link(&father, &child, "2026-02-01", "2027-08-31", true);
        self.contact(&mother, ("Paulette", "Garrigue"), "grand-mère", true, false);
        self.contact(&father, ("Bruno", "Verdier"), "oncle", true, true);
    }

    fn drawn_family(&mut self, draw: &mut Draw) {
        let street = format!("{} {}", 1 + draw.below(80), draw.of(&STREETS));
        let complement = if draw.one_in(6) { format!("Appartement {}", 1 + draw.below(40)) } else { String::new() };
        let family = self.family(&street, &complement);
        let last = draw.of(&LAST);
        let reach = Reach { mobile: true, landline: draw.one_in(3), email: !draw.one_in(10) };
        self.adult(&family, "titulaire", draw.of(&ADULTS), last, reach);
        if !draw.one_in(4) {
            let other = if draw.one_in(2) { draw.of(&LAST) } else { last };
            self.adult(&family, "co-titulaire", draw.of(&ADULTS), other, Reach::MOBILE);
        }
        let place = draw.below(2);
        for _ in 0..=draw.below(3) {
            let birth = (2015 + i32::try_from(draw.below(9)).unwrap_or(0), month(draw), 1 + u32_below(draw, 28));
            let child = self.child(draw.of(&CHILDREN), last, birth, place);
            self.link(&family, &child, "2025-09-01", "", true);
        }
        for _ in 0..draw.below(3) {
            let name = (draw.of(&ADULTS), draw.of(&LAST));
            self.contact(&family, name, draw.of(&RELATIONS), !draw.one_in(4), draw.one_in(2));
        }
        match draw.below(10) {
            0 => self.quotient(&family, "aucune", "", "2026-01"),
            1 => self.quotient(&family, "MSA", &(300 + draw.below(1500)).to_string(), "2026-01"),
            2 => self.quotient(&family, "impots", &(600 + draw.below(2400)).to_string(), "2026-01"),
            _ => self.quotient(&family, "CAF", &(200 + draw.below(1800)).to_string(), "2026-01"),
        }
    }
}

/// By what an adult can be reached.
#[derive(Clone, Copy)]
struct Reach {
    mobile: bool,
    landline: bool,
    email: bool,
}

impl Reach {
    const ALL: Self = Self { mobile: true, landline: true, email: true };
    const MOBILE: Self = Self { mobile: true, landline: false, email: true };
}

fn u32_below(draw: &mut Draw, end: usize) -> u32 {
    u32::try_from(draw.below(end)).unwrap_or(0)
}

fn month(draw: &mut Draw) -> u32 {
    1 + u32_below(draw, 12)
}

/// One of 20 000 mobiles, by rank.
fn mobile(rank: usize) -> String {
    let (start, number) = if rank.is_multiple_of(2) { ("06 12 34", rank / 2) } else { ("07 61 23", rank / 2) };
    format!("{start} {:02} {:02}", number / 100 % 100, number % 100)
}

/// One of 10 000 landlines of the range kept for fiction, by rank.
fn landline(rank: usize) -> String {
    format!("05 36 49 {:02} {:02}", rank / 100 % 100, rank % 100)
}

fn quoted(value: &str) -> String {
    if value.contains([';', '"', '\n']) { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
}

/// Letters without accents, for an identifiant.
fn ascii(name: &str) -> String {
    let plain = |c: char| match c {
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        ' ' | '\'' => '-',
        other => other,
    };
    name.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(file: &str) -> Vec<Vec<&str>> {
        file.lines().map(|line| line.split(';').collect()).collect()
    }

    #[test]
    fn the_same_file_at_every_run() {
        assert_eq!(families(FAMILIES), families(FAMILIES));
        assert!(families(6).lines().count() < families(7).lines().count());
    }

    #[test]
    fn three_hundred_families_with_unique_identifiants() {
        let file = families(FAMILIES);
        let rows = cells(&file);
        assert!(rows.iter().all(|row| row.len() == COLUMNS.len()));
        assert_eq!(rows.iter().filter(|row| row[0] == "famille").count(), FAMILIES);
        let logins: Vec<&str> = rows.iter().filter(|row| row[0] == "adulte").map(|row| row[14]).collect();
        assert_eq!(logins.iter().collect::<HashSet<_>>().len(), logins.len());
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        assert!(logins.iter().all(|login| login.len() >= 4 && login.chars().all(allowed)), "{logins:?}");
    }

    #[test]
    fn the_first_family_is_the_one_of_the_pictures() {
        let file = families(5);
        for part in [
            "adulte;F0001;;titulaire;Martel;Claire;",
            "adulte;F0001;;co-titulaire;Daoud;Karim;",
            "enfant;;E0001;;Daoud;Léo;14/03/2018;",
            "École élémentaire des Marronniers;CE2;Classe de Mme Lenormand;2026-09-01;2027-08-31",
            "École maternelle du Petit Bois;MS;Classe de M. Quéré;2026-09-01;2027-08-31",
        ] {
            assert!(file.contains(part), "{part}\n{file}");
        }
    }

    #[test]
    fn one_child_has_two_homes() {
        let file = families(FAMILIES);
        let rows = cells(&file);
        let mut homes = std::collections::HashMap::<&str, usize>::new();
        for row in rows.iter().filter(|row| row[0] == "lien") {
            *homes.entry(row[2]).or_default() += 1;
        }
        assert_eq!(homes.values().filter(|count| **count == 2).count(), 1);
    }

    #[test]
    fn levels_by_table() {
        for (birth, year, expected) in [
            (2018, 2026, Some("CE2")),
            (2022, 2026, Some("MS")),
            (2022, 2024, None),
            (2015, 2025, Some("CM2")),
            (2015, 2026, None),
        ] {
            assert_eq!(level(birth, year), expected, "{birth} in {year}");
        }
    }
}
