-- Version 2: what an operator was granted has days and groups, and a movement of money may wait for a second person.
--
-- The conventions are those of version 1.

-- Once there are words in `result` for it: a command that was kept as a request, and not done.
CREATE TABLE operation_2 (
    id           INTEGER PRIMARY KEY,  -- 1, 2, 3 … without gaps
    recorded_at  TEXT    NOT NULL,     -- RFC 3339, UTC
    operator     TEXT    NOT NULL,     -- name in the book; 'uid-4711' for somebody who is none
    os_uid       INTEGER NOT NULL,     -- the OS user who ran it
    command      TEXT    NOT NULL,     -- 'fund deposit'
    arguments    TEXT    NOT NULL,     -- JSON object of what was typed; input files by their SHA-256
    key          TEXT    UNIQUE,       -- idempotency key
    result       TEXT    NOT NULL CHECK (result IN ('done', 'denied', 'requested')),
    outcome      TEXT    NOT NULL,     -- JSON, kept where a key may ask for it again; else empty
    previous     BLOB    NOT NULL CHECK (length(previous) = 32),
    hash         BLOB    NOT NULL CHECK (length(hash) = 32)  -- SHA-256 over all of this and all that it wrote
) STRICT;
INSERT INTO operation_2 SELECT * FROM operation;
DROP TABLE operation;
ALTER TABLE operation_2 RENAME TO operation;
CREATE TRIGGER operation_once BEFORE INSERT ON operation BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only') WHERE EXISTS (SELECT 1 FROM operation WHERE id = NEW.id OR key = NEW.key);
END;
CREATE TRIGGER operation_not_changed BEFORE UPDATE ON operation BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER operation_not_deleted BEFORE DELETE ON operation BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- Roles for some groups or for all, from a day to a day, instead of one list of words. What the list has said is put there, and into
-- the log, by what runs after this (upgrade.rs); then the list is dropped.
ALTER TABLE operator ADD COLUMN grants TEXT NOT NULL DEFAULT '[]';  -- JSON: each with its role, groups and days, oldest first
ALTER TABLE operator ADD COLUMN disabled TEXT;                      -- JSON: since when they may do nothing, by whom and why

-- What somebody has asked for, and another operator decides on.
CREATE TABLE approval (
    id           INTEGER PRIMARY KEY,  -- people see a-1
    command      TEXT    NOT NULL,     -- 'fund deposit'
    content      TEXT    NOT NULL,     -- JSON: the command as it will run
    arguments    TEXT    NOT NULL,     -- JSON object of what was typed
    groups       TEXT,                 -- JSON: the groups that it concerns; NULL: the whole book
    requester    TEXT    NOT NULL,     -- an operator
    requester_uid INTEGER NOT NULL,    -- the OS user that they are
    requested    INTEGER NOT NULL,
    excess       TEXT    NOT NULL,     -- JSON: what is above which limit
    entries      TEXT    NOT NULL,     -- JSON: the entries that it will post
    effects      TEXT    NOT NULL,     -- JSON: what else it will do
    expires      INTEGER NOT NULL,     -- the last day on which it can be approved
    decision     TEXT                  -- JSON: how, by whom, when and why; NULL: it waits
) STRICT;
CREATE INDEX approval_waiting ON approval (id) WHERE decision IS NULL;
CREATE TRIGGER approval_once BEFORE INSERT ON approval BEGIN
    SELECT RAISE(ABORT, 'a request stays') FROM approval WHERE id = NEW.id;
    SELECT RAISE(ABORT, 'a request begins undecided') WHERE NEW.decision IS NOT NULL;
END;
-- It is decided on once, by somebody else than who asked for it unless they take it back; nothing else of it ever changes.
CREATE TRIGGER approval_decided_once BEFORE UPDATE ON approval BEGIN
    SELECT RAISE(ABORT, 'a request is decided on once') WHERE OLD.decision IS NOT NULL OR NEW.decision IS NULL;
    SELECT RAISE(ABORT, 'a request stays what it was')
     WHERE NEW.id IS NOT OLD.id OR NEW.command IS NOT OLD.command OR NEW.content IS NOT OLD.content
        OR NEW.arguments IS NOT OLD.arguments OR NEW.groups IS NOT OLD.groups OR NEW.requester IS NOT OLD.requester
        OR NEW.requester_uid IS NOT OLD.requester_uid OR NEW.requested IS NOT OLD.requested OR NEW.excess IS NOT OLD.excess
        OR NEW.entries IS NOT OLD.entries OR NEW.effects IS NOT OLD.effects
        OR NEW.expires IS NOT OLD.expires;
    SELECT RAISE(ABORT, 'nobody decides on what they have asked for')
     WHERE (json_extract(NEW.decision, '$.by_uid') = OLD.requester_uid) <> (json_extract(NEW.decision, '$.verdict') = 'withdrawn');
END;
CREATE TRIGGER approval_not_deleted BEFORE DELETE ON approval BEGIN SELECT RAISE(ABORT, 'a request stays'); END;
