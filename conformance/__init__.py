"""Black-box checks of a DynamoDB endpoint, made with the clients that people use.

Nothing here knows Anywhen's insides: everything goes over the wire, by the AWS CLI, by boto3, by
raw JSON and by raw sockets. Run from the root of the repository, after `make setup`:

    .venv/bin/python -m pytest conformance                     # all, each worker on a server of its own
    .venv/bin/python -m pytest conformance --endpoint-url URL  # what a foreign endpoint allows
    .venv/bin/python -m conformance.walkthrough                # what `make demo` shows

Start reading at `anywhen_server` (a server process to start, kill and restart), `clients` (boto3
and the bare wire) and `history` (the oracle: every version of every item, by commit timestamp).
"""
