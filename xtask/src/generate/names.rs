//! Wire names to Rust names.

/// `SSESpecification` becomes `sse_specification`, `S3BucketOwner` `s3_bucket_owner`. A Rust
/// keyword is written as a raw identifier.
pub(crate) fn field(wire: &str) -> String {
    let snake = snake(wire);
    if matches!(snake.as_str(), "type" | "match" | "enum" | "ref") {
        format!("r#{snake}")
    } else {
        snake
    }
}

/// The snake case of an upper-camel name, with runs of capitals taken as one word.
pub(crate) fn snake(wire: &str) -> String {
    let characters: Vec<char> = wire.chars().collect();
    let mut name = String::new();
    for (index, character) in characters.iter().enumerate() {
        let previous = index
            .checked_sub(1)
            .and_then(|before| characters.get(before));
        let next = characters.get(index + 1);
        let starts_word = character.is_ascii_uppercase()
            && previous.is_some_and(|previous| {
                !previous.is_ascii_uppercase() || next.is_some_and(char::is_ascii_lowercase)
            });
        if starts_word {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

/// The name of the constant that holds a shape's rules.
pub(crate) fn constant(shape: &str) -> String {
    snake(shape).to_ascii_uppercase()
}

/// The name a member has in the path of a validation error: `SSEType` becomes `sSEType`.
pub(crate) fn path_segment(wire: &str) -> String {
    let mut characters = wire.chars();
    characters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + characters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_snake_case() {
        for (wire, rust) in [
            ("TableName", "table_name"),
            ("SSESpecification", "sse_specification"),
            ("KMSMasterKeyId", "kms_master_key_id"),
            ("S3BucketOwner", "s3_bucket_owner"),
            ("OutputS3Configuration", "output_s3_configuration"),
            ("SizeEstimateRangeGB", "size_estimate_range_gb"),
            ("eventID", "event_id"),
            ("awsRegion", "aws_region"),
            ("Type", "r#type"),
        ] {
            assert_eq!(field(wire), rust);
        }
    }

    #[test]
    fn paths_lower_only_the_first_letter() {
        assert_eq!(path_segment("TableName"), "tableName");
        assert_eq!(path_segment("SSEType"), "sSEType");
    }
}
