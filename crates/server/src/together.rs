//! What the commands of a transaction leave to be written once for all of them: a statement each would cost a journey to the
//! database each, and these are most of what a small change costs.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use futures_util::future::BoxFuture;

use crate::error::Result;
use crate::writer::WriteTx;

/// When what was left is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// After the run of commands that left it: other commands read it by themselves.
    EndOfRun,
    /// At the end of the transaction.
    End,
    /// After all else: every other process of the commune waits for what it holds.
    Last,
}

/// Something that commands leave to be written later in their transaction.
pub trait Together: Default + Send + Sync + 'static {
    /// When it is written.
    const WHEN: When = When::End;

    /// Adds what a later command left.
    fn add(&mut self, later: Self);

    /// Writes all of it, within the transaction.
    fn write(self, tx: &WriteTx) -> impl Future<Output = Result<()>> + Send;
}

trait Kept: Any + Send + Sync {
    fn when(&self) -> When;
    fn add(&mut self, later: Box<dyn Kept>);
    fn write<'a>(self: Box<Self>, tx: &'a WriteTx) -> BoxFuture<'a, Result<()>>;
}

impl<T: Together> Kept for T {
    fn when(&self) -> When {
        T::WHEN
    }

    fn add(&mut self, later: Box<dyn Kept>) {
        let later: Box<dyn Any> = later;
        // Kept under its own type.
        if let Ok(later) = later.downcast::<T>() {
            Together::add(self, *later);
        }
    }

    fn write<'a>(self: Box<Self>, tx: &'a WriteTx) -> BoxFuture<'a, Result<()>> {
        Box::pin(Together::write(*self, tx))
    }
}

/// Everything left so far, by type.
#[derive(Default)]
pub(crate) struct Left(BTreeMap<TypeId, Box<dyn Kept>>);

impl fmt::Debug for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Left").field(&self.0.len()).finish()
    }
}

impl Left {
    pub fn get<T: Together>(&self) -> Option<&T> {
        let kept: &dyn Any = self.0.get(&TypeId::of::<T>())?.as_ref();
        kept.downcast_ref()
    }

    pub fn leave<T: Together>(&mut self, leave: impl FnOnce(&mut T)) {
        let mut one = T::default();
        leave(&mut one);
        self.take(TypeId::of::<T>(), Box::new(one));
    }

    pub fn add(&mut self, later: Self) {
        for (kind, more) in later.0 {
            self.take(kind, more);
        }
    }

    fn take(&mut self, kind: TypeId, more: Box<dyn Kept>) {
        match self.0.entry(kind) {
            Entry::Occupied(mut kept) => kept.get_mut().add(more),
            Entry::Vacant(place) => {
                place.insert(more);
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out what is written after a run.
    pub fn of_run(&mut self) -> Self {
        let of_run = |_: &TypeId, kept: &mut Box<dyn Kept>| kept.when() == When::EndOfRun;
        Self(self.0.extract_if(.., of_run).collect())
    }

    /// Writes all of it, in its order.
    pub async fn write(self, tx: &WriteTx) -> Result<()> {
        let mut kept: Vec<Box<dyn Kept>> = self.0.into_values().collect();
        kept.sort_by_key(|kept| kept.when());
        for kept in kept {
            kept.write(tx).await?;
        }
        Ok(())
    }
}
