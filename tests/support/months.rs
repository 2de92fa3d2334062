//! A book with a closed June and an open July.

use std::io::Write as _;
use std::sync::Arc;

use subledger::book::account::{BoughtThrough, CreateAccount, EditAccount};
use subledger::book::alert::{SnoozeAlert, list};
use subledger::book::approval::{Approve, Withdraw};
use subledger::book::bill::{BadLines, BillInput, ImportBill};
use subledger::book::budget::{ScopeRequest, SetBudget};
use subledger::book::close::checklist::WaiveCheck;
use subledger::book::close::{ClosePeriod, ReopenPeriod};
use subledger::book::compliance::Waive;
use subledger::book::dunning::Dun;
use subledger::book::entity::EditEntity;
use subledger::book::fund::{Allocate, Deposit, Slip};
use subledger::book::group::EditGroup;
use subledger::book::handover::{ChangeSteps, OpenHandovers};
use subledger::book::invoice::{CreditInvoice, IssueInvoice, RequestInvoices, Requested};
use subledger::book::match_by_hand::MatchByHand;
use subledger::book::month_end::MonthEnd;
use subledger::book::opening::ImportOpening;
use subledger::book::operator::{AddOperator, AskedGrant};
use subledger::book::order::{ImportOrders, RecordOrder, RefundOrder};
use subledger::book::policy::SetPolicy;
use subledger::book::pool::TopUp;
use subledger::book::price::ApplyAgreement;
use subledger::book::settlement::{Pays, ReceiveSettlement};
use subledger::book::upstream::{AddUpstream, FreezeUpstream, RemoveUpstream, ThawUpstream};
use subledger::book::{Book, Call, Error, Session};
use subledger::domain::account::particulars::Particulars;
use subledger::domain::account::{Environment, Mode, Model, ShutdownPolicy};
use subledger::domain::budget::{BudgetAction, BudgetPeriod};
use subledger::domain::chain::sha256_hex;
use subledger::domain::close::{CloseCheck, WithoutBill};
use subledger::domain::compliance::Rule;
use subledger::domain::coupon::{Bearer, CouponKind, CouponRequest};
use subledger::domain::finality::Finality;
use subledger::domain::handover::{HandoverReason, HandoverStep, TickAct};
use subledger::domain::input::InputFile;
use subledger::domain::invoice::{InvoiceForm, InvoiceKind, MergeBy};
use subledger::domain::journal::Note;
use subledger::domain::order::{OrderKind, OrderRequest, Placement};
use subledger::domain::period::{Month, parse_date};
use subledger::domain::policy::PolicyName;
use subledger::domain::progress::Unwatched;
use subledger::domain::role::Role;
use subledger::intake::bill::open;
use subledger::intake::container::FileSlice;
use subledger::store::Access;

use crate::books::{Desk, session};

const SALE: &str = r#"
agreement = "acme-2026"
kind = "sale"
group = "acme"
currency = "CNY"
valid_from = "2026-01-01"
[[tier]]
from = "0"
discount = "5%"
[[tier]]
from = "20000"
discount = "10%"
"#;

/// A member has terms of its own, which the close trues up.
const LABS: &str = r#"
agreement = "acme-labs"
kind = "sale"
group = "acme"
members = ["acme-test"]
currency = "CNY"
valid_from = "2026-01-01"
[volume]
rule = "retroactive"
[[tier]]
from = "0"
discount = "5%"
[[tier]]
from = "3000"
discount = "6%"
"#;

const PURCHASE: &str = r#"
agreement = "alibaba-2026"
kind = "purchase"
provider = "alibaba"
currency = "CNY"
valid_from = "2026-01-01"
[[tier]]
from = "0"
discount = "20%"
"#;

/// What the book starts with: an order that June's bill has is among it.
const OPENING: &str = "\
kind,group,account,amount,product,order_kind,provider_order,date,list_price,payable,cost,note
bank,,,1000,,,,,,,,
funds,,acme-test,300,,,,,,,,of May
receivable,,acme-prod,100,,,,,,,,
volume,acme,,,,,,,500,475,,
purchase-volume,,,,,,,,500,400,,
order,,acme-prod,,ecs,new,2100000,2026-06-01,100,95,80,
";

const HEADER: &str = "\
标识信息/账单明细ID,标识信息/订单号,身份信息/资源归属账号ID,账单信息/账单月份,账单信息/账单日期,账单信息/费用类型,产品信息/产品Code,产品信息/产品名称,\
定价信息/定价币种,费用信息/目录总价,订阅抵扣信息/订阅抵扣目录总价,优惠券抵扣信息/优惠券抵扣金额,应付信息/应付金额（含税）
";

const JUNE: &str = "\
b-1,2100001,1000000000000001,202606,20260602,订阅预付费用,ecs,云服务器ECS,CNY,12000,,,9600
b-2,2100002,1000000000000001,202606,20260605,订阅预付费用,rds,云数据库RDS,CNY,9999.99,,,7999.992
b-3,2100003,1000000000000002,202606,20260610,订阅预付费用,ecs,云服务器ECS,CNY,3000,,,2400
b-4,,1000000000000001,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,12.6543209863,,,10.1234567890
b-5,,1000000000000002,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,4.375,,,3.5
b-6,2100000,1000000000000001,202606,20260601,订阅预付费用,ecs,云服务器ECS,CNY,100,,,80
";

const JULY: &str = "\
c-1,2100011,1000000000000001,202607,20260702,订阅预付费用,slb,负载均衡SLB,CNY,700,,,560
c-2,,1000000000000001,202606,20260630,云资源按量费用,oss,对象存储OSS,CNY,-1.25,,,-1
c-3,,1000000000000002,202607,20260703,云资源按量费用,oss,对象存储OSS,CNY,10,5,1.5,2.5
c-3,,1000000000000002,202607,20260703,云资源按量费用,oss,对象存储OSS,CNY,10,5,1.5,2.5
c-4,,1000000000000009,202607,20260703,云资源按量费用,oss,对象存储OSS,CNY,97.125,,,77.70
c-5,2100099,1000000000000001,202607,20260703,订阅预付费用,oss,对象存储OSS,CNY,10,,,8
";

/// June is due at its end: a part is paid, and of the rest somebody is reminded.
fn a_part_of_june_is_paid(desk: &mut Desk) {
    desk.does(SetPolicy { name: PolicyName::PaymentDays, value: "0".to_owned() });
    desk.does(EditGroup { group: "acme".to_owned(), name: None, payment_days: Some(10), date: parse_date("2026-07-01") });
    desk.does(ReceiveSettlement {
        group: "acme".to_owned(),
        amount: "100".parse().expect("an amount"),
        pays: Pays::default(),
        again: false,
        slip: Slip { date: parse_date("2026-07-02"), note: Note { reference: Some("transfer 18".to_owned()), remark: None } },
    });
    let dunned = desk.does(Dun { group: None, level: None });
    assert_eq!(dunned.letters.len(), 1, "{dunned:?}");
}

/// The group `acme` with `acme-prod` (agent-pays), `acme-test` (prepaid) and an invited account: June is closed with its bill and
/// two statements; July has an order, a refund, and an estimated bill with a repeated line and differences.
pub(crate) fn june_closed_and_july_open() -> Desk {
    let mut desk = Desk::new();
    desk.adds_group("acme", "CNY");
    desk.adds_account(Model::Resale, "acme-prod", "1000000000000001", "acme", Some("100000"));
    desk.adds_account(Model::Resale, "acme-test", "1000000000000002", "acme", None);
    desk.does(CreateAccount(Particulars {
        upstream: None,
        login: Some("acme-login".parse().expect("a name")),
        code: "acme-dev".parse().expect("a code"),
        group: "acme".to_owned(),
        entity: "acme-hq".to_owned(),
        environment: Environment::Development,
        model: Model::Resale,
        mode: Mode::Prepaid,
        credit: None,
        since: None,
        shutdown: ShutdownPolicy::Immediate,
        purchase_ban: false,
        mobile: Some("13800000001".parse().expect("a number")),
        email: Some("dev@acme.example".parse().expect("an address")),
        holder: Some("Chen Li".parse().expect("a name")),
    }));
    for text in [SALE, LABS, PURCHASE] {
        let terms = subledger::intake::agreement::read(text, "terms.toml").expect("sound terms");
        desk.does(ApplyAgreement { terms, file: "terms.toml".to_owned() });
    }
    // An invitation that runs on for two weeks is an alert then, and somebody puts it off.
    desk.does(SetPolicy { name: PolicyName::InvitationDays, value: "30".to_owned() });
    let today = session().today();
    let alerts = desk.book.read(|reader| list(reader, today)).expect("the alerts");
    let (alert, until) = (alerts[0].id.clone(), today.succ_opt().expect("a day"));
    desk.does(SnoozeAlert { alert, until, note: Some("later".to_owned()) });
    a_chain_above_the_agent(&mut desk);
    // Every kind of budget; the first has reached its thresholds.
    let scopes = [
        ScopeRequest::Account("acme-prod".to_owned()),
        ScopeRequest::Group("acme".to_owned()),
        ScopeRequest::Environment(Some("acme".to_owned()), Environment::Production),
    ];
    for (scope, amount) in scopes.into_iter().zip(["20000", "900000", "900000"]) {
        let thresholds = "50,100".parse().expect("percents");
        let (period, action) = (BudgetPeriod::Month, BudgetAction::Warn);
        desk.does(SetBudget { scope, period, amount: amount.parse().expect("an amount"), thresholds, action });
    }
    let opening = subledger::intake::opening::read(Box::new(OPENING.as_bytes()), "opening.csv").expect("a sound opening");
    desk.does(ImportOpening {
        file: "opening.csv".to_owned(),
        sha256: sha256_hex(OPENING.as_bytes()),
        date: parse_date("2026-06-01"),
        lines: opening.lines,
        problems: opening.problems,
    });
    let slip = |reference: Option<&str>| Slip {
        date: parse_date("2026-06-01"),
        note: Note { reference: reference.map(str::to_owned), remark: None },
    };
    let deposit =
        Deposit { group: "acme".to_owned(), amount: "50000".parse().expect("an amount"), slip: slip(Some("transfer 17")) };
    let call = Call { key: Some("transfer-17".to_owned()), ..Call::default() };
    desk.book.write(&call, deposit).expect("a deposit");
    let amount = "20000".parse().expect("an amount");
    desk.does(Allocate { account: "acme-test".to_owned(), amount, slip: slip(None) });
    two_people_top_the_pool_up(&mut desk);
    desk.does(ImportOrders {
        file: "orders.csv".to_owned(),
        sha256: sha256_hex(b"orders.csv"),
        orders: vec![
            (2, order("acme-prod", "ecs", "12000", "2100001", "2026-06-02")),
            (3, order("acme-prod", "rds", "9999.99", "2100002", "2026-06-05")),
            (4, order("acme-test", "ecs", "3000", "2100003", "2026-06-10")),
        ],
        not_paid: 0,
        watch: &Unwatched,
    });
    let ended = desk.does(MonthEnd(bill("2026-06", Finality::Final, JUNE)));
    assert!(ended.closed.is_some(), "June closes: {:?}", ended.blockers);
    // It is opened again, and closed as it was.
    let june = Month::parse("2026-06").expect("a month");
    desk.does(ReopenPeriod { period: june, reason: "to look again".to_owned() });
    desk.does(ClosePeriod { period: june, without_bill: WithoutBill::No });
    invoices_of(&mut desk, june);
    a_part_of_june_is_paid(&mut desk);
    desk.does(RecordOrder(order("acme-prod", "slb", "700", "2100011", "2026-07-02")));
    // A voucher pays a part of the next one.
    let voucher = CouponRequest { kind: CouponKind::Voucher, bearer: Bearer::Provider, amount: "5".parse().expect("an amount") };
    desk.does(RecordOrder(OrderRequest { coupons: vec![voucher], ..order("acme-prod", "slb", "10", "2100013", "2026-07-02") }));
    desk.does(RefundOrder {
        order: "2100011".to_owned(),
        amount: Some("63".parse().expect("an amount")),
        provider_order: "2100012".to_owned(),
        unused_from: None,
        provider_amount: None,
        date: parse_date("2026-07-03"),
    });
    let ended = desk.does(MonthEnd(bill("2026-07", Finality::Estimated, JULY)));
    assert_eq!(ended.reconciled.differences.len(), 5, "{:?}", ended.reconciled.differences);
    desk.does(WaiveCheck {
        period: Month::parse("2026-07").expect("a month"),
        check: CloseCheck::StatedTotal,
        reason: Some("the portal rounds each page".to_owned()),
    });
    // Somebody knows which order the line of another number is.
    let missing = ended.reconciled.differences.iter().find(|d| d.provider_order == "2100013").expect("the order with a voucher");
    desk.does(MatchByHand { id: missing.id.clone(), with: vec!["2100099".to_owned()], note: None });
    somebody_leaves(&mut desk);
    desk
}

/// Somebody asks for more than goes through alone: once it is approved, once it waits, once it is taken back.
fn two_people_top_the_pool_up(desk: &mut Desk) {
    let asked = AskedGrant { roles: vec![Role::Finance], groups: vec![], from: None, until: None };
    desk.does(AddOperator { os_uid: 1001, name: "li.na".parse().expect("a name"), asked });
    desk.does(SetPolicy { name: PolicyName::ApprovalLimit, value: "pool 100".to_owned() });
    let li_na = Session { os_uid: 1001, os_name: "li.na".to_owned(), ..session() };
    let mut as_li_na = Book::open(&desk.path(), Access::Write, li_na).expect("the book opens");
    for (number, day) in [(1, "2026-06-01"), (2, "2026-07-02"), (3, "2026-06-02")] {
        let slip = Slip { date: parse_date(day), note: Note::default() };
        let top_up = TopUp { amount: "200".parse().expect("an amount"), currency: None, paid: None, slip };
        let Err(Error::Requested(asked)) = as_li_na.write(&Call::default(), top_up) else { panic!("it is above the limit") };
        assert_eq!(asked.outcome.request.id.to_string(), format!("a-{number}"));
    }
    as_li_na.write(&Call::default(), Withdraw { request: "a-3".to_owned(), note: None }).expect("it is hers");
    desk.does(Approve { request: "a-1".to_owned(), note: Some("seen".parse().expect("a name")) });
}

/// The provider, two levels below it of which one was frozen for a day, and one that was removed; an account names one of them.
fn a_chain_above_the_agent(desk: &mut Desk) {
    let name = |text: &str| text.parse().expect("a name");
    let party = |text: &str, level| AddUpstream {
        name: name(text),
        level,
        above: None,
        authorisation: Some(name("A-1")),
        expires: parse_date("2027-03-31"),
    };
    desk.does(party("Aliyun", 0));
    desk.does(AddUpstream { above: Some(name("Aliyun")), ..party("Tier One", 1) });
    desk.does(party("Tier Two", 2));
    desk.does(party("Tier Zwei", 2));
    desk.does(FreezeUpstream { name: name("Tier Two"), reason: name("unpaid") });
    desk.does(ThawUpstream { name: name("Tier Two"), reason: name("paid") });
    desk.does(RemoveUpstream { name: name("Tier Zwei") });
    let upstream = Some(BoughtThrough::Party(name("Tier Two")));
    desk.does(EditAccount { account: "acme-prod".to_owned(), upstream, ..EditAccount::default() });
}

/// The holder of the account that waits for its invitation leaves. A part of the hand-over is done, and somebody answers for the
/// rest.
fn somebody_leaves(desk: &mut Desk) {
    let (holder, note) = ("Chen Li".parse().expect("a name"), "to sales".parse().ok());
    desk.does(OpenHandovers { holder, reason: HandoverReason::Moved, note, deadline: None });
    for (act, steps) in
        [(TickAct::Ticked, vec![HandoverStep::Mobile, HandoverStep::Email]), (TickAct::TakenBack, vec![HandoverStep::Email])]
    {
        desk.does(ChangeSteps { case: "h-1".to_owned(), steps, act, note: None });
    }
    desk.does(Waive {
        rule: Rule::HolderLeft,
        object: "acme-dev".to_owned(),
        reason: "on leave until Monday".parse().expect("a name"),
        owner: "Li Na".parse().expect("a name"),
        until: session().today().succ_opt().expect("a day"),
    });
}

fn order(account: &str, product: &str, list_price: &str, provider_order: &str, date: &str) -> OrderRequest {
    let date = parse_date(date);
    OrderRequest {
        account: account.to_owned(),
        product: product.to_owned(),
        kind: OrderKind::New,
        list_price: list_price.parse().expect("an amount"),
        provider_order: provider_order.to_owned(),
        service_from: date,
        service_to: parse_date("2027-06-30"),
        date,
        placement: Placement::Planned,
        provider_amount: None,
        coupons: vec![],
    }
}

fn bill(period: &str, finality: Finality, lines: &str) -> ImportBill<'static> {
    let text = format!("{HEADER}{lines}");
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(text.as_bytes()).expect("a file that can be written");
    let slice = FileSlice::new(file, text.len() as u64);
    let file = InputFile { name: "bill.csv".to_owned(), content: Arc::new(slice.clone()) };
    let file = BillInput { file, written: chrono::DateTime::UNIX_EPOCH };
    let parts = open(vec![("bill.csv".to_owned(), slice)], None).expect("a plain file");
    ImportBill {
        period: Month::parse(period).expect("a month"),
        finality: Some(finality),
        currency: None,
        stated: (period == "2026-06").then(|| "20093.62".parse().expect("an amount")),
        add: false,
        files: vec![file],
        parts,
        bad_lines: BadLines::RefuseTheFile,
        watch: &Unwatched,
    }
}

/// A title, an invoice on paper that was issued, and a red letter that is asked for.
fn invoices_of(desk: &mut Desk, period: Month) {
    let text = |text: &str| Some(text.parse().expect("a name"));
    desk.does(EditEntity {
        entity: "acme-hq".to_owned(),
        name: None,
        invoice_title: None,
        tax_id: None,
        address: text("1 West Lake"),
        phone: text("0571-1"),
        bank: None,
        bank_account: None,
    });
    desk.does(RequestInvoices {
        period,
        whose: Requested::All,
        merge: MergeBy::Entity,
        kind: InvoiceKind::General,
        form: InvoiceForm::Paper,
        rate: None,
        amount: None,
    });
    let (code, number) = (Some("3300261130".to_owned()), "00012345".to_owned());
    desk.does(IssueInvoice { invoice: "i-1".to_owned(), code, number, date: None });
    let reason = "given back".parse().expect("a name");
    desk.does(CreditInvoice { invoice: "i-1".to_owned(), amount: Some("10".parse().expect("an amount")), reason });
}
