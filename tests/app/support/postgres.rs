//! A private PostgreSQL for the tests: started when the first test asks for it, gone when the test process is.
//!
//! The programs are those of the machine (`initdb`, `pg_ctl`, `postgres`), the data is a folder of its own under the
//! temporary directory, the address a free port of 127.0.0.1. No cluster of the machine is touched. PostgreSQL refuses
//! to run as root, so for root it runs as `postgres`, or else as `nobody`. Whatever runs on this machine may connect
//! as its superuser: nothing but test data belongs in it.
//!
//! ```text
//! let server = postgres::server()?;                       // starts it once, the error says what is missing
//! server.template(|url| migrate(url))?;                   // once, whoever comes first
//! let url = server.create_database("booking_17")?;        // a copy of the template, in some 40 ms
//! server.drop_database("booking_17")?;
//! postgres::shutdown();                                   // last line of main
//! ```
//!
//! A test that stops the database would pull it away from all the tests beside it: it takes [`Server::launch`], a
//! server of its own, which ends when dropped.
//!
//! Between us and PostgreSQL stands a small shell, [`SUPERVISOR`]. It reads orders from a pipe, and when that pipe
//! closes, because we are done or because we were killed, it stops the server and removes the folder.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::{Connection, ConnectionError};

/// The database that every test's database is a copy of.
const TEMPLATE: &str = "infirmary_template";
/// How the folders in the temporary directory begin; what bears this name and no living lock is swept away.
const FOLDER_PREFIX: &str = "infirmary-test-postgres-";
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// Nothing here has to outlive a crash of the machine, so nothing waits for the disk. The time zone is an awkward one on
/// purpose: an operator's server may stand anywhere, and what is stored as UTC must not depend on it.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_parallel_workers_per_gather = 0
wal_level = minimal
max_wal_senders = 0
timezone = 'Pacific/Auckland'
log_timezone = 'UTC'
";

/// `$1` is the folder, `$2` where the programs are. Answers each order, and `initdb` before the first, with `done` or
/// `failed`; what went wrong stands in `server.log`. SIGPIPE is ignored, for the answer to somebody who was killed
/// meanwhile must not kill the shell before it has cleaned up.
const SUPERVISOR: &str = r#"
trap '' PIPE
folder=$1 programs=$2 data=$1/data log=$1/server.log
exec 2>>"$log"
attempt() { if "$@" </dev/null >>"$log"; then echo done; else echo failed; fi; }
create() {
    "$programs/initdb" -D "$data" -U infirmary --auth=trust --encoding=UTF8 --locale=C --no-sync &&
        cat "$folder/settings" >>"$data/postgresql.conf"
}
attempt create
while read -r order port; do
    case $order in
        start) attempt "$programs/pg_ctl" start -s -w -t 60 -D "$data" -l "$log" -o "-p $port" ;;
        stop) attempt "$programs/pg_ctl" stop -s -w -t 60 -m fast -D "$data" ;;
        *) echo failed ;;
    esac
done
"$programs/pg_ctl" stop -s -w -t 60 -m immediate -D "$data" </dev/null >>"$log"
cd / && rm -rf "$folder"
"#;

static SHARED: OnceLock<Result<Server, String>> = OnceLock::new();

/// The server that all tests of this process share, started by the first call. When it cannot be started, every call
/// returns the same reason, in words for the person who runs the tests.
pub fn server() -> Result<&'static Server, String> {
    SHARED.get_or_init(Server::launch).as_ref().map_err(Clone::clone)
}

/// Stops the shared server, if any, and waits until its folder is gone. A process that ends without this call leaves
/// nothing behind either; it only does not wait.
pub fn shutdown() {
    if let Some(Ok(server)) = SHARED.get() {
        server.end();
    }
}

/// A running PostgreSQL.
pub struct Server {
    port: u16,
    log: PathBuf,
    template: OnceLock<Result<(), String>>,
    /// `None` once it was ended.
    supervisor: Mutex<Option<Supervisor>>,
}

struct Supervisor {
    shell: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// See [`Place::lock`].
    _lock: File,
}

/// The folder of one server.
struct Place {
    folder: PathBuf,
    /// Locked as long as we live, which tells later runs that the folder is in use.
    lock: File,
    /// Whom the folder belongs to, and the server's processes with it.
    owner: u32,
    /// User and group to run as, when we are root.
    servant: Option<(u32, u32)>,
}

impl Server {
    /// Starts a server of one's own, empty, in about a second. It ends when dropped.
    pub fn launch() -> Result<Self, String> {
        let programs = find_programs()?;
        let place = Place::make()?;
        let log = place.folder.join("server.log");
        place.sweep_others(&programs);
        let mut supervisor = Supervisor::spawn(&programs, place)?;
        match supervisor.answer(&log).and_then(|()| supervisor.start_on_a_free_port(&log)) {
            Ok(port) => Ok(Self { port, log, template: OnceLock::new(), supervisor: Mutex::new(Some(supervisor)) }),
            Err(error) => {
                supervisor.end();
                Err(error)
            }
        }
    }

    /// The address of `postgres`, the database to connect to for what is not about one database (roles, other databases).
    pub fn maintenance_url(&self) -> String {
        self.url("postgres")
    }

    /// The address of the template. It can be connected to only inside the function given to [`Server::template`]:
    /// a database somebody is connected to cannot be copied.
    pub fn template_url(&self) -> String {
        self.url(TEMPLATE)
    }

    /// Creates the template and has `migrate` fill it, given its address: the first call does, later calls return its
    /// result. `migrate` leaves no connection open.
    pub fn template(&self, migrate: impl FnOnce(&str) -> Result<(), String>) -> Result<(), String> {
        self.template
            .get_or_init(|| {
                self.execute(&format!("CREATE DATABASE {TEMPLATE}"))?;
                migrate(&self.template_url())?;
                self.execute(&format!("ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false"))
            })
            .clone()
    }

    /// Creates a database as a copy of the template, and returns its address. The name is ours to choose: small letters,
    /// digits and `_`, at most 63 characters. [`Server::template`] comes first.
    pub fn create_database(&self, name: &str) -> Result<String, String> {
        self.execute(&format!("CREATE DATABASE {} TEMPLATE {TEMPLATE}", identifier(name)?))?;
        Ok(self.url(name))
    }

    /// Drops a database, with whatever is still connected to it; one that does not exist is fine.
    pub fn drop_database(&self, name: &str) -> Result<(), String> {
        self.execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", identifier(name)?))
    }

    /// Stops the server as an operator would: open connections are cut, committed data stays. For a server of one's own.
    pub fn stop(&self) -> Result<(), String> {
        self.order("stop")
    }

    /// Starts it again after [`Server::stop`], on the same port, and returns when it takes connections.
    pub fn start(&self) -> Result<(), String> {
        self.order(&format!("start {}", self.port))
    }

    /// Stops and starts it.
    pub fn restart(&self) -> Result<(), String> {
        self.stop()?;
        self.start()
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://infirmary@127.0.0.1:{}/{database}", self.port)
    }

    /// Statements about databases take no parameters, so they are built as text; the names are constants or went
    /// through [`identifier`].
    fn execute(&self, statement: &str) -> Result<(), String> {
        let mut connection = PgConnection::establish(&self.maintenance_url())
            .map_err(|error: ConnectionError| format!("PostgreSQL for the tests: {error}"))?;
        connection.batch_execute(statement).map_err(|error| format!("{statement}: {error}"))
    }

    fn order(&self, order: &str) -> Result<(), String> {
        match self.supervisor().as_mut() {
            Some(supervisor) => supervisor.order(order, &self.log),
            None => Err("PostgreSQL for the tests was shut down".to_owned()),
        }
    }

    fn end(&self) {
        if let Some(supervisor) = self.supervisor().take() {
            supervisor.end();
        }
    }

    fn supervisor(&self) -> MutexGuard<'_, Option<Supervisor>> {
        // A test that panicked while it held the lock must not take the others with it.
        self.supervisor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

impl Supervisor {
    fn spawn(programs: &Path, place: Place) -> Result<Self, String> {
        let Place { folder, owner, .. } = &place;
        let mut shell = place.command("sh", folder);
        shell.arg("-c").arg(SUPERVISOR).arg("sh").arg(folder).arg(programs);
        // A group of its own: Ctrl-C in a terminal ends us, and the closing pipe then lets the shell clean up.
        shell.process_group(0);
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = shell.spawn().map_err(|error| {
            // Nothing watches over the folder yet. If it cannot be removed either, the first error is the one to tell.
            let _ = fs::remove_dir_all(folder);
            let folder = folder.display();
            unusable(&format!("cannot start sh as user {owner} in {folder} (TMPDIR decides where)"))(error)
        })?;
        Ok(Self {
            orders: shell.stdin.take().expect("stdin was asked to be a pipe"),
            answers: BufReader::new(shell.stdout.take().expect("stdout was asked to be a pipe")),
            shell,
            _lock: place.lock,
        })
    }

    fn start_on_a_free_port(&mut self, log: &Path) -> Result<u16, String> {
        let mut tries = 5;
        loop {
            let port = free_port().map_err(unusable("no free port"))?;
            tries -= 1;
            match self.order(&format!("start {port}"), log) {
                Ok(()) => return Ok(port),
                // Somebody else was quicker between our look at the port and PostgreSQL's.
                Err(error) if tries > 0 && error.contains("Address already in use") => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn order(&mut self, order: &str, log: &Path) -> Result<(), String> {
        writeln!(self.orders, "{order}")
            .map_err(|error| format!("PostgreSQL for the tests: its shell is gone: {error}"))?;
        self.answer(log)
    }

    fn answer(&mut self, log: &Path) -> Result<(), String> {
        let mut answer = String::new();
        match self.answers.read_line(&mut answer) {
            Ok(_) if answer.trim() == "done" => Ok(()),
            _ => Err(format!("PostgreSQL for the tests did not obey; the end of its log:\n{}", last_lines(log, 15))),
        }
    }

    /// Closing the pipe is the order to stop and to remove the folder.
    fn end(self) {
        let Self { mut shell, orders, answers, _lock } = self;
        drop(orders);
        // An error means that the shell is already gone, which is what we wait for.
        let _ = shell.wait();
        drop(answers);
    }
}

/// The newest folder that holds all programs: on PATH, where Debian keeps them, or where `pg_config` says.
fn find_programs() -> Result<PathBuf, String> {
    let complete = |folder: &PathBuf| PROGRAMS.iter().all(|program| folder.join(program).is_file());
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    if let Some(folder) = std::env::split_paths(&on_path).find(complete) {
        return Ok(folder);
    }

    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| complete(folder))
        .collect();
    versions.sort();
    if let Some((_, folder)) = versions.pop() {
        return Ok(folder);
    }

    let told = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output().ok();
    told.and_then(|output| String::from_utf8(output.stdout).ok())
        .map(|folder| PathBuf::from(folder.trim()))
        .filter(complete)
        .ok_or_else(|| {
            format!(
                "PostgreSQL is not installed: no folder with {} on PATH, under /usr/lib/postgresql or where pg_config \
                 points (Debian: apt-get install postgresql)",
                PROGRAMS.join(", ")
            )
        })
}

/// User and group to run as, where we are root.
fn servant() -> Result<(u32, u32), String> {
    let accounts = fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let account = |name: &str| {
        let mut fields = accounts.lines().map(|line| line.split(':')).find_map(|mut fields| {
            let found = fields.next() == Some(name);
            found.then_some(fields)
        })?;
        Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    account("postgres").or_else(|| account("nobody")).ok_or_else(|| {
        "PostgreSQL does not run as root, and neither `postgres` nor `nobody` is an account here".to_owned()
    })
}

impl Place {
    fn make() -> Result<Self, String> {
        let name = format!("{FOLDER_PREFIX}{}-{:08x}", std::process::id(), random() as u32);
        let folder = std::env::temp_dir().join(name);
        let created = DirBuilder::new().mode(0o700).create(&folder);
        created.map_err(unusable(&format!("cannot create {}", folder.display())))?;
        // It gets its name when it is locked, so that a run which starts beside us never finds it unlocked.
        let unnamed = folder.join("lock.new");
        let lock = File::create(&unnamed)
            .and_then(|lock| lock.lock().map(|()| lock))
            .and_then(|lock| fs::rename(&unnamed, folder.join("lock")).map(|()| lock))
            .map_err(unusable("cannot lock its folder"))?;
        fs::write(folder.join("settings"), SETTINGS).map_err(unusable("cannot write its settings"))?;

        // Whoever owns what we create is who we are; the standard library has no other way to ask.
        let us = fs::metadata(&folder).map_err(unusable("cannot read its folder"))?.uid();
        let servant = if us == 0 { Some(servant()?) } else { None };
        if let Some((user, group)) = servant {
            chown(&folder, Some(user), Some(group)).map_err(unusable("cannot hand over its folder"))?;
        }
        Ok(Self { folder, lock, owner: servant.map_or(us, |(user, _)| user), servant })
    }

    /// A command that runs as the servant if there is one, stands in a folder which the servant may read, and has none
    /// of the developer's own PostgreSQL settings.
    fn command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env("HOME", folder).env("LC_ALL", "C");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        if let Some((user, group)) = self.servant {
            command.uid(user).gid(group);
        }
        command
    }

    /// Stops and removes what earlier runs left, which takes a kill of both the run and its shell. A folder in use has
    /// a locked lock file; one that is just being made has none yet. Only folders of the same owner are touched.
    fn sweep_others(&self, programs: &Path) {
        for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
            let folder = entry.path();
            let ours = entry.file_name().to_string_lossy().starts_with(FOLDER_PREFIX)
                && fs::symlink_metadata(&folder).is_ok_and(|folder| folder.is_dir() && folder.uid() == self.owner);
            if !ours || !File::open(folder.join("lock")).is_ok_and(|lock| lock.try_lock().is_ok()) {
                continue;
            }
            if folder.join("data/postmaster.pid").exists() {
                let mut stop = self.command(programs.join("pg_ctl"), &folder);
                stop.args(["stop", "-s", "-w", "-m", "immediate", "-D"]).arg(folder.join("data"));
                // It may have died by itself, then there is nothing to stop.
                let _ = stop.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
            }
            // Its own shell may be removing it at this very moment.
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

fn unusable(what: &str) -> impl FnOnce(std::io::Error) -> String {
    move |error| format!("PostgreSQL for the tests: {what}: {error}")
}

/// A port that nobody listens on now. Below the range from which systems take the ports of outgoing connections, so
/// that none of those sits on it while the server is stopped for a moment.
fn free_port() -> std::io::Result<u16> {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).and_then(|listener| listener.local_addr());
    (0..50)
        .map(|_| 20_000 + (random() % 12_000) as u16)
        .find_map(|port| free(port).ok())
        .map_or_else(|| free(0), Ok)
        .map(|address| address.port())
}

/// Differs from call to call and from process to process; not for secrets.
fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

fn identifier(name: &str) -> Result<&str, String> {
    let fits = (1..=63).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if fits { Ok(name) } else { Err(format!("{name:?} is no name for a test database")) }
}

fn last_lines(file: &Path, count: usize) -> String {
    let text = fs::read_to_string(file).unwrap_or_else(|error| format!("({}: {error})", file.display()));
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// The test of all the above, on a server of its own: copies hold what the template holds and nothing of each other,
/// data outlives a restart, a stopped server refuses, and when dropped nothing of it is left.
pub fn works() -> Result<(), String> {
    let server = Server::launch()?;
    let execute = |url: &str, statement: &str| {
        PgConnection::establish(url)
            .map_err(|error| error.to_string())?
            .batch_execute(statement)
            .map_err(|error| error.to_string())
    };
    let must_fail = |what: &str, result: Result<(), String>| match result {
        Ok(()) => Err(format!("{what} went through")),
        Err(_) => Ok(()),
    };

    must_fail("a copy before the template", server.create_database("early").map(drop))?;
    server.template(|url| execute(url, "CREATE TABLE note (body TEXT NOT NULL)"))?;
    server.template(|_| Err("the template was filled twice".to_owned()))?;
    must_fail("a connection to the template", execute(&server.template_url(), "SELECT 1"))?;
    must_fail("a quote in a name", server.create_database("x\"; --").map(drop))?;

    let one = server.create_database("one")?;
    let two = server.create_database("two")?;
    execute(&one, "INSERT INTO note VALUES ('kept')")?;
    server.stop()?;
    must_fail("a connection to a stopped server", execute(&one, "SELECT 1"))?;
    server.start()?;
    server.restart()?;
    execute(&one, "DO $$ BEGIN ASSERT (SELECT count(*) FROM note) = 1; END $$")?;
    execute(&two, "DO $$ BEGIN ASSERT (SELECT count(*) FROM note) = 0; END $$")?;
    execute(&server.maintenance_url(), "DO $$ BEGIN ASSERT (SELECT count(*) FROM pg_database) = 6; END $$")?;

    // Two copies at once, while somebody is connected to what is dropped.
    let _connected = PgConnection::establish(&two).map_err(|error| error.to_string())?;
    std::thread::scope(|scope| {
        let copies = ["three", "four"].map(|name| scope.spawn(|| server.create_database(name)));
        let dropped = server.drop_database("two");
        for copy in copies {
            copy.join().expect("creating a database does not panic")?;
        }
        dropped
    })?;
    must_fail("a connection to a dropped database", execute(&two, "SELECT 1"))?;

    let folder = server.log.parent().expect("the log is in the folder").to_owned();
    let maintenance = server.maintenance_url();
    drop(server);
    must_fail("a connection to a server that ended", execute(&maintenance, "SELECT 1"))?;
    if folder.exists() { Err(format!("{} was left behind", folder.display())) } else { Ok(()) }
}
