//! Statements as customers see them: of an account, of a group, of an entity, and as files. Cost never appears here.
//!
//! Everything is described in English and translated as a whole ([`Document::translated`]); only the few words that become part of
//! a chart are translated where they are put into it.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Align, Chart, Column, Document, Table, Value};
use super::language::Language;
use super::price::{discount, exact};
use crate::book::statement::{Deposits, Spending, StatementSet, StatementView, Together};
use crate::domain::account::Uid;
use crate::domain::code::{Code, Name};
use crate::domain::money::{Amount, Currency, Exact, Overflow};
use crate::domain::period::{Month, PeriodState};
use crate::domain::statement::{Spent, Statement, StatementLine, Totals};
use crate::domain::statement_proof::Proof;

/// Products that a chart shows one by one; the rest is one bar.
const PRODUCTS_DRAWN: usize = 12;

/// The columns of a line: key, label, and where its cells stand. Their order is finance's, and stable.
const LINE: [(&str, &str, Align); 17] = [
    ("date", "Date", Align::Left),
    ("kind", "Kind", Align::Left),
    ("event", "Event", Align::Left),
    ("product", "Product", Align::Left),
    ("order", "Order", Align::Left),
    ("provider_order", "Provider order", Align::Left),
    ("charge_month", "Charge month", Align::Left),
    ("list_price", "List price", Align::Right),
    ("agreement", "Agreement", Align::Left),
    ("tier", "Tier from", Align::Right),
    ("discount", "Discount", Align::Right),
    ("coupon", "Coupon", Align::Right),
    ("payable", "Payable", Align::Right),
    ("amount", "Amount", Align::Right),
    ("balance", "Balance due", Align::Right),
    ("deposits", "To deposits", Align::Right),
    ("reference", "Reference", Align::Left),
];

/// What stands before a line in a file: whose it is.
const WHOSE: [(&str, &str); 6] = [
    ("period", "Period"),
    ("account", "Account"),
    ("uid", "UID"),
    ("group", "Group"),
    ("entity", "Real-name owner"),
    ("currency", "Currency"),
];

/// A statement of an account.
pub fn statement(view: &StatementView, language: Language) -> Result<Document, Overflow> {
    let statement = &view.statement;
    let currency = statement.currency;
    let agreements: BTreeSet<String> =
        statement.lines.iter().filter_map(|l| l.agreement.as_ref()).map(ToString::to_string).collect();
    let agreements: Vec<String> = agreements.into_iter().collect();
    let statements = std::slice::from_ref(view);
    let document = Document::new("statement-show")
        .titled("Statement of account")
        .dated(statement.period.last_day())
        .field("agent", "Agent", &statement.agent)
        .field("account", "Account", &statement.account)
        .field("uid", "UID", statement.uid.as_ref().map(ToString::to_string))
        .field("group", "Group", &statement.group)
        .field("entity", "Real-name owner", &statement.entity)
        .field("mode", "Mode", Value::term(statement.mode.as_str()))
        .field("period", "Period", statement.period)
        .field("state", "State", state(view.state))
        .field("currency", "Currency", currency);
    let document = match view.supersedes {
        Some(version) => document.field("supersedes", "Supersedes version", version),
        None => document.machine_field("supersedes", Value::Null),
    };
    let document = document
        .amount("opening", "Balance due, opening", statement.opening, currency)
        .amount("charges", "Charges", statement.charges, currency)
        .amount("payments", "Payments", statement.payments, currency)
        .amount("credits", "Credits", statement.credits, currency)
        .amount("closing", "Balance due, closing", statement.closing, currency)
        .amount("saved", "Saved against list price", statement.saved, currency)
        .people_field("Agreements", agreements)
        .machine_field("sha256", view.sha256.as_deref())
        .table(lines(statements, Subject::OneAccount)?)
        .table(usage(statements, Subject::OneAccount));
    let document = spending(document, statements, &view.spending, language)?;
    Ok(document.translated(language))
}

/// The statements of a group's or an entity's accounts: a row for each, what they add up to, and their lines.
pub fn together(set: &StatementSet, language: Language) -> Result<Document, Overflow> {
    let document = Document::new("statement-show").titled("Statements of accounts").dated(set.period.last_day());
    let document = document.field("agent", "Agent", &set.agent);
    let document = match &set.of {
        Together::Group(group, _) => {
            document.field("group", "Group", &group.code).field("name", "Name", &group.name).machine_field("entity", Value::Null)
        }
        Together::Entity(entity) => document
            .machine_field("group", Value::Null)
            .field("entity", "Entity", &entity.code)
            .field("name", "Name", &entity.name)
            .people_field("Credential", entity.identity.shown()),
    };
    let document = document
        .field("period", "Period", set.period)
        .field("state", "State", state(set.state))
        .table(accounts(set))
        .table(totals(&set.totals));
    let document = match &set.of {
        Together::Group(group, moved) => document.section("deposits", "Deposits, not allocated", deposits(moved, group.currency)?),
        Together::Entity(_) => document,
    };
    let document =
        document.table(lines(&set.statements, Subject::SeveralAccounts)?).table(usage(&set.statements, Subject::SeveralAccounts));
    let document = spending(document, &set.statements, &set.spending, language)?;
    Ok(document.translated(language))
}

/// Whether a table needs to say whose a row is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    OneAccount,
    SeveralAccounts,
}

impl Subject {
    /// A table that begins with the account where there are several.
    fn table(self, key: &'static str) -> Table {
        match self {
            Self::OneAccount => Table::new(key),
            Self::SeveralAccounts => Table::new(key).column("account", "Account"),
        }
    }

    /// The cell that says so.
    fn cell(self, statement: &Statement) -> Option<Value> {
        (self == Self::SeveralAccounts).then(|| (&statement.account).into())
    }
}

fn state(state: PeriodState) -> Value {
    Value::term(if state == PeriodState::Closed { "closed" } else { "provisional" })
}

/// A column that people see only where it says something.
fn shown_if(column: Column, says_something: bool) -> Column {
    if says_something { column } else { column.machine_only() }
}

fn column(key: &'static str, label: &'static str, align: Align) -> Column {
    match align {
        Align::Left => Column::left(key, label),
        Align::Right => Column::right(key, label),
    }
}

/// The lines of statements, each with the balance of its account after it, and what they add up to where that is of one account.
fn lines(views: &[StatementView], subject: Subject) -> Result<Table, Overflow> {
    let any = |says: fn(&StatementLine, &Statement) -> bool| {
        views.iter().any(|view| view.statement.lines.iter().any(|line| says(line, &view.statement)))
    };
    let mut table = subject.table("lines").title("Lines").when_empty("nothing happened in this month");
    for (key, label, align) in LINE {
        let says_something = match key {
            "charge_month" => any(|line, statement| line.charge_month.is_some_and(|month| month != statement.period)),
            "agreement" => false,
            "coupon" => any(|line, _| line.coupon.is_some()),
            "payable" => any(|line, _| line.payable.is_some()),
            "deposits" => any(|line, _| !line.deposits.is_zero()),
            "reference" => any(|line, _| line.reference.is_some()),
            _ => true,
        };
        table = table.with(shown_if(column(key, label, align), says_something));
    }
    for view in views {
        let statement = &view.statement;
        let mut balance = statement.opening;
        for line in &statement.lines {
            balance = balance.plus(line.amount)?;
            table.push(subject.cell(statement).into_iter().chain(cells(line, balance, statement.currency)));
        }
    }
    if let ([view], Subject::OneAccount) = (views, subject) {
        table.total(line_total(&view.statement)?);
    }
    Ok(table)
}

/// One line, with the balance after it.
fn cells(line: &StatementLine, balance: Amount, currency: Currency) -> [Value; LINE.len()] {
    let money = |amount| Value::amount(amount, currency);
    [
        line.date.into(),
        Value::term(line.kind.as_str()),
        Value::term(line.event.as_str()),
        line.product.clone().into(),
        line.order.map(|o| o.to_string()).into(),
        line.provider_order.clone().into(),
        line.charge_month.into(),
        line.list_price.map(|e| exact(e, currency)).into(),
        line.agreement.as_ref().map(ToString::to_string).into(),
        line.tier.map(|e| exact(e, currency)).into(),
        line.discount.map(discount).into(),
        line.coupon.map(money).into(),
        line.payable.map(money).into(),
        money(line.amount),
        money(balance),
        if line.deposits.is_zero() { Value::Null } else { money(line.deposits) },
        line.reference.clone().into(),
    ]
}

/// What the lines of a statement add up to.
fn line_total(statement: &Statement) -> Result<Vec<Value>, Overflow> {
    let (lines, currency) = (&statement.lines, statement.currency);
    let money = |amount| Value::amount(amount, currency);
    let list = lines.iter().filter_map(|line| line.list_price).try_fold(Exact::ZERO, Exact::plus)?;
    let payable = Amount::sum(lines.iter().filter_map(|line| line.payable))?;
    let deposits = Amount::sum(lines.iter().map(|line| line.deposits))?;
    let total = LINE.map(|(key, ..)| match key {
        "date" => Ok(Value::term("total")),
        "list_price" => Ok(exact(list, currency)),
        "payable" => Ok(money(payable)),
        "amount" => statement.closing.minus(statement.opening).map(money),
        "balance" => Ok(money(statement.closing)),
        "deposits" => Ok(money(deposits)),
        _ => Ok(Value::Null),
    });
    total.into_iter().collect()
}

/// What was used, by product and month.
fn usage(views: &[StatementView], subject: Subject) -> Table {
    let mut table = subject
        .table("usage")
        .title("Usage")
        .column("product", "Product")
        .column("charge_month", "Charge month")
        .column_right("lines", "Bill lines")
        .column_right("list", "At list price")
        .column_right("covered", "Covered by plans")
        .column_right("charged", "Charged");
    for statement in views.iter().map(|view| &view.statement) {
        let currency = statement.currency;
        for used in &statement.usage {
            table.push(subject.cell(statement).into_iter().chain([
                used.product.as_str().into(),
                used.charge_month.into(),
                used.lines.into(),
                exact(used.list, currency),
                exact(used.covered, currency),
                Value::amount(used.charged, currency),
            ]));
        }
    }
    unless_empty(table)
}

/// A table that people see only where it has rows.
fn unless_empty(table: Table) -> Table {
    if table.is_empty() { table.machine_only() } else { table }
}

/// Adds what was spent, by product and by month, as tables and as charts.
fn spending(document: Document, views: &[StatementView], months: &Spending, language: Language) -> Result<Document, Overflow> {
    // True-ups have no product, and stand behind those that have one.
    let mut products: BTreeMap<(Currency, bool, Option<&str>), Spent> = BTreeMap::new();
    for statement in views.iter().map(|view| &view.statement) {
        for (product, spent) in statement.spent()? {
            let sum = products.entry((statement.currency, product.is_none(), product)).or_default();
            *sum = sum.plus(spent)?;
        }
    }
    let of_products = products.keys().map(|(currency, ..)| *currency);
    let currencies: BTreeSet<Currency> = of_products.chain(months.keys().map(|(currency, _)| *currency)).collect();
    let currency_column = || shown_if(Column::left("currency", "Currency"), currencies.len() > 1);
    let mut by_product = Table::new("products")
        .title("Spending by product")
        .column("product", "Product")
        .with(currency_column())
        .column_right("charges", "Number of charges")
        .column_right("list", "At list price")
        .column_right("payable", "Payable")
        .column_right("saved", "Saved against list price");
    for ((currency, _, product), spent) in &products {
        by_product.push([
            product.map_or(Value::term("true-up"), Value::from),
            (*currency).into(),
            spent.charges.into(),
            Value::amount(spent.list, *currency),
            Value::amount(spent.payable, *currency),
            Value::amount(spent.saved()?, *currency),
        ]);
    }
    let mut by_month = Table::new("months")
        .title("Spending by month")
        .column("month", "Month")
        .with(currency_column())
        .column_right("payable", "Payable");
    for ((currency, month), amount) in months {
        by_month.push([(*month).into(), (*currency).into(), Value::amount(*amount, *currency)]);
    }
    let mut document = document;
    for currency in currencies {
        let of_currency = products.iter().filter(|((of, ..), _)| *of == currency);
        let spent: Vec<_> = of_currency.map(|((.., product), spent)| (*product, spent.payable)).collect();
        document = document.chart(product_chart(spent, currency, language)?);
        let columns = Chart::columns_of(language.word("Spending by month"), currency.code());
        let of_currency = months.iter().filter(|((of, _), _)| *of == currency);
        document = document
            .chart(of_currency.fold(columns, |chart, ((_, month), amount)| {
                chart.total(month.to_string(), Exact::from_amount(*amount, currency))
            }));
    }
    Ok(document.table(unless_empty(by_product)).table(unless_empty(by_month)))
}

/// The products on which most was spent, and the rest as one bar.
fn product_chart(mut spent: Vec<(Option<&str>, Amount)>, currency: Currency, language: Language) -> Result<Chart, Overflow> {
    spent.sort_by_key(|(product, amount)| (std::cmp::Reverse(*amount), *product));
    let rest = spent.split_off(spent.len().min(PRODUCTS_DRAWN));
    let chart = Chart::bars_of(language.word("Spending by product"), currency.code());
    let chart = spent.into_iter().fold(chart, |chart, (product, amount)| {
        chart.total(product.unwrap_or(language.word("true-up")), Exact::from_amount(amount, currency))
    });
    if rest.is_empty() {
        return Ok(chart);
    }
    let others = Amount::sum(rest.into_iter().map(|(_, amount)| amount))?;
    Ok(chart.total(language.word("all others"), Exact::from_amount(others, currency)))
}

/// A row for each account.
fn accounts(set: &StatementSet) -> Table {
    let mut table = Table::new("rows")
        .title("Accounts")
        .column("account", "Account")
        .column("uid", "UID")
        .column("group", "Group")
        .column("entity", "Real-name owner")
        .column("mode", "Mode")
        .column("currency", "Currency");
    for (key, label) in FIGURES {
        table = table.column_right(key, label);
    }
    let mut table = table.when_empty("no account had a part in this month");
    for statement in set.statements.iter().map(|view| &view.statement) {
        let whose: [Value; 6] = [
            (&statement.account).into(),
            statement.uid.as_ref().map(ToString::to_string).into(),
            (&statement.group).into(),
            (&statement.entity).into(),
            Value::term(statement.mode.as_str()),
            statement.currency.into(),
        ];
        table.push(whose.into_iter().chain(figures(&statement.totals(), statement.currency)));
    }
    for (currency, sums) in &set.totals {
        let whose = [Value::term("total"), Value::Null, Value::Null, Value::Null, Value::Null, (*currency).into()];
        table.total(whose.into_iter().chain(figures(sums, *currency)));
    }
    table
}

/// The figures of a statement: key and label.
const FIGURES: [(&str, &str); 6] = [
    ("opening", "Balance due, opening"),
    ("charges", "Charges"),
    ("payments", "Payments"),
    ("credits", "Credits"),
    ("closing", "Balance due, closing"),
    ("saved", "Saved against list price"),
];

fn figures(totals: &Totals, currency: Currency) -> [Value; FIGURES.len()] {
    let Totals { statements: _, opening, charges, payments, credits, closing, saved } = *totals;
    [opening, charges, payments, credits, closing, saved].map(|amount| Value::amount(amount, currency))
}

/// What statements add up to, by currency; for programs, because people see it below the rows.
fn totals(totals: &BTreeMap<Currency, Totals>) -> Table {
    let mut table =
        Table::new("totals").title("Totals").keyed().column("currency", "Currency").column_right("statements", "Statements");
    for (key, label) in FIGURES {
        table = table.column_right(key, label);
    }
    for (currency, sums) in totals {
        let first: [Value; 2] = [(*currency).into(), sums.statements.into()];
        table.push(first.into_iter().chain(figures(sums, *currency)));
    }
    table.machine_only()
}

/// A group's money that is not allocated, over the month.
fn deposits(deposits: &Deposits, currency: Currency) -> Result<Document, Overflow> {
    let mut balance = deposits.opening;
    let mut table = Table::new("lines")
        .column("date", "Date")
        .column("event", "Event")
        .column("account", "Account")
        .column_right("amount", "Amount")
        .column_right("balance", "Deposits")
        .column("reference", "Reference")
        .when_empty("nothing moved them in this month");
    for movement in &deposits.movements {
        let amount = movement.amount.negated()?;
        balance = balance.plus(amount)?;
        table.push([
            movement.date.into(),
            Value::term(movement.event.as_str()),
            movement.account.clone().into(),
            Value::amount(amount, currency),
            Value::amount(balance, currency),
            movement.note.reference.clone().into(),
        ]);
    }
    Ok(Document::new("deposits")
        .field("currency", "Currency", currency)
        .amount("opening", "Deposits, opening", deposits.opening, currency)
        .amount("closing", "Deposits, closing", deposits.closing, currency)
        .table(table))
}

/// The answer in the place of the others where CSV is asked for.
pub fn sheet<'s>(statements: impl IntoIterator<Item = &'s Statement>, language: Language) -> Result<Document, Overflow> {
    Ok(Document::new("statement-show").table(file(statements)?).translated(language))
}

/// Statements as one sheet for finance: of each the opening, every line, the closing; stable columns.
pub fn file<'s>(statements: impl IntoIterator<Item = &'s Statement>) -> Result<Table, Overflow> {
    let mut table = Table::new("rows");
    for (key, label) in WHOSE {
        table = table.column(key, label);
    }
    for (key, label, align) in LINE {
        table = table.with(column(key, label, align));
    }
    for statement in statements {
        let currency = statement.currency;
        let whose: [Value; WHOSE.len()] = [
            statement.period.into(),
            (&statement.account).into(),
            statement.uid.as_ref().map(ToString::to_string).into(),
            (&statement.group).into(),
            (&statement.entity).into(),
            currency.into(),
        ];
        let frame = |kind: &'static str, date: chrono::NaiveDate, balance: Amount| {
            let cells = LINE.map(|(key, ..)| match key {
                "date" => date.into(),
                "kind" => Value::term(kind),
                "balance" => Value::amount(balance, currency),
                _ => Value::Null,
            });
            whose.clone().into_iter().chain(cells)
        };
        table.push(frame("opening", statement.period.first_day(), statement.opening));
        let mut balance = statement.opening;
        for line in &statement.lines {
            balance = balance.plus(line.amount)?;
            table.push(whose.clone().into_iter().chain(cells(line, balance, currency)));
        }
        table.push(frame("closing", statement.period.last_day(), statement.closing));
    }
    Ok(table)
}

/// A statement that was written as a file.
#[derive(Clone, Debug)]
pub struct StatementFile {
    account: Code,
    uid: Option<Uid>,
    group: Code,
    entity: Name,
    currency: Currency,
    figures: Totals,
    statement_sha256: Option<String>,
    name: String,
    /// Where it is, for the one who has asked for it.
    pub path: String,
    sha256: String,
}

impl StatementFile {
    /// The file of a statement, with the SHA-256 of its bytes.
    pub fn new(view: &StatementView, name: String, path: String, sha256: String) -> Self {
        let statement = &view.statement;
        Self {
            account: statement.account.clone(),
            uid: statement.uid.clone(),
            group: statement.group.clone(),
            entity: statement.entity.clone(),
            currency: statement.currency,
            figures: statement.totals(),
            statement_sha256: view.sha256.clone(),
            name,
            path,
            sha256,
        }
    }
}

/// The statements of a month that were written as files, by account.
#[derive(Clone, Debug)]
pub struct Exported {
    /// Who has drawn them up.
    pub agent: Name,
    /// The month.
    pub period: Month,
    /// Whether it is closed.
    pub state: PeriodState,
    /// The language of labels and words.
    pub language: Language,
    /// The files: of each account one or several.
    pub files: Vec<StatementFile>,
}

impl Exported {
    /// What the statements add up to, each account counted once.
    fn totals(&self) -> Result<BTreeMap<Currency, Totals>, Overflow> {
        let mut totals: BTreeMap<Currency, Totals> = BTreeMap::new();
        let mut counted = None;
        for file in &self.files {
            if counted.replace(&file.account) != Some(&file.account) {
                let sum = totals.entry(file.currency).or_default();
                *sum = sum.plus(file.figures)?;
            }
        }
        Ok(totals)
    }
}

/// What was written, for whoever has asked for it.
pub fn exported(exported: &Exported) -> Document {
    let table = Table::new("rows")
        .column("account", "Account")
        .column("currency", "Currency")
        .column_right("closing", "Balance due, closing")
        .column("file", "File")
        .with(Column::left("sha256", "SHA-256").machine_only())
        .when_empty("no account had a part in this month")
        .rows(exported.files.iter().map(|file| {
            let closing = Value::amount(file.figures.closing, file.currency);
            [(&file.account).into(), file.currency.into(), closing, file.path.as_str().into(), file.sha256.as_str().into()]
        }));
    Document::new("statement-export").field("period", "Period", exported.period).table(table)
}

/// The manifest of what was written: every file with its hash and figures, and what the statements add up to.
pub fn manifest(exported: &Exported) -> Result<Document, Overflow> {
    let mut table = Table::new("rows")
        .column("file", "File")
        .column("sha256", "SHA-256")
        .column("account", "Account")
        .column("uid", "UID")
        .column("group", "Group")
        .column("entity", "Real-name owner")
        .column("currency", "Currency");
    for (key, label) in FIGURES {
        table = table.column_right(key, label);
    }
    table = table.column("statement_sha256", "SHA-256 of the statement");
    for file in &exported.files {
        let whose: [Value; 7] = [
            file.name.as_str().into(),
            file.sha256.as_str().into(),
            (&file.account).into(),
            file.uid.as_ref().map(ToString::to_string).into(),
            (&file.group).into(),
            (&file.entity).into(),
            file.currency.into(),
        ];
        let hash = [file.statement_sha256.as_deref().into()];
        table.push(whose.into_iter().chain(figures(&file.figures, file.currency)).chain(hash));
    }
    Ok(Document::new("statement-manifest")
        .field("agent", "Agent", &exported.agent)
        .field("period", "Period", exported.period)
        .field("state", "State", state(exported.state))
        .field("language", "Language", exported.language.as_str())
        .table(table)
        .table(totals(&exported.totals()?)))
}

/// What came of proving files: a row for each step.
pub fn verified(proofs: &[(String, Proof)]) -> Document {
    let table =
        Table::new("rows").column("file", "File").column("step", "Step").column("ok", "Holds").column("detail", "Detail").rows(
            proofs.iter().map(|(file, proof)| {
                let (step, detail) = (Value::from(proof.step.as_str()), proof.failure.as_deref());
                [file.as_str().into(), step, detail.is_none().into(), detail.unwrap_or(proof.step.meaning()).into()]
            }),
        );
    let ok = proofs.iter().all(|(_, proof)| proof.failure.is_none());
    Document::new("statement-verify").field("ok", "Proved", ok).table(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{Group, Mode};
    use crate::domain::entity::{Credential, Entity, Identity};
    use crate::domain::id::{EntityId, EntryId, GroupId, OrderId};
    use crate::domain::journal::{Event, Note};
    use crate::domain::rate::Discount;
    use crate::domain::statement::{Addressee, AgreementVersion, ChargeFacts, Movement, StatementKind, UsageDetail};
    use crate::store::LedgerMovement;
    use crate::view::document::{Parts, Reader};

    fn month() -> Month {
        Month::parse("2026-06").unwrap()
    }

    fn cny() -> Currency {
        Currency::parse("CNY").unwrap()
    }

    fn movement(event: Event, minor: i64, charge: Option<ChargeFacts>) -> Movement {
        let note = Note { reference: Some("=1+1".to_owned()), remark: Some("for the agent's own eyes".to_owned()) };
        let [amount, deposits, sales] = [minor, 7, minor].map(Amount::from_minor);
        Movement { entry: EntryId(1), date: month().first_day(), event, amount, deposits, sales, note, charge, other: None }
    }

    /// A statement with everything that one can have.
    fn full() -> StatementView {
        let charge = ChargeFacts {
            product: "ecs".to_owned(),
            order: Some(OrderId(1)),
            provider_order: Some("2100001".to_owned()),
            charge_month: month().previous(),
            list: Some("100".parse().unwrap()),
            agreement: Some(AgreementVersion { name: "acme-2026".parse().unwrap(), valid_from: month().first_day() }),
            tier: Some(Exact::ZERO),
            discount: Discount::NONE,
            coupon: Some(Amount::from_minor(1)),
            payable: Amount::from_minor(9_500),
        };
        let events = Event::ALL.iter().filter(|event| **event != Event::Charge);
        let mut movements: Vec<Movement> = events.map(|event| movement(*event, -100, None)).collect();
        movements.push(movement(Event::Charge, 9_500, Some(charge)));
        let to = Addressee {
            agent: "Lingdu Cloud".parse().unwrap(),
            account: "acme-prod".parse().unwrap(),
            uid: Some("1000000000000001".parse().unwrap()),
            group: "acme".parse().unwrap(),
            entity: "Acme <Holdings>".parse().unwrap(),
            mode: Mode::AgentPays,
            currency: cny(),
        };
        let used = UsageDetail {
            product: "oss".to_owned(),
            charge_month: month(),
            lines: 2,
            list: "10".parse().unwrap(),
            covered: "4".parse().unwrap(),
            charged: Amount::ZERO,
        };
        let statement = Statement::draw_up(to, month(), Amount::ZERO, movements, vec![used]).unwrap();
        let spending = Spending::from([((cny(), month()), Amount::from_minor(9_400))]);
        StatementView { statement, state: PeriodState::Closed, spending, sha256: Some("0".repeat(64)), supersedes: Some(1) }
    }

    fn set(of: Together, statements: Vec<StatementView>) -> StatementSet {
        let totals = statements.iter().map(|view| (cny(), view.statement.totals())).collect();
        let agent = "Lingdu Cloud".parse().unwrap();
        let spending = Spending::from([((cny(), month()), Amount::from_minor(9_400))]);
        StatementSet { of, agent, period: month(), state: PeriodState::Open, statements, totals, spending }
    }

    fn group(statements: Vec<StatementView>) -> StatementSet {
        let group = Group {
            id: GroupId(1),
            code: "acme".parse().unwrap(),
            name: "Acme".parse().unwrap(),
            currency: cny(),
            payment_days: None,
        };
        let moved = LedgerMovement {
            entry: EntryId(2),
            date: month().first_day(),
            event: Event::Deposit,
            account: None,
            recipient: None,
            amount: Amount::from_minor(-500),
            note: Note::default(),
        };
        let movements = if statements.is_empty() { vec![] } else { vec![moved] };
        let closing = Amount::from_minor(if statements.is_empty() { 0 } else { 500 });
        set(Together::Group(group, Deposits { opening: Amount::ZERO, movements, closing }), statements)
    }

    fn entity(statements: Vec<StatementView>) -> StatementSet {
        let identity = Identity::Enterprise(Credential::stored("91330106MA01A2B329".to_owned()));
        let (code, name) = ("acme-hq".parse().unwrap(), "Acme".parse().unwrap());
        let entity = Entity { id: EntityId(1), code, name, identity, former: vec![] };
        set(Together::Entity(entity), statements)
    }

    fn documents(language: Language) -> Vec<Document> {
        vec![
            statement(&full(), language).unwrap(),
            together(&group(vec![full()]), language).unwrap(),
            together(&group(vec![]), language).unwrap(),
            together(&entity(vec![full()]), language).unwrap(),
            sheet([&full().statement], language).unwrap(),
        ]
    }

    /// Every word of ours that somebody sees.
    fn words(document: &Document, found: &mut BTreeSet<String>) {
        found.extend(document.title().map(str::to_owned));
        for field in document.fields_for(Reader::Person) {
            found.insert(field.label().to_owned());
            terms(field.value(), found);
        }
        found.extend(document.charts().iter().map(|chart| chart.title().to_owned()));
        let tables = [Reader::Person, Reader::Machine].into_iter().flat_map(|reader| document.tables_for(reader));
        for table in tables {
            found.extend([table.heading(), table.empty_sentence()].into_iter().flatten().map(str::to_owned));
            found.extend(table.columns_for(Reader::Machine).map(|(_, column)| column.label().to_owned()));
            table.all_rows().iter().chain(table.totals()).flatten().for_each(|cell| terms(cell, found));
        }
        for section in document.all_sections() {
            if let Parts::One(title, part) = section.parts() {
                found.insert(title.clone());
                words(part, found);
            }
        }
    }

    fn terms(value: &Value, found: &mut BTreeSet<String>) {
        if let Value::Term(term) = value {
            found.insert(term.key().to_owned());
        }
    }

    #[test]
    fn every_word_of_a_statement_is_known_in_chinese() {
        let mut found = BTreeSet::new();
        for document in documents(Language::English) {
            words(&document, &mut found);
        }
        found.extend(Event::ALL.iter().map(|event| event.as_str().to_owned()));
        found.extend(StatementKind::ALL.iter().map(|kind| kind.as_str().to_owned()));
        found.extend(Mode::ALL.iter().map(|mode| mode.as_str().to_owned()));
        found.extend(["all others", "true-up", "none", "Schema", "Summary", "Notice", "provisional"].map(str::to_owned));
        let unknown: Vec<&String> = found.iter().filter(|word| Language::Chinese.known(word).is_none()).collect();
        assert!(found.len() > 70 && unknown.is_empty(), "no Chinese word for {unknown:?}");
    }

    #[test]
    fn programs_see_the_same_in_every_language() {
        let json = |language| {
            let mut bytes = Vec::new();
            for document in documents(language) {
                crate::view::json::render(&document, &mut bytes).unwrap();
            }
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(json(Language::Chinese), json(Language::English));
        assert!(json(Language::English).contains("\"kind\": \"charge\""));
    }

    #[test]
    fn what_programs_are_told_is_the_whole_statement() {
        let view = full();
        for language in [Language::English, Language::Chinese] {
            let mut bytes = Vec::new();
            crate::view::json::render(&statement(&view, language).unwrap(), &mut bytes).unwrap();
            assert_eq!(crate::intake::statement::statement(&bytes).as_ref(), Ok(&view.statement));
        }
    }

    #[test]
    fn a_page_in_chinese_has_chinese_words_and_the_customers_own_as_they_are() {
        let page = |document: &Document| {
            let mut bytes = Vec::new();
            crate::view::html::render(document, &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let [of_account, of_group, ..] = &documents(Language::Chinese)[..] else { panic!("all documents") };
        let shown = page(of_account);
        for part in
            ["lang=\"zh-CN\"", "<h1>账户对账单</h1>", "<dt>实名主体</dt><dd>Acme &lt;Holdings&gt;</dd>", "<td>费用</td>", "合计"]
        {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
        assert!(shown.contains("按月消费 (CNY)") && shown.matches("<svg").count() == 2, "{shown}");
        assert!(!shown.contains("own eyes") && !page(of_group).contains("own eyes"), "remarks are the agent's");
        assert!(page(of_group).contains("<h2>未分配资金</h2>"));
        let table = file([&full().statement]).unwrap().translated(Language::Chinese);
        let mut csv = Vec::new();
        crate::view::csv::render_table(&table, crate::view::csv::Dialect::Plain, &mut csv).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        assert!(csv.starts_with("账期,账户,账号 UID,集团,实名主体,币种,日期,类型,事项,"), "{csv}");
        assert!(csv.contains(",期初,") && csv.contains(",费用,费用,ecs,") && csv.contains(",'=1+1"), "{csv}");
    }
}
