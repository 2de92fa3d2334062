//! How far a long piece of work has come, told to whoever is watching.

/// Somebody who watches long work; the command line draws a bar, tests and cron watch with [`Unwatched`].
pub trait Watch {
    /// `done` of `total` units are done; `total` is `None` when it cannot be known beforehand.
    fn advance(&self, done: u64, total: Option<u64>);
}

/// Nobody is watching.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn advance(&self, _done: u64, _total: Option<u64>) {}
}
