//! What to do next, from what is known: state in, steps out, nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

/// Digests are compared after so many pulls…
pub const CHECK_PULLS: u32 = 20;
/// …or so many seconds of the server's time.
pub const CHECK_SECONDS: i64 = 24 * 3600;

/// What woke the runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// The profile was opened, or signed in to again.
    Start,
    /// The server says that a stream has news.
    Poke,
    /// Something entered the outbox.
    LocalAction,
    /// This computer has a way out again.
    NetworkBack,
    /// This computer slept.
    Wake,
    /// Somebody asked for it.
    Person,
}

/// After something went wrong: when to try again by oneself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setback {
    /// On the monotonic clock.
    pub retry_at: Duration,
    /// The server asked to wait that long: nothing cuts it short.
    pub firm: bool,
}

/// All that the plan depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The monotonic clock.
    pub now: Duration,
    /// The session with the server ended: nothing can be asked until somebody signs in.
    pub session_ended: bool,
    /// What woke the runner since the last plan.
    pub causes: BTreeSet<Cause>,
    /// Operations that can be sent now.
    pub to_send: u32,
    /// Some answers are not read back yet.
    pub catching_up: bool,
    /// Everything was read at least once since the profile was opened.
    pub read_once: bool,
    /// When to look again although nothing happened; already jittered.
    pub next_look: Duration,
    /// When the next operation that the server could not take is tried again.
    pub next_try: Option<Duration>,
    /// Pulls since the digests were compared.
    pub pulls_since_check: u32,
    /// Seconds of the server's time since the digests were compared; `None`: never.
    pub seconds_since_check: Option<i64>,
    /// The last setback, unless something succeeded since.
    pub setback: Option<Setback>,
    /// The retry budget lets a hint cut a wait short.
    pub may_hurry: bool,
}

/// Something for the runner to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Send the next operations, in order.
    Push,
    /// Read until there is no more, then swap.
    Pull,
    /// Compare digests; a difference makes the next pull the snapshot.
    Compare,
    /// Do nothing, so long; `None`: until something happens.
    Wait(Option<Duration>),
}

/// The next steps. Either they end with the wait, or they are to be planned again once done.
#[must_use]
pub fn plan(state: &State) -> Vec<Step> {
    if state.session_ended {
        return vec![Step::Wait(None)];
    }
    if let Some(setback) = state.setback
        && state.now < setback.retry_at
        && (setback.firm || !hurries(state))
    {
        return vec![Step::Wait(Some(setback.retry_at - state.now))];
    }
    let mut steps = Vec::new();
    if state.to_send > 0 {
        // What people asked goes before what there is to read: a place may depend on it.
        steps.push(Step::Push);
    }
    let pull = state.to_send > 0
        || state.catching_up
        || !state.read_once
        || !state.causes.is_empty()
        || state.setback.is_some()
        || state.now >= state.next_look;
    if pull {
        steps.push(Step::Pull);
        let due = state.pulls_since_check + 1 >= CHECK_PULLS
            || state.seconds_since_check.is_none_or(|seconds| seconds >= CHECK_SECONDS);
        if due {
            steps.push(Step::Compare);
        }
    }
    if steps.is_empty() {
        let next_try = state.next_try.filter(|next| *next > state.now);
        let next = next_try.map_or(state.next_look, |next| next.min(state.next_look));
        steps.push(Step::Wait(Some(next.saturating_sub(state.now))));
    }
    steps
}

/// Somebody's click always cuts a wait short; a hint does while the budget lasts.
fn hurries(state: &State) -> bool {
    state.causes.contains(&Cause::Person) || (state.may_hurry && !state.causes.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn quiet() -> State {
        State {
            now: MINUTE * 10,
            session_ended: false,
            causes: BTreeSet::new(),
            to_send: 0,
            catching_up: false,
            read_once: true,
            next_look: MINUTE * 13,
            next_try: None,
            pulls_since_check: 3,
            seconds_since_check: Some(60),
            setback: None,
            may_hurry: true,
        }
    }

    fn back_in(minutes: u32, firm: bool) -> Option<Setback> {
        Some(Setback { retry_at: MINUTE * (10 + minutes), firm })
    }

    #[test]
    fn plans_by_table() {
        use Step::*;
        let cause = |cause| BTreeSet::from([cause]);
        let q = quiet;
        for (name, state, steps) in [
            ("nothing", q(), vec![Wait(Some(MINUTE * 3))]),
            ("one to try again", State { next_try: Some(MINUTE * 11), ..q() }, vec![Wait(Some(MINUTE))]),
            ("one to try again later", State { next_try: Some(MINUTE * 20), ..q() }, vec![Wait(Some(MINUTE * 3))]),
            ("the timer", State { next_look: MINUTE * 10, ..q() }, vec![Pull]),
            ("just opened", State { read_once: false, ..q() }, vec![Pull]),
            ("a poke", State { causes: cause(Cause::Poke), ..q() }, vec![Pull]),
            ("an action", State { causes: cause(Cause::LocalAction), to_send: 1, ..q() }, vec![Push, Pull]),
            ("answers to read back", State { catching_up: true, ..q() }, vec![Pull]),
            ("twentieth pull", State { causes: cause(Cause::Poke), pulls_since_check: 19, ..q() }, vec![Pull, Compare]),
            (
                "a day",
                State { causes: cause(Cause::Poke), seconds_since_check: Some(86_400), ..q() },
                vec![Pull, Compare],
            ),
            ("never compared", State { read_once: false, seconds_since_check: None, ..q() }, vec![Pull, Compare]),
            (
                "signed out",
                State { session_ended: true, to_send: 4, causes: cause(Cause::Person), ..q() },
                vec![Wait(None)],
            ),
            ("backing off", State { to_send: 1, setback: back_in(1, false), ..q() }, vec![Wait(Some(MINUTE))]),
            ("time to retry", State { setback: back_in(0, true), ..q() }, vec![Pull]),
            (
                "network back",
                State { causes: cause(Cause::NetworkBack), to_send: 1, setback: back_in(1, false), ..q() },
                vec![Push, Pull],
            ),
            (
                "a hint without budget",
                State { causes: cause(Cause::Poke), may_hurry: false, setback: back_in(1, false), ..q() },
                vec![Wait(Some(MINUTE))],
            ),
            (
                "a click without budget",
                State { causes: cause(Cause::Person), may_hurry: false, setback: back_in(1, false), ..q() },
                vec![Pull],
            ),
            (
                "the server asked to wait",
                State { causes: cause(Cause::Person), setback: back_in(2, true), ..q() },
                vec![Wait(Some(MINUTE * 2))],
            ),
        ] {
            assert_eq!(plan(&state), steps, "{name}");
        }
    }

    fn any_state() -> impl Strategy<Value = State> {
        let causes = proptest::collection::btree_set(
            prop_oneof![
                Just(Cause::Start),
                Just(Cause::Poke),
                Just(Cause::LocalAction),
                Just(Cause::NetworkBack),
                Just(Cause::Wake),
                Just(Cause::Person)
            ],
            0..3,
        );
        let setback = proptest::option::of((0u64..5000, any::<bool>()));
        let seconds = (0u64..5000, 0u64..5000, setback, proptest::option::of(0u64..5000));
        let counts = (0u32..3, 0u32..40, proptest::option::of(0i64..200_000));
        (causes, seconds, counts, any::<[bool; 4]>()).prop_map(|(causes, seconds, counts, flags)| State {
            now: Duration::from_secs(seconds.0),
            session_ended: flags[0],
            causes,
            to_send: counts.0,
            catching_up: flags[1],
            read_once: flags[2],
            next_look: Duration::from_secs(seconds.1),
            next_try: seconds.3.map(Duration::from_secs),
            pulls_since_check: counts.1,
            seconds_since_check: counts.2,
            setback: seconds.2.map(|(at, firm)| Setback { retry_at: Duration::from_secs(at), firm }),
            may_hurry: flags[3],
        })
    }

    proptest! {
        #[test]
        fn a_plan_waits_or_works(state in any_state()) {
            let steps = plan(&state);
            prop_assert!(!steps.is_empty());
            let waits = steps.iter().filter(|step| matches!(step, Step::Wait(_))).count();
            prop_assert!(waits == 0 || steps.len() == 1);
            // A wait of nothing would spin.
            prop_assert!(!steps.contains(&Step::Wait(Some(Duration::ZERO))));
        }

        #[test]
        fn what_waits_to_be_sent_is_sent_or_has_a_time(state in any_state(), to_send in 1u32..60) {
            let state = State { to_send, session_ended: false, ..state };
            match plan(&state)[0] {
                Step::Push => {}
                Step::Wait(Some(time)) => {
                    prop_assert!(state.setback.is_some_and(|setback| setback.retry_at == state.now + time));
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }

        #[test]
        fn a_firm_wait_is_kept(state in any_state(), seconds in 1u64..600) {
            let setback = Some(Setback { retry_at: state.now + Duration::from_secs(seconds), firm: true });
            let state = State { setback, session_ended: false, ..state };
            prop_assert!(matches!(plan(&state)[..], [Step::Wait(Some(_))]));
        }

        #[test]
        fn every_push_is_read_back(state in any_state()) {
            let steps = plan(&state);
            if let Some(push) = steps.iter().position(|step| *step == Step::Push) {
                prop_assert!(steps[push..].contains(&Step::Pull));
            }
        }
    }
}
