//! Error replies.
//!
//! A [`Fault`] is everything about an error that a client can see: the code and its namespace, the
//! HTTP status, the text, and the members some errors add. What must hold: codes, namespaces and
//! keys are the service's own (SDKs match on the code, tools on the text), and a body is one JSON
//! object whose first member is `__type`.

use std::fmt;

use serde_json::Value;

use crate::generated::errors::ModelledError;
use crate::generated::nested::CancellationReason;
use crate::raw_json::RawJson;

/// The namespace of a code in `__type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// Errors of the DynamoDB model.
    DynamoDb,
    /// `ValidationException`.
    Validation,
    /// Errors of the request's form and of authentication.
    Service,
    /// Errors of load.
    Availability,
}

impl Namespace {
    const fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "com.amazonaws.dynamodb.v20120810",
            Self::Validation => "com.amazon.coral.validate",
            Self::Service => "com.amazon.coral.service",
            Self::Availability => "com.amazon.coral.availability",
        }
    }
}

/// An error reply.
///
/// As an error its text is the message a client sees, or the code when there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    namespace: Namespace,
    code: &'static str,
    http_status: u16,
    message_key: &'static str,
    message: Option<String>,
    members: Vec<(&'static str, RawJson)>,
}

impl Fault {
    /// `ValidationException`: a parameter breaks a rule.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(
            Namespace::Validation,
            "ValidationException",
            Some(message.into()),
        )
    }

    /// `SerializationException`: a value has the wrong JSON type.
    pub fn serialization(message: impl Into<String>) -> Self {
        Self {
            message_key: "Message",
            ..Self::new(
                Namespace::Service,
                "SerializationException",
                Some(message.into()),
            )
        }
    }

    /// `SerializationException` without a message: the body is not JSON.
    pub fn not_json() -> Self {
        Self::new(Namespace::Service, "SerializationException", None)
    }

    /// `UnknownOperationException`: no such operation, or none was named.
    pub fn unknown_operation() -> Self {
        Self::new(Namespace::Service, "UnknownOperationException", None)
    }

    /// `MissingAuthenticationTokenException`: the request is not signed.
    pub fn missing_authentication_token() -> Self {
        Self::service(
            "MissingAuthenticationTokenException",
            "Request is missing Authentication Token",
        )
    }

    /// `IncompleteSignatureException`: the signature lacks a part.
    pub fn incomplete_signature(message: impl Into<String>) -> Self {
        Self::service("IncompleteSignatureException", message)
    }

    /// `InvalidSignatureException`: the signature has a part that cannot be.
    pub fn invalid_signature(message: impl Into<String>) -> Self {
        Self::service("InvalidSignatureException", message)
    }

    /// `AccessDeniedException`: the caller may not do this.
    pub fn access_denied(message: impl Into<String>) -> Self {
        Self::service("AccessDeniedException", message)
    }

    /// `InternalServerError`, HTTP status 500: a fault of this server.
    pub fn internal() -> Self {
        Self::modelled(ModelledError::InternalServerError, "Internal server error")
    }

    /// `ResourceNotFoundException`: no such table, index or stream.
    pub fn resource_not_found(message: impl Into<String>) -> Self {
        Self::modelled(ModelledError::ResourceNotFoundException, message)
    }

    /// `ConditionalCheckFailedException`, with the item as it was if the request asked for it.
    pub fn conditional_check_failed(item: Option<RawJson>) -> Self {
        let error = ModelledError::ConditionalCheckFailedException;
        let fault = Self::modelled(error, "The conditional request failed");
        match item {
            Some(item) => fault.with_member("Item", item),
            None => fault,
        }
    }

    /// `TransactionCanceledException`. There is one reason for each action of the transaction, in
    /// its order; an action that did not fail has the code `None`.
    pub fn transaction_canceled(reasons: &[CancellationReason]) -> Self {
        let codes: Vec<_> = reasons
            .iter()
            .map(|reason| reason.code.as_deref().unwrap_or("None"))
            .collect();
        let message = format!(
            "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
            codes.join(", ")
        );
        match serde_json::to_string(reasons) {
            Ok(reasons) => Self::modelled(ModelledError::TransactionCanceledException, message)
                .with_member("CancellationReasons", RawJson::from_text(reasons)),
            Err(_) => Self::internal(),
        }
    }

    /// Any error of the model.
    pub fn modelled(error: ModelledError, message: impl Into<String>) -> Self {
        let namespace = match error {
            ModelledError::ThrottlingException => Namespace::Availability,
            _ => Namespace::DynamoDb,
        };
        Self {
            http_status: error.http_status(),
            message_key: error.message_key(),
            ..Self::new(namespace, error.code(), Some(message.into()))
        }
    }

    /// Adds a member to the body.
    pub fn with_member(mut self, name: &'static str, value: RawJson) -> Self {
        self.members.push((name, value));
        self
    }

    fn service(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Namespace::Service, code, Some(message.into()))
    }

    fn new(namespace: Namespace, code: &'static str, message: Option<String>) -> Self {
        Self {
            namespace,
            code,
            http_status: 400,
            message_key: "message",
            message,
            members: Vec::new(),
        }
    }

    /// The error's code, such as `ValidationException`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The namespace of the code.
    pub fn namespace(&self) -> Namespace {
        self.namespace
    }

    /// The HTTP status of the reply.
    pub fn http_status(&self) -> u16 {
        self.http_status
    }

    /// The text for the caller.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The body of the reply.
    pub fn body(&self) -> Vec<u8> {
        let name = format!("{}#{}", self.namespace.name(), self.code);
        let mut body = format!("{{\"__type\":{}", Value::from(name));
        if let Some(message) = &self.message {
            push_member(
                &mut body,
                self.message_key,
                &Value::from(message.as_str()).to_string(),
            );
        }
        for (name, value) in &self.members {
            push_member(&mut body, name, value.as_str());
        }
        body.push('}');
        body.into_bytes()
    }
}

fn push_member(body: &mut String, name: &str, json: &str) {
    body.push_str(",\"");
    body.push_str(name);
    body.push_str("\":");
    body.push_str(json);
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message.as_deref().unwrap_or(self.code))
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests;
