//! The topics of `help` that are texts: what a person reads once, before setting the tool up or trusting it.

/// `help rights`.
pub(super) const RIGHTS: &str = "\
Who may do what

Whoever runs a command is an OS user. The book knows them as an operator, by number (`operator
add NAME --uid N`), and looks at what they were granted: roles, for the whole book or for some
groups, from a day to a day. Each command needs one permission; `operator permissions` lists
them all. Every operator reads the whole book; nobody else does anything with it. A refusal for
lack of rights ends with 4 and is recorded (`audit log --result denied`), a look too; it comes
before any file is opened that the command names.

  admin     operators, policy, the agent and the chain above it, restore
  manager   entities, groups, accounts, hand-overs, orders, agreements, freeze and thaw
  finance   pool, funds, credit, budgets, settlements, agreements, bills, reconciliation,
            periods, statements, invoices, freeze and thaw
  tech      orders and refunds
  auditor   nothing but what everybody may: read, check, export, back up

A role for some groups (`--group acme globex`; manager, finance, tech) holds for these, their
accounts, their money, their orders and their agreements. It does not hold for what concerns the
whole book: bills, the pool, months, invoices, differences, new groups. What belongs to two
groups (an owner's accounts, a transfer, an order list) needs both. `operator revoke` takes back
at once or from a day on, `operator disable` stops everything. One administrator of the whole
book always stays. `report duties` tells who holds both sides of anything.

The real separation

The file is the book: whoever can write it can do anything to it. So let it belong to a service
user in whose name nobody logs in, and let people reach it through sudo alone:

  useradd --system --create-home --home-dir /srv/subledger --shell /usr/sbin/nologin subledger
  chmod 700 /srv/subledger
  install -o root -m 755 subledger /usr/local/bin/subledger
  groupadd books; usermod -aG books subledger; usermod -aG books li.na
  install -d -o root -g books -m 3770 /srv/subledger-files    # bills in, statements out

  # /etc/sudoers.d/subledger (mode 0440, checked by visudo -c)
  %books ALL=(subledger) NOPASSWD: NOSETENV: \\
      /usr/local/bin/subledger --book /srv/subledger/book.db *

  # in the people's shell profile
  subledger() { sudo -u subledger /usr/local/bin/subledger --book /srv/subledger/book.db \"$@\"; }

The tool then acts for whoever has called sudo, by the SUDO_UID that sudo itself sets; NOSETENV
keeps people from setting it. It is believed only where the process owns the book (or makes it):
somebody who sets SUDO_UID on their own account stays who they are. The rule names the book, and a
second --book is refused: without that, people could read and write the service user's other
files through books of their own. The folder is sticky (3770), so that nobody puts something else
in the place of a file that is being written there. Whoever makes the book
(`subledger init`) is its first operator, with every role: give the others theirs, then give up
what you do not need.

What this cannot do: whoever logs in as the service user, or is root, owns the book, and can say
who they like to be. Keep the head of the log elsewhere (`help audit`).";

/// `help approvals`.
pub(super) const APPROVALS: &str = "\
What takes two people

`policy set approval-limit` says up to how much money moves without a second person:

  none                             nothing waits (the usual)
  50000                            more than 50000 waits, in every currency
  50000 CNY, 8000 USD              by currency; where none is named, nothing waits
  50000, fund 20000 CNY            by family: pool, fund, settlement
  50000, credit 100000             credit limits wait only where `credit` is named
  50000, period 10000              closing without a bill (below)

Of several limits that fit, the one that names the family counts before one that does not, and
then the one that names the currency. What counts is the sum of the debits of the entries; of
`credit set` the new limit, if it is more than before. At the limit it still goes through.

  pool        top-up, pay
  fund        deposit, withdraw, allocate, reclaim, transfer, apply
  settlement  receive, apply, write-off, charge-back
  credit      set (and no account begins with more: `account create --credit`)
  period      close --without-bill: as soon as there is any limit, whatever it comes to, unless
              a limit for `period` says otherwise

What is above it is tried, taken back and kept as a request (exit 3). Another operator with the
same right looks at it, and decides:

  subledger approval list
  subledger approval show a-1       # the entries that it will post, and what else it will do
  subledger approval approve a-1    # or: reject a-1 --reason WHY
  subledger approval withdraw a-1   # by who has asked for it

Approved, it runs exactly as it was asked for, on its day: it posts the same entries and does the
same beside them, or it is refused because the book has moved, and goes on waiting. A rule that
forbids it by then speaks for itself. Nobody decides on their own request; who has lost the
right meanwhile has no request any more. After `approval-days` (7) it can only be withdrawn. A
month does not close while something waits in it.

Not covered: orders and refunds, whose prices are the agreements'; how differences are settled
(`write-off-limit` limits what is written off); invoices, which post nothing; the opening. And
whoever may set the limit can lift it: `report duties` tells who has set it and moved money.";

/// `help audit`.
pub(super) const AUDIT: &str = "\
What the audit log proves, and what it cannot

Every command that writes is one operation: its number, its time, the operator, the OS user, the
command and what was typed, what it changed (each row before and after), the orders, charges and
entries that it recorded, and a SHA-256 over all of that and the hash before it, in a fixed and
versioned byte form. `audit log` reads it, `audit show N` shows one operation whole.

  subledger audit head              # the hash of the last operation; it covers all before it
  subledger check                   # is everything as the log says, and the log as its hashes?
  subledger check --head HASH       # and is it the same log from which I have that hash?

`check` without a hash proves that the book agrees with itself: whoever changes an amount, an
operator, a date, an account, a bill or an order in the file, in any table, is found out, unless
they also recompute every hash from there on. The file does not stop anybody who can write it
from doing that, or from putting another book in its place.

`check --head` proves more, because whoever rewrites the history cannot know or keep the hash
that you hold: if it passes, nothing up to that operation was changed, added or taken out since
you were told the hash. So keep heads where those who can write the book cannot: mail them to
the auditor, print them under the month's statements. The receipt of a closed month has one. A
restored backup goes on as a branch of its own: a head noted after the backup fails, as it should.

What it cannot prove:
- that what was typed was true, or that everything that happened was typed;
- who sat at the keyboard: it names the OS user, as the system told it (`help rights`);
- when, beyond the machine's clock: operations are in order, times are what the clock said;
- what came after the head that you keep: take one often.

Of mobile numbers, phone numbers, bank accounts and addresses the log shows the ends only; of
identity numbers the book has no more, in whichever argument they were typed. Of what was typed
where somebody had not the right, it keeps the first 200 characters of each argument.";
