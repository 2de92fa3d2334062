//! Agreement files: TOML that people write, read into terms.
//!
//! It must never guess what somebody meant about money: an unknown key, a bare number where a percentage is wanted, or terms that
//! do not fit together are refused. Every mistake is named with its line and its key, not only the first. Amounts and percentages
//! are TOML strings, so that no floating point comes near them.

use std::cell::RefCell;
use std::ops::Range;
use std::str::FromStr;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::agreement::{
    AgreementKind, Basis, ChargeKind, KindTerm, Measure, OwnPrice, ProductTerm, Terms, Tier, TierRule, UnsoundTerms, Window,
};
use crate::domain::code::Code;
use crate::domain::money::{Currency, Exact};
use crate::domain::order::plain_text;
use crate::domain::period::parse_date;
use crate::domain::rate::{Discount, MarkUp, Rate};
use crate::domain::refusal::{Misprint, Refusal};
use crate::domain::suggest::nearest;

/// Reads the text of an agreement file; `file` is its name for messages.
pub fn read(text: &str, file: &str) -> Result<Terms, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let refused = |mut mistakes: Vec<Mistake>| {
        mistakes.sort_by_key(|mistake| mistake.at);
        let misprints = mistakes.into_iter().map(|mistake| mistake.placed(text)).collect();
        Refusal::AgreementInvalid { file: file.to_owned(), misprints }
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(refused(errors.iter().map(|error| not_toml(text, error)).collect()));
    }
    let nothing = DeTable::new();
    let (terms, places, mistakes) = AgreementFile { text, nothing: &nothing, mistakes: RefCell::default() }.terms(table.get_ref());
    let Some(terms) = terms.filter(|_| mistakes.is_empty()) else { return Err(refused(mistakes)) };
    let unsound = terms.check();
    if unsound.is_empty() {
        return Ok(terms);
    }
    Err(refused(unsound.iter().map(|unsound| Mistake { at: places.of(unsound), reason: unsound.to_string() }).collect()))
}

type Cell<'t> = &'t Spanned<DeValue<'t>>;

/// What was read, unless a mistake was noted in its place.
type Told<T> = Result<T, Mistaken>;

/// A mistake was noted.
struct Mistaken;

/// What is wrong, and where in the text.
#[derive(Debug)]
struct Mistake {
    at: Option<usize>,
    reason: String,
}

impl Mistake {
    fn placed(self, text: &str) -> Misprint {
        Misprint { line: self.at.map(|at| line_at(text, at)), reason: self.reason }
    }
}

/// Where things stand that only the whole of the terms can judge.
#[derive(Default)]
struct Places {
    keys: Vec<(&'static str, usize)>,
    tiers: Vec<usize>,
    products: Vec<usize>,
    rates: Vec<usize>,
}

impl Places {
    /// Where the key stands that makes terms unsound; `None` when it stands nowhere.
    fn of(&self, unsound: &UnsoundTerms) -> Option<usize> {
        let key = |key: &str| self.keys.iter().find(|(name, _)| *name == key).map(|(_, at)| *at);
        match unsound {
            UnsoundTerms::Missing { .. } => None,
            UnsoundTerms::Misplaced { key: name, .. } => key(name),
            UnsoundTerms::EndsBeforeStart => key("valid_to"),
            UnsoundTerms::FirstTier(_) => self.tiers.first().copied(),
            UnsoundTerms::FallingTier { index, .. } | UnsoundTerms::DearerTier { index, .. } => self.tiers.get(*index).copied(),
            UnsoundTerms::WrongRate { index, .. } => self.rates.get(*index).copied(),
            UnsoundTerms::GraduatedCost | UnsoundTerms::CostOfCost => key("basis"),
            UnsoundTerms::RetroactivePurchase => key("rule"),
            UnsoundTerms::FiscalYearStart => key("fiscal_year_start"),
            UnsoundTerms::RepeatedMember(_) => key("members"),
            UnsoundTerms::FixedUsage { product: index }
            | UnsoundTerms::RepeatedKind { product: index, .. }
            | UnsoundTerms::RepeatedProduct { index, .. } => self.products.get(*index).copied(),
        }
    }
}

/// A file that is being read, and what was found wrong with it so far.
struct AgreementFile<'t> {
    text: &'t str,
    /// What a table has that is not there.
    nothing: &'t DeTable<'t>,
    mistakes: RefCell<Vec<Mistake>>,
}

const KEYS: &[&str] = &[
    "agreement",
    "kind",
    "group",
    "members",
    "provider",
    "currency",
    "valid_from",
    "valid_to",
    "basis",
    "tax",
    "volume",
    "tier",
    "product",
];
const VOLUME_KEYS: &[&str] = &["measure", "window", "rule", "fiscal_year_start"];
const TIER_KEYS: &[&str] = &["from", "discount", "markup"];
const PRODUCT_KEYS: &[&str] = &["code", "discount", "markup", "price", "counts", "kind"];
const KIND_KEYS: &[&str] = &["kind", "discount", "markup", "price", "counts"];

impl<'t> AgreementFile<'t> {
    /// The terms, if all of them could be read, where things stand, and what is wrong.
    fn terms(self, table: &'t DeTable<'t>) -> (Option<Terms>, Places, Vec<Mistake>) {
        let mut places = Places::default();
        let terms = self.read(table, &mut places).ok();
        (terms, places, self.mistakes.into_inner())
    }

    fn read(&self, table: &'t DeTable<'t>, places: &mut Places) -> Told<Terms> {
        self.only_known(table, "", KEYS);
        let volume = table.get("volume").and_then(|cell| self.table(cell, "[volume]").ok()).unwrap_or(self.nothing);
        self.only_known(volume, "[volume] ", VOLUME_KEYS);
        for key in ["group", "members", "provider", "valid_to", "basis"] {
            places.keys.extend(table.get(key).map(|cell| (key, cell.span().start)));
        }
        for key in ["rule", "fiscal_year_start"] {
            places.keys.extend(volume.get(key).map(|cell| (key, cell.span().start)));
        }
        if let Some(cell) = table.get("tax")
            && cell.get_ref().as_str() != Some("inclusive")
        {
            self.wrong("tax", cell, "prices are with tax included: tax = \"inclusive\"");
        }
        let name = self.required(table, "agreement", "the name of the agreement", Self::word::<Code>);
        let kind = self.required(table, "kind", "\"sale\" or \"purchase\"", Self::word::<AgreementKind>);
        let group = self.optional(table, "group", Self::word::<Code>);
        let members = self.optional(table, "members", Self::members);
        let provider = self.optional(table, "provider", Self::plain);
        let currency = self.required(table, "currency", "such as \"CNY\"", Self::word::<Currency>);
        let valid_from = self.required(table, "valid_from", "such as 2026-06-01", Self::date);
        let valid_to = self.optional(table, "valid_to", Self::date);
        let basis = self.optional(table, "basis", Self::word::<Basis>);
        let measure = self.optional(volume, "measure", Self::word::<Measure>);
        let window = self.optional(volume, "window", Self::word::<Window>);
        let rule = self.optional(volume, "rule", Self::word::<TierRule>);
        let fiscal_year_start = self.optional(volume, "fiscal_year_start", Self::month);
        let tiers = self.rows(table, "tier", "[[tier]]", |row, at| self.tier(row, at, places));
        let products = self.rows(table, "product", "[[product]]", |row, at| self.product(row, at, places));
        Ok(Terms {
            name: name?,
            kind: kind?,
            group: group?,
            members: members?.unwrap_or_default(),
            provider: provider?,
            currency: currency?,
            valid_from: valid_from?,
            valid_to: valid_to?,
            basis: basis?.unwrap_or(Basis::List),
            measure: measure?.unwrap_or(Measure::List),
            window: window?.unwrap_or(Window::Year),
            fiscal_year_start: fiscal_year_start?.unwrap_or(1),
            rule: rule?.unwrap_or(TierRule::Whole),
            tiers: tiers?,
            products: products?,
        })
    }

    fn tier(&self, row: &'t DeTable<'t>, at: usize, places: &mut Places) -> Told<Tier> {
        self.only_known(row, "[[tier]] ", TIER_KEYS);
        let from = self.needed(row, "[[tier]] from", "from", at, "the volume that it begins at, such as \"0\"", Self::amount);
        places.tiers.push(row.get("from").map_or(at, |cell| cell.span().start));
        let rate = self.rate(row, places)?;
        if rate.is_none() {
            self.mistaken(Some(at), "[[tier]] discount is missing: a percentage such as \"5%\"".to_owned());
        }
        Ok(Tier { from: from?, rate: rate.ok_or(Mistaken)? })
    }

    fn product(&self, row: &'t DeTable<'t>, at: usize, places: &mut Places) -> Told<ProductTerm> {
        self.only_known(row, "[[product]] ", PRODUCT_KEYS);
        places.products.push(row.get("code").map_or(at, |cell| cell.span().start));
        let what = "the product's code, as the provider writes it";
        let code = self.needed(row, "[[product]] code", "code", at, what, Self::plain);
        let own = self.own_price(row, places);
        let counts = self.optional(row, "counts", Self::boolean);
        let kinds = self.rows(row, "kind", "[[product.kind]]", |row, at| self.kind(row, at, places));
        Ok(ProductTerm { code: code?, own: own?, counts: counts?.unwrap_or(true), kinds: kinds? })
    }

    fn kind(&self, row: &'t DeTable<'t>, at: usize, places: &mut Places) -> Told<KindTerm> {
        self.only_known(row, "[[product.kind]] ", KIND_KEYS);
        let what = "\"new\", \"renew\", \"upgrade\", \"downgrade\" or \"usage\"";
        let kind = self.needed(row, "[[product.kind]] kind", "kind", at, what, Self::word::<ChargeKind>);
        let own = self.own_price(row, places);
        let counts = self.optional(row, "counts", Self::boolean);
        Ok(KindTerm { kind: kind?, own: own?, counts: counts? })
    }

    /// A discount or a mark-up, if there is one.
    fn rate(&self, row: &'t DeTable<'t>, places: &mut Places) -> Told<Option<Rate>> {
        let discount = self.optional(row, "discount", Self::percentage::<Discount>);
        let mark_up = self.optional(row, "markup", Self::percentage::<MarkUp>);
        let cell = row.get("discount").or_else(|| row.get("markup"));
        places.rates.extend(cell.map(|cell| cell.span().start));
        match (discount?, mark_up?, row.get("markup")) {
            (Some(_), Some(_), Some(cell)) => Err(self.wrong("markup", cell, "discount stands here already: one of the two")),
            (discount, mark_up, _) => Ok(discount.map(Rate::Discount).or(mark_up.map(Rate::MarkUp))),
        }
    }

    fn own_price(&self, row: &'t DeTable<'t>, places: &mut Places) -> Told<Option<OwnPrice>> {
        let rate = self.rate(row, places);
        let fixed = self.optional(row, "price", Self::amount);
        match (rate?, fixed?, row.get("price")) {
            (Some(_), Some(_), Some(cell)) => Err(self.wrong("price", cell, "a rate stands here already: one of the two")),
            (Some(rate), ..) => Ok(Some(OwnPrice::Rate(rate))),
            (None, fixed, _) => Ok(fixed.map(OwnPrice::Fixed)),
        }
    }

    // ------------------------------------------------------------------------------------------ tables, rows and keys

    fn only_known(&self, table: &DeTable<'_>, place: &str, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let name: &str = key.get_ref();
            let known: Vec<String> = known.iter().map(|key| (*key).to_owned()).collect();
            let near = nearest(name, &known);
            let names = if near.is_empty() { &known } else { &near };
            let names = names.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            let name = crate::intake::table::shortened(name);
            self.mistaken(Some(key.span().start), format!("{place}unknown key `{name}`, expected one of {names}"));
        }
    }

    fn table(&self, cell: Cell<'t>, name: &str) -> Told<&'t DeTable<'t>> {
        let table = cell.get_ref().as_table();
        table.ok_or_else(|| self.mistaken(Some(cell.span().start), format!("{name} is a table of its own")))
    }

    /// The rows of a list of tables.
    fn rows<T>(
        &self,
        table: &'t DeTable<'t>,
        key: &str,
        name: &str,
        mut read: impl FnMut(&'t DeTable<'t>, usize) -> Told<T>,
    ) -> Told<Vec<T>> {
        let Some(cell) = table.get(key) else { return Ok(vec![]) };
        let Some(rows) = cell.get_ref().as_array() else {
            return Err(self.mistaken(Some(cell.span().start), format!("{key} is a list, each row of it under its own {name}")));
        };
        let read: Vec<Told<T>> = rows.iter().map(|row| read(self.table(row, name)?, row.span().start)).collect();
        read.into_iter().collect()
    }

    fn optional<T>(&self, table: &'t DeTable<'t>, key: &str, read: impl Fn(&Self, &str, Cell<'t>) -> Told<T>) -> Told<Option<T>> {
        match table.get(key) {
            None => Ok(None),
            Some(cell) => read(self, key, cell).map(Some),
        }
    }

    fn required<T>(
        &self,
        table: &'t DeTable<'t>,
        key: &str,
        what: &str,
        read: impl Fn(&Self, &str, Cell<'t>) -> Told<T>,
    ) -> Told<T> {
        match table.get(key) {
            Some(cell) => read(self, key, cell),
            None => Err(self.mistaken(None, format!("{key} is missing: {what}"))),
        }
    }

    /// A key that a row needs; the row's own place tells where it is missing.
    fn needed<T>(
        &self,
        row: &'t DeTable<'t>,
        name: &str,
        key: &str,
        at: usize,
        what: &str,
        read: impl Fn(&Self, &str, Cell<'t>) -> Told<T>,
    ) -> Told<T> {
        match row.get(key) {
            Some(cell) => read(self, key, cell),
            None => Err(self.mistaken(Some(at), format!("{name} is missing: {what}"))),
        }
    }

    // ------------------------------------------------------------------------------------------------------- the cells

    fn mistaken(&self, at: Option<usize>, reason: String) -> Mistaken {
        self.mistakes.borrow_mut().push(Mistake { at, reason });
        Mistaken
    }

    fn wrong(&self, key: &str, cell: Cell<'_>, reason: &str) -> Mistaken {
        let Range { start, end } = cell.span();
        let written = self.text.get(start..end).unwrap_or_default();
        self.mistaken(Some(start), format!("{key} = {}: {reason}", crate::intake::table::shortened(written)))
    }

    fn quoted(&self, key: &str, cell: Cell<'t>, example: &str) -> Told<&'t str> {
        let text = cell.get_ref().as_str();
        text.ok_or_else(|| self.wrong(key, cell, &format!("write it in quotes, such as {key} = \"{example}\"")))
    }

    fn parsed<T: FromStr<Err: ToString>>(&self, key: &str, cell: Cell<'t>, example: &str) -> Told<T> {
        self.quoted(key, cell, example)?.parse::<T>().map_err(|error| self.wrong(key, cell, &error.to_string()))
    }

    fn word<T: FromStr<Err: ToString>>(&self, key: &str, cell: Cell<'t>) -> Told<T> {
        self.parsed(key, cell, "…")
    }

    fn amount(&self, key: &str, cell: Cell<'t>) -> Told<Exact> {
        let amount: Exact = self.parsed(key, cell, "100000")?;
        if amount.is_negative() {
            return Err(self.wrong(key, cell, "it is not negative"));
        }
        Ok(amount)
    }

    fn percentage<T: FromStr<Err: ToString>>(&self, key: &str, cell: Cell<'t>) -> Told<T> {
        // What is wrong with a bare number is not that it has no quotes.
        if let DeValue::Integer(_) | DeValue::Float(_) = cell.get_ref()
            && let Err(error) = self.text.get(cell.span()).unwrap_or_default().parse::<T>()
        {
            return Err(self.wrong(key, cell, &error.to_string()));
        }
        self.parsed(key, cell, "5%")
    }

    fn plain(&self, key: &str, cell: Cell<'t>) -> Told<String> {
        let plain = plain_text(self.quoted(key, cell, "…")?);
        let plain = plain.map(str::to_owned);
        plain.ok_or_else(|| self.wrong(key, cell, "one to 100 characters, without control characters"))
    }

    fn boolean(&self, key: &str, cell: Cell<'t>) -> Told<bool> {
        cell.get_ref().as_bool().ok_or_else(|| self.wrong(key, cell, "true or false, without quotes"))
    }

    fn month(&self, key: &str, cell: Cell<'t>) -> Told<u32> {
        let month = cell.get_ref().as_integer().and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
        month.ok_or_else(|| self.wrong(key, cell, "the number of a month, 1 to 12, without quotes"))
    }

    fn date(&self, key: &str, cell: Cell<'t>) -> Told<NaiveDate> {
        let date = match cell.get_ref() {
            DeValue::String(text) => parse_date(text),
            DeValue::Datetime(local) if local.time.is_none() && local.offset.is_none() => parse_date(&local.to_string()),
            _ => None,
        };
        date.ok_or_else(|| self.wrong(key, cell, "not a day such as 2026-06-30"))
    }

    fn members(&self, key: &str, cell: Cell<'t>) -> Told<Vec<Code>> {
        let Some(array) = cell.get_ref().as_array() else {
            return Err(self.wrong(key, cell, "a list of accounts, such as members = [\"acme-prod\", \"acme-test\"]"));
        };
        if array.is_empty() {
            return Err(self.wrong(key, cell, "nobody: leave it out for an agreement with the whole group"));
        }
        let read: Vec<Told<Code>> = array.iter().map(|member| self.word(key, member)).collect();
        read.into_iter().collect()
    }
}

/// The TOML reader's words, with the column, and the line as it stands.
fn not_toml(text: &str, error: &toml::de::Error) -> Mistake {
    let at = error.span().map(|span| span.start);
    let message = error.message().trim().replace('\n', ", ");
    let reason = match at {
        Some(at) => {
            let line = text.lines().nth(line_at(text, at) - 1).unwrap_or_default().trim();
            format!("column {}: {message}: {}", column_at(text, at), crate::intake::table::shortened(line))
        }
        None => message,
    };
    Mistake { at, reason }
}

fn line_at(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// In characters, from one.
fn column_at(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    1 + before.rsplit('\n').next().unwrap_or_default().chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::agreement::AgreementKind;

    const TIERS: &str = "[[tier]]\nfrom = \"0\"\ndiscount = \"5%\"\n\n[[tier]]\nfrom = \"100000\"\ndiscount = \"7.5%\"\n";
    const SALE: &str = r#"agreement = "acme-2026"
kind = "sale"
group = "acme"
members = ["acme-prod", "acme-test"]
currency = "CNY"
valid_from = 2026-01-01
valid_to = "2026-12-31"
basis = "list"
tax = "inclusive"

[volume]
measure = "payable"
window = "quarter"
rule = "retroactive"
fiscal_year_start = 4

[[tier]]
from = "0"
discount = "5%"

[[tier]]
from = "100000"
discount = "7.5%"

[[product]]
code = "oss"
discount = "1%"
counts = false

[[product]]
code = "ecs"

[[product.kind]]
kind = "renew"
discount = "12%"

[[product.kind]]
kind = "new"
price = "99"
counts = false
"#;

    #[test]
    fn a_whole_agreement_is_read() {
        let terms = read(SALE, "acme.toml").unwrap();
        let rate = |discount: &str| Rate::Discount(discount.parse().unwrap());
        let tier = |from: &str, discount: &str| Tier { from: from.parse().unwrap(), rate: rate(discount) };
        let expected = Terms {
            name: "acme-2026".parse().unwrap(),
            kind: AgreementKind::Sale,
            group: Some("acme".parse().unwrap()),
            members: vec!["acme-prod".parse().unwrap(), "acme-test".parse().unwrap()],
            provider: None,
            currency: Currency::parse("CNY").unwrap(),
            valid_from: parse_date("2026-01-01").unwrap(),
            valid_to: parse_date("2026-12-31"),
            basis: Basis::List,
            measure: Measure::Payable,
            window: Window::Quarter,
            fiscal_year_start: 4,
            rule: TierRule::Retroactive,
            tiers: vec![tier("0", "5%"), tier("100000", "7.5%")],
            products: vec![
                ProductTerm { code: "oss".into(), own: Some(OwnPrice::Rate(rate("1%"))), counts: false, kinds: vec![] },
                ProductTerm {
                    code: "ecs".into(),
                    own: None,
                    counts: true,
                    kinds: vec![
                        KindTerm { kind: ChargeKind::Renew, own: Some(OwnPrice::Rate(rate("12%"))), counts: None },
                        KindTerm { kind: ChargeKind::New, own: Some(OwnPrice::Fixed("99".parse().unwrap())), counts: Some(false) },
                    ],
                },
            ],
        };
        assert_eq!(terms, expected);
        assert_eq!(read(&format!("\u{feff}{}", SALE.replace('\n', "\r\n")), "acme.toml"), Ok(expected));
    }

    #[test]
    fn what_is_left_out_has_its_usual_value() {
        let text = "agreement = \"up\"\nkind = \"purchase\"\nprovider = \"Alibaba Cloud\"\ncurrency = \"cny\"\nvalid_from = \"2026-01-01\"\n\
                    [[tier]]\nfrom = \"0\"\ndiscount = \"20%\"\n";
        let terms = read(text, "up.toml").unwrap();
        assert_eq!(
            (terms.measure, terms.window, terms.rule, terms.basis),
            (Measure::List, Window::Year, TierRule::Whole, Basis::List)
        );
        assert_eq!((terms.provider.as_deref(), terms.group, terms.valid_to), (Some("Alibaba Cloud"), None, None));
    }

    fn mistakes_of(text: &str) -> String {
        match read(text, "acme.toml") {
            Err(Refusal::AgreementInvalid { file, misprints }) if file == "acme.toml" => {
                let told =
                    misprints.iter().map(|m| format!("{}: {}", m.line.map_or("-".to_owned(), |line| line.to_string()), m.reason));
                told.collect::<Vec<_>>().join("\n   ")
            }
            other => panic!("{other:?}"),
        }
    }

    /// Changes of the agreement above: what stands there, and what stands in its place.
    const CHANGES: &[(&str, &str)] = &[
        ("agreement = \"acme-2026\"", "agreement = \"Acme 2026\""),
        ("agreement = \"acme-2026\"", ""),
        ("kind = \"sale\"", "kind = \"rent\""),
        ("group = \"acme\"", "grup = \"acme\""),
        ("group = \"acme\"", "group = \"acme\"\nprovider = \"x\""),
        ("kind = \"sale\"", "kind = \"purchase\""),
        ("[\"acme-prod\", \"acme-test\"]", "\"acme-prod\""),
        ("[\"acme-prod\", \"acme-test\"]", "[]"),
        ("[\"acme-prod\", \"acme-test\"]", "[\"acme-prod\", \"acme-prod\"]"),
        ("[\"acme-prod\", \"acme-test\"]", "[7]"),
        ("\"CNY\"", "\"RMB\""),
        ("2026-01-01", "2026-01-01T00:00:00"),
        ("\"2026-12-31\"", "\"31.12.2026\""),
        ("\"2026-12-31\"", "2025-12-31"),
        ("basis = \"list\"", "basis = \"cost\""),
        ("basis = \"list\"", "basis = \"street\""),
        ("\"inclusive\"", "\"exclusive\""),
        ("\"quarter\"", "\"decade\""),
        ("fiscal_year_start = 4", "fiscal_year_start = 13"),
        ("fiscal_year_start = 4", "fiscal_year_start = \"April\""),
        ("basis = \"list\"", "rule = \"whole\""),
        ("from = \"100000\"", "from = 100000"),
        ("from = \"100000\"", "from = 1e-3"),
        ("from = \"100000\"", "from = \"100,000\""),
        ("from = \"100000\"", "from = \"-1\""),
        ("from = \"100000\"", "from = \"0\""),
        ("from = \"0\"", "from = \"1\""),
        ("from = \"0\"\n", ""),
        ("\"7.5%\"", "0.05"),
        ("\"7.5%\"", "1e-3"),
        ("\"7.5%\"", "7"),
        ("\"7.5%\"", "\"0.05\""),
        ("\"7.5%\"", "\"105%\""),
        ("\"7.5%\"", "\"4%\""),
        ("discount = \"7.5%\"", "markup = \"7.5%\""),
        ("discount = \"7.5%\"", "discount = \"7.5%\"\nmarkup = \"7.5%\""),
        ("discount = \"7.5%\"", ""),
        ("counts = false", "counts = \"no\""),
        ("code = \"ecs\"", "code = \"oss\""),
        ("code = \"ecs\"", "code = \"\""),
        ("code = \"ecs\"", "discount = \"5%\""),
        ("kind = \"renew\"", "kind = \"new\""),
        ("kind = \"renew\"", "kind = \"refund\""),
        ("kind = \"new\"", "kind = \"usage\""),
        ("price = \"99\"", "price = \"99\"\ndiscount = \"1%\""),
        (TIERS, ""),
        ("[volume]", "[volume"),
        ("\"CNY\"", "CNY"),
        // Several at once, in the order of the file.
        (SALE, "agreement = 7\ncolour = \"red\"\n[[tier]]\nfrom = 0\n"),
    ];

    /// With the line that is named and what is said.
    #[test]
    fn every_mistake_is_named_with_its_line() {
        let mut told = Vec::new();
        for (before, after) in CHANGES {
            let text = SALE.replacen(before, after, 1);
            assert_ne!(text, SALE);
            told.push(mistakes_of(&text));
        }
        told.push(mistakes_of("[tier]\nfrom = \"0\"\n"));
        insta::assert_snapshot!(told.join("\n"), @r#"
        1: agreement = "Acme 2026": a code begins with a lower-case letter and has lower-case letters, digits, '-', '_' or '.', at most 64
        -: agreement is missing: the name of the agreement
        2: kind = "rent": not a kind of agreement: one of sale, purchase
        3: unknown key `grup`, expected one of `group`
        4: provider does not belong to a sale agreement
        3: group does not belong to a purchase agreement
           4: members does not belong to a purchase agreement
           14: rule = "retroactive" is for sale agreements: what the provider gives back later is a line of its bill
        4: members = "acme-prod": a list of accounts, such as members = ["acme-prod", "acme-test"]
        4: members = []: nobody: leave it out for an agreement with the whole group
        4: members names acme-prod twice
        4: members = 7: write it in quotes, such as members = "…"
        5: currency = "RMB": not an ISO 4217 currency code such as CNY
        6: valid_from = 2026-01-01T00:00:00: not a day such as 2026-06-30
        7: valid_to = "31.12.2026": not a day such as 2026-06-30
        7: valid_to lies before valid_from
        19: 5% where basis = "cost" takes a markup
           23: 7.5% where basis = "cost" takes a markup
           27: 1% where basis = "cost" takes a markup
           35: 12% where basis = "cost" takes a markup
        8: basis = "street": not a basis: one of list, cost
        9: tax = "exclusive": prices are with tax included: tax = "inclusive"
        13: window = "decade": not a window: one of month, quarter, year, agreement
        15: fiscal_year_start is a month, 1 to 12
        15: fiscal_year_start = "April": the number of a month, 1 to 12, without quotes
        8: unknown key `rule`, expected one of `agreement`, `kind`, `group`, `members`, `provider`, `currency`, `valid_from`, `valid_to`, `basis`, `tax`, `volume`, `tier`, `product`
        22: from = 100000: write it in quotes, such as from = "100000"
        22: from = 1e-3: write it in quotes, such as from = "100000"
        22: from = "100,000": not a plain decimal number such as 1234.50
        22: from = "-1": it is not negative
        22: [[tier]] from = "0" does not lie above the tier before it
        18: the first [[tier]] begins at 1; it must begin at "0", so that every charge has a price
        17: [[tier]] from is missing: the volume that it begins at, such as "0"
        23: discount = 0.05: a percentage is written with its sign, such as "5%": 0.05 could mean "5%" or "0.05%"
        23: discount = 1e-3: a percentage is written with its sign, such as "5%"
        23: discount = 7: a percentage is written with its sign, such as "5%"
        23: discount = "0.05": a percentage is written with its sign, such as "5%": 0.05 could mean "5%" or "0.05%"
        23: discount = "105%": it lies between 0% and 100%
        22: [[tier]] from = "100000" is dearer than the tier before it: 4% after 5%
        22: [[tier]] from = "100000" is dearer than the tier before it: +7.5% after 5%
           23: +7.5% where basis = "list" takes a discount
        24: markup = "7.5%": discount stands here already: one of the two
        21: [[tier]] discount is missing: a percentage such as "5%"
        28: counts = "no": true or false, without quotes
        31: [[product]] code = "oss" stands twice
        31: code = "": one to 100 characters, without control characters
        30: [[product]] code is missing: the product's code, as the provider writes it
        31: [[product.kind]] kind = "new" stands twice for ecs
        34: kind = "refund": not a kind of charge: one of new, renew, upgrade, downgrade, usage
        31: usage has no fixed price, because its quantity varies: give it a discount or a mark-up
        39: price = "99": a rate stands here already: one of the two
        -: [[tier]] is missing: at least one from "0"
        11: column 8: unclosed table, expected `]`: [volume
           21: column 3: duplicate key: [[tier]]
        5: column 12: string values must be quoted, expected literal string: currency = CNY
        -: kind is missing: "sale" or "purchase"
           -: currency is missing: such as "CNY"
           -: valid_from is missing: such as 2026-06-01
           1: agreement = 7: write it in quotes, such as agreement = "…"
           2: unknown key `colour`, expected one of `agreement`, `kind`, `group`, `members`, `provider`, `currency`, `valid_from`, `valid_to`, `basis`, `tax`, `volume`, `tier`, `product`
           3: [[tier]] discount is missing: a percentage such as "5%"
           4: from = 0: write it in quotes, such as from = "100000"
        -: agreement is missing: the name of the agreement
           -: kind is missing: "sale" or "purchase"
           -: currency is missing: such as "CNY"
           -: valid_from is missing: such as 2026-06-01
           1: tier is a list, each row of it under its own [[tier]]
        "#);
    }
}
