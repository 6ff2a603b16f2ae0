//! Places in a stream: sequence numbers, positions, and what an iterator holds.
//!
//! A record's place is its commit timestamp and its ordinal among the stream's records of that
//! commit. As a sequence number it is the decimal number `1`, twenty digits of microseconds, six
//! digits of ordinal: always 27 digits, so numbers and texts sort alike.

use std::fmt;

use anywhen_model::CommitTimestamp;

/// More than the records of one commit: a transaction has at most 100 actions.
const ORDINALS: u128 = 1_000_000;
/// The leading digit.
const OFFSET: u128 = 100_000_000_000_000_000_000_000_000;

const ITERATOR_VERSION: u8 = 1;

/// Where a record stands, or would stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) timestamp: CommitTimestamp,
    pub(crate) ordinal: u32,
}

impl Place {
    /// Before all records of this instant.
    pub(crate) const fn at(timestamp: CommitTimestamp) -> Self {
        Self {
            timestamp,
            ordinal: 0,
        }
    }

    /// Behind all records up to this instant.
    pub(crate) const fn behind(timestamp: CommitTimestamp) -> Self {
        Self::at(timestamp.next())
    }

    /// Behind this one alone.
    pub(crate) const fn next(self) -> Self {
        Self {
            timestamp: self.timestamp,
            ordinal: self.ordinal + 1,
        }
    }
}

/// Where a reader goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamPosition {
    /// Where the next record may stand.
    pub(crate) place: Place,
    /// Whether no record stood there or behind when the position was made. An iterator lives far
    /// shorter than a record, so from here nothing is ever trimmed before it is read, however
    /// long ago the last commit was.
    pub(crate) is_end: bool,
}

impl StreamPosition {
    /// The oldest record there is at the time of reading, so this is never too old.
    pub const HORIZON: Self = Self::at(Place::at(CommitTimestamp::ZERO));

    /// At a place before which more may be.
    pub(crate) const fn at(place: Place) -> Self {
        Self {
            place,
            is_end: false,
        }
    }

    /// Behind all records there are.
    pub(crate) const fn end(place: Place) -> Self {
        Self {
            place,
            is_end: true,
        }
    }

    /// Whether records that stand here may have been trimmed, if those before `horizon` are.
    pub(crate) fn is_trimmed(self, horizon: CommitTimestamp) -> bool {
        self != Self::HORIZON && !self.is_end && self.place.timestamp < horizon
    }
}

/// Names a record within its shard; later records have greater ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceNumber(pub(crate) Place);

impl SequenceNumber {
    /// A number of up to 40 digits; `None` if it is none, or none that any record can have.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        // Compared as numbers: zeros in front say nothing.
        let number: u128 = text.trim_start_matches('0').parse().ok()?;
        let number = number.checked_sub(OFFSET)?;
        let micros = u64::try_from(number / ORDINALS).ok()?;
        Some(Self(Place {
            timestamp: CommitTimestamp::from_micros(micros),
            ordinal: u32::try_from(number % ORDINALS).ok()?,
        }))
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = u128::from(self.0.timestamp.as_micros());
        let number = OFFSET + micros * ORDINALS + u128::from(self.0.ordinal);
        write!(f, "{number}")
    }
}

/// What an iterator holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) issued_at: CommitTimestamp,
    pub(crate) position: StreamPosition,
}

impl Token {
    pub(crate) fn encode(self) -> Vec<u8> {
        let mut token = vec![ITERATOR_VERSION];
        token.extend(self.issued_at.as_micros().to_be_bytes());
        token.extend(self.position.place.timestamp.as_micros().to_be_bytes());
        token.extend(self.position.place.ordinal.to_be_bytes());
        token.push(u8::from(self.position.is_end));
        token
    }

    /// `None` for a form that is unknown.
    pub(crate) fn decode(token: &[u8]) -> Option<Self> {
        let (&[ITERATOR_VERSION], rest) = token.split_first_chunk()? else {
            return None;
        };
        let (issued_at, rest) = rest.split_first_chunk()?;
        let (timestamp, rest) = rest.split_first_chunk()?;
        let (ordinal, rest) = rest.split_first_chunk()?;
        let is_end = match rest {
            [0] => false,
            [1] => true,
            _ => return None,
        };
        let instant = |bytes: &[u8; 8]| CommitTimestamp::from_micros(u64::from_be_bytes(*bytes));
        Some(Self {
            issued_at: instant(issued_at),
            position: StreamPosition {
                place: Place {
                    timestamp: instant(timestamp),
                    ordinal: u32::from_be_bytes(*ordinal),
                },
                is_end,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_place() -> impl Strategy<Value = Place> {
        let micros = prop_oneof![
            any::<u64>(),
            1_795_222_800_000_000..1_795_222_800_000_009_u64
        ];
        (micros, 0..1_000_000_u32).prop_map(|(micros, ordinal)| number(micros, ordinal).0)
    }

    proptest! {
        #[test]
        fn any_numbers_are_ordered_as_their_places(a in any_place(), b in any_place()) {
            let (one, other) = (SequenceNumber(a), SequenceNumber(b));
            prop_assert_eq!(one.cmp(&other), a.cmp(&b));
            prop_assert_eq!(one.to_string().cmp(&other.to_string()), a.cmp(&b));
            prop_assert_eq!(SequenceNumber::parse(&one.to_string()), Some(one));
        }

        #[test]
        fn any_token_comes_back(issued in any::<u64>(), place in any_place(), is_end in any::<bool>()) {
            let issued_at = CommitTimestamp::from_micros(issued);
            let token = Token { issued_at, position: StreamPosition { place, is_end } };
            prop_assert_eq!(Token::decode(&token.encode()), Some(token));
        }
    }

    fn number(micros: u64, ordinal: u32) -> SequenceNumber {
        SequenceNumber(Place {
            timestamp: CommitTimestamp::from_micros(micros),
            ordinal,
        })
    }

    #[test]
    fn sequence_numbers_keep_their_order_as_texts_too() {
        let ordered = [
            number(0, 0),
            number(0, 1),
            number(9, 999_999),
            number(10, 0),
            number(1_795_222_800_000_000, 99),
            number(1_795_222_800_000_001, 0),
            number(u64::MAX, 999_999),
        ];
        for pair in ordered.windows(2) {
            assert!(pair[0] < pair[1]);
            assert!(pair[0].to_string() < pair[1].to_string());
        }
        for number in ordered {
            assert_eq!(number.to_string().len(), 27);
            assert_eq!(SequenceNumber::parse(&number.to_string()), Some(number));
            assert_eq!(SequenceNumber::parse(&format!("000{number}")), Some(number));
        }
    }

    #[test]
    fn other_numbers_belong_to_no_record() {
        for text in [
            "",
            "12",
            "000000000000000000000",
            "99999999999999999999999999",
            "9999999999999999999999999999999999999999",
            "-10000000000000000000000000",
            "1000000000000000000000000x0",
        ] {
            assert_eq!(SequenceNumber::parse(text), None, "{text}");
        }
    }

    #[test]
    fn tokens_come_back() {
        let place = number(9, 3).0;
        for position in [StreamPosition::at(place), StreamPosition::end(place)] {
            let token = Token {
                issued_at: CommitTimestamp::from_micros(7),
                position,
            };
            assert_eq!(Token::decode(&token.encode()), Some(token));
            assert_eq!(Token::decode(b""), None);
            assert_eq!(Token::decode(&token.encode()[1..]), None);
        }
    }
}
