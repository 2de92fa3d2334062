//! `statement show`: shows the statement of an account, or those of a group's or an entity's accounts.

use clap::Args;

use crate::book::statement::{show, show_entity, show_group};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::domain::period::Month;
use crate::view::language::Language;
use crate::view::statement::{sheet, statement, together};

/// Show the statement of an account for a month, or those of a group's or an entity's accounts
///
/// Amounts are the balance due: charges raise it, payments and credits lower it; below zero it
/// is unspent money of the customer. Each charge has its list price, the tier, the discount and
/// what is payable; what was paid already and is given back goes to the group's deposits. The
/// statement of a closed month is frozen; that of an open month is provisional.
///
/// A group's or an entity's has a row for each account, what they add up to, and all their lines;
/// a group's also what moved its deposits. CSV is finance's form: of each account the opening, its
/// lines, the closing. An HTML page prints on A4 and has charts of the spending.
///
/// Examples:
///   subledger statement show acme-prod --period 2026-06
///   subledger statement show --group acme --period 2026-06 --output acme.xlsx
///   subledger statement show --entity acme-hq --period 2026-06 --lang zh --output acme-hq.html
#[derive(Args, Debug)]
#[command(verbatim_doc_comment, group = clap::ArgGroup::new("whose").required(true).args(["account", "group", "entity"]))]
pub(crate) struct ShowArgs {
    /// The account's code or UID
    account: Option<String>,

    /// All accounts of this group
    #[arg(long, value_name = "CODE")]
    group: Option<String>,

    /// All accounts of this real-name owner
    #[arg(long, value_name = "CODE")]
    entity: Option<String>,

    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    period: Month,

    /// The language of labels and words: en or zh
    #[arg(long, value_name = "LANGUAGE", default_value_t = Language::English)]
    lang: Language,
}

impl ShowArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        let Self { account, group, entity, period, lang } = self;
        context.require_output(None)?;
        let document = if let Some(name) = account {
            let view = context.read(|reader| show(reader, &name, period))?;
            if context.answers_in_csv() { sheet([&view.statement], lang)? } else { statement(&view, lang)? }
        } else {
            let set = context.read(|reader| match (&group, &entity) {
                (Some(name), _) => show_group(reader, name, period),
                (None, name) => show_entity(reader, name.as_deref().unwrap_or_default(), period),
            })?;
            let statements = set.statements.iter().map(|view| &view.statement);
            if context.answers_in_csv() { sheet(statements, lang)? } else { together(&set, lang)? }
        };
        context.answer(&document)?;
        Ok(Exit::Done)
    }
}
