//! Clocks: wall time, processor time of a process, medians.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// Kernel ticks in a second, as Linux reports them to programs.
const TICKS: u64 = 100;

/// The middle of what was measured.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// How long something took, in seconds, and what it gave.
pub fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let done = work();
    (begun.elapsed().as_secs_f64(), done)
}

/// Processor time that a process has used so far, all threads, ended ones too.
pub fn cpu(pid: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .with_context(|| format!("process {pid}"))?;
    // The name stands in brackets and may hold blanks.
    let (_, behind) = stat.rsplit_once(')').context("a process's state")?;
    let fields: Vec<&str> = behind.split_whitespace().collect();
    let ticks =
        |place: usize| -> Result<u64> { Ok(fields.get(place).context("a field")?.parse::<u64>()?) };
    // utime and stime are the 14th and 15th field of the whole line.
    let ticks = ticks(11)? + ticks(12)?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS))
}

/// Processor time that the living threads of this process with a name have used
/// so far.
pub fn cpu_of_threads(name: &str) -> Result<Duration> {
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir("/proc/self/task")?.flatten() {
        let read = |file: &str| std::fs::read_to_string(thread.path().join(file));
        let (Ok(called), Ok(spent)) = (read("comm"), read("schedstat")) else {
            continue;
        };
        if called.trim() == name {
            let spent = spent.split_whitespace().next().context("a time")?;
            nanoseconds += spent.parse::<u64>()?;
        }
    }
    Ok(Duration::from_nanos(nanoseconds))
}

/// The most memory that a process has had, in MB.
pub fn peak_memory(pid: u32) -> Result<f64> {
    kilobytes(Path::new(&format!("/proc/{pid}/status")), "VmHWM:").map(|kb| kb / 1024.0)
}

/// The proportional memory (PSS) of a process and all its children, in MB.
pub fn family_memory(pid: u32) -> Result<f64> {
    let mut whole = 0.0;
    for member in family(pid)? {
        let file = format!("/proc/{member}/smaps_rollup");
        whole += kilobytes(Path::new(&file), "Pss:").unwrap_or(0.0);
    }
    Ok(whole / 1024.0)
}

fn kilobytes(file: &Path, field: &str) -> Result<f64> {
    let text = std::fs::read_to_string(file)?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .with_context(|| format!("{field} in {}", file.display()))?;
    let number = line.trim().trim_end_matches("kB").trim();
    Ok(number.parse()?)
}

fn family(root: u32) -> Result<Vec<u32>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(pid): Option<u32> = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let status = entry.path().join("status");
        let text = std::fs::read_to_string(status).unwrap_or_default();
        let parent: Option<u32> = text
            .lines()
            .find_map(|line| line.strip_prefix("PPid:"))
            .and_then(|value| value.trim().parse().ok());
        all.push((pid, parent.unwrap_or(0)));
    }
    let mut members = vec![root];
    let mut next = 0;
    while let Some(&parent) = members.get(next) {
        members.extend(
            all.iter()
                .filter(|(_, of)| *of == parent)
                .map(|(pid, _)| *pid),
        );
        next += 1;
    }
    Ok(members)
}
