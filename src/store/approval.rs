//! Requests that wait for a second person, and what was decided on them.

use rusqlite::{OptionalExtension as _, Row, params};

use super::error::Result;
use super::sql::{Columns as _, day, to_json};
use super::{Reader, Writer};
use crate::domain::approval::Request;
use crate::domain::id::{ApprovalId, OperationId};

const SELECT: &str = "SELECT id, command, content, arguments, groups, requester, requester_uid, requested, excess, entries, effects, \
                      expires, decision FROM approval";

fn request(row: &Row<'_>) -> rusqlite::Result<Request> {
    Ok(Request {
        id: ApprovalId(row.get(0)?),
        command: row.get(1)?,
        content: row.get(2)?,
        arguments: row.get(3)?,
        groups: row.json_opt(4)?,
        requester: row.get(5)?,
        requester_uid: row.get(6)?,
        requested: row.date(7)?,
        excess: row.json(8)?,
        entries: row.json(9)?,
        effects: row.json(10)?,
        expires: row.date(11)?,
        decision: row.json_opt(12)?,
    })
}

impl Reader<'_> {
    /// The requests by number: all, or those that nobody has decided on.
    pub fn approvals(&self, undecided_only: bool) -> Result<Vec<Request>> {
        let condition = if undecided_only { "WHERE decision IS NULL" } else { "" };
        let mut select = self.connection.prepare_cached(&format!("{SELECT} {condition} ORDER BY id"))?;
        let rows = select.query_map([], request)?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }

    /// The request of a number.
    pub fn approval(&self, id: ApprovalId) -> Result<Option<Request>> {
        let mut select = self.connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
        Ok(select.query_row([id.0], request).optional()?)
    }

    /// The last request for a command that was given a file of this SHA-256 as an argument.
    pub fn request_with_file(&self, command: &str, argument: &str, sha256: &str) -> Result<Option<Request>> {
        let condition = "WHERE command = ?1 AND json_extract(arguments, '$.' || ?2) = ?3 ORDER BY id DESC LIMIT 1";
        let mut select = self.connection.prepare_cached(&format!("{SELECT} {condition}"))?;
        Ok(select.query_row([command, argument, sha256], request).optional()?)
    }

    /// The operation that has decided on a request, and the OS user who ran it.
    pub fn operation_deciding(&self, id: ApprovalId) -> Result<Option<(OperationId, u32)>> {
        let mut select = self.connection.prepare_cached(
            "SELECT p.id, p.os_uid FROM change AS c JOIN operation AS p ON p.id = c.operation_id
              WHERE c.noun = 'approval' AND c.key = ?1 AND c.before IS NOT NULL ORDER BY c.id DESC LIMIT 1",
        )?;
        Ok(select.query_row([id.to_string()], |row| Ok((OperationId(row.get(0)?), row.get(1)?))).optional()?)
    }
}

impl Writer<'_> {
    /// The number that the next request will have.
    pub fn next_approval(&mut self) -> Result<ApprovalId> {
        Ok(ApprovalId(self.next_id("approval")?))
    }

    /// Writes a new request.
    pub fn insert_approval(&mut self, request: &Request) -> Result<()> {
        self.connection().execute(
            "INSERT INTO approval (id, command, content, arguments, groups, requester, requester_uid, requested, excess, entries, effects,
             expires) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                request.id.0,
                request.command,
                request.content,
                request.arguments,
                request.groups.as_ref().map(to_json),
                request.requester,
                request.requester_uid,
                day(request.requested),
                to_json(&request.excess),
                to_json(&request.entries),
                to_json(&request.effects),
                day(request.expires),
            ],
        )?;
        self.log_change("approval", &request.id.to_string(), None, request)
    }

    /// Writes what was decided on a request.
    pub fn decide_approval(&mut self, before: &Request, after: &Request) -> Result<()> {
        let decision = after.decision.as_ref().map(to_json);
        self.connection().execute("UPDATE approval SET decision = ?2 WHERE id = ?1", params![after.id.0, decision])?;
        self.log_change("approval", &after.id.to_string(), Some(before), after)
    }
}
