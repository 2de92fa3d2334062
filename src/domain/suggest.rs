//! What somebody may have meant: the nearest of the names that exist.

/// Up to three known names that are close to a mistyped one, nearest first; the whole list when it is short.
pub fn nearest(given: &str, known: &[String]) -> Vec<String> {
    let mut scored: Vec<(usize, &String)> = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .filter(|(distance, name)| *distance <= 1 + given.len().min(name.len()) / 3 || name.starts_with(given))
        .collect();
    scored.sort();
    let close: Vec<String> = scored.into_iter().take(3).map(|(_, name)| name.clone()).collect();
    if close.is_empty() && known.len() <= 5 { known.to_vec() } else { close }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_name() {
        let known: Vec<String> = ["acme-prod", "acme-test", "beta-prod", "gamma", "delta", "epsilon"].map(str::to_owned).to_vec();
        assert_eq!(nearest("acme-prdo", &known), ["acme-prod", "acme-test"]);
        assert_eq!(nearest("gam", &known), ["gamma"]);
        assert_eq!(nearest("zzzzzzzz", &known), Vec::<String>::new());
        assert_eq!(nearest("zzzzzzzz", &known[..2]), known[..2]);
    }
}
