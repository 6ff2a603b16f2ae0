"""Clients that write and read few items, many at a time, and record what they are told.

The file is what `sim check-history` judges: one JSON object a line, described at the head of
`tools/sim/src/recorded.rs`. Nothing is judged here. A client has one request at a time; when the
server is gone it stops, and goes on with the next process: with the same transaction and its token,
if that was under way.
"""

import itertools
import json
import threading
import time
import uuid

from conformance.clients import Fault
from conformance.workload import DISCONNECTED

TABLES = ("Hot", "Warm")
# Items of each, of one partition.
ITEMS = 4
KEYS = {
    f"{table}/{item}": (table, {"pk": {"S": "all"}, "sk": {"S": str(item)}})
    for table in TABLES
    for item in range(ITEMS)
}
# Written once by each process, before anything else.
MARKER = "Hot/marker"
MARKER_KEY = {"pk": {"S": "marker"}, "sk": {"S": "marker"}}


class Recording:
    """The file, which clients share."""

    def __init__(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.answered = self.unanswered = 0
        self._file, self._lock = open(path, "w"), threading.Lock()

    def write(self, called_ns, changes, **outcome):
        """A write: its changes, and what became of it: one of the members of `Outcome`."""
        (kind,) = outcome
        with self._lock:
            self.answered += kind != "unanswered"
            self.unanswered += kind == "unanswered"
            self._add({"write": {"called_ns": called_ns, "changes": changes, "outcome": outcome}})

    def read(self, called_ns, found):
        """A read: items by name."""
        line = {"called_ns": called_ns, "answered_ns": time.monotonic_ns(), "found": found}
        with self._lock:
            self.answered += 1
            self._add({"read": line})

    def died(self, process, by):
        """No commit of the process is later than `by`."""
        with self._lock:
            self._add({"died": {"process": process, "by": by}})

    def _add(self, line):
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


class Client:
    """One client. `process` numbers the lives of the server."""

    def __init__(self, name, recording, rng):
        self.name, self.recording, self.rng = name, recording, rng
        self.wire, self.process = None, None
        self._numbers = itertools.count()
        self._seen = {}
        self._pending = None

    def connect(self, wire, process):
        """From now on the client talks to this process."""
        self.wire, self.process = wire, process
        return self

    def run_until_disconnected(self):
        """Random requests until the server is gone."""
        try:
            while True:
                self.step()
        except DISCONNECTED:
            pass

    def step(self):
        """One random request, or the transaction again that got no answer."""
        if self._pending is not None:
            self._send_again()
            return
        writes = (self._write, self._write, self._write, self._transact, self._transact)
        reads = (self._get, self._query, self._get_together)
        self.rng.choice((*writes, *reads))()

    def mark(self):
        """A write to an item that nobody else writes; its commit."""
        item = {"stamp": {"S": self._number()}}
        called = time.monotonic_ns()
        reply = self.wire.PutItem(TableName=TABLES[0], Item={**MARKER_KEY, **item})
        self._committed(called, [[MARKER, {"do": {"put": item}}]], reply.commit, [{}])
        return reply.commit

    def look(self):
        """Reads everything, a table at a time."""
        for table in TABLES:
            self._query(table)

    def finish(self):
        """Gets an answer to the transaction that has none yet."""
        if self._pending is not None:
            self._send_again()

    def _write(self):
        """PutItem, UpdateItem or DeleteItem, one in three with a condition."""
        name = self.rng.choice(list(KEYS))
        table, _ = KEYS[name]
        kind, change, members = self._change(name)
        images = {"Put": ("NONE", "ALL_OLD"), "Update": ("NONE", "ALL_OLD", "ALL_NEW")}
        # A deletion tells whether there was something to delete.
        wanted = self.rng.choice(images.get(kind, ("ALL_OLD",)))
        members = {**members, "TableName": table, "ReturnValues": wanted}
        called, changes = time.monotonic_ns(), [[name, change]]
        try:
            reply = self.wire.call(f"{kind}Item", members)
        except DISCONNECTED:
            self._unanswered(called, changes)
            raise
        except Fault as fault:
            if fault.code != "ConditionalCheckFailedException":
                raise
            self._refused(called, changes, [{"found": shown(fault.body.get("Item"))}])
            return
        image = shown(reply.get("Attributes"))
        if kind == "Delete" and image is None:
            told = [{"before": None, "after": None}]
            unchanged = {"at": reply.commit, "told": told, "answered_ns": time.monotonic_ns()}
            self.recording.write(called, changes, unchanged=unchanged)
            return
        told = {"NONE": {}, "ALL_OLD": {"before": image}, "ALL_NEW": {"after": image}}[wanted]
        self._committed(called, changes, reply.commit, [told])

    def _transact(self):
        """TransactWriteItems, most with a token; the first action always changes something."""
        actions, changes = [], []
        for name in self.rng.sample(list(KEYS), self.rng.randint(2, 4)):
            kinds = ("Put", "Update", "Update", "Delete", "ConditionCheck")
            kind, change, members = self._change(name, kinds if actions else kinds[:2])
            actions.append({kind: {**members, "TableName": KEYS[name][0]}})
            changes.append([name, change])
        request = {"TransactItems": actions, "ReturnConsumedCapacity": "TOTAL"}
        if self.rng.random() < 0.75:
            request["ClientRequestToken"] = str(uuid.UUID(int=self.rng.getrandbits(128)))
        self._send(time.monotonic_ns(), request, changes)

    def _send_again(self):
        called, request, changes = self._pending
        self._pending = None
        self._send(called, request, changes)

    def _send(self, called, request, changes):
        may_repeat = "ClientRequestToken" in request
        try:
            reply = self.wire.TransactWriteItems(**request)
        except DISCONNECTED:
            if may_repeat and self.rng.random() < 0.75:
                self._pending = called, request, changes
            else:
                self._unanswered(called, changes)
            raise
        except Fault as fault:
            if fault.code != "TransactionCanceledException":
                raise
            self._refused(called, changes, list(map(refusal, fault.body["CancellationReasons"])))
            return
        if is_repetition(reply):
            repeated = {"by": reply.commit, "answered_ns": time.monotonic_ns()}
            self.recording.write(called, changes, repeated=repeated)
        else:
            self._committed(called, changes, reply.commit, [{} for _ in changes])
        if may_repeat and self.rng.random() < 0.1:
            # It has no place in the history: whatever it changed would be found to be wrong.
            again = self.wire.TransactWriteItems(**request)
            assert is_repetition(again), again

    def _get(self):
        name = self.rng.choice(list(KEYS))
        table, key = KEYS[name]
        called = time.monotonic_ns()
        reply = self.wire.GetItem(TableName=table, Key=key, ConsistentRead=True)
        self._found(called, {name: shown(reply.get("Item"))})

    def _query(self, table=None):
        """All items of a table, in either order."""
        table = table or self.rng.choice(TABLES)
        called = time.monotonic_ns()
        reply = self.wire.Query(
            TableName=table,
            KeyConditionExpression="pk = :all",
            ExpressionAttributeValues={":all": {"S": "all"}},
            ConsistentRead=True,
            ScanIndexForward=self.rng.random() < 0.5,
        )
        assert "LastEvaluatedKey" not in reply, "a page is not all"
        found = {f"{table}/{item['sk']['S']}": shown(item) for item in reply["Items"]}
        absent = {name: None for name in KEYS if name.startswith(f"{table}/")}
        self._found(called, {**absent, **found})

    def _get_together(self):
        names = self.rng.sample(list(KEYS), self.rng.randint(2, 5))
        gets = [{"Get": {"TableName": KEYS[name][0], "Key": KEYS[name][1]}} for name in names]
        called = time.monotonic_ns()
        reply = self.wire.TransactGetItems(TransactItems=gets)
        items = [shown(response.get("Item")) for response in reply["Responses"]]
        self._found(called, dict(zip(names, items, strict=True)))

    def _change(self, name, kinds=("Put", "Put", "Update", "Update", "Update", "Delete")):
        """A random change of an item: the kind of action, how it is recorded, and its members."""
        key, kind, values = KEYS[name][1], self.rng.choice(kinds), {}
        if kind == "Put":
            item = {"stamp": {"S": self._number()}, "gains": {"N": str(self.rng.randrange(9))}}
            what, members = {"put": item}, {"Item": {**key, **item}}
        elif kind == "Update":
            update, expression = self._update(values)
            what, members = {"update": update}, {"Key": key, "UpdateExpression": expression}
        else:
            what = {"Delete": "delete", "ConditionCheck": "check"}[kind]
            members = {"Key": key}
        change = {"do": what}
        if kind == "ConditionCheck" or self.rng.random() < 0.3:
            change["if"], members["ConditionExpression"] = self._condition(name, values)
            members["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if values:
            members["ExpressionAttributeValues"] = values
        return kind, change, members

    def _update(self, values):
        """How it is recorded, and its expression: SET, list_append and ADD, one of them at least."""
        number = {"S": self._number()}
        parts = self.rng.sample(("set", "append", "add"), self.rng.randint(1, 3))
        update, sets, expression = {}, [], ""
        if "set" in parts:
            update["set"] = {"stamp": number}
            sets.append("stamp = :number")
            values[":number"] = number
        if "append" in parts:
            update["append"] = {"trail": number}
            sets.append("trail = list_append(if_not_exists(trail, :empty), :one)")
            values |= {":empty": {"L": []}, ":one": {"L": [number]}}
        if sets:
            expression = f"SET {', '.join(sets)}"
        if "add" in parts:
            gain = self.rng.randrange(1, 9)
            update["add"] = {"gains": gain}
            expression += " ADD gains :gain"
            values[":gain"] = {"N": str(gain)}
        return update, expression

    def _condition(self, name, values):
        """How it is recorded, and its expression: often that the item is as it was last seen."""
        stamp = (self._seen.get(name) or {}).get("stamp")
        if stamp and self.rng.random() < 0.6:
            values[":seen"] = stamp
            return {"is": {"stamp": stamp}}, "stamp = :seen"
        there, absent = ("there", "attribute_exists(pk)"), ("absent", "attribute_not_exists(pk)")
        return self.rng.choice((there, there, absent))

    def _committed(self, called, changes, commit, told):
        committed = {"at": commit, "told": told, "answered_ns": time.monotonic_ns()}
        self.recording.write(called, changes, committed=committed)

    def _refused(self, called, changes, told):
        assert any(told), "refused for no reason"
        refused = {"told": told, "answered_ns": time.monotonic_ns()}
        self.recording.write(called, changes, refused=refused)

    def _unanswered(self, called, changes):
        self.recording.write(called, changes, unanswered={"process": self.process})

    def _found(self, called, found):
        self.recording.read(called, found)
        self._seen.update(found)

    def _number(self):
        """A text that no other write writes."""
        return f"{self.name}-{next(self._numbers)}"


def shown(item):
    """The item without its key, as it is recorded."""
    return item and {name: value for name, value in item.items() if name not in ("pk", "sk")}


def refusal(reason):
    """A cancellation reason as it is recorded."""
    if reason["Code"] == "None":
        return None
    assert reason["Code"] == "ConditionalCheckFailed", reason
    return {"found": shown(reason.get("Item"))}


def is_repetition(reply):
    """Whether a transaction had been done before: then it is charged for reads."""
    return any("ReadCapacityUnits" in consumed for consumed in reply["ConsumedCapacity"])
