//! The examples are run as they stand.

use std::path::Path;
use std::process::Command;

#[test]
fn the_worked_month_closes_and_writes_a_statement_for_each_account() {
    let folder = tempfile::tempdir().unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_subledger"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/worked-month/month.sh");
    let ended = Command::new("sh").arg(script).current_dir(folder.path()).env("PATH", path).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let statement = std::fs::read_to_string(folder.path().join("out/acme-prod-2026-06.csv")).unwrap();
    assert!(statement.lines().last().unwrap().contains(",closing,,,,,,,,,,,,,56932.00,"), "{statement}");
    assert!(folder.path().join("out/acme-test-2026-06.csv").exists());
    assert!(!folder.path().join("out/differences.csv").exists(), "the findings of the first run are gone");
}

#[test]
fn the_script_for_cron_closes_a_month_and_says_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let binary = Path::new(env!("CARGO_BIN_EXE_subledger"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let month = Command::new("sh")
        .arg(examples.join("worked-month/month.sh"))
        .current_dir(folder.path())
        .env("PATH", &path)
        .output()
        .unwrap();
    assert!(month.status.success());
    let book = std::fs::read_dir(folder.path())
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "db"))
        .expect("the worked month leaves its book");
    let run = |month: &str| {
        let mut command = Command::new("sh");
        command.arg(examples.join("month-end/month-end.sh")).args(["inbox", "closed", month]);
        command.current_dir(folder.path()).env("PATH", &path).env("SUBLEDGER_BOOK", &book).output().unwrap()
    };
    assert_eq!(run("2026-06").status.code(), Some(3), "there is no bill yet");
    std::fs::create_dir_all(folder.path().join("inbox/2026-06")).unwrap();
    std::fs::copy(examples.join("worked-month/bill-corrected.csv"), folder.path().join("inbox/2026-06/bill.csv")).unwrap();
    let ended = run("2026-06");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
    let summary = std::fs::read_to_string(folder.path().join("closed/2026-06.json")).unwrap();
    assert!(summary.contains("\"state\": \"closed\"") || summary.contains("\"state\":\"closed\""), "{summary}");
    assert!(folder.path().join("closed/2026-06/acme-prod-2026-06.csv").exists());
}
