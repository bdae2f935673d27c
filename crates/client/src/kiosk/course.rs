//! The course of one session, as its supervisor sees it: heard from, touched, warned, ended. Pure: callers pass `now`,
//! on a clock that never goes back.

use super::line::{FromSession, ToSession};
use std::time::Duration;

/// How long before its end an idle session is warned. WCAG 2.2, 2.2.1 asks for twenty seconds at least.
pub const COUNTDOWN: Duration = Duration::from_secs(30);
/// A session whose page is not on the screen by then does not come.
const APPEARS: Duration = Duration::from_secs(60);
/// A page says every few seconds that it lives; one that is silent so long hangs, or its process is gone.
const SILENCE: Duration = Duration::from_secs(30);

/// Why a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// « Terminer ».
    Done,
    /// Nobody touched anything.
    Idle,
    /// Its page did not come, or went silent.
    Silent,
    /// Its process ended by itself.
    Gone,
    /// Its folder in memory had no room left: the engine would soon have answered nobody.
    MemoryFull,
    /// The supervisor was asked to stop.
    Stopped,
    /// An agent gave the exit code.
    Left,
}

impl Ended {
    /// Nothing went wrong.
    #[must_use]
    pub fn orderly(self) -> bool {
        matches!(self, Self::Done | Self::Idle | Self::Stopped | Self::Left)
    }
}

/// What there is to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing before this moment, unless something is heard.
    Wait(Duration),
    /// Tell the session.
    Tell(ToSession),
    /// It is over.
    End(Ended),
}

/// The course of a session.
#[derive(Debug)]
pub struct Course {
    idle: Duration,
    /// The last sign of life; before the first one, the start.
    heard: Duration,
    shown: bool,
    /// Nothing to end while nobody has touched anything.
    touched: Option<Duration>,
    warned: bool,
    /// Something to tell the session first.
    told: Option<ToSession>,
    done: bool,
}

impl Course {
    /// A session that starts now and ends after `idle` without a touch.
    #[must_use]
    pub fn new(idle: Duration, now: Duration) -> Self {
        Self { idle, heard: now, shown: false, touched: None, warned: false, told: None, done: false }
    }

    /// The session said something. A code to leave with is not its affair.
    pub fn hear(&mut self, now: Duration, said: &FromSession) {
        self.heard = now;
        self.shown = true;
        match said {
            FromSession::Alive | FromSession::Leave { .. } => {}
            // During the countdown only « Continuer » counts: whoever comes next must not keep a space open by chance.
            FromSession::Touched if self.warned => {}
            FromSession::Touched => self.touched = Some(now),
            FromSession::Continue => {
                self.touched = Some(now);
                if self.warned {
                    self.warned = false;
                    self.told = Some(ToSession::GoOn);
                }
            }
            FromSession::Done => self.done = true,
        }
    }

    /// What there is to do. To be asked again after each step, until it is to wait or over.
    pub fn step(&mut self, now: Duration) -> Step {
        if self.done {
            return Step::End(Ended::Done);
        }
        let silent = self.heard + if self.shown { SILENCE } else { APPEARS };
        if now >= silent {
            return Step::End(Ended::Silent);
        }
        if let Some(told) = self.told.take() {
            return Step::Tell(told);
        }
        let Some(touched) = self.touched else { return Step::Wait(silent) };
        let end = touched + self.idle;
        let warning = end.saturating_sub(COUNTDOWN);
        if now >= end {
            Step::End(Ended::Idle)
        } else if self.warned {
            Step::Wait(end.min(silent))
        } else if now >= warning {
            self.warned = true;
            // What is left, in full seconds, never more than there are.
            let seconds = u32::try_from((end - now).as_secs()).unwrap_or(u32::MAX);
            Step::Tell(ToSession::Countdown { seconds })
        } else {
            Step::Wait(warning.min(silent))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const IDLE: Duration = Duration::from_secs(180);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// What is heard at which second, what is then to do, in order.
    fn steps(heard: &[(u64, FromSession)], now: u64) -> Vec<Step> {
        let mut course = Course::new(IDLE, at(0));
        let mut clock = 0;
        let mut last = vec![course.step(at(0))];
        let alive = |until: u64, course: &mut Course, clock: &mut u64| {
            while *clock + 5 < until {
                *clock += 5;
                course.hear(at(*clock), &FromSession::Alive);
                course.step(at(*clock));
            }
        };
        for (second, said) in heard {
            alive(*second, &mut course, &mut clock);
            clock = *second;
            course.hear(at(*second), said);
            last = vec![course.step(at(*second))];
            if matches!(last[0], Step::Tell(_)) {
                last.push(course.step(at(*second)));
            }
        }
        if now > clock {
            alive(now, &mut course, &mut clock);
            last = vec![course.step(at(now))];
        }
        last
    }

    #[test]
    fn courses_by_table() {
        use FromSession::{Alive, Continue, Done, Touched};
        use Step::{End, Tell, Wait};
        for (name, heard, now, expected) in [
            ("starts", vec![], 0, vec![Wait(at(60))]),
            ("nobody comes for an hour", vec![(1, Alive)], 3600, vec![Wait(at(3626))]),
            ("somebody touches it", vec![(1, Alive), (100, Touched)], 100, vec![Wait(at(130))]),
            ("and reads", vec![(1, Alive), (100, Touched)], 249, vec![Wait(at(250))]),
            ("and touches again", vec![(1, Alive), (100, Touched), (249, Touched)], 300, vec![Wait(at(329))]),
            ("is warned", vec![(100, Touched)], 250, vec![Tell(ToSession::Countdown { seconds: 30 })]),
            ("is warned late", vec![(100, Touched)], 262, vec![Wait(at(280))]),
            ("ends", vec![(100, Touched)], 280, vec![End(Ended::Idle)]),
            (
                "a touch does not stop the countdown",
                vec![(100, Touched), (255, Alive), (260, Touched)],
                280,
                vec![End(Ended::Idle)],
            ),
            (
                "« Continuer » does",
                vec![(100, Touched), (255, Alive), (260, Continue)],
                260,
                vec![Tell(ToSession::GoOn), Wait(at(290))],
            ),
            (
                "and the countdown comes again",
                vec![(100, Touched), (255, Alive), (260, Continue)],
                410,
                vec![Tell(ToSession::Countdown { seconds: 30 })],
            ),
            ("« Terminer »", vec![(100, Touched), (110, Done)], 110, vec![End(Ended::Done)]),
        ] {
            assert_eq!(steps(&heard, now), expected, "{name}");
        }
    }

    #[test]
    fn a_page_that_does_not_come_or_goes_silent_is_over() {
        let mut course = Course::new(IDLE, at(0));
        assert_eq!(course.step(at(59)), Step::Wait(at(60)));
        assert_eq!(course.step(at(60)), Step::End(Ended::Silent));
        let mut course = Course::new(IDLE, at(0));
        course.hear(at(10), &FromSession::Alive);
        assert_eq!(course.step(at(39)), Step::Wait(at(40)));
        assert_eq!(course.step(at(40)), Step::End(Ended::Silent), "whoever hangs is not waited for");
    }

    proptest! {
        /// However touched and however late one looks: over at the latest `idle` after the last touch that counts.
        #[test]
        fn an_idle_session_ends(touches in proptest::collection::vec(0u64..2000, 1..8), late in 0u64..40) {
            let mut course = Course::new(IDLE, at(0));
            let mut touches = touches;
            touches.sort_unstable();
            let mut last = None;
            for second in 0..2500u64 {
                course.hear(at(second), &FromSession::Alive);
                if touches.contains(&second) && !course.warned {
                    course.hear(at(second), &FromSession::Touched);
                    last = Some(second);
                }
                if second % (late + 1) == 0 {
                    while let Step::Tell(said) = course.step(at(second)) {
                        let left = last.map(|touch| touch + IDLE.as_secs() - second);
                        prop_assert_eq!(Some(said), left.map(|left| ToSession::Countdown { seconds: left as u32 }));
                    }
                    if course.step(at(second)) == Step::End(Ended::Idle) {
                        let touch = last.expect("a touch");
                        prop_assert!(second >= touch + IDLE.as_secs());
                        prop_assert!(second <= touch + IDLE.as_secs() + late);
                        return Ok(());
                    }
                }
            }
            prop_assert!(false, "it never ended");
        }

        #[test]
        fn a_wait_is_ahead(seconds in proptest::collection::vec((0u64..400, 0u8..4), 0..30)) {
            let mut course = Course::new(IDLE, at(0));
            let mut now = 0;
            let words = [FromSession::Alive, FromSession::Touched, FromSession::Continue, FromSession::Alive];
            for (more, said) in seconds {
                now += more;
                course.hear(at(now), &words[usize::from(said)]);
                if let Step::Wait(until) = course.step(at(now)) {
                    prop_assert!(until > at(now));
                }
            }
        }
    }
}
