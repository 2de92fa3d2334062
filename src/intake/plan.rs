//! Rebalancing plans: the CSV that `fund plan` has written, read back.
//!
//! A sheet may have added a byte order mark or dropped the zeros behind a point, which changes nothing. Whatever does change a
//! move, the rows or their order is found by the plan's own hash.

use std::io::Read;

use crate::domain::bill::{Fault, Problems, Remarks};
use crate::domain::code::Code;
use crate::domain::money::{Amount, Currency, Exact};
use crate::domain::plan::{MoveKind, Plan, PlannedMove};
use crate::domain::refusal::Refusal;
use crate::intake::blocks::{BLOCK_SIZE, Blocks};
use crate::intake::layout::Findings;
use crate::intake::table::{Header, Row, Rows, Table};

const COLUMNS: &[&[&str]] =
    &[&["move"], &["group"], &["account"], &["amount"], &["currency"], &["before"], &["after"], &["book"], &["plan"]];

/// Reads a plan. What is no plan, cannot be read or was changed since is refused; a plan without a move is one.
pub fn read(reader: Box<dyn Read + Send>, file: &str) -> Result<Plan, Refusal> {
    let mut table = Table::open(Blocks::new(reader, file, BLOCK_SIZE))?;
    let missing = table.header.missing(COLUMNS);
    if !missing.is_empty() {
        return Err(Refusal::NotAPlan { file: file.to_owned(), missing });
    }
    table.refuse_repeated_column()?;
    let columns = Columns::of(&table.header);
    let (mut found, mut remarks, mut problems) = (Vec::new(), Remarks::default(), Problems::default());
    let mut lines = Vec::new();
    while let Some(chunk) = table.next_chunk()? {
        let mut rows = Rows::new(table.text(&chunk)?, chunk.first_line);
        while let Some(row) = rows.next() {
            let mut findings = Findings::new(row.number, &table.header, &mut found, &mut remarks);
            let (expected, cells) = (table.header.names.len(), row.cells.len());
            if cells == expected {
                lines.extend(columns.read(&row, &mut findings));
            } else {
                findings.bad_row(row.text, Fault::Cells { expected, found: cells });
            }
            found.drain(..).for_each(|problem| problems.push(problem));
        }
    }
    problems.refuse_if_any(table.file())?;
    whole(lines).ok_or_else(|| Refusal::PlanEdited { file: file.to_owned() })
}

/// The plan of all lines, if it is what its hash says.
fn whole(lines: Vec<Line>) -> Option<Plan> {
    let Some(first) = lines.first() else { return Some(Plan { book: String::new(), moves: vec![] }) };
    let (book, hash) = (first.book.clone(), first.plan.clone());
    if lines.iter().any(|line| line.book != book || line.plan != hash) {
        return None;
    }
    let plan = Plan { book, moves: lines.into_iter().map(|line| line.planned).collect() };
    (plan.hash() == hash).then_some(plan)
}

/// One row.
struct Line {
    planned: PlannedMove,
    book: String,
    plan: String,
}

/// Where each column stands.
struct Columns {
    kind: Option<usize>,
    group: Option<usize>,
    account: Option<usize>,
    amount: Option<usize>,
    currency: Option<usize>,
    before: Option<usize>,
    after: Option<usize>,
    book: Option<usize>,
    plan: Option<usize>,
}

impl Columns {
    fn of(header: &Header) -> Self {
        let at = |name| header.position(name);
        Self {
            kind: at("move"),
            group: at("group"),
            account: at("account"),
            amount: at("amount"),
            currency: at("currency"),
            before: at("before"),
            after: at("after"),
            book: at("book"),
            plan: at("plan"),
        }
    }

    fn read(&self, row: &Row<'_>, findings: &mut Findings<'_>) -> Option<Line> {
        let kind = cell(row, self.kind, findings, word::<MoveKind>);
        let group = cell(row, self.group, findings, word::<Code>);
        let account = cell(row, self.account, findings, word::<Code>);
        let currency = cell(row, self.currency, findings, word::<Currency>);
        // Without its currency an amount cannot be judged.
        let mut money = |column| currency.and_then(|currency| cell(row, column, findings, |text| minor(text, currency)));
        let (amount, before, after) = (money(self.amount), money(self.before), money(self.after));
        let planned = PlannedMove {
            kind: kind?,
            group: group?,
            account: account?,
            amount: amount?,
            currency: currency?,
            before: before?,
            after: after?,
        };
        let text = |column| row.cell(column).to_owned();
        Some(Line { planned, book: text(self.book), plan: text(self.plan) })
    }
}

fn cell<T>(
    row: &Row<'_>,
    column: Option<usize>,
    findings: &mut Findings<'_>,
    read: impl FnOnce(&str) -> Result<T, Fault>,
) -> Option<T> {
    let text = row.cell(column);
    let value = if text.is_empty() { Err(Fault::Empty) } else { read(text) };
    value.map_err(|fault| findings.bad_cell(column, text, fault)).ok()
}

fn word<T: std::str::FromStr<Err = String>>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(Fault::Other)
}

fn minor(text: &str, currency: Currency) -> Result<Amount, Fault> {
    let exact = Exact::parse(text.as_bytes())?;
    exact.to_amount(currency).ok_or_else(|| Fault::Other(format!("not an amount of {currency}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::refusal::UnreadableFile;

    fn read_text(text: &str) -> Result<Plan, Refusal> {
        read(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), "plan.csv")
    }

    fn planned(kind: MoveKind, account: &str, amount: i64) -> PlannedMove {
        PlannedMove {
            kind,
            group: "acme".parse().unwrap(),
            account: account.parse().unwrap(),
            amount: Amount::from_minor(amount),
            currency: "CNY".parse().unwrap(),
            before: Amount::from_minor(500),
            after: Amount::from_minor(-50),
        }
    }

    fn plan() -> Plan {
        let moves = vec![planned(MoveKind::Reclaim, "b", 1050), planned(MoveKind::Allocate, "a", 100)];
        Plan { book: "00ff".to_owned(), moves }
    }

    fn written() -> String {
        let hash = plan().hash();
        format!(
            "move,group,account,amount,currency,before,after,book,plan\r\n\
             reclaim,acme,b,10.50,CNY,5.00,-0.50,00ff,{hash}\r\n\
             allocate,acme,a,1.00,CNY,5.00,-0.50,00ff,{hash}\r\n"
        )
    }

    #[test]
    fn a_plan_is_read_as_it_was_written_and_as_a_sheet_saves_it() {
        assert_eq!(read_text(&written()).unwrap(), plan());
        let by_a_sheet = format!("\u{feff}{}", written().replace("10.50", "10.5").replace("1.00", "1").replace("\r\n", "\n"));
        assert_eq!(read_text(&by_a_sheet).unwrap(), plan());
        let header = written().lines().next().unwrap().to_owned();
        assert_eq!(read_text(&header).unwrap().moves, [], "a plan may have nothing to do");
    }

    #[test]
    fn any_edit_is_found() {
        let lines: Vec<String> = written().lines().map(str::to_owned).collect();
        let edited = [
            written().replace("10.50", "10.51"),
            written().replace("reclaim", "allocate"),
            written().replace(",b,", ",c,"),
            written().replace("acme", "bolt"),
            written().replace("CNY", "USD"),
            written().replace("00ff", "00fe"),
            written().replacen("00ff", "00fe", 1),
            format!("{}\n{}\n", lines[0], lines[1]),
            format!("{}\n{}\n{}\n", lines[0], lines[2], lines[1]),
            format!("{}{}\n", written(), lines[2]),
        ];
        for text in edited {
            assert_eq!(read_text(&text), Err(Refusal::PlanEdited { file: "plan.csv".to_owned() }), "{text}");
        }
    }

    #[test]
    fn what_is_no_plan_or_cannot_be_read_is_refused() {
        let reason = |text: &str| read_text(text).unwrap_err();
        let unreadable = |reason| Refusal::UnreadableFile { file: "plan.csv".to_owned(), reason };
        assert_eq!(reason(""), unreadable(UnreadableFile::Empty));
        let missing = vec!["book".to_owned(), "plan".to_owned()];
        let other = "move,group,account,amount,currency,before,after\n";
        assert_eq!(reason(other), Refusal::NotAPlan { file: "plan.csv".to_owned(), missing });
        assert_eq!(
            reason(&written().replacen("move", "plan,move", 1)),
            unreadable(UnreadableFile::RepeatedColumn { column: "plan".to_owned() })
        );
        let bad = written().replace("reclaim", "give").replace("10.50", "1,0.505").replace("1.00", "1.005");
        let Refusal::BadLines { problems, .. } = reason(&bad.replace("1,0.505", "\"10,50\"")) else { panic!() };
        let told: Vec<_> =
            problems.iter().map(|p| format!("{} {} {}", p.line, p.column.as_deref().unwrap_or("-"), p.fault)).collect();
        insta::assert_snapshot!(told.join("\n"), @"
        2 move not a move: one of reclaim, allocate
        2 amount not a plain decimal number such as 1234.50
        3 amount not an amount of CNY
        ");
    }
}
