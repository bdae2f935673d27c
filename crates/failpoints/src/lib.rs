//! Named places where a simulation may stop a process for ever, mistakes that it may plant, to see that its checks find
//! them, and the chance of its seed in place of the system's. Without the feature `simulation` nothing of it is compiled: programs are built so.
//!
//! A place is passed between two things that a crash may separate. The simulation runs on one thread, so what decides
//! is kept for the thread: several simulations run beside each other.

/// A mistake that a simulation plants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mistake {
    /// The server says that operations are done, and dies before they are committed.
    AcknowledgesBeforeCommit,
    /// The server does not look whether it knows an operation.
    AppliesReplaysAgain,
    /// The desktop moves its cursor and leaves the rows that came with it.
    MovesCursorWithoutRows,
    /// The desktop forgets what waits when its session ends.
    DropsOutboxWhenSignedOut,
    /// The desktop forgets its outbox when the server starts again from a backup.
    LosesOutboxOnReset,
    /// The desktop forgets what it had told people when the server starts again from a backup.
    ForgetsWhatWasTold,
    /// The server ends a reservation and does not give its places back.
    KeepsPlacesGivenUp,
    /// The server books a full day and takes the place of one half only.
    TakesHalfOfFullDay,
}

#[cfg(not(feature = "simulation"))]
mod production {
    use super::Mistake;

    /// Passes a place.
    #[inline(always)]
    pub async fn pass(_place: &'static str) {}

    /// Notes that something happened, for whoever counts.
    #[inline(always)]
    pub fn note(_what: &'static str) {}

    /// Bytes of the seed: there is none, so the system gives them.
    #[inline(always)]
    #[must_use]
    pub const fn drawn<const N: usize>() -> Option<[u8; N]> {
        None
    }

    /// Whether the mistake is planted: it is not.
    #[inline(always)]
    #[must_use]
    pub const fn planted(_mistake: Mistake) -> bool {
        false
    }
}

#[cfg(not(feature = "simulation"))]
pub use production::{drawn, note, pass, planted};

#[cfg(feature = "simulation")]
mod simulation {
    use super::Mistake;
    use std::cell::RefCell;
    use std::rc::Rc;

    /// Decides for one thread.
    pub trait Director {
        /// Whether the process that passes here dies here.
        fn stops(&self, place: &'static str) -> bool;
        /// Something happened.
        fn note(&self, what: &'static str);
        /// Whether the mistake is planted.
        fn planted(&self, mistake: Mistake) -> bool;
        /// Fills bytes by the chance of the seed.
        fn draw(&self, bytes: &mut [u8]);
    }

    thread_local! {
        static DIRECTOR: RefCell<Option<Rc<dyn Director>>> = const { RefCell::new(None) };
    }

    /// Puts a director in charge of this thread until the result is dropped.
    #[must_use]
    pub fn direct(director: Rc<dyn Director>) -> InCharge {
        DIRECTOR.with_borrow_mut(|slot| *slot = Some(director));
        InCharge(())
    }

    /// As long as it lives, its director decides.
    #[derive(Debug)]
    pub struct InCharge(());

    impl Drop for InCharge {
        fn drop(&mut self) {
            DIRECTOR.with_borrow_mut(|slot| *slot = None);
        }
    }

    fn director() -> Option<Rc<dyn Director>> {
        DIRECTOR.with_borrow(Clone::clone)
    }

    /// Passes a place, or stays there for ever.
    pub async fn pass(place: &'static str) {
        if director().is_some_and(|director| director.stops(place)) {
            std::future::pending::<()>().await;
        }
    }

    /// Notes that something happened, for whoever counts.
    pub fn note(what: &'static str) {
        if let Some(director) = director() {
            director.note(what);
        }
    }

    /// Bytes of the seed, so that the same seed gives the same ids; none where no simulation runs.
    #[must_use]
    pub fn drawn<const N: usize>() -> Option<[u8; N]> {
        let director = director()?;
        let mut bytes = [0; N];
        director.draw(&mut bytes);
        Some(bytes)
    }

    /// Whether the mistake is planted.
    #[must_use]
    pub fn planted(mistake: Mistake) -> bool {
        director().is_some_and(|director| director.planted(mistake))
    }
}

#[cfg(feature = "simulation")]
pub use simulation::{Director, InCharge, direct, drawn, note, pass, planted};
