//! Sizes for people.

/// Bytes as a person reads them: three digits and a binary unit, such as `1.52 MiB`.
pub(crate) struct Size(pub(crate) u64);

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
        let mut size = self.0 as f64;
        let mut units = UNITS.iter();
        let mut unit = units.next().unwrap_or(&"B");
        while size >= 999.5 {
            let Some(larger) = units.next() else { break };
            (size, unit) = (size / 1024.0, larger);
        }
        let decimals = match size {
            _ if *unit == "B" => 0,
            ..9.995 => 2,
            ..99.95 => 1,
            _ => 0,
        };
        f.pad(&format!("{size:.decimals$} {unit}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_three_digits() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "0.98 KiB"),
            (1 << 10, "1.00 KiB"),
            (10_500, "10.3 KiB"),
            (300 << 20, "300 MiB"),
            (1023 << 20, "1.00 GiB"),
            (u64::MAX, "16384 PiB"),
        ] {
            assert_eq!(Size(bytes).to_string(), text);
        }
        assert_eq!(format!("{:>8}", Size(5)), "     5 B");
    }
}
