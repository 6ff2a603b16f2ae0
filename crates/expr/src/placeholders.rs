//! `ExpressionAttributeNames` and `ExpressionAttributeValues`: what placeholders stand for.
//!
//! One [`Placeholders`] serves all expressions of a request. It hands out names and values and
//! remembers which were asked for, so that [`Placeholders::unused`] can refuse the request if an
//! entry was used by none. Values are shared, not copied, by the expressions that use them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anywhen_model::AttributeValue;
use anywhen_model::limits::{PATH_ELEMENTS_MAX, PLACEHOLDER_BYTES_MAX, SUBSTITUTION_BYTES_MAX};

use crate::lexer::is_word_byte;
use crate::syntax::{RawName, RawPath, RawStep};
use crate::{
    ExpressionError, ExpressionErrorKind, ExpressionParameter, Path, PathElement, reserved,
};

/// The placeholders of one request and the record of their use.
#[derive(Debug, Clone, Default)]
pub struct Placeholders {
    names: BTreeMap<String, String>,
    values: BTreeMap<String, Arc<AttributeValue>>,
    unused_names: BTreeSet<String>,
    unused_values: BTreeSet<String>,
}

impl Placeholders {
    /// Takes the two maps of a request, `None` where the request has none.
    ///
    /// Checks what [`Self::check`] checks, and that all placeholders with what they stand for
    /// are within 2 MB.
    pub fn new(
        names: Option<BTreeMap<String, String>>,
        values: Option<BTreeMap<String, AttributeValue>>,
    ) -> Result<Self, ExpressionError> {
        Self::check(names.as_ref(), values.as_ref())?;
        let (names, values) = (names.unwrap_or_default(), values.unwrap_or_default());
        check_size(&names, &values)?;
        let values: BTreeMap<_, _> = values
            .into_iter()
            .map(|(placeholder, value)| (placeholder, Arc::new(value)))
            .collect();
        let unused_names = names.keys().cloned().collect();
        let unused_values = values.keys().cloned().collect();
        Ok(Self {
            names,
            values,
            unused_names,
            unused_values,
        })
    }

    /// Checks the maps without looking at the values: neither may be empty, and keys must be
    /// placeholders; names come first.
    ///
    /// DynamoDB checks all keys before the first value. A caller that still has to parse the
    /// values calls this first, with the values in whatever form it has them.
    pub fn check<V>(
        names: Option<&BTreeMap<String, String>>,
        values: Option<&BTreeMap<String, V>>,
    ) -> Result<(), ExpressionError> {
        if let Some(names) = names {
            check_keys("ExpressionAttributeNames", '#', names.keys())?;
            if let Some((key, _)) = names.iter().find(|(_, name)| name.is_empty()) {
                return Err(ExpressionError::new(
                    ExpressionErrorKind::PlaceholderMap,
                    format!(
                        "ExpressionAttributeNames contains invalid value: \
                         Empty attribute name for key {key}"
                    ),
                ));
            }
        }
        values.map_or(Ok(()), |values| {
            check_keys("ExpressionAttributeValues", ':', values.keys())
        })
    }

    /// Refuses the request if an entry of the maps was used by none of its expressions.
    ///
    /// To be called after all expressions have been parsed; names are reported before values.
    pub fn unused(&self) -> Result<(), ExpressionError> {
        let maps = [
            ("ExpressionAttributeNames", &self.unused_names),
            ("ExpressionAttributeValues", &self.unused_values),
        ];
        for (map, unused) in maps {
            if !unused.is_empty() {
                let keys = unused
                    .iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join(", ");
                return Err(ExpressionError::new(
                    ExpressionErrorKind::UnusedPlaceholder,
                    format!("Value provided in {map} unused in expressions: keys: {{{keys}}}"),
                ));
            }
        }
        Ok(())
    }

    /// Checks that [`Self::value`] finds a value. Notes no use: who checks still has to take it.
    pub(crate) fn check_value(
        &self,
        parameter: ExpressionParameter,
        placeholder: &str,
    ) -> Result<(), ExpressionError> {
        self.defined_value(parameter, placeholder).map(drop)
    }

    /// Checks that [`Self::path`] finds a path. Notes no use: who checks still has to take it.
    pub(crate) fn check_path(
        &self,
        parameter: ExpressionParameter,
        raw: &RawPath,
    ) -> Result<(), ExpressionError> {
        raw.names()
            .try_for_each(|name| self.defined_name(parameter, name).map(drop))?;
        check_levels(parameter, raw)
    }

    /// The value that `placeholder` stands for in the expression of `parameter`.
    pub(crate) fn value(
        &mut self,
        parameter: ExpressionParameter,
        placeholder: &str,
    ) -> Result<Arc<AttributeValue>, ExpressionError> {
        let value = Arc::clone(self.defined_value(parameter, placeholder)?);
        self.unused_values.remove(placeholder);
        Ok(value)
    }

    fn defined_value(
        &self,
        parameter: ExpressionParameter,
        placeholder: &str,
    ) -> Result<&Arc<AttributeValue>, ExpressionError> {
        self.values.get(placeholder).ok_or_else(|| {
            let text = "An expression attribute value used in expression is not defined";
            ExpressionError::semantics(parameter, format!("{text}; attribute value: {placeholder}"))
        })
    }

    /// The path that `raw` stands for in the expression of `parameter`.
    pub(crate) fn path(
        &mut self,
        parameter: ExpressionParameter,
        raw: &RawPath,
    ) -> Result<Path, ExpressionError> {
        let top_level = self.name(parameter, &raw.top_level)?;
        let steps = raw
            .steps
            .iter()
            .map(|step| match step {
                RawStep::Name(name) => self.name(parameter, name).map(PathElement::Attribute),
                RawStep::Index(index) => Ok(PathElement::Index(*index)),
            })
            .collect::<Result<Vec<_>, _>>()?;
        check_levels(parameter, raw)?;
        Ok(Path::new(top_level, steps))
    }

    /// The attribute name that `raw` is or stands for.
    fn name(
        &mut self,
        parameter: ExpressionParameter,
        raw: &RawName,
    ) -> Result<String, ExpressionError> {
        let name = self.defined_name(parameter, raw)?.to_owned();
        if let RawName::Placeholder(placeholder) = raw {
            self.unused_names.remove(&**placeholder);
        }
        Ok(name)
    }

    fn defined_name<'n>(
        &'n self,
        parameter: ExpressionParameter,
        raw: &'n RawName,
    ) -> Result<&'n str, ExpressionError> {
        let placeholder = match raw {
            RawName::Bare(name) => return Ok(name),
            RawName::Placeholder(placeholder) => placeholder,
        };
        let name = self.names.get(&**placeholder).map(String::as_str);
        name.ok_or_else(|| {
            let text = "An expression attribute name used in the document path is not defined";
            ExpressionError::semantics(parameter, format!("{text}; attribute name: {placeholder}"))
        })
    }
}

/// A path must not nest too deep.
fn check_levels(parameter: ExpressionParameter, raw: &RawPath) -> Result<(), ExpressionError> {
    let levels = 1 + raw.steps.len();
    if levels <= PATH_ELEMENTS_MAX {
        return Ok(());
    }
    let text = "The document path has too many nesting levels";
    Err(ExpressionError::semantics(
        parameter,
        format!("{text}; nesting levels: {levels}"),
    ))
}

/// Checks that `map` has keys, and that they are `sigil` and then word characters.
fn check_keys<'k>(
    map: &str,
    sigil: char,
    keys: impl ExactSizeIterator<Item = &'k String>,
) -> Result<(), ExpressionError> {
    let kind = ExpressionErrorKind::PlaceholderMap;
    if keys.len() == 0 {
        return Err(ExpressionError::new(
            kind,
            format!("{map} must not be empty"),
        ));
    }
    for key in keys {
        let fault = if key.len() > PLACEHOLDER_BYTES_MAX {
            let size = key.len();
            format!(
                "The expression attribute map contains a key that is too long; size of key: {size}"
            )
        } else if !is_placeholder(sigil, key) {
            format!("Syntax error; key: \"{key}\"")
        } else {
            continue;
        };
        return Err(ExpressionError::new(
            kind,
            format!("{map} contains invalid key: {fault}"),
        ));
    }
    Ok(())
}

/// Placeholders, names and values together must not be too large.
fn check_size(
    names: &BTreeMap<String, String>,
    values: &BTreeMap<String, AttributeValue>,
) -> Result<(), ExpressionError> {
    let names = names.iter().map(|(key, name)| key.len() + name.len());
    let values = values
        .iter()
        .map(|(key, value)| key.len() + value.size_bytes());
    let size_bytes: usize = names.chain(values).sum();
    if size_bytes <= SUBSTITUTION_BYTES_MAX {
        return Ok(());
    }
    Err(ExpressionError::new(
        ExpressionErrorKind::PlaceholderMap,
        format!(
            "ExpressionAttributeNames and ExpressionAttributeValues have exceeded the maximum \
             allowed size of {SUBSTITUTION_BYTES_MAX} bytes; size: {size_bytes}"
        ),
    ))
}

/// Whether `key` is `sigil` followed by at least one word character and nothing else.
fn is_placeholder(sigil: char, key: &str) -> bool {
    key.strip_prefix(sigil)
        .is_some_and(|name| !name.is_empty() && name.bytes().all(is_word_byte))
}

/// Refuses a path with a reserved word among its bare names.
pub(crate) fn check_not_reserved(
    parameter: ExpressionParameter,
    path: &RawPath,
) -> Result<(), ExpressionError> {
    for name in path.names() {
        if let RawName::Bare(name) = name
            && reserved::is_reserved(name)
        {
            return Err(ExpressionError::semantics(
                parameter,
                format!("Attribute name is a reserved keyword; reserved keyword: {name}"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
