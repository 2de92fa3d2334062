//! What the tool knows and decides: money, prices, matching, the close.
//!
//! Everything here is pure: values in, values or a [`Refusal`](refusal::Refusal) out. No file, no SQL, no clock, no command
//! line and no floating point may appear in this layer, so that every rule can be tested without a book.

pub mod acceptance;
pub mod account;
pub mod agreement;
pub mod alert;
pub mod association;
pub mod bill;
pub mod bill_diff;
pub mod bridge;
pub mod budget;
pub mod buying_order;
pub mod chain;
pub mod chart;
pub mod close;
pub mod code;
pub mod contact;
pub mod coupon;
pub mod dated;
pub mod difference;
pub mod dunning;
pub mod entity;
pub mod exposure;
pub mod finality;
pub mod fingerprint;
pub mod id;
pub mod input;
pub mod invitation;
pub mod invoice;
pub mod journal;
pub mod margin;
pub mod matching;
pub mod money;
pub mod money_history;
pub mod opening;
pub mod order;
pub mod other_terms;
pub mod percent;
pub mod period;
pub mod plan;
pub mod policy;
pub mod price;
pub mod progress;
pub mod random;
pub mod rate;
pub mod refund;
pub mod refusal;
pub mod repricing;
pub mod role;
pub mod rules;
pub mod run_rate;
pub mod runway;
pub mod saving;
pub mod schedule;
pub mod settlement;
pub mod statement;
pub mod statement_proof;
pub mod suggest;
pub mod true_up;
pub mod usage;
pub mod usage_check;
pub mod words;

pub use words::plural;
