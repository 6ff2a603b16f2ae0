//! Every parser and decoder, as a function of bytes that says what must hold of it.

mod expressions;
mod stored;

use crate::server;

/// A parser or decoder, and how to make inputs for it.
#[derive(Debug)]
pub struct Target {
    /// Names its corpus and its binary in `fuzz/`.
    pub name: &'static str,
    /// Reads an input; panics if what must hold does not.
    pub run: fn(&[u8]),
    /// Whole inputs that an encoder makes, besides those of the corpus.
    pub examples: fn() -> Vec<Vec<u8>>,
    /// What texts of this kind are made of; none for binary forms.
    pub words: &'static [&'static str],
    /// How many inputs are as much work as a hundred of a cheap target's.
    pub cost: usize,
}

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "1e400",
    "-0",
    "{\"S\":",
    "{\"N\":",
    "{\"M\":",
    "{\"L\":[",
    "\"B\":",
    "\"SS\":",
    "\"NULL\":true",
];

const EXPRESSION: &[&str] = &[
    "(",
    ")",
    ",",
    ".",
    "[",
    "]",
    "=",
    "<>",
    "<",
    "<=",
    ">",
    ">=",
    "+",
    "-",
    " AND ",
    " OR ",
    "NOT ",
    " BETWEEN ",
    " IN (",
    "SET ",
    "REMOVE ",
    "ADD ",
    "DELETE ",
    "size(",
    "attribute_exists(",
    "attribute_not_exists(",
    "attribute_type(",
    "begins_with(",
    "contains(",
    "if_not_exists(",
    "list_append(",
    "#n",
    "#m",
    ":s",
    ":n",
    ":l",
    ":ns",
    ":m",
    "a",
    "b",
    "0",
    "99999999999",
];

const PARTIQL: &[&str] = &[
    "SELECT ",
    "* FROM ",
    "INSERT INTO ",
    " VALUE ",
    "UPDATE ",
    " SET ",
    " REMOVE ",
    "DELETE FROM ",
    " WHERE ",
    " AND ",
    " OR ",
    " NOT ",
    " IN [",
    " IS ",
    "MISSING",
    "NULL",
    " BETWEEN ",
    "size(",
    "contains(",
    "begins_with(",
    "attribute_type(",
    "EXISTS(",
    " RETURNING ALL OLD *",
    " ORDER BY ",
    "\"Music\"",
    "\"Music\".\"by-genre\"",
    "artist",
    "'Nina'",
    "?",
    "{",
    "}",
    "[",
    "]",
    "<<",
    ">>",
    "1e126",
    "-",
    "+",
    "list_append(",
    "set_add(",
    "set_delete(",
];

const NO_WORDS: &[&str] = &[];

const fn target(name: &'static str, run: fn(&[u8]), words: &'static [&'static str]) -> Target {
    Target {
        name,
        run,
        examples: Vec::new,
        words,
        cost: 1,
    }
}

const fn decoder(name: &'static str, run: fn(&[u8]), examples: fn() -> Vec<Vec<u8>>) -> Target {
    Target {
        name,
        run,
        examples,
        words: NO_WORDS,
        cost: 1,
    }
}

/// All of them.
pub const TARGETS: &[Target] = &[
    target("condition", expressions::condition, EXPRESSION),
    target("key_condition", expressions::key_condition, EXPRESSION),
    target("update", expressions::update, EXPRESSION),
    target("projection", expressions::projection, EXPRESSION),
    target("partiql", expressions::partiql, PARTIQL),
    target("item_json", stored::item_json, JSON),
    target(
        "number",
        stored::number,
        &["-", "+", ".", "e", "E", "0", "9", "125", "-130"],
    ),
    target(
        "arn",
        stored::arn,
        &[
            "arn:",
            "aws:",
            "dynamodb:",
            ":",
            "table/",
            "/index/",
            "/backup/",
            "/stream/",
        ],
    ),
    target(
        "timestamp",
        stored::timestamp,
        &["-", ".", "e", "0", "9", "T", "Z", ":"],
    ),
    target(
        "sequence_number",
        stored::sequence_number,
        &["0", "9", "340282366920938463463374607431768211455"],
    ),
    decoder("stored_item", stored::stored_item, stored::example_items),
    decoder(
        "ordered_number",
        stored::ordered_number,
        stored::example_numbers,
    ),
    decoder("ordered_key", stored::ordered_key, stored::example_keys),
    decoder(
        "log_record",
        stored::log_record,
        stored::example_log_records,
    ),
    decoder(
        "stream_change",
        stored::stream_change,
        stored::example_stream_changes,
    ),
    decoder(
        "shard_iterator",
        stored::shard_iterator,
        stored::example_shard_iterators,
    ),
    decoder(
        "wrapped_key",
        stored::wrapped_key,
        stored::example_wrapped_keys,
    ),
    decoder("journal", stored::journal, stored::example_journals),
    decoder("realm_manifest", stored::realm_manifest, || {
        archived("realm_manifest")
    }),
    decoder("timeline_manifest", stored::timeline_manifest, || {
        archived("timeline_manifest")
    }),
    decoder("segment_block", stored::segment_block, || {
        archived("segment_block")
    }),
    decoder("segment_directory", stored::segment_directory, || {
        archived("segment_directory")
    }),
    decoder("segment", stored::segment, || archived("segment")),
    decoder("sealed_object", stored::sealed_object, || {
        archived("sealed_object")
    }),
    Target {
        cost: 10,
        ..decoder("data_file", stored::data_file, || archived("data_file"))
    },
    Target {
        cost: 20,
        ..target("request", server::answer, JSON)
    },
];

fn archived(name: &str) -> Vec<Vec<u8>> {
    let examples = anywhen_archive::fuzzing::examples().into_iter();
    examples
        .filter(|(of, _)| *of == name)
        .map(|(_, example)| example)
        .collect()
}
