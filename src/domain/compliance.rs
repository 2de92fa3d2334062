//! Compliance: the named rules that keep a customer's account its own, and the reseller chain safe.
//!
//! Pure: what the book knows in, a ruling for each object out, with its evidence. A ruling that is no pass can be waived for a
//! time, by somebody who answers for it; it stays what it is, and says so.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::account::{Account, AccountState, Environment};
use super::code::{Code, Name};
use super::entity::{Entity, EntityKind};
use super::handover::{Handover, is_same_person, may_be};
use super::id::HandoverId;
use super::refusal::Refusal;
use super::upstream::Upstream;
use super::words::words;

words! {
    /// A rule.
    Rule, "a rule" {
        /// The real-name owner is the business that uses the account: never the agent, nor somebody who works there.
        RealNameOwner = "real-name-owner",
        /// No more parties stand between the provider and the agent than the policy allows.
        ChainDepth = "chain-depth",
        /// Every party above the agent may sell, by a certificate that has not run out, and is not frozen.
        Authorisation = "authorisation",
        /// Nobody who has left still holds an account.
        HolderLeft = "holder-left",
        /// An account has its verified real name soon after it was accepted.
        VerifiedInTime = "verified-in-time",
        /// Invoices bear the real name.
        InvoiceTitle = "invoice-title",
        /// Production has an account of its own, and so has what is tried out or built.
        Environment = "environment",
    }
}

impl Rule {
    /// What it demands, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::RealNameOwner => "the real-name owner is the business that uses the account, never the agent or its operators",
            Self::ChainDepth => "no more levels stand above the agent than the policy chain-depth allows",
            Self::Authorisation => "every level above the agent has a certificate that is valid, and is not frozen",
            Self::HolderLeft => "nobody who has left still holds an account: hand-overs are finished",
            Self::VerifiedInTime => "an account has its verified real name within the policy verify-days",
            Self::InvoiceTitle => "invoices bear the real name",
            Self::Environment => "production has an account of its own, apart from test and development",
        }
    }
}

words! {
    /// What a rule finds.
    Verdict, "a verdict" {
        /// It is kept.
        Pass = "pass",
        /// It deserves a look.
        Warn = "warn",
        /// It is broken.
        Fail = "fail",
    }
}

/// Why a rule is kept or not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named after what they are, and each variant says what was found")]
pub enum Evidence {
    /// A business of its own owns the account.
    OwnedBy { entity: Code },
    /// The agent itself owns it.
    OwnerIsAgent { entity: Code },
    /// Somebody who works with the book owns it.
    OwnerIsOperator { entity: Code, operator: String },
    /// One legal person owns accounts of several customers.
    OwnerOfSeveralGroups { entity: Code, groups: Vec<Code> },
    /// So many levels, of so many that may be.
    Level { level: u16, limit: u16 },
    /// The provider itself needs no certificate.
    IsProvider,
    /// There is a certificate; its last day, where that is known.
    Certificate { number: Option<Name>, expires: Option<NaiveDate> },
    /// There is none.
    NoCertificate,
    /// It has run out.
    CertificateExpired { number: Option<Name>, expires: NaiveDate },
    /// The party is frozen: what hangs below it can stop any day.
    PartyFrozen { since: NaiveDate, reason: Name },
    /// Nobody is known to have left; the holder, where one is recorded.
    HeldBy { holder: Option<Name> },
    /// The holder has left, and the account is not handed over.
    HandoverOpen { case: HandoverId, leaver: Name, opened: NaiveDate, deadline: NaiveDate },
    /// The real name is verified.
    Verified,
    /// It is not, since a day; by policy it may be so for a number of days.
    Waits { state: AccountState, since: NaiveDate, limit: u16 },
    /// The title is the real name.
    TitleIsName { name: Name },
    /// It is another one.
    TitleDiffers { title: Name, name: Name },
    /// What the accounts of a group are used for.
    Environments { of: BTreeSet<Environment> },
    /// All of them are for production: what is tried out has no place of its own.
    OnlyProduction,
}

impl Evidence {
    /// What tells one breach of a rule from another one of the same object: who answers for the one does not answer for the other.
    /// Empty where the rule is kept.
    pub fn breach(&self) -> String {
        match self {
            Self::OwnerIsAgent { entity } => format!("the agent is {entity}"),
            Self::OwnerIsOperator { entity, .. } => format!("an operator is {entity}"),
            Self::OwnerOfSeveralGroups { entity, groups } => {
                let groups: Vec<&str> = groups.iter().map(Code::as_str).collect();
                format!("{entity} in {}", groups.join(" "))
            }
            Self::Level { level, .. } => format!("level {level}"),
            Self::Certificate { expires, .. } => expires.map_or_else(String::new, |day| format!("expires {day}")),
            Self::NoCertificate => "no certificate".to_owned(),
            Self::CertificateExpired { expires, .. } => format!("expired {expires}"),
            Self::PartyFrozen { since, .. } => format!("frozen {since}"),
            Self::HandoverOpen { case, .. } => case.to_string(),
            Self::Waits { since, .. } => format!("waits {since}"),
            Self::TitleDiffers { title, name } => format!("{title} for {name}"),
            Self::OnlyProduction => "only production".to_owned(),
            Self::OwnedBy { .. }
            | Self::IsProvider
            | Self::HeldBy { .. }
            | Self::Verified
            | Self::TitleIsName { .. }
            | Self::Environments { .. } => String::new(),
        }
    }
}

/// What a rule finds of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// The rule.
    pub rule: Rule,
    /// What it is about: an account, an entity, a group, or a party above the agent.
    pub object: String,
    /// What it finds.
    pub verdict: Verdict,
    /// Why.
    pub evidence: Evidence,
}

fn ruling(rule: Rule, object: &impl ToString, verdict: Verdict, evidence: Evidence) -> Ruling {
    Ruling { rule, object: object.to_string(), verdict, evidence }
}

/// The real-name owner of an account, with what else is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'a> {
    /// The legal person.
    pub entity: &'a Entity,
    /// Whether it is the agent itself.
    pub is_agent: bool,
    /// The groups in which it owns an account that lives.
    pub groups: &'a BTreeSet<Code>,
}

/// Whether a business of its own owns an account. An operator is told by name, because the book does not know whose identity number
/// is whose.
pub fn real_name_owner(account: &Code, owner: Owner<'_>, operators: &[String]) -> Ruling {
    let entity = || owner.entity.code.clone();
    let is_person = owner.entity.identity.kind() == EntityKind::Individual;
    let operator = operators.iter().find(|operator| is_person && may_be(operator, owner.entity.name.as_str()));
    let (verdict, evidence) = match operator {
        _ if owner.is_agent => (Verdict::Fail, Evidence::OwnerIsAgent { entity: entity() }),
        Some(operator) => (Verdict::Fail, Evidence::OwnerIsOperator { entity: entity(), operator: operator.clone() }),
        None if owner.groups.len() > 1 => {
            let groups = owner.groups.iter().cloned().collect();
            (Verdict::Warn, Evidence::OwnerOfSeveralGroups { entity: entity(), groups })
        }
        None => (Verdict::Pass, Evidence::OwnedBy { entity: entity() }),
    };
    ruling(Rule::RealNameOwner, account, verdict, evidence)
}

/// Whether a party stands no further from the provider than is allowed.
pub fn chain_depth(party: &Upstream, limit: u16) -> Ruling {
    let verdict = if party.level > limit { Verdict::Fail } else { Verdict::Pass };
    ruling(Rule::ChainDepth, &party.name, verdict, Evidence::Level { level: party.level, limit })
}

/// Whether a party may sell on a day; a certificate that runs out within so many days deserves a look.
pub fn authorisation(party: &Upstream, today: NaiveDate, within: u16) -> Ruling {
    let number = || party.authorisation.clone();
    let (verdict, evidence) = match (party.frozen(), party.expires) {
        (Some(act), _) => (Verdict::Fail, Evidence::PartyFrozen { since: act.day, reason: act.reason.clone() }),
        (None, Some(expires)) if party.has_expired(today) => {
            (Verdict::Fail, Evidence::CertificateExpired { number: number(), expires })
        }
        (None, _) if party.has_certificate() => {
            let verdict = if party.needs_renewal(today, within) { Verdict::Warn } else { Verdict::Pass };
            (verdict, Evidence::Certificate { number: number(), expires: party.expires })
        }
        (None, _) if party.level == 0 => (Verdict::Pass, Evidence::IsProvider),
        (None, _) => (Verdict::Fail, Evidence::NoCertificate),
    };
    ruling(Rule::Authorisation, &party.name, verdict, evidence)
}

/// Whether somebody who has left still holds an account; `open` is its hand-over that is not finished.
pub fn holder_left(account: &Account, open: Option<&Handover>) -> Ruling {
    let (verdict, evidence) = match open {
        None => (Verdict::Pass, Evidence::HeldBy { holder: account.holder.clone() }),
        Some(Handover { id, leaver, opened, deadline, .. }) => {
            let (case, leaver) = (*id, leaver.clone());
            (Verdict::Fail, Evidence::HandoverOpen { case, leaver, opened: *opened, deadline: *deadline })
        }
    };
    ruling(Rule::HolderLeft, &account.code, verdict, evidence)
}

/// Whether an account has its verified name in time; `since` is the day from which it waits for it.
pub fn verified_in_time(account: &Account, since: Option<NaiveDate>, today: NaiveDate, limit: u16) -> Ruling {
    let (verdict, evidence) = match since {
        None => (Verdict::Pass, Evidence::Verified),
        Some(since) => {
            let is_late = (today - since).num_days() >= i64::from(limit);
            let evidence = Evidence::Waits { state: account.state, since, limit };
            (if is_late { Verdict::Fail } else { Verdict::Pass }, evidence)
        }
    };
    ruling(Rule::VerifiedInTime, &account.code, verdict, evidence)
}

/// Whether the invoices of an entity bear its real name.
pub fn invoice_title(entity: &Entity, title: &Name) -> Ruling {
    let name = entity.name.clone();
    let (verdict, evidence) = if *title == name {
        (Verdict::Pass, Evidence::TitleIsName { name })
    } else {
        (Verdict::Fail, Evidence::TitleDiffers { title: title.clone(), name })
    };
    ruling(Rule::InvoiceTitle, &entity.code, verdict, evidence)
}

/// Whether what a group tries out or builds has an account apart from production; `of` is what its accounts are used for.
pub fn environment(group: &Code, of: BTreeSet<Environment>) -> Ruling {
    let is_only_production = of.iter().all(|environment| *environment == Environment::Production);
    let (verdict, evidence) =
        if is_only_production { (Verdict::Warn, Evidence::OnlyProduction) } else { (Verdict::Pass, Evidence::Environments { of }) };
    ruling(Rule::Environment, group, verdict, evidence)
}

/// Somebody answers for a ruling that is no pass, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The rule.
    pub rule: Rule,
    /// What it is about.
    pub object: String,
    /// The breach that it is about; another one of the same object is not waived.
    pub breach: String,
    /// Why.
    pub reason: Name,
    /// Who answers for it.
    pub owner: Name,
    /// The last day on which it holds.
    pub until: NaiveDate,
    /// Who recorded it.
    pub operator: String,
    /// When.
    pub day: NaiveDate,
    /// That it was taken back.
    pub withdrawn: Option<Withdrawal>,
}

/// That a waiver was taken back: who, when, why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// When.
    pub day: NaiveDate,
    /// Who recorded it.
    pub operator: String,
    /// Why.
    pub reason: Name,
}

words! {
    /// Whether a waiver holds.
    WaiverState, "a state of a waiver" {
        /// It holds.
        InForce = "in-force",
        /// Its last day has passed.
        Expired = "expired",
        /// It was taken back.
        Withdrawn = "withdrawn",
    }
}

impl Waiver {
    /// Whether it holds on a day.
    pub fn state(&self, today: NaiveDate) -> WaiverState {
        match &self.withdrawn {
            Some(_) => WaiverState::Withdrawn,
            None if today > self.until => WaiverState::Expired,
            None => WaiverState::InForce,
        }
    }

    /// Whether it is about a ruling.
    pub fn is_about(&self, ruling: &Ruling) -> bool {
        self.rule == ruling.rule && self.object == ruling.object && self.breach == ruling.evidence.breach()
    }

    /// The name by which the log keeps it.
    pub fn key(&self) -> String {
        format!("{}/{}", self.rule, self.object)
    }
}

/// For how many days somebody may answer for a rule that is broken: then it is looked at again.
const WAIVED_DAYS_MAX: u64 = 366;

/// The last day of a waiver: after today, and within a year.
pub fn require_until(until: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Refusal> {
    let latest = today + Days::new(WAIVED_DAYS_MAX);
    if until <= today || until > latest {
        return Err(Refusal::WaivedUntil { until, today, latest });
    }
    Ok(until)
}

/// The ruling that a waiver would be about: one that is no pass. Names are found without regard to case.
pub fn require_waivable<'r>(rulings: &'r [Ruling], rule: Rule, object: &str) -> Result<&'r Ruling, Refusal> {
    let is_meant = |ruling: &&Ruling| ruling.rule == rule && is_same_person(&ruling.object, object);
    let found = rulings.iter().find(is_meant).filter(|ruling| ruling.verdict != Verdict::Pass);
    found.ok_or_else(|| Refusal::NothingToWaive { rule, object: object.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Origin;
    use crate::domain::account::tests::account;
    use crate::domain::entity::{Credential, Identity};
    use crate::domain::handover::HandoverReason;
    use crate::domain::id::{AccountId, EntityId, UpstreamId};
    use crate::domain::id_number::IdNumber;
    use crate::domain::period::parse_date;
    use crate::domain::upstream::{Act, Freeze};

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn code(text: &str) -> Code {
        text.parse().unwrap()
    }

    fn entity(called: &str, identity: Identity) -> Entity {
        Entity { id: EntityId(1), code: code("acme-hq"), name: name(called), identity, former: vec![] }
    }

    fn enterprise(called: &str) -> Entity {
        entity(called, Identity::Enterprise(Credential::parse("91330106MA05J1K21K").unwrap()))
    }

    #[test]
    fn an_account_is_owned_by_the_business_that_uses_it() {
        let number = IdNumber::parse("11010519491231002X", day("2026-07-01")).unwrap();
        let person = entity("Li Na", Identity::Individual(number.kept(&[1; 32])));
        let (one, two) = (BTreeSet::from([code("acme")]), BTreeSet::from([code("acme"), code("bolt")]));
        let operators = ["li.na".to_owned(), "Acme".to_owned()];
        let verdict = |entity: &Entity, is_agent, groups| {
            real_name_owner(&code("acme-prod"), Owner { entity, is_agent, groups }, &operators).verdict
        };
        assert_eq!(verdict(&enterprise("Acme"), false, &one), Verdict::Pass, "a business may be called like an operator");
        assert_eq!(verdict(&enterprise("Acme"), true, &one), Verdict::Fail);
        assert_eq!(verdict(&person, false, &one), Verdict::Fail);
        assert_eq!(verdict(&enterprise("Acme"), false, &two), Verdict::Warn);
    }

    fn party(level: u16, authorisation: Option<&str>, expires: Option<&str>) -> Upstream {
        Upstream {
            id: UpstreamId(1),
            name: name("Distributor"),
            level,
            above: None,
            authorisation: authorisation.map(name),
            expires: expires.map(day),
            freeze: None,
            removed: false,
        }
    }

    #[test]
    fn a_chain_is_short_and_each_of_its_parties_may_sell() {
        assert_eq!([1, 2, 3].map(|level| chain_depth(&party(level, None, None), 2).verdict == Verdict::Fail), [false, false, true]);
        let verdict = |party: &Upstream| authorisation(party, day("2026-07-01"), 30).verdict;
        assert_eq!(verdict(&party(0, None, None)), Verdict::Pass, "the provider");
        assert_eq!(verdict(&party(1, None, None)), Verdict::Fail);
        assert_eq!(verdict(&party(1, Some("A-1"), None)), Verdict::Pass);
        assert_eq!(verdict(&party(1, Some("A-1"), Some("2026-08-01"))), Verdict::Pass);
        assert_eq!(verdict(&party(1, Some("A-1"), Some("2026-07-31"))), Verdict::Warn);
        assert_eq!(verdict(&party(1, Some("A-1"), Some("2026-07-01"))), Verdict::Warn, "the last day");
        assert_eq!(verdict(&party(0, Some("A-1"), Some("2026-06-30"))), Verdict::Fail);
        let act = Act { day: day("2026-06-01"), operator: "root".to_owned(), reason: name("unpaid") };
        let frozen = Upstream { freeze: Some(Freeze { frozen: act, thawed: None }), ..party(1, Some("A-1"), Some("2027-08-01")) };
        assert_eq!(verdict(&frozen), Verdict::Fail);
    }

    #[test]
    fn a_leaver_holds_nothing() {
        let of = account(Origin::Created, AccountState::Active);
        assert_eq!(holder_left(&of, None).verdict, Verdict::Pass);
        let case = Handover {
            id: HandoverId(1),
            account: AccountId(1),
            leaver: name("Li Na"),
            reason: HandoverReason::Left,
            note: None,
            opened: day("2026-07-01"),
            opened_by: "root".to_owned(),
            deadline: day("2026-07-08"),
            closing: None,
        };
        assert_eq!(holder_left(&of, Some(&case)).verdict, Verdict::Fail);
    }

    #[test]
    fn a_real_name_is_verified_in_time() {
        let of = account(Origin::Created, AccountState::Accepted);
        let verdict = |since: Option<&str>| verified_in_time(&of, since.map(day), day("2026-07-15"), 14).verdict;
        assert_eq!(verdict(None), Verdict::Pass);
        assert_eq!(verdict(Some("2026-07-02")), Verdict::Pass);
        assert_eq!(verdict(Some("2026-07-01")), Verdict::Fail);
    }

    #[test]
    fn invoices_bear_the_real_name() {
        assert_eq!(invoice_title(&enterprise("Acme"), &name("Acme")).verdict, Verdict::Pass);
        assert_eq!(invoice_title(&enterprise("Acme"), &name("Acme Ltd")).verdict, Verdict::Fail);
    }

    #[test]
    fn what_is_tried_out_is_not_in_production() {
        let verdict = |of: &[Environment]| environment(&code("acme"), of.iter().copied().collect()).verdict;
        assert_eq!(verdict(&[Environment::Production, Environment::Test]), Verdict::Pass);
        assert_eq!(verdict(&[Environment::Production, Environment::Development]), Verdict::Pass);
        assert_eq!(verdict(&[Environment::Test]), Verdict::Pass);
        assert_eq!(verdict(&[Environment::Production]), Verdict::Warn);
    }

    #[test]
    fn a_waiver_is_about_one_ruling_and_ends() {
        let rulings = [chain_depth(&party(3, None, None), 2), authorisation(&party(1, Some("A-1"), None), day("2026-07-01"), 30)];
        assert!(require_waivable(&rulings, Rule::ChainDepth, " distributor").is_ok());
        for (rule, object) in
            [(Rule::Authorisation, "Distributor"), (Rule::ChainDepth, "nobody"), (Rule::HolderLeft, "Distributor")]
        {
            assert_eq!(
                require_waivable(&rulings, rule, object).unwrap_err().code(),
                "compliance.nothing-to-waive",
                "{rule} {object}"
            );
        }
        let until = |text: &str| require_until(day(text), day("2026-07-01")).map_err(|refusal| refusal.code());
        assert_eq!(until("2026-07-02"), Ok(day("2026-07-02")));
        assert_eq!(until("2027-07-02"), Ok(day("2027-07-02")));
        for wrong in ["2026-07-01", "2026-06-30", "2027-07-03"] {
            assert_eq!(until(wrong), Err("compliance.waived-until"), "{wrong}");
        }
        let waiver = Waiver {
            rule: Rule::ChainDepth,
            object: "Distributor".to_owned(),
            breach: "level 3".to_owned(),
            reason: name("ends in December"),
            owner: name("Li Na"),
            until: day("2026-12-31"),
            operator: "root".to_owned(),
            day: day("2026-07-01"),
            withdrawn: None,
        };
        assert!(waiver.is_about(&rulings[0]) && !waiver.is_about(&rulings[1]));
        assert!(!waiver.is_about(&chain_depth(&party(4, None, None), 2)), "another breach");
        assert_eq!(waiver.state(day("2026-12-31")), WaiverState::InForce);
        assert_eq!(waiver.state(day("2027-01-01")), WaiverState::Expired);
        let withdrawal = Withdrawal { day: day("2026-08-01"), operator: "root".to_owned(), reason: name("mended") };
        let withdrawn = Waiver { withdrawn: Some(withdrawal), ..waiver };
        assert_eq!(withdrawn.state(day("2026-08-01")), WaiverState::Withdrawn);
    }
}
