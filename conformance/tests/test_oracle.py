"""The oracle itself: what it is there to find, it finds. Its witness, the stream, is played here."""

import pytest

from conformance.expiring import SERVICE, Expiring
from conformance.history import History
from conformance.tables import Schema, canonical
from conformance.workload import SCHEMA

SECOND = 1_000_000
KEY = {"pk": {"S": "expiring-0"}, "sk": {"S": "000"}}


class Told:
    """A server that answers with these records of a stream, once."""

    def __init__(self, *records):
        self.records = list(records)

    def call(self, operation, _):
        match operation.rpartition(".")[2]:
            case "DescribeStream":
                return {"StreamDescription": {"Shards": [{"ShardId": "shard"}]}}
            case "GetShardIterator":
                return {"ShardIterator": "iterator"}
            case "GetRecords":
                records, self.records = self.records, []
                return {"Records": records, "NextShardIterator": "iterator"}


def record(commit, old, new, identity=None):
    event = "REMOVE" if new is None else "MODIFY" if old else "INSERT"
    images = {name: item for name, item in (("OldImage", old), ("NewImage", new)) if item}
    told = {"Keys": KEY, "SequenceNumber": f"1{commit:020}000000", **images}
    return {"eventName": event, "dynamodb": told, **({"userIdentity": identity} if identity else {})}


def item(expires, **attributes):
    return {**KEY, "expires": {"N": str(expires)}, **attributes}


def learnt(history, *records):
    expiring = Expiring(Told(*records), "Any", "arn", history, None)
    expiring.learn()
    return expiring


def test_a_deletion_by_the_service_becomes_history():
    history, gone = History(SCHEMA), item(1_000_000_000)
    history.record(KEY, 1_000_000_001 * SECOND, gone)
    at = 1_000_000_002 * SECOND
    told = [record(1_000_000_001 * SECOND, None, gone), record(at, gone, None, SERVICE)]
    assert learnt(history, *told).deleted == 1
    history.check(at - 1, [gone], "before")
    history.check(at, [], "then")
    # A restore that has lost the deletion, or has it too early.
    with pytest.raises(AssertionError, match="1 keys differ"):
        history.check(at, [gone], "lost")
    with pytest.raises(AssertionError, match="1 keys differ"):
        history.check(at - 1, [], "early")


def test_a_deletion_that_is_wrong_is_found():
    written, at = 1_000_000_001 * SECOND, 1_000_000_002 * SECOND
    for before, told, match in (
        (item(1_000_000_002), item(1_000_000_002), "deleted at"),
        (item(1_000_000_000 - 5 * 365 * 86_400), None, "deleted at"),
        (item(1_000_000_000), item(1_000_000_000, count={"N": "1"}), "is missing"),
    ):
        history = History(SCHEMA)
        history.record(KEY, written, before)
        with pytest.raises(AssertionError, match=match):
            learnt(history, record(at, told or before, None, SERVICE))


def test_a_trace_of_what_was_refused_is_found():
    history, there = History(SCHEMA), item(2_000_000_000)
    history.record(KEY, 10, there)
    learnt(history, record(10, None, there))
    for trace in (record(11, there, {**there, "note": {"S": "refused"}}), record(11, there, None)):
        with pytest.raises(AssertionError, match="nobody wrote"):
            learnt(history, trace)
    # Unless its fate is not known.
    expiring = Expiring(Told(record(11, there, None)), "Any", "arn", history, None)
    expiring.pending = [KEY]
    expiring.learn()
    history.check(11, [], "learnt")


def test_a_lost_write_and_a_lost_entry_are_found():
    schema = Schema("pk", "sk", indexes=SCHEMA.indexes, types=SCHEMA.types)
    history, items = History(schema), [{**KEY, "owner": {"S": "o"}, "note": {"S": "n"}}]
    history.record(KEY, 10, items[0])
    changed = {**items[0], "note": {"S": "changed"}}
    history.record(KEY, 12, changed)
    with pytest.raises(AssertionError, match="1 keys differ"):
        history.check(12, items, "a lost update")
    history.check(11, items, "before it")
    (entry,) = schema.entries(SCHEMA.indexes[0], items)
    assert entry == canonical({**KEY, "owner": {"S": "o"}})
