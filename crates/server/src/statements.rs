//! The text and values of statements on many rows at once.
//!
//! An engine prepares a text once and keeps it. One whose length follows the number of its rows is another text each time, to be
//! read and planned anew, which costs as much as what it does. So there are few lengths: what is looked for is [`padded`], what
//! is written goes in [`portions`].

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use uuid::Uuid;

/// Most rows of one statement, and most values looked for by one.
pub const ROWS: usize = 256;

/// Rows from which a portion is a power of two.
const SMALL: usize = 8;

/// Values to look for, brought to a power of two: the last one comes again. For lists in which that changes nothing, `IN (…)`.
#[must_use]
pub fn padded<T: Clone>(values: &[T]) -> Vec<T> {
    let mut padded = values.to_vec();
    if let Some(last) = values.last() {
        padded.resize(values.len().next_power_of_two(), last.clone());
    }
    padded
}

/// How many rows each statement takes of so many, most at first: [`ROWS`], then powers of two, then the few that are left.
pub(crate) fn portions(rows: usize) -> impl Iterator<Item = usize> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let portion = match rest {
            0 => return None,
            ROWS.. => ROWS,
            SMALL.. => 1 << rest.ilog2(),
            few => few,
        };
        rest -= portion;
        Some(portion)
    })
}

/// The `VALUES` of a multi-row statement: `($1, $2), ($3, $4)` for two rows of two columns.
#[must_use]
pub fn tuples(rows: usize, columns: usize) -> String {
    let tuple = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| format!("${}", row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(tuple).collect::<Vec<_>>().join(", ")
}

/// The commune, then each id: the values of `commune_id = $1 AND x IN ($2, …)`.
#[must_use]
pub fn commune_and(commune: Uuid, ids: &[Uuid]) -> Vec<Value> {
    std::iter::once(commune).chain(ids.iter().copied()).map(Value::from).collect()
}

/// `$2, $3, …` for `count` values after the commune.
#[must_use]
pub fn places(count: usize) -> String {
    (2..count + 2).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// A statement for the engine.
pub(crate) fn statement(on: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Statement {
    let engine = on.get_database_backend();
    let long = engine == DbBackend::Sqlite && values.len() > FEW;
    let unnumbered = if long { unnumbered(sql, values.len()) } else { None };
    Statement::from_sql_and_values(engine, unnumbered.as_deref().unwrap_or(sql), values)
}

/// Values from which it counts that SQLite walks the list of all names to find each.
const FEW: usize = 16;

/// The statement with `?` in place of `$1`, `$2`, …, which SQLite need not look up; none unless each of so many comes once,
/// in order.
fn unnumbered(sql: &str, places: usize) -> Option<String> {
    let mut pieces = sql.split('$');
    let mut unnumbered = String::with_capacity(sql.len());
    unnumbered.push_str(pieces.next()?);
    let mut count = 0;
    for piece in pieces {
        count += 1;
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        if number.parse() != Ok(count) {
            return None;
        }
        unnumbered.push('?');
        unnumbered.push_str(rest);
    }
    (count == places).then_some(unnumbered)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_lose_their_numbers_where_these_say_nothing() {
        for (sql, places, unnumbered_sql) in [
            ("a = $1 AND b IN ($2, $3)", 3, Some("a = ? AND b IN (?, ?)")),
            ("VALUES ($1,$2), ($3,$4)", 4, Some("VALUES (?,?), (?,?)")),
            ("no place", 0, Some("no place")),
            ("b IN ($2) AND a = $1", 2, None),
            ("a = $1 OR b = $1", 2, None),
            ("a = $1", 2, None),
            ("a = '$' AND b = $1", 1, None),
            ("a = $", 1, None),
        ] {
            assert_eq!(unnumbered(sql, places).as_deref(), unnumbered_sql, "{sql}");
        }
    }

    #[test]
    fn tuples_number_their_places() {
        assert_eq!(tuples(2, 3), "($1, $2, $3), ($4, $5, $6)");
    }

    #[test]
    fn what_is_looked_for_has_few_lengths() {
        for (values, length) in [(0, 0), (1, 1), (2, 2), (3, 4), (5, 8), (250, 256), (256, 256)] {
            let numbers: Vec<usize> = (0..values).collect();
            let padded = padded(&numbers);
            assert_eq!(padded.len(), length, "{values}");
            assert_eq!(padded[..values], numbers[..]);
            assert!(padded[values..].iter().all(|last| Some(last) == numbers.last()));
        }
    }

    #[test]
    fn what_is_written_goes_in_few_lengths() {
        for (rows, lengths) in [
            (0, vec![]),
            (5, vec![5]),
            (8, vec![8]),
            (13, vec![8, 5]),
            (437, vec![256, 128, 32, 16, 5]),
            (600, vec![256, 256, 64, 16, 8]),
        ] {
            assert_eq!(portions(rows).collect::<Vec<_>>(), lengths, "{rows}");
        }
    }
}
