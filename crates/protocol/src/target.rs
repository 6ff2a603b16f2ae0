//! Which operation a request asks for, and in which dialect of JSON.

use crate::fault::Fault;
use crate::generated::operations::Operation;

/// Body of the 404 reply to a request that is not AWS JSON at all: another method than POST, or
/// another content type.
pub const UNKNOWN_OPERATION_BODY: &str = "<UnknownOperationException/>\n";

/// The content type of a request; the reply has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    /// `application/x-amz-json-1.0`, which SDKs send.
    AmzJson,
    /// `application/json`.
    Json,
}

impl ContentType {
    /// Reads the header, whose parameters do not matter. `None` is answered with a 404 and
    /// [`UNKNOWN_OPERATION_BODY`].
    pub fn parse(header: Option<&str>) -> Option<Self> {
        let essence = header?.split(';').next()?.trim();
        [Self::AmzJson, Self::Json]
            .into_iter()
            .find(|known| known.as_str().eq_ignore_ascii_case(essence))
    }

    /// The header's value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AmzJson => "application/x-amz-json-1.0",
            Self::Json => "application/json",
        }
    }
}

/// The operation that the header `X-Amz-Target` names.
///
/// # Errors
/// `UnknownOperationException`, also when there is no such header.
pub fn operation(header: Option<&str>) -> Result<Operation, Fault> {
    header
        .and_then(Operation::from_target)
        .ok_or_else(Fault::unknown_operation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types_ignore_parameters() {
        let parse = |header| ContentType::parse(Some(header));
        assert_eq!(
            parse("application/x-amz-json-1.0"),
            Some(ContentType::AmzJson)
        );
        assert_eq!(
            parse("application/json; charset=utf-8"),
            Some(ContentType::Json)
        );
        assert_eq!(parse("Application/JSON"), Some(ContentType::Json));
        assert_eq!(parse("application/x-amz-json-1.1"), None);
        assert_eq!(parse("text/plain"), None);
        assert_eq!(ContentType::parse(None), None);
    }

    #[test]
    fn targets_name_service_and_operation() {
        let streams = operation(Some("DynamoDBStreams_20120810.GetRecords"));
        assert_eq!(streams, Ok(Operation::GetRecords));
        assert_eq!(
            operation(Some("DynamoDB_20120810.PutItem")),
            Ok(Operation::PutItem)
        );
        for unknown in [
            None,
            Some(""),
            Some("PutItem"),
            Some("DynamoDB_20120810.putItem"),
            Some("DynamoDB_20111205.PutItem"),
            Some("DynamoDB_20120810.GetRecords"),
        ] {
            assert_eq!(
                operation(unknown),
                Err(Fault::unknown_operation()),
                "{unknown:?}"
            );
        }
    }

    #[test]
    fn every_operation_is_found_by_its_name() {
        assert_eq!(Operation::ALL.len(), 66);
        for known in Operation::ALL {
            let found = ["DynamoDB_20120810", "DynamoDBStreams_20120810"]
                .map(|service| Operation::from_target(&format!("{service}.{}", known.name())));
            assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), [*known]);
        }
    }
}
