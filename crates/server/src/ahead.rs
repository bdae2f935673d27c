//! What the commands of a transaction read, asked for once for all of them before the first one runs: a question each
//! would cost a journey to the database each.

use std::any::{Any, TypeId};
use std::fmt;

use futures_util::future::BoxFuture;

use crate::error::Result;
use crate::writer::WriteTx;

/// Something that is read ahead. It gathers what commands want, then holds what was found.
pub trait Ahead: Default + Send + Sync + 'static {
    /// Reads what was wanted, within the transaction.
    fn read(&mut self, tx: &WriteTx) -> impl Future<Output = Result<()>> + Send;
}

trait Kept: Any + Send + Sync {
    fn read<'a>(&'a mut self, tx: &'a WriteTx) -> BoxFuture<'a, Result<()>>;
}

impl<T: Ahead> Kept for T {
    fn read<'a>(&'a mut self, tx: &'a WriteTx) -> BoxFuture<'a, Result<()>> {
        Box::pin(Ahead::read(self, tx))
    }
}

/// All that commands want, in the order in which it is first asked for: streams are held before anything of theirs is
/// read.
#[derive(Default)]
pub struct Reads {
    kept: Vec<(TypeId, Box<dyn Kept>)>,
    /// The one kind of command that this run is of.
    kind: Option<&'static str>,
}

impl fmt::Debug for Reads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reads").field(&self.kept.len()).finish()
    }
}

impl Reads {
    /// Whether the run is of this kind of command, as it is from now on when it was of none.
    pub fn are_for(&mut self, kind: &'static str) -> bool {
        *self.kind.get_or_insert(kind) == kind
    }

    /// Adds to what is wanted.
    pub fn want<T: Ahead>(&mut self, want: impl FnOnce(&mut T)) {
        let kind = TypeId::of::<T>();
        let place = self.kept.iter().position(|(of, _)| *of == kind).unwrap_or_else(|| {
            self.kept.push((kind, Box::new(T::default())));
            self.kept.len() - 1
        });
        let kept: &mut dyn Any = self.kept[place].1.as_mut();
        // Kept under its own type.
        if let Some(kept) = kept.downcast_mut() {
            want(kept);
        }
    }

    pub(crate) fn get<T: Ahead>(&self) -> Option<&T> {
        let (_, kept) = self.kept.iter().find(|(kind, _)| *kind == TypeId::of::<T>())?;
        let kept: &dyn Any = kept.as_ref();
        kept.downcast_ref()
    }

    pub(crate) async fn read(&mut self, tx: &WriteTx) -> Result<()> {
        for (_, kept) in &mut self.kept {
            kept.read(tx).await?;
        }
        Ok(())
    }
}
