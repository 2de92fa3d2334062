//! The layers, held: what may stand where in the source tree.
//!
//! Each rule reads all of it and names every place that breaks it. Rules look at code, not at comments and texts, which may speak
//! of anything. Each is shown to fail on a small wrong sample.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

// ------------------------------------------------------------------------------------------------------------ the rules

/// Where each dependency may stand: a folder, or a list of files. `anywhere` is for what is part of the language here.
const CRATES: &[(&str, &[&str])] = &[
    ("anyhow", &["src/cli/failure/mod.rs", "src/cli/files.rs"]),
    ("calamine", &["src/intake/container/workbook.rs"]),
    ("chrono", &["anywhere"]),
    ("clap", &["src/cli/"]),
    ("comfy_table", &["src/view/table.rs"]),
    ("csv", &["src/intake/json_pages.rs", "src/view/csv.rs"]),
    ("csv_core", &["src/intake/table.rs"]),
    ("dialoguer", &["src/cli/prompt.rs", "src/cli/ui.rs"]),
    ("directories", &["src/cli/settings.rs"]),
    ("encoding_rs", &["src/intake/container/archive.rs", "src/intake/encoding.rs"]),
    ("flate2", &["src/intake/container/archive.rs", "src/intake/container/expand.rs", "src/intake/container/mod.rs"]),
    ("getrandom", &["src/cli/context.rs"]),
    ("hashbrown", &["src/book/bill/", "src/domain/matching/"]),
    ("indicatif", &["src/cli/ui.rs"]),
    ("iso_currency", &["src/domain/money.rs"]),
    ("maud", &["src/view/chart.rs", "src/view/html.rs"]),
    ("memchr", &["src/intake/blocks.rs", "src/intake/table.rs"]),
    ("nix", &["src/cli/context.rs", "src/cli/prompt.rs"]),
    ("pbkdf2", &["src/domain/id_number.rs"]),
    ("plotters", &["src/view/chart.rs"]),
    ("rusqlite", &["src/store/"]),
    ("rusqlite_migration", &["src/store/upgrade.rs"]),
    ("rust_decimal", &["src/domain/rate.rs"]),
    ("rust_xlsxwriter", &["src/view/xlsx.rs"]),
    ("serde", &["anywhere"]),
    (
        "serde_json",
        &[
            "src/book/approval.rs",
            "src/book/audit.rs",
            "src/book/close/mod.rs",
            "src/book/log.rs",
            "src/book/period.rs",
            "src/book/statement.rs",
            "src/cli/failure/mod.rs",
            "src/cli/mod.rs",
            "src/cli/ui.rs",
            "src/intake/json_walk.rs",
            "src/intake/statement.rs",
            "src/store/check/receipts.rs",
            "src/store/sql.rs",
            "src/view/json.rs",
        ],
    ),
    ("sha2", &["src/domain/chain.rs", "src/domain/fingerprint.rs", "src/intake/container/slice.rs"]),
    ("simdutf8", &["src/intake/blocks.rs"]),
    ("strsim", &["src/domain/suggest.rs"]),
    (
        "tempfile",
        &[
            "src/cli/files.rs",
            "src/cli/input.rs",
            "src/intake/bill.rs",
            "src/intake/container/workbook.rs",
            "src/intake/json_pages.rs",
        ],
    ),
    ("thiserror", &["anywhere"]),
    ("toml", &["src/intake/agreement.rs", "src/intake/own_layout.rs"]),
    ("xxhash_rust", &["src/domain/fingerprint.rs"]),
    ("zip", &["src/intake/container/archive.rs", "src/intake/container/workbook.rs"]),
    ("zstd", &["src/store/bill/text.rs"]),
];

/// Each layer, and whose names it may use: arrows point towards the domain.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("store", &["domain", "store"]),
    ("book", &["domain", "store", "book"]),
    ("intake", &["domain", "intake"]),
    ("view", &["domain", "store", "book", "view"]),
    ("cli", &["domain", "store", "book", "intake", "view", "cli"]),
];

/// What reaches out of the program, by the path that names it, and where that may stand.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("Utc::now", &["src/cli/context.rs"]),
    ("Local::now", &[]),
    ("SystemTime", &["src/cli/input.rs"]),
    ("Instant", &[]),
    ("env::var", &["src/cli/"]),
    ("env::var_os", &["src/cli/"]),
    ("env::vars", &[]),
    ("env::args", &[]),
    ("env::args_os", &["src/main.rs"]),
    ("env::current_dir", &["src/cli/"]),
    ("env::home_dir", &[]),
    ("env::temp_dir", &[]),
    (
        "fs",
        &[
            "src/cli/",
            "src/intake/container/slice.rs",
            "src/intake/container/workbook.rs",
            "src/store/copy.rs",
            "src/store/draft.rs",
            "src/store/open.rs",
        ],
    ),
    ("net", &[]),
    ("process::Command", &[]),
    ("thread", &["src/book/bill/reading.rs", "src/store/copy.rs"]),
    ("stdin", &["src/cli/input.rs", "src/cli/prompt.rs"]),
    ("stdout", &["src/cli/ui.rs"]),
    ("stderr", &["src/cli/ui.rs", "src/cli/prompt.rs"]),
    ("process::exit", &[]),
    ("process::abort", &[]),
];

const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// Every integration test, and what it is about.
const TESTS: &[(&str, &str)] = &[
    ("bills.rs", "every layout in every container, in any form, with any damage"),
    ("check.rs", "every proof fails on its mutant"),
    ("cli/main.rs", "the command line as people and scripts meet it"),
    ("crash.rs", "killed, crowded, full"),
    ("database.rs", "the file as a stranger meets it"),
    ("differences.rs", "random months with breaks of every kind, from the run to the close"),
    ("examples.rs", "the examples run as they stand"),
    ("memory.rs", "whole processes need no more for more lines"),
    ("model.rs", "random books against a naive model"),
    ("os_users.rs", "people behind sudo, with real OS users"),
    ("prices.rs", "worked examples of every pricing rule"),
    ("settlements.rs", "random charges, refunds, payments and charge-backs on random days"),
    ("tidy.rs", "this file"),
];

const COLUMNS_MAX: usize = 132;

/// A dependency stands only where it is listed, and what is listed uses it.
fn crates_stand_where_they_belong(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, places) in CRATES.iter().filter(|(_, places)| *places != ["anywhere"]) {
        let users = sources.iter().filter_map(|source| Some((source, source.line_of_crate(name)?)));
        for (source, line) in users.filter(|(source, _)| source.is_product()) {
            if !allowed(places, &source.path) {
                wrong.push(format!("{}:{line}: the crate {name} stands only in {}", source.path, places.join(", ")));
            }
        }
    }
    wrong
}

/// No place is listed that does without the crate by now.
fn crates_are_used_where_they_are_listed(sources: &[Source]) -> Vec<String> {
    let places = CRATES.iter().flat_map(|(name, places)| places.iter().map(move |place| (name, place)));
    let unused = places.filter(|(name, place)| {
        let mut there = sources.iter().filter(|source| source.path.starts_with(**place));
        **place != "anywhere" && !there.any(|source| source.line_of_crate(name).is_some())
    });
    unused.map(|(name, place)| format!("{place} is listed for the crate {name} and does not use it")).collect()
}

/// A new dependency says where it may stand.
fn every_dependency_is_listed(manifest: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1).take_while(|line| !line.starts_with('['));
    let names = lines.filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim());
    let missing = names.filter(|name| !CRATES.iter().any(|(listed, _)| *listed == name.replace('-', "_")));
    missing.map(|name| format!("Cargo.toml: {name} is a dependency, and no rule says where it may stand")).collect()
}

/// Imports between layers point towards the domain.
fn arrows_point_towards_the_domain(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| source.is_product()) {
        let Some((layer, may_use)) = LAYERS.iter().find(|(layer, _)| source.path.starts_with(&format!("src/{layer}/"))) else {
            continue;
        };
        for (index, token) in source.tokens.iter().enumerate() {
            let from_root = token.is("crate") || token.is("super");
            if !from_root || !source.is_path_separator(index + 1) {
                continue;
            }
            let Some(next) = source.tokens.get(index + 3) else { continue };
            if token.is("crate") && next.is("{") {
                wrong.push(format!("{}:{}: name the layer right after crate::, one `use` for each", source.path, token.line));
            }
            let named = LAYERS.iter().find(|(name, _)| next.is(name));
            if let Some((name, _)) = named.filter(|(name, _)| !may_use.contains(name)) {
                wrong.push(format!("{}:{}: {layer} must not use {name}", source.path, token.line));
            }
        }
    }
    wrong
}

/// The program prints, asks and ends in one place.
fn nothing_prints_by_macro(sources: &[Source]) -> Vec<String> {
    let printing = |source: &Source, index: usize| {
        PRINTING.iter().any(|name| source.tokens[index].is(name)) && source.tokens.get(index + 1).is_some_and(|next| next.is("!"))
    };
    places(sources.iter().filter(|source| source.is_product()), printing, "output goes through cli::ui")
}

/// The clock, the environment, files, threads, the terminal: each has its place.
fn the_outside_is_reached_in_its_place(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, allowed_in) in OUTSIDE {
        for source in sources.iter().filter(|source| source.is_product() && !allowed(allowed_in, &source.path)) {
            if let Some(line) = source.line_of_path(path) {
                let places =
                    if allowed_in.is_empty() { "nowhere".to_owned() } else { format!("only in {}", allowed_in.join(", ")) };
                wrong.push(format!("{}:{line}: {path} stands {places}", source.path));
            }
        }
    }
    wrong
}

/// Money is never floating.
fn no_floats_near_money(sources: &[Source]) -> Vec<String> {
    let near_money =
        |source: &&Source| ["src/domain/", "src/store/", "src/book/"].iter().any(|layer| source.path.starts_with(layer));
    let is_float = |source: &Source, index: usize| {
        let token = &source.tokens[index];
        token.is("f32") || token.is("f64") || token.is_float()
    };
    places(sources.iter().filter(near_money), is_float, "no floating point in domain, store and book")
}

/// Every file says first what it is.
fn every_file_says_what_it_is(sources: &[Source]) -> Vec<String> {
    let silent = sources.iter().filter(|source| is_rust(&source.path) && !source.text.starts_with("//! "));
    silent.map(|source| format!("{}:1: begins without //!", source.path)).collect()
}

/// Lints are expected with a reason, and nothing is left for later.
fn nothing_is_silenced_or_left_open(sources: &[Source]) -> Vec<String> {
    let silenced = |source: &Source, index: usize| {
        let (token, next) = (&source.tokens[index], source.tokens.get(index + 1));
        let in_attribute = index > 0 && ["[", ","].iter().any(|before| source.tokens[index - 1].is(before));
        token.is("allow") && in_attribute && next.is_some_and(|next| next.is("("))
    };
    let mut wrong = places(sources.iter(), silenced, "#[expect(…, reason = \"…\")] instead of allow");
    let open = |source: &Source, index: usize| {
        let unfinished = source.tokens[index].is("todo") || source.tokens[index].is("unimplemented");
        unfinished && source.tokens.get(index + 1).is_some_and(|next| next.is("!"))
    };
    wrong.extend(places(sources.iter(), open, "nothing is left to be done"));
    let marks = [concat!("FIX", "ME"), concat!("XX", "X")];
    wrong.extend(words_in(sources, &marks, "nothing is left to be done"));
    wrong
}

/// Lines fit; what stands in texts may be as long as it is.
fn lines_fit(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        for (number, width) in (1..).zip(&source.widths) {
            if *width > COLUMNS_MAX {
                wrong.push(format!("{}:{number}: {width} columns of code, {COLUMNS_MAX} fit", source.path));
            }
        }
    }
    wrong
}

/// A test that is left out says why.
fn ignored_tests_say_why(sources: &[Source]) -> Vec<String> {
    let silent = |source: &Source, index: usize| {
        let around = (index > 0).then(|| &source.tokens[index - 1]).zip(source.tokens.get(index + 1));
        source.tokens[index].is("ignore") && around.is_some_and(|(before, after)| before.is("[") && after.is("]"))
    };
    places(sources.iter(), silent, "#[ignore = \"why\"]")
}

/// The list of integration tests is complete.
fn every_integration_test_is_listed(sources: &[Source]) -> Vec<String> {
    let is_test = |name: &&str| is_rust(name) && (!name.contains('/') || name.ends_with("/main.rs"));
    let found: Vec<&str> = sources.iter().filter_map(|s| s.path.strip_prefix("tests/")).filter(is_test).collect();
    let unlisted = found.iter().filter(|name| !TESTS.iter().any(|(listed, _)| listed == *name));
    let gone = TESTS.iter().map(|(listed, _)| listed).filter(|listed| !found.contains(listed));
    let unlisted = unlisted.map(|name| format!("tests/{name}: list it in tests/tidy.rs with what it is about"));
    unlisted.chain(gone.map(|name| format!("tests/{name} is listed in tests/tidy.rs and is not there"))).collect()
}

/// The tree speaks of nothing outside itself.
fn nothing_outside_the_tree_is_named(sources: &[Source]) -> Vec<String> {
    let outside = [concat!("../", "shared"), concat!("/wo", "rk/"), concat!("DESIGN", ".md")];
    let mut wrong = words_in(sources, &outside, "names something outside the project");
    let product: Vec<&Source> = sources.iter().filter(|source| source.path.starts_with("src/")).collect();
    for source in product {
        wrong.extend(words_in(std::slice::from_ref(source), &[concat!("/t", "mp/")], "temporary files go where the system says"));
    }
    wrong
}

// ---------------------------------------------------------------------------------------------------- the rules applied

/// What a page of the project points to is there.
fn links_lead_somewhere(sources: &[Source]) -> Vec<String> {
    let mut wrong = vec![];
    for page in sources.iter().filter(|source| Path::new(&source.path).extension().is_some_and(|it| it == "md")) {
        let targets = page.text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
        let inside = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
        wrong.extend(inside.filter(|target| !root().join(target).exists()).map(|target| format!("{}: {target}", page.path)));
    }
    wrong
}

fn assert_holds(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A rule holds for the tree, and names the place in each wrong sample: its path, its text.
fn holds(rule: fn(&[Source]) -> Vec<String>, wrong_samples: &[(&str, &str)]) {
    for (path, text) in wrong_samples {
        let found = rule(&[Source::read(path, text)]);
        assert!(found.iter().any(|place| place.starts_with(path)), "not caught in {path}: {text}\nfound: {found:?}");
    }
    assert_holds(&rule(tree()));
}

#[test]
fn dependencies() {
    let samples = [
        ("src/book/order.rs", "//! x\nuse rusqlite::Connection;"),
        ("src/book/order.rs", "fn f() -> rusqlite::Result<()> { todo() }"),
        ("src/cli/mod.rs", "use csv::{Reader, Writer};"),
        ("src/view/json.rs", "use comfy_table as table;"),
        ("src/domain/money.rs", "#[derive(clap::Args)] struct Money;"),
    ];
    holds(crates_stand_where_they_belong, &samples);
    let innocent = "// rusqlite::x\n/* clap:: /* csv:: */ zstd:: */ const X: &str = \"rusqlite::\"; use crate::view::csv::Dialect;
                    #[cfg(test)] mod tests { use rusqlite::Connection; }";
    let own = "use crate::view::{csv, json}; fn f() { csv::render() }";
    assert_holds(&crates_stand_where_they_belong(&[Source::read("src/cli/y.rs", own)]));
    assert_holds(&crates_stand_where_they_belong(&[Source::read("src/cli/x.rs", innocent)]));
    assert_holds(&crates_are_used_where_they_are_listed(tree()));
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the manifest");
    assert_holds(&every_dependency_is_listed(&manifest));
    assert_eq!(every_dependency_is_listed("[dependencies]\n# why\nregex = \"1\"\n[dev-dependencies]\ninsta = \"1\"").len(), 1);
}

#[test]
fn layers() {
    let samples = [
        ("src/domain/order.rs", "use crate::store::Reader;"),
        ("src/store/order.rs", "fn f(book: &crate::book::Book) {}"),
        ("src/intake/bill.rs", "use crate::book::Book;"),
        ("src/view/order.rs", "use super::super::cli::run;"),
        ("src/cli/init.rs", "use crate::{book::Book, view};"),
    ];
    holds(arrows_point_towards_the_domain, &samples);
}

#[test]
fn printing() {
    holds(nothing_prints_by_macro, &[("src/book/mod.rs", "fn f() { eprintln!(\"x\") }"), ("src/main.rs", "fn f() { dbg!(1); }")]);
    assert_holds(&nothing_prints_by_macro(&[Source::read("src/book/mod.rs", "fn print() { print(); \"println!\"; }")]));
}

#[test]
fn outside() {
    let samples = [
        ("src/book/mod.rs", "fn f() { chrono::Utc::now(); }"),
        ("src/cli/ui.rs", "use std::time::{Duration, Instant};"),
        ("src/store/open.rs", "fn f() { std::env::var_os(\"HOME\"); }"),
        ("src/intake/bill.rs", "use std::fs;"),
        ("src/intake/bill.rs", "fn f() { std::fs::read(\"x\"); }"),
        ("src/book/mod.rs", "fn f() { std::io::stdout(); }"),
        ("src/cli/mod.rs", "fn f() { std::process::exit(1) }"),
        ("src/domain/money.rs", "use std::thread;"),
    ];
    holds(the_outside_is_reached_in_its_place, &samples);
    let innocent = "const VERSION: &str = env!(\"CARGO_PKG_VERSION\"); fn f(fs: u8, net: u8) { fs + net; error.use_stderr(); }";
    assert_holds(&the_outside_is_reached_in_its_place(&[Source::read("src/book/mod.rs", innocent)]));
}

#[test]
fn floats() {
    holds(no_floats_near_money, &[("src/domain/a.rs", "fn f(x: f64) {}"), ("src/store/a.rs", "const HALF: X = 0.5;")]);
    let innocent = "fn f() { pair.0.1; 0..10; 1.max(2); \"0.5\"; 'f'; 1_000_u32; 0xE5; } // f64 0.5";
    assert_holds(&no_floats_near_money(&[Source::read("src/domain/a.rs", innocent)]));
}

#[test]
fn heads() {
    holds(every_file_says_what_it_is, &[("src/a.rs", "// a\n"), ("tests/a.rs", "use std::fs;\n")]);
}

#[test]
fn nothing_silenced() {
    let samples = [
        ("src/a.rs", "#[allow(dead_code)] fn f() {}"),
        ("src/a.rs", "#![cfg_attr(test, allow(unused))]"),
        ("src/a.rs", "fn f() { todo!() }"),
        ("tests/a.rs", concat!("// FIX", "ME later")),
    ];
    holds(nothing_is_silenced_or_left_open, &samples);
    assert_holds(&nothing_is_silenced_or_left_open(&[Source::read("src/a.rs", "fn f() { allow(x); } // todo!()")]));
}

#[test]
fn widths() {
    let (code, text) = (format!("fn f() {{ {} }}", "a + ".repeat(40)), format!("const X: &str = \"{}\";", "x".repeat(200)));
    holds(lines_fit, &[("src/a.rs", &code)]);
    assert_holds(&lines_fit(&[Source::read("src/a.rs", &text)]));
}

#[test]
fn tests() {
    holds(ignored_tests_say_why, &[("tests/a.rs", "#[test]\n#[ignore]\nfn f() {}")]);
    holds(every_integration_test_is_listed, &[("tests/unlisted.rs", "//! x")]);
}

#[test]
fn words() {
    let samples = [
        ("src/a.rs", concat!("// see ../", "shared/x")),
        ("README.md", concat!("cd /wo", "rk/x")),
        ("src/a.rs", concat!("\"/t", "mp/x\"")),
    ];
    holds(nothing_outside_the_tree_is_named, &samples);
    holds(links_lead_somewhere, &[("README.md", "see [the schema](src/store/nowhere.sql)")]);
}

// ------------------------------------------------------------------------------------------------------- reading the tree

/// One file, as the rules look at it.
struct Source {
    /// From the root of the project.
    path: String,
    text: String,
    /// Code without comments; texts are one empty token.
    tokens: Vec<Token>,
    /// Columns of code by line: without what stands inside texts.
    widths: Vec<usize>,
}

struct Token {
    line: usize,
    text: String,
}

impl Token {
    fn is(&self, text: &str) -> bool {
        self.text == text
    }

    fn is_float(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit()) && self.text.contains('.')
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file of the project that people write, read once.
fn tree() -> &'static [Source] {
    static TREE: OnceLock<Vec<Source>> = OnceLock::new();
    TREE.get_or_init(read_tree)
}

fn read_tree() -> Vec<Source> {
    let mut sources = Vec::new();
    for top in ["src", "tests", "benches", "examples", ".ci", "README.md", "Cargo.toml", "clippy.toml", "rustfmt.toml"] {
        collect(&root().join(top), &mut sources);
    }
    assert!(sources.len() > 100, "the tree was found");
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

fn collect(path: &Path, sources: &mut Vec<Source>) {
    if path.is_dir() {
        // What fuzzing leaves behind.
        if ["target", "corpus", "artifacts", "coverage"].iter().any(|made| path.ends_with(made)) {
            return;
        }
        for entry in fs::read_dir(path).expect("a folder") {
            collect(&entry.expect("an entry").path(), sources);
        }
    } else if let Ok(text) = fs::read_to_string(path) {
        let name = path.strip_prefix(root()).expect("inside the project").to_str().expect("UTF-8").replace('\\', "/");
        sources.push(Source::read(&name, &text));
    }
}

/// Files that are not Rust have words only.
fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

fn allowed(places: &[&str], path: &str) -> bool {
    places.iter().any(|place| *place == path || (place.ends_with('/') && path.starts_with(place)))
}

/// Every place where a condition holds for a token.
fn places<'s>(sources: impl Iterator<Item = &'s Source>, condition: impl Fn(&Source, usize) -> bool, advice: &str) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        let here = (0..source.tokens.len()).filter(|index| condition(source, *index)).map(|index| &source.tokens[index]);
        found.extend(here.map(|token| format!("{}:{}: {}: {advice}", source.path, token.line, token.text)));
    }
    found
}

/// Every place of a word in the whole text, comments and all.
fn words_in(sources: &[Source], words: &[&str], advice: &str) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in (1..).zip(source.text.lines()) {
            for word in words.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{number}: {word}: {advice}", source.path));
            }
        }
    }
    found
}

impl Source {
    fn read(path: &str, text: &str) -> Self {
        let (tokens, widths) = if is_rust(path) { without_tests(path, scan(text)) } else { (vec![], vec![]) };
        Self { path: path.to_owned(), text: text.to_owned(), tokens, widths }
    }

    /// Whether it is part of what is shipped.
    fn is_product(&self) -> bool {
        self.path.starts_with("src/") && !self.path.ends_with("/tests.rs")
    }

    fn is_path_separator(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|t| t.is(":")) && self.tokens.get(index + 1).is_some_and(|t| t.is(":"))
    }

    /// Whether the name stands for a module of ours here: `use crate::view::{csv, json};`.
    fn has_own(&self, name: &str) -> bool {
        let imports = self.tokens.split(|token| token.is(";")).filter_map(|statement| {
            let begin = statement.iter().position(|token| token.is("use"))?;
            Some(&statement[begin + 1..])
        });
        let of_ours =
            imports.filter(|path| path.first().is_some_and(|head| ["crate", "super", "self"].iter().any(|own| head.is(own))));
        of_ours.into_iter().any(|path| {
            let last = |index: usize| path.get(index + 1).is_none_or(|next| next.is(",") || next.is("}"));
            (0..path.len()).any(|index| path[index].is(name) && last(index))
        })
    }

    /// The first line that names a crate: `name::…`, or `use name`.
    fn line_of_crate(&self, name: &str) -> Option<usize> {
        if self.has_own(name) {
            return None;
        }
        let named = |index: usize| {
            let inside_a_path = index >= 2 && self.is_path_separator(index - 2);
            let imported = index >= 1 && self.tokens[index - 1].is("use");
            self.tokens[index].is(name) && !inside_a_path && (imported || self.is_path_separator(index + 1))
        };
        (0..self.tokens.len()).find(|index| named(*index)).map(|index| self.tokens[index].line)
    }

    /// The first line that names a path such as `env::var`, or one of its heads: `fs::…`, `std::fs`, `Instant`.
    fn line_of_path(&self, path: &str) -> Option<usize> {
        let parts: Vec<&str> = path.split("::").collect();
        let starts_upper = parts[0].starts_with(|c: char| c.is_ascii_uppercase());
        let named = |index: usize| match parts.as_slice() {
            [head, tail] => {
                self.tokens[index].is(head)
                    && self.is_path_separator(index + 1)
                    && self.tokens.get(index + 3).is_some_and(|t| t.is(tail))
            }
            [only] => {
                let of_std =
                    index >= 3 && self.is_path_separator(index - 2) && ["std", "io"].iter().any(|m| self.tokens[index - 3].is(m));
                self.tokens[index].is(only) && (starts_upper || of_std || self.is_path_separator(index + 1))
            }
            _ => false,
        };
        (0..self.tokens.len()).find(|index| named(*index)).map(|index| self.tokens[index].line)
    }
}

/// Leaves out `#[cfg(test)] mod … { … }` of the product: its tests may use what they need.
fn without_tests(path: &str, (tokens, widths): (Vec<Token>, Vec<usize>)) -> (Vec<Token>, Vec<usize>) {
    if !path.starts_with("src/") {
        return (tokens, widths);
    }
    let mut kept = Vec::new();
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        kept.push(token);
        let marked = ["#", "[", "cfg", "(", "test", ")", "]"];
        let begins =
            kept.len() >= marked.len() && kept[kept.len() - marked.len()..].iter().zip(marked).all(|(token, mark)| token.is(mark));
        if !begins || rest.peek().is_none_or(|next| !next.is("mod")) {
            continue;
        }
        let mut depth = 0;
        for token in rest.by_ref() {
            depth += i32::from(token.is("{")) - i32::from(token.is("}"));
            if depth == 0 && (token.is("}") || token.is(";")) {
                break;
            }
        }
    }
    (kept, widths)
}

/// Reads Rust far enough to tell code from comments and texts.
fn scan(text: &str) -> (Vec<Token>, Vec<usize>) {
    let mut scanner = Scanner { rest: text, line: 1, tokens: Vec::new(), widths: vec![0] };
    while scanner.step() {}
    (scanner.tokens, scanner.widths)
}

struct Scanner<'t> {
    rest: &'t str,
    line: usize,
    tokens: Vec<Token>,
    widths: Vec<usize>,
}

impl Scanner<'_> {
    /// Takes so many bytes; those of a text count for no width.
    fn take(&mut self, bytes: usize, counts: bool) -> String {
        let (taken, rest) = self.rest.split_at(bytes);
        for character in taken.chars() {
            if character == '\n' {
                self.line += 1;
                self.widths.push(0);
            } else if counts {
                *self.widths.last_mut().expect("there is a line") += 1;
            }
        }
        self.rest = rest;
        taken.to_owned()
    }

    fn token(&mut self, bytes: usize) {
        let line = self.line;
        let text = self.take(bytes, true);
        self.tokens.push(Token { line, text });
    }

    fn literal(&mut self, bytes: usize) {
        self.take(bytes, false);
        self.tokens.push(Token { line: self.line, text: String::new() });
    }

    fn step(&mut self) -> bool {
        let Some(first) = self.rest.chars().next() else { return false };
        if first.is_whitespace() {
            self.take(first.len_utf8(), true);
        } else if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.take(end, true);
        } else if self.rest.starts_with("/*") {
            let end = end_of_comment(self.rest);
            self.take(end, true);
        } else if let Some(end) = end_of_text(self.rest) {
            self.literal(end);
        } else if first.is_alphabetic() || first == '_' {
            self.token(length_while(self.rest, |c| c.is_alphanumeric() || c == '_'));
        } else if first.is_ascii_digit() {
            let after_dot = self.tokens.last().is_some_and(|token| token.is("."));
            self.token(end_of_number(self.rest, after_dot));
        } else {
            self.token(first.len_utf8());
        }
        true
    }
}

fn length_while(text: &str, condition: impl Fn(char) -> bool) -> usize {
    text.find(|c| !condition(c)).unwrap_or(text.len())
}

/// Comments nest.
fn end_of_comment(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    loop {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (at, depth) = (at + 2, depth + 1);
        } else if rest.starts_with("*/") {
            (at, depth) = (at + 2, depth - 1);
            if depth == 0 {
                return at;
            }
        } else {
            match rest.chars().next() {
                Some(character) => at += character.len_utf8(),
                None => return at,
            }
        }
    }
}

/// Where a text or character ends that begins here: `"…"`, `r#"…"#`, `b"…"`, `'x'`; a lifetime is none.
fn end_of_text(text: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        let rest = text.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.starts_with('"') || (prefix.ends_with('r') && rest.trim_start_matches('#').starts_with('"')))
    });
    if let Some(prefix) = prefix {
        let body = &text[prefix.len()..];
        if prefix.ends_with('r') {
            let hashes = length_while(body, |c| c == '#');
            let close = format!("\"{}", "#".repeat(hashes));
            let begin = prefix.len() + hashes + 1;
            return Some(text[begin..].find(&close).map_or(text.len(), |at| begin + at + close.len()));
        }
        return Some(prefix.len() + end_of_quoted(body, '"'));
    }
    let body = text.strip_prefix('b').filter(|rest| rest.starts_with('\'')).unwrap_or(text);
    let mut characters = body.strip_prefix('\'')?.chars();
    let is_character = match (characters.next()?, characters.next()) {
        ('\\', _) => true,
        (_, second) => second == Some('\''),
    };
    is_character.then(|| text.len() - body.len() + end_of_quoted(body, '\''))
}

fn end_of_quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if character == quote {
            return at + 1;
        }
    }
    text.len()
}

/// `1.5` is one number; `0..10`, `1.max(2)` and the fields of `pair.0.1` are not.
fn end_of_number(text: &str, after_dot: bool) -> usize {
    let whole = length_while(text, |c| c.is_ascii_alphanumeric() || c == '_');
    let fraction = text[whole..].strip_prefix('.').filter(|rest| !after_dot && rest.starts_with(|c: char| c.is_ascii_digit()));
    whole + fraction.map_or(0, |rest| 1 + length_while(rest, |c| c.is_ascii_alphanumeric() || c == '_'))
}

#[test]
fn the_scanner_tells_code_from_comments_and_texts() {
    let text =
        "fn f<'a>(x: &'a str) -> char { /* no /* nested */ no */ \"no \\\" no\"; r#\"no \" no\"#; b'n'; '\\''; '\"'; y.0 } // no";
    let (tokens, _) = scan(text);
    let code: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).filter(|text| !text.is_empty()).collect();
    assert_eq!(code.join(" "), "fn f < ' a > ( x : & ' a str ) - > char { ; ; ; ; ; y . 0 }");
    assert_eq!(scan("a\n\"b\nc\" d\ne").0.iter().map(|token| token.line).collect::<Vec<_>>(), [1, 3, 3, 4]);
    assert_eq!(scan("abc \"defg\" h").1, [6]);
}
