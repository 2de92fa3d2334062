//! The command line as people and scripts meet it: what is printed where, and how a command ends.

mod bad_input;
mod book;
mod help;
mod keys;
mod output;
mod preview;
mod refusals;
mod story;
