//! What is on the disk can be read by nobody, shown by planting a marker and looking for it in every form.

use crate::changing_details::move_to;
use crate::computer::Computer;
use crate::town::{CLAIRE, FAMILY};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use preau_client::accounts::views::KeepRequest;
use std::path::Path;

const MARKER: &str = "Zanzibarine-7291";

/// The marker in UTF-8, in UTF-16 both ways, and in base64 at each of the three alignments.
fn forms() -> Vec<Vec<u8>> {
    let utf16: Vec<u16> = MARKER.encode_utf16().collect();
    let mut forms = vec![
        MARKER.as_bytes().to_vec(),
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ];
    for shift in 0..3 {
        let padded = [vec![b' '; shift], MARKER.as_bytes().to_vec()].concat();
        let encoded = STANDARD_NO_PAD.encode(padded);
        // The characters that neighbouring bytes have a part in are left out.
        let (from, to) = ((shift * 8).div_ceil(6), (shift + MARKER.len()) * 8 / 6);
        forms.push(encoded.as_bytes()[from..to].to_vec());
    }
    forms
}

fn found_in(dir: &Path) -> bool {
    let forms = forms();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let bytes = std::fs::read(entry.path()).expect("a file");
            if forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form)) {
                return true;
            }
        }
    }
    false
}

async fn leaves_a_trace(plain: bool) -> bool {
    let mut computer = Computer::new();
    computer.plain = plain;
    {
        let mut town = computer.town.state();
        let (_, mut claire) = town.entity("adult", CLAIRE);
        claire["last_name"] = MARKER.into();
        town.put(FAMILY, "adult", CLAIRE, &claire);
    }
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().down = true;
    client.change_details(&move_to(MARKER)).await.expect("kept");
    assert!(client.home().await.expect("home").adults[0].name.contains(MARKER));
    let open = found_in(computer.dir.path());
    client.close().await;
    open || found_in(computer.dir.path())
}

#[tokio::test(start_paused = true)]
async fn a_marker_is_found_in_no_form() {
    assert!(!leaves_a_trace(false).await);
}

#[tokio::test(start_paused = true)]
async fn the_search_would_find_it_without_encryption() {
    assert!(leaves_a_trace(true).await);
}

#[test]
fn the_search_knows_base64_at_every_alignment() {
    for before in ["", "a", "ab", "abc"] {
        let text = STANDARD_NO_PAD.encode(format!("{before}{MARKER} and more"));
        assert!(forms()[3..].iter().any(|form| text.as_bytes().windows(form.len()).any(|window| window == form)));
    }
}
