//! ListTables: names in byte order, page by page.

use anywhen_model::limits;
use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::{Context, Done};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::ListTablesInput,
) -> Result<Done, Fault> {
    let limit = input.limit.and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(limits::LIST_PAGE_MAX);
    let mut names: Vec<String> = context
        .tables()
        .await?
        .tables()
        .iter()
        .map(|table| table.record().name.to_string())
        .filter(|name| {
            input
                .exclusive_start_table_name
                .as_ref()
                .is_none_or(|start| name > start)
        })
        .collect();
    names.sort_unstable();
    let more = names.len() > limit;
    names.truncate(limit);
    let last_evaluated_table_name = names.last().filter(|_| more).cloned();
    reply(&shapes::ListTablesOutput {
        table_names: Some(names),
        last_evaluated_table_name,
    })
}
