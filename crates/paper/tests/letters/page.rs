//! Where things stand on the sheet.

use crate::reading::{Pdf, Told};

/// The longest that the town's server lets in, and more.
fn longest() -> Vec<Told> {
    let wide = |length: usize| "W".repeat(length);
    let town = "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson";
    let with_all = Told {
        town: town.into(),
        service: format!("Direction de l’éducation, de la petite enfance et de la jeunesse de {town}"),
        sender_lines: ["Hôtel de ville", "1 place de la République", "51290 SAINT-REMY-EN-BOUZEMONT"]
            .map(String::from)
            .into(),
        email: format!("service-enfance-jeunesse@{}.example", "mairie".repeat(30)),
        name: format!("Marie-Antoinette Joséphine {}", "de La Rochefoucauld-Montbazon ".repeat(6)),
        lines: [
            "Résidence des Ormes, bâtiment B, esc. 3",
            "1234 BOULEVARD DU MARECHAL DE LATTRE D",
            "51290 SAINT REMY EN BOUZEMONT CEDEX 12",
        ]
        .map(String::from)
        .into(),
        family: "F0001-2026-0000000000".into(),
        identifiant: wide(64),
        connect_uri: format!("preau://connect?server={}&town={}&identifiant={}", wide(120), wide(64), wide(64)),
        ..Told::claire()
    };
    let all_wide = Told { lines: vec![wide(38); 5], ..Told::named(&wide(38)) };
    vec![with_all, all_wide, Told::named(&"x".repeat(200)), Told::named(&"عبد ".repeat(50)), Told::named("")]
}

#[test]
fn the_longest_values_still_make_one_page() {
    for told in longest() {
        let pdf = told.print();
        assert_eq!(pdf.pages(), 1, "{}", told.name);
        let beyond = pdf.words().into_iter().find(|word| word.left < 20.0 || word.right > 191.0 || word.bottom > 290.0);
        assert!(beyond.is_none(), "{}: {beyond:?}", told.name);
        assert!(pdf.flowing().contains(&told.identifiant));
    }
}

#[test]
fn the_window_shows_the_recipient_and_nothing_else() {
    for told in [Told::claire()].into_iter().chain(longest()) {
        let words = told.print().words();
        let seen: Vec<_> =
            words.iter().filter(|word| word.right > 90.0 && word.bottom > 44.0 && word.top < 90.0).collect();
        let expected = std::iter::once(&told.name).chain(&told.lines).flat_map(|line| line.split_whitespace()).count();
        assert!(seen.len() >= expected, "{}: {seen:?}", told.name);
        let hidden =
            seen.iter().find(|word| word.left < 100.0 || word.right > 190.5 || word.top < 54.0 || word.bottom > 80.0);
        assert!(hidden.is_none(), "{}: {hidden:?}", told.name);
    }
}

#[test]
fn no_fold_goes_through_what_is_copied_or_scanned() {
    let claire = Told::claire();
    let words = Pdf::of(&[claire.letter()]).words();
    for copied in [&claire.identifiant, &claire.code] {
        let word = words.iter().find(|word| word.text == *copied).expect("the word");
        assert!(word.top > 102.0 && word.bottom < 195.0, "{word:?}");
    }
}

#[test]
fn an_everyday_letter_is_not_made_smaller() {
    let words = Told::claire().print().words();
    // The name is in the window, always in ten and a half points, and in the greeting, in ten when there is room.
    let names: Vec<f64> =
        words.iter().filter(|word| word.text == "Claire").map(|word| word.right - word.left).collect();
    assert_eq!(names.len(), 2);
    assert!((names[0] / names[1] - 1.05).abs() < 0.01, "{names:?}");
}

#[test]
fn it_has_its_picture_in_the_documentation() {
    let picture = Told::claire().print().picture("lettre");
    assert!(picture.metadata().expect("a picture").len() > 10_000);
}
