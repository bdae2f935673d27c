//! The QR code, read from the page as a telephone would.

use rqrr::PreparedImage;

use crate::reading::Told;

fn read(told: &Told) -> Vec<String> {
    let (width, height, pixels) = told.print().pixels();
    let mut image = PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    image.detect_grids().iter().map(|grid| grid.decode().expect("a readable code").1).collect()
}

#[test]
fn the_code_says_town_and_identifiant_never_the_code() {
    let claire = Told::claire();
    let said = read(&claire);
    assert_eq!(said, [claire.connect_uri.as_str()]);
    assert!(!said[0].contains(&claire.code) && !said[0].contains("7K3M"));
}

#[test]
fn a_long_address_is_still_readable() {
    let long = |length: usize| "abcdefgh.".chars().cycle().take(length).collect::<String>();
    let uri = format!("preau://connect?server=https%3A%2F%2F{}&town={}&identifiant={}", long(90), long(40), long(64));
    let told = Told { connect_uri: uri.clone(), ..Told::claire() };
    assert_eq!(read(&told), [uri]);
}

#[test]
fn it_is_described_to_those_who_cannot_see_it() {
    let claire = Told::claire();
    let structure = claire.print().ask("pdfinfo", &["-struct-text", "letters.pdf"]);
    assert!(structure.contains("Figure"), "{structure}");
    let objects = claire.print().ask("qpdf", &["--json", "letters.pdf"]);
    let objects: serde_json::Value = serde_json::from_str(&objects).expect("JSON");
    let described = objects.to_string().contains(&format!("sans votre code secret : {}", claire.connect_uri));
    assert!(described);
}
