//! What letters say, whatever they are told.

use preau_paper::{LETTERS_PER_PDF, PaperError, activation_letters};

use crate::reading::{Pdf, Told};

#[test]
fn a_letter_says_everything_in_order() {
    let text = Told::claire().print().flowing();
    let mut from = 0;
    for part in [
        "Parempuyre Pôle enfance jeunesse 05 56 95 56 12 secretariat-enfance@parempuyre.fr",
        "Claire Martel Bât. B 12 RUE DES ORMES 33290 PAREMPUYRE",
        "Parempuyre, le 1er mars 2026",
        "Objet : votre accès à l’espace famille (famille F0001)",
        "Bonjour Claire Martel,",
        "Votre mairie vous ouvre un espace famille dans l’application Préau.",
        "sans attendre 8 h",
        "ne donner chaque document qu’une seule fois",
        "comprendre chaque ligne de vos factures",
        "tout retrouver, même sans connexion",
        "Votre identifiant claire.martel",
        "7K3M-Q0XD-4V1P",
        "Il ne sert qu’une fois, jusqu’au 29 avril 2026 inclus.",
        "1. Installez l’application Préau (Windows, macOS ou Linux)",
        "2. Ouvrez-la. Sous « Votre commune », tapez Parempuyre",
        "3. Dans MON ESPACE PERSO, saisissez votre identifiant et votre code secret.",
        "4. Choisissez aussitôt votre propre code secret : au moins 8 caractères",
        "« Mon compte »",
        "« Coller le texte du QR code de la lettre »",
        "remplace tout code reçu auparavant",
        "la mairie ne vous le demandera jamais",
        "Besoin d’un accompagnement, une question ?",
        "Pôle enfance jeunesse – 05 56 95 56 12 – secretariat-enfance@parempuyre.fr",
    ] {
        let found = text[from..].find(part);
        assert!(found.is_some(), "« {part} » after « {} »", &text[..from]);
        from += found.unwrap_or_default() + part.len();
    }
    assert_eq!(text.matches("7K3M-Q0XD-4V1P").count(), 1);
}

#[test]
fn the_words_of_screens_are_those_of_the_screens() {
    let words = |file: &str| {
        let path = format!("../../ui/src/locales/fr/{file}.json");
        let text = std::fs::read_to_string(path).expect("the words of the interface");
        serde_json::from_str::<serde_json::Value>(&text).expect("JSON")
    };
    let (accounts, text) = (words("accounts"), Told::claire().print().flowing());
    for key in ["accounts.town.label", "accounts.signIn.card", "account.title", "accounts.letter.open"] {
        let label = accounts[key].as_str().expect("a label");
        assert!(text.contains(label), "{key} is « {label} »");
    }
}

#[test]
fn markup_in_data_is_printed_as_it_is() {
    for name in [
        "#panic(\"Claire\")",
        "#{while true {}} #let x = 1",
        "*Claire* _Martel_ $x^2$ \\ \\u{41}",
        "= Claire <label> @ref `raw` // /* fin */",
        "- a -- b --- c ... ~d \"e\" 'f'",
        "[Claire](https://exemple.fr) https://exemple.fr {\"a\":1}",
        "</path><script>alert(1)</script> &amp; %41",
        "Zoë Nguyễn-Đặng O’Brien ſß ﬁ ½",
    ] {
        let told = Told { lines: vec![name.to_owned()], family: name.to_owned(), ..Told::named(name) };
        let without_blanks = |text: &str| text.split_whitespace().collect::<String>();
        let (text, expected) = (without_blanks(&told.print().text()), without_blanks(name));
        assert_eq!(text.matches(&expected).count(), 4, "{expected}\n{text}");
    }
}

#[test]
fn other_scripts_and_pictures_are_printed() {
    for name in ["Δημήτρης Παπαδόπουλος", "Олена Шевченко", "דוד כהן", "محمد العربي", "Claire 😀"]
    {
        let pdf = Told::named(name).print();
        let text = pdf.ask("pdftotext", &["-raw", "letters.pdf", "-"]);
        for word in name.split(' ') {
            assert!(text.contains(word), "{word}\n{text}");
        }
    }
}

#[test]
fn what_no_font_has_keeps_nobody_from_their_letter() {
    let told = Told::named("中村 Claire \u{e000}\u{202e}\u{0}👩");
    let text = told.print().flowing();
    assert!(text.contains("Bonjour □□ Claire □ □,"), "{text}");
}

#[test]
fn letters_are_in_the_order_given_a_page_each() {
    let told: Vec<Told> = (0..LETTERS_PER_PDF).map(|n| Told { family: format!("F{n:04}"), ..Told::claire() }).collect();
    let letters: Vec<_> = told.iter().map(Told::letter).collect();
    let since = std::time::Instant::now();
    let pdf = Pdf::of(&letters);
    println!("{LETTERS_PER_PDF} letters in {:.1} s", since.elapsed().as_secs_f64());
    let text = pdf.text();
    let pages: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
    assert_eq!(pages.len(), LETTERS_PER_PDF);
    for (page, told) in pages.iter().zip(&told) {
        assert!(page.contains(&format!("(famille {})", told.family)), "{page}");
    }
}

#[test]
fn what_cannot_be_printed_is_said_with_its_place() {
    assert!(matches!(activation_letters(&[]), Err(PaperError::Nothing)));
    let (claire, endless) = (Told::claire(), Told::named(&"Claire ".repeat(2000)));
    let refused = activation_letters(&[claire.letter(), endless.letter()]);
    assert!(matches!(refused, Err(PaperError::TooLong { index: 1 })), "{:?}", refused.map(|pdf| pdf.len()));
    let endless = Told { connect_uri: "x".repeat(3000), ..Told::claire() };
    let refused = activation_letters(&[claire.letter(), endless.letter()]);
    assert!(matches!(refused, Err(PaperError::Unscannable { index: 1 })), "{:?}", refused.map(|pdf| pdf.len()));
}

#[test]
fn a_letter_in_a_log_keeps_its_code_to_itself() {
    let claire = Told::claire();
    assert_eq!(format!("{:?}", claire.letter()), "ActivationLetter { family: \"F0001\", .. }");
}
