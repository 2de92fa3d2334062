//! Reads files one step ahead, on a thread of its own: while one block goes into the book, the next is read and compressed.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::book::{Error, Result};
use crate::domain::bill::{Block, Layout, Parts, Remark, Source, TaxBasis};
use crate::domain::money::Exact;
use crate::domain::refusal::Notice;
use crate::store::{Compressed, Compressor};

/// What a part says of itself before its first line.
pub(super) struct Head {
    /// The place of its file among those of the bill.
    pub(super) input: usize,
    pub(super) file: String,
    pub(super) header: String,
    pub(super) layout: Layout,
    pub(super) tax: Option<TaxBasis>,
    pub(super) unknown_columns: Vec<String>,
}

/// What a part says of itself after its last line.
pub(super) struct Foot {
    pub(super) remarks: Vec<Remark>,
    pub(super) stated_total: Option<Exact>,
}

/// What is read of the files, in their order.
pub(super) enum Read {
    Head(Head),
    /// A block, its text compressed, and how many bytes have been read.
    Block(Block, Compressed, u64),
    Foot(Foot),
    /// The end, and what is worth saying of the files.
    End(Vec<Notice>),
}

/// How many blocks may wait. Each is a megabyte or two.
const AHEAD: usize = 2;

/// Reads all files through and hands out what it finds; ends with the first error of either side.
pub(super) fn read_ahead(mut parts: Box<dyn Parts>, mut take: impl FnMut(Read) -> Result<()>) -> Result<()> {
    let (sender, receiver): (_, Receiver<Result<Read>>) = sync_channel(AHEAD);
    thread::scope(|scope| {
        scope.spawn(move || {
            if let Err(error) = read_parts(parts.as_mut(), &sender) {
                // Nobody listens any more when the other side has failed first.
                drop(sender.send(Err(error)));
            }
        });
        // Taken by value: when `take` fails, the receiver goes, and with it the reading thread.
        receiver.into_iter().try_for_each(|read| take(read?))
    })
}

fn read_parts(parts: &mut dyn Parts, sender: &SyncSender<Result<Read>>) -> Result<()> {
    let mut compressor = Compressor::new().map_err(Error::from)?;
    let give = |read: Read| sender.send(Ok(read)).is_ok();
    while let Some((input, mut source)) = parts.next_part()? {
        if !give(Read::Head(head(input, source.as_ref()))) {
            return Ok(());
        }
        while let Some(block) = source.next_block()? {
            let compressed = compressor.compress(&block.raw).map_err(Error::from)?;
            if !give(Read::Block(block, compressed, parts.bytes_read())) {
                return Ok(());
            }
        }
        let foot = Foot { remarks: source.remarks().to_vec(), stated_total: source.stated_total() };
        if !give(Read::Foot(foot)) {
            return Ok(());
        }
    }
    give(Read::End(parts.notices()));
    Ok(())
}

fn head(input: usize, source: &dyn Source) -> Head {
    Head {
        input,
        file: source.file().to_owned(),
        header: source.header().to_owned(),
        layout: source.layout().clone(),
        tax: source.tax(),
        unknown_columns: source.unknown_columns().to_vec(),
    }
}
