//! The query of a request: names that are known, each once, and values that are numbers or names.
//!
//! Nothing that may stand in one needs percent-encoding, so there is none: a `%` is refused with
//! the value it stands in.

use anywhen_model::CommitTimestamp;

use crate::reply::Refusal;

/// What follows the question mark.
#[derive(Debug, Default)]
pub(crate) struct Query<'a> {
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Query<'a> {
    /// Reads a query that may have these parameters.
    pub(crate) fn read(text: Option<&'a str>, known: &[&str]) -> Result<Self, Refusal> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for pair in text
            .unwrap_or_default()
            .split('&')
            .filter(|pair| !pair.is_empty())
        {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !known.contains(&name) {
                let known = match known {
                    [] => "it takes none".to_owned(),
                    known => format!("it takes {}", known.join(", ")),
                };
                let message = format!("the query has an unknown parameter {name:?}; {known}");
                return Err(Refusal::bad_request(message));
            }
            if pairs.iter().any(|(other, _)| *other == name) {
                return Err(Refusal::bad_request(format!("the query has {name} twice")));
            }
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    /// A parameter as it stands.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        let mut pairs = self.pairs.iter();
        pairs
            .find(|(other, _)| *other == name)
            .map(|(_, value)| *value)
    }

    /// A whole number within bounds.
    pub(crate) fn number(&self, name: &str, least: u64, most: u64) -> Result<Option<u64>, Refusal> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let number = text.parse().ok();
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(Refusal::bad_request(format!(
                "{name} is {text:?}; it must be a whole number from {least} to {most}"
            ))),
        }
    }

    /// An instant in seconds since the epoch, with up to six digits of a fraction.
    pub(crate) fn instant(&self, name: &str) -> Result<Option<CommitTimestamp>, Refusal> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        match CommitTimestamp::parse(text).filter(|at| at.as_micros() <= LAST_MICROS) {
            Some(at) => Ok(Some(at)),
            None => Err(Refusal::bad_request(format!(
                "{name} is {text:?}; it must be an instant in seconds since 1970, such as \
                 1795262400 or 1795262400.5"
            ))),
        }
    }
}

/// The end of the year 9999: later instants are a mistake, and what is computed of earlier ones
/// cannot overflow.
const LAST_MICROS: u64 = 253_402_300_800_000_000;

/// `from` must be before `to`.
pub(crate) fn in_order(from: CommitTimestamp, to: CommitTimestamp) -> Result<(), Refusal> {
    if from < to {
        return Ok(());
    }
    Err(Refusal::bad_request(format!(
        "from is {from} and to is {to}; from must be before to"
    )))
}

/// An instant as answers tell it.
pub(crate) fn seconds(at: CommitTimestamp) -> f64 {
    at.as_micros() as f64 / 1_000_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["from", "limit"];

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("form=1", "unknown parameter \"form\"; it takes from, limit"),
            ("from=1&from=2", "from twice"),
            ("limit", "limit is \"\""),
            ("limit=0", "from 1 to 10"),
            ("limit=11", "from 1 to 10"),
            ("limit=1.5", "whole number"),
            ("limit=%31", "%31"),
            ("limit=99999999999999999999999", "from 1 to 10"),
            ("from=-1", "seconds since 1970"),
            ("from=1e9", "seconds since 1970"),
            ("from=1.1234567", "seconds since 1970"),
            ("from=18446744073709", "seconds since 1970"),
            ("from=now", "seconds since 1970"),
        ] {
            let refused = Query::read(Some(text), KNOWN)
                .and_then(|query| query.number("limit", 1, 10).and(query.instant("from")));
            let refusal = refused.unwrap_err();
            assert!(refusal.message().contains(part), "{text}: {refusal:?}");
        }
    }

    #[test]
    fn numbers_and_instants_are_read() {
        let query = Query::read(Some("from=1.5&&limit=10"), KNOWN).unwrap();
        assert_eq!(query.number("limit", 1, 10), Ok(Some(10)));
        let from = query.instant("from").unwrap().unwrap();
        assert_eq!(from.as_micros(), 1_500_000);
        assert!((seconds(from) - 1.5).abs() < f64::EPSILON);
        let empty = Query::read(None, &[]).unwrap();
        assert_eq!(
            (empty.text("from"), empty.number("limit", 1, 2)),
            (None, Ok(None))
        );
    }
}
