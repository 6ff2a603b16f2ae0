//! Writing replies: shapes to JSON.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::fault::Fault;

/// Writes the body of a reply.
///
/// # Errors
/// `InternalServerError`, when a [`RawJson`](crate::RawJson) in it is not JSON.
pub fn write_output<T: Serialize>(output: &T) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(output).map_err(|_| Fault::internal())
}

/// The members of a structure that is being written; absent ones are left out.
pub(crate) struct Members<S: Serializer>(S::SerializeMap);

impl<S: Serializer> Members<S> {
    pub(crate) fn begin(serializer: S) -> Result<Self, S::Error> {
        serializer.serialize_map(None).map(Self)
    }

    pub(crate) fn write<T: Serialize>(
        &mut self,
        name: &'static str,
        value: Option<&T>,
    ) -> Result<(), S::Error> {
        match value {
            Some(value) => self.0.serialize_entry(name, value),
            None => Ok(()),
        }
    }

    pub(crate) fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::shapes::{
        BatchGetItemOutput, ConsumedCapacity, KeysAndAttributes, ListTablesOutput, TableDescription,
    };
    use crate::{RawJson, Timestamp};

    fn written<T: Serialize>(output: &T) -> String {
        String::from_utf8(write_output(output).unwrap()).unwrap()
    }

    #[test]
    fn absent_members_are_left_out_and_empty_ones_are_not() {
        assert_eq!(written(&ListTablesOutput::default()), "{}");
        let empty = ListTablesOutput {
            table_names: Some(Vec::new()),
            ..Default::default()
        };
        assert_eq!(written(&empty), r#"{"TableNames":[]}"#);
    }

    #[test]
    fn members_have_their_wire_names_and_forms() {
        let description = TableDescription {
            table_name: Some("a\"b".to_owned()),
            creation_date_time: Some(Timestamp::from_micros(1_489_602_797_149_999)),
            item_count: Some(0),
            deletion_protection_enabled: Some(false),
            ..Default::default()
        };
        assert_eq!(
            written(&description),
            r#"{"TableName":"a\"b","CreationDateTime":1489602797.149,"ItemCount":0,"DeletionProtectionEnabled":false}"#
        );
        let capacity = ConsumedCapacity {
            capacity_units: Some(0.5),
            ..Default::default()
        };
        assert_eq!(written(&capacity), r#"{"CapacityUnits":0.5}"#);
    }

    #[test]
    fn items_are_written_as_they_are() {
        let item = r#"{ "a" : {"N":"1.0"} }"#;
        let keys = KeysAndAttributes {
            keys: Some(vec![RawJson::from_text(item)]),
            ..Default::default()
        };
        let output = BatchGetItemOutput {
            responses: Some(BTreeMap::from([(
                "t".to_owned(),
                vec![RawJson::from_text(item)],
            )])),
            unprocessed_keys: Some(BTreeMap::from([("t".to_owned(), keys)])),
            consumed_capacity: None,
        };
        assert_eq!(
            written(&output),
            format!(
                r#"{{"Responses":{{"t":[{item}]}},"UnprocessedKeys":{{"t":{{"Keys":[{item}]}}}}}}"#
            )
        );
    }

    #[test]
    fn what_is_not_json_does_not_leave_the_server() {
        let output = BatchGetItemOutput {
            responses: Some(BTreeMap::from([(
                "t".to_owned(),
                vec![RawJson::from_text("{")],
            )])),
            ..Default::default()
        };
        assert_eq!(write_output(&output), Err(Fault::internal()));
    }
}
