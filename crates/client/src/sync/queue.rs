//! Which operations go next, and which together: rows and times in, rows out, nothing else.
//!
//! An operation that the server could not take (a fault of its own, a refusal of the whole request) waits by itself,
//! alone and longer each time, and those behind it go on: one family's odd request must not keep the others from
//! arriving. One thing is kept: an operation never overtakes an earlier one **on the same detail of the same person**, or
//! on days of the same activity,
//! because the later one is the one meant to stand. Nothing else depends on order: operations carry the value that
//! their author saw, so the server refuses one that comes too late instead of undoing somebody's change. Giving up an
//! operation touches no detail and always may go, a blocked one being the first that somebody wants to give up.

use super::outbox::Row;
use preau_protocol::family::{DetailFieldDto, DetailSubjectDto};
use preau_protocol::sync::{MAX_OPERATIONS, Op};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;
use uuid::Uuid;

/// What is known of the operations that the server could not take.
#[derive(Debug, Default)]
pub struct Setbacks {
    /// When each may be tried again, on the monotonic clock.
    retry_at: BTreeMap<Uuid, Duration>,
}

/// What can be sent, and when there will be more.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// To be sent together, in order.
    pub rows: Vec<Row>,
    /// How many could be sent by now, those of this turn included.
    pub ready: usize,
    /// When the next of those that wait by themselves may be tried.
    pub next_try: Option<Duration>,
}

impl Setbacks {
    /// The server could not take this one: not before then.
    pub fn wait(&mut self, op_id: Uuid, retry_at: Duration) {
        self.retry_at.insert(op_id, retry_at);
    }

    /// Somebody asked: all may be tried now.
    pub fn forgive(&mut self) {
        self.retry_at.clear();
    }

    /// The next turn among the unanswered rows, oldest first. Those that the server could not take before, and those of
    /// `alone`, go by themselves.
    #[must_use]
    pub fn turn(&self, rows: &[Row], now: Duration, alone: &BTreeSet<Uuid>) -> Turn {
        let mut turn = Turn::default();
        let mut held = HashSet::new();
        for row in rows {
            let touched = touched(row);
            if touched.is_some_and(|detail| held.contains(&detail)) {
                continue;
            }
            if let Some(at) = self.retry_at.get(&row.op_id).copied().filter(|at| *at > now) {
                turn.next_try = Some(turn.next_try.map_or(at, |next| next.min(at)));
                held.extend(touched);
                continue;
            }
            turn.ready += 1;
            let by_itself = |row: &Row| row.faults > 0 || alone.contains(&row.op_id);
            let full = turn.rows.len() == MAX_OPERATIONS || turn.rows.first().is_some_and(by_itself);
            if turn.rows.is_empty() || !(full || by_itself(row)) {
                turn.rows.push(row.clone());
            } else {
                // It goes in a later turn, and what touches the same detail after it.
                held.extend(touched);
            }
        }
        turn
    }
}

/// Why an operation does not go although nothing is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// An earlier one on the same detail is one that the server cannot take.
    Behind,
    /// It is being given up, and that is not answered yet.
    GivenUp,
}

/// Which of the outbox's operations are held, and why. `rows` is the whole outbox, oldest first.
#[must_use]
pub fn held(rows: &[Row]) -> BTreeMap<Uuid, Held> {
    let unanswered = || rows.iter().filter(|row| row.outcome.is_none());
    let given_up: HashSet<Uuid> = unanswered().filter_map(|row| row.target).collect();
    let mut blocked = HashSet::new();
    let mut held = BTreeMap::new();
    for row in unanswered() {
        if given_up.contains(&row.op_id) {
            held.insert(row.op_id, Held::GivenUp);
            continue;
        }
        let touched = touched(row);
        if row.blocked() {
            blocked.extend(touched);
        } else if touched.is_some_and(|detail| blocked.contains(&detail)) {
            held.insert(row.op_id, Held::Behind);
        }
    }
    held
}

/// What an operation changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Touched {
    /// A detail of the home or of a person.
    Detail(DetailSubjectDto, DetailFieldDto),
    /// Days of an activity.
    Days(Uuid),
}

/// What an operation changes. One of a version that this one does not know is taken to change none: it was kept
/// by a newer application, which knew what it left behind it.
fn touched(row: &Row) -> Option<Touched> {
    match row.op()? {
        Op::ChangeDetail(op) => Some(Touched::Detail(op.subject, op.field)),
        Op::ChangeDays(op) => Some(Touched::Days(op.activity_id)),
        Op::AcknowledgeNotice(_) | Op::Cancel { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::outbox::Outcome;
    use preau_protocol::sync::OutcomeStatus;
    use proptest::prelude::*;

    const NOW: Duration = Duration::from_secs(100);

    fn later(seconds: u64) -> Duration {
        NOW + Duration::from_secs(seconds)
    }

    /// An operation on the telephone of a person; person 0 gives another operation up instead.
    fn row(n: u128, person: u128, faults: u32) -> Row {
        let op = if person == 0 {
            serde_json::json!({"type": "sync.cancel", "op_id": Uuid::from_u128(n + 1000)})
        } else {
            let value = |text: &str| serde_json::json!({"type": "phone", "value": text});
            serde_json::json!({"type": "family.change_detail", "field": "mobile_phone",
                "subject": {"type": "adult", "person_id": Uuid::from_u128(person)},
                "old": value("+33612345601"), "new": value("+33612345602")})
        };
        Row {
            op_id: Uuid::from_u128(n),
            kind: String::new(),
            body: op.to_string(),
            target: None,
            created_at: String::new(),
            sent_count: 1,
            faults,
            outcome: None,
            answered_at: None,
            caught_up_at: None,
            acknowledged_at: None,
            told: None,
            changed_at: None,
            given_up: false,
        }
    }

    fn turn(rows: &[Row], waits: &[(u128, u64)], alone: &[u128]) -> (Vec<u128>, Option<Duration>) {
        let mut setbacks = Setbacks::default();
        for (n, seconds) in waits {
            setbacks.wait(Uuid::from_u128(*n), later(*seconds));
        }
        let alone = alone.iter().map(|n| Uuid::from_u128(*n)).collect();
        let turn = setbacks.turn(rows, NOW, &alone);
        (turn.rows.iter().map(|row| row.op_id.as_u128()).collect(), turn.next_try)
    }

    #[test]
    fn turns_by_table() {
        let three = [row(1, 1, 0), row(2, 2, 0), row(3, 3, 0)];
        let first_faulted = [row(1, 1, 1), row(2, 2, 0), row(3, 3, 0)];
        let same_detail = [row(1, 1, 1), row(2, 1, 0), row(3, 3, 0)];
        let second_faulted = [row(1, 1, 0), row(2, 2, 1), row(3, 2, 0)];
        let given_up = [row(1, 1, 1), row(2, 0, 0)];
        for (name, rows, waits, alone, expected) in [
            ("all together", &three[..], &[][..], &[][..], (vec![1, 2, 3], None)),
            ("one by one after a batch", &three, &[], &[1, 2, 3], (vec![1], None)),
            ("past the blocked one", &first_faulted, &[(1, 5)], &[], (vec![2, 3], Some(later(5)))),
            ("its time has come: alone", &first_faulted, &[], &[], (vec![1], None)),
            ("nobody overtakes on a detail", &same_detail, &[(1, 5)], &[], (vec![3], Some(later(5)))),
            ("nor past one that goes next", &second_faulted, &[], &[], (vec![1], None)),
            ("giving up passes", &given_up, &[(1, 5)], &[], (vec![2], Some(later(5)))),
            ("a time that is past counts no more", &three, &[(1, 0)], &[], (vec![1, 2, 3], None)),
        ] {
            assert_eq!(turn(rows, waits, alone), expected, "{name}");
        }
    }

    #[test]
    fn what_is_held_says_why() {
        let giving_up =
            |n: u128, target: u128, faults: u32| Row { target: Some(Uuid::from_u128(target)), ..row(n, 0, faults) };
        let answered =
            |row: Row| Row { outcome: Some(Outcome { status: OutcomeStatus::Applied, code: None, version: 3 }), ..row };
        for (name, rows, expected) in [
            ("nothing is wrong", vec![row(1, 1, 0), row(2, 1, 0)], vec![]),
            ("behind a blocked one", vec![row(1, 1, 2), row(2, 1, 0), row(3, 2, 0)], vec![(2, Held::Behind)]),
            ("blocked itself", vec![row(1, 1, 2), row(2, 1, 1)], vec![]),
            ("the blocked one is answered by now", vec![answered(row(1, 1, 2)), row(2, 1, 0)], vec![]),
            ("given up, not answered", vec![row(1, 1, 2), giving_up(2, 1, 0)], vec![(1, Held::GivenUp)]),
            ("given up, answered: sent again", vec![row(1, 1, 0), answered(giving_up(2, 1, 0))], vec![]),
            (
                "what is given up holds nobody",
                vec![row(1, 1, 2), giving_up(2, 1, 3), row(3, 1, 0)],
                vec![(1, Held::GivenUp)],
            ),
        ] {
            let expected: BTreeMap<Uuid, Held> =
                expected.into_iter().map(|(n, why)| (Uuid::from_u128(n), why)).collect();
            assert_eq!(held(&rows), expected, "{name}");
        }
    }

    #[test]
    fn no_more_than_the_server_takes_at_once() {
        let rows: Vec<Row> = (1..=120).map(|n| row(n, n, 0)).collect();
        let turn = Setbacks::default().turn(&rows, NOW, &BTreeSet::new());
        assert_eq!((turn.rows.len(), turn.ready), (MAX_OPERATIONS, 120));
    }

    proptest! {
        #[test]
        fn everything_goes_in_the_order_of_its_detail(
            ops in proptest::collection::vec((1u128..4, 0u32..2, any::<bool>()), 1..20),
            waits in proptest::collection::btree_map(0usize..20, 1u64..9, 0..5),
        ) {
            let rows: Vec<Row> = ops.iter().zip(1..).map(|((person, faults, _), n)| row(n, *person, *faults)).collect();
            let alone = ops.iter().zip(1..).filter(|((.., alone), _)| *alone).map(|(_, n)| Uuid::from_u128(n)).collect();
            let mut setbacks = Setbacks::default();
            for (at, seconds) in waits {
                setbacks.wait(Uuid::from_u128(at as u128), later(seconds));
            }
            let (mut left, mut sent, mut now) = (rows.clone(), Vec::new(), NOW);
            while !left.is_empty() {
                let turn = setbacks.turn(&left, now, &alone);
                prop_assert!(!turn.rows.is_empty() || turn.next_try.is_some_and(|next| next > now));
                now = if turn.rows.is_empty() { turn.next_try.unwrap_or(now) } else { now };
                left.retain(|row| !turn.rows.contains(row));
                sent.extend(turn.rows);
            }
            for detail in 1..4 {
                let order = |rows: &[Row]| -> Vec<Uuid> {
                    let subject = DetailSubjectDto::Adult { person_id: Uuid::from_u128(detail) };
                    rows.iter().filter(|row| matches!(touched(row), Some(Touched::Detail(of, _)) if of == subject)).map(|row| row.op_id).collect()
                };
                prop_assert_eq!(order(&sent), order(&rows));
            }
        }
    }
}
