//! Cuts the text of a statement into tokens.
//!
//! Lexing never fails: what belongs to no token becomes one of kind [`TokenKind::Broken`], which
//! the parser then refuses, so that all syntax errors come from one place. It is one pass over the
//! text, and every token borrows from it, except quoted ones that hold a doubled quote.

use std::borrow::Cow;

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind<'t> {
    /// A bare word: keyword, function name, or the name of a table or attribute.
    Word,
    /// A name in double quotes, with what stands between them.
    Name(Cow<'t, str>),
    /// A string in single quotes, with what stands between them.
    Text(Cow<'t, str>),
    /// A decimal number without sign.
    Number,
    /// An operator or bracket, or the `?` of a parameter.
    Symbol,
    /// No token at all; says what is wrong.
    Broken(&'static str),
    /// The end of the text; the token itself is empty.
    End,
}

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token<'t> {
    /// What it is.
    pub(super) kind: TokenKind<'t>,
    /// The token as written.
    pub(super) text: &'t str,
}

/// Symbols, longer ones before those they begin with.
const SYMBOLS: [&str; 23] = [
    "<<", "<=", "<>", "<", ">>", ">=", ">", "!=", "=", "(", ")", "[", "]", "{", "}", ",", ".", ":",
    ";", "*", "+", "-", "?",
];

/// All tokens of `text`, the last being [`TokenKind::End`].
pub(super) fn tokenize(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = match skip_space_and_comments(rest) {
            Ok(rest) => rest,
            Err(unclosed) => {
                tokens.push(broken(unclosed, "Comment is not closed"));
                break;
            }
        };
        if rest.is_empty() {
            break;
        }
        let token = next_token(rest);
        rest = rest.get(token.text.len()..).unwrap_or_default();
        tokens.push(token);
    }
    tokens.push(Token {
        kind: TokenKind::End,
        text: "",
    });
    tokens
}

/// What follows the white space and comments at the start of `text`; the comment itself if it does
/// not end.
fn skip_space_and_comments(text: &str) -> Result<&str, &str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.starts_with("--") {
            rest = rest.find('\n').map_or("", |end| tail(rest, end));
        } else if rest.starts_with("/*") {
            let close = tail(rest, 2).find("*/").ok_or(rest)?;
            rest = tail(rest, close + 4);
        } else {
            return Ok(rest);
        }
    }
}

/// The token at the start of `rest`, which is not empty.
fn next_token(rest: &str) -> Token<'_> {
    match rest.bytes().next() {
        Some(b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'$') => Token {
            kind: TokenKind::Word,
            text: head(rest, length_while(rest, is_word_character)),
        },
        Some(b'0'..=b'9') => Token {
            kind: TokenKind::Number,
            text: head(rest, number_length(rest)),
        },
        Some(b'"') => match quoted(rest, '"') {
            Some((text, name)) => Token {
                kind: TokenKind::Name(name),
                text,
            },
            None => broken(rest, "Quoted name is not closed"),
        },
        Some(b'\'') => match quoted(rest, '\'') {
            Some((text, content)) => Token {
                kind: TokenKind::Text(content),
                text,
            },
            None => broken(rest, "String is not closed"),
        },
        _ => match SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            Some(symbol) => Token {
                kind: TokenKind::Symbol,
                text: head(rest, symbol.len()),
            },
            None => broken(
                head(rest, rest.chars().next().map_or(1, char::len_utf8)),
                "Unexpected character",
            ),
        },
    }
}

fn broken<'t>(text: &'t str, fault: &'static str) -> Token<'t> {
    Token {
        kind: TokenKind::Broken(fault),
        text,
    }
}

/// The quoted token at the start of `rest`, and its content. A doubled quote stands for one.
fn quoted(rest: &str, quote: char) -> Option<(&str, Cow<'_, str>)> {
    let mut end = 1;
    let mut has_doubled = false;
    loop {
        end += tail(rest, end).find(quote)? + 1;
        if !tail(rest, end).starts_with(quote) {
            break;
        }
        has_doubled = true;
        end += 1;
    }
    let content = rest.get(1..end - 1)?;
    let content = if has_doubled {
        let doubled: String = [quote, quote].iter().collect();
        Cow::Owned(content.replace(&doubled, &quote.to_string()))
    } else {
        Cow::Borrowed(content)
    };
    Some((head(rest, end), content))
}

/// Length of the number at the start of `rest`: digits, a fraction, an exponent.
fn number_length(rest: &str) -> usize {
    let digits = |from: usize| length_while(tail(rest, from), |c| c.is_ascii_digit());
    let mut end = digits(0);
    if tail(rest, end).starts_with('.') {
        end += 1 + digits(end + 1);
    }
    if tail(rest, end).starts_with(['e', 'E']) {
        let sign = usize::from(tail(rest, end + 1).starts_with(['+', '-']));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

fn head(text: &str, length: usize) -> &str {
    text.get(..length).unwrap_or(text)
}

fn tail(text: &str, from: usize) -> &str {
    text.get(from..).unwrap_or_default()
}

fn length_while(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    text.find(|c| !wanted(c)).unwrap_or(text.len())
}

fn is_word_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(statement: &str) -> Vec<&str> {
        tokenize(statement).iter().map(|token| token.text).collect()
    }

    #[test]
    fn tokens_are_cut_where_the_grammar_needs_them() {
        assert_eq!(
            texts("a.\"b c\"[12]<=?AND<<1,'x'>>!=b;"),
            [
                "a", ".", "\"b c\"", "[", "12", "]", "<=", "?", "AND", "<<", "1", ",", "'x'", ">>",
                "!=", "b", ";", ""
            ]
        );
        assert_eq!(
            texts("1.5e-3+2e x-1. 3E7"),
            ["1.5e-3", "+", "2", "e", "x", "-", "1.", "3E7", ""]
        );
    }

    #[test]
    fn quotes_are_doubled_inside_quotes() {
        let tokens = tokenize("'it''s ?' \"a\"\"b\" '' 'a''' ''''");
        let contents: Vec<_> = tokens.iter().map(|token| token.kind.clone()).collect();
        assert_eq!(
            contents,
            [
                TokenKind::Text("it's ?".into()),
                TokenKind::Name("a\"b".into()),
                TokenKind::Text("".into()),
                TokenKind::Text("a'".into()),
                TokenKind::Text("'".into()),
                TokenKind::End
            ]
        );
    }

    #[test]
    fn comments_are_space() {
        assert_eq!(texts("a--b\nc/*d\n*/e -- f"), ["a", "c", "e", ""],);
        assert_eq!(texts("/**/"), [""]);
        assert_eq!(texts("'--' /*'*/"), ["'--'", ""]);
    }

    #[test]
    fn what_is_no_token_is_kept_for_the_parser_to_refuse() {
        for (statement, fault) in [
            ("'abc", "String is not closed"),
            ("'abc''", "String is not closed"),
            ("\"abc", "Quoted name is not closed"),
            ("/* abc", "Comment is not closed"),
            ("/*/", "Comment is not closed"),
            ("`2`", "Unexpected character"),
            ("ä", "Unexpected character"),
            ("!", "Unexpected character"),
        ] {
            let first = tokenize(statement).into_iter().next();
            assert_eq!(
                first.map(|token| token.kind),
                Some(TokenKind::Broken(fault)),
                "{statement}"
            );
        }
    }
}
