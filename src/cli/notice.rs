//! Notices as sentences.

use crate::domain::plural;
use crate::domain::refusal::Notice;

/// The stable name of a notice, and what it says.
pub(crate) fn told(notice: &Notice) -> (&'static str, String) {
    match notice {
        Notice::UnusualUid { uid } => ("unusual-uid", format!("the UID {uid} has {} digits, UIDs usually have 16", uid.len())),
        Notice::UncheckedCredential { credential } => (
            "unchecked-credential",
            format!("the credential {credential} has no check character: nobody can tell whether it is typed right"),
        ),
        Notice::Arrears { account, arrears } => ("arrears", format!("{account} is in arrears by {arrears}")),
        Notice::UnknownAccounts { count, first } => (
            "unknown-accounts",
            format!(
                "the bill has {} that the book does not have, such as {first}; `subledger account associate CODE --uid {first}` brings one in",
                plural(*count, "account", "accounts")
            ),
        ),
        Notice::RepeatedLines { count } => {
            ("repeated-lines", format!("{} came twice with the same content and counted once", plural(*count, "line", "lines")))
        }
        Notice::NeighbouringMonths { count } => {
            ("neighbouring-months", format!("{} of a neighbouring month, all negative", plural(*count, "line", "lines")))
        }
        Notice::NoFinalLineBreak { file } => (
            "no-final-line-break",
            format!(
                "the last line of {file} has no line break: if the file was cut off, its last figure may be too; compare the payable"
            ),
        ),
        Notice::ReadAsGb18030 { file } => (
            "read-as-gb18030",
            format!(
                "{file} is not UTF-8 and was read as GB18030, as Excel saves it in China: compare a name or two with the original"
            ),
        ),
        Notice::EmptyMembers { file, count } => {
            ("empty-members", format!("{file}: {} nothing", plural(*count, "member holds", "members hold")))
        }
        Notice::SheetsLeftOut { file, sheets } => (
            "sheets-left-out",
            format!(
                "{file}: only the bill's sheet, and visible sheets with the same header, were read; left out: {}",
                sheets.join(", ")
            ),
        ),
        Notice::UnknownColumns { columns } => {
            ("unknown-columns", format!("columns that this layout does not know were kept and not read: {}", columns.join(", ")))
        }
        Notice::ListPrice { group } => {
            ("list-price", format!("{group} has no sale agreement in force: list price; `subledger price apply FILE` applies one"))
        }
    }
}
