//! Compliance as people and programs see it.

use super::document::{Document, Table, Value};
use crate::book::compliance::{Judged, WaiverView};
use crate::domain::code::Name;
use crate::domain::compliance::{Evidence, Rule, Verdict};
use crate::domain::plural;

/// How much of what is in order is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// How many objects each rule is kept of, where nothing else is to be said of it.
    Counted,
    /// Every one of them.
    Listed,
}

fn certificate(number: Option<&Name>) -> String {
    number.map_or_else(|| "the certificate".to_owned(), |number| format!("the certificate {number}"))
}

fn told(evidence: &Evidence) -> String {
    match evidence {
        Evidence::OwnedBy { entity } => format!("it is {entity}'s"),
        Evidence::OwnerIsAgent { entity } => format!("{entity} is the agent itself"),
        Evidence::OwnerIsOperator { entity, operator } => format!("{entity} is called like the operator {operator}"),
        Evidence::OwnerOfSeveralGroups { entity, groups } => {
            let groups: Vec<String> = groups.iter().map(ToString::to_string).collect();
            format!("{entity} owns accounts of {}", groups.join(", "))
        }
        Evidence::Level { level, limit } => format!("level {level}, up to {limit} may be"),
        Evidence::IsProvider => "the provider needs no certificate".to_owned(),
        Evidence::Certificate { number, expires: Some(expires) } => {
            format!("{} runs until {expires}", certificate(number.as_ref()))
        }
        Evidence::Certificate { number, expires: None } => format!("{}, without an end", certificate(number.as_ref())),
        Evidence::NoCertificate => "no certificate is recorded: `subledger agent chain edit`".to_owned(),
        Evidence::CertificateExpired { number, expires } => format!("{} ran out on {expires}", certificate(number.as_ref())),
        Evidence::PartyFrozen { since, reason } => format!("frozen since {since}: {reason}"),
        Evidence::HeldBy { holder: Some(holder) } => format!("{holder} holds it"),
        Evidence::HeldBy { holder: None } => "no holder is recorded".to_owned(),
        Evidence::HandoverOpen { case, leaver, opened, deadline } => {
            format!("{leaver} leaves, and {case} is open since {opened}, due by {deadline}")
        }
        Evidence::Verified => "nothing is waited for".to_owned(),
        Evidence::Waits { state, since, limit } => {
            format!("{state} since {since}, {} are allowed", plural(u64::from(*limit), "day", "days"))
        }
        Evidence::TitleIsName { name } => format!("{name}"),
        Evidence::TitleDiffers { title, name } => format!("invoices say {title}, the real name is {name}"),
        Evidence::Environments { of } => {
            let of: Vec<&str> = of.iter().map(|environment| environment.as_str()).collect();
            of.join(", ")
        }
        Evidence::OnlyProduction => "every account is for production: nothing can be tried out elsewhere".to_owned(),
    }
}

/// What every rule finds.
pub fn check(judged: &[Judged], rule: Option<Rule>, passes: Passes) -> Document {
    let count = |of: &dyn Fn(&&Judged) -> bool| judged.iter().filter(of).count() as u64;
    let mut table = Table::new("rows")
        .column("rule", "Rule")
        .column("object", "Object")
        .column("result", "Result")
        .column("evidence", "Why")
        .column("waived_until", "Waived until")
        .column("waiver_owner", "Answers for it")
        .column("waiver_reason", "Because");
    for rule in Rule::ALL.iter().filter(|one| rule.is_none_or(|asked| asked == **one)) {
        let of_rule: Vec<&Judged> = judged.iter().filter(|judged| judged.ruling.rule == *rule).collect();
        let is_listed = |judged: &&&Judged| passes == Passes::Listed || judged.ruling.verdict != Verdict::Pass;
        let listed: Vec<&&Judged> = of_rule.iter().filter(is_listed).collect();
        if listed.is_empty() {
            let why = match of_rule.len() {
                0 => "there is nothing to check".to_owned(),
                1 => "the only one keeps it".to_owned(),
                count => format!("all {count} keep it"),
            };
            let (pass, nothing) = (Value::term(Verdict::Pass.as_str()), Value::Null);
            table.push([Value::term(rule.as_str()), nothing.clone(), pass, why.into(), nothing.clone(), nothing.clone(), nothing]);
        }
        for Judged { ruling, waiver } in listed {
            table.push([
                Value::term(rule.as_str()),
                ruling.object.as_str().into(),
                Value::term(ruling.verdict.as_str()),
                told(&ruling.evidence).into(),
                waiver.as_ref().map(|waiver| waiver.until).into(),
                waiver.as_ref().map(|waiver| waiver.owner.to_string()).into(),
                waiver.as_ref().map(|waiver| waiver.reason.to_string()).into(),
            ]);
        }
    }
    let of_verdict = |verdict| count(&|judged: &&Judged| judged.ruling.verdict == verdict && judged.waiver.is_none());
    Document::new("compliance-check")
        .field("ok", "In order", judged.iter().all(|judged| !judged.is_open()))
        .field("passed", "Kept", of_verdict(Verdict::Pass))
        .field("warned", "To be looked at", of_verdict(Verdict::Warn))
        .field("failed", "Broken", of_verdict(Verdict::Fail))
        .field("waived", "Waived", count(&|judged: &&Judged| judged.waiver.is_some()))
        .table(table)
}

/// A waiver that was written or taken back.
pub fn waiver(schema: &str, view: &WaiverView) -> Document {
    let waiver = &view.waiver;
    Document::new(schema)
        .field("rule", "Rule", Value::term(waiver.rule.as_str()))
        .field("object", "Object", waiver.object.as_str())
        .field("state", "State", Value::term(view.state.as_str()))
        .field("until", "Until", waiver.until)
        .field("owner", "Answers for it", &waiver.owner)
        .field("reason", "Because", &waiver.reason)
        .field("operator", "Recorded by", waiver.operator.as_str())
}

/// The waivers.
pub fn waivers(views: &[WaiverView]) -> Document {
    let mut table = Table::new("rows")
        .column("rule", "Rule")
        .column("object", "Object")
        .column("state", "State")
        .column("until", "Until")
        .column("owner", "Answers for it")
        .column("reason", "Because")
        .column("operator", "Recorded by")
        .column("day", "On")
        .when_empty("nobody answers for anything; `subledger compliance check` shows what is broken");
    for WaiverView { waiver, state } in views {
        table.push([
            Value::term(waiver.rule.as_str()),
            waiver.object.as_str().into(),
            Value::term(state.as_str()),
            waiver.until.into(),
            (&waiver.owner).into(),
            (&waiver.reason).into(),
            waiver.operator.as_str().into(),
            waiver.day.into(),
        ]);
    }
    Document::new("compliance-list").table(table)
}
