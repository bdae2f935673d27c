//! What can be wrong with a file: every reason has a stable code and one French sentence, here and nowhere else.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $sentence:literal;)+) => {
        /// Why a line, or the whole file, is refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Reason {$(
            $(#[$doc])*
            #[serde(rename = $code)]
            $name,
        )+}

        impl Reason {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable name, for programs.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The sentence, for whoever prepares the file.
            #[must_use]
            pub fn french(self) -> &'static str {
                match self { $(Self::$name => $sentence,)+ }
            }
        }
    };
}

reasons! {
    /// Larger than the import reads.
    TooLarge, "too_large", "le fichier dépasse 64 Mio";
    /// More rows than the import reads.
    TooManyRows, "too_many_rows", "le fichier dépasse 200 000 lignes : importez-le en plusieurs fois";
    /// Nothing in it.
    Empty, "empty", "le fichier est vide : la première ligne doit nommer les colonnes";
    /// XLSX, XLS or ODS.
    Spreadsheet, "spreadsheet", "c'est un classeur (XLSX, XLS ou ODS) : enregistrez-le au format CSV";
    /// UTF-16.
    Utf16, "utf16", "le fichier est en UTF-16 : enregistrez-le en « CSV UTF-8 »";
    /// Not a text.
    Binary, "binary", "ce n'est pas un texte : un caractère de contrôle s'y trouve";
    /// UTF-8 with bytes that are not.
    MixedEncoding, "mixed_encoding", "le fichier mêle UTF-8 et un autre encodage : enregistrez-le en « CSV UTF-8 »";
    /// Ends within a character.
    Truncated, "truncated", "le fichier est tronqué : il finit au milieu d'un caractère";
    /// A quotation mark opens and never closes.
    UnclosedQuote, "unclosed_quote", "un guillemet n'est pas fermé (fichier tronqué ?)";
    /// No column `type`.
    TypeMissing, "type_missing", "la colonne « type » manque";
    /// A column nobody reads.
    UnknownColumn, "unknown_column", "cette colonne n'existe pas";
    /// A column named twice.
    ColumnTwice, "column_twice", "cette colonne est nommée deux fois";
    /// The last row ends early, and without a line end.
    CellsMissing, "cells_missing", "le fichier est tronqué : il finit au milieu de cette ligne";
    /// More cells than columns.
    CellsTooMany, "cells_too_many", "il y a plus de cellules que de colonnes";
    /// The row's type is none of the known ones.
    UnknownType, "unknown_type", "type inconnu : famille, adulte, enfant, scolarite, lien, contact ou quotient";
    /// A cell that this type of row needs is empty.
    Required, "required", "cette cellule est obligatoire";
    /// A cell that this type of row has no use for is filled.
    NotForThisType, "not_for_this_type", "cette cellule doit rester vide pour ce type de ligne";
    /// A text longer than 80 characters.
    TooLong, "too_long", "80 caractères au plus";
    /// A line of an address longer than 38 characters.
    LineTooLong, "line_too_long", "une ligne d'adresse a 38 caractères au plus";
    /// Not a French postcode.
    Postcode, "postcode", "un code postal a cinq chiffres";
    /// Not a telephone number.
    Phone, "phone", "ce n'est pas un numéro de téléphone en service";
    /// Not an e-mail address.
    Email, "email", "ce n'est pas une adresse électronique";
    /// Not an identifiant.
    Identifiant, "identifiant", "un identifiant a 4 à 64 lettres sans accent, chiffres, « . », « _ », « - » ou « @ »";
    /// Not a date of the calendar.
    Date, "date", "ce n'est pas une date (JJ/MM/AAAA ou AAAA-MM-JJ, de 1900 à 2100)";
    /// Born after today.
    BornLater, "born_later", "la date de naissance est dans l'avenir";
    /// Ends before it begins.
    EndsBefore, "ends_before", "la fin précède le début";
    /// Neither yes nor no.
    YesOrNo, "yes_or_no", "répondez oui ou non";
    /// No such role.
    Role, "role", "rôle inconnu : titulaire ou co-titulaire";
    /// No such source.
    Source, "source", "source inconnue : CAF, MSA, impots ou aucune";
    /// Not a quotient.
    Value, "value", "un quotient est un nombre entier d'euros, de 0 à 99 999";
    /// A value although the source is none.
    ValueWithoutSource, "value_without_source", "sans source, la valeur doit rester vide";
    /// Not a month.
    Month, "month", "ce n'est pas un mois (AAAA-MM)";
    /// The reference of a family nobody knows.
    UnknownFamily, "unknown_family", "cette famille n'est ni dans le fichier ni enregistrée";
    /// The reference of a child nobody knows.
    UnknownChild, "unknown_child", "cet enfant n'est ni dans le fichier ni enregistré";
    /// Two rows of type famille with one reference.
    FamilyTwice, "family_twice", "cette famille a déjà une ligne plus haut";
    /// Two rows of type enfant with one reference.
    ChildTwice, "child_twice", "cet enfant a déjà une ligne plus haut";
    /// Two holders, or two co-holders.
    RoleTwice, "role_twice", "la famille a déjà un adulte dans ce rôle plus haut";
    /// No holder, neither in the file nor on record.
    HolderMissing, "holder_missing", "la famille n'a pas de titulaire";
    /// The role is held by somebody else, who has an account.
    AnotherPerson, "another_person", "un autre adulte tient ce rôle : l'import ne remplace pas une personne (si c'est la même, donnez son identifiant)";
    /// One of the two names is not that of the adult in this role.
    NameDiffers, "name_differs", "un des deux noms n'est pas celui de l'adulte qui tient ce rôle : donnez son identifiant ou, si le fichier corrige des noms, importez avec --correct-names";
    /// The adult is on record in the other role.
    RoleChanged, "role_changed", "cet adulte est enregistré dans l'autre rôle : l'import ne change pas un rôle";
    /// Two links between one family and one child.
    LinkTwice, "link_twice", "le lien entre cette famille et cet enfant est déjà donné plus haut";
    /// A child whom no family may see.
    ChildWithoutLink, "child_without_link", "cet enfant n'est lié à aucune famille";
    /// Two schoolings on one day.
    SchoolingOverlaps, "schooling_overlaps", "cette scolarité en chevauche une autre";
    /// Two contacts of one name in a family.
    ContactTwice, "contact_twice", "la famille a déjà un contact de ce nom plus haut";
    /// Two quotients of one month in a family.
    MonthTwice, "month_twice", "la famille a déjà un quotient pour ce mois plus haut";
    /// Two adults with one identifiant in the file.
    IdentifiantTwice, "identifiant_twice", "cet identifiant est déjà donné plus haut";
    /// An account has it.
    IdentifiantTaken, "identifiant_taken", "cet identifiant est celui d'un autre compte";
}

/// One thing wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fault {
    /// Line of the file, the header being 1; 0 for the file as a whole.
    pub line: u64,
    /// Name of the column, where one cell is at fault.
    pub column: Option<Cow<'static, str>>,
    /// Why.
    pub reason: Reason,
}

impl Fault {
    /// A fault of the file as a whole.
    #[must_use]
    pub fn of_file(reason: Reason) -> Self {
        Self { line: 0, column: None, reason }
    }

    /// A fault of a line.
    #[must_use]
    pub fn of_line(line: u64, reason: Reason) -> Self {
        Self { line, column: None, reason }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "ligne {}", self.line)?;
            if let Some(column) = &self.column {
                write!(f, ", colonne « {column} »")?;
            }
            f.write_str(" : ")?;
        }
        f.write_str(self.reason.french())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_survive_json() {
        let codes: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_string(reason).expect("json"), format!("\"{}\"", reason.code()));
        }
    }

    #[test]
    fn a_fault_reads_as_a_sentence() {
        let fault = Fault { line: 12, column: Some("naissance".into()), reason: Reason::BornLater };
        assert_eq!(fault.to_string(), "ligne 12, colonne « naissance » : la date de naissance est dans l'avenir");
        assert_eq!(Fault::of_file(Reason::TooLarge).to_string(), "le fichier dépasse 64 Mio");
    }
}
