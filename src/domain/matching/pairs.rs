//! The pairs of a month: one for each order number of each account, found by both. Months have millions, so a pair is kept small;
//! nothing is decided here.

use hashbrown::HashTable;

use crate::domain::bill::OrderNumber;
use crate::domain::fingerprint::content_hash;
use crate::domain::id::{AccountId, ChargeId};
use crate::domain::money::{Amount, Exact, Overflow};

/// One order number of one account, with both its sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) account: AccountId,
    pub(super) order_no: KeptNumber,
    /// The recorded order's charge; 0 where nothing is recorded.
    charge: ChargeId,
    /// What the book still expects.
    pub(super) expected: Amount,
    pub(super) billed: Exact,
    pub(super) lines: u32,
    /// Whether an earlier month was closed with it open.
    pub(super) carried: bool,
}

impl Pair {
    /// The recorded order's charge.
    pub(super) fn recorded(&self) -> Option<ChargeId> {
        Some(self.charge).filter(|charge| charge.0 != 0)
    }

    /// Records an order.
    pub(super) fn record(&mut self, charge: ChargeId, expected: Amount, carried: bool) {
        (self.charge, self.expected, self.carried) = (charge, expected, carried);
    }
}

/// Where a pair stands: whoever has read a line or an order remembers by it whether more of it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PairPlace(pub(super) u32);

/// An order number as a pair keeps it: a text by its place in [`Pairs::texts`].
#[derive(Clone, Copy, Debug)]
pub(super) enum KeptNumber {
    Plain(i64),
    Text(u32),
}

/// The pairs of a month, found by account and order number.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    pub(super) all: Vec<Pair>,
    texts: Vec<Box<str>>,
    places: HashTable<u32>,
}

impl Pairs {
    pub(super) fn number(&self, kept: KeptNumber) -> OrderNumber<'_> {
        match kept {
            KeptNumber::Plain(number) => OrderNumber::Plain(number),
            KeptNumber::Text(place) => OrderNumber::Text(&self.texts[place as usize]),
        }
    }

    /// The place of an order number's pair.
    pub(super) fn find(&self, account: AccountId, order_no: OrderNumber<'_>) -> Option<usize> {
        let is_it = |place: &u32| {
            let pair = &self.all[*place as usize];
            pair.account == account && self.number(pair.order_no) == order_no
        };
        self.places.find(hash_of(account, order_no), is_it).map(|place| *place as usize)
    }

    /// The place of an order number's pair, made when it is new.
    pub(super) fn place_of(&mut self, account: AccountId, order_no: OrderNumber<'_>) -> Result<PairPlace, Overflow> {
        if let Some(place) = self.find(account, order_no) {
            return u32::try_from(place).map(PairPlace).map_err(|_| Overflow);
        }
        let place = u32::try_from(self.all.len()).map_err(|_| Overflow)?;
        let kept = match order_no {
            OrderNumber::Plain(number) => KeptNumber::Plain(number),
            other => {
                self.texts.push(other.to_string().into());
                KeptNumber::Text(u32::try_from(self.texts.len() - 1).map_err(|_| Overflow)?)
            }
        };
        let (all, texts) = (&self.all, &self.texts);
        self.places.insert_unique(hash_of(account, order_no), place, |place| {
            let pair = &all[*place as usize];
            match pair.order_no {
                KeptNumber::Plain(number) => hash_of(pair.account, OrderNumber::Plain(number)),
                KeptNumber::Text(text) => hash_of(pair.account, OrderNumber::Text(&texts[text as usize])),
            }
        });
        let nothing = Amount::ZERO;
        self.all.push(Pair {
            account,
            order_no: kept,
            charge: ChargeId(0),
            expected: nothing,
            billed: Exact::ZERO,
            lines: 0,
            carried: false,
        });
        Ok(PairPlace(place))
    }
}

fn hash_of(account: AccountId, order_no: OrderNumber<'_>) -> u64 {
    let number = match order_no {
        OrderNumber::Plain(number) => number.cast_unsigned(),
        OrderNumber::Text(text) => content_hash(text.as_bytes()),
        OrderNumber::Absent => 0,
    };
    // Numbers of one month differ in their last digits only: multiplying spreads them over all bits.
    let mixed = (number ^ account.0.cast_unsigned().rotate_left(32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}
