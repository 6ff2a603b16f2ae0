//! The server that the model is compared with, with the tables of the model.

use anywhen_test_server::TestServer;
use serde_json::{Value as Json, json};

use crate::schema::SCHEMAS;

pub(crate) struct Server(TestServer);

/// What the server said.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Json,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let server = Self(TestServer::start().await);
        for schema in SCHEMAS {
            let reply = server.call("CreateTable", &schema.definition()).await;
            assert_eq!(reply.status, 200, "{}", reply.body);
            let named = json!({"TableName": schema.name});
            let reply = server.call("DescribeTable", &named).await;
            assert_eq!(reply.body["Table"]["TableStatus"], "ACTIVE");
        }
        server
    }

    pub(crate) async fn call(&self, operation: &str, body: &Json) -> Reply {
        let answer = self.0.call(operation, body.to_string().into()).await;
        Reply {
            status: answer.status,
            body: serde_json::from_slice(&answer.body).unwrap(),
        }
    }

    /// Lets so much time pass that tokens of transactions count no more: ten minutes and a second.
    pub(crate) fn pause(&self) {
        self.0.clock().advance(601 * 1_000_000);
    }

    pub(crate) async fn stop(self) {
        self.0.stop().await;
    }
}
