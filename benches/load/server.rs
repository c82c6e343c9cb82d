//! The real binary, as it runs in a hospital.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

pub const BINARY: &str = env!("CARGO_BIN_EXE_infirmary");

/// A running server. It ends with this value.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    /// From the start of the process to the first answer.
    pub first_answer: Duration,
}

impl Server {
    pub fn start(url: &str) -> Result<Self, String> {
        let free = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
        let address = free.local_addr().map_err(|e| e.to_string())?;
        drop(free);
        let begun = Instant::now();
        let process = Command::new(BINARY)
            .args(["--bind", &address.to_string(), "--database-url", url])
            .env("RUST_LOG", "error")
            .stdout(Stdio::null())
            .spawn()
            .map_err(|e| format!("{BINARY}: {e}"))?;
        let mut server = Self { process, address, first_answer: Duration::ZERO };
        while std::net::TcpStream::connect(address).is_err() {
            if begun.elapsed() > Duration::from_secs(60) {
                return Err("the server does not answer".to_owned());
            }
            sleep(Duration::from_millis(1));
        }
        server.first_answer = begun.elapsed();
        Ok(server)
    }

    /// The address of a page.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Memory that is in use, in bytes.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() * 1024
    }

    /// Seconds of processor time so far.
    pub fn processor(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        // After the name: state is the first, user and system time are the 12th and 13th; in hundredths of a second.
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
        (ticks(11) + ticks(12)) / 100.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
