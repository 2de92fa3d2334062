-- The book: one SQLite file, one agent. Version 1.
--
-- Conventions. Days are INTEGER yyyymmdd (20260630), months INTEGER yyyymm (202606), both in the book's time zone (UTC+8).
-- Amounts named *_minor are INTEGER minor units of the row's currency (fen, cents, yen). Exact decimals in major units are TEXT
-- ('37.6543209864'), except on bill lines, where they are INTEGER counts of 10^-10 and TEXT only where that does not fit.
-- A debit is positive, a credit negative. Every table is STRICT.
--
-- What is money, or proof, is append-only. The triggers hold on any connection, also from a bare shell with foreign keys and
-- recursive triggers off: BEFORE INSERT refuses a row that exists, because REPLACE deletes silently there.
--
-- operation_id has no foreign key: the operation is written last, and a deferred key would make SQLite search every one of
-- these tables for it at each commit. `check` proves the same, with the hashes.

------------------------------------------------------------------------------------------------------------------ the log

-- One write command, sealed last in its transaction.
CREATE TABLE operation (
    id           INTEGER PRIMARY KEY,  -- 1, 2, 3 … without gaps
    recorded_at  TEXT    NOT NULL,     -- RFC 3339, UTC
    operator     TEXT    NOT NULL,     -- name in the book; empty for somebody without one
    os_uid       INTEGER NOT NULL,     -- the OS user who ran it
    command      TEXT    NOT NULL,     -- 'fund deposit'
    arguments    TEXT    NOT NULL,     -- JSON object of what was typed; input files by their SHA-256
    key          TEXT    UNIQUE,       -- idempotency key
    result       TEXT    NOT NULL CHECK (result IN ('done', 'denied')),
    outcome      TEXT    NOT NULL,     -- JSON, kept where a key may ask for it again; else empty
    previous     BLOB    NOT NULL CHECK (length(previous) = 32),
    hash         BLOB    NOT NULL CHECK (length(hash) = 32)  -- SHA-256 over all of this and all that it wrote
) STRICT;

-- What an operation did to master data: the whole row before and after, as JSON.
CREATE TABLE change (
    id           INTEGER PRIMARY KEY,
    operation_id INTEGER NOT NULL,
    noun         TEXT    NOT NULL,     -- 'account'
    key          TEXT    NOT NULL,     -- 'acme-prod'
    before       TEXT,                 -- NULL when it is new
    after        TEXT    NOT NULL
) STRICT;
-- `check` compares every master row with its last change.
CREATE INDEX change_of ON change (noun, key, id);

-------------------------------------------------------------------------------------------------------------- master data

-- The book's owner: exactly one row.
CREATE TABLE agent (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    name         TEXT NOT NULL,
    credential   TEXT NOT NULL,
    provider     TEXT NOT NULL,
    currency     TEXT NOT NULL,        -- ISO 4217, the default of groups and bills
    uid          TEXT                  -- the agent's own account at the provider
) STRICT;

CREATE TABLE operator (
    id           INTEGER PRIMARY KEY,
    os_uid       INTEGER NOT NULL UNIQUE,
    name         TEXT NOT NULL UNIQUE,
    roles        TEXT NOT NULL         -- words with blanks between: 'admin manager finance tech'
) STRICT;

CREATE TABLE entity (
    id           INTEGER PRIMARY KEY,
    code         TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,        -- its registered name today
    identity     TEXT NOT NULL UNIQUE, -- JSON: by what it is known; of an identity number its end and a salted hash, never the number
    former       TEXT NOT NULL         -- JSON: the names that it bore before, each with the day on which it was another one
) STRICT;

CREATE TABLE customer_group (
    id           INTEGER PRIMARY KEY,
    code         TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    currency     TEXT NOT NULL,
    payment_days TEXT                  -- JSON: how many days after its end a month is due, with the day from which that holds;
                                       -- NULL: as the policy says
) STRICT;

-- Who sells to the agent, up to the provider: a party in a row. One that was removed stays on record.
CREATE TABLE upstream (
    id           INTEGER PRIMARY KEY,
    name         TEXT    NOT NULL,
    level        INTEGER NOT NULL,     -- 0: the provider itself; 1: who buys from it; and so on; the agent stands below the last
    above_id     INTEGER REFERENCES upstream,  -- from whom it buys
    authorisation TEXT,                -- the number of the certificate by which it may sell
    expires      INTEGER,              -- the last day on which the certificate is valid
    freeze       TEXT,                 -- JSON: when, by whom and why it was last frozen, and thawed since
    removed      INTEGER NOT NULL CHECK (removed IN (0, 1))
) STRICT;

CREATE TABLE account (
    id           INTEGER PRIMARY KEY,
    code         TEXT NOT NULL UNIQUE,
    uid          TEXT UNIQUE,          -- text: spreadsheets keep 15 digits, a UID has 16
    groups       TEXT NOT NULL,        -- JSON: whose purchases it counts with, with the day from which that holds; see membership
    entity_id    INTEGER NOT NULL REFERENCES entity,
    state        TEXT NOT NULL,
    origin       TEXT NOT NULL,        -- 'created' or 'associated'
    model        TEXT NOT NULL,        -- 'resale' or 'agency'
    mode         TEXT NOT NULL,        -- JSON: 'agent-pays' or 'prepaid', with the day from which it holds
    environment  TEXT NOT NULL,
    mobile       TEXT,                 -- nobody else's while the account lives: see the indexes below
    email        TEXT,
    holder       TEXT,
    credit       TEXT NOT NULL,        -- JSON: how much it may owe in minor units, with the day from which that holds
    since        INTEGER NOT NULL,     -- from this day its charges are ours
    login        TEXT UNIQUE,          -- its login name at the provider: some bills name accounts by it
    shutdown     TEXT NOT NULL,        -- 'immediate', 'delayed' or 'none'
    purchase_ban INTEGER NOT NULL CHECK (purchase_ban IN (0, 1)),
    low_balance  TEXT,                 -- percents at which somebody is told; NULL: those of the policy
    upstream_id  INTEGER REFERENCES upstream  -- through whom it is bought; NULL: through anybody who sells to the agent
) STRICT;
-- Whoever has left, or was never there, holds neither a number nor an address.
CREATE UNIQUE INDEX account_mobile ON account (mobile) WHERE state NOT IN ('released', 'revoked', 'declined', 'expired');
CREATE UNIQUE INDEX account_email ON account (email) WHERE state NOT IN ('released', 'revoked', 'declined', 'expired');

-- The groups of accounts once more, for joining: each day of an account lies in exactly one of its rows. `check` proves it from the
-- accounts. An account's groups all count in one currency.
CREATE TABLE membership (
    account_id   INTEGER NOT NULL REFERENCES account,
    from_day     INTEGER NOT NULL,     -- 0: always
    until_day    INTEGER NOT NULL,     -- the last day in the group; 99991231: no end
    group_id     INTEGER NOT NULL REFERENCES customer_group,
    PRIMARY KEY (account_id, from_day)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_of_group ON membership (group_id);

-- The steps of an account's life: who, when, why. The state of an account is that of its last one.
CREATE TABLE account_step (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES account,
    step         TEXT    NOT NULL,     -- 'create', 'accept', 'freeze', and so on
    from_state   TEXT,                 -- NULL: it came into the book
    to_state     TEXT    NOT NULL,
    day          INTEGER NOT NULL,     -- from when it holds
    operator     TEXT    NOT NULL,
    reason       TEXT
) STRICT;
CREATE INDEX account_step_of ON account_step (account_id, id);

-- The links by which holders accept accounts, each as it was sent; the latest one of an account counts.
CREATE TABLE invitation (
    id           INTEGER PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES account,
    sent         INTEGER NOT NULL,
    expires      INTEGER NOT NULL,     -- the last day on which it can be accepted
    token_sha256 TEXT    NOT NULL UNIQUE  -- of the token in its link, which is told once and not kept
) STRICT;
CREATE INDEX invitation_of_account ON invitation (account_id, id);
CREATE TRIGGER invitation_not_changed BEFORE UPDATE ON invitation BEGIN SELECT RAISE(ABORT, 'an invitation stays as it was sent'); END;
CREATE TRIGGER invitation_not_deleted BEFORE DELETE ON invitation BEGIN SELECT RAISE(ABORT, 'an invitation stays as it was sent'); END;

-- What a person vouched for when an account was associated.
CREATE TABLE attestation (
    account_id   INTEGER NOT NULL REFERENCES account,
    attestation  TEXT NOT NULL,
    operator     TEXT NOT NULL,
    day          INTEGER NOT NULL,
    PRIMARY KEY (account_id, attestation)
) STRICT, WITHOUT ROWID;

-- Accounts whose holder leaves: one case for each, and one at a time.
CREATE TABLE handover (
    id           INTEGER PRIMARY KEY,  -- people see h-1
    account_id   INTEGER NOT NULL REFERENCES account,
    leaver       TEXT    NOT NULL,     -- the holder who leaves, as the account named them
    reason       TEXT    NOT NULL,     -- 'left', 'moved' or 'other'
    note         TEXT,
    opened       INTEGER NOT NULL,
    opened_by    TEXT    NOT NULL,     -- an operator
    deadline     INTEGER NOT NULL,     -- the last day on which it is in time
    closed       INTEGER,              -- NULL: it is open
    closed_by    TEXT,                 -- another operator than those who have done it
    not_needed   TEXT,                 -- why it was closed without its steps
    CHECK ((closed IS NULL) = (closed_by IS NULL)),
    CHECK (not_needed IS NULL OR closed IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX handover_open ON handover (account_id) WHERE closed IS NULL;
CREATE TRIGGER handover_stays_closed BEFORE UPDATE ON handover WHEN OLD.closed IS NOT NULL BEGIN
    SELECT RAISE(ABORT, 'a hand-over that is closed stays as it is');
END;
CREATE TRIGGER handover_not_deleted BEFORE DELETE ON handover BEGIN SELECT RAISE(ABORT, 'a hand-over stays'); END;

-- What was done to the steps of hand-overs: who, when. The last row of a step says whether it is done.
CREATE TABLE handover_tick (
    id           INTEGER PRIMARY KEY,
    handover_id  INTEGER NOT NULL REFERENCES handover,
    step         TEXT    NOT NULL,     -- 'mobile', 'email', 'password', 'ram-keys' or 'mfa'
    act          TEXT    NOT NULL,     -- 'ticked' or 'taken-back'
    day          INTEGER NOT NULL,
    operator     TEXT    NOT NULL,
    note         TEXT
) STRICT;
CREATE INDEX handover_tick_of ON handover_tick (handover_id, id);
CREATE TRIGGER handover_tick_while_open BEFORE INSERT ON handover_tick BEGIN
    SELECT RAISE(ABORT, 'a hand-over that is closed stays as it is') FROM handover WHERE id = NEW.handover_id AND closed IS NOT NULL;
    SELECT RAISE(ABORT, 'what was done to a step stays') FROM handover_tick WHERE id = NEW.id;
END;
CREATE TRIGGER handover_tick_not_changed BEFORE UPDATE ON handover_tick BEGIN SELECT RAISE(ABORT, 'what was done to a step stays'); END;
CREATE TRIGGER handover_tick_not_deleted BEFORE DELETE ON handover_tick BEGIN SELECT RAISE(ABORT, 'what was done to a step stays'); END;

-- What this agent wants otherwise than most. What is not here is as usual.
CREATE TABLE policy (
    name         TEXT PRIMARY KEY,
    value        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How much an account, a group or an environment should cost in a month, a quarter or a year.
CREATE TABLE budget (
    id           INTEGER PRIMARY KEY,  -- people see b-3
    account_id   INTEGER REFERENCES account,
    group_id     INTEGER REFERENCES customer_group,
    environment  TEXT,                 -- of the group, or of the whole book
    period       TEXT NOT NULL,        -- 'month', 'quarter' or 'year'
    currency     TEXT NOT NULL,
    amount_minor INTEGER NOT NULL,
    thresholds   TEXT NOT NULL,        -- percents: '50,80,100'
    action       TEXT NOT NULL,        -- 'warn' or 'block'
    removed      INTEGER NOT NULL CHECK (removed IN (0, 1)),
    CHECK ((account_id IS NULL) <> (group_id IS NULL AND environment IS NULL))
) STRICT;

-- Thresholds that an order has reached: each is told once in a period.
CREATE TABLE budget_reached (
    budget_id    INTEGER NOT NULL REFERENCES budget,
    first_day    INTEGER NOT NULL,     -- of the period
    percent      INTEGER NOT NULL,
    PRIMARY KEY (budget_id, first_day, percent)
) STRICT, WITHOUT ROWID;

-- What people have said to alerts; the alerts themselves are worked out whenever somebody asks.
CREATE TABLE alert_mark (
    alert        TEXT PRIMARY KEY,
    state        TEXT NOT NULL,        -- 'open', 'acknowledged', 'snoozed' or 'accepted'
    until        INTEGER,              -- the day on which a snoozed one comes back
    note         TEXT,
    operator     TEXT NOT NULL,
    day          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who answers for a compliance rule that is broken, and until when; the rulings themselves are worked out whenever somebody asks.
CREATE TABLE compliance_waiver (
    rule         TEXT NOT NULL,        -- 'chain-depth'
    object       TEXT NOT NULL,        -- what it is about: the code of an account, entity or group, or a party above the agent
    breach       TEXT NOT NULL,        -- of what: another breach of the same object is not waived
    reason       TEXT NOT NULL,
    owner        TEXT NOT NULL,        -- who answers for it
    until        INTEGER NOT NULL,     -- the last day on which it holds
    operator     TEXT NOT NULL,        -- who recorded it
    day          INTEGER NOT NULL,
    withdrawn    TEXT,                 -- JSON: when, by whom and why it was taken back
    PRIMARY KEY (rule, object)
) STRICT, WITHOUT ROWID;

-- A version of an agreement; a later one of the same name supersedes it from its first day.
CREATE TABLE agreement (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL,
    kind         TEXT NOT NULL,        -- 'sale' or 'purchase'
    group_id     INTEGER REFERENCES customer_group,
    valid_from   INTEGER NOT NULL,
    terms        TEXT NOT NULL,        -- JSON
    members      TEXT NOT NULL,        -- the accounts that it is for, JSON; an empty list means the whole group
    UNIQUE (name, valid_from)
) STRICT;
CREATE INDEX agreement_of ON agreement (kind, group_id, valid_from);

-- Products by the provider's code.
CREATE TABLE product (
    id           INTEGER PRIMARY KEY,
    code         TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL         -- empty until a bill has told it
) STRICT;

-------------------------------------------------------------------------------------------------------------- the journal

-- One line of the chart for one owner and currency.
CREATE TABLE ledger_account (
    id           INTEGER PRIMARY KEY,
    code         TEXT    NOT NULL,
    owner_kind   TEXT    NOT NULL CHECK (owner_kind IN ('agent', 'group', 'account')),
    owner_id     INTEGER NOT NULL,     -- 0 for the agent
    currency     TEXT    NOT NULL,
    UNIQUE (code, owner_kind, owner_id, currency)
) STRICT;

-- The lines of an entry. They go in first; the entry's header seals them. Clustered by entry: no other index, because a
-- secondary index costs more than everything else of a posting.
CREATE TABLE posting (
    entry_id          INTEGER NOT NULL REFERENCES entry DEFERRABLE INITIALLY DEFERRED,
    line              INTEGER NOT NULL,
    ledger_account_id INTEGER NOT NULL REFERENCES ledger_account,
    amount_minor      INTEGER NOT NULL CHECK (amount_minor <> 0),
    PRIMARY KEY (entry_id, line)
) STRICT, WITHOUT ROWID;

-- The header of an entry.
CREATE TABLE entry (
    id           INTEGER PRIMARY KEY,
    operation_id INTEGER NOT NULL,
    event        TEXT    NOT NULL,
    effective    INTEGER NOT NULL CHECK (effective BETWEEN 19700101 AND 99991231),
    group_id     INTEGER REFERENCES customer_group,
    account_id   INTEGER REFERENCES account,
    recipient_id INTEGER REFERENCES account,  -- of a transfer
    reference    TEXT,
    remark       TEXT,
    reverses     INTEGER REFERENCES entry
) STRICT;
CREATE UNIQUE INDEX entry_reversing ON entry (reverses) WHERE reverses IS NOT NULL;
-- Statements look for what moved money other than charges, which have their own index. Not NOT IN: SQLite would make a table of
-- the four words for every entry that is written.
CREATE INDEX entry_moving_money ON entry (account_id, effective)
 WHERE event <> 'charge' AND event <> 'refund' AND event <> 'usage' AND event <> 'bill-accepted' AND event <> 'difference-accepted';
-- A bank's transaction number is looked for before money is recorded a second time.
CREATE INDEX entry_of_the_bank ON entry (reference) WHERE reference IS NOT NULL AND (event = 'settlement' OR event = 'deposit');
-- What came to an account from another one.
CREATE INDEX entry_transferring ON entry (recipient_id, effective) WHERE recipient_id IS NOT NULL;

-- What each ledger account moved on each day: the balance is the sum, as of any day. `check` proves it from the postings.
CREATE TABLE balance (
    ledger_account_id INTEGER NOT NULL REFERENCES ledger_account,
    day               INTEGER NOT NULL,
    debit_minor       INTEGER NOT NULL,
    credit_minor      INTEGER NOT NULL,
    PRIMARY KEY (ledger_account_id, day)
) STRICT, WITHOUT ROWID;

---------------------------------------------------------------------------------------------------------- orders, charges

-- A purchase, renewal, upgrade or refund, as recorded; never changed.
CREATE TABLE orders (
    id             INTEGER PRIMARY KEY,  -- people see o-17
    operation_id   INTEGER NOT NULL,
    account_id     INTEGER NOT NULL REFERENCES account,
    product_id     INTEGER NOT NULL REFERENCES product,
    kind           TEXT    NOT NULL,
    provider_order TEXT    NOT NULL UNIQUE,
    day            INTEGER NOT NULL,
    service_from   INTEGER,
    service_to     INTEGER,
    placement      TEXT    NOT NULL,     -- 'planned', 'placed' or 'opening'
    refunds        INTEGER REFERENCES orders
) STRICT;
CREATE INDEX order_refunding ON orders (refunds) WHERE refunds IS NOT NULL;
CREATE INDEX order_giving_back ON orders (account_id) WHERE refunds IS NOT NULL;

-- What an account owes for an order, or for one product's usage in one month, with everything that explains the price.
CREATE TABLE charge (
    id             INTEGER PRIMARY KEY,
    operation_id   INTEGER NOT NULL,
    account_id     INTEGER NOT NULL REFERENCES account,
    order_id       INTEGER UNIQUE REFERENCES orders,  -- NULL for usage
    product_id     INTEGER NOT NULL REFERENCES product,
    charge_month   INTEGER NOT NULL,     -- when it was incurred
    day            INTEGER NOT NULL,     -- its effective date
    list           TEXT    NOT NULL,     -- exact
    agreement_id   INTEGER REFERENCES agreement,
    volume_before  TEXT    NOT NULL,     -- what the agreement's window had reached before it, exact
    tier           TEXT,                 -- where the tier begins, exact
    discount       INTEGER NOT NULL,     -- millionths
    payable_minor  INTEGER NOT NULL,
    cost_minor     INTEGER NOT NULL,     -- what the provider is expected to bill
    counts         INTEGER NOT NULL CHECK (counts IN (0, 1)),       -- towards the group's volume
    cost_counts    INTEGER NOT NULL CHECK (cost_counts IN (0, 1)),  -- towards the agent's volume at the provider
    difference_id  TEXT,                 -- of a decision on a difference, which has no order; no key, or every charge would look
    corrects_id    INTEGER REFERENCES charge,  -- what late usage corrects, of a closed month
    entry_id       INTEGER REFERENCES entry
) STRICT;
CREATE INDEX charge_of_account ON charge (account_id, day);

-- What an order cost less by a coupon, or what of it a voucher paid.
CREATE TABLE coupon (
    order_id     INTEGER NOT NULL REFERENCES orders,  -- a refund gives a voucher's part back to its bearer
    kind         TEXT    NOT NULL CHECK (kind IN ('coupon', 'voucher')),
    bearer       TEXT    NOT NULL,       -- whom it costs something: 'agent' or 'provider'
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    entry_id     INTEGER REFERENCES entry,  -- of a voucher; a coupon is in the charge's own
    PRIMARY KEY (order_id, kind)
) STRICT, WITHOUT ROWID;

-- What a retroactive agreement has made of a charge since: what the charge costs is its payable and the sum of these.
CREATE TABLE true_up (
    id           INTEGER PRIMARY KEY,
    operation_id INTEGER NOT NULL,
    charge_id    INTEGER NOT NULL REFERENCES charge,
    agreement_id INTEGER NOT NULL REFERENCES agreement,
    day          INTEGER NOT NULL,       -- its effective date
    tier         TEXT,                   -- JSON: the tier by which the window was priced; NULL: taken back
    change_minor INTEGER NOT NULL CHECK (change_minor <> 0),  -- negative where something is given back
    entry_id     INTEGER REFERENCES entry     -- one for all of an account's; NULL: together they come to nothing
) STRICT;
CREATE INDEX true_up_of_charge ON true_up (charge_id);

-- What a settlement, or a write-off of what was owed, has paid of an account's months: together what the entry has credited to the
-- account's receivable. The entry that takes it back opens the same months again.
CREATE TABLE settlement (
    entry_id     INTEGER NOT NULL REFERENCES entry,
    account_id   INTEGER NOT NULL REFERENCES account,
    month        INTEGER NOT NULL,       -- whose charges it pays, by effective date
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    PRIMARY KEY (entry_id, account_id, month)
) STRICT, WITHOUT ROWID;
CREATE INDEX settlement_of_account ON settlement (account_id);

-- What somebody was reminded of: each debt once at each level.
CREATE TABLE dunning (
    account_id   INTEGER NOT NULL REFERENCES account,
    month        INTEGER NOT NULL,       -- that is owed for
    level        INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),
    day          INTEGER NOT NULL,
    open_minor   INTEGER NOT NULL,       -- what was not paid of it then
    PRIMARY KEY (account_id, month, level)
) STRICT, WITHOUT ROWID;

-- Volume by day: of a group ('sale'), of the accounts that an agreement is for ('members', owner the agreement), or of the
-- agent ('purchase', owner 0). `check` proves it from the charges and from what the book started with.
CREATE TABLE volume (
    scope        TEXT    NOT NULL CHECK (scope IN ('sale', 'members', 'purchase')),
    owner_id     INTEGER NOT NULL,
    currency     TEXT    NOT NULL,
    day          INTEGER NOT NULL,
    list         TEXT    NOT NULL,       -- exact
    payable      TEXT    NOT NULL,       -- exact; what was owed after discounts
    PRIMARY KEY (scope, owner_id, currency, day)
) STRICT, WITHOUT ROWID;

-- What the book started with: one row at most, and for ever.
CREATE TABLE opening (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    operation_id INTEGER NOT NULL,
    sha256       TEXT    NOT NULL,       -- of the file: the same one again is a no-op
    day          INTEGER NOT NULL,       -- the months before it are closed
    balances     INTEGER NOT NULL,       -- how many of each it had
    volumes      INTEGER NOT NULL,
    orders       INTEGER NOT NULL
) STRICT;

-- Volumes that the book started with: `volume` is the charges and these.
CREATE TABLE opening_volume (
    scope        TEXT    NOT NULL CHECK (scope IN ('sale', 'purchase')),
    owner_id     INTEGER NOT NULL,
    currency     TEXT    NOT NULL,
    day          INTEGER NOT NULL,
    list         TEXT    NOT NULL,       -- exact
    payable      TEXT    NOT NULL,       -- exact
    operation_id INTEGER NOT NULL,
    PRIMARY KEY (scope, owner_id, currency, day)
) STRICT, WITHOUT ROWID;

-- Order lists that were imported: the same file twice is a no-op.
CREATE TABLE order_file (
    sha256       TEXT    PRIMARY KEY,
    operation_id INTEGER NOT NULL,
    orders       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-------------------------------------------------------------------------------------------------------------------- bills

-- Account UIDs as bills name them, known to the book or not.
CREATE TABLE seen_uid (
    id           INTEGER PRIMARY KEY,
    uid          TEXT NOT NULL UNIQUE
) STRICT;

-- One version of a month's bill. The latest one that was not dropped counts. What it said in total stays when it is dropped.
CREATE TABLE bill_version (
    id           INTEGER PRIMARY KEY,
    period       INTEGER NOT NULL,
    version      INTEGER NOT NULL,       -- 1, 2, 3 … within the period
    finality     TEXT    NOT NULL,       -- 'estimated' or 'final'
    reason       TEXT    NOT NULL,       -- JSON: why it is taken for that
    layout       TEXT    NOT NULL,
    tax          TEXT,                   -- 'inclusive' or 'exclusive', where the layout says
    currency     TEXT    NOT NULL,
    content      TEXT    NOT NULL,       -- SHA-256 over the SHA-256s of its files
    stated       TEXT,                   -- exact: the total that the provider states, where anybody told
    lines        INTEGER NOT NULL,       -- repeats left out
    repeats      INTEGER NOT NULL,
    rejected     INTEGER NOT NULL,       -- bad lines that somebody chose to leave out
    list         TEXT    NOT NULL,       -- exact sums
    covered      TEXT    NOT NULL,
    discount     TEXT    NOT NULL,
    coupon       TEXT    NOT NULL,
    payable      TEXT    NOT NULL,
    voucher      TEXT    NOT NULL,       -- of what is payable, paid by vouchers
    card         TEXT    NOT NULL,       -- of it, paid by stored-value cards
    dropped      INTEGER NOT NULL CHECK (dropped IN (0, 1)),
    UNIQUE (period, version)
) STRICT;

-- A file of a version, or a member of an archive. Its lines lie together.
CREATE TABLE bill_file (
    version_id   INTEGER NOT NULL REFERENCES bill_version DEFERRABLE INITIALLY DEFERRED,
    number       INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    sha256       TEXT    NOT NULL,       -- of the file that was given; members of an archive have the archive's
    header       TEXT    NOT NULL,       -- verbatim
    remarks      TEXT    NOT NULL,       -- JSON: what was read although it is odd
    first_line   INTEGER NOT NULL,       -- bill_line.id of its first and last line
    last_line    INTEGER NOT NULL,
    digest       TEXT    NOT NULL,       -- SHA-256 over its lines and text as they are stored here
    PRIMARY KEY (version_id, number)
) STRICT, WITHOUT ROWID;

-- The file's own text, verbatim, in compressed runs of whole lines: any line can be shown as the provider wrote it.
CREATE TABLE bill_block (
    id           INTEGER PRIMARY KEY,
    version_id   INTEGER NOT NULL REFERENCES bill_version DEFERRABLE INITIALLY DEFERRED,
    file         INTEGER NOT NULL,       -- bill_file.number
    first_line   INTEGER NOT NULL,       -- number of its first line in the file
    content      BLOB    NOT NULL        -- zstd
) STRICT;

-- What matching needs of each line. No secondary index: reconciling reads a version from end to end, and an index would cost
-- a quarter of the import.
CREATE TABLE bill_line (
    id           INTEGER PRIMARY KEY,
    seen_uid_id  INTEGER NOT NULL,       -- seen_uid: the account that uses what is billed
    order_no     ANY,                    -- INTEGER where it is a plain number, else TEXT
    kind         INTEGER NOT NULL,       -- see store::bill::LINE_KINDS
    month        INTEGER,                -- NULL: the bill's own month
    day          INTEGER,                -- of consumption, where the line names it
    payable      ANY     NOT NULL,       -- INTEGER of 10^-10, or TEXT
    product_id   INTEGER NOT NULL,
    list         ANY     NOT NULL,
    covered      ANY,                    -- by a plan; NULL is zero
    coupon       ANY,                    -- NULL is zero
    cut          ANY,                    -- by the provider's rounding: list less discounts and coupon, less payable; NULL is zero
    line_id      TEXT,                   -- the provider's id
    number       INTEGER NOT NULL,       -- its line in the file
    content      INTEGER NOT NULL        -- 64-bit hash of the line as it stands in the file
) STRICT;

-- What a version says of one account, in total.
CREATE TABLE bill_account (
    version_id   INTEGER NOT NULL REFERENCES bill_version DEFERRABLE INITIALLY DEFERRED,
    seen_uid_id  INTEGER NOT NULL,
    lines        INTEGER NOT NULL,
    list         TEXT    NOT NULL,       -- exact sums
    covered      TEXT    NOT NULL,
    discount     TEXT    NOT NULL,
    coupon       TEXT    NOT NULL,
    payable      TEXT    NOT NULL,
    voucher      TEXT    NOT NULL,
    card         TEXT    NOT NULL,
    PRIMARY KEY (version_id, seen_uid_id)
) STRICT, WITHOUT ROWID;

-- Lines that came twice with the same content: counted once.
CREATE TABLE bill_repeat (
    version_id   INTEGER NOT NULL REFERENCES bill_version DEFERRABLE INITIALLY DEFERRED,
    file         INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    line_id      TEXT    NOT NULL,
    seen_uid_id  INTEGER NOT NULL,
    PRIMARY KEY (version_id, file, number)
) STRICT, WITHOUT ROWID;

-- Usage summed up while the bill was read, so that what is pending can be told without reading it again.
CREATE TABLE bill_usage (
    version_id   INTEGER NOT NULL REFERENCES bill_version DEFERRABLE INITIALLY DEFERRED,
    seen_uid_id  INTEGER NOT NULL,
    product_id   INTEGER NOT NULL,
    charge_month INTEGER NOT NULL,
    class        TEXT    NOT NULL,       -- 'metered', 'adjusted' or 'rounding'
    lines        INTEGER NOT NULL,
    list         TEXT    NOT NULL,       -- exact, less what a plan has covered
    covered      TEXT    NOT NULL,       -- exact: what a plan has covered, at list price
    coupon       TEXT    NOT NULL,       -- exact
    billed       TEXT    NOT NULL,       -- exact
    PRIMARY KEY (version_id, seen_uid_id, product_id, charge_month, class)
) STRICT, WITHOUT ROWID;

------------------------------------------------------------------------------------------------- reconciliation and close

-- The last run for a month.
CREATE TABLE reconciliation (
    period       INTEGER PRIMARY KEY,
    version_id   INTEGER NOT NULL REFERENCES bill_version,
    content      TEXT    NOT NULL,       -- of the version, when it was looked at
    bridge       TEXT    NOT NULL,       -- JSON
    matched      INTEGER NOT NULL,       -- orders
    usage_lines  INTEGER NOT NULL,
    still_carried TEXT   NOT NULL,       -- JSON: how many orders of earlier months, and what is expected of them, exact
    matched_on   TEXT    NOT NULL        -- JSON: policies and other months' facts, so that a closed month stays what it was
) STRICT;

-- What does not agree, with an identity that survives reruns, and what became of it.
CREATE TABLE difference (
    id             TEXT    PRIMARY KEY,
    period         INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    account        TEXT    NOT NULL,     -- code, or UID where the book has none
    provider_order TEXT    NOT NULL,     -- or the line id of a duplicate line
    product        TEXT    NOT NULL,     -- code; empty where several are meant
    currency       TEXT    NOT NULL,
    recorded       TEXT    NOT NULL,     -- exact
    billed         TEXT    NOT NULL,     -- exact
    reason         TEXT    NOT NULL,     -- JSON
    state          TEXT    NOT NULL,     -- 'open', 'acknowledged', 'snoozed' or 'resolved'
    resolution     TEXT,
    decision       TEXT,                 -- JSON: what a person decided, on which amounts, and what that posted
    owner          TEXT,                 -- who looks after it
    due            INTEGER,
    until          INTEGER,              -- the day on which a snoozed one comes back
    note           TEXT,
    since          INTEGER NOT NULL,     -- first found, or found again
    reopened       INTEGER NOT NULL,
    disputed_minor INTEGER NOT NULL,     -- what of it stands in `disputed`
    credits        TEXT,                 -- JSON: what later bills have given back of it, by month
    settled_by     INTEGER               -- the later month whose bill has settled it, where it was carried
) STRICT, WITHOUT ROWID;
CREATE INDEX difference_of_period ON difference (period);
CREATE INDEX difference_credited ON difference (id) WHERE credits IS NOT NULL;
CREATE INDEX difference_disputed ON difference (period) WHERE disputed_minor <> 0 OR credits IS NOT NULL;
CREATE INDEX difference_settled ON difference (settled_by) WHERE settled_by IS NOT NULL;
CREATE INDEX difference_written_off ON difference (currency) WHERE resolution = 'written-off';
CREATE INDEX difference_due ON difference (due) WHERE due IS NOT NULL;
-- What usage costs is less by what of it is a difference, and is asked for with every balance.
CREATE INDEX difference_of_usage ON difference (period) WHERE provider_order = '' AND product <> '';

-- What a person has said belongs together; a dead one stays on record.
CREATE TABLE manual_match (
    id           INTEGER PRIMARY KEY,
    period       INTEGER NOT NULL,
    difference   TEXT    NOT NULL REFERENCES difference,
    orders       TEXT    NOT NULL,       -- JSON: account row and order number of each
    billed       TEXT    NOT NULL,       -- JSON: the same
    disputed     TEXT,                   -- the difference of which they give something back, instead of orders
    removed      INTEGER NOT NULL CHECK (removed IN (0, 1))
) STRICT;
CREATE INDEX manual_match_of_period ON manual_match (period);

-- What accepted bills have settled of a charge: a charge is in `accrued` with its cost less what is cleared, until a row settles
-- it. A row that clears nothing says that the month was closed with the charge open.
CREATE TABLE clearing (
    charge_id     INTEGER NOT NULL REFERENCES charge,
    period        INTEGER NOT NULL,      -- of the bill
    version_id    INTEGER NOT NULL REFERENCES bill_version,
    rule          TEXT    NOT NULL,      -- a rule of matching, 'usage', 'decided' or 'carried'
    cleared_minor INTEGER NOT NULL,
    settles       INTEGER NOT NULL CHECK (settles IN (0, 1)),
    billed        TEXT    NOT NULL,      -- exact
    PRIMARY KEY (charge_id, period)
) STRICT, WITHOUT ROWID;

CREATE TABLE period (
    month        INTEGER PRIMARY KEY,
    state        TEXT    NOT NULL
) STRICT;

-- To whom the invoices of a legal person are made out, from a day on.
CREATE TABLE invoice_title (
    entity_id    INTEGER NOT NULL REFERENCES entity,
    valid_from   INTEGER NOT NULL,
    title        TEXT    NOT NULL,       -- JSON
    PRIMARY KEY (entity_id, valid_from)
) STRICT, WITHOUT ROWID;

-- An invoice or a red letter: requested, then issued, or void. What it says never changes.
CREATE TABLE invoice (
    id           INTEGER PRIMARY KEY,    -- people see i-7
    entity_id    INTEGER NOT NULL REFERENCES entity,
    currency     TEXT    NOT NULL,
    kind         TEXT    NOT NULL,       -- 'special' or 'general'
    form         TEXT    NOT NULL,       -- 'digital' or 'paper'
    rate         TEXT    NOT NULL,       -- percent
    state        TEXT    NOT NULL,       -- 'requested', 'issued' or 'void'
    requested    INTEGER NOT NULL,
    issued       INTEGER,                -- the day on it
    code         TEXT,                   -- of one on paper
    number       TEXT,
    corrects_id  INTEGER REFERENCES invoice,  -- of a red letter
    reason       TEXT,                   -- of a red letter, or of its being void
    title        TEXT    NOT NULL        -- JSON: as it was when it was requested
) STRICT;
CREATE UNIQUE INDEX invoice_number ON invoice (number, COALESCE(code, '')) WHERE number IS NOT NULL;

CREATE TABLE invoice_line (
    invoice_id   INTEGER NOT NULL REFERENCES invoice,
    position     INTEGER NOT NULL,
    account_id   INTEGER NOT NULL REFERENCES account,
    month        INTEGER NOT NULL,       -- of the statement
    gross_minor  INTEGER NOT NULL,       -- net and tax; below zero on a red letter
    net_minor    INTEGER NOT NULL,
    tax_minor    INTEGER NOT NULL,
    PRIMARY KEY (invoice_id, position)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER account_step_not_changed BEFORE UPDATE ON account_step BEGIN SELECT RAISE(ABORT, 'a life is append-only'); END;
CREATE TRIGGER account_step_not_deleted BEFORE DELETE ON account_step BEGIN SELECT RAISE(ABORT, 'a life is append-only'); END;
CREATE TRIGGER invoice_line_not_changed BEFORE UPDATE ON invoice_line BEGIN
    SELECT RAISE(ABORT, 'what an invoice says never changes');
END;
CREATE TRIGGER invoice_line_not_deleted BEFORE DELETE ON invoice_line BEGIN
    SELECT RAISE(ABORT, 'what an invoice says never changes');
END;

-- What a month was closed with, in the bytes that were hashed. A month that was reopened has another one for each time that it was
-- closed; the last one counts while the month is closed.
CREATE TABLE receipt (
    month        INTEGER NOT NULL,
    version      INTEGER NOT NULL,       -- 1 for the first close
    content      TEXT    NOT NULL,       -- JSON
    sha256       TEXT    NOT NULL,
    PRIMARY KEY (month, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE statement (
    month        INTEGER NOT NULL,
    version      INTEGER NOT NULL,       -- of the receipt that names it
    account_id   INTEGER NOT NULL REFERENCES account,
    content      TEXT    NOT NULL,       -- JSON, in the bytes that were hashed
    sha256       TEXT    NOT NULL,
    PRIMARY KEY (month, version, account_id)
) STRICT, WITHOUT ROWID;

-- Who answers for a check that fails when a month closes.
CREATE TABLE waiver (
    month        INTEGER NOT NULL,
    name         TEXT    NOT NULL,       -- of the check
    reason       TEXT    NOT NULL,
    operator     TEXT    NOT NULL,
    day          INTEGER NOT NULL,
    withdrawn    INTEGER NOT NULL CHECK (withdrawn IN (0, 1)),
    PRIMARY KEY (month, name)
) STRICT, WITHOUT ROWID;

-- Closed months that were opened again, all later ones with them; the log says who did it, and when. Append-only.
CREATE TABLE reopening (
    id           INTEGER PRIMARY KEY,
    month        INTEGER NOT NULL,       -- the first
    reason       TEXT    NOT NULL
) STRICT;


----------------------------------------------------------------------------------------------- what the database refuses

-- The sums are taken in one walk over the lines. What all of them add up to settles an entry of one currency; only one of several
-- is grouped, which takes SQLite a sorter.
CREATE TRIGGER entry_sealed BEFORE INSERT ON entry BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only: an entry with this id exists') FROM entry WHERE id = NEW.id;
    SELECT RAISE(ABORT, 'an entry can be reversed once') FROM entry WHERE reverses = NEW.reverses;
    SELECT CASE
           WHEN lines = 0 THEN RAISE(ABORT, 'an entry needs postings')
           WHEN known < lines THEN RAISE(ABORT, 'a posting names a ledger account that does not exist')
           WHEN total <> 0 OR lowest <> highest AND EXISTS (
                SELECT 1 FROM posting AS p JOIN ledger_account AS l ON l.id = p.ledger_account_id
                 WHERE p.entry_id = NEW.id GROUP BY l.currency HAVING SUM(p.amount_minor) <> 0)
           THEN RAISE(ABORT, 'an entry balances per currency')
           END
      FROM (SELECT COUNT(*) AS lines, COUNT(l.id) AS known, SUM(p.amount_minor) AS total,
                   MIN(l.currency) AS lowest, MAX(l.currency) AS highest
              FROM posting AS p LEFT JOIN ledger_account AS l ON l.id = p.ledger_account_id
             WHERE p.entry_id = NEW.id);
    SELECT RAISE(ABORT, 'the month is closed') FROM period WHERE state = 'closed' AND month >= NEW.effective / 100;
END;
CREATE TRIGGER entry_not_changed BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER entry_not_deleted BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER posting_before_seal BEFORE INSERT ON posting BEGIN
    SELECT RAISE(ABORT, 'the entry is sealed') FROM entry WHERE id = NEW.entry_id;
    SELECT RAISE(ABORT, 'the journal is append-only: this posting exists')
      FROM posting WHERE entry_id = NEW.entry_id AND line = NEW.line;
END;
CREATE TRIGGER posting_not_changed BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER posting_not_deleted BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TRIGGER ledger_account_once BEFORE INSERT ON ledger_account BEGIN
    SELECT RAISE(ABORT, 'this ledger account exists')
     WHERE EXISTS (SELECT 1 FROM ledger_account WHERE id = NEW.id
                    OR (code = NEW.code AND owner_kind = NEW.owner_kind AND owner_id = NEW.owner_id AND currency = NEW.currency));
END;
CREATE TRIGGER ledger_account_not_changed BEFORE UPDATE ON ledger_account BEGIN SELECT RAISE(ABORT, 'a ledger account never changes'); END;
CREATE TRIGGER ledger_account_not_deleted BEFORE DELETE ON ledger_account BEGIN SELECT RAISE(ABORT, 'a ledger account is never deleted'); END;

CREATE TRIGGER operation_once BEFORE INSERT ON operation BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only') WHERE EXISTS (SELECT 1 FROM operation WHERE id = NEW.id OR key = NEW.key);
END;
CREATE TRIGGER operation_not_changed BEFORE UPDATE ON operation BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER operation_not_deleted BEFORE DELETE ON operation BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER change_once BEFORE INSERT ON change BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only') WHERE EXISTS (SELECT 1 FROM change WHERE id = NEW.id);
END;
CREATE TRIGGER change_not_changed BEFORE UPDATE ON change BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER change_not_deleted BEFORE DELETE ON change BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

CREATE TRIGGER order_once BEFORE INSERT ON orders BEGIN
    SELECT RAISE(ABORT, 'orders are append-only') FROM orders WHERE id = NEW.id;
    SELECT RAISE(ABORT, 'orders are append-only') FROM orders WHERE provider_order = NEW.provider_order;
END;
CREATE TRIGGER order_not_changed BEFORE UPDATE ON orders BEGIN SELECT RAISE(ABORT, 'orders are append-only'); END;
CREATE TRIGGER order_not_deleted BEFORE DELETE ON orders BEGIN SELECT RAISE(ABORT, 'orders are append-only'); END;

CREATE TRIGGER charge_once BEFORE INSERT ON charge BEGIN
    SELECT RAISE(ABORT, 'charges are append-only') FROM charge WHERE id = NEW.id;
    SELECT RAISE(ABORT, 'charges are append-only') FROM charge WHERE order_id = NEW.order_id;
END;
CREATE TRIGGER charge_not_changed BEFORE UPDATE ON charge BEGIN SELECT RAISE(ABORT, 'charges are append-only'); END;
CREATE TRIGGER charge_not_deleted BEFORE DELETE ON charge BEGIN SELECT RAISE(ABORT, 'charges are append-only'); END;

CREATE TRIGGER clearing_once BEFORE INSERT ON clearing BEGIN
    SELECT RAISE(ABORT, 'what a bill has settled stays') FROM clearing WHERE charge_id = NEW.charge_id AND period = NEW.period;
    SELECT RAISE(ABORT, 'this charge is settled') FROM clearing WHERE charge_id = NEW.charge_id AND settles;
END;
CREATE TRIGGER clearing_not_changed BEFORE UPDATE ON clearing BEGIN SELECT RAISE(ABORT, 'what a bill has settled stays'); END;
-- What it has settled goes when its month is opened again, and the bill is accepted anew.
CREATE TRIGGER clearing_not_deleted BEFORE DELETE ON clearing
    WHEN EXISTS (SELECT 1 FROM period AS p WHERE p.month = OLD.period AND p.state = 'closed')
BEGIN SELECT RAISE(ABORT, 'what a bill has settled stays'); END;
CREATE TRIGGER reopening_once BEFORE INSERT ON reopening BEGIN
    SELECT RAISE(ABORT, 'reopenings are append-only') FROM reopening WHERE id = NEW.id;
END;
CREATE TRIGGER reopening_not_changed BEFORE UPDATE ON reopening BEGIN SELECT RAISE(ABORT, 'reopenings are append-only'); END;
CREATE TRIGGER reopening_not_deleted BEFORE DELETE ON reopening BEGIN SELECT RAISE(ABORT, 'reopenings are append-only'); END;

CREATE TRIGGER coupon_once BEFORE INSERT ON coupon BEGIN
    SELECT RAISE(ABORT, 'coupons are append-only') FROM coupon WHERE order_id = NEW.order_id AND kind = NEW.kind;
END;
CREATE TRIGGER coupon_not_changed BEFORE UPDATE ON coupon BEGIN SELECT RAISE(ABORT, 'coupons are append-only'); END;
CREATE TRIGGER coupon_not_deleted BEFORE DELETE ON coupon BEGIN SELECT RAISE(ABORT, 'coupons are append-only'); END;

CREATE TRIGGER true_up_once BEFORE INSERT ON true_up BEGIN
    SELECT RAISE(ABORT, 'true-ups are append-only') WHERE EXISTS (SELECT 1 FROM true_up WHERE id = NEW.id);
END;
CREATE TRIGGER true_up_not_changed BEFORE UPDATE ON true_up BEGIN SELECT RAISE(ABORT, 'true-ups are append-only'); END;
CREATE TRIGGER true_up_not_deleted BEFORE DELETE ON true_up BEGIN SELECT RAISE(ABORT, 'true-ups are append-only'); END;

CREATE TRIGGER settlement_once BEFORE INSERT ON settlement BEGIN
    SELECT RAISE(ABORT, 'what a settlement has paid stays') FROM settlement
     WHERE entry_id = NEW.entry_id AND account_id = NEW.account_id AND month = NEW.month;
END;
CREATE TRIGGER settlement_not_changed BEFORE UPDATE ON settlement BEGIN SELECT RAISE(ABORT, 'what a settlement has paid stays'); END;
CREATE TRIGGER settlement_not_deleted BEFORE DELETE ON settlement BEGIN SELECT RAISE(ABORT, 'what a settlement has paid stays'); END;

CREATE TRIGGER dunning_once BEFORE INSERT ON dunning BEGIN
    SELECT RAISE(ABORT, 'a debt is dunned once at each level') FROM dunning
     WHERE account_id = NEW.account_id AND month = NEW.month AND level = NEW.level;
END;
CREATE TRIGGER dunning_not_changed BEFORE UPDATE ON dunning BEGIN SELECT RAISE(ABORT, 'what was dunned stays'); END;
CREATE TRIGGER dunning_not_deleted BEFORE DELETE ON dunning BEGIN SELECT RAISE(ABORT, 'what was dunned stays'); END;

CREATE TRIGGER opening_once BEFORE INSERT ON opening BEGIN
    SELECT RAISE(ABORT, 'the opening stays') WHERE EXISTS (SELECT 1 FROM opening);
END;
CREATE TRIGGER opening_not_changed BEFORE UPDATE ON opening BEGIN SELECT RAISE(ABORT, 'the opening stays'); END;
CREATE TRIGGER opening_not_deleted BEFORE DELETE ON opening BEGIN SELECT RAISE(ABORT, 'the opening stays'); END;

CREATE TRIGGER opening_volume_once BEFORE INSERT ON opening_volume BEGIN
    SELECT RAISE(ABORT, 'the opening stays') FROM opening_volume
     WHERE scope = NEW.scope AND owner_id = NEW.owner_id AND currency = NEW.currency AND day = NEW.day;
END;
CREATE TRIGGER opening_volume_not_changed BEFORE UPDATE ON opening_volume BEGIN SELECT RAISE(ABORT, 'the opening stays'); END;
CREATE TRIGGER opening_volume_not_deleted BEFORE DELETE ON opening_volume BEGIN SELECT RAISE(ABORT, 'the opening stays'); END;

CREATE TRIGGER receipt_once BEFORE INSERT ON receipt BEGIN
    SELECT RAISE(ABORT, 'a receipt stays') WHERE EXISTS (SELECT 1 FROM receipt WHERE month = NEW.month AND version = NEW.version);
END;
CREATE TRIGGER receipt_not_changed BEFORE UPDATE ON receipt BEGIN SELECT RAISE(ABORT, 'a receipt stays'); END;
CREATE TRIGGER receipt_not_deleted BEFORE DELETE ON receipt BEGIN SELECT RAISE(ABORT, 'a receipt stays'); END;

CREATE TRIGGER statement_once BEFORE INSERT ON statement BEGIN
    SELECT RAISE(ABORT, 'a frozen statement stays') FROM statement
     WHERE month = NEW.month AND version = NEW.version AND account_id = NEW.account_id;
END;
CREATE TRIGGER statement_not_changed BEFORE UPDATE ON statement BEGIN SELECT RAISE(ABORT, 'a frozen statement stays'); END;
CREATE TRIGGER statement_not_deleted BEFORE DELETE ON statement BEGIN SELECT RAISE(ABORT, 'a frozen statement stays'); END;
