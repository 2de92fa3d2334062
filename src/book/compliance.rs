//! Compliance: every rule held against the book, and who answers for what is broken.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Operation, Result, UseCase};
use crate::domain::account::{Account, Environment};
use crate::domain::code::{Code, Name};
use crate::domain::compliance::{self, Owner, Rule, Ruling, Verdict, Waiver, WaiverState, Withdrawal};
use crate::domain::entity::Entity;
use crate::domain::handover::Handover;
use crate::domain::id::{AccountId, EntityId, GroupId};
use crate::domain::policy::Policy;
use crate::domain::refusal::Refusal;
use crate::domain::role::Permission;
use crate::store::Reader;

/// A ruling, with the waiver that holds for it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The ruling.
    pub ruling: Ruling,
    /// Who answers for it, where somebody does.
    pub waiver: Option<Waiver>,
}

impl Judged {
    /// Whether a rule is broken and nobody answers for it.
    pub fn is_open(&self) -> bool {
        self.ruling.verdict == Verdict::Fail && self.waiver.is_none()
    }
}

/// Holds every rule, or one, against the book.
pub fn check(reader: Reader<'_>, rule: Option<Rule>, today: NaiveDate) -> Result<Vec<Judged>> {
    let mut waivers = reader.compliance_waivers()?;
    waivers.retain(|waiver| waiver.state(today) == WaiverState::InForce);
    let rulings = rulings(reader, today)?.into_iter().filter(|ruling| rule.is_none_or(|asked| asked == ruling.rule));
    let judged = rulings.map(|ruling| {
        let waiver = waivers.iter().find(|waiver| ruling.verdict != Verdict::Pass && waiver.is_about(&ruling)).cloned();
        Judged { ruling, waiver }
    });
    Ok(judged.collect())
}

/// Every ruling, by rule, and by object within it.
fn rulings(reader: Reader<'_>, today: NaiveDate) -> Result<Vec<Ruling>> {
    let policy = reader.policy()?;
    let mut accounts = Vec::new();
    for account in reader.accounts()? {
        let account = super::account::as_seen(reader, account, today)?;
        if account.state.lives() {
            accounts.push(account);
        }
    }
    let mut rulings = of_owners(reader, &accounts, today)?;
    rulings.extend(of_parties(reader, &policy, today)?);
    rulings.extend(of_accounts(reader, &accounts, &policy, today)?);
    rulings.extend(of_groups(reader, &accounts, today)?);
    rulings.sort_by(|one, other| (one.rule, &one.object).cmp(&(other.rule, &other.object)));
    Ok(rulings)
}

fn of_owners(reader: Reader<'_>, accounts: &[Account], today: NaiveDate) -> Result<Vec<Ruling>> {
    let entities: HashMap<EntityId, Entity> = reader.entities()?.into_iter().map(|entity| (entity.id, entity)).collect();
    let codes: HashMap<GroupId, Code> = reader.groups()?.into_iter().map(|group| (group.id, group.code)).collect();
    let operators: Vec<String> = reader.operators()?.into_iter().map(|operator| operator.name).collect();
    let mut groups: BTreeMap<EntityId, BTreeSet<Code>> = BTreeMap::new();
    for account in accounts {
        groups.entry(account.entity).or_default().insert(codes[&account.group_on(today)].clone());
    }
    let mut rulings = Vec::new();
    for account in accounts {
        let entity = &entities[&account.entity];
        let owner = Owner { entity, is_agent: super::agent::is_agent(reader, entity)?, groups: &groups[&account.entity] };
        rulings.push(compliance::real_name_owner(&account.code, owner, &operators));
    }
    let titles = reader.titles()?;
    for entity in groups.keys().map(|entity| &entities[entity]) {
        let title = super::invoice::title_among(&titles, entity, today);
        rulings.push(compliance::invoice_title(entity, &title.name));
    }
    Ok(rulings)
}

fn of_parties(reader: Reader<'_>, policy: &Policy, today: NaiveDate) -> Result<Vec<Ruling>> {
    let chain = reader.upstream_chain()?;
    let of_party = |party| {
        [compliance::chain_depth(party, policy.chain_depth), compliance::authorisation(party, today, policy.authorisation_days)]
    };
    Ok(chain.parties().iter().flat_map(of_party).collect())
}

fn of_accounts(reader: Reader<'_>, accounts: &[Account], policy: &Policy, today: NaiveDate) -> Result<Vec<Ruling>> {
    let open: HashMap<AccountId, Handover> = reader.open_handovers()?.into_iter().map(|case| (case.account, case)).collect();
    let mut rulings = Vec::new();
    for account in accounts {
        rulings.push(compliance::holder_left(account, open.get(&account.id)));
        let since = super::alert::waits_for_its_name_since(reader, account)?;
        rulings.push(compliance::verified_in_time(account, since, today, policy.verify_days));
    }
    Ok(rulings)
}

fn of_groups(reader: Reader<'_>, accounts: &[Account], today: NaiveDate) -> Result<Vec<Ruling>> {
    let mut used: BTreeMap<GroupId, BTreeSet<Environment>> = BTreeMap::new();
    for account in accounts {
        used.entry(account.group_on(today)).or_default().insert(account.environment);
    }
    used.into_iter().map(|(group, environments)| Ok(compliance::environment(&reader.group(group)?.code, environments))).collect()
}

/// Somebody answers for a rule that is broken, for a time.
#[derive(Clone, Debug)]
pub struct Waive {
    /// The rule.
    pub rule: Rule,
    /// What it is about, as it was typed.
    pub object: String,
    /// Why.
    pub reason: Name,
    /// Who answers for it.
    pub owner: Name,
    /// The last day on which it holds.
    pub until: NaiveDate,
}

/// Takes a waiver back.
#[derive(Clone, Debug)]
pub struct Withdraw {
    /// The rule.
    pub rule: Rule,
    /// What it is about, as it was typed.
    pub object: String,
    /// Why.
    pub reason: Name,
}

/// A waiver, and whether it holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WaiverView {
    /// The waiver.
    pub waiver: Waiver,
    /// Whether it holds.
    pub state: WaiverState,
}

impl UseCase for Waive {
    const COMMAND: &'static str = "compliance waive";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = WaiverView;

    fn run(self, operation: &mut Operation<'_>) -> Result<WaiverView> {
        let today = operation.today();
        let rulings = rulings(operation.reader(), today)?;
        let ruling = compliance::require_waivable(&rulings, self.rule, &self.object)?;
        let (object, breach) = (ruling.object.clone(), ruling.evidence.breach());
        let until = compliance::require_until(self.until, today)?;
        let before = find(operation.reader(), self.rule, &object)?;
        let operator = operation.operator_name().to_owned();
        let Self { rule, reason, owner, .. } = self;
        let waiver = Waiver { rule, object, breach, reason, owner, until, operator, day: today, withdrawn: None };
        if before.as_ref() != Some(&waiver) {
            operation.writer().put_compliance_waiver(before.as_ref(), &waiver)?;
        }
        Ok(WaiverView { state: waiver.state(today), waiver })
    }
}

impl UseCase for Withdraw {
    const COMMAND: &'static str = "compliance withdraw";
    const PERMISSION: Permission = Permission::Administer;
    type Outcome = WaiverView;

    fn run(self, operation: &mut Operation<'_>) -> Result<WaiverView> {
        let today = operation.today();
        let found = find(operation.reader(), self.rule, &self.object)?;
        let Some(before) = found.filter(|waiver| waiver.state(today) == WaiverState::InForce) else {
            return Err(Refusal::NotComplianceWaived { rule: self.rule, object: self.object }.into());
        };
        let operator = operation.operator_name().to_owned();
        let withdrawn = Some(Withdrawal { day: today, operator, reason: self.reason });
        let waiver = Waiver { withdrawn, ..before.clone() };
        operation.writer().put_compliance_waiver(Some(&before), &waiver)?;
        Ok(WaiverView { state: waiver.state(today), waiver })
    }
}

/// The last waiver of a rule and an object, named in any case.
fn find(reader: Reader<'_>, rule: Rule, object: &str) -> Result<Option<Waiver>> {
    let is_meant = |waiver: &Waiver| waiver.rule == rule && waiver.object.to_lowercase() == object.trim().to_lowercase();
    Ok(reader.compliance_waivers()?.into_iter().find(is_meant))
}

/// The last waiver of each rule and object, whether it holds or not.
pub fn list(reader: Reader<'_>, today: NaiveDate) -> Result<Vec<WaiverView>> {
    let waivers = reader.compliance_waivers()?.into_iter();
    Ok(waivers.map(|waiver| WaiverView { state: waiver.state(today), waiver }).collect())
}
