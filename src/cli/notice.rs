//! Notices as sentences.

use crate::domain::bill::{Oddity, Remark};
use crate::domain::plural;
use crate::domain::refusal::Notice;

/// The stable name of a notice, and what it says.
#[expect(clippy::too_many_lines, reason = "the list of every notice and its words, one after the other")]
pub(crate) fn told(notice: &Notice) -> (&'static str, String) {
    match notice {
        Notice::NoOsUser { operator, os_uid } => (
            "no-os-user",
            format!("this machine has no OS user {os_uid}: nobody here is {operator}; `id -u NAME` tells somebody's number"),
        ),
        Notice::UnusualUid { uid } => ("unusual-uid", format!("the UID {uid} has {} digits, UIDs usually have 16", uid.len())),
        Notice::UnusualUids { count, first } => ("unusual-uids", unusual_uids(*count, first)),
        Notice::TitleDiffers { entity, title } => {
            ("entity.title-differs", format!("invoices of {entity} are made out to {title}, which is not its real name"))
        }
        Notice::UncheckedCredential { credential } => (
            "unchecked-credential",
            format!("the credential {credential} has no check character: nobody can tell whether it is typed right"),
        ),
        Notice::Arrears { account, arrears } => ("arrears", format!("{account} is in arrears by {arrears}")),
        Notice::Overdue { account, overdue, due } => {
            ("overdue", format!("{account} owes {overdue} that was due, the oldest on {due}"))
        }
        Notice::ChainFrozen { account, party, since } => {
            ("chain-frozen", format!("{party}, above {account}, is frozen since {since}"))
        }
        Notice::CertificateExpired { party, expires } => {
            ("certificate-expired", format!("the certificate of {party} ran out on {expires}"))
        }
        Notice::ChainTooDeep { party, level, depth } => (
            "chain-too-deep",
            format!("{party} is on level {level}, and no more than {depth} are in order by the policy chain-depth"),
        ),
        Notice::HandoverSkipped { account, case } => {
            ("handover-skipped", format!("{account} is being handed over already: {case}"))
        }
        Notice::HolderLeaves { holder, case } => ("holder-leaves", format!("{holder} leaves: the hand-over {case} is open")),
        Notice::OwedByGroupBefore { account, group, owed } => (
            "owed-by-group-before",
            format!("{account} owes {owed} for months that are {group}'s to pay; its statements go on to carry it until then"),
        ),
        Notice::NobodyApproves => (
            "nobody-approves",
            "nobody else may approve what is above the limit: another operator needs the role finance for the whole book"
                .to_owned(),
        ),
        Notice::SurplusToDeposits { group, surplus } => {
            ("surplus-to-deposits", format!("{surplus} is more than what it pays for, and stands in the deposits of {group}"))
        }
        Notice::DepositsShort { group, short } => {
            ("deposits-short", format!("the deposits of {group} are short of {short}: what was taken back now had been used"))
        }
        Notice::BudgetReached { budget, about, percent, spent, amount } => {
            ("budget-reached", format!("the budget {budget} ({about}) has reached {percent} %: {spent} of {amount}"))
        }
        Notice::PoolUncovered { needed, available } => (
            "pool-uncovered",
            format!("the pool does not cover it: {needed} is needed, {available} is left once the provider has what it is owed"),
        ),
        Notice::UnknownAccounts { count, first, payable, currency } => {
            ("unknown-accounts", unknown_accounts(*count, first, &payable.display(*currency), currency.code()))
        }
        Notice::DigitsLost { count, first } => ("digits-lost", digits_lost(*count, first)),
        Notice::TotalDiffers { stated, sum, difference, currency } => {
            let [stated, sum, off] = [stated, sum, difference].map(|amount| amount.display(*currency));
            ("total-differs", total_differs(&stated, &sum, &off, currency.code()))
        }
        Notice::Oddity { file, remark } => ("oddity", oddity(file, remark)),
        Notice::RepeatedLines { count } => {
            ("repeated-lines", format!("{} came twice with the same content and counted once", plural(*count, "line", "lines")))
        }
        Notice::NeighbouringMonths { count } => {
            ("neighbouring-months", format!("{} of a neighbouring month", plural(*count, "line", "lines")))
        }
        Notice::Flood { kind, count } => (
            "flood",
            format!(
                "{count} new differences are {kind}: usually a wrong or partial file, and not that many mistakes; all are listed"
            ),
        ),
        Notice::OrdersNotPaid { count } => {
            ("orders-not-paid", format!("{} not paid or cancelled, and left out", plural(*count, "order is", "orders are")))
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
        Notice::EmptyFile { file } => ("empty-file", format!("{file} is empty")),
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
            ("unknown-columns", format!("columns that this layout does not know were kept and not read: {}", first_ones(columns)))
        }
        Notice::PlanShort { group, missing, days } => (
            "plan-short",
            format!(
                "{group} lacks {missing} to keep its accounts for {}: `subledger fund deposit {group} {}` records what it pays in",
                plural((*days).into(), "day", "days"),
                missing.amount.display(missing.currency)
            ),
        ),
        Notice::PurchasesShort { account, line, missing } => {
            ("purchases-short", format!("{account} lacks {missing} for what is planned, from line {line} on"))
        }
        Notice::AgreementGap { agreement, from, to } => {
            ("agreement-gap", format!("no agreement prices {from} to {to}, before {agreement} begins: list price holds there"))
        }
        Notice::SharesExact => {
            ("shares-exact", "no group has so many accounts that shares are sampled: --seed and --samples did nothing".to_owned())
        }
        Notice::ListPrice { group } => {
            ("list-price", format!("{group} has no sale agreement in force: list price; `subledger price apply FILE` applies one"))
        }
    }
}

fn unusual_uids(count: u64, first: &str) -> String {
    format!("{} not have 16 digits, as UIDs usually have, such as {first}", plural(count, "UID does", "UIDs do"))
}

fn digits_lost(count: u64, first: &str) -> String {
    format!(
        "{} in 0, such as {first}: a spreadsheet keeps 15 digits and writes 0 for the sixteenth; compare with the provider",
        plural(count, "UID of no account ends", "UIDs of no account end")
    )
}

fn total_differs(stated: &str, sum: &str, difference: &str, currency: &str) -> String {
    let (off, is) = match difference.strip_prefix('-') {
        Some(more) => (more, "are too much"),
        None => (difference, "are missing"),
    };
    format!(
        "the provider states {stated} {currency}, the lines add up to {sum} {currency}: {off} {currency} {is}; the month cannot close \
         like this"
    )
}

fn unknown_accounts(count: u64, first: &str, payable: &str, currency: &str) -> String {
    let next = if first.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("`subledger account associate CODE --uid {first}` brings one in")
    } else {
        format!("`subledger account edit CODE --login {first}` ties that login name to an account")
    };
    let accounts = plural(count, "account", "accounts");
    format!("the bill has {accounts} that the book does not have, with {payable} {currency}, such as {first}; {next}")
}

/// The first names of many: a file of the other clouds has dozens of columns of its own.
fn first_ones(names: &[String]) -> String {
    const SHOWN: usize = 10;
    match names.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        Some(more) => format!("{} and {more} more", names[..SHOWN].join(", ")),
        None => names.join(", "),
    }
}

/// What was read although it is odd, in one sentence.
fn oddity(file: &str, remark: &Remark) -> String {
    let Remark { oddity, about, count, first_line, difference } = remark;
    let cells = plural(*count, "cell", "cells");
    let lines = plural(*count, "line", "lines");
    let from = format!("first on line {first_line}");
    match oddity {
        Oddity::ProtectedCell => {
            format!("{file}, {about}: {cells} protected from spreadsheets, {from}; the protection was taken off")
        }
        Oddity::SpelledNull => format!("{file}, {about}: {cells} with a word for nothing, {from}; read as empty"),
        Oddity::OtherCase => format!("{file}, {about}: {cells} in another case than the layout's, {from}; understood"),
        Oddity::OldName => format!("{file}, {about}: a name of an older version of the layout; understood"),
        Oddity::NoTimeZone => format!("{file}, {about}: {cells} without a time zone, {from}; taken as UTC"),
        Oddity::InclusiveEnd => {
            format!("{file}, {about}: {cells} with a period that ends with its last second, {from}; understood")
        }
        Oddity::Exponent => format!("{file}, {about}: {cells} with an exponent, {from}; read exactly"),
        Oddity::MissingCost => format!("{file}, {about}: {lines} without it, {from}; another amount of the line stands in"),
        Oddity::MissingKind => format!("{file}, {about}: {lines} without it, {from}; taken from whether they name an order"),
        Oddity::Identity => format!("{file}: {about} does not hold on {lines}, {from}; the differences add up to {difference}"),
    }
}
