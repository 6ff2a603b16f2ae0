//! What a request's signature says about its caller: access key id and Region.
//!
//! Only the form of the `Authorization` header is read; the signature is not verified here. What
//! must hold: a Region that is returned is made of lower-case letters, digits and hyphens, so that it
//! can name keyspaces and paths.

use crate::fault::Fault;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// How many characters a Region's name has at most; the longest so far has 14.
const REGION_LENGTH_MAX: usize = 32;

/// The credential scope of a signed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureScope<'a> {
    /// Whose key signed.
    pub access_key_id: &'a str,
    /// The day of the signature, `YYYYMMDD`.
    pub date: &'a str,
    /// The Region the request is meant for.
    pub region: &'a str,
}

impl<'a> SignatureScope<'a> {
    /// Reads the `Authorization` header of a request.
    ///
    /// # Errors
    /// `MissingAuthenticationTokenException` without the header or for another scheme,
    /// `IncompleteSignatureException` for a header without its parts, `InvalidSignatureException`
    /// for a Region that cannot be.
    pub fn parse(authorization: Option<&'a str>) -> Result<Self, Fault> {
        let header = authorization
            .filter(|header| header.starts_with("AWS4-"))
            .ok_or_else(Fault::missing_authentication_token)?;
        let (algorithm, parameters) = header.split_once(' ').unwrap_or((header, ""));
        let credential = credential(header, parameters)?;
        if algorithm != ALGORITHM {
            return Err(Fault::incomplete_signature(format!(
                "Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} for now). "
            )));
        }
        Self::from_credential(credential)
    }

    fn from_credential(credential: &'a str) -> Result<Self, Fault> {
        let elements: Vec<_> = credential.split('/').collect();
        let [access_key_id, date, region, _service, _terminator] = *elements else {
            return Err(Fault::incomplete_signature(format!(
                "Credential must have exactly 5 slash-delimited elements, \
                 e.g. keyid/date/region/service/term, got '{credential}'"
            )));
        };
        if !is_region(region) {
            return Err(Fault::invalid_signature(format!(
                "Credential should be scoped to a valid region, not '{region}'. "
            )));
        }
        Ok(Self {
            access_key_id,
            date,
            region,
        })
    }
}

/// The value of the header's `Credential`, if it has that and the other two parts.
fn credential<'a>(header: &str, parameters: &'a str) -> Result<&'a str, Fault> {
    let value = |wanted: &str| {
        parameters
            .split(',')
            .filter_map(|parameter| parameter.trim().split_once('='))
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    };
    let missing: Vec<_> = ["Credential", "Signature", "SignedHeaders"]
        .into_iter()
        .filter(|name| value(name).is_none())
        .map(|name| format!("Authorization header requires '{name}' parameter. "))
        .collect();
    match value("Credential") {
        Some(credential) if missing.is_empty() => Ok(credential),
        _ => Err(Fault::incomplete_signature(format!(
            "{}Authorization={header}",
            missing.concat()
        ))),
    }
}

fn is_region(region: &str) -> bool {
    (1..=REGION_LENGTH_MAX).contains(&region.len())
        && region
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &str = "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=0123";

    fn message(header: Option<&str>) -> (&'static str, String) {
        let fault = SignatureScope::parse(header).unwrap_err();
        (fault.code(), fault.message().unwrap_or_default().to_owned())
    }

    #[test]
    fn reads_the_scope() {
        let header = format!(
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/dynamodb/aws4_request, {TAIL}"
        );
        let scope = SignatureScope::parse(Some(&header)).unwrap();
        assert_eq!(scope.access_key_id, "AKIDEXAMPLE");
        assert_eq!((scope.date, scope.region), ("20261121", "eu-west-1"));
    }

    #[test]
    fn an_unsigned_request_misses_its_token() {
        for header in [None, Some(""), Some("Basic dXNlcjpwYXNz")] {
            let expected = "Request is missing Authentication Token".to_owned();
            assert_eq!(
                message(header),
                ("MissingAuthenticationTokenException", expected)
            );
        }
    }

    #[test]
    fn every_missing_part_is_named() {
        assert_eq!(
            message(Some("AWS4-HMAC-SHA256 SignedHeaders=host")),
            (
                "IncompleteSignatureException",
                "Authorization header requires 'Credential' parameter. \
                 Authorization header requires 'Signature' parameter. \
                 Authorization=AWS4-HMAC-SHA256 SignedHeaders=host"
                    .to_owned()
            )
        );
    }

    #[test]
    fn a_credential_has_five_elements() {
        let header = format!("AWS4-HMAC-SHA256 Credential=a/20261121/eu-west-1, {TAIL}");
        assert_eq!(
            message(Some(&header)),
            (
                "IncompleteSignatureException",
                "Credential must have exactly 5 slash-delimited elements, \
                 e.g. keyid/date/region/service/term, got 'a/20261121/eu-west-1'"
                    .to_owned()
            )
        );
    }

    #[test]
    fn a_region_cannot_be_a_path() {
        for region in ["", "..", "eu_west", "EU-WEST-1", &"a".repeat(33)] {
            let header =
                format!("AWS4-HMAC-SHA256 Credential=a/1/{region}/dynamodb/aws4_request, {TAIL}");
            let expected =
                format!("Credential should be scoped to a valid region, not '{region}'. ");
            assert_eq!(
                message(Some(&header)),
                ("InvalidSignatureException", expected)
            );
        }
    }

    #[test]
    fn only_one_algorithm_is_known() {
        let header = format!("AWS4-HMAC-SHA512 Credential=a/1/local/dynamodb/aws4_request, {TAIL}");
        assert_eq!(
            message(Some(&header)),
            (
                "IncompleteSignatureException",
                "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA512' \
                 (only AWS4-HMAC-SHA256 for now). "
                    .to_owned()
            )
        );
    }
}
