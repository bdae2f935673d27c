//! What a disk says after the fact: a planted text, looked for in every form it could have been left in.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use std::path::{Path, PathBuf};

/// The files under these folders (or these files) that hold the text in UTF-8, UTF-16 or base64.
///
/// # Errors
/// When a folder cannot be read; a file that went away meanwhile holds nothing.
pub fn holding(text: &str, places: &[&Path]) -> Result<Vec<PathBuf>> {
    Search::of(&[text]).among(places)
}

/// Texts that are looked for, in every form, in one go.
#[derive(Debug)]
pub struct Search {
    forms: Vec<Vec<u8>>,
    /// By the two bytes that a form begins with: whole memories are looked through.
    starts: Vec<bool>,
}

impl Search {
    /// Looks for these texts.
    #[must_use]
    pub fn of(texts: &[&str]) -> Self {
        // What UTF-16 begins with is everywhere in a memory: without it nothing is lost but time.
        let begun = |form: Vec<u8>| form.into_iter().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
        let mut forms: Vec<Vec<u8>> = texts.iter().flat_map(|text| forms(text)).map(begun).collect();
        forms.retain(|form| form.len() > 1);
        let mut starts = vec![false; 1 << 16];
        for form in &forms {
            starts[pair(form[0], form[1])] = true;
        }
        Self { forms, starts }
    }

    /// Whether some bytes hold one of them.
    #[must_use]
    pub fn finds(&self, content: &[u8]) -> bool {
        let starts = content.windows(2).enumerate().filter(|(_, two)| self.starts[pair(two[0], two[1])]);
        starts.into_iter().any(|(at, _)| self.forms.iter().any(|form| content[at..].starts_with(form)))
    }

    /// The files under these folders (or these files) that hold one of them.
    ///
    /// # Errors
    /// When a folder cannot be read; a file that went away meanwhile holds nothing.
    pub fn among(&self, places: &[&Path]) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for place in places.iter().filter(|place| place.exists()) {
            self.look(place, &mut found)?;
        }
        Ok(found)
    }

    fn look(&self, place: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
        if place.is_symlink() {
            return Ok(());
        }
        if place.is_dir() {
            for entry in std::fs::read_dir(place).with_context(|| place.display().to_string())? {
                self.look(&entry?.path(), found)?;
            }
        } else if place.is_file() && self.finds(&std::fs::read(place).unwrap_or_default()) {
            found.push(place.to_owned());
        }
        Ok(())
    }
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(u16::from_be_bytes([first, second]))
}

/// The text as an engine would leave it: in UTF-8, in UTF-16, in base64.
#[must_use]
pub fn as_left(text: &str) -> Vec<u8> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [text.as_bytes(), b"\0", &utf16, b"\n", STANDARD.encode(text).as_bytes()].concat()
}

fn forms(text: &str) -> Vec<Vec<u8>> {
    let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let mut forms = vec![text.as_bytes().to_vec(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)];
    for plain in forms.clone() {
        for shift in 0..3 {
            forms.extend(base64_inside(&plain, shift));
        }
    }
    forms
}

/// What base64 shows of `plain` when `shift` bytes come before it: the symbols that no neighbour changes.
fn base64_inside(plain: &[u8], shift: usize) -> [Vec<u8>; 2] {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(plain);
    let first = (shift * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    [STANDARD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)].map(|text| text.as_bytes()[first..last].to_vec())
}

/// Plants each form among other bytes and says which are not found: a search that finds nothing proves nothing.
#[must_use]
pub fn blind_spots(text: &str) -> Vec<String> {
    let search = Search::of(&[text]);
    let mut missed = Vec::new();
    for shift in 0..3 {
        let around = [&b"xyz"[..shift], text.as_bytes(), b"-after"].concat();
        for (name, content) in [
            ("utf-8", around.clone()),
            ("base64", STANDARD.encode(&around).into_bytes()),
            ("base64 url", URL_SAFE_NO_PAD.encode(&around).into_bytes()),
        ] {
            if !search.finds(&content) {
                missed.push(format!("{name} after {shift} bytes"));
            }
        }
    }
    missed
}
