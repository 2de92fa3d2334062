//! The members of a zip archive.
//!
//! The directory is read by the zip crate; each member is expanded by a reader of its own over the same file, so that one after
//! the other needs the memory of one. It must never pass over a member in silence: what is not read is refused or counted.

use std::cmp::Ordering;
use std::io::{BufReader, Read};

use flate2::bufread::DeflateDecoder;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use crate::domain::refusal::{Foreign, UnreadableFile};
use crate::intake::container::expand::{Budget, Expanded, Expected, Limits};
use crate::intake::container::slice::FileSlice;
use crate::intake::reason::reason_of;

/// How much of a compressed member is read at a time.
const BUFFER: usize = 64 << 10;

/// A member, as the directory describes it.
#[derive(Clone, Debug)]
pub(super) struct Member {
    /// Its name, fit to be shown.
    pub(super) name: String,
    /// What can be done with it.
    form: Result<Form, UnreadableFile>,
    start: u64,
    compressed: u64,
    expected: Expected,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Stored,
    Deflated,
}

impl Member {
    /// Its expanded size, as the directory says.
    pub(super) fn size(&self) -> u64 {
        self.expected.size
    }

    /// Its content.
    pub(super) fn open(&self, file: &FileSlice, budget: &Budget) -> Result<Box<dyn Read + Send>, UnreadableFile> {
        let form = self.form.clone()?;
        if self.start.checked_add(self.compressed).is_none_or(|end| end > file.size()) {
            return Err(UnreadableFile::DamagedArchive { what: "it is cut off".to_owned() });
        }
        let slice = file.part(self.start, self.compressed);
        let (budget, expected) = (budget.clone(), Some(self.expected));
        Ok(match form {
            Form::Stored => Box::new(Expanded::new(slice, budget, expected)),
            Form::Deflated => {
                let decoder = DeflateDecoder::new(BufReader::with_capacity(BUFFER, slice));
                Box::new(Expanded::new(decoder, budget, expected))
            }
        })
    }

    /// What file managers leave behind beside the files.
    fn is_litter(&self) -> bool {
        let file = self.name.rsplit('/').next().unwrap_or_default();
        let inside_litter = self.name.split('/').any(|folder| folder == "__MACOSX");
        inside_litter || file.starts_with("._") || [".DS_Store", "Thumbs.db", "desktop.ini"].contains(&file)
    }
}

/// What an archive turned out to be.
pub(super) enum Archive {
    /// A workbook of Excel, with all of its members.
    Workbook(Vec<Member>),
    /// Files, in the order of their names.
    Files(Vec<Member>),
}

/// Reads the directory of an archive.
pub(super) fn open(file: &FileSlice, limits: Limits) -> Result<Archive, UnreadableFile> {
    let mut archive = ZipArchive::new(BufReader::new(file.looking_around())).map_err(damaged)?;
    if archive.len() as u64 > limits.members_max {
        return Err(UnreadableFile::TooManyMembers { limit: limits.members_max });
    }
    if archive.has_duplicate_names() {
        return Err(UnreadableFile::DamagedArchive { what: "two members have the same name".to_owned() });
    }
    let mut members = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        members.extend(member(&mut archive, index)?);
    }
    let has = |name: &str| members.iter().any(|member| member.name.eq_ignore_ascii_case(name));
    if has("xl/workbook.xml") {
        return Ok(Archive::Workbook(members));
    }
    if has("xl/workbook.bin") || (has("mimetype") && has("content.xml")) {
        return Err(UnreadableFile::Foreign(Foreign::OtherSpreadsheet));
    }
    members.retain(|member| !member.is_litter());
    members.sort_by(|one, other| natural_order(&one.name, &other.name));
    Ok(Archive::Files(members))
}

/// One member; `None` for a folder.
fn member(archive: &mut ZipArchive<BufReader<FileSlice>>, index: usize) -> Result<Option<Member>, UnreadableFile> {
    let entry = archive.by_index_raw(index).map_err(damaged)?;
    if entry.is_dir() {
        return Ok(None);
    }
    let form = match entry.compression() {
        _ if entry.encrypted() => Err(UnreadableFile::Encrypted),
        CompressionMethod::Stored => Ok(Form::Stored),
        CompressionMethod::Deflated => Ok(Form::Deflated),
        _ => Err(UnreadableFile::Compression),
    };
    Ok(Some(Member {
        name: shown(entry.name_raw()),
        form,
        // The local header was read, so the place is known; a place beyond the end would be refused as cut off.
        start: entry.data_start().unwrap_or(u64::MAX),
        compressed: entry.compressed_size(),
        expected: Expected { size: entry.size(), crc: entry.crc32() },
    }))
}

/// The name of a member as text: UTF-8, or the encoding of an older Chinese Windows. Nothing in it can steer a terminal.
fn shown(name: &[u8]) -> String {
    let text = match std::str::from_utf8(name) {
        Ok(text) => text.into(),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling(name).0,
    };
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

fn damaged(error: ZipError) -> UnreadableFile {
    match error {
        ZipError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            UnreadableFile::DamagedArchive { what: "it is cut off".to_owned() }
        }
        ZipError::Io(error) => reason_of(error),
        ZipError::CompressionMethodNotSupported(_) => UnreadableFile::Compression,
        other => UnreadableFile::DamagedArchive { what: other.to_string() },
    }
}

/// Names as people number them: `part-2` before `part-10`.
fn natural_order(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (one, other);
    loop {
        match (next_piece(&mut left), next_piece(&mut right)) {
            (None, None) => return one.cmp(other),
            (left, right) if left != right => return left.cmp(&right),
            _ => {}
        }
    }
}

/// A number by its length without leading zeros and its digits, or a single character. Numbers stand before characters.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Piece<'a> {
    Number(usize, &'a str),
    Character(char),
}

fn next_piece<'a>(text: &mut &'a str) -> Option<Piece<'a>> {
    let first = text.chars().next()?;
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (taken, rest) = text.split_at(if digits > 0 { digits } else { first.len_utf8() });
    *text = rest;
    if digits == 0 {
        return Some(Piece::Character(first));
    }
    let significant = taken.trim_start_matches('0');
    Some(Piece::Number(significant.len(), significant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_as_people_number_them() {
        let mut names = ["p-10", "p-9", "p-010", "p-1/2", "P-3", "p", "p-1", "账单2", "账单10", "p-99999999999999999999999"];
        names.sort_by(|one, other| natural_order(one, other));
        assert_eq!(names, ["P-3", "p", "p-1", "p-1/2", "p-9", "p-010", "p-10", "p-99999999999999999999999", "账单2", "账单10"]);
    }

    #[test]
    fn names_are_shown_as_text() {
        assert_eq!(shown("账单.csv".as_bytes()), "账单.csv");
        assert_eq!(shown(&encoding_rs::GB18030.encode("账单.csv").0), "账单.csv");
        assert_eq!(shown(b"a\x1b[2J\n.csv"), "a\u{fffd}[2J\u{fffd}.csv");
    }
}
