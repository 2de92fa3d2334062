//! Legal persons: enterprises, natural persons, companies of other countries, and the names that they bear.

use insta::assert_snapshot;

use crate::book::{Point, TestBook};

#[test]
fn a_natural_person_is_known_again_and_the_number_is_nowhere_in_the_book() {
    let book = TestBook::acme(Point::Ready);
    assert_snapshot!(book.run("entity add zhang --name '张 三' --id-number 11010519491231002x"), @"
    Code        zhang
    Name        张 三
    Kind        individual
    Credential  **************002X
    ----- exit 0
    ");
    book.refused(1, "credential.in-use", "entity add other --name Other --id-number 11010519491231002X");
    assert_snapshot!(book.run("entity add other --name Other --id-number 11010519491231002X"), @"
    ----- stderr
    error: the credential **************002X belongs to the entity zhang
    hint: use --entity zhang for its accounts; one legal person is one entity
    ----- exit 1
    ");
    // Another person with the same end is another person.
    book.done("entity add wang --name 'Wang Wu' --id-number 31010119700108002X");
    assert_snapshot!(book.run("entity list"), @"
    Code     Name           Kind        Credential          Country
    ---------------------------------------------------------------
    acme-hq  Acme Holdings  enterprise  91330106MA01A2B329  -
    wang     Wang Wu        individual  **************002X  -
    zhang    张 三          individual  **************002X  -
    ----- exit 0
    ");
    for file in ["acme.db", "acme.db-wal"] {
        let bytes = std::fs::read(book.path(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("19491231") && !text.contains("010119700108"), "{file}");
    }
    assert!(book.checks());
}

#[test]
fn a_wrong_identity_number_is_refused_and_not_repeated() {
    let book = TestBook::acme(Point::Ready);
    for wrong in ["110105491231002", "11010519491331002X", "110105194912310021", "10010519491231002X", "110105202607040025"] {
        let line = format!("entity add other --name Other --id-number {wrong}");
        book.refused(1, "id-number.invalid", &line);
        let said = book.run(&line);
        assert!(!format!("{}{}", said.stdout, said.stderr).contains(wrong), "{}", said.stderr);
    }
    assert_snapshot!(book.run("entity add other --name Other --id-number 11010519491331002X"), @"
    ----- stderr
    error: that is no identity number: its digits 7 to 14 are no date of birth
    ----- exit 1
    ");
    // Nor is one that was typed for something else.
    let line = "entity add other --name Other --credential 11010519491231002X";
    book.refused(1, "credential.invalid", line);
    assert_snapshot!(book.run(line), @r#"
    ----- stderr
    error: "**************002X" is no credential: it is the identity number of a natural person: --id-number
    ----- exit 1
    "#);
    // Without the number and without a terminal there is nobody to ask.
    book.refused(2, "usage.missing", "entity add other --name Other --id-number");
}

#[test]
fn a_company_of_another_country_is_known_by_its_registration() {
    let book = TestBook::acme(Point::Ready);
    assert_snapshot!(book.run("entity add sing --name 'Sing Pte. Ltd.' --registration 201912345d --country sg"), @"
    Code        sing
    Name        Sing Pte. Ltd.
    Kind        foreign
    Credential  201912345D
    Country     SG
    ----- exit 0
    ");
    book.refused(1, "credential.in-use", "entity add twice --name Twice --registration 201912345D --country SG");
    // The same number in another country is another company.
    book.done("entity add malay --name 'Malay Sdn. Bhd.' --registration 201912345D --country MY");
    for (number, country) in [("=HYPERLINK", "SG"), ("12", "SG"), ("201912345D", "XX"), ("201912345D", "CN")] {
        book.refused(
            1,
            "registration.invalid",
            &format!("entity add other --name Other --registration {number} --country {country}"),
        );
    }
    assert_snapshot!(book.run("entity add other --name Other --registration 201912345D --country CN"), @r#"
    ----- stderr
    error: "201912345D" in "CN" is no registration: enterprises of the mainland are known by their unified social credit code: --credential
    ----- exit 1
    "#);
    book.refused(2, "usage", "entity add other --name Other --registration 201912345D");
    book.refused(2, "usage", "entity add other --name Other --credential 330106123456789 --id-number 11010519491231002X");
    let title = book.json("entity show sing");
    assert_eq!((title["tax_id"].as_str(), title["country"].as_str()), (Some("201912345D"), Some("SG")));
}

#[test]
fn a_real_name_that_changes_leaves_the_months_before_as_they_were() {
    let mut book = TestBook::acme(Point::Reconciled);
    assert_snapshot!(book.run("entity edit acme-hq --name 'Acme Cloud Holdings'"), @"
    Code           acme-hq
    Name           Acme Cloud Holdings
    Kind           enterprise
    Credential     91330106MA01A2B329
    Former names   Acme Holdings until 2026-07-03
    Invoice title  Acme Cloud Holdings
    Taxpayer's id  91330106MA01A2B329
    Address        -
    Phone          -
    Bank           -
    Bank account   -
    ----- exit 0
    ");
    assert_eq!(
        book.json("statement show acme-prod --period 2026-06")["entity"],
        "Acme Holdings",
        "June ended under the former name"
    );
    assert_eq!(book.json("statement show acme-prod --period 2026-07")["entity"], "Acme Cloud Holdings");
    // The same name again changes nothing, and a name that held for no day leaves no trace.
    book.done("entity edit acme-hq --name 'Acme Cloud Holdings'");
    book.done("entity edit acme-hq --name 'Acme Cloud'");
    book.set_now("2026-08-05T02:00:00Z");
    book.done("entity edit acme-hq --name 'Acme Holdings'");
    assert_snapshot!(book.run("entity show acme-hq"), @"
    Code           acme-hq
    Name           Acme Holdings
    Kind           enterprise
    Credential     91330106MA01A2B329
    Former names   Acme Holdings until 2026-07-03, Acme Cloud until 2026-08-05
    Invoice title  Acme Holdings
    Taxpayer's id  91330106MA01A2B329
    Address        -
    Phone          -
    Bank           -
    Bank account   -
    ----- exit 0
    ");
    assert_eq!(book.json("statement show acme-prod --period 2026-07")["entity"], "Acme Cloud");
    assert!(book.checks());
}

#[test]
fn invoices_of_a_natural_person_bear_no_taxpayers_id() {
    let book = TestBook::acme(Point::Ready);
    book.done("entity add zhang --name 'Zhang San' --id-number 11010519491231002X");
    assert_snapshot!(book.run("entity show zhang"), @"
    Code           zhang
    Name           Zhang San
    Kind           individual
    Credential     **************002X
    Invoice title  Zhang San
    Taxpayer's id  -
    Address        -
    Phone          -
    Bank           -
    Bank account   -
    ----- exit 0
    ");
    // It may still be given one: of a sole proprietor, for example.
    book.done("entity edit zhang --tax-id 92000000MA000K036J");
    assert_eq!(book.json("entity show zhang")["tax_id"], "92000000MA000K036J");
}

#[test]
fn names_are_what_a_person_could_have_written() {
    let book = TestBook::acme(Point::Ready);
    let add = |name: &str| ["entity", "add", "other", "--name", name, "--credential", "330106123456789"].map(str::to_owned);
    let long = "x".repeat(10_000);
    for hostile in ["", "  ", "a\u{1b}[31mb", "a\u{7}b", "a\nb", "abc\u{202e}def", "\u{2066}abc", "a\u{feff}b", &long] {
        let line = add(hostile);
        let said = book.run_words(&line.each_ref().map(String::as_str));
        assert_eq!(said.exit, 2, "{hostile:?}: {}", said.stderr);
        assert!(
            said.stderr.chars().all(|c| c == '\n' || !c.is_control()) && !said.stderr.contains('\u{202e}'),
            "{:?}",
            said.stderr
        );
    }
    // Whatever people do call themselves is a name: also with a picture in it, and in any script.
    let line = add("Café 示例 😀 شركة");
    assert_eq!(book.run_words(&line.each_ref().map(String::as_str)).exit, 0);
    assert_eq!(book.json("entity show other")["name"], "Café 示例 😀 شركة");
    assert!(book.checks());
}
