//! Invitations: sent, sent again, run out, taken back, declined, and accepted by their token.

use insta::assert_snapshot;

use crate::book::{Point, TestBook};

const CREATE: &str = "account create new-1 --group acme --entity acme-hq --environment test --mode prepaid --mobile 13800000002 \
                      --email ops@acme.example --holder 'Wang Wei'";

/// The token that a command tells, once.
fn token(book: &TestBook, line: &str) -> String {
    book.json(line)["token"].as_str().unwrap().to_owned()
}

fn state(book: &TestBook, account: &str) -> String {
    book.json(&format!("account show {account}"))["state"].as_str().unwrap().to_owned()
}

#[test]
fn the_whole_life_of_an_account_that_was_invited() {
    let mut book = TestBook::acme(Point::Ready);
    let first = token(&book, CREATE);
    // Nobody answers; the invitation runs out.
    book.set_now("2026-07-19T02:00:00Z");
    assert_eq!(state(&book, "new-1"), "expired");
    book.refused(1, "invitation.expired", &format!("account accept new-1 --uid 1000000000000004 --token {first}"));
    book.refused(1, "invitation.expired", "account accept new-1 --uid 1000000000000004");
    assert_snapshot!(book.run("account accept new-1 --uid 1000000000000004"), @"
    ----- stderr
    error: the invitation of new-1 ran out on 2026-07-18
    hint: send another one: `subledger invitation resend new-1`
    ----- exit 1
    ");
    let second = token(&book, "invitation resend new-1");
    assert_ne!(first, second);
    assert_eq!(state(&book, "new-1"), "invited");
    book.refused(1, "invitation.token-superseded", &format!("account accept new-1 --uid 1000000000000004 --token {first}"));
    book.done(&format!("account accept new-1 --uid 1000000000000004 --token {second}"));
    book.refused(1, "invitation.used", &format!("account accept new-1 --uid 1000000000000004 --token {second}"));
    book.refused(1, "account.state", "invitation resend new-1");
    book.done("account verify new-1");
    book.done("account freeze new-1 --reason 'a test'");
    book.done("account thaw new-1 --reason 'the test is over'");
    book.done("account release new-1 --reason 'the project has ended'");
    assert_snapshot!(book.run("account history new-1"), @"
    Account  new-1
    State    released

    Day         Step      From      To        By    Why
    ---------------------------------------------------------------------
    2026-07-03  create    -         invited   root  -
    2026-07-19  resend    expired   invited   root  -
    2026-07-19  accept    invited   accepted  root  -
    2026-07-19  verify    accepted  verified  root  -
    2026-07-19  activate  verified  active    root  -
    2026-07-19  freeze    active    frozen    root  a test
    2026-07-19  thaw      frozen    active    root  the test is over
    2026-07-19  release   active    released  root  the project has ended
    ----- exit 0
    ");
    assert_snapshot!(book.run("invitation show new-1"), @"
    Account            new-1
    Group              acme
    Real-name owner    acme-hq
    State              accepted
    Mobile             13800000002
    E-mail             ops@acme.example
    Sent               2026-07-19
    Runs until         2026-08-03
    Days left          -
    May be sent again  4

    Sent
    Sent        Runs until  State
    ----------------------------------
    2026-07-03  2026-07-18  superseded
    2026-07-19  2026-08-03  accepted
    ----- exit 0
    ");
    assert!(book.checks(), "{}", book.run("check"));
}

#[test]
fn a_token_is_told_once_and_kept_by_nobody() {
    let book = TestBook::acme(Point::Ready);
    assert_snapshot!(book.run(CREATE), @"
    Account                new-1
    UID                    -
    State                  invited
    Model                  resale
    Mode                   prepaid
    When nothing is left   immediate
    Purchases              allowed
    Group                  acme
    Real-name owner        acme-hq
    Environment            test
    Ours since             2026-07-03
    Invitation runs until  2026-07-18
    Token, told once       2a92bf9e438950b680bbb775a7fa1a4b
    ----- stderr
    next: `subledger invitation show new-1 --as text --token TOKEN` writes the message to send
    next: when the holder has accepted, `subledger account accept new-1 --uid UID`
    ----- exit 0
    ");
    book.done("policy set invitation-link https://join.lingdu.example/accept");
    let again = book.json("invitation resend new-1 --key again");
    let (link, token) = (again["link"].as_str().unwrap(), again["token"].as_str().unwrap());
    assert_eq!(link, format!("https://join.lingdu.example/accept/{token}"));
    let replayed = book.json("invitation resend new-1 --key again");
    assert_eq!((&replayed["status"], &replayed["token"], &replayed["link"]), (&"already".into(), &().into(), &().into()));
    let preview = book.json("invitation resend new-1 --dry-run");
    assert_eq!((&preview["status"], &preview["token"]), (&"preview".into(), &().into()));
    // Shown by the holder as a link, it is not in the log either.
    book.done(&format!("account accept new-1 --uid 1000000000000004 --token {link}"));
    let bytes = std::fs::read(book.place()).unwrap();
    assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "the book has the token");
}

#[test]
fn a_token_opens_its_own_account_only() {
    let book = TestBook::acme(Point::Ready);
    let one = token(&book, CREATE);
    let other = CREATE.replace("new-1", "new-2").replace("13800000002", "13800000003").replace("ops@", "dev@");
    let two = token(&book, &other);
    let accept = "account accept new-1 --uid 1000000000000004 --token";
    book.refused(1, "invitation.token-foreign", &format!("{accept} {two}"));
    book.refused(1, "invitation.token-unknown", &format!("{accept} {}", "0".repeat(32)));
    assert_snapshot!(book.run(&format!("{accept} {two}")), @"
    ----- stderr
    error: this token is not the one of new-1, but of another account
    hint: `subledger invitation show new-1` shows what was sent, and what became of it
    ----- exit 1
    ");
    book.refused(2, "usage", &format!("{accept} guess"));
    book.refused(1, "invitation.token-foreign", &format!("invitation decline new-1 --token {two}"));
    book.done(&format!("invitation decline new-2 --token {two} --reason 'they have their own'"));
    book.refused(1, "invitation.used", &format!("account accept new-2 --uid 1000000000000005 --token {two}"));
    book.refused(1, "account.state", "invitation resend new-2");
    assert_snapshot!(book.run("invitation resend new-2"), @"
    ----- stderr
    error: new-2 is declined (created); `resend` is no step from there
    hint: that is the end of its life: `subledger account create` or `account associate` begins another, under a new code
    ----- exit 1
    ");
    // What was declined has given its number up.
    book.done(&other.replace("new-2", "new-3"));
    book.done(&format!("{accept} {one}"));
    assert_snapshot!(book.run("invitation list"), @"
    Account    Group  State     Mobile       E-mail            Sent        Runs until
    ---------------------------------------------------------------------------------
    acme-prod  acme   accepted  13800000001  -                 2026-07-03  2026-07-18
    new-1      acme   accepted  13800000002  ops@acme.example  2026-07-03  2026-07-18
    new-2      acme   declined  13800000003  dev@acme.example  2026-07-03  2026-07-18
    new-3      acme   waiting   13800000003  dev@acme.example  2026-07-03  2026-07-18
    ----- exit 0
    ");
    assert!(book.checks());
}

#[test]
fn what_is_taken_back_opens_nothing() {
    let book = TestBook::acme(Point::Ready);
    let one = token(&book, CREATE);
    book.refused(2, "usage", "invitation revoke new-1");
    book.done("invitation revoke new-1 --reason 'the project was given up'");
    book.refused(1, "invitation.used", &format!("account accept new-1 --uid 1000000000000004 --token {one}"));
    book.refused(1, "account.state", "account accept new-1 --uid 1000000000000004");
    book.refused(1, "account.state", "invitation revoke new-1 --reason again");
    book.refused(1, "account.unknown", "invitation revoke new-9 --reason why");
    // Until the real name is tied, also what was accepted.
    book.done(&CREATE.replace("new-1", "new-2"));
    book.done("account accept new-2 --uid 1000000000000004");
    book.done("invitation revoke new-2 --reason 'not theirs after all'");
    book.refused(1, "account.state", "account verify new-2");
    // An active account is released instead.
    book.refused(1, "account.state", "invitation revoke acme-prod --reason why");
    assert_eq!(book.json("invitation list --state revoked")["rows"].as_array().unwrap().len(), 2);
    assert!(book.json("invitation list --state waiting")["rows"].as_array().unwrap().is_empty());
    assert!(book.checks());
}

#[test]
fn invitations_are_sent_again_as_often_as_the_policy_says() {
    let mut book = TestBook::acme(Point::Ready);
    book.done(CREATE);
    book.done("policy set invitation-resends 2");
    book.done("invitation resend new-1");
    book.done("invitation resend new-1");
    assert_snapshot!(book.run("invitation resend new-1"), @"
    ----- stderr
    error: the invitation of new-1 has been sent again 2 times, which is as often as it may
    hint: make sure that the address is the holder's; `subledger policy set` of invitation-resends lets it be sent more often
    ----- exit 1
    ");
    book.refused(1, "invitation.resends", "invitation resend new-1");
    assert_eq!(book.json("invitation show new-1")["resends_left"], 0);
    // Whoever lets it run out may find the number taken.
    book.done("policy set invitation-resends 3");
    book.set_now("2026-08-01T02:00:00Z");
    book.done(&CREATE.replace("new-1", "new-2").replace("ops@", "dev@"));
    book.refused(1, "mobile.in-use", "invitation resend new-1");
    assert!(book.checks());
}

#[test]
fn an_association_has_no_invitation_and_can_be_taken_back_all_the_same() {
    let book = TestBook::acme(Point::Ready);
    let attested = "--attest no-other-agent --attest no-arrears --attest no-open-orders";
    let associate = |code: &str| {
        format!(
            "account associate {code} --uid 1000000000000009 --group acme --entity acme-hq --environment test --mode prepaid {attested}"
        )
    };
    book.done(&associate("old-1"));
    for line in ["invitation show old-1", "invitation resend old-1"] {
        book.refused(1, "invitation.none", line);
    }
    assert_snapshot!(book.run("invitation show old-1"), @"
    ----- stderr
    error: old-1 came into the book by an association, and has no invitation
    hint: when its owner consents, `subledger account confirm old-1`
    ----- exit 1
    ");
    book.done("invitation decline old-1 --reason 'they stay with another agent'");
    book.refused(1, "account.state", "account confirm old-1");
    assert_eq!(state(&book, "old-1"), "declined");
}

#[test]
fn the_message_to_send_in_both_languages_as_text_and_as_mail() {
    let book = TestBook::acme(Point::Ready);
    let token = token(&book, CREATE);
    assert_snapshot!(book.run(&format!("invitation show new-1 --as text --token {token}")), @r#"
    Lingdu Cloud invites you to the cloud account new-1

    To Wang Wei,

    Lingdu Cloud invites you to open the cloud account "new-1" (test) of Acme Holdings.

    Please give us this token with the account's UID until 2026-07-18:

      2a92bf9e438950b680bbb775a7fa1a4b

    The account must be verified in the real name of Acme Holdings.
    The link is yours alone: do not pass it on. We never ask for your password.
    If you do not expect this message, you need not do anything.

    Lingdu Cloud
    ----- exit 0
    "#);
    book.done("policy set invitation-link https://join.lingdu.example/?t=");
    assert_snapshot!(book.run(&format!("invitation show new-1 --as text --lang zh --token {token}")), @"
    Lingdu Cloud 邀请您开通云账号 new-1

    致 Wang Wei：

    Lingdu Cloud 邀请您为 Acme Holdings 开通云账号“new-1”（测试环境）。

    请在 2026-07-18 前（含当日）打开以下链接：

      https://join.lingdu.example/?t=2a92bf9e438950b680bbb775a7fa1a4b

    该账号须以 Acme Holdings 的名义完成实名认证。
    链接仅供您本人使用，请勿转发。我方不会向您索要密码。
    如您未预期收到本邀请，请忽略。

    Lingdu Cloud
    ----- exit 0
    ");
    assert_snapshot!(book.run("invitation show new-1 --as text"), @r#"
    Lingdu Cloud invites you to the cloud account new-1

    To Wang Wei,

    Lingdu Cloud invites you to open the cloud account "new-1" (test) of Acme Holdings.

    Please follow the invitation that we sent on 2026-07-03. It can be accepted until 2026-07-18.

    The account must be verified in the real name of Acme Holdings.
    The link is yours alone: do not pass it on. We never ask for your password.
    If you do not expect this message, you need not do anything.

    Lingdu Cloud
    ----- exit 0
    "#);
    book.done(&format!("invitation show new-1 --as eml --from ops@lingdu.example --lang zh --token {token} --output invite.eml"));
    let mail = std::fs::read_to_string(book.path("invite.eml")).unwrap();
    assert_snapshot!(mail.replace('\r', ""), @"
    Date: Fri, 3 Jul 2026 00:00:00 +0800
    From: Lingdu Cloud <ops@lingdu.example>
    To: ops@acme.example
    Subject: =?utf-8?Q?Lingdu_Cloud_=E9=82=80=E8=AF=B7=E6=82=A8?=
     =?utf-8?Q?=E5=BC=80=E9=80=9A=E4=BA=91=E8=B4=A6=E5=8F=B7_ne?=
     =?utf-8?Q?w=2D1?=
    MIME-Version: 1.0
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: 8bit
    X-Unsent: 1

    致 Wang Wei：

    Lingdu Cloud 邀请您为 Acme Holdings 开通云账号“new-1”（测试环境）。

    请在 2026-07-18 前（含当日）打开以下链接：

      https://join.lingdu.example/?t=2a92bf9e438950b680bbb775a7fa1a4b

    该账号须以 Acme Holdings 的名义完成实名认证。
    链接仅供您本人使用，请勿转发。我方不会向您索要密码。
    如您未预期收到本邀请，请忽略。

    Lingdu Cloud
    ");
    assert!(mail.lines().count() > 10 && mail.replace("\r\n", "").find(['\r', '\n']).is_none(), "lines end as mails' do");
    book.refused(2, "output.form", "invitation show new-1 --as text --output invite.eml");
    book.refused(2, "usage", "invitation show new-1 --as eml");
    book.refused(2, "usage", "invitation show new-1 --lang zh");
    book.refused(2, "usage", "invitation show new-1 --as eml --from nobody");
    // A token that opens nothing is not sent to anybody.
    book.done("invitation resend new-1");
    book.refused(1, "invitation.token-superseded", &format!("invitation show new-1 --as text --token {token}"));
    book.done("account accept new-1 --uid 1000000000000004");
    book.refused(1, "invitation.used", "invitation show new-1 --as text");
    assert_eq!(book.path("invite.eml").metadata().unwrap().len(), mail.len() as u64);
}
