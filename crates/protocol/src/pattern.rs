//! The regular expressions of the service models, matched by hand.
//!
//! The models have nine that a request can meet. Each is one character class, or nearly so, and a
//! regular-expression engine would be the largest dependency of this crate.

/// A pattern that a whole text must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// Names of tables, indexes and backups.
    Name,
    /// An AWS account.
    AccountId,
    /// Pagination tokens of bulk operations and imports.
    HexToken,
    /// Tokens that make a call idempotent.
    WithoutDollar,
    /// The character between the columns of a CSV file.
    CsvDelimiter,
    /// The name of a column of a CSV file.
    CsvHeader,
    /// The name of a bucket.
    S3Bucket,
    /// ASCII that prints.
    Printable,
    /// The characters XML allows.
    XmlText,
}

impl Pattern {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 9] = [
        Self::Name,
        Self::AccountId,
        Self::HexToken,
        Self::WithoutDollar,
        Self::CsvDelimiter,
        Self::CsvHeader,
        Self::S3Bucket,
        Self::Printable,
        Self::XmlText,
    ];

    /// The pattern as the model writes it and errors print it.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Name => r"[a-zA-Z0-9_.-]+",
            Self::AccountId => r"[0-9]{12}",
            Self::HexToken => r"([0-9a-f]{16})+",
            Self::WithoutDollar => r"^[^\$]+$",
            Self::CsvDelimiter => r"[,;:|\t ]",
            Self::CsvHeader => r"[\x20-\x21\x23-\x2B\x2D-\x7E]*",
            Self::S3Bucket => r"^[a-z0-9A-Z]+[\.\-\w]*[a-z0-9A-Z]+$",
            Self::Printable => r"\p{Print}+",
            Self::XmlText => r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*",
        }
    }

    pub(crate) fn matches(self, text: &str) -> bool {
        let mut bytes = text.bytes();
        match self {
            Self::Name => {
                !text.is_empty()
                    && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
            }
            Self::AccountId => text.len() == 12 && bytes.all(|byte| byte.is_ascii_digit()),
            Self::HexToken => {
                !text.is_empty()
                    && text.len().is_multiple_of(16)
                    && bytes.all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            }
            Self::WithoutDollar => !text.is_empty() && !text.contains('$'),
            Self::CsvDelimiter => matches!(text, "," | ";" | ":" | "|" | "\t" | " "),
            Self::CsvHeader => {
                bytes.all(|byte| matches!(byte, b' '..=b'~') && !b"\",".contains(&byte))
            }
            Self::S3Bucket => is_s3_bucket(text.as_bytes()),
            Self::Printable => !text.is_empty() && bytes.all(|byte| matches!(byte, b' '..=b'~')),
            Self::XmlText => text.chars().all(is_xml_character),
        }
    }
}

fn is_s3_bucket(text: &[u8]) -> bool {
    let [first, middle @ .., last] = text else {
        return false;
    };
    first.is_ascii_alphanumeric()
        && last.is_ascii_alphanumeric()
        && middle
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
}

fn is_xml_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{1_0000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_what_they_say() {
        for (pattern, good, bad) in [
            (
                Pattern::Name,
                &["a", "a-b_c.D9"][..],
                &["", "a b", "é", "a/b"][..],
            ),
            (
                Pattern::AccountId,
                &["000000000000"],
                &["", "00000000000", "00000000000a"],
            ),
            (
                Pattern::HexToken,
                &["0123456789abcdef", "00000000000000000000000000000000"],
                &[
                    "",
                    "0123456789abcde",
                    "0123456789ABCDEF",
                    "0123456789abcdef0",
                ],
            ),
            (Pattern::WithoutDollar, &["a", "é b"], &["", "$", "a$b"]),
            (Pattern::CsvDelimiter, &[",", "\t", " "], &["", ",,", "a"]),
            (
                Pattern::CsvHeader,
                &["", "a b!#+-~"],
                &["a,b", "\"", "é", "\n"],
            ),
            (
                Pattern::S3Bucket,
                &["ab", "a..-_b", "my-bucket"],
                &["", "a", "-ab", "ab-", "a b"],
            ),
            (Pattern::Printable, &["a ~"], &["", "\t", "é"]),
            (
                Pattern::XmlText,
                &["", "a\r\n\té😀"],
                &["\u{0}", "\u{1f}", "\u{FFFE}", "\u{FFFF}"],
            ),
        ] {
            for text in good {
                assert!(pattern.matches(text), "{pattern:?} should match {text:?}");
            }
            for text in bad {
                assert!(
                    !pattern.matches(text),
                    "{pattern:?} should not match {text:?}"
                );
            }
        }
    }

    #[test]
    fn every_pattern_is_in_the_model() {
        let model = include_str!("../model/dynamodb-2012-08-10.json");
        for pattern in Pattern::ALL {
            let written = serde_json::to_string(pattern.text()).unwrap();
            assert!(
                model.contains(&format!("\"pattern\": {written}")),
                "{pattern:?}"
            );
        }
    }
}
