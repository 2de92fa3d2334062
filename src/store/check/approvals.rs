//! The proof of approvals: what was approved was posted as it was asked for, by the operation of the other one who approved it;
//! what was rejected or withdrawn names nothing that was posted.

use std::collections::BTreeMap;

use super::{CheckName, Checked, Findings};
use crate::domain::approval::{Decision, Request, Verdict};
use crate::domain::audit::APPROVE;
use crate::domain::id::EntryId;
use crate::domain::journal::EntryContent;
use crate::domain::plural;
use crate::store::Reader;
use crate::store::error::Result;

impl Reader<'_> {
    pub(super) fn check_approvals(&self) -> Result<Checked> {
        let mut wrong = Findings::default();
        let requests = self.approvals(false)?;
        let mut named: BTreeMap<EntryId, String> = BTreeMap::new();
        for request in &requests {
            let Some(decision) = &request.decision else { continue };
            if let Some(fault) = self.fault_of(request, decision)? {
                wrong.add(|| format!("{} {fault}", request.id));
            }
            for entry in &decision.entries {
                if let Some(other) = named.insert(*entry, request.id.to_string()) {
                    wrong.add(|| format!("entry {} is named by {other} and {}", entry.0, request.id));
                }
            }
        }
        let posted = self.operations_approving()?;
        let approved = requests.iter().filter(|request| is_approved(request)).count() as u64;
        if posted != approved {
            wrong.add(|| {
                format!("{} approved in the log, {approved} in the requests", plural(posted, "request was", "requests were"))
            });
        }
        let count = requests.iter().filter(|request| request.decision.is_some()).count() as u64;
        Ok(wrong.checked(CheckName::Approvals, format!("{} decided as they were posted", plural(count, "request", "requests"))))
    }

    /// What is wrong with a decision.
    fn fault_of(&self, request: &Request, decision: &Decision) -> Result<Option<&'static str>> {
        let is_own = decision.by_uid == request.requester_uid;
        if is_own != (decision.verdict == Verdict::Withdrawn) {
            return Ok(Some("was decided on by the wrong person"));
        }
        let planned: &[EntryContent] = if decision.verdict == Verdict::Approved { &request.entries } else { &[] };
        // Who has decided is who ran the operation that says so, and what it names was posted by that.
        let Some((operation, by_uid)) = self.operation_deciding(request.id)? else {
            return Ok(Some("was decided on by nobody that the log names"));
        };
        if by_uid != decision.by_uid {
            return Ok(Some("was decided on by somebody else than the log says"));
        }
        let mut posted = Vec::with_capacity(decision.entries.len());
        for id in &decision.entries {
            match self.entry_content(*id)? {
                Some(entry) if self.operation_posting(*id)? == operation.0 => posted.push(entry),
                Some(_) => return Ok(Some("names an entry that another operation has posted")),
                None => return Ok(Some("names an entry that is not there")),
            }
        }
        Ok((posted != planned).then_some("was not posted as it was asked for"))
    }

    fn operation_posting(&self, entry: EntryId) -> Result<i64> {
        let mut select = self.connection.prepare_cached("SELECT operation_id FROM entry WHERE id = ?1")?;
        Ok(select.query_row([entry.0], |row| row.get(0))?)
    }

    /// How many requests the log says were approved.
    fn operations_approving(&self) -> Result<u64> {
        let mut select = self.connection.prepare("SELECT COUNT(*) FROM operation WHERE command = ?1 AND result = 'done'")?;
        Ok(select.query_row([APPROVE], |row| row.get(0))?)
    }
}

fn is_approved(request: &Request) -> bool {
    request.decision.as_ref().is_some_and(|decision| decision.verdict == Verdict::Approved)
}
