//! The control totals of every sample, and that no container changes what is read.

use std::collections::BTreeMap;
use std::path::Path;

use subledger::domain::money::Exact;

use crate::reading::{Bill, Line, read};
use crate::samples::{NO_BILLS, Sample, samples, wrapped};

/// Sums by a word of each line: how many lines, list, covered, discount, coupon, payable.
fn totals_by(bill: &Bill, word: impl Fn(&Line) -> String) -> Vec<String> {
    let mut sums: BTreeMap<String, (usize, [Exact; 5])> = BTreeMap::new();
    for line in &bill.lines {
        let (count, sums) = sums.entry(word(line)).or_default();
        *count += 1;
        for (sum, amount) in sums.iter_mut().zip([line.list, line.covered, line.discount, line.coupon, line.payable]) {
            *sum = sum.plus(amount).expect("it can be counted");
        }
    }
    let told = |(word, (count, sums)): (String, (usize, [Exact; 5]))| {
        format!("{word}: {count} | {}", sums.map(|sum| sum.to_string()).join(" "))
    };
    sums.into_iter().map(told).collect()
}

fn control(sample: &Sample) -> String {
    let bill = sample.bill();
    assert!(bill.problems.is_empty(), "{}: {:?}", sample.name, bill.problems);
    assert!(bill.parts.iter().all(|(layout, _)| layout == sample.layout), "{}: {:?}", sample.name, bill.parts);
    let mut told = vec![format!("# {} in {}", sample.name, sample.layout)];
    told.extend(totals_by(&bill, |_| "all".to_owned()));
    told.extend(totals_by(&bill, |line| line.owner.clone()).into_iter().take(8));
    told.extend(totals_by(&bill, |line| format!("{}{}", line.kind, if line.order_no.is_empty() { "" } else { " of an order" })));
    told.extend(bill.stated.map(|stated| format!("stated: {stated}")));
    told.join("\n")
}

#[test]
#[expect(clippy::too_many_lines, reason = "they are figures")]
fn every_sample_gives_its_control_totals() {
    let told: Vec<String> = samples().iter().map(control).collect();
    insta::assert_snapshot!(told.join("\n\n"), @"
    # v2-zh in alibaba-v2
    all: 30 | 9203.9091328109 0 1562.8137927105 100 7541.0953401004
    1499005556667703: 7 | 323.3853401004 0 6.5 0 316.8853401004
    1688001234567801: 12 | 4966.5562714588 0 968.1162714588 0 3998.44
    5270009876543202: 11 | 3913.9675212517 0 588.1975212517 100 3225.77
    adjustment: 1 | -12.34 0 0 0 -12.34
    commission: 1 | -35.2 0 0 0 -35.2
    coverage: 1 | 5 0 0 0 5
    free-tier: 1 | 2.5 0 2.5 0 0
    refund of an order: 2 | -954 0 -184 0 -770
    rounding: 2 | 0 0 0.011223804 0 -0.011223804
    subscription of an order: 8 | 9409.38 0 1636.2 100 7673.18
    subscription-paid-later of an order: 1 | 64.1234567891 0 0 0 64.1234567891
    usage: 13 | 724.4456760218 0 108.1025689065 0 616.3431071153

    # v2-en in alibaba-v2
    all: 30 | 9203.9091328109 0 1562.8137927105 0 7541.0953401004
    1499005556667703: 7 | 323.3853401004 0 6.5 0 316.8853401004
    1688001234567801: 12 | 4966.5562714588 0 968.1162714588 0 3998.44
    5270009876543202: 11 | 3913.9675212517 0 588.1975212517 0 3225.77
    adjustment: 1 | -12.34 0 0 0 -12.34
    commission: 1 | -35.2 0 0 0 -35.2
    coverage: 1 | 5 0 0 0 5
    free-tier: 1 | 2.5 0 2.5 0 0
    refund of an order: 2 | -954 0 -184 0 -770
    rounding: 2 | 0 0 0.011223804 0 -0.011223804
    subscription of an order: 8 | 9409.38 0 1636.2 0 7673.18
    subscription-paid-later of an order: 1 | 64.1234567891 0 0 0 64.1234567891
    usage: 13 | 724.4456760218 0 108.1025689065 0 616.3431071153

    # legacy in alibaba-legacy
    all: 15 | 7512.246324 0 1315.242805 60 6136.97
    1499005556667703: 2 | 202.760957 0 0 0 202.76
    1688001234567801: 7 | 4916.504972 0 954.975746 60 3901.51
    5270009876543202: 6 | 2392.980395 0 360.267059 0 2032.7
    adjustment: 1 | -8.8 0 0 0 -8.8
    refund of an order: 1 | -450 0 -90 0 -360
    subscription of an order: 5 | 7344.6 0 1311.84 60 5972.76
    usage: 8 | 626.446324 0 93.402805 0 533.01

    # instance in alibaba-instance
    all: 13 | 1002.887326 0 175.0016 9 818.84
    1499005556667703: 2 | 28.52655 0 0.078983 0 28.44
    1688001234567801: 6 | 633.138277 0 123.470742 9 500.64
    5270009876543202: 5 | 341.222499 0 51.451875 0 289.76
    adjustment: 1 | -1.79 0 0 0 -1.79
    refund of an order: 1 | -130 0 -26 0 -104
    subscription of an order: 5 | 1068 0 191 9 868
    usage: 6 | 66.677326 0 10.0016 0 56.63

    # api in alibaba-api
    all: 13 | 1002.887326 0 175.0016 9 818.84
    1499005556667703: 2 | 28.52655 0 0.078983 0 28.44
    1688001234567801: 6 | 633.138277 0 123.470742 9 500.64
    5270009876543202: 5 | 341.222499 0 51.451875 0 289.76
    adjustment: 1 | -1.79 0 0 0 -1.79
    refund of an order: 1 | -130 0 -26 0 -104
    subscription of an order: 5 | 1068 0 191 9 868
    usage: 6 | 66.677326 0 10.0016 0 56.63

    # settle in alibaba-settle
    all: 13 | 1002.887326 0 175.0016 9 818.84
    1499005556667703: 2 | 28.52655 0 0.078983 0 28.44
    1688001234567801: 6 | 633.138277 0 123.470742 9 500.64
    5270009876543202: 5 | 341.222499 0 51.451875 0 289.76
    adjustment: 1 | -1.79 0 0 0 -1.79
    refund of an order: 1 | -130 0 -26 0 -104
    subscription of an order: 5 | 1068 0 191 9 868
    usage: 6 | 66.677326 0 10.0016 0 56.63

    # focus-real in focus 1.0
    all: 500 | 14.76218547521 0.0962 0 0 14.66598547521
    /subscriptions/64e355d7-997c-491d-b0c1-8414dccfcf42: 23 | -0.01269992732 0 0 0 -0.01269992732
    /subscriptions/73c0021f-a37d-433f-8baa-7450cb54eea6: 1 | 0.17568072 0 0 0 0.17568072
    /subscriptions/ed570627-0265-4620-bb42-bae06bcfa914: 1 | 0 0 0 0 0
    10961396247: 3 | 0.0083333334 0 0 0 0.0083333334
    11353890204: 126 | 12.3269129583 0 0 0 12.3269129583
    12109731075: 1 | 0 0 0 0 0
    15196455530: 4 | 0.0000445921 0 0 0 0.0000445921
    18615241198: 2 | 0.0000000057 0 0 0 0.0000000057
    adjustment: 1 | 0.08 0 0 0 0.08
    credit: 1 | -2.6137 0 0 0 -2.6137
    usage: 498 | 17.29588547521 0.0962 0 0 17.19968547521

    # focus-aws in focus 1.2
    all: 1000 | 27576.916662847891262 8238.7524269184 481.039612250457512 0 18857.12462367903375
    200000000011: 259 | 6490.292954093172682 2257.049141952 132.749555298947682 0 4100.494256842225
    200000000012: 254 | 7552.589725438927427 2190.8731249152 98.534556299664927 0 5263.1820442240625
    200000000013: 215 | 5975.395971969040953 1506.1405166688 106.168545997428453 0 4363.0869093028125
    200000000014: 272 | 7558.6380113467502 2284.6896433824 143.58695465441645 0 5130.36141330993375
    subscription: 207 | 14527.782 0 0 0 14527.782
    tax: 54 | 153.846079813904262 0 15.384650443720512 0 138.46142937018375
    usage: 739 | 12895.288583033987 8238.7524269184 465.654961806737 0 4190.88119430885

    # focus-azure in focus 1.2
    all: 25 | 601.71295968826568 2.044004256 6.88365655607773 0 592.78529887618795
    11111111-1111-4111-8111-111111111111: 3 | 67.95954564310848 0 2.26175601569124 0 65.69778962741724
    22222222-2222-4222-8222-222222222222: 4 | 24.7461332568572 0 4.57211908718649 0 20.17401416967071
    33333333-3333-4333-8333-333333333333: 17 | 4.0785867883 2.044004256 0.0497814532 0 1.9848010791
    44444444-4444-4444-8444-444444444444: 1 | 504.928694 0 0 0 504.928694
    credit: 1 | -20.975057 0 0 0 -20.975057
    subscription: 5 | 506.465462 0 0 0 506.465462
    tax: 1 | 45.341985 0 0 0 45.341985
    usage: 18 | 70.88056968826568 2.044004256 6.88365655607773 0 61.95290887618795

    # focus-gcp in focus 1.2
    all: 25 | 1052.0651982607005 1.608 39.77793598620845 0 1010.67926227449205
    examplecorp-data-739104: 11 | 835.25361004438031 0.536 11.41476291069952 0 823.30284713368079
    examplecorp-prod-481627: 12 | 48.09674590065707 1.072 11.49168884503837 0 35.5330570556187
    examplecorp-sandbox-160942: 1 | 0.132517435 0 0.0132517435 0 0.1192656915
    examplecorp-staging-552831: 1 | 168.58232488066312 0 16.85823248697056 0 151.72409239369256
    credit: 1 | -68.606642 0 0 0 -68.606642
    subscription: 5 | 721.282979 0 0 0 721.282979
    usage: 19 | 399.3888612607005 1.608 39.77793598620845 0 358.00292527449205

    # focus-reseller in focus 1.2
    all: 6 | 100.125 0 14.875 0 85.25
    sub-1001: 6 | 100.125 0 14.875 0 85.25
    adjustment: 1 | -3.5 0 0 0 -3.5
    credit: 1 | -5 0 0 0 -5
    subscription: 1 | 100 0 15 0 85
    tax: 1 | 9.25 0 0 0 9.25
    usage: 2 | -0.625 0 -0.125 0 -0.5

    # focus-1.3 in focus 1.3
    all: 25 | 958.79933022610018 1.0908004608 28.5095520033227 0 929.19897776197748
    200000000011: 11 | 1.78583162029389 0.768 0.05055756208183 0 0.96727405821206
    200000000012: 10 | 30.4927522757919 0.3228004608 9.0539464294833 0 21.1160053855086
    200000000013: 1 | 732.470632 0 0 0 732.470632
    200000000014: 3 | 194.05011433001439 0 19.40504801175757 0 174.64506631825682
    credit: 1 | -60.62564 0 0 0 -60.62564
    subscription: 4 | 733.239016 0 0 0 733.239016
    usage: 20 | 286.18595422610018 1.0908004608 28.5095520033227 0 256.58560176197748

    # tencent in tencent-partner
    all: 4 | 90.6676 0 13.60014 0.4 76.66746
    200000000101: 2 | 123.4176 0 18.51264 0.4 104.50496
    200000000102: 2 | -32.75 0 -4.9125 0 -27.8375
    refund of an order: 1 | -40 0 -6 0 -34
    subscription of an order: 1 | 120 0 18 0 102
    usage: 2 | 10.6676 0 1.60014 0.4 8.66746

    # huawei in huawei-partner
    all: 3 | 69.2345678 0 13.8469136 0.1 55.2876542
    c0ffee0000000000000000000000aa01: 2 | 89.2345678 0 17.8469136 0.1 71.2876542
    c0ffee0000000000000000000000aa02: 1 | -20 0 -4 0 -16
    subscription of an order: 2 | 68 0 13.6 0 54.4
    usage: 1 | 1.2345678 0 0.2469136 0.1 0.8876542
    stated: 55.2876542
    ");
}

#[test]
fn what_lies_beside_the_bills_is_refused_by_name() {
    for (name, text, code) in NO_BILLS {
        let refused = read(&[text], None).expect_err(name);
        assert_eq!(refused.code(), code, "{name}: {refused:?}");
    }
}

/// A sample that nobody reads proves nothing.
#[test]
fn no_file_of_the_samples_is_forgotten() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known: Vec<&str> = samples().iter().map(|sample| sample.text.as_str()).chain(NO_BILLS.map(|(_, text, _)| text)).collect();
    for folder in ["tests/bills", "tests/bills/api", "tests/bills/focus", "examples/layouts"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder of samples") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|end| end == "csv" || end == "json") {
                let text = std::fs::read_to_string(&path).expect("a sample");
                assert!(known.contains(&text.as_str()), "no test reads {}", path.display());
            }
        }
    }
}

/// What no container may change.
fn content(bill: &Bill) -> (Vec<Line>, Option<Exact>, Vec<String>) {
    let mut lines = bill.lines.clone();
    lines.sort();
    (lines, bill.stated, bill.unknown_columns.clone())
}

#[test]
fn no_container_and_no_encoding_changes_a_line() {
    for sample in samples() {
        let expected = sample.bill();
        for (container, files) in wrapped(sample) {
            let found = read(&files, sample.own).unwrap_or_else(|refusal| panic!("{} in {container}: {refusal:?}", sample.name));
            assert_eq!(found.problems, [], "{} in {container}", sample.name);
            assert!(found.parts.iter().all(|part| *part == expected.parts[0]), "{} in {container}", sample.name);
            let (found, expected) = (content(&found), content(&expected));
            let different = found.0.iter().zip(&expected.0).find(|(found, expected)| found != expected);
            assert!(different.is_none(), "{} in {container}: {different:#?}", sample.name);
            assert_eq!(
                (found.0.len(), found.1, found.2),
                (expected.0.len(), expected.1, expected.2),
                "{} in {container}",
                sample.name
            );
        }
    }
}

/// One bill in four layouts says one thing, but for what a layout has no column for.
#[test]
fn one_bill_is_the_same_in_every_layout_that_it_is_given_in() {
    let lines = |name: &str| samples().iter().find(|sample| sample.name == name).expect(name).bill().lines;
    assert_eq!(lines("api"), lines("instance"));
    assert_eq!(lines("settle"), lines("instance"));
    let chinese = lines("v2-zh").into_iter();
    let without = |line| Line { line_id: String::new(), coupon: Exact::ZERO, covered: Exact::ZERO, ..line };
    assert_eq!(lines("v2-en"), chinese.map(without).collect::<Vec<_>>());
}
