"""Items that expire, for the oracle: writes whose replies tell what they did, and the stream as the
witness of when the service deleted what.

Nobody can foresee whether an item that has expired is still there. So writes of such items ask for
what they found; the commits of the service's deletions are taken from the table's stream, after a
proof that each deleted what was there and had expired. The stream's other records must be exactly
what the replies said: what was refused, or changed nothing, has left no trace.
"""

import time

from conformance.clients import Fault
from conformance.waiting import until
from conformance.workload import DISCONNECTED, random_index_key, random_text

ATTRIBUTE = "expires"
# For a server that looks for expired items all the time.
OFTEN = {"ANYWHEN_TIME_TO_LIVE_INTERVAL_SECONDS": "0.1"}
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
SERVICE = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
SECOND = 1_000_000
FIVE_YEARS = 5 * 365 * 86_400
REFUSED = (
    "ConditionalCheckFailedException",
    "DuplicateItemException",
    "TransactionCanceledException",
)


class Expiring:
    """Keys of a table whose items expire, and the table's stream. After a lost connection
    `pending` are the keys of which the server may or may not have done the last write."""

    def __init__(self, wire, table, stream, history, rng, keys=20):
        self.wire, self.table, self.stream = wire, table, stream
        self.history, self.rng = history, rng
        self.keys = [{"pk": {"S": f"expiring-{n % 4}"}, "sk": {"S": f"{n:03}"}} for n in range(keys)]
        self.pending = []
        self.deleted = 0
        # The sequence number of the last record that was read.
        self.heard = None

    @classmethod
    def begin(cls, wire, table, history, rng):
        """Switches time to live on; the table has its stream already."""
        setting = {"Enabled": True, "AttributeName": ATTRIBUTE}
        wire.UpdateTimeToLive(TableName=table, TimeToLiveSpecification=setting)
        stream = wire.DescribeTable(TableName=table)["Table"]["LatestStreamArn"]
        return cls(wire, table, stream, history, rng)

    def step(self):
        """One random write; raises what the connection raises."""
        ways = (self._put, self._update, self._delete, self._insert, self._update_in_words)
        together = (self._delete_in_words, self._put_together, self._insert_together)
        try:
            self.rng.choice((*ways, *ways, *together))()
        except Fault as fault:
            if fault.code not in REFUSED:
                raise
        self._answered()

    def run_until_disconnected(self):
        while True:
            try:
                self.step()
            except DISCONNECTED:
                return

    def settle(self):
        """Nobody writes: waits until what has expired is gone, and learns when it went. What has
        not will not expire for a long time."""
        now = int(time.time())
        old, soon = {"N": str(now - FIVE_YEARS + 100)}, {"N": str(now + 100)}

        def gone():
            pages = (
                self.wire.Query(
                    TableName=self.table,
                    KeyConditionExpression="pk = :pk",
                    FilterExpression=f"{ATTRIBUTE} BETWEEN :old AND :soon",
                    ExpressionAttributeValues={":pk": {"S": pk}, ":old": old, ":soon": soon},
                    ConsistentRead=True,
                )
                for pk in sorted({key["pk"]["S"] for key in self.keys})
            )
            return not any(page["Items"] for page in pages)

        until(gone, f"what has expired in {self.table} is gone")
        self.learn()

    def learn(self):
        """Reads on in the stream. Takes over the service's deletions, and what became of writes
        that had no answer; everything else has to be known."""
        for record in self._records():
            told = record["dynamodb"]
            key, item = told["Keys"], told.get("NewImage")
            commit = int(told["SequenceNumber"][1:21])
            if record.get("userIdentity") is None:
                if not self.history.tells(key, commit, item):
                    assert key in self.pending, f"nobody wrote {item} to {key} at {commit}"
                    self._record(key, commit, item)
                continue
            assert (record["eventName"], record["userIdentity"]) == ("REMOVE", SERVICE), record
            before = told["OldImage"]
            state = self.history.item_at(key, commit - 1)
            assert state == before, f"at {commit} {before} was deleted, while {state} is missing"
            assert has_expired(before, commit), f"deleted at {commit}: {before}"
            self._expired(key, commit)
        self.pending = []

    def _records(self):
        """Everything in the stream that has not been read."""
        described = self._streams("DescribeStream", StreamArn=self.stream)["StreamDescription"]
        (shard,) = described["Shards"]
        start = {"ShardIteratorType": "TRIM_HORIZON"}
        if self.heard is not None:
            start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": self.heard}
        place = {"StreamArn": self.stream, "ShardId": shard["ShardId"]}
        iterator = self._streams("GetShardIterator", **place, **start)["ShardIterator"]
        while True:
            page = self._streams("GetRecords", ShardIterator=iterator)
            if not page["Records"]:
                return
            for record in page["Records"]:
                yield record
                self.heard = record["dynamodb"]["SequenceNumber"]
            iterator = page["NextShardIterator"]

    def _streams(self, operation, **members):
        return self.wire.call(f"DynamoDBStreams_20120810.{operation}", members)

    def _put(self):
        item = self._item(self._key())
        self._became(item, self.wire.PutItem(TableName=self.table, Item=item))

    def _update(self):
        """Rescues an item, or condemns it."""
        reply = self.wire.UpdateItem(
            TableName=self.table,
            Key=self._key(),
            UpdateExpression="SET #e = :e, note = :note",
            ExpressionAttributeNames={"#e": ATTRIBUTE},
            ExpressionAttributeValues={":e": self._second(), ":note": random_text(self.rng)},
            ReturnValues="ALL_NEW",
        )
        self._became(reply["Attributes"], reply)

    def _delete(self):
        key = self._key()
        reply = self.wire.DeleteItem(TableName=self.table, Key=key, ReturnValues="ALL_OLD")
        if "Attributes" in reply:
            self._record(key, reply.commit, None)

    def _insert(self):
        item = self._item(self._key())
        statement = f'INSERT INTO "{self.table}" VALUE ?'
        self._became(item, self.wire.ExecuteStatement(Statement=statement, Parameters=[{"M": item}]))

    def _update_in_words(self):
        key = self._key()
        reply = self.wire.ExecuteStatement(
            Statement=f'UPDATE "{self.table}" SET "{ATTRIBUTE}" = ? SET note = ?'
            " WHERE pk = ? AND sk = ? RETURNING ALL NEW *",
            Parameters=[self._second(), random_text(self.rng), key["pk"], key["sk"]],
        )
        (item,) = reply["Items"]
        self._became(item, reply)

    def _delete_in_words(self):
        key = self._key()
        statement = f'DELETE FROM "{self.table}" WHERE pk = ? AND sk = ? RETURNING ALL OLD *'
        reply = self.wire.ExecuteStatement(Statement=statement, Parameters=[key["pk"], key["sk"]])
        if reply["Items"]:
            self._record(key, reply.commit, None)

    def _put_together(self):
        items = self._items()
        puts = [{"Put": {"TableName": self.table, "Item": item}} for item in items]
        reply = self.wire.TransactWriteItems(TransactItems=puts)
        for item in items:
            self._became(item, reply)

    def _insert_together(self):
        """All, unless one of them is there."""
        items = self._items()
        statement = f'INSERT INTO "{self.table}" VALUE ?'
        inserts = [{"Statement": statement, "Parameters": [{"M": item}]} for item in items]
        reply = self.wire.ExecuteTransaction(TransactStatements=inserts)
        for item in items:
            self._became(item, reply)

    def _became(self, item, reply):
        self._record(self.history.schema.key_of(item), reply.commit, item)

    def _record(self, key, commit, item):
        self.history.record(key, commit, item)

    def _expired(self, key, commit):
        self.history.record(key, commit, None)
        self.deleted += 1

    def _answered(self):
        self.pending = []

    def _key(self):
        key = self.rng.choice(self.keys)
        self.pending = [key]
        return key

    def _items(self):
        self.pending = self.rng.sample(self.keys, self.rng.randint(1, 3))
        return [self._item(key) for key in self.pending]

    def _item(self, key):
        item = {**key, "note": random_text(self.rng), ATTRIBUTE: self._second()}
        for name in ("owner", "team", "score", "date"):
            if self.rng.random() < 0.7:
                item[name] = random_index_key(self.rng, name)
        return item

    def _second(self):
        """Has expired, or not for long; or expired too long ago. Seldom, for it is waited for,
        expires within a second."""
        ago = self.rng.choice((1, 10, 86_400, FIVE_YEARS + 1000, -100_000, -100_000))
        ago = 0 if self.rng.random() < 0.02 else ago
        return {"N": str(int(time.time()) - ago)}


def has_expired(item, commit):
    """Whether an item may be deleted at this commit (microseconds) because it has expired."""
    now = commit // SECOND
    return now - FIVE_YEARS < int(item[ATTRIBUTE]["N"]) < now
