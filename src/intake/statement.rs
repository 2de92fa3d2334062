//! What proves a statement: the statement as JSON, the manifest of an export, the receipt of a close; read back from the files
//! that this tool has written.
//!
//! A receipt is taken as it is stored, which the answer of `period receipt` has in it with its hash, or out of the answer of
//! whatever has closed the month.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::chain::sha256_hex;
use crate::domain::close::{RECEIPT_FORM, Receipt};
use crate::domain::money::Exact;
use crate::domain::period::Month;
use crate::domain::refusal::Refusal;
use crate::domain::statement::Statement;
use crate::domain::statement_proof::{Manifest, ReceiptStatement, ReceiptStatements, ToldStatement};

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
    if let Some(content) = value["content"].as_str() {
        if value["sha256"] != sha256_hex(content.as_bytes()) {
            return Err(refused("its content is not what its SHA-256 says".to_owned()));
        }
        return serde_json::from_str(content).map(stored).map_err(|e| refused(e.to_string()));
    }
    if value["form"] == RECEIPT_FORM {
        return serde_json::from_value(value).map(stored).map_err(|e| refused(e.to_string()));
    }
    // The statements of a month end are paths; what was closed is told in a part of it.
    let close = &value["period_close"];
    let part = if close.is_object() { close } else { &value };
    if !part["statements"].is_array() {
        return Err(refused("it names no statements".to_owned()));
    }
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
