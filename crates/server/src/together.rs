//! What the commands of a transaction leave to be written once for all of them: a statement each would cost a journey to the
//! database each, and these are most of what a small change costs.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use futures_util::future::BoxFuture;

use crate::error::Result;
use crate::writer::WriteTx;

/// Something that commands leave for the end of their transaction.
pub trait Together: Default + Send + Sync + 'static {
    /// Adds what a later command left.
    fn add(&mut self, later: Self);

    /// Writes all of it, within the transaction.
    fn write(self, tx: &WriteTx) -> impl Future<Output = Result<()>> + Send;
}

trait Kept: Any + Send + Sync {
    fn add(&mut self, later: Box<dyn Kept>);
    fn write<'a>(self: Box<Self>, tx: &'a WriteTx) -> BoxFuture<'a, Result<()>>;
}

impl<T: Together> Kept for T {
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

    pub async fn write(self, tx: &WriteTx) -> Result<()> {
        for kept in self.0.into_values() {
            kept.write(tx).await?;
        }
        Ok(())
    }
}
