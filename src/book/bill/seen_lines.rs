//! Which line ids a version has had, in eight bytes each.
//!
//! A set of all ids would be the largest thing in memory. Kept are 32 bits of each id's hash and the place of its line; the few
//! that agree in them are compared with the line itself, so that no two ids are ever taken for one.

use hashbrown::HashTable;

use crate::domain::fingerprint::content_hash;

/// The ids of the lines of one version, in places counted from 0.
#[derive(Default)]
pub(super) struct SeenLines {
    table: HashTable<Seen>,
}

#[derive(Clone, Copy)]
struct Seen {
    tag: u32,
    place: u32,
}

impl SeenLines {
    /// The place of the line with this id, if there is one; else the id is remembered under `place`. `has_id` tells whether the
    /// line of a place has the id.
    pub(super) fn find_or_remember<E>(
        &mut self,
        line_id: &str,
        place: u32,
        mut has_id: impl FnMut(u32) -> Result<bool, E>,
    ) -> Result<Option<u32>, E> {
        let tag = tag_of(line_id);
        let mut failed = None;
        let found = self.table.find(spread(tag), |seen| {
            seen.tag == tag
                && has_id(seen.place).unwrap_or_else(|error| {
                    failed = Some(error);
                    true
                })
        });
        match (failed, found) {
            (Some(error), _) => Err(error),
            (None, Some(seen)) => Ok(Some(seen.place)),
            (None, None) => {
                self.table.insert_unique(spread(tag), Seen { tag, place }, |seen| spread(seen.tag));
                Ok(None)
            }
        }
    }
}

fn tag_of(line_id: &str) -> u32 {
    u32::try_from(content_hash(line_id.as_bytes()) >> 32).expect("half of 64 bits")
}

/// A table wants its bits well mixed at both ends.
fn spread(tag: u32) -> u64 {
    u64::from(tag).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_is_found_where_it_stood_first(ids in prop::collection::vec("[ab]{0,3}", 0..60)) {
            let mut seen = SeenLines::default();
            for (place, id) in (0_u32..).zip(&ids) {
                let first = ids.iter().position(|other| other == id).and_then(|first| u32::try_from(first).ok());
                let found = seen.find_or_remember(id, place, |at| Ok::<_, ()>(ids[at as usize] == *id)).unwrap();
                prop_assert_eq!(found, first.filter(|first| *first < place));
            }
        }
    }

    #[test]
    fn equal_tags_are_no_equal_ids() {
        let mut seen = SeenLines::default();
        assert_eq!(seen.find_or_remember("a", 0, |_| Ok::<_, ()>(false)), Ok(None));
        assert_eq!(seen.find_or_remember("a", 1, |_| Ok::<_, ()>(false)), Ok(None), "the line of place 0 says that it is another");
        assert_eq!(seen.find_or_remember("a", 2, |_| Err("disk")), Err("disk"));
    }
}
