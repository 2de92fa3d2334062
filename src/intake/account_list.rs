//! Account lists: a CSV with one account a line, to be created or associated.
//!
//! It must never pass over a column that it does not know, nor over a cell that says something: a mistyped column would open
//! accounts on other terms in silence. Bad lines do not refuse the file here: the book names them together with those that it
//! refuses. Whether groups and entities exist, what is a UID, and what is in use, is for the
//! book to say.

use std::fmt::Display;
use std::io::Read;
use std::str::FromStr;

use crate::domain::account::particulars::{AccountList, ListedAccount, ListedLine, NotListed, Particulars};
use crate::domain::account::{Attestation, Model, Purchases, ShutdownPolicy};
use crate::domain::bill::{Fault, Problem, Remarks};
use crate::domain::money::Exact;
use crate::domain::refusal::{Refusal, UnreadableFile};
use crate::intake::blocks::{BLOCK_SIZE, Blocks};
use crate::intake::layout::Findings;
use crate::intake::orders::{date, optional, plain, required, unknown_columns};
use crate::intake::table::{Header, Row, Rows, Table, shortened};

/// The columns that every list has.
const REQUIRED: &[&[&str]] = &[&["code"], &["group"], &["entity"], &["environment"], &["mode"]];

/// Every column of an account list, in the order of the template.
pub const COLUMNS: [&str; 17] = [
    "code",
    "group",
    "entity",
    "environment",
    "mode",
    "uid",
    "attest",
    "model",
    "credit",
    "since",
    "mobile",
    "email",
    "login",
    "holder",
    "shutdown",
    "purchases",
    "upstream",
];

/// Reads an account list.
pub fn read(reader: Box<dyn Read + Send>, file: &str) -> Result<AccountList, Refusal> {
    let mut table = Table::open(Blocks::new(reader, file, BLOCK_SIZE))?;
    let missing = table.header.missing(REQUIRED);
    if !missing.is_empty() {
        return Err(table.refuse(UnreadableFile::UnknownLayout { nearest: "account-list".to_owned(), missing }));
    }
    table.refuse_repeated_column()?;
    let (mut header, mut remarks) = (Vec::new(), Remarks::default());
    unknown_columns(&table.header, ("an account list", &COLUMNS), &mut header, &mut remarks);
    let mut lines = Vec::new();
    while let Some(chunk) = table.next_chunk()? {
        let mut rows = Rows::new(table.text(&chunk)?, chunk.first_line);
        while let Some(row) = rows.next() {
            lines.push(line(&table.header, &row, &mut remarks));
        }
    }
    if lines.is_empty() {
        return Err(table.refuse(UnreadableFile::NoLines));
    }
    Ok(AccountList { header, lines })
}

fn line(header: &Header, row: &Row<'_>, remarks: &mut Remarks) -> ListedLine {
    let mut problems: Vec<Problem> = Vec::new();
    let findings = Findings::new(row.number, header, &mut problems, remarks);
    let account = Cells { row, header, findings }.account();
    let text = |name| shortened(row.cell(header.position(name)));
    let account = account.filter(|_| problems.is_empty()).ok_or(problems);
    ListedLine { number: row.number, code: text("code"), uid: text("uid"), account }
}

/// The cells of a line, by the names of their columns.
struct Cells<'r, 'f> {
    row: &'r Row<'r>,
    header: &'r Header,
    findings: Findings<'f>,
}

impl Cells<'_, '_> {
    /// The account; `None` when anything of it is bad.
    fn account(mut self) -> Option<ListedAccount> {
        let (expected, cells) = (self.header.names.len(), self.row.cells.len());
        if cells != expected {
            self.findings.bad_row(self.row.text, Fault::Cells { expected, found: cells });
            return None;
        }
        let code = self.required("code", as_typed);
        let group = self.required("group", text);
        let entity = self.required("entity", text);
        let environment = self.required("environment", word);
        let mode = self.required("mode", word);
        let uid = self.optional("uid", text);
        let attest = self.optional("attest", attestations);
        let model = self.optional("model", word);
        let credit = self.optional("credit", |cell| Ok(Exact::parse(cell.as_bytes())?));
        let since = self.optional("since", date);
        let mobile = self.optional("mobile", as_typed);
        let email = self.optional("email", as_typed);
        let login = self.optional("login", as_typed);
        let holder = self.optional("holder", as_typed);
        let shutdown = self.optional("shutdown", word);
        let purchases = self.optional("purchases", word);
        let upstream = self.optional("upstream", as_typed);
        let particulars = Particulars {
            code: code?,
            group: group?,
            entity: entity?,
            environment: environment?,
            model: model?.unwrap_or(Model::USUAL),
            mode: mode?,
            credit: credit?,
            since: since?,
            shutdown: shutdown?.unwrap_or(ShutdownPolicy::USUAL),
            purchase_ban: purchases?.unwrap_or(Purchases::USUAL).are_banned(),
            upstream: upstream?,
            mobile: mobile?,
            email: email?,
            login: login?,
            holder: holder?,
        };
        match ListedAccount::try_new(particulars, uid?, attest?.unwrap_or_default()) {
            Ok(account) => Some(account),
            Err(reason) => {
                self.bad(if reason == NotListed::NobodyToInvite { "mobile" } else { "attest" }, reason);
                None
            }
        }
    }

    fn required<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<T> {
        required(self.row, self.header.position(name), &mut self.findings, read)
    }

    /// `None` when the cell is bad, `Some(None)` when it is empty.
    #[expect(clippy::option_option, reason = "bad, empty and read are three answers, and the outer one is taken by `?`")]
    fn optional<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Result<T, Fault>) -> Option<Option<T>> {
        optional(self.row, self.header.position(name), &mut self.findings, read)
    }

    /// Notes what is wrong with a cell, which may be of a column that the file does not have.
    fn bad(&mut self, name: &str, reason: NotListed) {
        let column = self.header.position(name);
        let reason = if column.is_some() { reason.to_string() } else { format!("{name}: {reason}") };
        self.findings.bad_cell(column, self.row.cell(column), Fault::Other(reason));
    }
}

fn text(cell: &str) -> Result<String, Fault> {
    plain(cell).map(str::to_owned)
}

/// What reads a cell as it reads what is typed.
fn as_typed<T: FromStr<Err: Display>>(cell: &str) -> Result<T, Fault> {
    cell.parse().map_err(|reason| Fault::Other(format!("{reason}")))
}

/// One of a few words, in any case.
fn word<T: FromStr<Err = String>>(cell: &str) -> Result<T, Fault> {
    as_typed(&cell.to_lowercase())
}

/// Conditions with blanks or semicolons between.
fn attestations(cell: &str) -> Result<Vec<Attestation>, Fault> {
    let words = cell.split(|c: char| c == ';' || c.is_whitespace()).filter(|word| !word.is_empty());
    words.map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::particulars::WayIn;
    use crate::domain::account::{Environment, Mode};

    fn read_text(text: &str) -> Result<AccountList, Refusal> {
        read(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), "accounts.csv")
    }

    fn told(text: &str) -> String {
        let list = read_text(text).unwrap();
        let of_lines = list.lines.into_iter().filter_map(|line| line.account.err()).flatten();
        let told = list.header.into_iter().chain(of_lines).map(|Problem { line, column, value, fault }| {
            format!("{line} | {} | {value:?} | {fault}", column.as_deref().unwrap_or("-"))
        });
        told.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn columns_come_in_any_order_and_optional_ones_may_be_missing() {
        let text = "\u{feff}mode,holder,uid,code,group,entity,environment,attest,credit,since,mobile,purchases\r\n\
                    Agent-Pays,\"Wang, Wei\",\"=\"\"1000000000000007\"\"\",a-1,acme,acme-hq,Production,no-arrears; no-open-orders  no-other-agent,\
                    100.50,2026-06-01,,ban\r\n\r\nprepaid,,,a-2,acme,acme-hq,test,,,,+86 138-0000-0002,\r\n";
        let list = read_text(text).unwrap();
        let [first, second] = &list.lines[..] else { panic!("{list:?}") };
        let account = first.account.as_ref().unwrap();
        let attest = vec![Attestation::NoArrears, Attestation::NoOpenOrders, Attestation::NoOtherAgent];
        assert_eq!(account.way, WayIn::Associated { uid: "1000000000000007".to_owned(), attest });
        let Particulars { environment, mode, credit, purchase_ban, holder, model, .. } = &account.particulars;
        assert_eq!((*environment, *mode, *purchase_ban, *model), (Environment::Production, Mode::AgentPays, true, Model::USUAL));
        assert_eq!(credit.map(|credit| credit.to_string()), Some("100.5".to_owned()));
        assert_eq!(holder.as_ref().unwrap().as_str(), "Wang, Wei");
        assert_eq!((second.number, second.code.as_str(), second.uid.as_str()), (4, "a-2", ""));
        let account = second.account.as_ref().unwrap();
        assert_eq!((&account.way, account.particulars.mobile.as_ref().unwrap().as_str()), (&WayIn::Created, "13800000002"));
        assert_eq!((account.particulars.since, account.particulars.purchase_ban), (None, false));
    }

    #[test]
    fn every_bad_cell_of_every_line_is_named() {
        let text = "code,group,entity,environment,mode,uid,attest,credit,since,mobile,email,holder,purchases,colour\n\
                    Acme,,acme-hq,staging,postpaid,1,no-debts,lots,1/6/26,12345,ops@acme,a\u{1b}b,maybe,\n\
                    a-3,acme,acme-hq,test,prepaid,,,,,,,,,\n\
                    a-4,acme,acme-hq,test,prepaid,,no-arrears,,,13800000002,,,,\n\
                    a-5,acme\n";
        insta::assert_snapshot!(told(text), @r#"
        1 | colour | "colour" | not a column of an account list, which has code, group, entity, environment, mode, uid, attest, model, credit, since, mobile, email, login, holder, shutdown, purchases, upstream; did you mean holder?
        2 | code | "Acme" | a code begins with a lower-case letter and has lower-case letters, digits, '-', '_' or '.', at most 64
        2 | group | "" | empty
        2 | environment | "staging" | not an environment: one of production, test, development
        2 | mode | "postpaid" | not a settlement mode: one of agent-pays, prepaid
        2 | attest | "no-debts" | not an attestation: one of no-other-agent, no-arrears, no-open-orders, no-trusteeship
        2 | credit | "lots" | not a plain decimal number such as 1234.50
        2 | since | "1/6/26" | not a day such as 2026-06-30
        2 | mobile | "12345" | not a mainland mobile number such as 13800000001
        2 | email | "ops@acme" | not an e-mail address such as ops@example.com
        2 | holder | "a\u{1b}b" | it contains control characters
        2 | purchases | "maybe" | not an answer about purchases: one of allow, ban
        3 | mobile | "" | empty, and so is email: an account without a UID is created, and its holder is invited by one of the two
        4 | attest | "no-arrears" | an account without a UID is created, and there is nothing to vouch for; leave it empty
        5 | - | "a-5,acme" | 2 cells where the header has 14: the line is cut off or has a stray comma
        "#);
        let unreachable = "code,group,entity,environment,mode\na-1,acme,acme-hq,test,prepaid\n";
        let reason =
            "mobile: empty, and so is email: an account without a UID is created, and its holder is invited by one of the two";
        assert_eq!(told(unreachable), format!("2 | - | \"\" | {reason}"));
    }

    #[test]
    fn what_is_no_account_list_is_refused() {
        let reason = |text: &str| match read_text(text).unwrap_err() {
            Refusal::UnreadableFile { reason, .. } => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(reason(""), UnreadableFile::Empty);
        assert_eq!(reason("code,group,entity,environment,mode\n"), UnreadableFile::NoLines);
        let repeated = UnreadableFile::RepeatedColumn { column: "mode".into() };
        assert_eq!(reason("code,group,entity,environment,mode,mode\n"), repeated);
        let missing = vec!["group".to_owned(), "mode".to_owned()];
        let unknown = UnreadableFile::UnknownLayout { nearest: "account-list".into(), missing };
        assert_eq!(reason("code,entity,environment\n"), unknown);
    }
}
