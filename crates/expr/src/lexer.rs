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
pub(crate) fn tokenize(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let (kind, length) = match next_token(rest) {
            Some(found) => found,
            None => (
                TokenKind::Symbol,
                rest.chars().next().map_or(1, char::len_utf8),
            ),
        };
        if !rest.starts_with(is_white_space) {
            tokens.push(Token {
                kind,
                text: rest.get(..length).unwrap_or(rest),
                start,
            });
        }
        start += length;
    }
    tokens.push(Token {
        kind: TokenKind::End,
        text: "",
        start: text.len(),
    });
    tokens
}

/// Kind and length in bytes of the token at the start of `rest`, if it is longer than a character.
fn next_token(rest: &str) -> Option<(TokenKind, usize)> {
    let first = rest.chars().next()?;
    let tail = rest.get(first.len_utf8()..).unwrap_or_default();
    let word_length = 1 + length_while(tail, is_word_character);
    match first {
        'A'..='Z' | 'a'..='z' | '_' => Some((TokenKind::Word, word_length)),
        '0' => Some((TokenKind::Integer, 1)),
        '1'..='9' => Some((
            TokenKind::Integer,
            length_while(rest, |c| c.is_ascii_digit()),
        )),
        '#' if word_length > 1 => Some((TokenKind::NamePlaceholder, word_length)),
        ':' if word_length > 1 => Some((TokenKind::ValuePlaceholder, word_length)),
        '<' if tail.starts_with(['=', '>']) => Some((TokenKind::Symbol, 2)),
        '>' if tail.starts_with('=') => Some((TokenKind::Symbol, 2)),
        '"' | '\'' => Some((TokenKind::Symbol, 1 + tail.find(first)? + 1)),
        _ => None,
    }
}

/// Length in bytes of the longest prefix made of `wanted` characters.
fn length_while(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !wanted(c)).unwrap_or(text.len())
}

/// The four characters that separate tokens.
fn is_white_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// Characters that may follow the first one of a word or placeholder.
pub(crate) fn is_word_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
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
}
