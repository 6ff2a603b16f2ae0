//! Cuts the text of an expression into tokens.
//!
//! Lexing never fails: a character that belongs to no token becomes a token of its own, which the
//! parser then refuses, so that every syntax error is reported in one form by one place. Tokens
//! borrow from the text; together with the white space between them they cover all of it.

/// What a token is; the parser tells symbols and keywords apart by their text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A bare word: keyword, function name or attribute name. `[A-Za-z_][A-Za-z0-9_]*`
    Word,
    /// A `#name` placeholder.
    NamePlaceholder,
    /// A `:value` placeholder.
    ValuePlaceholder,
    /// A decimal integer without leading zeros.
    Integer,
    /// An operator or a bracket; also what no grammar has: quoted text, any other character.
    Symbol,
    /// The end of the text; the token itself is empty.
    End,
}

/// One token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token<'t> {
    /// What the token is.
    pub(crate) kind: TokenKind,
    /// The token as written.
    pub(crate) text: &'t str,
    /// Offset of its first byte in the expression.
    pub(crate) start: usize,
}

impl Token<'_> {
    /// Offset of the byte after its last one.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// All tokens of `text`, the last being [`TokenKind::End`].
///
/// Looks at bytes: all that the grammars know is ASCII, and no byte of a longer character is.
pub(crate) fn tokenize(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::with_capacity(text.len() / BYTES_PER_TOKEN + 1);
    let mut start = 0;
    while let Some(&first) = bytes.get(start) {
        if is_white_space(first) {
            start += 1;
            continue;
        }
        let (kind, length) = next_token(first, text, start);
        let end = start + length;
        tokens.push(Token {
            kind,
            text: text.get(start..end).unwrap_or_default(),
            start,
        });
        start = end;
    }
    tokens.push(Token {
        kind: TokenKind::End,
        text: "",
        start: text.len(),
    });
    tokens
}

/// Fewer than most texts have, white space counted, so that the list of tokens seldom grows.
const BYTES_PER_TOKEN: usize = 3;

/// Kind and length in bytes of the token at `start`, whose first byte is `first`.
fn next_token(first: u8, text: &str, start: usize) -> (TokenKind, usize) {
    let tail = text.as_bytes().get(start + 1..).unwrap_or_default();
    let word_length = || 1 + length_while(tail, is_word_byte);
    match first {
        b'A'..=b'Z' | b'a'..=b'z' | b'_' => (TokenKind::Word, word_length()),
        b'#' => placeholder(TokenKind::NamePlaceholder, word_length()),
        b':' => placeholder(TokenKind::ValuePlaceholder, word_length()),
        b'1'..=b'9' => (
            TokenKind::Integer,
            1 + length_while(tail, |byte| byte.is_ascii_digit()),
        ),
        b'0' => (TokenKind::Integer, 1),
        b'<' if matches!(tail.first(), Some(b'=' | b'>')) => (TokenKind::Symbol, 2),
        b'>' if tail.first() == Some(&b'=') => (TokenKind::Symbol, 2),
        b'"' | b'\'' => {
            let quoted = memchr::memchr(first, tail).map(|close| close + 2);
            (TokenKind::Symbol, quoted.unwrap_or(1))
        }
        0..=0x7f => (TokenKind::Symbol, 1),
        _ => {
            let character = text.get(start..).and_then(|rest| rest.chars().next());
            (TokenKind::Symbol, character.map_or(1, char::len_utf8))
        }
    }
}

/// A `#` or `:` with what follows it, which is no placeholder if that is nothing.
fn placeholder(kind: TokenKind, length: usize) -> (TokenKind, usize) {
    let is_alone = length == 1;
    (if is_alone { TokenKind::Symbol } else { kind }, length)
}

/// Length in bytes of the longest prefix made of `wanted` bytes.
fn length_while(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !wanted(*byte));
    end.unwrap_or(bytes.len())
}

/// The four characters that separate tokens.
fn is_white_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Characters that may follow the first one of a word or placeholder.
pub(crate) fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(expression: &str) -> Vec<&str> {
        tokenize(expression)
            .iter()
            .map(|token| token.text)
            .collect()
    }

    #[test]
    fn tokens_are_cut_where_the_grammar_needs_them() {
        assert_eq!(
            texts("a.b[12]<=:v AND\t#4g<>size(_x)"),
            [
                "a", ".", "b", "[", "12", "]", "<=", ":v", "AND", "#4g", "<>", "size", "(", "_x",
                ")", ""
            ]
        );
        assert_eq!(
            texts("a>=b=c+d-e"),
            ["a", ">=", "b", "=", "c", "+", "d", "-", "e", ""]
        );
    }

    #[test]
    fn stray_characters_are_tokens_of_their_own() {
        assert_eq!(texts("hits : incr"), ["hits", ":", "incr", ""]);
        assert_eq!(texts("#é\"x"), ["#", "é", "\"", "x", ""]);
        assert_eq!(
            texts("4g 4.5 012"),
            ["4", "g", "4", ".", "5", "0", "12", ""]
        );
        assert_eq!(texts("\"a b\"c'd"), ["\"a b\"", "c", "'", "d", ""]);
        assert_eq!(texts(" \u{a0}"), ["\u{a0}", ""]);
    }

    #[test]
    fn kinds_follow_the_first_character() {
        let kinds: Vec<_> = tokenize("word #n :v 7 ( #")
            .iter()
            .map(|token| token.kind)
            .collect();
        assert_eq!(
            kinds,
            [
                TokenKind::Word,
                TokenKind::NamePlaceholder,
                TokenKind::ValuePlaceholder,
                TokenKind::Integer,
                TokenKind::Symbol,
                TokenKind::Symbol,
                TokenKind::End
            ]
        );
    }

    proptest! {
        #[test]
        fn tokens_and_white_space_are_the_whole_text(text in "(\\PC|[ \t\r\n\"'#:<>=]|[a-z0-9]){0,40}") {
            let mut end = 0;
            for token in tokenize(&text) {
                let between = text.get(end..token.start).unwrap();
                prop_assert!(between.bytes().all(is_white_space), "{text:?}: {between:?}");
                prop_assert_eq!(text.get(token.start..token.end()), Some(token.text));
                prop_assert_eq!(token.text.is_empty(), token.kind == TokenKind::End);
                end = token.end();
            }
            prop_assert_eq!(end, text.len());
        }
    }
}
