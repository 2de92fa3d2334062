//! Agreement files: TOML that people write, read into terms.
//!
//! It must never guess what somebody meant about money: an unknown key, a bare number where a percentage is wanted, or a rule that
//! this version does not price by is refused, with the line and with what is allowed. Amounts and percentages are TOML strings, so
//! that no floating point comes near them.

use std::ops::Range;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::Deserialize;
use toml::{Spanned, Value};

use crate::domain::money::{Currency, Discount};
use crate::domain::order::plain_text;
use crate::domain::period::parse_date;
use crate::domain::price::{Basis, Measure, ProductTerm, Terms, Tier, TierRule, UnsoundTerms, Window};
use crate::domain::refusal::Refusal;

/// Reads the text of an agreement file; `file` is its name for messages.
pub fn read(text: &str, file: &str) -> Result<Terms, Refusal> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    read_terms(text).map_err(|mistake| Refusal::AgreementInvalid {
        file: file.to_owned(),
        line: mistake.at.map(|at| line_at(text, at)),
        reason: mistake.reason,
    })
}

fn read_terms(text: &str) -> Result<Terms, Mistake> {
    let file: AgreementFile = toml::from_str(text).map_err(|error| not_such_a_file(text, &error))?;
    let terms = file.terms(text)?;
    terms.check().map_err(|unsound| Mistake { at: file.place_of(&unsound, &terms), reason: unsound.to_string() })?;
    Ok(terms)
}

type Cell = Spanned<Value>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgreementFile {
    agreement: Option<Cell>,
    kind: Option<Cell>,
    group: Option<Cell>,
    provider: Option<Cell>,
    currency: Option<Cell>,
    valid_from: Option<Cell>,
    valid_to: Option<Cell>,
    basis: Option<Cell>,
    tax: Option<Cell>,
    #[serde(default)]
    volume: VolumeFile,
    #[serde(default)]
    tier: Vec<Spanned<TierFile>>,
    #[serde(default)]
    product: Vec<Spanned<ProductFile>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct VolumeFile {
    measure: Option<Cell>,
    window: Option<Cell>,
    rule: Option<Cell>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TierFile {
    from: Option<Cell>,
    discount: Option<Cell>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductFile {
    code: Option<Cell>,
    discount: Option<Cell>,
    counts: Option<Cell>,
}

/// What is wrong, and where in the text.
struct Mistake {
    at: Option<usize>,
    reason: String,
}

impl AgreementFile {
    fn terms(&self, text: &str) -> Result<Terms, Mistake> {
        let text = FileText(text);
        if let Some(cell) = &self.tax {
            text.only("tax", cell, "inclusive", "takes prices with tax included")?;
        }
        if let Some(cell) = &self.basis {
            text.only("basis", cell, Basis::List.as_str(), "prices by the provider's list price")?;
        }
        if let Some(cell) = &self.volume.rule {
            text.only("rule", cell, TierRule::Whole.as_str(), "prices by the tier reached before a charge, wholly")?;
        }
        Ok(Terms {
            name: text.word("agreement", required("agreement", "the name of the agreement", self.agreement.as_ref())?)?,
            kind: text.word("kind", required("kind", "\"sale\" or \"purchase\"", self.kind.as_ref())?)?,
            group: self.group.as_ref().map(|cell| text.word("group", cell)).transpose()?,
            provider: self.provider.as_ref().map(|cell| text.plain("provider", cell)).transpose()?,
            currency: text.word::<Currency>("currency", required("currency", "such as \"CNY\"", self.currency.as_ref())?)?,
            valid_from: text.date("valid_from", required("valid_from", "such as 2026-06-01", self.valid_from.as_ref())?)?,
            valid_to: self.valid_to.as_ref().map(|cell| text.date("valid_to", cell)).transpose()?,
            basis: Basis::List,
            measure: self.volume.measure.as_ref().map_or(Ok(Measure::List), |cell| text.word("measure", cell))?,
            window: self.volume.window.as_ref().map_or(Ok(Window::Year), |cell| text.word("window", cell))?,
            rule: TierRule::Whole,
            tiers: self.tier.iter().map(|tier| text.tier(tier)).collect::<Result<_, _>>()?,
            products: self.product.iter().map(|product| text.product(product)).collect::<Result<_, _>>()?,
        })
    }

    /// Where the key stands that makes terms unsound; `None` when it stands nowhere.
    fn place_of(&self, unsound: &UnsoundTerms, terms: &Terms) -> Option<usize> {
        let cell = match unsound {
            UnsoundTerms::Missing { .. } => None,
            UnsoundTerms::Misplaced { key: "group", .. } => self.group.as_ref(),
            UnsoundTerms::Misplaced { .. } => self.provider.as_ref(),
            UnsoundTerms::EndsBeforeStart => self.valid_to.as_ref(),
            UnsoundTerms::FirstTier(_) => self.tier.first().and_then(|tier| tier.get_ref().from.as_ref()),
            UnsoundTerms::FallingTier(_) => {
                let below = terms.tiers.windows(2).position(|pair| pair[1].from <= pair[0].from)?;
                self.tier.get(below + 1).and_then(|tier| tier.get_ref().from.as_ref())
            }
            UnsoundTerms::RepeatedProduct(code) => {
                let again = terms.products.iter().rposition(|product| product.code == *code)?;
                self.product.get(again).and_then(|product| product.get_ref().code.as_ref())
            }
        };
        cell.map(|cell| cell.span().start)
    }
}

fn required<'a>(key: &str, what: &str, cell: Option<&'a Cell>) -> Result<&'a Cell, Mistake> {
    cell.ok_or_else(|| Mistake { at: None, reason: format!("{key} is missing: {what}") })
}

/// The text that spans point into.
#[derive(Clone, Copy)]
struct FileText<'a>(&'a str);

impl FileText<'_> {
    fn mistake(self, key: &str, cell: &Cell, reason: &str) -> Mistake {
        let Range { start, end } = cell.span();
        let written = self.0.get(start..end).unwrap_or_default();
        Mistake { at: Some(start), reason: format!("{key} = {}: {reason}", crate::intake::table::shortened(written)) }
    }

    fn string<'a>(self, key: &str, cell: &'a Cell, example: &str) -> Result<&'a str, Mistake> {
        cell.get_ref()
            .as_str()
            .ok_or_else(|| self.mistake(key, cell, &format!("write it in quotes, such as {key} = \"{example}\"")))
    }

    fn parsed<T: FromStr<Err: ToString>>(self, key: &str, cell: &Cell, example: &str) -> Result<T, Mistake> {
        self.string(key, cell, example)?.parse().map_err(|error: T::Err| self.mistake(key, cell, &error.to_string()))
    }

    fn word<T: FromStr<Err: ToString>>(self, key: &str, cell: &Cell) -> Result<T, Mistake> {
        self.parsed(key, cell, "…")
    }

    fn plain(self, key: &str, cell: &Cell) -> Result<String, Mistake> {
        let plain = plain_text(self.string(key, cell, "…")?);
        plain.map(str::to_owned).ok_or_else(|| self.mistake(key, cell, "one to 100 characters, without control characters"))
    }

    fn only(self, key: &str, cell: &Cell, allowed: &str, what_it_does: &str) -> Result<(), Mistake> {
        if cell.get_ref().as_str() == Some(allowed) {
            return Ok(());
        }
        Err(self.mistake(key, cell, &format!("this version {what_it_does}: it takes {key} = \"{allowed}\" only")))
    }

    fn date(self, key: &str, cell: &Cell) -> Result<NaiveDate, Mistake> {
        let date = match cell.get_ref() {
            Value::String(text) => parse_date(text),
            Value::Datetime(local) if local.time.is_none() && local.offset.is_none() => parse_date(&local.to_string()),
            _ => None,
        };
        date.ok_or_else(|| self.mistake(key, cell, "not a day such as 2026-06-30"))
    }

    fn discount(self, cell: &Cell) -> Result<Discount, Mistake> {
        if cell.get_ref().as_str().is_none() {
            return Err(self.mistake("discount", cell, "write a percentage in quotes, such as discount = \"5%\""));
        }
        self.parsed("discount", cell, "5%")
    }

    fn tier(self, tier: &Spanned<TierFile>) -> Result<Tier, Mistake> {
        let inside = |mistake| within("[[tier]]", tier.span().start, &mistake);
        let TierFile { from, discount } = tier.get_ref();
        let from = required("from", "the volume that it begins at, such as \"0\"", from.as_ref()).map_err(inside)?;
        let discount = required("discount", "a percentage such as \"5%\"", discount.as_ref()).map_err(inside)?;
        Ok(Tier { from: self.parsed("from", from, "100000")?, discount: self.discount(discount)? })
    }

    fn product(self, product: &Spanned<ProductFile>) -> Result<ProductTerm, Mistake> {
        let inside = |mistake| within("[[product]]", product.span().start, &mistake);
        let ProductFile { code, discount, counts } = product.get_ref();
        let code = required("code", "the product's code, as the provider writes it", code.as_ref()).map_err(inside)?;
        let counts = match counts {
            None => true,
            Some(cell) => cell.get_ref().as_bool().ok_or_else(|| self.mistake("counts", cell, "true or false, without quotes"))?,
        };
        let discount = discount.as_ref().map(|cell| self.discount(cell)).transpose()?;
        Ok(ProductTerm { code: self.plain("code", code)?, discount, counts })
    }
}

fn within(table: &str, at: usize, mistake: &Mistake) -> Mistake {
    Mistake { at: Some(at), reason: format!("{table} {}", mistake.reason) }
}

/// The TOML reader's words, with the line that it means where they do not name the key.
fn not_such_a_file(text: &str, error: &toml::de::Error) -> Mistake {
    let at = error.span().map(|span| span.start);
    let line = at.and_then(|at| text.lines().nth(line_at(text, at) - 1)).unwrap_or_default().trim();
    let message = error.message().trim().replace('\n', ", ");
    let reason = if let Some(key) = message.strip_prefix("unknown field ") {
        format!("unknown key {key}")
    } else if message.contains("expected a sequence") {
        format!("{line}: tiers and products are lists, each row under its own [[tier]] or [[product]]")
    } else {
        format!("{line}: {message}")
    };
    Mistake { at, reason }
}

fn line_at(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::price::AgreementKind;

    const TIERS: &str = "[[tier]]\nfrom = \"0\"\ndiscount = \"5%\"\n\n[[tier]]\nfrom = \"100000\"\ndiscount = \"7.5%\"\n";
    const SALE: &str = r#"agreement = "acme-2026"
kind = "sale"
group = "acme"
currency = "CNY"
valid_from = 2026-01-01
valid_to = "2026-12-31"
basis = "list"
tax = "inclusive"

[volume]
measure = "payable"
window = "quarter"
rule = "whole"

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
"#;

    #[test]
    fn a_whole_agreement_is_read() {
        let terms = read(SALE, "acme.toml").unwrap();
        let tier = |from: &str, discount: &str| Tier { from: from.parse().unwrap(), discount: discount.parse().unwrap() };
        let expected = Terms {
            name: "acme-2026".parse().unwrap(),
            kind: AgreementKind::Sale,
            group: Some("acme".parse().unwrap()),
            provider: None,
            currency: Currency::parse("CNY").unwrap(),
            valid_from: parse_date("2026-01-01").unwrap(),
            valid_to: parse_date("2026-12-31"),
            basis: Basis::List,
            measure: Measure::Payable,
            window: Window::Quarter,
            rule: TierRule::Whole,
            tiers: vec![tier("0", "5%"), tier("100000", "7.5%")],
            products: vec![
                ProductTerm { code: "oss".into(), discount: Some("1%".parse().unwrap()), counts: false },
                ProductTerm { code: "ecs".into(), discount: None, counts: true },
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

    fn mistake_of(text: &str) -> String {
        match read(text, "acme.toml") {
            Err(Refusal::AgreementInvalid { file, line, reason }) if file == "acme.toml" => {
                format!("{}: {reason}", line.map_or("-".to_owned(), |line| line.to_string()))
            }
            other => panic!("{other:?}"),
        }
    }

    /// Each change of the agreement above, with the line that is named and what is said.
    #[test]
    fn every_mistake_is_named_with_its_line() {
        let changes = [
            ("agreement = \"acme-2026\"", "agreement = \"Acme 2026\""),
            ("agreement = \"acme-2026\"", ""),
            ("kind = \"sale\"", "kind = \"rent\""),
            ("group = \"acme\"", "grup = \"acme\""),
            ("group = \"acme\"", ""),
            ("group = \"acme\"", "group = \"acme\"\nprovider = \"x\""),
            ("kind = \"sale\"", "kind = \"purchase\""),
            ("\"CNY\"", "\"RMB\""),
            ("2026-01-01", "2026-01-01T00:00:00"),
            ("\"2026-12-31\"", "\"31.12.2026\""),
            ("\"2026-12-31\"", "2025-12-31"),
            ("basis = \"list\"", "basis = \"cost\""),
            ("\"inclusive\"", "\"exclusive\""),
            ("\"whole\"", "\"graduated\""),
            ("\"whole\"", "\"retroactive\""),
            ("\"quarter\"", "\"decade\""),
            ("basis = \"list\"", "rule = \"whole\""),
            ("from = \"100000\"", "from = 100000"),
            ("from = \"100000\"", "from = \"100,000\""),
            ("from = \"100000\"", "from = \"0\""),
            ("from = \"0\"", "from = \"1\""),
            ("from = \"0\"\n", ""),
            ("\"7.5%\"", "0.075"),
            ("\"7.5%\"", "7"),
            ("\"7.5%\"", "\"0.075\""),
            ("\"7.5%\"", "\"107%\""),
            ("counts = false", "counts = \"no\""),
            ("code = \"ecs\"", "code = \"oss\""),
            ("code = \"ecs\"", "code = \"\""),
            ("code = \"ecs\"", "discount = \"5%\""),
            (TIERS, ""),
            ("[volume]", "[volume"),
            ("\"CNY\"", "CNY"),
        ];
        let mut told = Vec::new();
        for (before, after) in changes {
            let text = SALE.replacen(before, after, 1);
            assert_ne!(text, SALE);
            told.push(mistake_of(&text));
        }
        told.push(mistake_of("[tier]\nfrom = \"0\"\n"));
        insta::assert_snapshot!(told.join("\n"), @r#"
        1: agreement = "Acme 2026": a code begins with a lower-case letter and has lower-case letters, digits, '-', '_' or '.', at most 64
        -: agreement is missing: the name of the agreement
        2: kind = "rent": not a kind of agreement: one of sale, purchase
        3: unknown key `grup`, expected one of `agreement`, `kind`, `group`, `provider`, `currency`, `valid_from`, `valid_to`, `basis`, `tax`, `volume`, `tier`, `product`
        -: group is missing: a sale agreement names the group that it is with
        4: provider does not belong to a sale agreement
        3: group does not belong to a purchase agreement
        4: currency = "RMB": not an ISO 4217 currency code such as CNY
        5: valid_from = 2026-01-01T00:00:00: not a day such as 2026-06-30
        6: valid_to = "31.12.2026": not a day such as 2026-06-30
        6: valid_to lies before valid_from
        7: basis = "cost": this version prices by the provider's list price: it takes basis = "list" only
        8: tax = "exclusive": this version takes prices with tax included: it takes tax = "inclusive" only
        13: rule = "graduated": this version prices by the tier reached before a charge, wholly: it takes rule = "whole" only
        13: rule = "retroactive": this version prices by the tier reached before a charge, wholly: it takes rule = "whole" only
        12: window = "decade": not a window: one of month, quarter, year, agreement
        7: unknown key `rule`, expected one of `agreement`, `kind`, `group`, `provider`, `currency`, `valid_from`, `valid_to`, `basis`, `tax`, `volume`, `tier`, `product`
        20: from = 100000: write it in quotes, such as from = "100000"
        20: from = "100,000": not a plain decimal number such as 1234.50
        20: [[tier]] from = "0" does not lie above the tier before it
        16: the first [[tier]] begins at 1; it must begin at "0", so that every charge has a price
        15: [[tier]] from is missing: the volume that it begins at, such as "0"
        21: discount = 0.075: write a percentage in quotes, such as discount = "5%"
        21: discount = 7: write a percentage in quotes, such as discount = "5%"
        21: discount = "0.075": a discount is written with a percent sign, such as "5%"
        21: discount = "107%": a discount lies between 0% and 100%
        26: counts = "no": true or false, without quotes
        29: [[product]] code = "oss" stands twice
        29: code = "": one to 100 characters, without control characters
        28: [[product]] code is missing: the product's code, as the provider writes it
        -: [[tier]] is missing: at least one from "0"
        10: [volume: unclosed table, expected `]`
        4: currency = CNY: string values must be quoted, expected literal string
        1: [tier]: tiers and products are lists, each row under its own [[tier]] or [[product]]
        "#);
    }
}
