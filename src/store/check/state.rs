//! The proof of master data: every row is as the log last left it, and none is gone.

use rusqlite::params;

use super::{CheckName, Checked, Findings};
use crate::domain::account::life::is_a_life;
use crate::domain::plural;
use crate::store::Reader;
use crate::store::account::memberships;
use crate::store::budget::reached_key;
use crate::store::error::Result;
use crate::store::period::waiver_key;
use crate::store::settlement::reminder_key;
use crate::store::sql::to_json;

impl Reader<'_> {
    pub(super) fn check_state(&self) -> Result<Checked> {
        let mut wrong = Findings::default();
        let mut rows: Vec<(&str, String, String)> = Vec::new();
        rows.push(("agent", "agent".to_owned(), to_json(&self.agent()?)));
        rows.extend(self.operators()?.iter().map(|o| ("operator", o.name.clone(), to_json(o))));
        rows.extend(self.approvals(false)?.iter().map(|request| ("approval", request.id.to_string(), to_json(request))));
        rows.extend(self.entities()?.iter().map(|e| ("entity", e.code.to_string(), to_json(e))));
        rows.extend(self.groups()?.iter().map(|g| ("group", g.code.to_string(), to_json(g))));
        rows.extend(self.upstreams()?.iter().map(|party| ("upstream", party.id.0.to_string(), to_json(party))));
        rows.extend(self.invitations()?.iter().map(|i| ("invitation", i.id.0.to_string(), to_json(i))));
        rows.extend(self.agreements()?.iter().map(|a| ("agreement", a.id.0.to_string(), to_json(a))));
        rows.extend(self.reconciliations()?.iter().map(|r| ("reconciliation", r.period.to_string(), to_json(r))));
        rows.extend(self.differences(None)?.iter().map(|d| ("difference", d.id.clone(), to_json(d))));
        rows.extend(self.manual_matches(None)?.iter().map(|m| ("manual-match", m.id.0.to_string(), to_json(m))));
        rows.extend(self.period_states()?.iter().map(|(month, state)| ("period", month.to_string(), to_json(state))));
        rows.extend(self.waivers_of(None)?.iter().map(|waiver| ("waiver", waiver_key(waiver), to_json(waiver))));
        rows.extend(self.reopenings()?.iter().map(|(id, reopening)| ("reopening", id.to_string(), to_json(reopening))));
        rows.extend(self.policies_set()?.iter().map(|(name, value)| ("policy", name.to_string(), to_json(value))));
        rows.extend(self.titles()?.iter().map(|title| ("invoice-title", title.key(), to_json(title))));
        rows.extend(self.invoices()?.iter().map(|invoice| ("invoice", invoice.id.to_string(), to_json(invoice))));
        for case in self.handovers(None)? {
            let handover = &case.handover;
            if !case.is_sound() {
                wrong.add(|| format!("the steps of the hand-over {} do not lead to what it is", handover.id));
            }
            rows.extend(case.ticks.iter().map(|tick| ("handover-tick", tick.id.0.to_string(), to_json(tick))));
            rows.push(("handover", handover.id.to_string(), to_json(handover)));
        }
        rows.extend(self.budgets()?.iter().map(|b| ("budget", b.id.to_string(), to_json(b))));
        rows.extend(self.budgets_reached()?.iter().map(|reached| ("budget-reached", reached_key(*reached), to_json(reached))));
        rows.extend(self.alert_marks()?.iter().map(|mark| ("alert", mark.alert.clone(), to_json(mark))));
        let mut kept_memberships = self.memberships()?;
        for account in self.accounts()? {
            for attested in self.attestations_of(account.id)? {
                rows.push(("attestation", format!("{}/{}", account.code, attested.0), to_json(&attested)));
            }
            let life = self.life_of(account.id)?;
            if !is_a_life(account.origin, &life) || life.last().map(|step| step.to) != Some(account.state) {
                wrong.add(|| format!("the steps of the account {} do not lead to its state", account.code));
            }
            rows.extend(life.iter().map(|step| ("account-step", step.id.0.to_string(), to_json(step))));
            if !kept_memberships.remove(&account.id.0).unwrap_or_default().into_iter().eq(memberships(&account)) {
                wrong.add(|| format!("the groups of the account {} are not kept as it says", account.code));
            }
            rows.push(("account", account.code.to_string(), to_json(&account)));
        }
        rows.extend(self.compliance_waivers()?.iter().map(|waiver| ("compliance-waiver", waiver.key(), to_json(waiver))));
        for bill in self.bills()? {
            for file in self.bill_files(bill.id)? {
                rows.push(("bill-file", format!("{}/{}", bill.id.0, file.number), to_json(&file)));
            }
            rows.push(("bill", bill.id.0.to_string(), to_json(&bill)));
        }
        rows.extend(self.opening()?.iter().map(|o| ("opening", "opening".to_owned(), to_json(o))));
        rows.extend(self.coupons()?.iter().map(|c| ("coupon", c.key(), to_json(c))));
        rows.extend(self.settlements()?.iter().map(|s| ("settlement", s.key(), to_json(s))));
        rows.extend(self.reminders()?.iter().map(|r| ("dunning", reminder_key(r), to_json(r))));
        rows.extend(self.true_ups()?.iter().map(|t| ("true-up", t.id.to_string(), to_json(t))));
        rows.extend(self.opening_volumes()?.iter().map(|v| ("opening-volume", v.key(), to_json(v))));
        // The columns by which agreements are found say what their terms say.
        for (agreement, name, kind, valid_from) in self.agreement_columns()? {
            let terms = &agreement.terms;
            if (name.as_str(), kind, valid_from) != (terms.name.as_str(), terms.kind, terms.valid_from) {
                wrong.add(|| format!("agreement {} is not filed under what it says", terms.name));
            }
        }
        rows.extend(self.order_files()?.iter().map(|(sha256, orders)| ("order-file", sha256.clone(), to_json(orders))));
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
        if known > rows {
            wrong.add(|| format!("{} rows of master data are gone", known - rows));
        }
        Ok(wrong.checked(CheckName::State, format!("{} of master data as the log left them", plural(rows, "row", "rows"))))
    }
}
