//! What Query and Scan have in common on the wire: what is selected, and a page's reply.

use anywhen_expr::Projection;
use anywhen_model::{IndexName, limits};
use anywhen_protocol::{Fault, RawJson};
use anywhen_table::{Page, Select};

use crate::body::{Body, write_list};
use crate::consumed::Report;
use crate::service::Done;
use crate::{fault, items};

/// The members of a Query or Scan that decide what of each item is returned.
pub(crate) struct Selection<'a> {
    pub(crate) select: Option<&'a str>,
    pub(crate) has_index: bool,
    /// The member that names attributes, if there is one; see [`projected_by`].
    pub(crate) projected_by: Option<&'static str>,
    /// Whether the operation's texts carry AWS's prefix here; Query's do.
    pub(crate) prefixed: bool,
}

impl Selection<'_> {
    /// Members that contradict each other are refused before the expressions are read.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let text = match (self.select, self.projected_by) {
            (Some("ALL_PROJECTED_ATTRIBUTES"), _) if !self.has_index => {
                "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
                    .to_owned()
            }
            (Some("SPECIFIC_ATTRIBUTES"), None) => {
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get \
                 SPECIFIC_ATTRIBUTES"
                    .to_owned()
            }
            (Some(all @ ("ALL_ATTRIBUTES" | "ALL_PROJECTED_ATTRIBUTES")), Some(member)) => {
                format!("Cannot specify the {member} when choosing to get {all}")
            }
            (Some("COUNT"), Some(member)) => {
                format!("Cannot specify the {member} when choosing to get only the Count")
            }
            _ => return Ok(()),
        };
        let prefix = if self.prefixed {
            "1 validation error detected: "
        } else {
            ""
        };
        Err(Fault::validation(format!("{prefix}{text}")))
    }

    /// What is selected, once the projection has been read.
    pub(crate) fn resolve(&self, projection: Option<Projection>) -> Select {
        match (self.select, projection) {
            (_, Some(projection)) => Select::Specific(projection),
            (Some("COUNT"), None) => Select::Count,
            (Some("ALL_ATTRIBUTES"), None) => Select::AllAttributes,
            (None, None) if !self.has_index => Select::AllAttributes,
            _ => Select::AllProjectedAttributes,
        }
    }
}

/// The member of a request that names attributes; it has at most one of the two.
pub(crate) fn projected_by(expression: bool, attributes_to_get: bool) -> Option<&'static str> {
    match (expression, attributes_to_get) {
        (true, _) => Some("ProjectionExpression"),
        (false, true) => Some("AttributesToGet"),
        (false, false) => None,
    }
}

/// The index of a request.
pub(crate) fn index(name: Option<&String>) -> Result<Option<IndexName>, Fault> {
    let parsed = name.map(|name| IndexName::parse(name)).transpose();
    parsed.map_err(|error| Fault::validation(error.to_string()))
}

/// Where an earlier page ended.
pub(crate) fn start_key(raw: Option<&RawJson>) -> Result<Option<anywhen_model::Item>, Fault> {
    raw.map(|raw| items::item(Some(raw), false))
        .transpose()
        .map_err(|fault| {
            // AWS names the parameter, except where a number or a set is at fault.
            let text = fault.message().unwrap_or_default();
            let bare = [
                "The parameter cannot",
                "Number ",
                "Attempting to store",
                "Input collection",
            ]
            .iter()
            .any(|start| text.contains(start));
            if bare || fault.code() != "ValidationException" {
                fault
            } else {
                Fault::validation(format!("The provided starting key is invalid: {text}"))
            }
        })
}

/// The beginning of a reply: the items of a page.
pub(crate) fn items(page: &Page) -> Result<Body, Fault> {
    // Types and quotes add to what an item counts for, more so the shorter its attributes are.
    let mut body = Body::with_room_for(2 * page.scanned_bytes.min(limits::PAGE_BYTES));
    write_list(&page.items, body.member("Items"), |item, out| {
        item.write_json(out).map_err(fault::of_table)
    })?;
    Ok(body)
}

/// A page as a reply.
pub(crate) fn reply(page: &Page, counts_only: bool, report: &Report) -> Result<Done, Fault> {
    let mut body = if counts_only {
        Body::new()
    } else {
        items(page)?
    };
    for (name, count) in [("Count", page.count), ("ScannedCount", page.scanned_count)] {
        body.member(name)
            .extend_from_slice(count.to_string().as_bytes());
    }
    if let Some(key) = &page.last_evaluated_key {
        body.item("LastEvaluatedKey", key);
    }
    report.write_one(&mut body)?;
    Ok(Done {
        body: body.finish(),
        commit_timestamp: None,
    })
}
