//! The proof of master data: every row is as the log last left it, and none is gone.

use chrono::NaiveDate;
use rusqlite::params;
use serde::Serialize;

use super::{CheckName, Checked, Findings, unless_wrong};
use crate::domain::account::Attestation;
use crate::domain::account::life::is_a_life;
use crate::domain::compliance::Waiver;
use crate::domain::coupon::UsedCoupon;
use crate::domain::plural;
use crate::store::Reader;
use crate::store::account::memberships;
use crate::store::budget::reached_key;
use crate::store::error::Result;
use crate::store::invoice::TitleFrom;
use crate::store::opening::OpeningVolume;
use crate::store::period::waiver_key;
use crate::store::settlement::{SettlementRow, reminder_key};
use crate::store::sql::to_json;

/// The rows of master data as the log would have them.
#[derive(Default)]
struct State {
    /// What each is, its key, and its JSON.
    rows: Vec<(&'static str, String, String)>,
    wrong: Findings,
    is_unread: bool,
}

impl State {
    /// Rows of which the log knows all.
    fn keep<T: Serialize>(&mut self, noun: &'static str, read: Result<Vec<T>>, key: impl Fn(&T) -> String) -> Result<()> {
        let rows = self.read(noun, read)?;
        self.rows.extend(rows.iter().map(|row| (noun, key(row), to_json(row))));
        Ok(())
    }

    /// What could be read of some rows; where that is nothing, because one of them is none that the book writes, it says so.
    fn read<T: Default>(&mut self, noun: &str, read: Result<T>) -> Result<T> {
        Ok(unless_wrong(read)?.unwrap_or_else(|what| {
            self.is_unread = true;
            self.wrong.add(|| format!("{noun}: {what}"));
            T::default()
        }))
    }
}

impl Reader<'_> {
    pub(super) fn check_state(&self) -> Result<Checked> {
        let mut state = State::default();
        state.keep("agent", self.agent().map(|agent| vec![agent]), |_| "agent".to_owned())?;
        state.keep("operator", self.operators(), |o| o.name.clone())?;
        state.keep("approval", self.approvals(false), |request| request.id.to_string())?;
        state.keep("entity", self.entities(), |e| e.code.to_string())?;
        state.keep("group", self.groups(), |g| g.code.to_string())?;
        state.keep("upstream", self.upstreams(), |party| party.id.0.to_string())?;
        state.keep("invitation", self.invitations(), |i| i.id.0.to_string())?;
        state.keep("agreement", self.agreements(), |a| a.id.0.to_string())?;
        state.keep("reconciliation", self.reconciliations(), |r| r.period.to_string())?;
        state.keep("difference", self.differences(None), |d| d.id.clone())?;
        state.keep("manual-match", self.manual_matches(None), |m| m.id.0.to_string())?;
        state.keep("waiver", self.waivers_of(None), waiver_key)?;
        state.keep("invoice-title", self.titles(), TitleFrom::key)?;
        state.keep("invoice", self.invoices(), |invoice| invoice.id.to_string())?;
        state.keep("budget", self.budgets(), |b| b.id.to_string())?;
        state.keep("budget-reached", self.budgets_reached(), |reached| reached_key(*reached))?;
        state.keep("alert", self.alert_marks(), |mark| mark.alert.clone())?;
        state.keep("compliance-waiver", self.compliance_waivers(), Waiver::key)?;
        state.keep("opening", self.opening().map(Vec::from_iter), |_| "opening".to_owned())?;
        state.keep("coupon", self.coupons(), UsedCoupon::key)?;
        state.keep("settlement", self.settlements(), SettlementRow::key)?;
        state.keep("dunning", self.reminders(), reminder_key)?;
        state.keep("true-up", self.true_ups(), |t| t.id.to_string())?;
        state.keep("opening-volume", self.opening_volumes(), OpeningVolume::key)?;
        for (noun, pairs) in [
            ("period", self.period_states().map(as_rows)),
            ("reopening", self.reopenings().map(as_rows)),
            ("policy", self.policies_set().map(as_rows)),
            ("order-file", self.order_files().map(as_rows)),
        ] {
            let rows = state.read(noun, pairs)?;
            state.rows.extend(rows.into_iter().map(|(key, now)| (noun, key, now)));
        }
        self.check_handovers(&mut state)?;
        self.check_accounts(&mut state)?;
        let bills = state.read("bill", self.bills())?;
        for bill in &bills {
            state.keep("bill-file", self.bill_files(bill.id), |file| format!("{}/{}", bill.id.0, file.number))?;
        }
        state.keep("bill", Ok(bills), |bill| bill.id.0.to_string())?;
        // The columns by which agreements are found say what their terms say.
        for (agreement, name, kind, valid_from) in state.read("agreement", self.agreement_columns())? {
            let terms = &agreement.terms;
            if (name.as_str(), kind, valid_from) != (terms.name.as_str(), terms.kind, terms.valid_from) {
                state.wrong.add(|| format!("agreement {} is not filed under what it says", terms.name));
            }
        }
        self.compare(state)
    }

    fn check_handovers(&self, state: &mut State) -> Result<()> {
        for case in state.read("handover", self.handovers(None))? {
            let handover = &case.handover;
            if !case.is_sound() {
                state.wrong.add(|| format!("the steps of the hand-over {} do not lead to what it is", handover.id));
            }
            state.rows.extend(case.ticks.iter().map(|tick| ("handover-tick", tick.id.0.to_string(), to_json(tick))));
            state.rows.push(("handover", handover.id.to_string(), to_json(handover)));
        }
        Ok(())
    }

    /// Accounts with what they lead to: what was vouched for, their lives, and their groups as they are kept for joining.
    fn check_accounts(&self, state: &mut State) -> Result<()> {
        let mut kept_memberships = self.memberships()?;
        for account in state.read("account", self.accounts())? {
            let key = |attested: &(Attestation, String, NaiveDate)| format!("{}/{}", account.code, attested.0);
            state.keep("attestation", self.attestations_of(account.id), key)?;
            let life = state.read("account-step", self.life_of(account.id))?;
            if !is_a_life(account.origin, &life) || life.last().map(|step| step.to) != Some(account.state) {
                state.wrong.add(|| format!("the steps of the account {} do not lead to its state", account.code));
            }
            state.keep("account-step", Ok(life), |step| step.id.0.to_string())?;
            if !kept_memberships.remove(&account.id.0).unwrap_or_default().into_iter().eq(memberships(&account)) {
                state.wrong.add(|| format!("the groups of the account {} are not kept as it says", account.code));
            }
            state.rows.push(("account", account.code.to_string(), to_json(&account)));
        }
        Ok(())
    }

    fn compare(&self, state: State) -> Result<Checked> {
        let State { rows, mut wrong, is_unread } = state;
        let mut last = self.connection.prepare("SELECT after FROM change WHERE noun = ?1 AND key = ?2 ORDER BY id DESC LIMIT 1")?;
        for (noun, key, now) in &rows {
            let logged: Option<String> = last.query_map(params![noun, key], |row| row.get(0))?.next().transpose()?;
            if logged.as_ref() != Some(now) {
                wrong.add(|| format!("{noun} {key} is not as the log last left it"));
            }
        }
        // `receipts` looks after those.
        let mut known = self.connection.prepare("SELECT DISTINCT noun, key FROM change WHERE noun <> 'receipt'")?;
        let known: u64 = known.query_map([], |_| Ok(()))?.count() as u64;
        let rows = rows.len() as u64;
        if known > rows && !is_unread {
            wrong.add(|| format!("{} rows of master data are gone", known - rows));
        }
        Ok(wrong.checked(CheckName::State, format!("{} of master data as the log left them", plural(rows, "row", "rows"))))
    }
}

/// Keys and values as the log would have them.
fn as_rows<K: ToString, V: Serialize>(pairs: Vec<(K, V)>) -> Vec<(String, String)> {
    pairs.into_iter().map(|(key, value)| (key.to_string(), to_json(&value))).collect()
}
