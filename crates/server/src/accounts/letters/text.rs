//! The words of a letter.

use preau_domain::family::Phone;
use preau_protocol::communes::CommuneDto;

use super::Letter;
use crate::clock::french_day;

/// Where the recipient's address begins, for a window envelope.
const WINDOW: usize = 40;

pub(super) fn letter(letter: &Letter, town: &CommuneDto, server: &str) -> String {
    let Letter { family, person, identifiant, code, .. } = letter;
    let phone = Phone::on_record(&town.contact.phone).display();
    let (service, email, name) = (&town.contact.label, &town.contact.email, &town.name);
    let window: String =
        std::iter::once(person).chain(&letter.address).map(|line| format!("{:WINDOW$}{line}\n", "")).collect();
    let (written_on, good_until) = (french_day(letter.written_on), french_day(letter.good_until));
    let connect = letter.connect_uri(town, server);
    format!(
        "\
Ville de {name}
{service}
{phone} – {email}

{window}
{:WINDOW$}{name}, le {written_on}

Objet : votre espace famille (famille {family})

Bonjour {person},

La ville de {name} vous ouvre votre espace famille dans l'application Préau.

Préparez vos vacances avant l'ouverture, sans attendre à 8 h.
Ne donnez chaque document qu'une fois.
Comprenez chaque ligne de vos factures.
Retrouvez tout, même sans connexion.


    Votre identifiant     {identifiant}
    Votre code secret     {code}


Pour vous connecter la première fois

1. Installez l'application Préau sur votre ordinateur (Windows, macOS ou
   Linux) ; le service ci-dessus vous indique où la trouver.
2. Ouvrez-la et, à la question « Votre ville », saisissez {name}.
3. Dans MON ESPACE PERSO, saisissez votre identifiant et votre code secret.
   Majuscules, minuscules et tirets n'ont pas d'importance.
4. Choisissez aussitôt votre propre code secret : au moins 8 caractères, de
   trois sortes parmi minuscules, majuscules, chiffres et autres signes. Votre
   identifiant peut lui aussi être changé ensuite.

Ce code secret ne sert qu'une fois, jusqu'au {good_until} inclus. Il remplace
tout code reçu auparavant. Passé ce jour, ou si vous perdez cette lettre,
demandez-en une autre au service ci-dessus. Gardez votre code pour vous : la
mairie ne vous le demandera jamais.

Si l'application ne trouve pas votre ville, copiez-y cette ligne (c'est aussi
ce que dit le code QR de votre lettre) :
{connect}

Besoin d'un accompagnement, une question ?
{service} – {phone} – {email}
",
        ""
    )
}

/// What the QR code says: the identifiant, never the code.
pub(super) fn connect(server: &str, slug: &str, identifiant: &str) -> String {
    format!("preau://connect?server={}&town={}&identifiant={}", escaped(server), escaped(slug), escaped(identifiant))
}

/// Percent-encoding of everything that is not unreserved (RFC 3986, section 2.3).
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::Files;
    use super::*;
    use jiff::civil::date;
    use preau_protocol::communes::{DetailPoliciesDto, PolicyDto, ServiceContactDto};

    pub(in super::super) fn town() -> CommuneDto {
        let by_hand = PolicyDto::ByHand;
        CommuneDto {
            commune_id: uuid::Uuid::nil(),
            slug: "parempuyre".into(),
            name: "Parempuyre".into(),
            postcode: "33290".into(),
            accent: None,
            contact: ServiceContactDto {
                label: "Pôle enfance jeunesse".into(),
                phone: "+33556955612".into(),
                email: "enfance@exemple.fr".into(),
            },
            welcome: "Bienvenue".into(),
            new_resident: "Appelez-nous".into(),
            details: DetailPoliciesDto { address: by_hand, phones: by_hand, email: by_hand },
        }
    }

    pub(in super::super) fn of_claire() -> Letter {
        Letter {
            family: "F/1".into(),
            person: "Claire Martel".into(),
            address: vec!["Bât. B".into(), "12 RUE DES ORMES".into(), "33290 PAREMPUYRE".into()],
            identifiant: "claire@exemple".into(),
            code: "ABCD-EFGH-JKMN".into(),
            written_on: date(2026, 3, 1),
            good_until: date(2026, 4, 29),
        }
    }

    #[test]
    fn a_letter_says_everything_once() {
        let text = of_claire().text(&town(), "https://portail.exemple.fr");
        for part in [
            "Ville de Parempuyre",
            "Parempuyre, le 1er mars 2026",
            "\n                                        12 RUE DES ORMES\n",
            "Votre identifiant     claire@exemple",
            "Votre code secret     ABCD-EFGH-JKMN",
            "saisissez Parempuyre",
            "Préparez vos vacances avant l'ouverture, sans attendre à 8 h.\nNe donnez chaque document qu'une fois.\n\
             Comprenez chaque ligne de vos factures.\nRetrouvez tout, même sans connexion.",
            "jusqu'au 29 avril 2026 inclus",
            "Pôle enfance jeunesse – 05 56 95 56 12 – enfance@exemple.fr",
            "preau://connect?server=https%3A%2F%2Fportail.exemple.fr&town=parempuyre&identifiant=claire%40exemple",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert_eq!(text.matches("ABCD-EFGH-JKMN").count(), 1);
        let link = text.lines().find(|line| line.starts_with("preau:")).expect("a link");
        assert!(text.lines().filter(|line| *line != link).all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn a_letter_in_json_and_by_file() {
        let letter = of_claire();
        assert_eq!(letter.file_name(Files::Text), "F-1-claire@exemple.txt");
        assert_eq!(letter.file_name(Files::Pdf), "F-1-claire@exemple.pdf");
        let line = letter.json_line().expect("json");
        let expected =
            r#"{"code":"ABCD-EFGH-JKMN","family":"F/1","identifiant":"claire@exemple","person":"Claire Martel"}"#;
        assert_eq!(line, expected);
        assert!(!format!("{letter:?}").contains("ABCD"));
    }
}
