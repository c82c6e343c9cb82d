//! wrk, and what it says.

use std::io::Write;
use std::path::Path;
use std::process::Command;

/// What one measurement came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    /// Answers a second.
    pub rate: f64,
    /// Milliseconds within which half, and 99 of 100, were answered.
    pub p50: f64,
    pub p99: f64,
    /// Answers of 400 and above, and connections that failed.
    pub errors: u64,
}

/// What is asked.
pub struct Ask<'a> {
    pub url: &'a str,
    pub headers: &'a [(&'a str, String)],
    pub connections: usize,
    pub seconds: u64,
    /// Bodies to send as forms, one after the other, each once; none for looking at `url`.
    pub bodies: &'a [String],
}

/// At the end, one line that is easy to read.
const DONE: &str = r#"
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %.3f %.3f %d\n", summary.requests, summary.duration,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"#;

/// Each thread sends its own share of the bodies; one that has none left asks for a page that does not exist, which is
/// counted as an error.
const BODIES: &str = r#"
local thread_number = 0
setup = function(thread) thread:set("number", thread_number); thread_number = thread_number + 1 end
init = function(args)
  bodies = {}
  at = 0
  local index = 0
  for line in io.lines(bodies_path) do
    if index % threads == number then bodies[#bodies + 1] = line end
    index = index + 1
  end
end
request = function()
  at = at + 1
  local body = bodies[at]
  if body == nil then return wrk.format("GET", "/no-bodies-left") end
  return wrk.format("POST", nil, nil, body)
end
"#;

/// Whether it is installed.
pub fn is_there() -> Result<(), String> {
    // It has no option to say its version and end with 0, so any answer will do.
    let found = Command::new("wrk").arg("--version").output();
    found.map(|_| ()).map_err(|e| format!("wrk cannot be run ({e}). On Debian: apt-get install wrk"))
}

/// Runs one measurement.
pub fn run(ask: &Ask<'_>, folder: &Path) -> Result<Load, String> {
    let threads = ask.connections.min(2);
    let mut script = String::from(DONE);
    if !ask.bodies.is_empty() {
        let path = folder.join("bodies.txt");
        std::fs::write(&path, ask.bodies.join("\n")).map_err(|e| e.to_string())?;
        script.insert_str(0, &format!("local bodies_path = {path:?}\nlocal threads = {threads}\n{BODIES}"));
    }
    let path = folder.join("script.lua");
    std::fs::File::create(&path).and_then(|mut file| file.write_all(script.as_bytes())).map_err(|e| e.to_string())?;
    let mut command = Command::new("wrk");
    command.args(["-t", &threads.to_string(), "-c", &ask.connections.to_string()]);
    command.args(["-d", &format!("{}s", ask.seconds), "--timeout", "10s", "-s"]).arg(&path);
    for (name, value) in ask.headers {
        command.args(["-H", &format!("{name}: {value}")]);
    }
    let output = command.arg(ask.url).output().map_err(|e| format!("wrk: {e}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let result = text.lines().find_map(|line| line.strip_prefix("RESULT "));
    let fields: Vec<f64> = result.unwrap_or_default().split(' ').filter_map(|field| field.parse().ok()).collect();
    match fields.as_slice() {
        [requests, microseconds, p50, p99, errors] => {
            Ok(Load { rate: requests / (microseconds / 1_000_000.0), p50: *p50, p99: *p99, errors: *errors as u64 })
        }
        _ => Err(format!("wrk said nothing that can be read:\n{text}{}", String::from_utf8_lossy(&output.stderr))),
    }
}
