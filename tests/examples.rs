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
    assert!(statement.lines().last().unwrap().contains("closing,,,,,,,,,56932.00"), "{statement}");
    assert!(folder.path().join("out/acme-test-2026-06.csv").exists());
    assert!(!folder.path().join("out/differences.csv").exists(), "the findings of the first run are gone");
}
