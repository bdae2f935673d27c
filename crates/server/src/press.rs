//! Prints letters as tagged PDFs, by [`preau_paper`]. Part of the program alone: typst compiles long.

use preau_domain::family::Phone;
use preau_paper::{ActivationLetter, Recipient, Sender, activation_letters};
use preau_protocol::communes::CommuneDto;
use preau_server::accounts::letters::{LETTERS_PER_PDF, Letter, LetterPress};

// What a server of modest means has room for is known to both.
const _: () = assert!(LETTERS_PER_PDF <= preau_paper::LETTERS_PER_PDF);

/// The press.
pub struct Press;

impl LetterPress for Press {
    fn print(&self, letters: &[Letter], town: &CommuneDto, server: &str) -> anyhow::Result<Vec<u8>> {
        let phone = Phone::on_record(&town.contact.phone).display();
        let sender = Sender {
            town: &town.name,
            service: &town.contact.label,
            lines: &[],
            phone: &phone,
            email: &town.contact.email,
        };
        let uris: Vec<String> = letters.iter().map(|letter| letter.connect_uri(town, server)).collect();
        let pages = letters.iter().zip(&uris).map(|(letter, uri)| page(letter, sender, town, uri));
        let pages: Vec<ActivationLetter<'_>> = pages.collect();
        Ok(activation_letters(&pages)?)
    }
}

fn page<'a>(letter: &'a Letter, sender: Sender<'a>, town: &'a CommuneDto, uri: &'a str) -> ActivationLetter<'a> {
    ActivationLetter {
        sender,
        recipient: Recipient { name: &letter.person, lines: &letter.address },
        family: &letter.family,
        city: &town.name,
        written_on: letter.written_on,
        identifiant: &letter.identifiant,
        code: &letter.code,
        good_until: letter.good_until,
        connect_uri: uri,
    }
}
