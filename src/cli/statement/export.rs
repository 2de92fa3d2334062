//! `statement export`: writes statement files for each account, and a manifest of them.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::book::Book;
use crate::book::statement::{self, History, StatementView};
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::files::{make_folder, write_whole};
use crate::cli::ui::{FileForm, Format, render_file};
use crate::domain::chain::sha256_hex;
use crate::domain::period::Month;
use crate::store::Access;
use crate::view;
use crate::view::csv::{Dialect, render_table};
use crate::view::language::Language;
use crate::view::statement::{Exported, StatementFile};

/// Write a statement file for each account that had a part in a month, and a manifest of them
///
/// Files are named ACCOUNT-PERIOD.csv and so on. CSV is finance's form: the opening balance, every
/// line, the closing one. A workbook has real numbers and days, a page prints on A4 and has charts
/// of the spending. manifest.json names every file with its SHA-256, its figures and what they add
/// up to; `statement verify` holds a file against it. The files of a closed month are always the
/// same, byte for byte.
///
/// Examples:
///   subledger statement export --period 2026-06 --out statements
///   subledger statement export --period 2026-06 --out statements --excel
///   subledger statement export --period 2026-06 --out statements --as html,xlsx,json --lang zh
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct ExportArgs {
    /// The month
    #[arg(long, value_name = "YYYY-MM")]
    period: Month,

    /// The folder; made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// Forms of the files: csv, xlsx, html, json
    #[arg(long = "as", value_name = "FORM", value_enum, value_delimiter = ',', default_value = "csv", hide_possible_values = true)]
    forms: Vec<StatementForm>,

    /// The language of labels and words: en or zh
    #[arg(long, value_name = "LANGUAGE", default_value_t = Language::English)]
    lang: Language,
}

impl ExportArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.require_output(None)?;
        let dialect = if context.global.excel { Dialect::Excel } else { Dialect::Plain };
        let mut book = context.open(Access::Read)?;
        make_folder(&self.out).map_err(Failure::Output)?;
        let mut forms = self.forms;
        forms.sort_unstable();
        forms.dedup();
        let exported = write_statements(&mut book, self.period, &self.out, &Look { forms, dialect, language: self.lang })?;
        context.answer(&view::statement::exported(&exported))?;
        Ok(Exit::Done)
    }
}

/// A form of statement files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum StatementForm {
    /// Finance's sheet.
    Csv,
    /// A workbook.
    Xlsx,
    /// A page.
    Html,
    /// For programs, and to be proved.
    Json,
}

impl StatementForm {
    fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
            Self::Json => "json",
        }
    }

    fn file(self) -> FileForm {
        match self {
            Self::Csv => FileForm::Printed(Format::Csv),
            Self::Xlsx => FileForm::Xlsx,
            Self::Html => FileForm::Html,
            Self::Json => FileForm::Printed(Format::Json),
        }
    }
}

/// How statement files look.
pub(crate) struct Look {
    /// Each of these for every account.
    pub(crate) forms: Vec<StatementForm>,
    /// For CSV.
    pub(crate) dialect: Dialect,
    /// Of labels and words.
    pub(crate) language: Language,
}

impl Look {
    /// What finance has got from the beginning.
    pub(crate) fn plain() -> Self {
        Self { forms: vec![StatementForm::Csv], dialect: Dialect::Plain, language: Language::English }
    }
}

/// Writes the files of each account that had a part in a month, then the manifest of them.
pub(crate) fn write_statements(book: &mut Book, period: Month, out: &Path, look: &Look) -> Result<Exported, Failure> {
    // Spending by month stands on all forms but finance's.
    let history = if look.forms == [StatementForm::Csv] { History::NotWanted } else { History::Wanted };
    let mut files = Vec::new();
    let mut written: Result<(), Failure> = Ok(());
    let drawn = book.read(|reader| {
        statement::each(reader, period, history, |view| {
            if written.is_ok() {
                written = look.forms.iter().try_for_each(|form| {
                    files.push(write_statement(&view, out, *form, look)?);
                    Ok(())
                });
            }
            Ok(())
        })
    })?;
    written?;
    let exported = Exported { agent: drawn.agent, period, state: drawn.state, language: look.language, files };
    let manifest = view::statement::manifest(&exported)?;
    write_whole(&out.join(MANIFEST), |writer| Ok(render_file(&manifest, FileForm::Printed(Format::Json), Dialect::Plain, writer)?))
        .map_err(Failure::Output)?;
    Ok(exported)
}

/// The name of the manifest, beside the files that it names.
pub(crate) const MANIFEST: &str = "manifest.json";

fn write_statement(view: &StatementView, out: &Path, form: StatementForm, look: &Look) -> Result<StatementFile, Failure> {
    let name = format!("{}-{}.{}", view.statement.account, view.statement.period, form.extension());
    let path = out.join(&name);
    let mut bytes = Vec::new();
    let rendered = match form {
        StatementForm::Csv => {
            let table = view::statement::file([&view.statement])?.translated(look.language);
            render_table(&table, look.dialect, &mut bytes)
        }
        _ => render_file(&view::statement::statement(view, look.language)?, form.file(), look.dialect, &mut bytes),
    };
    let written = rendered.map_err(Into::into).and_then(|()| write_whole(&path, |writer| Ok(writer.write_all(&bytes)?)));
    written.map_err(Failure::Output)?;
    Ok(StatementFile::new(view, name, path.display().to_string(), sha256_hex(&bytes)))
}
