//! What proves a statement: the statement as JSON, the manifest of an export, the receipt of a close; read back from the files
//! that this tool has written.
//!
//! A receipt is taken as it is stored, or out of the answer of whatever has closed or shown the month.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::close::{RECEIPT_FORM, Receipt};
use crate::domain::money::Exact;
use crate::domain::period::Month;
use crate::domain::refusal::Refusal;
use crate::domain::statement::Statement;
use crate::domain::statement_proof::{Manifest, ReceiptStatement, ReceiptStatements, ToldStatement};

/// Where a receipt's statements stand in an answer: in itself, or in the part that tells of the close.
const PARTS: [&str; 2] = ["period_close", "receipt"];

/// Reads a manifest; `file` is its name for messages.
pub fn manifest(bytes: &[u8], file: &str) -> Result<Manifest, Refusal> {
    let refused = |reason: String| Refusal::NoProof { file: file.to_owned(), wanted: "manifest", reason };
    let value: Value = serde_json::from_slice(bytes).map_err(|e| refused(e.to_string()))?;
    match value["schema"].as_str() {
        Some("subledger/statement-manifest/1") => {}
        Some(other) => return Err(refused(format!("its schema is {other}"))),
        None => return Err(refused("it has no schema".to_owned())),
    }
    serde_json::from_value(value).map_err(|e| refused(e.to_string()))
}

/// Reads what a receipt says of statements; `file` is its name for messages.
pub fn receipt(bytes: &[u8], file: &str) -> Result<ReceiptStatements, Refusal> {
    let refused = |reason: String| Refusal::NoProof { file: file.to_owned(), wanted: "receipt", reason };
    let value: Value = serde_json::from_slice(bytes).map_err(|e| refused(e.to_string()))?;
    if value["form"] == RECEIPT_FORM {
        let receipt: Receipt = serde_json::from_value(value).map_err(|e| refused(e.to_string()))?;
        return Ok(stored(receipt));
    }
    let part = PARTS.iter().map(|part| &value[*part]).chain([&value]).find(|part| part["statements"].is_array());
    let part = part.ok_or_else(|| refused("it names no statements".to_owned()))?;
    let told = ToldReceipt::deserialize(part).map_err(|e| refused(e.to_string()))?;
    Ok(ReceiptStatements { period: told.period, statements: told.statements })
}

#[derive(Deserialize)]
struct ToldReceipt {
    period: Month,
    statements: Vec<ReceiptStatement>,
}

/// A receipt as the book stores it, whose amounts are minor units.
fn stored(receipt: Receipt) -> ReceiptStatements {
    let statements = receipt.statements.into_iter().map(|frozen| ReceiptStatement {
        closing: Exact::from_amount(frozen.closing, frozen.currency),
        account: frozen.account,
        currency: frozen.currency,
        sha256: frozen.sha256,
    });
    ReceiptStatements { period: receipt.period, statements: statements.collect() }
}

/// Whether a file says that it is JSON: a statement in another form cannot be looked into.
pub fn is_json(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// Reads a statement that was written as JSON, or says why it is none.
pub fn statement(bytes: &[u8]) -> Result<Statement, String> {
    let told: ToldStatement = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    told.statement().map_err(|e| e.to_string())
}
