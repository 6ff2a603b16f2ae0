"""Random writers that know what they wrote: the load under which history is checked.

A `Writer` owns its keys: nobody else writes them, so it predicts the outcome of each write and
needs no reads. `contend` writes keys that many share, with operations whose replies tell the
outcome. Both record in a `History`.
"""

import http.client
import threading

from conformance.clients import Fault
from conformance.tables import Index, Schema

SCHEMA = Schema(
    hash="pk",
    range="sk",
    types={"score": "N"},
    indexes=(
        Index("by-owner", "owner", projection="KEYS_ONLY"),
        Index("by-team", "team", "score", projection=("note", "count")),
        # Not everything: an item's entries in local indexes count towards its largest size.
        Index("by-date", "pk", "date", projection=("note", "nested"), local=True),
    ),
)
# Indexes that come and go; those of `SCHEMA` stay.
SPARE_INDEXES = (
    Index("by-several", ("owner", "team"), ("score", "date"), projection=("note", "count")),
    Index("by-date-all", "date"),
)
# Attribute names count as well as values.
ITEM_BYTES_MAX = 400 * 1024
DISCONNECTED = (OSError, http.client.HTTPException)


class Writer:
    """Writes its own keys in all ways there are. After a lost connection `pending` says what the
    server may or may not have done: (key, item) pairs, one commit if `pending_together`."""

    def __init__(self, name, wire, table, history, rng, keys=25):
        self.wire, self.table, self.history, self.rng = wire, table, history, rng
        self.keys = [{"pk": {"S": f"{name}-{n % 5}"}, "sk": {"S": f"{n:03}"}} for n in range(keys)]
        self.items = {}
        self.acknowledged = 0
        self.pending, self.pending_together, self.pending_after = [], True, 0

    def step(self):
        """One random write; raises what the connection raises."""
        kinds = (self._put, self._put, self._update, self._update, self._delete)
        together = (self._batch, self._transact, self._refused)
        statements = (self._statement, self._statements, self._statements_together)
        self.rng.choice((*kinds, *together, *statements))()
        self.acknowledged += 1

    def run_until_disconnected(self):
        """Writes until the server is gone."""
        while True:
            try:
                self.step()
            except DISCONNECTED:
                return

    def resolve(self, found, until):
        """After a restart: takes from `found` (the table's items) which pending writes happened.
        `until` is a commit after the restart. Checks that a transaction is not halved."""
        found = {_id(item): item for item in found}
        happened = []
        for key, item in self.pending:
            if found.get(_id(key)) == item and self.items.get(_id(key)) != item:
                happened.append(key)
                self._became(key, item, self.pending_after, until)
            else:
                assert found.get(_id(key)) == self.items.get(_id(key)), (key, found.get(_id(key)))
        changes = [k for k, item in self.pending if self.items.get(_id(k)) != item or k in happened]
        if self.pending_together:
            assert happened in ([], changes), f"half a transaction: {happened} of {changes}"
        self.pending = []

    def go_on(self, wire, found):
        """Goes on with another server, whose table holds the items `found`."""
        mine = {_id(key) for key in self.keys}
        self.wire, self.pending = wire, []
        self.items = {_id(item): item for item in found if _id(item) in mine}

    def put(self):
        """One random PutItem, whose commit its reply tells exactly."""
        self._put()
        self.acknowledged += 1

    def _put(self):
        key = self.rng.choice(self.keys)
        item = self.random_item(key)
        self._write([(key, item)], "PutItem", Item=item)

    def _delete(self):
        key = self.rng.choice(self.keys)
        self._write([(key, None)], "DeleteItem", Key=key)

    def _update(self):
        key = self.rng.choice(self.keys)
        update, item = self._random_update(key)
        self._write([(key, item)], "UpdateItem", Key=key, **update)

    def _random_update(self, key):
        """Members of UpdateItem, and what the item then is."""
        item = dict(self.items.get(_id(key)) or key)
        note, gain = self.random_text(), self.rng.randrange(1, 9)
        item["note"] = note
        item["count"] = {"N": str(int(item.get("count", {"N": "0"})["N"]) + gain)}
        expression = "SET #note = :note, #count = if_not_exists(#count, :zero) + :gain"
        names = {"#note": "note", "#count": "count"}
        values = {":note": note, ":gain": {"N": str(gain)}, ":zero": {"N": "0"}}
        if self.rng.random() < 0.5:
            moved = self.rng.choice(("owner", "team", "date"))
            names["#moved"] = moved
            if self.rng.random() < 0.4:
                expression += " REMOVE #moved"
                item.pop(moved, None)
            else:
                item[moved] = values[":moved"] = self.random_index_key(moved)
                expression += ", #moved = :moved"
        update = {
            "UpdateExpression": expression,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
        return update, item

    def _batch(self):
        changes = [(key, self._item_or_none(key)) for key in self._some_keys(6)]
        requests = [
            {"PutRequest": {"Item": item}} if item else {"DeleteRequest": {"Key": key}}
            for key, item in changes
        ]
        self._send(changes, together=False)
        reply = self.wire.BatchWriteItem(RequestItems={self.table: requests})
        assert reply["UnprocessedItems"] == {}, reply
        # One timestamp for several commits: each lies somewhere between the last reply and it.
        self._acknowledge(self.pending_after, reply.commit)

    def _transact(self):
        changes, actions = [], []
        for key in self._some_keys(4):
            common = {"TableName": self.table}
            if self.rng.random() < 0.3:
                update, item = self._random_update(key)
                action = {"Update": {**common, "Key": key, **update}}
            else:
                item = self._item_or_none(key)
                put = {"Put": {**common, "Item": item}}
                action = put if item else {"Delete": {**common, "Key": key}}
            changes.append((key, item))
            actions.append(action)
        self._send(changes, together=True)
        commit = self.wire.TransactWriteItems(TransactItems=actions).commit
        self._acknowledge(commit - 1, commit)

    def _statement(self):
        """A write in PartiQL, alone."""
        key = self.rng.choice(self.keys)
        statement, item = self._random_statement(key)
        self._send([(key, item)], together=True)
        commit = self.wire.ExecuteStatement(**statement).commit
        self._acknowledge(commit - 1, commit)

    def _statements(self):
        """Writes in PartiQL, each by itself."""
        changes, statements = self._some_statements()
        self._send(changes, together=False)
        reply = self.wire.BatchExecuteStatement(Statements=statements)
        for response in reply["Responses"]:
            # A server that cannot write says so in the place of each statement.
            error = response.get("Error", {})
            if error.get("Code") == "InternalServerError":
                raise Fault(500, {"__type": error["Code"], "message": error["Message"]}, reply.headers)
        assert reply["Responses"] == [{"TableName": self.table}] * len(statements), reply
        self._acknowledge(self.pending_after, reply.commit)

    def _statements_together(self):
        """Writes in PartiQL, all of them or none."""
        changes, statements = self._some_statements()
        self._send(changes, together=True)
        commit = self.wire.ExecuteTransaction(TransactStatements=statements).commit
        self._acknowledge(commit - 1, commit)

    def _some_statements(self):
        """Changes of some keys, and statements that make them."""
        changes, statements = [], []
        for key in self._some_keys(5):
            statement, item = self._random_statement(key)
            changes.append((key, item))
            statements.append(statement)
        return changes, statements

    def _random_statement(self, key):
        """A statement that can be carried out, and what the item then is."""
        old = self.items.get(_id(key))
        at, where = [key["pk"], key["sk"]], "WHERE pk = ? AND sk = ?"
        if self.rng.random() < 0.2:
            return {"Statement": f'DELETE FROM "{self.table}" {where}', "Parameters": at}, None
        if old is None:
            item = self.random_item(key)
            return {"Statement": f'INSERT INTO "{self.table}" VALUE ?', "Parameters": [{"M": item}]}, item
        note, gain = self.random_text(), self.rng.randrange(1, 9)
        item = {**old, "note": note, "count": {"N": str(int(old["count"]["N"]) + gain)}}
        changes, values = 'SET note = ?, "count" = "count" + ?', [note, {"N": str(gain)}]
        moved = self.rng.choice(("owner", "team", "date"))
        if self.rng.random() < 0.4:
            changes += f' REMOVE "{moved}"'
            item.pop(moved, None)
        else:
            item[moved] = self.random_index_key(moved)
            changes += f' SET "{moved}" = ?'
            values.append(item[moved])
        return {"Statement": f'UPDATE "{self.table}" {changes} {where}', "Parameters": [*values, *at]}, item

    def _refused(self):
        """A write or a transaction whose condition does not hold changes nothing."""
        if self.rng.random() < 0.3:
            self._refused_statement()
            return
        key, other = self._some_keys(2)
        exists = "attribute_exists(pk)" if not self.items.get(_id(key)) else "attribute_not_exists(pk)"
        refused = {"TableName": self.table, "Item": key, "ConditionExpression": exists}
        put = {"Put": {"TableName": self.table, "Item": self.random_item(other)}}
        try:
            if self.rng.random() < 0.5:
                self.wire.PutItem(**refused)
            else:
                self.wire.TransactWriteItems(TransactItems=[put, {"Put": refused}])
        except Fault as fault:
            codes = ("ConditionalCheckFailedException", "TransactionCanceledException")
            if fault.code not in codes:
                raise
            return
        raise AssertionError("a condition that does not hold was accepted")

    def _refused_statement(self):
        """An INSERT of what is there, or an UPDATE of what is not, changes nothing either."""
        key = self.rng.choice(self.keys)
        if self.items.get(_id(key)) is not None:
            code, statement = "DuplicateItemException", f'INSERT INTO "{self.table}" VALUE ?'
            parameters = [{"M": self.random_item(key)}]
        else:
            code = "ConditionalCheckFailedException"
            statement = f'UPDATE "{self.table}" SET note = \'x\' WHERE pk = ? AND sk = ?'
            parameters = [key["pk"], key["sk"]]
        try:
            self.wire.ExecuteStatement(Statement=statement, Parameters=parameters)
        except Fault as fault:
            if fault.code != code:
                raise
            return
        raise AssertionError(f"accepted: {statement}")

    def _write(self, changes, operation, **members):
        self._send(changes, together=True)
        commit = self.wire.call(operation, {"TableName": self.table, **members}).commit
        if commit is None:
            self._acknowledge_nothing()
        else:
            self._acknowledge(commit - 1, commit)

    def _send(self, changes, together):
        self.pending, self.pending_together = changes, together
        self.pending_after = self.history.last_commit

    def _acknowledge(self, after, until):
        for key, item in self.pending:
            self._became(key, item, after, until)
        self.pending = []

    def _acknowledge_nothing(self):
        for key, item in self.pending:
            assert self.items.get(_id(key)) == item, f"no commit timestamp for a change of {key}"
        self.pending = []

    def _became(self, key, item, after, until):
        self.items[_id(key)] = item
        self.history.record_between(key, after, until, item)

    def _some_keys(self, most):
        return self.rng.sample(self.keys, self.rng.randint(2, max(2, most)))

    def _item_or_none(self, key):
        return self.random_item(key) if self.rng.random() < 0.7 else None

    def random_item(self, key):
        """An item with some of the index keys, so that it is in some of the indexes."""
        return random_item(self.rng, key)

    def random_text(self):
        return random_text(self.rng)

    def random_index_key(self, name):
        return random_index_key(self.rng, name)


def contend(wire, table, history, rng, keys, steps):
    """Writes keys that others write as well, and records what the replies say."""
    for _ in range(steps):
        key = rng.choice(keys)
        kind = rng.random()
        if kind < 0.4:
            item = random_item(rng, key)
            history.record(key, wire.PutItem(TableName=table, Item=item).commit, item)
        elif kind < 0.8:
            reply = wire.UpdateItem(
                TableName=table,
                Key=key,
                UpdateExpression="SET note = :note ADD #count :one",
                ExpressionAttributeNames={"#count": "count"},
                ExpressionAttributeValues={":note": random_text(rng), ":one": {"N": "1"}},
                ReturnValues="ALL_NEW",
            )
            history.record(key, reply.commit, reply["Attributes"])
        else:
            reply = wire.DeleteItem(TableName=table, Key=key, ReturnValues="ALL_OLD")
            if "Attributes" in reply:
                history.record(key, reply.commit, None)


def run_all(works):
    """Runs these functions in threads of their own; raises what the first to fail raised."""
    errors = []

    def guarded(work):
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def random_item(rng, key):
    """An item with some of the index keys, so that it is in some of the indexes; a few are nearly
    as large as an item may be, and can still be updated."""
    item = {**key, "note": random_text(rng), "count": {"N": str(rng.randrange(100))}}
    for name in ("owner", "team", "score", "date"):
        if rng.random() < 0.7:
            item[name] = random_index_key(rng, name)
    if rng.random() < 0.3:
        item["nested"] = {"M": {"list": {"L": [random_text(rng), {"BOOL": True}, {"NULL": True}]}}}
    if rng.random() < 0.1:
        item["bulk"] = {"S": rng.choice("xyz") * rng.randrange(5_000, 20_000)}
    if rng.random() < 0.004:
        item["bulk"] = {"S": rng.choice("xyz") * (ITEM_BYTES_MAX - 4_000)}
    return item


def largest_item(key, fill):
    """An item of strings that is exactly as large as an item may be."""
    size = sum(len(name) + len(value["S"].encode()) for name, value in key.items())
    return {**key, "bulk": {"S": fill * (ITEM_BYTES_MAX - size - len("bulk"))}}


def random_text(rng):
    return {"S": "".join(rng.choices("abcdefgh ßλ木🎵", k=rng.randrange(1, 40)))}


def random_index_key(rng, name):
    if name == "score":
        return {"N": str(rng.randrange(-50, 50))}
    return {"S": f"{name}-{rng.randrange(6)}"}


def _id(key_or_item):
    return key_or_item["pk"]["S"], key_or_item["sk"]["S"]
