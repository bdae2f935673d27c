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
    let forms = forms(text);
    let mut found = Vec::new();
    for place in places.iter().filter(|place| place.exists()) {
        search(place, &forms, &mut found)?;
    }
    Ok(found)
}

fn search(place: &Path, forms: &[Vec<u8>], found: &mut Vec<PathBuf>) -> Result<()> {
    if place.is_symlink() {
        return Ok(());
    }
    if place.is_dir() {
        for entry in std::fs::read_dir(place).with_context(|| place.display().to_string())? {
            search(&entry?.path(), forms, found)?;
        }
    } else if place.is_file() {
        let content = std::fs::read(place).unwrap_or_default();
        if forms.iter().any(|form| contains(&content, form)) {
            found.push(place.to_owned());
        }
    }
    Ok(())
}

fn contains(content: &[u8], form: &[u8]) -> bool {
    let Some((first, rest)) = form.split_first() else { return false };
    let mut from = 0;
    while let Some(place) = content[from..].iter().position(|byte| byte == first) {
        let after = from + place + 1;
        if content[after..].starts_with(rest) {
            return true;
        }
        from = after;
    }
    false
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
    let forms = forms(text);
    let mut missed = Vec::new();
    for shift in 0..3 {
        let around = [&b"xyz"[..shift], text.as_bytes(), b"-after"].concat();
        for (name, content) in [
            ("utf-8", around.clone()),
            ("base64", STANDARD.encode(&around).into_bytes()),
            ("base64 url", URL_SAFE_NO_PAD.encode(&around).into_bytes()),
        ] {
            if !forms.iter().any(|form| contains(&content, form)) {
                missed.push(format!("{name} after {shift} bytes"));
            }
        }
    }
    missed
}
