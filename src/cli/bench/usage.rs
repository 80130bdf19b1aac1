//! What a process has used, as Linux tells it under `/proc`. Other systems answer nothing.

use std::fs;
use std::time::Duration;

/// `/proc` counts in hundredths of a second on every common architecture (`USER_HZ`), whatever the kernel's own tick is.
const TICKS_PER_SECOND: u64 = 100;

/// User and system time of a process, of all its threads, those that have ended too.
pub fn cpu_time(process: u32) -> Option<Duration> {
    parse_stat(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// User and system time of those threads of a process that are called so.
pub fn cpu_time_of_threads(process: u32, called: &str) -> Option<Duration> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).ok()?;
    let of_thread = |thread: fs::DirEntry| {
        let name = fs::read_to_string(thread.path().join("comm")).ok()?;
        if !name.starts_with(called) {
            return None;
        }
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        parse_schedstat(&text)
    };
    Some(threads.filter_map(Result::ok).filter_map(of_thread).sum())
}

/// How long all processors together have worked for anybody, and how many there are.
pub fn busy() -> Option<(Duration, u32)> {
    parse_busy(&fs::read_to_string("/proc/stat").ok()?)
}

/// What a process keeps in memory, in bytes.
pub fn resident_bytes(process: u32) -> Option<u64> {
    parse_status(&fs::read_to_string(format!("/proc/{process}/status")).ok()?)
}

/// What the calling thread has computed so far: to the nanosecond, so that short work can be measured beside other load.
pub fn thread_cpu_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    parse_schedstat(&text)
}

/// The first number of /proc/PID/schedstat: nanoseconds on a processor.
fn parse_schedstat(text: &str) -> Option<Duration> {
    text.split_ascii_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The first line of proc_stat(5): user, nice, system, idle, iowait, irq, softirq; then a line for each processor.
fn parse_busy(text: &str) -> Option<(Duration, u32)> {
    let mut ticks = text.lines().next()?.strip_prefix("cpu ")?.split_ascii_whitespace().map(|field| field.parse::<u64>().unwrap_or(0));
    let working = ticks.by_ref().take(3).sum::<u64>() + ticks.skip(2).take(2).sum::<u64>();
    let processors = text.lines().skip(1).take_while(|line| line.starts_with("cpu")).count();
    Some((Duration::from_millis(working * (1_000 / TICKS_PER_SECOND)), u32::try_from(processors).ok()?))
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
    fn what_processors_work_is_all_but_waiting() {
        let text = "cpu  10 1 4 900 50 2 3 0 0 0\ncpu0 5 0 2 450 25 1 1 0 0 0\ncpu1 5 1 2 450 25 1 2 0 0 0\nintr 1\n";
        assert_eq!(parse_busy(text), Some((Duration::from_millis(200), 2)));
        assert_eq!(parse_busy("intr 1"), None);
    }

    #[test]
    fn resident_memory_is_the_line_of_that_name() {
        assert_eq!(parse_status("Name:\tauthy\nVmHWM:\t   90 kB\nVmRSS:\t   16384 kB\n"), Some(16 * 1024 * 1024));
        assert_eq!(parse_status("Name:\tauthy\n"), None);
    }
}
