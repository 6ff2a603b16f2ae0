//! What this process has used so far, from `/proc`.

/// Figures at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) cpu_seconds: f64,
    pub(crate) rss_bytes: u64,
    pub(crate) peak_rss_bytes: u64,
    pub(crate) written_bytes: u64,
}

impl Figures {
    pub(crate) fn now() -> Self {
        // Fields 14 and 15, counted after the name in brackets, in ticks of 10 ms.
        let ticks = read("stat").and_then(|stat| {
            let (_, rest) = stat.rsplit_once(')')?;
            let fields: Vec<&str> = rest.split_whitespace().collect();
            let tick = |index: usize| fields.get(index)?.parse::<u64>().ok();
            Some(tick(11)? + tick(12)?)
        });
        Self {
            cpu_seconds: ticks.unwrap_or(0) as f64 / 100.0,
            rss_bytes: field("status", "VmRSS:") << 10,
            peak_rss_bytes: field("status", "VmHWM:") << 10,
            written_bytes: field("io", "write_bytes:"),
        }
    }
}

/// Lets the peak begin anew at what is held now.
pub(crate) fn reset_peak() {
    if let Err(error) = std::fs::write("/proc/self/clear_refs", "5") {
        eprintln!("the peak of memory is that of the whole process: {error}");
    }
}

fn read(name: &str) -> Option<String> {
    std::fs::read_to_string(format!("/proc/self/{name}")).ok()
}

fn field(file: &str, key: &str) -> u64 {
    let text = read(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}
