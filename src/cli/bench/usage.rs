//! What a process has used, as Linux tells it under `/proc`. Other systems answer nothing.

use std::fs;
use std::time::Duration;

/// `/proc` counts in hundredths of a second on every common architecture (`USER_HZ`), whatever the kernel's own tick is.
const TICKS_PER_SECOND: u64 = 100;

/// User and system time of a process, of all its threads, those that have ended too.
pub fn cpu_time(process: u32) -> Option<Duration> {
    parse_stat(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// What a process keeps in memory, in bytes.
pub fn resident_bytes(process: u32) -> Option<u64> {
    parse_status(&fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

/// What the calling thread has computed so far: to the nanosecond, so that short work can be measured beside other load.
pub fn thread_cpu_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_ascii_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Fields 14 and 15 of proc_pid_stat(5). The name in field 2 may hold spaces and parentheses.
fn parse_stat(text: &str) -> Option<Duration> {
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    let (user, system) = (ticks()?, ticks()?);
    Some(Duration::from_millis((user + system) * (1_000 / TICKS_PER_SECOND)))
}

/// The line `VmRSS:` of proc_pid_status(5).
fn parse_status(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_are_added_whatever_the_process_is_called() {
        let text = "4242 (a (b) c) S 1 4242 4242 0 -1 4194560 900 0 0 0 123 45 7 8 20 0 5 0 100 0 0";
        assert_eq!(parse_stat(text), Some(Duration::from_millis(1_680)));
        assert_eq!(parse_stat("4242 (authy) S 1"), None);
    }

    #[test]
    fn resident_memory_is_the_line_of_that_name() {
        assert_eq!(parse_status("Name:\tauthy\nVmHWM:\t   90 kB\nVmRSS:\t   16384 kB\n"), Some(16 * 1024 * 1024));
        assert_eq!(parse_status("Name:\tauthy\n"), None);
    }
}
