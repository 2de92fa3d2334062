//! The set-up of the README with real OS users: a book that belongs to a service user, reached through sudo.
//!
//! It makes users and a sudo rule, and takes them away again: as root, on a machine for that. `.ci/run` runs it where it can.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The machine while the test runs: users, a rule, a place for the book and the binary.
struct Machine {
    folder: PathBuf,
    rule: PathBuf,
    users: Vec<String>,
}

impl Machine {
    fn new() -> Self {
        let number = std::process::id();
        let folder = PathBuf::from(format!("/tmp/subledger-users-{number}"));
        let users: Vec<String> = ["svc", "ann", "fin", "out"].iter().map(|name| format!("sl-{name}-{number}")).collect();
        let machine = Self { folder, rule: PathBuf::from(format!("/etc/sudoers.d/subledger-test-{number}")), users };
        for user in &machine.users {
            must(Command::new("useradd").args(["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", user]));
        }
        fs::create_dir(&machine.folder).expect("a folder");
        fs::set_permissions(&machine.folder, fs::Permissions::from_mode(0o755)).expect("rights");
        fs::copy(env!("CARGO_BIN_EXE_subledger"), machine.binary()).expect("the binary");
        fs::set_permissions(machine.binary(), fs::Permissions::from_mode(0o755)).expect("rights");
        // The service user's own folder, that nobody else can look into.
        fs::create_dir(machine.folder.join("books")).expect("a folder");
        must(Command::new("chown").arg(&machine.users[0]).arg(machine.folder.join("books")));
        fs::set_permissions(machine.folder.join("books"), fs::Permissions::from_mode(0o700)).expect("rights");
        // Only this binary, on this book, and without SETENV: what a person puts into the environment stays outside.
        let [service, ann, fin, _] = &machine.users[..] else { panic!("four users") };
        let (binary, book) = (machine.binary(), machine.book());
        let rule = format!("{ann},{fin} ALL=({service}) NOPASSWD: NOSETENV: {} --book {} *\n", binary.display(), book.display());
        fs::write(&machine.rule, rule).expect("a rule");
        fs::set_permissions(&machine.rule, fs::Permissions::from_mode(0o440)).expect("rights");
        must(Command::new("visudo").args(["-c", "-f"]).arg(&machine.rule));
        machine
    }

    fn binary(&self) -> PathBuf {
        self.folder.join("subledger")
    }

    fn book(&self) -> PathBuf {
        self.folder.join("books/book.db")
    }

    fn uid(&self, user: usize) -> String {
        let output = Command::new("id").args(["-u", &self.users[user]]).output().expect("id");
        String::from_utf8(output.stdout).expect("a number").trim().to_owned()
    }

    /// Runs something as a user who has logged in, with nothing of root's surroundings.
    fn runs(&self, user: usize, program: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = Command::new("setpriv");
        let uid = self.uid(user);
        command.args(["--reuid", &uid, "--regid", &uid, "--clear-groups"]).arg(program).args(arguments);
        command.env_clear().env("PATH", "/usr/bin:/bin").envs(environment.iter().copied()).current_dir("/");
        command.output().expect("it runs")
    }

    /// Runs the tool through sudo.
    fn through_sudo(&self, user: usize, line: &str) -> Output {
        let (service, binary, book) = (self.users[0].as_str(), self.binary(), self.book());
        let mut arguments = vec!["-n", "-u", service, binary.to_str().expect("a path"), "--book", book.to_str().expect("a path")];
        arguments.extend(line.split_whitespace());
        self.runs(user, Path::new("sudo"), &arguments, &[])
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.rule));
        for user in &self.users {
            drop(Command::new("userdel").arg(user).output());
        }
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn must(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn ends(output: &Output, exit: i32, what: &str) {
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{what}\n{told}");
}

const ANN: usize = 1;
const FIN: usize = 2;
const OUTSIDER: usize = 3;

#[test]
#[ignore = "makes OS users and a sudo rule: as root, with sudo installed"]
fn people_behind_sudo_are_told_apart_as_root() {
    let machine = Machine::new();
    let does = |user: usize, exit: i32, line: &str| ends(&machine.through_sudo(user, line), exit, line);
    does(ANN, 0, "init --agent Lingdu --credential 91330106MA05J1K21K --provider alibaba --currency CNY");
    does(FIN, 4, "status");
    does(ANN, 0, &format!("operator add fin --uid {} --role finance", machine.uid(FIN)));
    does(ANN, 0, "group add acme --name Acme");
    does(ANN, 0, &format!("operator revoke {} --role finance", machine.uid(ANN)));
    does(FIN, 0, "fund deposit acme 500");
    does(ANN, 4, "fund deposit acme 500");
    does(FIN, 4, "group add globex --name Globex");
    does(ANN, 0, "check");
    // The log names the person, not the service user.
    let log = machine.through_sudo(ANN, "audit log --command fund --format csv");
    let log = String::from_utf8(log.stdout).expect("text");
    assert!(log.contains(&format!(",fin,{},fund deposit,", machine.uid(FIN))), "{log}");
    assert!(log.contains(&format!(",{},{},fund deposit,", machine.users[ANN], machine.uid(ANN))), "{log}");

    // Nobody reaches the file around the tool, whatever they say who they are.
    let book = machine.book();
    let book = book.to_str().expect("a path");
    let direct =
        |user: usize, environment: &[(&str, &str)]| machine.runs(user, &machine.binary(), &["--book", book, "status"], environment);
    let ann = machine.uid(ANN);
    ends(&direct(FIN, &[("SUDO_UID", ann.as_str())]), 7, "a faked SUDO_UID opens nothing");
    assert!(!machine.runs(FIN, Path::new("sudo"), &["-n", "-u", &machine.users[0], "cat", book], &[]).status.success());
    let service = machine.users[0].as_str();
    let binary = machine.binary();
    let fake = ["-n", "-u", service, "SUDO_UID=0", binary.to_str().expect("a path"), "--book", book, "status"];
    assert!(!machine.runs(FIN, Path::new("sudo"), &fake, &[]).status.success(), "the rule lets nobody set the environment");
    let told = machine.runs(
        FIN,
        Path::new("sudo"),
        &["-n", "-u", service, binary.to_str().expect("a path"), "--book", book, "status"],
        &[("SUDO_UID", ann.as_str())],
    );
    ends(&told, 0, "sudo says itself who has called it");
    assert!(String::from_utf8_lossy(&told.stdout).contains("fin (finance)"), "{}", String::from_utf8_lossy(&told.stdout));
    // Another book is not for them in the service user's name, neither in front of the command nor behind it.
    let own = machine.folder.join("books/own.db");
    let own = own.to_str().expect("a path");
    let other = ["-n", "-u", service, binary.to_str().expect("a path"), "--book", own, "status"];
    let refused = machine.runs(FIN, Path::new("sudo"), &other, &[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("sudo"), "the rule names the book");
    ends(&machine.through_sudo(FIN, &format!("status --book {own}")), 2, "one book");
    ends(&machine.through_sudo(FIN, &format!("status --book={own}")), 2, "one book");
    // Who has no rule does not even get there.
    assert!(!machine.through_sudo(OUTSIDER, "status").status.success());

    // A book that everybody may read, owned by somebody else: who says through SUDO_UID that they are its administrator is not.
    let shared = machine.folder.join("shared");
    fs::create_dir(&shared).expect("a folder");
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o777)).expect("rights");
    let open = shared.join("open.db");
    fs::copy(machine.book(), &open).expect("a copy");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o666)).expect("rights");
    let line = ["--book", open.to_str().expect("a path"), "operator", "disable", "fin", "--reason", "why"];
    ends(&machine.runs(OUTSIDER, &machine.binary(), &line, &[("SUDO_UID", ann.as_str())]), 4, "a faked SUDO_UID is not believed");
}
