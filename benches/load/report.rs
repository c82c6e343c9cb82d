//! The table, printed and kept.

use std::fmt::Write;
use std::path::Path;

use crate::Options;
use crate::rows::Measured;
use crate::server::{BINARY, Server};

pub struct Table {
    text: String,
}

impl Table {
    pub fn new(options: &Options, server: &Server) -> Self {
        let mut text = String::new();
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(
            text,
            "{} patients, {} appointments, {}; {} s a measurement, median of {}; first answer after {:.0} ms\n",
            options.patients,
            10 * options.patients,
            options.engine,
            options.seconds,
            options.rounds,
            server.first_answer.as_secs_f64() * 1000.0
        );
        text.push_str(
            "| page | a second | p50 ms | p99 ms | errors | bytes | compressed | processors | floor | ratio | wanted |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n",
        );
        Self { text }
    }

    pub fn add(&mut self, row: Measured) {
        let percent = |ratio: Option<f64>| ratio.map(|r| format!("{:.1} %", r * 100.0)).unwrap_or_default();
        let floor = row.floor.map(|floor| format!("{:.0}", floor.rate)).unwrap_or_default();
        let load = row.load;
        let line = format!(
            "| {} | {:.0} | {:.2} | {:.2} | {} | {} | {} | {:.2} | {floor} | {} | {} |",
            row.name,
            load.rate,
            load.p50,
            load.p99,
            load.errors,
            row.bytes,
            row.compressed,
            row.processors,
            percent(row.ratio),
            percent(row.wanted)
        );
        eprintln!("{line}");
        self.text.push_str(&line);
        self.text.push('\n');
    }

    /// What bookings are held against.
    pub fn commits(&mut self, rate: f64) {
        let _ = writeln!(self.text, "| bare INSERT … COMMIT, synchronous=FULL | {rate:.0} | | | | | | | | | |");
    }

    pub fn finish(mut self, server: &Server, folder: &Path) -> Result<(), String> {
        let megabytes = |bytes: u64| bytes as f64 / 1_048_576.0;
        let binary = std::fs::metadata(BINARY).map(|m| m.len()).unwrap_or_default();
        let _ = writeln!(
            self.text,
            "\nMemory of the server afterwards {:.0} MB, size of the binary {:.0} MB.",
            megabytes(server.memory()),
            megabytes(binary)
        );
        println!("{}", self.text);
        let path = folder.join("last.md");
        std::fs::write(&path, &self.text).map_err(|e| e.to_string())?;
        println!("Kept in {}.", path.display());
        Ok(())
    }
}
