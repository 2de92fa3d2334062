//! `statement verify`: proves statement files by their manifest and by the receipt of the close, without a book.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::export::MANIFEST;
use crate::book::statement::frozen_form;
use crate::cli::context::{Context, Ended};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::input::Input;
use crate::domain::chain::sha256_hex;
use crate::domain::statement_proof::{Content, Proof, StatementFile, prove};
use crate::intake;
use crate::view;

/// Prove that statement files are those that were issued, without the book
///
/// By the manifest of the export: the file is one of its files (SHA-256), its figures foot and add
/// up. By the receipt of the close: the manifest has exactly the statements that were frozen, with
/// their hashes and closing balances. A JSON statement needs no manifest: it is put into its
/// frozen form again, whose hash the receipt has; only its spending of earlier months is not part
/// of that. Without --manifest the manifest.json beside the file is taken, where there is one.
///
/// Exit 0 when all of it is proved, 3 with the reason when not. A receipt is what `period receipt`,
/// `period close` or `month-end` has answered with --format json.
///
/// Examples:
///   subledger statement verify statements/acme-prod-2026-06.csv --manifest statements/manifest.json
///   subledger statement verify acme-prod-2026-06.json --receipt receipt-2026-06.json
#[derive(Args, Debug)]
#[command(verbatim_doc_comment)]
pub(crate) struct VerifyArgs {
    /// The statement files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The manifest that was written with them [default: manifest.json beside the file]
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// The receipt of the close, as JSON
    #[arg(long, value_name = "FILE")]
    receipt: Option<String>,
}

impl VerifyArgs {
    pub(crate) fn run(self, context: &Context) -> Ended {
        context.require_output(None)?;
        let receipt = match &self.receipt {
            Some(name) => Some(intake::statement::receipt(&read(name)?, name)?),
            None => None,
        };
        let mut proofs: Vec<(String, Proof)> = Vec::new();
        for path in &self.files {
            let name = path.display().to_string();
            let file = look_into(path, &read(&name)?);
            let manifest = match self.manifest.clone().or_else(|| beside(path)) {
                Some(path) => {
                    let name = path.display().to_string();
                    Some(intake::statement::manifest(&read(&name)?, &name)?)
                }
                None => None,
            };
            if manifest.is_none() && receipt.is_none() {
                return Err(Failure::NothingToProveBy { file: name });
            }
            proofs.extend(prove(&file, manifest.as_ref(), receipt.as_ref())?.into_iter().map(|proof| (name.clone(), proof)));
        }
        context.answer(&view::statement::verified(&proofs))?;
        let all_hold = proofs.iter().all(|(_, proof)| proof.failure.is_none());
        Ok(if all_hold { Exit::Done } else { Exit::LeftForAPerson })
    }
}

/// The manifest in the folder of a file, if there is one.
fn beside(path: &Path) -> Option<PathBuf> {
    Some(path.with_file_name(MANIFEST)).filter(|manifest| manifest.is_file())
}

fn read(name: &str) -> Result<Vec<u8>, Failure> {
    /// A million lines as JSON.
    const MOST: u64 = 1 << 30;
    let failed = |source| Failure::Input { file: name.to_owned(), source };
    let mut bytes = Vec::new();
    let slice = Input::open(name)?.slice();
    if slice.size() > MOST {
        return Err(failed(std::io::Error::new(std::io::ErrorKind::InvalidData, "it is larger than 1 GiB, which no statement is")));
    }
    slice.take(MOST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

fn look_into(path: &Path, bytes: &[u8]) -> StatementFile {
    let content = if intake::statement::is_json(bytes) {
        match intake::statement::statement(bytes) {
            Ok(statement) => {
                let (_, sha256) = frozen_form(&statement);
                Content::Statement(Box::new(statement), sha256)
            }
            Err(reason) => Content::Unfit(reason),
        }
    } else {
        Content::Other
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    StatementFile { name, sha256: sha256_hex(bytes), content }
}
