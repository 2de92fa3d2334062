//! `status`: where the book stands.

use clap::Args;

use super::context::{Context, Ended};
use super::exit::Exit;
use crate::book::status::status;
use crate::store::Access;
use crate::view;

/// Show where the book stands: which book and why, who you are in it, open months and alerts
///
/// Examples:
///   subledger status
///   subledger status --format json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct StatusArgs {}

impl StatusArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let place = context.book_place()?;
        let session = context.session();
        let today = session.today();
        let mut book = context.open(Access::Read)?;
        let (status, operator) = book.read(|reader| Ok((status(reader, today)?, reader.operator(session.os_uid)?)))?;
        let operator = operator.map_or(session.os_name, |operator| {
            let roles: Vec<&str> = operator.roles(today).iter().map(|role| role.as_str()).collect();
            format!("{} ({})", operator.name, roles.join(", "))
        });
        context.answer(&view::agent::status(&status, &place.path.display().to_string(), place.because, &operator))?;
        Ok(Exit::Done)
    }
}
