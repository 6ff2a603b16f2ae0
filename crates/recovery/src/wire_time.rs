//! Instants as DynamoDB's error texts print them and operators write them: ISO 8601 in UTC.

use anywhen_model::CommitTimestamp;
use jiff::Timestamp;

/// Whole seconds: `2026-10-06T23:16:32Z`.
pub(crate) fn seconds(at: CommitTimestamp) -> String {
    format(at, "%Y-%m-%dT%H:%M:%SZ")
}

/// Milliseconds: `2026-10-06T23:16:32.000Z`.
pub(crate) fn milliseconds(at: CommitTimestamp) -> String {
    format(at, "%Y-%m-%dT%H:%M:%S.%3fZ")
}

/// Microseconds, as [`parse_instant`] reads them: `2026-10-06T23:16:32.000001Z`.
pub fn exact(at: CommitTimestamp) -> String {
    format(at, "%Y-%m-%dT%H:%M:%S.%6fZ")
}

/// An instant as an operator writes it: RFC 3339, or seconds since the epoch with a fraction.
pub fn parse_instant(text: &str) -> Option<CommitTimestamp> {
    let rfc_3339 = || {
        let at: Timestamp = text.parse().ok()?;
        let micros = at.as_microsecond();
        u64::try_from(micros).ok().map(CommitTimestamp::from_micros)
    };
    CommitTimestamp::parse(text).or_else(rfc_3339)
}

fn format(at: CommitTimestamp, pattern: &str) -> String {
    // A client may name an instant beyond the calendar (year 9999); it is printed as a number.
    i64::try_from(at.as_micros())
        .ok()
        .and_then(|micros| Timestamp::from_microsecond(micros).ok())
        .map_or_else(|| at.to_string(), |at| at.strftime(pattern).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_in_both_forms() {
        let at = Some(CommitTimestamp::from_micros(1_520_018_653_010_999));
        for text in ["1520018653.010999", "2018-03-02T19:24:13.010999Z"] {
            assert_eq!(parse_instant(text), at, "{text}");
        }
        assert_eq!(
            at.map(exact).as_deref(),
            Some("2018-03-02T19:24:13.010999Z")
        );
        assert_eq!(parse_instant("2018-03-02T20:24:13.010999+01:00"), at);
        for text in ["", "yesterday", "2018-03-02", "-1", "1960-01-01T00:00:00Z"] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    #[test]
    fn instants_print_in_utc() {
        let at = CommitTimestamp::from_micros(1_520_018_653_010_999);
        assert_eq!(seconds(at), "2018-03-02T19:24:13Z");
        assert_eq!(milliseconds(at), "2018-03-02T19:24:13.010Z");
        assert_eq!(
            milliseconds(CommitTimestamp::from_seconds(0)),
            "1970-01-01T00:00:00.000Z"
        );
        assert!(seconds(CommitTimestamp::MAX).starts_with("18446744073709"));
    }
}
