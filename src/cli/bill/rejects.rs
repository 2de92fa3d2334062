//! Bad lines that were left out, in a file beside the bill: whole, or not at all.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::cli::failure::Failure;
use crate::cli::files::{Draft, draft};
use crate::domain::bill::Rejects;
use crate::domain::refusal::Refusal;

/// How the header of such a file ends.
const REASON_COLUMN: &[u8] = b",reason\n";

/// How long a header may be, in bytes.
const HEADER_MAX: u64 = 1 << 20;

/// A file of bad lines in the making; it gets its name only when it is kept.
pub(crate) struct RejectsFile {
    path: PathBuf,
    draft: Option<Draft>,
    header: Option<String>,
}

impl RejectsFile {
    /// For a bill whose first file has this name; `asked` is where somebody wants it.
    pub(crate) fn new(asked: Option<&Path>, bill: &str) -> Self {
        let bill = if bill == "-" { "stdin" } else { bill };
        let path = asked.map_or_else(|| PathBuf::from(format!("{bill}.rejects.csv")), Path::to_path_buf);
        Self { path, draft: None, header: None }
    }

    /// Gives the file its name, after the commit. `None` when nothing was written.
    pub(crate) fn keep(self) -> Result<Option<PathBuf>, Failure> {
        let Some(draft) = self.draft else { return Ok(None) };
        draft.keep().map_err(Failure::Output)?;
        Ok(Some(self.path))
    }

    fn write(&mut self, bytes: &[&[u8]]) -> Result<(), Refusal> {
        let unwritten = |message: String| Refusal::RejectsUnwritten { file: self.path.display().to_string(), message };
        if self.draft.is_none() {
            if self.path.exists() && !is_rejects_file(&self.path) {
                return Err(unwritten("another file of that name is there".to_owned()));
            }
            self.draft = Some(draft(&self.path).map_err(|error| unwritten(format!("{error:#}")))?);
        }
        let Some(draft) = &mut self.draft else { return Ok(()) };
        let mut out: BufWriter<&mut File> = BufWriter::new(draft.file());
        bytes.iter().try_for_each(|bytes| out.write_all(bytes)).and_then(|()| out.flush()).map_err(|e| unwritten(e.to_string()))
    }
}

/// Whether a file is of bad lines, and so may be replaced: somebody imports again.
fn is_rejects_file(path: &Path) -> bool {
    let mut header = vec![];
    let read = File::open(path).and_then(|file| BufReader::new(file.take(HEADER_MAX)).read_until(b'\n', &mut header));
    read.is_ok() && header.ends_with(REASON_COLUMN)
}

impl Rejects for RejectsFile {
    fn part(&mut self, _file: &str, header: &str) -> Result<(), Refusal> {
        // A header is written with the first bad line below it, and again only when a file has another one.
        self.header = Some(header.to_owned());
        Ok(())
    }

    fn line(&mut self, row: &[u8], reason: &str) -> Result<(), Refusal> {
        if let Some(header) = self.header.take() {
            self.write(&[header.as_bytes(), REASON_COLUMN])?;
        }
        let reason = format!(",\"{}\"\n", reason.replace('"', "\"\""));
        self.write(&[row, reason.as_bytes()])
    }
}
