//! The parties above the agent: who sells to whom, up to the provider, and what hangs below each of them.
//!
//! Level 0 is the provider itself, level 1 whoever buys from it, and so on; the agent stands below the last. Pure: which accounts
//! hang below a party, and whether one that is frozen stands above them, follows from the parties and what accounts say.

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::code::Name;
use super::id::UpstreamId;
use super::refusal::{Noun, Refusal};
use super::suggest::nearest;

/// No certificate runs for longer than so many years: a later day is a slip of the finger.
pub const CERTIFICATE_YEARS_MAX: i32 = 50;

/// That somebody froze a party, or thawed it: when, who, why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// From when it holds.
    pub day: NaiveDate,
    /// Who recorded it.
    pub operator: String,
    /// Why.
    pub reason: Name,
}

/// The last time that a party was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// How it began.
    pub frozen: Act,
    /// How it ended, if it has.
    pub thawed: Option<Act>,
}

/// A party above the agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upstream {
    /// Its row.
    pub id: UpstreamId,
    /// What people call it; found without regard to case.
    pub name: Name,
    /// How many parties stand between it and the provider, itself included.
    pub level: u16,
    /// From whom it buys, where that is recorded.
    pub above: Option<UpstreamId>,
    /// The number of the certificate by which it may sell.
    pub authorisation: Option<Name>,
    /// The last day on which the certificate is valid.
    pub expires: Option<NaiveDate>,
    /// The last time that it was frozen.
    pub freeze: Option<Freeze>,
    /// Whether it was taken out of the chain.
    pub removed: bool,
}

impl Upstream {
    /// Since when, by whom and why it is frozen now.
    pub fn frozen(&self) -> Option<&Act> {
        self.freeze.as_ref().filter(|freeze| freeze.thawed.is_none()).map(|freeze| &freeze.frozen)
    }

    /// Whether it has a certificate. Where only the number or only the last day is known, it has one.
    pub fn has_certificate(&self) -> bool {
        self.authorisation.is_some() || self.expires.is_some()
    }

    /// Whether its certificate has run out by a day.
    pub fn has_expired(&self, day: NaiveDate) -> bool {
        self.expires.is_some_and(|last| last < day)
    }

    /// Whether it may sell on a day, by what is recorded. The provider itself needs no certificate.
    pub fn is_authorised_on(&self, day: NaiveDate) -> bool {
        (self.has_certificate() || self.level == 0) && !self.has_expired(day)
    }

    /// How many days are left of its certificate; below zero once it has run out.
    pub fn days_left(&self, day: NaiveDate) -> Option<i64> {
        self.expires.map(|last| (last - day).num_days())
    }

    /// Whether somebody should see to its certificate: it is not authorised, or not for more than so many days.
    pub fn needs_renewal(&self, day: NaiveDate, within: u16) -> bool {
        !self.is_authorised_on(day) || self.days_left(day).is_some_and(|left| left <= i64::from(within))
    }

    /// The same, frozen.
    pub fn freeze(&self, act: Act) -> Result<Self, Refusal> {
        match self.frozen() {
            None => Ok(Self { freeze: Some(Freeze { frozen: act, thawed: None }), ..self.clone() }),
            Some(Act { day, reason, .. }) => {
                Err(Refusal::ChainFrozenAlready { party: self.name.clone(), since: *day, reason: reason.clone() })
            }
        }
    }

    /// The same, not frozen any more.
    pub fn thaw(&self, act: Act) -> Result<Self, Refusal> {
        let frozen = self.frozen().ok_or_else(|| Refusal::ChainNotFrozen { party: self.name.clone() })?.clone();
        Ok(Self { freeze: Some(Freeze { frozen, thawed: Some(act) }), ..self.clone() })
    }
}

/// The last day of a certificate, which may have passed, but lies no lifetime ahead.
pub fn require_likely_end(expires: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Refusal> {
    // The 29th of February has no anniversary in most years.
    let latest = today.with_year(today.year() + CERTIFICATE_YEARS_MAX).unwrap_or(today + chrono::Days::new(18_263));
    if expires > latest {
        return Err(Refusal::CertificateTooLong { expires, latest });
    }
    Ok(expires)
}

/// The parties above the agent as they are now, by level, then by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpstreamChain(Vec<Upstream>);

impl UpstreamChain {
    /// Out of all that are recorded: those that were removed are left out.
    pub fn new(mut parties: Vec<Upstream>) -> Self {
        parties.retain(|party| !party.removed);
        parties.sort_by(|one, other| (one.level, &one.name).cmp(&(other.level, &other.name)));
        Self(parties)
    }

    /// Every party.
    pub fn parties(&self) -> &[Upstream] {
        &self.0
    }

    /// How many levels the agent stands below the provider: the highest that is recorded.
    pub fn depth(&self) -> Option<u16> {
        self.0.iter().map(|party| party.level).max()
    }

    /// The party of an id.
    pub fn party(&self, id: UpstreamId) -> Option<&Upstream> {
        self.0.iter().find(|party| party.id == id)
    }

    /// The party of a name, in any case.
    pub fn named(&self, name: &Name) -> Option<&Upstream> {
        self.0.iter().find(|party| is_same(&party.name, name))
    }

    /// The same, or the nearest names.
    pub fn find(&self, name: &Name) -> Result<&Upstream, Refusal> {
        self.named(name).ok_or_else(|| {
            let known: Vec<String> = self.0.iter().map(|party| party.name.to_string()).collect();
            Refusal::Unknown { noun: Noun::Upstream, name: name.to_string(), near: nearest(name.as_str(), &known) }
        })
    }

    /// The party of a name that sells to the agent: accounts are bought through one of those.
    pub fn seller(&self, name: &Name) -> Result<&Upstream, Refusal> {
        let party = self.find(name)?;
        if self.lowest().any(|lowest| lowest.id == party.id) {
            return Ok(party);
        }
        let sellers = self.lowest().map(|lowest| lowest.name.clone()).collect();
        Err(Refusal::ChainNotSeller { party: party.name.clone(), sellers })
    }

    /// From a party up to the top, the party first. It ends, whatever is stored: nobody is passed twice.
    pub fn path_up(&self, from: UpstreamId) -> Vec<&Upstream> {
        let mut path: Vec<&Upstream> = Vec::new();
        let mut next = self.party(from);
        while let Some(party) = next.filter(|party| path.iter().all(|passed| passed.id != party.id)) {
            path.push(party);
            next = party.above.and_then(|above| self.party(above));
        }
        path
    }

    /// Who stands below a party, itself not included.
    pub fn below(&self, party: UpstreamId) -> impl Iterator<Item = &Upstream> {
        self.0.iter().filter(move |one| one.id != party && self.path_up(one.id).iter().any(|above| above.id == party))
    }

    /// The parties that nobody stands below: they sell to the agent.
    pub fn lowest(&self) -> impl Iterator<Item = &Upstream> {
        self.0.iter().filter(|party| self.0.iter().all(|other| other.above != Some(party.id)))
    }

    /// The parties that an account is bought from. One that names none can be bought from any that sells to the agent.
    pub fn sellers_to(&self, named: Option<UpstreamId>) -> Vec<&Upstream> {
        match named {
            Some(named) => self.party(named).into_iter().collect(),
            None => self.lowest().collect(),
        }
    }

    /// Whether an account hangs below a party: it stands on some way up from the account.
    pub fn hangs_below(&self, named: Option<UpstreamId>, party: UpstreamId) -> bool {
        let sellers = self.sellers_to(named);
        sellers.iter().any(|seller| self.path_up(seller.id).iter().any(|above| above.id == party))
    }

    /// The first frozen party on a way up from an account, the nearest one.
    pub fn first_frozen(&self, named: Option<UpstreamId>) -> Option<&Upstream> {
        let sellers = self.sellers_to(named);
        sellers.into_iter().flat_map(|seller| self.path_up(seller.id)).find(|party| party.frozen().is_some())
    }

    /// From whom a new party buys: the one party of the level before, if nobody is named. Above level 1 there must be one.
    pub fn above_of_new(&self, name: &Name, level: u16, above: Option<&Name>) -> Result<Option<UpstreamId>, Refusal> {
        if let Some(known) = self.named(name) {
            return Err(Refusal::ChainExists { party: known.name.clone(), level: known.level });
        }
        if let Some(above) = above {
            if is_same(above, name) {
                return Err(Refusal::ChainCycle { party: name.clone(), above: name.clone() });
            }
            return Ok(Some(require_follows(name, level, self.find(above)?)?));
        }
        let before: Vec<&Upstream> = self.0.iter().filter(|party| party.level + 1 == level).collect();
        match before.as_slice() {
            // The provider need not be recorded.
            [] if level <= 1 => Ok(None),
            [only] => Ok(Some(only.id)),
            several => {
                let names = several.iter().map(|party| party.name.clone()).collect();
                Err(Refusal::ChainAboveMissing { party: name.clone(), level, candidates: names })
            }
        }
    }

    /// From whom a party buys from now on: nobody that stands below it.
    pub fn above_of_known(&self, party: &Upstream, above: &Name) -> Result<UpstreamId, Refusal> {
        let above = self.find(above)?;
        if self.path_up(above.id).iter().any(|one| one.id == party.id) {
            return Err(Refusal::ChainCycle { party: party.name.clone(), above: above.name.clone() });
        }
        require_follows(&party.name, party.level, above)
    }
}

/// A party stands one level below the one that it buys from.
fn require_follows(party: &Name, level: u16, above: &Upstream) -> Result<UpstreamId, Refusal> {
    if above.level + 1 == level {
        return Ok(above.id);
    }
    Err(Refusal::ChainLevel { party: party.clone(), level, above: above.name.clone(), above_level: above.level })
}

fn is_same(one: &Name, other: &Name) -> bool {
    one.as_str().to_lowercase() == other.as_str().to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::period::parse_date;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    fn act(text: &str) -> Act {
        Act { day: day(text), operator: "root".to_owned(), reason: name("unpaid") }
    }

    fn party(id: i64, level: u16, above: Option<i64>) -> Upstream {
        Upstream {
            id: UpstreamId(id),
            name: name(&format!("Party {id}")),
            level,
            above: above.map(UpstreamId),
            authorisation: None,
            expires: None,
            freeze: None,
            removed: false,
        }
    }

    /// The provider, two below it, one of which sells to a third; and one that stands alone.
    fn forked() -> UpstreamChain {
        let parties = [(5, 1, None), (4, 2, Some(2)), (3, 1, Some(1)), (2, 1, Some(1)), (1, 0, None)];
        UpstreamChain::new(parties.into_iter().map(|(id, level, above)| party(id, level, above)).collect())
    }

    fn ids<'p>(parties: impl IntoIterator<Item = &'p Upstream>) -> Vec<i64> {
        parties.into_iter().map(|party| party.id.0).collect()
    }

    #[test]
    fn the_ways_up_and_down_of_a_chain_that_forks() {
        let chain = forked();
        assert_eq!(ids(chain.parties()), [1, 2, 3, 5, 4]);
        assert_eq!(chain.depth(), Some(2));
        assert_eq!(ids(chain.path_up(UpstreamId(4))), [4, 2, 1]);
        assert_eq!(ids(chain.below(UpstreamId(1))), [2, 3, 4]);
        assert_eq!(ids(chain.below(UpstreamId(4))), [0_i64; 0]);
        assert_eq!(ids(chain.lowest()), [3, 5, 4]);
        assert_eq!(UpstreamChain::new(vec![]).depth(), None);
    }

    #[test]
    fn an_account_hangs_on_whom_it_names_or_on_all_that_sell_to_the_agent() {
        let chain = forked();
        let below = |named: Option<i64>, party| chain.hangs_below(named.map(UpstreamId), UpstreamId(party));
        let hangs = |named| [1, 2, 3, 4, 5].map(|party| below(named, party));
        assert_eq!(hangs(Some(3)), [true, false, true, false, false]);
        assert_eq!(hangs(Some(2)), [true, true, false, false, false], "what stands below does not sell to it");
        assert_eq!(hangs(None), [true; 5]);
        assert_eq!(hangs(Some(9)), [false; 5], "what was removed sells nothing");
        let straight = UpstreamChain::new(vec![party(1, 0, None), party(2, 1, Some(1))]);
        assert_eq!(ids(straight.sellers_to(None)), [2]);
        assert!(UpstreamChain::new(vec![]).sellers_to(None).is_empty());
    }

    #[test]
    fn the_nearest_frozen_party_is_told() {
        let frozen = |ids: &[i64]| {
            let mut parties = forked().0;
            for one in parties.iter_mut().filter(|one| ids.contains(&one.id.0)) {
                *one = one.freeze(act("2026-07-01")).unwrap();
            }
            UpstreamChain::new(parties)
        };
        let first = |ids: &[i64], named: Option<i64>| frozen(ids).first_frozen(named.map(UpstreamId)).map(|party| party.id.0);
        assert_eq!(first(&[], None), None);
        assert_eq!(first(&[1], Some(4)), Some(1));
        assert_eq!(first(&[1, 2], Some(4)), Some(2));
        assert_eq!(first(&[2], Some(3)), None);
        assert_eq!(first(&[2], None), Some(2), "it may be bought there");
    }

    #[test]
    fn frozen_once_and_thawed_once() {
        let open = party(1, 1, None);
        assert_eq!(open.thaw(act("2026-07-01")).unwrap_err().code(), "chain.not-frozen");
        let frozen = open.freeze(act("2026-07-01")).unwrap();
        assert_eq!(frozen.frozen(), Some(&act("2026-07-01")));
        assert_eq!(frozen.freeze(act("2026-07-02")).unwrap_err().code(), "chain.frozen-already");
        let thawed = frozen.thaw(act("2026-07-03")).unwrap();
        assert_eq!(thawed.frozen(), None);
        assert_eq!(thawed.freeze.as_ref().map(|freeze| freeze.frozen.day), Some(day("2026-07-01")), "it is remembered");
        assert!(thawed.freeze(act("2026-07-04")).unwrap().frozen().is_some());
    }

    #[test]
    fn a_certificate_is_valid_up_to_and_on_its_last_day() {
        let bare = party(1, 1, None);
        let with = |number: Option<&str>, expires: Option<&str>| Upstream {
            authorisation: number.map(name),
            expires: expires.map(day),
            ..bare.clone()
        };
        let today = day("2026-07-03");
        // Number, last day; whether it is authorised today, and whether somebody should see to it within 30 days.
        let table = [
            (None, None, false, true),
            (Some("A-1"), None, true, false),
            (Some("A-1"), Some("2026-07-02"), false, true),
            (Some("A-1"), Some("2026-07-03"), true, true),
            (None, Some("2026-08-02"), true, true),
            (None, Some("2026-08-03"), true, false),
        ];
        for (number, expires, authorised, renew) in table {
            let party = with(number, expires);
            assert_eq!((party.is_authorised_on(today), party.needs_renewal(today, 30)), (authorised, renew), "{party:?}");
        }
        assert_eq!(with(None, Some("2026-07-01")).days_left(today), Some(-2));
        assert!(!party(1, 0, None).needs_renewal(today, 30), "the provider needs none");
    }

    #[test]
    fn no_certificate_runs_for_a_lifetime() {
        let latest = |today: &str, expires: &str| require_likely_end(day(expires), day(today)).map_err(|refusal| refusal.code());
        assert!(latest("2026-07-03", "2076-07-03").is_ok());
        assert_eq!(latest("2026-07-03", "2076-07-04"), Err("chain.expires"));
        assert!(latest("2026-07-03", "1999-01-01").is_ok());
        assert!(latest("2028-02-29", "2078-03-01").is_ok());
        assert_eq!(latest("2028-02-29", "2078-03-02"), Err("chain.expires"));
    }

    #[test]
    fn a_new_party_stands_one_level_below_whom_it_buys_from() {
        let chain = forked();
        let placed = |text: &str, level, above: Option<&str>| {
            let above = above.map(name);
            chain.above_of_new(&name(text), level, above.as_ref()).map_err(|refusal| refusal.code())
        };
        assert_eq!(placed("New", 0, None), Ok(None));
        assert_eq!(placed("New", 1, None), Ok(Some(UpstreamId(1))), "the only provider");
        assert_eq!(placed("New", 1, Some("PARTY 1")), Ok(Some(UpstreamId(1))));
        assert_eq!(placed("New", 3, None), Ok(Some(UpstreamId(4))), "the only one of level 2");
        assert_eq!(placed("New", 2, None), Err("chain.above"), "there are three on level 1");
        assert_eq!(placed("New", 5, None), Err("chain.above"), "there is none on level 4");
        assert_eq!(placed("New", 3, Some("Party 3")), Err("chain.level"));
        assert_eq!(placed("New", 0, Some("Party 1")), Err("chain.level"));
        assert_eq!(placed("New", 1, Some("new")), Err("chain.cycle"));
        assert_eq!(placed("New", 1, Some("Somebody")), Err("chain.unknown"));
        assert_eq!(placed("party 3", 1, None), Err("chain.exists"));
    }

    #[test]
    fn nobody_buys_from_who_stands_below() {
        let chain = forked();
        let moved = |id, above: &str| {
            let party = chain.party(UpstreamId(id)).unwrap();
            chain.above_of_known(party, &name(above)).map_err(|refusal| refusal.code())
        };
        assert_eq!(moved(4, "Party 3"), Ok(UpstreamId(3)));
        assert_eq!(moved(2, "Party 4"), Err("chain.cycle"));
        assert_eq!(moved(2, "Party 2"), Err("chain.cycle"));
        assert_eq!(moved(2, "Party 3"), Err("chain.level"));
    }

    proptest! {
        /// Whatever is stored, ways up end; and who stands below is who has it on the way up.
        #[test]
        fn ways_up_end(aboves in proptest::collection::vec(proptest::option::of(0..8_i64), 1..8)) {
            let parties = (0..).zip(&aboves).map(|(id, above)| party(id, 1, *above)).collect();
            let chain = UpstreamChain::new(parties);
            for one in chain.parties() {
                let path = chain.path_up(one.id);
                prop_assert!(path.len() <= aboves.len());
                for above in &path[1..] {
                    prop_assert!(chain.below(above.id).any(|below| below.id == one.id));
                }
            }
        }

        /// What the rules let in is a forest: levels fall by one on every way up, and nothing closes a circle.
        #[test]
        fn what_the_rules_let_in_has_no_circle(
            tried in proptest::collection::vec((0..8_i64, 0..4_u16, proptest::option::of(0..8_i64)), 0..40),
        ) {
            let mut parties: Vec<Upstream> = Vec::new();
            for (id, level, above) in tried {
                let chain = UpstreamChain::new(parties.clone());
                let new = party(id, level, None);
                let above = above.map(|id| name(&format!("Party {id}")));
                match (chain.named(&new.name), above) {
                    (Some(known), Some(above)) => {
                        if let Ok(above) = chain.above_of_known(known, &above) {
                            let known = parties.iter_mut().find(|one| one.id == UpstreamId(id)).unwrap();
                            known.above = Some(above);
                        }
                    }
                    (_, above) => {
                        if let Ok(above) = chain.above_of_new(&new.name, level, above.as_ref()) {
                            parties.push(Upstream { above, ..new });
                        }
                    }
                }
            }
            let chain = UpstreamChain::new(parties);
            for party in chain.parties() {
                let levels: Vec<u16> = chain.path_up(party.id).iter().map(|one| one.level).collect();
                prop_assert!(levels.windows(2).all(|pair| pair[0] == pair[1] + 1), "{levels:?}");
            }
        }
    }
}
