//! The command line: the command tree, files, terminals, questions, the clock.
//!
//! The only layer that prints, asks, exits, reads the environment and writes files other than the book. The folders mirror the
//! command tree: `cli/fund/deposit.rs` is `subledger fund deposit`. A verb parses into domain types, calls one use case or one
//! look, and gives the answer.

mod account;
mod agent;
mod alert;
mod approval;
mod args;
mod audit;
mod backup;
mod bill;
mod budget;
mod check;
mod compliance;
mod context;
mod credit;
mod demo;
mod difference;
mod entity;
pub mod exit;
mod failure;
mod files;
mod fund;
mod group;
mod handover;
mod help;
mod init;
mod input;
mod invitation;
mod invoice;
mod month_end;
mod notice;
mod opening;
mod operator;
mod order;
mod period;
mod policy;
mod pool;
mod price;
mod prompt;
mod reconcile;
mod report;
mod restore;
mod settings;
mod settlement;
mod statement;
mod status;
mod ui;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use context::{Context, Ended, GlobalArgs};
use exit::Exit;
use failure::Failure;

use crate::book;
use crate::domain::code::is_unprintable;

/// The cloud reseller's sub-ledger: sub-accounts, their money, and every provider bill proved to the cent
///
/// One book, one SQLite file: it opens and associates customers' sub-accounts, holds and allocates their money, records their
/// orders at the discount that the whole group has earned, proves the provider's bill against them, and closes the month with
/// a statement for each account.
///
/// `subledger demo` builds a small book in ./subledger-demo and walks through a month end.
#[derive(Debug, Parser)]
#[command(name = "subledger", version, after_help = exit::HELP, max_term_width = 110, propagate_version = true)]
#[command(disable_help_subcommand = true, subcommand_required = true, arg_required_else_help = true)]
struct Cli {
    #[command(flatten)]
    global: GlobalArgs,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::InitArgs),
    Status(status::StatusArgs),
    #[command(subcommand)]
    Agent(agent::AgentCommand),
    #[command(subcommand)]
    Entity(entity::EntityCommand),
    #[command(subcommand)]
    Group(group::GroupCommand),
    #[command(subcommand)]
    Account(account::AccountCommand),
    #[command(subcommand)]
    Invitation(invitation::InvitationCommand),
    #[command(subcommand)]
    Handover(handover::HandoverCommand),
    #[command(subcommand)]
    Pool(pool::PoolCommand),
    #[command(subcommand)]
    Fund(fund::FundCommand),
    #[command(subcommand)]
    Credit(credit::CreditCommand),
    #[command(subcommand)]
    Budget(budget::BudgetCommand),
    #[command(subcommand)]
    Price(price::PriceCommand),
    #[command(subcommand)]
    Opening(opening::OpeningCommand),
    #[command(subcommand)]
    Order(order::OrderCommand),
    #[command(subcommand)]
    Bill(bill::BillCommand),
    #[command(subcommand)]
    Reconcile(reconcile::ReconcileCommand),
    #[command(subcommand)]
    Difference(difference::DifferenceCommand),
    #[command(subcommand)]
    Statement(statement::StatementCommand),
    #[command(subcommand)]
    Settlement(settlement::SettlementCommand),
    #[command(subcommand)]
    Invoice(invoice::InvoiceCommand),
    #[command(subcommand)]
    Period(period::PeriodCommand),
    MonthEnd(month_end::MonthEndArgs),
    Check(check::CheckArgs),
    Backup(backup::BackupArgs),
    Restore(restore::RestoreArgs),
    #[command(subcommand)]
    Compliance(compliance::ComplianceCommand),
    #[command(subcommand)]
    Alert(alert::AlertCommand),
    #[command(subcommand)]
    Operator(operator::OperatorCommand),
    #[command(subcommand)]
    Approval(approval::ApprovalCommand),
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    #[command(subcommand)]
    Report(report::ReportCommand),
    Demo(demo::DemoArgs),
    Help(help::HelpArgs),
}

impl Command {
    /// The extension of the file that it writes with --output, where what it answers is a text and no document.
    fn text_form(&self) -> Option<&'static str> {
        match self {
            Self::Account(command) => command.text_form(),
            Self::Invitation(command) => command.text_form(),
            _ => None,
        }
    }

    fn run(self, context: &Context) -> Ended {
        match self {
            Self::Init(args) => args.run(context),
            Self::Status(args) => args.run(context),
            Self::Agent(command) => command.run(context),
            Self::Entity(command) => command.run(context),
            Self::Group(command) => command.run(context),
            Self::Account(command) => command.run(context),
            Self::Invitation(command) => command.run(context),
            Self::Handover(command) => command.run(context),
            Self::Pool(command) => command.run(context),
            Self::Fund(command) => command.run(context),
            Self::Credit(command) => command.run(context),
            Self::Budget(command) => command.run(context),
            Self::Price(command) => command.run(context),
            Self::Opening(command) => command.run(context),
            Self::Order(command) => command.run(context),
            Self::Bill(command) => command.run(context),
            Self::Reconcile(command) => command.run(context),
            Self::Difference(command) => command.run(context),
            Self::Statement(command) => command.run(context),
            Self::Settlement(command) => command.run(context),
            Self::Invoice(command) => command.run(context),
            Self::Period(command) => command.run(context),
            Self::MonthEnd(args) => args.run(context),
            Self::Check(args) => args.run(context),
            Self::Backup(args) => args.run(context),
            Self::Restore(args) => args.run(context),
            Self::Compliance(command) => command.run(context),
            Self::Alert(command) => command.run(context),
            Self::Operator(command) => command.run(context),
            Self::Approval(command) => command.run(context),
            Self::Policy(command) => command.run(context),
            Self::Audit(command) => command.run(context),
            Self::Report(command) => command.run(context),
            Self::Demo(args) => args.run(context),
            Self::Help(args) => args.run(context),
        }
    }
}

/// Runs one command line, the program's name first, and says how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    run_line(arguments).into()
}

/// Runs one command line. The demo runs its own lines through here.
fn run_line(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let mut command = Cli::command();
    match parse(&mut command, &arguments) {
        Ok((cli, matches)) => {
            let context = Context::new(cli.global, &command, &matches);
            let ended = context.require_output(cli.command.text_form()).and_then(|()| cli.command.run(&context));
            let ended = match ended {
                // Not done, and no failure either.
                Err(Failure::Book(book::Error::Requested(done))) => approval::tell_requested(&context, &done),
                ended => ended,
            };
            ended.unwrap_or_else(|failure| failure::tell(&failure, &context.ui))
        }
        Err(error) => refuse_line(&arguments, &error),
    }
}

fn parse(command: &mut clap::Command, arguments: &[OsString]) -> Result<(Cli, ArgMatches), clap::Error> {
    let matches = command.try_get_matches_from_mut(arguments)?;
    require_one_book(command, arguments)?;
    let cli = Cli::from_arg_matches(&matches)?;
    Ok((cli, matches))
}

/// Refuses a second `--book`, wherever it stands: a sudo rule names the book in front of what people type, and of two the parser
/// would take the one behind the command.
fn require_one_book(command: &mut clap::Command, arguments: &[OsString]) -> Result<(), clap::Error> {
    let options = arguments.iter().take_while(|argument| *argument != "--");
    let books = options.filter(|argument| *argument == "--book" || argument.as_encoded_bytes().starts_with(b"--book="));
    if books.count() > 1 {
        let message = "the argument '--book <PATH>' cannot be used multiple times";
        return Err(command.error(clap::error::ErrorKind::ArgumentConflict, message));
    }
    Ok(())
}

/// Help and version are answers; everything else is a wrong command line.
fn refuse_line(arguments: &[OsString], error: &clap::Error) -> Exit {
    let wants_json = arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
        || arguments.iter().any(|argument| argument == "--format=json");
    if !error.use_stderr() {
        return match error.print() {
            Err(problem) if problem.kind() != std::io::ErrorKind::BrokenPipe => Exit::Refused,
            _ => Exit::Done,
        };
    }
    let text = error.render().to_string();
    if wants_json {
        let message = text.trim_start_matches("error: ").trim().to_owned();
        ui::say_error_object(&serde_json::json!({ "error": { "code": "usage", "message": message, "hint": "--help" } }));
    } else if text.chars().any(|character| character != '\n' && is_unprintable(character)) {
        // What was typed stands in it: it could steer the terminal.
        ui::say_escaped(&text);
    } else {
        // When standard error is closed there is nobody left to tell.
        drop(error.print());
    }
    Exit::Usage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }

    /// Every command has a help page: a first line without a full stop, and examples behind it, in lines that need no wrapping.
    #[test]
    fn every_command_explains_itself() {
        fn walk(command: &clap::Command, path: &str) {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(!about.is_empty() && !about.ends_with('.'), "{path}: {about:?}");
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(!help.is_empty(), "{path} {} has no help", argument.get_id());
            }
            if !command.has_subcommands() {
                let page = command.get_long_about().map(ToString::to_string).unwrap_or_default();
                assert!(page.contains("Examples:"), "{path} has no example");
                // A page that is not on a terminal has 100 columns, and a wider line would be broken in the middle of an example.
                let wide = page.lines().find(|line| line.chars().count() > 98);
                assert!(wide.is_none(), "{path}: {wide:?}");
            }
            for inner in command.get_subcommands() {
                walk(inner, &format!("{path} {}", inner.get_name()));
            }
        }
        walk(&Cli::command(), "subledger");
    }
}
