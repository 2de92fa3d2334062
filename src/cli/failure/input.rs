//! Input files that cannot be read, and what is wrong in their lines, in words.

use std::io;

use super::Told;
use crate::cli::exit::Exit;
use crate::domain::bill::{PROBLEMS_SHOWN, Problem};
use crate::domain::plural;
use crate::domain::refusal::{Expansion, Foreign, Refusal, UnreadableFile};

pub(super) fn input_error(file: &str, source: &io::Error) -> Told {
    let code = match source.kind() {
        io::ErrorKind::NotFound => "file.missing",
        io::ErrorKind::IsADirectory => "file.is-a-folder",
        _ => "file.unreadable",
    };
    let why = match source.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder, not a file".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        _ => source.to_string(),
    };
    Told::new(Exit::Refused, code, format!("{file}: {why}"))
}

/// A file, and the line in it if there is one.
pub(super) fn place(file: &str, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("{file}, line {line}"),
        None => file.to_owned(),
    }
}

pub(super) fn unreadable(file: &str, reason: &UnreadableFile, told: impl Fn(String) -> Told) -> Told {
    match reason {
        UnreadableFile::Empty => told(format!("{file}: it is empty")),
        UnreadableFile::AllLinesBad { count } => {
            told(format!("{file}: none of its {} can be read; nothing was imported", plural(*count, "line", "lines")))
                .hint("the same without --skip-bad names what is wrong with each")
        }
        UnreadableFile::NoLines => told(format!("{file}: it has a header and no lines")),
        UnreadableFile::Binary => told(format!("{file}: it is not a text file")).hint("give the CSV file itself"),
        UnreadableFile::NotUtf8 { line } => told(format!("{file}, line {line}: it is not UTF-8 text"))
            .hint("download it again and do not save it from a spreadsheet"),
        UnreadableFile::UnknownLayout { nearest, missing } => told(format!(
            "{file}: its columns are of no layout that is known; nearest is {nearest}, which also needs: {}",
            missing.join(", ")
        )),
        UnreadableFile::OtherProduct { product, missing, advice } => {
            told(format!("{file}: it is {product}, which is not read here; a FOCUS bill also has: {}", missing.join(", ")))
                .hint(*advice)
        }
        UnreadableFile::RepeatedColumn { column } => told(format!("{file}: the column {column:?} stands twice")),
        UnreadableFile::RecordTooLong { line } => {
            told(format!("{file}, line {line}: a quoted cell is never closed, or the line is longer than 16 MiB"))
        }
        UnreadableFile::Io { message } => told(format!("{file}: {message}")),
        UnreadableFile::Changed => told(format!("{file}: it changed its length while it was read; nothing was imported"))
            .hint("wait until whatever writes it has finished, and run the command again"),
        UnreadableFile::Encoding { line } => told(format!("{file}, line {line}: it is text neither in UTF-8 nor in GB18030"))
            .hint("download it again; or open it where it reads well and save it as CSV UTF-8"),
        UnreadableFile::BrokenGb18030 { line } => {
            told(format!("{file}, line {line}: the text is GB18030 up to here, and then bytes follow that are no character"))
                .hint("download it again: it is damaged, or put together from files in different encodings")
        }
        UnreadableFile::Foreign(foreign) => {
            let (what, hint) = foreign_format(*foreign);
            told(format!("{file}: it is {what}")).hint(hint)
        }
        UnreadableFile::Nested => {
            told(format!("{file}: it is a compressed file inside a compressed file")).hint("unpack the outer one")
        }
        UnreadableFile::Encrypted => {
            told(format!("{file}: it is protected by a password")).hint("unpack it with the password first")
        }
        UnreadableFile::Compression => told(format!("{file}: it is compressed in a way that is not known here"))
            .hint("unpack it first, or make an ordinary zip of it"),
        UnreadableFile::DamagedArchive { what } => {
            told(format!("{file}: the compressed file is damaged: {what}")).hint("download it again")
        }
        UnreadableFile::DamagedWorkbook { what } => told(format!("{file}: the workbook is damaged: {what}"))
            .hint("download it again, or open it in the spreadsheet program and save it as CSV UTF-8"),
        UnreadableFile::ExpandsTooFar { limit: Expansion::Bytes(bytes) } => {
            told(format!("{file}: it expands to more than {}, which no bill does", size(*bytes)))
                .hint("unpack it and look at what is inside")
        }
        UnreadableFile::ExpandsTooFar { limit: Expansion::Times(times) } => {
            told(format!("{file}: it expands to more than {times} times its size, which no bill does"))
                .hint("unpack it and look at what is inside")
        }
        UnreadableFile::TooManyMembers { limit } => told(format!("{file}: the archive has more than {limit} members"))
            .hint("unpack it, and give the files of the bill alone"),
        UnreadableFile::NothingInside => told(format!("{file}: there is no table in it")),
        UnreadableFile::SeveralTables { first, second } => {
            told(format!("{file}: it holds more than one table ({first}; {second}), and one is expected"))
                .hint("give each as a file of its own")
        }
        UnreadableFile::Json { line, column, message } => {
            told(format!("{file}, line {line}, column {column}: {message}")).hint("save the provider's answer again, as it is")
        }
        UnreadableFile::NotABillPage => told(format!("{file}: it is JSON, and not the answer of a bill operation"))
            .hint("save the answers of DescribeInstanceBill or QuerySettleBill"),
        UnreadableFile::NotABill { operation } => {
            told(format!("{file}: it is the answer of {operation}, which has no lines of a bill"))
                .hint("save the answers of DescribeInstanceBill or QuerySettleBill")
        }
        UnreadableFile::SavedError { code, message } => {
            told(format!("{file}: it is an error of the provider, not a bill: {code} {message}"))
        }
        UnreadableFile::PagesIncomplete { expected, found } => told(format!(
            "{file}: the pages count {} in all, and {} there",
            plural(*expected, "item", "items"),
            plural(*found, "is", "are")
        ))
        .hint("save every page of the query once, and give all of them to one import"),
        UnreadableFile::RowLimit { rows } => {
            told(format!("{file}: exactly {rows} items, where the operation stops: there may be more"))
                .hint("save the answers of DescribeInstanceBill, which does not stop")
        }
        UnreadableFile::TwoMonths { first, second } => {
            told(format!("{file}: it has pages of {first} and of {second}; one bill has one month"))
        }
        UnreadableFile::PagesWithoutMonth => told(format!("{file}: neither the pages nor their items say which month they are of"))
            .hint("merging pages can lose their BillingCycle: save the pages one by one"),
        UnreadableFile::TwoBills { first, second } => {
            told(format!("{file}: {second} beside {first}: both have the whole cost, which would count twice"))
                .hint("import one of them")
        }
    }
}

/// What a format is called, and what to do instead.
fn foreign_format(foreign: Foreign) -> (&'static str, &'static str) {
    match foreign {
        Foreign::Html => ("a web page, not a table", "log in where the bill is downloaded, and download it again"),
        Foreign::Xml => (
            "an XML document, not a table",
            "download the bill as CSV or XLSX; some servers answer with XML to say what went wrong",
        ),
        Foreign::OldSpreadsheet => (
            "a spreadsheet in the old format .xls, or a workbook with a password",
            "open it in the spreadsheet program and save it as XLSX, without a password",
        ),
        Foreign::OtherSpreadsheet => {
            ("a spreadsheet in a format that is not read (.ods or .xlsb)", "open it in the spreadsheet program and save it as XLSX")
        }
        Foreign::Pdf => ("a PDF, which has no cells to read", "download the bill as CSV or XLSX"),
        Foreign::Parquet => ("a Parquet file", "download or export the bill as CSV"),
        Foreign::OtherArchive => ("an archive, and neither zip nor gzip", "unpack it and give the files inside"),
        Foreign::Utf16 => ("text in UTF-16", "save it as CSV UTF-8"),
    }
}

/// A number of bytes as people say it: the largest unit that leaves a whole number.
fn size(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let whole = units.into_iter().find(|(shift, _)| bytes > 0 && bytes.trailing_zeros() >= *shift);
    whole.map_or_else(|| format!("{bytes} bytes"), |(shift, unit)| format!("{} {unit}", bytes >> shift))
}

pub(super) fn problem(problem: &Problem) -> String {
    let place = match &problem.column {
        Some(column) => format!("line {}, {column} {:?}", problem.line, problem.value),
        None => format!("line {}", problem.line),
    };
    format!("{place}: {}", problem.fault)
}

/// Bad lines of a list by number, the first hundred: those that cannot be read among those that the book refuses.
pub(super) fn bad_lines(
    problems: &[Problem],
    lines: &[(u64, Refusal)],
    count: u64,
    refused: impl Fn(&Refusal) -> String,
) -> Vec<String> {
    let mut told: Vec<(u64, String)> = problems.iter().map(|found| (found.line, problem(found))).collect();
    told.extend(lines.iter().map(|(line, refusal)| (*line, format!("line {line}: {}", refused(refusal)))));
    told.sort_by_key(|(line, _)| *line);
    told.truncate(PROBLEMS_SHOWN);
    let mut shown: Vec<u64> = told.iter().map(|(line, _)| *line).collect();
    shown.dedup();
    let mut details: Vec<String> = told.into_iter().map(|(_, told)| told).collect();
    if count > shown.len() as u64 {
        details.push(format!("and more: {} in all", plural(count, "bad line", "bad lines")));
    }
    details
}
