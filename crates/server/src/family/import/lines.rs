//! Rows of text → lines with a meaning: each cell read through the domain's types, every faulty one reported.
//!
//! A faulty cell leaves a placeholder, so that one mistake does not raise others further on (« this family is
//! unknown »); nothing is written as soon as there is one fault. A line whose references cannot be read is left out.

use jiff::civil::Date;
use preau_domain::accounts::Identifiant;
use preau_domain::family::{AdultRole, Email, FamilyError, Month, Phone, PostalAddress, QuotientSource, one_line};

use super::faults::{Fault, Reason};
use super::read::{Column, Row, Sheet};
use crate::family::folding::fold;

/// Longest name, reference or school.
const MAX_TEXT: usize = 80;
/// Largest quotient, in whole euros per month.
const MAX_QUOTIENT: u32 = 99_999;

/// Something and the line that says it.
#[derive(Debug)]
pub(super) struct Line<T> {
    pub number: u64,
    pub says: T,
}

/// All lines of a file, by type.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub families: Vec<Line<FamilyLine>>,
    pub adults: Vec<Line<AdultLine>>,
    pub children: Vec<Line<ChildLine>>,
    pub schoolings: Vec<Line<SchoolingLine>>,
    pub links: Vec<Line<LinkLine>>,
    pub contacts: Vec<Line<ContactLine>>,
    pub quotients: Vec<Line<QuotientLine>>,
}

/// `famille`.
#[derive(Debug)]
pub(super) struct FamilyLine {
    pub reference: String,
    pub address: Option<PostalAddress>,
}

/// `adulte`.
#[derive(Debug)]
pub(super) struct AdultLine {
    pub family: String,
    /// Absent when the cell cannot be read.
    pub role: Option<AdultRole>,
    pub first_name: String,
    pub last_name: String,
    pub mobile: Option<Phone>,
    pub landline: Option<Phone>,
    pub email: Option<Email>,
    pub identifiant: Option<Identifiant>,
}

/// `enfant`.
#[derive(Debug)]
pub(super) struct ChildLine {
    pub reference: String,
    pub first_name: String,
    pub last_name: String,
    pub birth_date: Date,
}

/// `scolarite`.
#[derive(Debug)]
pub(super) struct SchoolingLine {
    pub child: String,
    pub from: Date,
    pub to: Option<Date>,
    pub school: String,
    pub level: String,
    pub class: Option<String>,
}

/// `lien`.
#[derive(Debug)]
pub(super) struct LinkLine {
    pub family: String,
    pub child: String,
    pub from: Date,
    pub to: Option<Date>,
    pub may_book: bool,
    pub may_collect: bool,
    pub pays: bool,
}

/// `contact`.
#[derive(Debug)]
pub(super) struct ContactLine {
    pub family: String,
    pub first_name: String,
    pub last_name: String,
    pub relation: String,
    pub phone: Option<Phone>,
    pub may_collect: bool,
    pub emergency: bool,
}

/// `quotient`.
#[derive(Debug)]
pub(super) struct QuotientLine {
    pub family: String,
    pub source: QuotientSource,
    pub value: Option<u32>,
    pub month: Month,
}

/// Reads every row. `today` bounds dates of birth.
pub(super) fn read_lines(sheet: &Sheet, today: Date, faults: &mut Vec<Fault>) -> Lines {
    let mut lines = Lines::default();
    for row in &sheet.rows {
        let number = row.line;
        let mut cells = Cells { sheet, row, faults, used: vec![Column::Type] };
        let kind = fold(sheet.cell(row, Column::Type));
        match kind.as_str() {
            "famille" => lines.families.extend(cells.family().map(|says| Line { number, says })),
            "adulte" => lines.adults.extend(cells.adult().map(|says| Line { number, says })),
            "enfant" => lines.children.extend(cells.child(today).map(|says| Line { number, says })),
            "scolarite" => lines.schoolings.extend(cells.schooling().map(|says| Line { number, says })),
            "lien" => lines.links.extend(cells.link().map(|says| Line { number, says })),
            "contact" => lines.contacts.extend(cells.contact().map(|says| Line { number, says })),
            "quotient" => lines.quotients.extend(cells.quotient().map(|says| Line { number, says })),
            "" => cells.fault(Column::Type, Reason::Required),
            _ => cells.fault(Column::Type, Reason::UnknownType),
        }
        if cells.used.len() > 1 {
            cells.refuse_unused();
        }
    }
    lines
}

/// The cells of one row.
struct Cells<'a> {
    sheet: &'a Sheet,
    row: &'a Row,
    faults: &'a mut Vec<Fault>,
    /// Columns this type of row reads.
    used: Vec<Column>,
}

impl Cells<'_> {
    fn family(&mut self) -> Option<FamilyLine> {
        let reference = self.text(Column::Famille);
        let lines = [Column::Adresse, Column::Complement, Column::CodePostal, Column::Ville];
        let [street, complement, postcode, city] = lines.map(|column| self.optional(column));
        let given = [&street, &complement, &postcode, &city].iter().any(|line| line.is_some());
        let address = given.then(|| {
            let line = |text: &Option<String>| text.clone().unwrap_or_default();
            PostalAddress::new(&line(&street), complement.as_deref(), &line(&postcode), &line(&city))
        });
        let address = match address {
            Some(Ok(address)) => Some(address),
            Some(Err(problems)) => {
                for (field, problem) in problems {
                    let column = match field {
                        "street" => Column::Adresse,
                        "complement" => Column::Complement,
                        "city" => Column::Ville,
                        _ => Column::CodePostal,
                    };
                    self.fault(column, reason_of(problem));
                }
                None
            }
            None => None,
        };
        Some(FamilyLine { reference: reference?, address })
    }

    fn adult(&mut self) -> Option<AdultLine> {
        let family = self.text(Column::Famille);
        let role = self.required(Column::Role).and_then(|text| match fold(&text).as_str() {
            "titulaire" => Some(AdultRole::Holder),
            "co titulaire" | "cotitulaire" => Some(AdultRole::CoHolder),
            _ => self.no(Column::Role, Reason::Role),
        });
        let (last_name, first_name) = self.names();
        let mobile = self.parsed(Column::Mobile, |text| Phone::parse(text).map_err(reason_of));
        let landline = self.parsed(Column::Fixe, |text| Phone::parse(text).map_err(reason_of));
        let email = self.parsed(Column::Courriel, |text| Email::parse(text).map_err(reason_of));
        let identifiant =
            self.parsed(Column::Identifiant, |text| Identifiant::parse(text).map_err(|_| Reason::Identifiant));
        Some(AdultLine { family: family?, role, first_name, last_name, mobile, landline, email, identifiant })
    }

    fn child(&mut self, today: Date) -> Option<ChildLine> {
        let reference = self.text(Column::Enfant);
        let (last_name, first_name) = self.names();
        let birth_date = self.date(Column::Naissance);
        if birth_date > today {
            self.fault(Column::Naissance, Reason::BornLater);
        }
        Some(ChildLine { reference: reference?, first_name, last_name, birth_date })
    }

    fn schooling(&mut self) -> Option<SchoolingLine> {
        let child = self.text(Column::Enfant);
        let (from, to) = self.dates();
        let school = self.text(Column::Ecole).unwrap_or_default();
        let level = self.text(Column::Niveau).unwrap_or_default();
        let class = self.optional_text(Column::Classe);
        Some(SchoolingLine { child: child?, from, to, school, level, class })
    }

    fn link(&mut self) -> Option<LinkLine> {
        let (family, child) = (self.text(Column::Famille), self.text(Column::Enfant));
        let (from, to) = self.dates();
        let [may_book, may_collect, pays] =
            [Column::Reserve, Column::Recupere, Column::Paie].map(|column| self.yes_or_no(column));
        Some(LinkLine { family: family?, child: child?, from, to, may_book, may_collect, pays })
    }

    fn contact(&mut self) -> Option<ContactLine> {
        let family = self.text(Column::Famille);
        let (last_name, first_name) = self.names();
        let relation = self.text(Column::Lien).unwrap_or_default();
        let phone = self.parsed(Column::Telephone, |text| Phone::parse(text).map_err(reason_of));
        let [may_collect, emergency] = [Column::Recupere, Column::Urgence].map(|column| self.yes_or_no(column));
        Some(ContactLine { family: family?, first_name, last_name, relation, phone, may_collect, emergency })
    }

    fn quotient(&mut self) -> Option<QuotientLine> {
        let family = self.text(Column::Famille);
        let source = self.required(Column::Source).and_then(|text| match fold(&text).as_str() {
            "caf" => Some(QuotientSource::Caf),
            "msa" => Some(QuotientSource::Msa),
            "impots" => Some(QuotientSource::TaxNotice),
            "aucune" => Some(QuotientSource::None),
            _ => self.no(Column::Source, Reason::Source),
        });
        let value = self.parsed(Column::Valeur, |text| {
            text.parse::<u32>().ok().filter(|value| *value <= MAX_QUOTIENT).ok_or(Reason::Value)
        });
        let empty = self.sheet.cell(self.row, Column::Valeur).is_empty();
        match source {
            Some(QuotientSource::None) if !empty => self.fault(Column::Valeur, Reason::ValueWithoutSource),
            Some(QuotientSource::None) | None => {}
            Some(_) if empty => self.fault(Column::Valeur, Reason::Required),
            Some(_) => {}
        }
        let month = self.required(Column::Mois).and_then(|text| match Month::parse(&text) {
            Some(month) => Some(month),
            None => self.no(Column::Mois, Reason::Month),
        });
        Some(QuotientLine { family: family?, source: source?, value, month: month? })
    }

    fn names(&mut self) -> (String, String) {
        let [last, first] = [Column::Nom, Column::Prenom].map(|column| self.text(column).unwrap_or_default());
        (last, first)
    }

    fn dates(&mut self) -> (Date, Option<Date>) {
        let from = self.date(Column::Du);
        let to = self.parsed(Column::Au, read_date);
        if to.is_some_and(|to| to < from) {
            self.fault(Column::Au, Reason::EndsBefore);
        }
        (from, to)
    }

    /// A date that must be there; a placeholder where it cannot be read.
    fn date(&mut self, column: Column) -> Date {
        let text = self.required(column);
        text.and_then(|text| read_date(&text).map_err(|reason| self.fault(column, reason)).ok()).unwrap_or(Date::MIN)
    }

    fn yes_or_no(&mut self, column: Column) -> bool {
        let text = self.required(column);
        text.and_then(|text| match text.to_lowercase().as_str() {
            "oui" => Some(true),
            "non" => Some(false),
            _ => self.no(column, Reason::YesOrNo),
        })
        .unwrap_or(false)
    }

    /// A text on one line that must be there.
    fn text(&mut self, column: Column) -> Option<String> {
        let text = self.required(column)?;
        self.short(column, text)
    }

    fn optional_text(&mut self, column: Column) -> Option<String> {
        let text = self.optional(column)?;
        self.short(column, text)
    }

    fn short(&mut self, column: Column, text: String) -> Option<String> {
        if text.chars().count() > MAX_TEXT { self.no(column, Reason::TooLong) } else { Some(text) }
    }

    fn parsed<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, Reason>) -> Option<T> {
        let text = self.optional(column)?;
        read(&text).map_err(|reason| self.fault(column, reason)).ok()
    }

    fn required(&mut self, column: Column) -> Option<String> {
        let text = self.optional(column);
        if text.is_none() {
            self.fault(column, Reason::Required);
        }
        text
    }

    /// The text of a cell on one line, where it is not empty.
    fn optional(&mut self, column: Column) -> Option<String> {
        self.used.push(column);
        Some(one_line(self.sheet.cell(self.row, column))).filter(|text| !text.is_empty())
    }

    fn fault(&mut self, column: Column, reason: Reason) {
        self.faults.push(Fault { line: self.row.line, column: Some(column.name().into()), reason });
    }

    fn no<T>(&mut self, column: Column, reason: Reason) -> Option<T> {
        self.fault(column, reason);
        None
    }

    /// A cell that would be read by nobody is a mistake rather than nothing.
    fn refuse_unused(&mut self) {
        for column in Column::ALL {
            if !self.used.contains(column) && !self.sheet.cell(self.row, *column).is_empty() {
                self.fault(*column, Reason::NotForThisType);
            }
        }
    }
}

/// `JJ/MM/AAAA` or `AAAA-MM-JJ`.
fn read_date(text: &str) -> Result<Date, Reason> {
    let parts: Vec<&str> = text.split(['/', '-']).collect();
    let &[a, b, c] = parts.as_slice() else { return Err(Reason::Date) };
    let (year, month, day) = if text.contains('/') { (c, b, a) } else { (a, b, c) };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if ![year, month, day].into_iter().all(digits) || year.len() != 4 || (text.contains('/') && text.contains('-')) {
        return Err(Reason::Date);
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<i16>(), month.parse::<i8>(), day.parse::<i8>()) else {
        return Err(Reason::Date);
    };
    if !(1900..=2100).contains(&year) {
        return Err(Reason::Date);
    }
    Date::new(year, month, day).map_err(|_| Reason::Date)
}

fn reason_of(problem: FamilyError) -> Reason {
    match problem {
        FamilyError::LineTooLong => Reason::LineTooLong,
        FamilyError::Postcode => Reason::Postcode,
        FamilyError::Phone => Reason::Phone,
        FamilyError::Email => Reason::Email,
        // The rules of changes and of invitations are never asked here.
        FamilyError::Empty
        | FamilyError::NameTooLong
        | FamilyError::NameCharacter
        | FamilyError::WrongField
        | FamilyError::Unchanged
        | FamilyError::Stale
        | FamilyError::AlreadyWaiting => Reason::Required,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn dates_by_table() {
        for (text, expected) in [
            ("14/05/2018", Some(date(2018, 5, 14))),
            ("2018-05-14", Some(date(2018, 5, 14))),
            ("4/5/2018", Some(date(2018, 5, 4))),
            ("29/02/2019", None),
            ("14/05/18", None),
            ("14-05-2018", None),
            ("14/05-2018", None),
            ("05/2018", None),
            ("01/01/1899", None),
            ("+1/05/2018", None),
            ("hier", None),
        ] {
            assert_eq!(read_date(text).ok(), expected, "{text}");
        }
    }
}
