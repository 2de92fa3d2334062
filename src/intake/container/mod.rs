//! From an input file to its tables: what stands around the text is recognised by content and taken off.
//!
//! A file is plain text, gzip, a zip archive of tables, or an XLSX workbook; everything else that people hand over is refused by
//! what it is. Parts are opened one after the other, so that an archive of five hundred members needs the memory of one. Whatever
//! expands does so within [limits](expand::Limits), and nothing is left out without being counted or named.

mod archive;
mod expand;
mod format;
mod slice;
mod workbook;

use std::io::{BufReader, Read};

use flate2::bufread::MultiGzDecoder;

pub use self::format::looks_like_json;
pub use self::slice::FileSlice;

use self::archive::{Archive, Member};
use self::expand::{Budget, Expanded, Limits};
use self::format::{Kind, is_blank, kind_of};
use self::workbook::Sheets;
use crate::domain::refusal::{Notice, Refusal, UnreadableFile};
use crate::intake::encoding::{Decoded, EncodingUsed};
use crate::intake::reason::reason_of;

/// How much of a file is looked at to say what it is. Web pages have long comments before their first tag.
const HEAD: u64 = 4 << 10;
/// How much of a compressed file is read at a time.
const BUFFER: usize = 64 << 10;

/// One table out of an input file: the file itself, a member of an archive, a sheet of a workbook.
pub struct Part {
    /// The file's name, and behind a colon the member's or the sheet's: `bill.zip: part-1.csv`.
    pub name: String,
    /// UTF-8; a byte order mark may stand before it.
    pub text: Box<dyn Read + Send>,
    /// How many bytes the text has, as long as it is not transcoded; `None` where only reading it tells.
    pub size: Option<u64>,
    /// Which encoding it had; known once it was read.
    pub encoding: EncodingUsed,
    /// Whether it is a JSON document, by its first characters.
    pub is_json: bool,
}

/// The parts of a file.
pub struct Parts {
    name: String,
    file: FileSlice,
    source: Source,
    notices: Vec<Notice>,
}

/// Where the parts come from.
enum Source {
    One(Option<Part>),
    Members(Members),
    Sheets(Box<Sheets>),
}

/// The members of an archive that are still to come.
struct Members {
    rest: std::vec::IntoIter<Member>,
    budget: Budget,
    empty: u64,
    given: u64,
}

impl Parts {
    /// Recognises a file; `name` is what messages call it.
    pub fn open(file: FileSlice, name: &str) -> Result<Self, Refusal> {
        Self::open_within(file, name, Limits::REAL)
    }

    fn open_within(file: FileSlice, name: &str, limits: Limits) -> Result<Self, Refusal> {
        let refuse = |reason| refusal(name, reason);
        let mut head = Vec::new();
        file.looking_around().take(HEAD).read_to_end(&mut head).map_err(|error| refuse(reason_of(error)))?;
        let budget = Budget::new(limits, file.size());
        let mut notices = Vec::new();
        let source = match kind_of(&head) {
            Kind::Foreign(foreign) => return Err(refuse(UnreadableFile::Foreign(foreign))),
            Kind::Text => Source::One(Some(part(file.clone(), name, Some(file.size()))?.0)),
            Kind::Gzip => {
                let decoder = MultiGzDecoder::new(BufReader::with_capacity(BUFFER, file.clone()));
                Source::One(Some(part(Expanded::new(decoder, budget, None), name, None)?.0))
            }
            Kind::Zip => match archive::open(&file, limits).map_err(refuse)? {
                Archive::Files(members) => Source::Members(Members { rest: members.into_iter(), budget, empty: 0, given: 0 }),
                Archive::Workbook(members) => {
                    let sheets = Sheets::open(&file, &members, limits).map_err(refuse)?;
                    if !sheets.left_out.is_empty() {
                        notices.push(Notice::SheetsLeftOut { file: name.to_owned(), sheets: sheets.left_out.clone() });
                    }
                    Source::Sheets(Box::new(sheets))
                }
            },
        };
        let parts = Self { name: name.to_owned(), file, source, notices };
        parts.refuse_a_workbook_of_nothing()?;
        Ok(parts)
    }

    /// The only part of a file, for what has to be one table.
    pub fn only(file: FileSlice, name: &str) -> Result<Part, Refusal> {
        let mut parts = Self::open(file, name)?;
        let Some(part) = parts.next_part()? else { return Err(refusal(name, UnreadableFile::NothingInside)) };
        match parts.next_part()? {
            None => Ok(part),
            Some(second) => Err(refusal(name, UnreadableFile::SeveralTables { first: part.name, second: second.name })),
        }
    }

    /// The next part; `None` behind the last.
    pub fn next_part(&mut self) -> Result<Option<Part>, Refusal> {
        match &mut self.source {
            Source::One(part) => Ok(part.take()),
            Source::Sheets(sheets) => {
                let Some(sheet) = sheets.next().map_err(|reason| refusal(&self.name, reason))? else { return Ok(None) };
                let name = format!("{}: {}", self.name, sheet.name);
                Ok(Some(part(sheet.text, &name, Some(sheet.size))?.0))
            }
            Source::Members(members) => {
                let next = members.next(&self.file, &self.name)?;
                if next.is_none() && members.empty > 0 {
                    let count = std::mem::take(&mut members.empty);
                    self.notices.push(Notice::EmptyMembers { file: self.name.clone(), count });
                }
                Ok(next)
            }
        }
    }

    /// What is worth saying about the file as a whole; complete once [`next_part`](Self::next_part) has given `None`.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// How many bytes of the input file were read, for a progress bar; never more than its [`size`](Self::size).
    pub fn position(&self) -> u64 {
        self.file.consumed().min(self.size())
    }

    /// How many bytes the input file has.
    pub fn size(&self) -> u64 {
        self.file.size()
    }

    fn refuse_a_workbook_of_nothing(&self) -> Result<(), Refusal> {
        match &self.source {
            Source::Sheets(sheets) if sheets.is_empty() => Err(refusal(&self.name, UnreadableFile::NothingInside)),
            _ => Ok(()),
        }
    }
}

impl Members {
    fn next(&mut self, file: &FileSlice, archive: &str) -> Result<Option<Part>, Refusal> {
        for member in self.rest.by_ref() {
            let name = format!("{archive}: {}", member.name);
            let content = member.open(file, &self.budget).map_err(|reason| refusal(&name, reason))?;
            let (part, is_blank) = part(content, &name, Some(member.size()))?;
            if !is_blank {
                self.given += 1;
                return Ok(Some(part));
            }
            self.empty += 1;
        }
        if self.given == 0 {
            return Err(refusal(archive, UnreadableFile::NothingInside));
        }
        Ok(None)
    }
}

/// A text as a part, when its beginning is text, and whether it holds nothing but white space.
fn part(mut reader: impl Read + Send + 'static, name: &str, size: Option<u64>) -> Result<(Part, bool), Refusal> {
    let mut head = Vec::new();
    (&mut reader).take(HEAD).read_to_end(&mut head).map_err(|error| refusal(name, reason_of(error)))?;
    match kind_of(&head) {
        Kind::Text => {}
        Kind::Gzip | Kind::Zip => return Err(refusal(name, UnreadableFile::Nested)),
        Kind::Foreign(foreign) => return Err(refusal(name, UnreadableFile::Foreign(foreign))),
    }
    let is_blank = (head.len() as u64) < HEAD && is_blank(&head);
    let is_json = looks_like_json(&head);
    let text = Decoded::new(std::io::Cursor::new(head).chain(reader));
    let encoding = text.used();
    Ok((Part { name: name.to_owned(), text: Box::new(text), size, encoding, is_json }, is_blank))
}

fn refusal(name: &str, reason: UnreadableFile) -> Refusal {
    Refusal::UnreadableFile { file: name.to_owned(), reason }
}

#[cfg(test)]
mod tests;
