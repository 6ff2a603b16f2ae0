//! Names and ids as types: who holds one knows that it was checked.
//!
//! Each parses from text, prints as that text and serialises as it. A name that does not
//! follow its rule gives [`InvalidName`]; the text a client gets for it comes from the
//! generated constraint checks, which run first.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::limits;

/// The text does not follow the rule of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {what}")]
pub struct InvalidName {
    /// The kind of name.
    pub what: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $what:literal, $rule:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(std::sync::Arc<str>);

        impl TryFrom<&str> for $type {
            type Error = InvalidName;

            fn try_from(text: &str) -> Result<Self, InvalidName> {
                let rule: fn(&str) -> bool = $rule;
                rule(text).then(|| Self(text.into())).ok_or(InvalidName { what: $what })
            }
        }

        impl $type {
            /// Parses the text.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                Self::try_from(text)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::try_from(text.as_str()).map_err(serde::de::Error::custom)
            }
        }
    };
}

fn is_resource_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (limits::NAME_BYTES_MIN..=limits::NAME_BYTES_MAX).contains(&text.len())
        && text.bytes().all(allowed)
}

name! {
    /// The name of a table: 3 to 255 of `[a-zA-Z0-9_.-]`.
    TableName, "table name", is_resource_name
}
name! {
    /// The name of a secondary index: 3 to 255 of `[a-zA-Z0-9_.-]`.
    IndexName, "index name", is_resource_name
}
name! {
    /// The name a user gives a backup: 3 to 255 of `[a-zA-Z0-9_.-]`. Backups that the server
    /// makes have names outside this rule and are plain text.
    BackupName, "backup name", is_resource_name
}
name! {
    /// An account: 12 digits.
    AccountId, "account id", |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}
name! {
    /// A Region's name, such as `us-east-1` or `local`: 1 to 64 of `[a-z0-9-]`.
    Region, "Region name", |text| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=64).contains(&text.len()) && text.bytes().all(allowed)
    }
}

/// One account in one Region: what tables, backups and archive paths belong to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Realm {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.account, self.region)
    }
}

/// Names one table for good, through deletion and re-creation under the same name. Prints as
/// a lower-case UUID.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableId(u128);

impl TableId {
    /// Names no table but the system's own records, whose history is kept like a table's: the
    /// nil UUID, which is never drawn.
    pub const SYSTEM: Self = Self(0);

    /// From 128 random bits (or stored ones).
    pub const fn from_u128(bits: u128) -> Self {
        Self(bits)
    }

    /// The 128 bits.
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

impl fmt::Display for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |shift: u32, digits: u32| (self.0 >> shift) & ((1 << (digits * 4)) - 1);
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            part(96, 8),
            part(80, 4),
            part(64, 4),
            part(48, 4),
            part(0, 12)
        )
    }
}

impl fmt::Debug for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<&str> for TableId {
    type Error = InvalidName;

    fn try_from(text: &str) -> Result<Self, InvalidName> {
        let invalid = InvalidName { what: "table id" };
        let digits: String = text.chars().filter(|&c| c != '-').collect();
        let id = u128::from_str_radix(&digits, 16)
            .map(Self)
            .map_err(|_| invalid)?;
        // Printing back is the strictest check of where the dashes stood and of the case.
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(invalid)
        }
    }
}

impl Serialize for TableId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TableId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::try_from(text.as_str()).map_err(serde::de::Error::custom)
    }
}

/// Names a backup within its table's name: creation time in milliseconds, and a suffix that is
/// 0 for the backup the server makes of a deleted table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackupId {
    /// Milliseconds since the epoch, below 10^14.
    pub created_ms: u64,
    /// Random, except for SYSTEM backups.
    pub suffix: u32,
}

/// The first time that does not fit the id's 14 digits, in the year 5138.
const BACKUP_ID_MS_END: u64 = 100_000_000_000_000;

impl fmt::Display for BackupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:014}-{:08x}", self.created_ms, self.suffix)
    }
}

impl TryFrom<&str> for BackupId {
    type Error = InvalidName;

    fn try_from(text: &str) -> Result<Self, InvalidName> {
        let invalid = InvalidName { what: "backup id" };
        let (millis, suffix) = text.split_once('-').ok_or(invalid)?;
        let id = Self {
            created_ms: millis.parse().map_err(|_| invalid)?,
            suffix: u32::from_str_radix(suffix, 16).map_err(|_| invalid)?,
        };
        if id.created_ms < BACKUP_ID_MS_END && id.to_string() == text {
            Ok(id)
        } else {
            Err(invalid)
        }
    }
}

impl Serialize for BackupId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BackupId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::try_from(text.as_str()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_their_rules() {
        for good in ["abc", "A.b-c_9", &"x".repeat(255)] {
            assert_eq!(TableName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["ab", "a b", "äbc", "a/b", &"x".repeat(256), ""] {
            assert!(TableName::parse(bad).is_err(), "{bad}");
        }
        assert!(AccountId::parse("123456789012").is_ok());
        assert!(AccountId::parse("12345678901").is_err());
        assert!(Region::parse("local").is_ok() && Region::parse("eu-west-1").is_ok());
        for bad in ["", "../etc", "EU", &"a".repeat(65)] {
            assert!(Region::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_persisted_is_text_and_is_checked_when_it_comes_back() {
        fn round_trip<T>(value: &T, json: &str)
        where
            T: Serialize + for<'de> Deserialize<'de> + PartialEq + fmt::Debug,
        {
            assert_eq!(serde_json::to_string(value).unwrap(), json);
            assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
        }
        round_trip(&TableName::parse("Music").unwrap(), "\"Music\"");
        round_trip(
            &TableId::from_u128(1),
            "\"00000000-0000-0000-0000-000000000001\"",
        );
        let system = BackupId {
            created_ms: 1,
            suffix: 0,
        };
        round_trip(&system, "\"00000000000001-00000000\"");
        assert!(serde_json::from_str::<TableName>("\"a/b\"").is_err());
        assert!(serde_json::from_str::<BackupId>("\"1-0\"").is_err());
    }

    #[test]
    fn ids_print_and_parse() {
        let id = TableId::from_u128(0x0123_4567_89ab_cdef_0011_2233_4455_6677);
        assert_eq!(id.to_string(), "01234567-89ab-cdef-0011-223344556677");
        assert_eq!(TableId::try_from(id.to_string().as_str()), Ok(id));
        assert!(TableId::try_from("01234567-89AB-cdef-0011-223344556677").is_err());
        let backup = BackupId {
            created_ms: 1_489_173_575_360,
            suffix: 0xb308_cd7d,
        };
        assert_eq!(backup.to_string(), "01489173575360-b308cd7d");
        assert_eq!(BackupId::try_from("01489173575360-b308cd7d"), Ok(backup));
        for bad in [
            "1489173575360-b308cd7d",
            "01489173575360-b308cd7",
            "01489173575360b308cd7d",
            "100000000000000-00000000",
            "+1489173575360-b308cd7d",
        ] {
            assert!(BackupId::try_from(bad).is_err(), "{bad}");
        }
    }
}
