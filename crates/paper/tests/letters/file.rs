//! The file: tagged, titled, complete in itself, made to the standards.

use serde_json::Value;

use crate::reading::{Pdf, Told};

fn catalog(pdf: &Pdf) -> Value {
    let json: Value = serde_json::from_str(&pdf.ask("qpdf", &["--json", "letters.pdf"])).expect("JSON");
    let objects = json["qpdf"][1].as_object().expect("objects");
    let found = objects.values().map(|object| &object["value"]).find(|value| value["/Type"] == "/Catalog");
    found.expect("a catalog").clone()
}

#[test]
fn it_is_tagged_titled_and_in_french() {
    let pdf = Told::claire().print();
    let info = pdf.ask("pdfinfo", &["letters.pdf"]);
    let says = |field: &str| info.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default().trim();
    assert_eq!(says("Title:"), "Lettre d’accès à l’espace famille – Parempuyre");
    assert_eq!(says("Author:"), "Parempuyre – Pôle enfance jeunesse");
    assert_eq!(says("Creator:"), "Préau");
    assert_eq!(says("Tagged:"), "yes");
    assert!(says("Page size:").contains("A4"));
    let catalog = catalog(&pdf);
    assert_eq!(catalog["/Lang"], "u:fr-FR");
    assert_eq!(catalog["/ViewerPreferences"]["/DisplayDocTitle"], true);
}

#[test]
fn each_letter_is_found_in_the_contents_by_its_family() {
    let told = ["F0001", "F0002"].map(|family| Told { family: family.into(), ..Told::claire() });
    let pdf = Pdf::of(&[told[0].letter(), told[1].letter()]);
    let json: Value = serde_json::from_str(&pdf.ask("qpdf", &["--json", "letters.pdf"])).expect("JSON");
    let contents = json["outlines"].as_array().expect("contents").iter().map(|entry| entry["title"].to_string());
    let expected =
        told.map(|told| format!("\"Objet\u{a0}: votre accès à l’espace famille (famille\u{a0}{})\"", told.family));
    assert_eq!(contents.collect::<Vec<_>>(), expected);
}

#[test]
fn it_says_which_standards_it_was_checked_against() {
    let metadata = Told::claire().print().ask("pdfinfo", &["-meta", "letters.pdf"]);
    for part in ["<pdfuaid:part>1<", "<pdfaid:part>3<", "<pdfaid:conformance>A<"] {
        assert!(metadata.contains(part), "{part}\n{metadata}");
    }
}

#[test]
fn its_structure_is_what_a_screen_reader_follows() {
    let structure = Told::claire().print().ask("pdfinfo", &["-struct-text", "letters.pdf"]);
    let mut from = 0;
    for part in [
        "Parempuyre",
        "Claire Martel",
        "H1",
        "Objet",
        "\n",
        "L ",
        "LI",
        "claire.martel",
        "Figure",
        "H2",
        "Installez",
        "Besoin",
    ] {
        let found = structure[from..].find(part);
        assert!(found.is_some(), "« {part} » in\n{structure}");
        from += found.unwrap_or_default();
    }
}

#[test]
fn other_programs_find_no_fault_and_all_fonts() {
    let (claire, emile) = (Told::claire(), Told::named("Émile Zoé 😀 כהן"));
    let pdf = Pdf::of(&[claire.letter(), emile.letter()]);
    assert!(pdf.ask("qpdf", &["--check", "letters.pdf"]).contains("No syntax or stream encoding errors"));
    let fonts = pdf.ask("pdffonts", &["letters.pdf"]);
    let fonts: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(fonts.len() >= 4, "{fonts:?}");
    for font in fonts {
        let columns: Vec<&str> = font.split_whitespace().rev().take(5).collect();
        assert_eq!(columns[2..], ["yes", "yes", "yes"], "{font}");
    }
}

#[test]
fn the_same_letter_is_the_same_file() {
    let claire = Told::claire();
    let print = || preau_paper::activation_letters(&[claire.letter()]).expect("a letter");
    assert!(print() == print());
}
