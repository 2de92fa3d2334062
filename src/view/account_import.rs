//! Imported accounts as people and programs see them, and the list to fill in.

use super::document::{Column, Document, Table, Value};
use crate::book::account_import::{AccountsImported, ImportedLine, LineFate};
use crate::domain::account::AccountState;
use crate::domain::invitation::LinkBase;
use crate::domain::refusal::Notice;

/// Every line of a list with what became of it; tokens, or the links that they make, are told here only.
pub fn imported(outcome: &AccountsImported, base: Option<&LinkBase>) -> Document {
    let (token, link) = (Column::left("token", "Token, told once"), Column::left("link", "Link, told once"));
    let (token, link) = if base.is_some() { (token.machine_only(), link) } else { (token, link.machine_only()) };
    let table = Table::new("rows")
        .column_right("line", "Line")
        .column("code", "Account")
        .column("uid", "UID")
        .column("state", "State")
        .column("result", "Result")
        .column("invitation_expires", "Invitation runs until")
        .with(token)
        .with(link)
        .with(Column::left("notice", "Notice").machine_only())
        .with(Column::left("refusal", "Refusal").machine_only())
        .column("reason", "Why")
        .rows(outcome.lines.iter().map(|line| row(line, base)));
    Document::new("account-import")
        .field("file", "File", outcome.file.as_str())
        .field("created", "Created", outcome.created)
        .field("associated", "Associated", outcome.associated)
        .field("refused", "Refused", outcome.refused)
        .table(table)
}

fn row(imported: &ImportedLine, base: Option<&LinkBase>) -> [Value; 11] {
    let text = |text: &str| if text.is_empty() { Value::Null } else { Value::text(text) };
    let (expires, token) = match &imported.fate {
        LineFate::Created { expires, token } => (Some(*expires), token.as_ref()),
        LineFate::Associated { .. } | LineFate::Refused { .. } => (None, None),
    };
    let (result, notices, refusal) = match &imported.fate {
        LineFate::Created { .. } => ("created", &[][..], ["", ""]),
        LineFate::Associated { notices } => ("associated", &notices[..], ["", ""]),
        LineFate::Refused { code, reason } => ("refused", &[][..], [code.as_str(), reason.as_str()]),
    };
    let is_unusual = notices.iter().any(|notice| matches!(notice, Notice::UnusualUid { .. }));
    let [code, reason] = refusal;
    [
        imported.line.into(),
        text(&imported.code),
        text(&imported.uid),
        imported.state.map(AccountState::as_str).into(),
        result.into(),
        expires.into(),
        token.map(ToString::to_string).into(),
        token.zip(base).map(|(token, base)| base.link(token)).into(),
        is_unusual.then_some("unusual-uid").into(),
        text(code),
        text(reason),
    ]
}

/// A list to fill in: the columns, and an account of each kind as an example.
pub fn template(columns: &[&'static str]) -> Document {
    let examples: [&[(&str, &str)]; 3] = [
        &[
            ("code", "acme-shop"),
            ("environment", "production"),
            ("mode", "agent-pays"),
            ("credit", "50000"),
            ("since", "2026-07-01"),
            ("mobile", "13900000001"),
            ("holder", "Wang Wei"),
        ],
        &[
            ("code", "acme-lab"),
            ("environment", "test"),
            ("mode", "prepaid"),
            ("email", "lab@acme.example"),
            ("shutdown", "delayed"),
            ("purchases", "ban"),
        ],
        &[
            ("code", "acme-old"),
            ("environment", "development"),
            ("mode", "prepaid"),
            ("uid", "1000000000000017"),
            ("attest", "no-other-agent no-arrears no-open-orders"),
            ("login", "old@acme.example"),
        ],
    ];
    let of_all = [("group", "acme"), ("entity", "acme-hq")];
    let table = columns.iter().fold(Table::new("rows"), |table, name| table.column(name, name));
    let cell = |example: &[(&str, &str)], name: &str| {
        let value = example.iter().chain(&of_all).find(|(column, _)| *column == name).map(|(_, value)| *value);
        Value::from(value)
    };
    let table = table.rows(examples.map(|example| columns.iter().map(|name| cell(example, name)).collect::<Vec<_>>()));
    Document::new("account-import-template").table(table)
}
