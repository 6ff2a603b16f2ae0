"""Tables as the checks see them: a schema, what an index must hold, and whole-table reads.

Items are DynamoDB JSON, as on the wire. Two items are equal when their texts are, up to the order
of members and of set elements; the text of every number counts.
"""

import json
from collections import Counter
from dataclasses import dataclass, field

from conformance.clients import Fault
from conformance.waiting import until


@dataclass(frozen=True)
class Index:
    """A secondary index. `hash` and `range` may be several attributes. `projection` is ALL,
    KEYS_ONLY, or a tuple of attribute names."""

    name: str
    hash: str | tuple
    range: str | tuple | None = None
    projection: str | tuple = "ALL"
    local: bool = False

    @property
    def hash_names(self):
        return _names(self.hash)

    @property
    def range_names(self):
        return _names(self.range)

    @property
    def key_names(self):
        return self.hash_names + self.range_names


@dataclass(frozen=True)
class Schema:
    """Key attributes and indexes of a table. Key attributes are strings unless `types` says so."""

    hash: str = "pk"
    range: str | None = None
    indexes: tuple = ()
    types: dict = field(default_factory=dict)

    @property
    def hash_names(self):
        return _names(self.hash)

    @property
    def range_names(self):
        return _names(self.range)

    @property
    def key_names(self):
        return self.hash_names + self.range_names

    def create_request(self, table, **members):
        """Members of CreateTable: on demand, unless `members` has a ProvisionedThroughput, which
        then is every GSI's as well."""
        throughput = members.get("ProvisionedThroughput")
        names = {name for part in (self, *self.indexes) for name in part.key_names}
        request = {
            "TableName": table,
            "BillingMode": "PROVISIONED" if throughput else "PAY_PER_REQUEST",
            "KeySchema": _key_schema(self),
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": self.types.get(name, "S")}
                for name in sorted(names)
            ],
        }
        for local, member in ((False, "GlobalSecondaryIndexes"), (True, "LocalSecondaryIndexes")):
            described = [describe_index(i) for i in self.indexes if i.local == local]
            if throughput and not local:
                described = [{**i, "ProvisionedThroughput": throughput} for i in described]
            if described:
                request[member] = described
        return {**request, **members}

    def key_of(self, item):
        """The item's primary key, as a Key member."""
        return {name: item[name] for name in self.key_names}

    def entry(self, index, item):
        """What `index` must hold for `item`; None if the item lacks one of its key attributes."""
        for name in index.key_names:
            if name not in item or set(item[name]) != {self.types.get(name, "S")}:
                return None
        if index.projection == "ALL":
            return item
        names = {*self.key_names, *index.key_names}
        if index.projection != "KEYS_ONLY":
            names.update(index.projection)
        return {name: value for name, value in item.items() if name in names}

    def entries(self, index, items):
        """All entries of `index` over these items, as a multiset of texts."""
        entries = (self.entry(index, item) for item in items)
        return Counter(canonical(entry) for entry in entries if entry is not None)


def describe_index(index):
    """The members IndexName, KeySchema and Projection of an index."""
    projection = {"ProjectionType": index.projection}
    if isinstance(index.projection, tuple):
        projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.projection)}
    return {
        "IndexName": index.name,
        "KeySchema": _key_schema(index),
        "Projection": projection,
    }


def _names(names):
    return (names,) if isinstance(names, str) else tuple(names or ())


def _key_schema(part):
    sides = (("HASH", part.hash_names), ("RANGE", part.range_names))
    return [{"AttributeName": name, "KeyType": kind} for kind, names in sides for name in names]


def create_index(wire, table, schema, index, **members):
    """Adds a global index to a table; does not wait."""
    definitions = [
        {"AttributeName": name, "AttributeType": schema.types.get(name, "S")}
        for name in index.key_names
    ]
    return wire.UpdateTable(
        TableName=table,
        AttributeDefinitions=definitions,
        GlobalSecondaryIndexUpdates=[{"Create": {**describe_index(index), **members}}],
    )


def delete_index(wire, table, name):
    """Drops a global index of a table; does not wait."""
    update = {"Delete": {"IndexName": name}}
    return wire.UpdateTable(TableName=table, GlobalSecondaryIndexUpdates=[update])


def global_indexes(wire, table):
    """Descriptions of the table's global indexes, by name."""
    description = wire.DescribeTable(TableName=table)["Table"]
    return {index["IndexName"]: index for index in description.get("GlobalSecondaryIndexes", ())}


def wait_indexes(wire, table, seconds=60):
    """Waits until each global index is ACTIVE or gone; returns their descriptions by name."""

    def settled():
        indexes = global_indexes(wire, table)
        active = all(index["IndexStatus"] == "ACTIVE" for index in indexes.values())
        return (indexes,) if active else None

    return until(settled, f"indexes of {table} settled", seconds)[0]


def canonical(item):
    """A text that is equal for equal items, and for nothing else."""
    return json.dumps(_ordered(item), sort_keys=True, ensure_ascii=False)


def _ordered(value):
    if isinstance(value, dict):
        return {
            name: sorted(member) if name in ("SS", "NS", "BS") and _is_set(member) else _ordered(member)
            for name, member in value.items()
        }
    return [_ordered(element) for element in value] if isinstance(value, list) else value


def _is_set(member):
    return isinstance(member, list) and all(isinstance(element, str) for element in member)


def read_all(wire, table, index=None, operation="Scan", **members):
    """Every item of a table or index, over all pages; checks that the counts agree."""
    request = {"TableName": table, **members}
    if index:
        request["IndexName"] = index
    elif operation == "Scan":
        request.setdefault("ConsistentRead", True)
    items = []
    while True:
        page = wire.call(operation, request)
        assert page["Count"] == len(page["Items"]), page
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def check_items(schema, expected, found, what):
    """`found` holds exactly the items of `expected`, each once and text for text."""
    _check_multisets(Counter(map(canonical, expected)), Counter(map(canonical, found)), what)
    keys = Counter(canonical(schema.key_of(item)) for item in found)
    assert all(count == 1 for count in keys.values()), f"{what}: a key occurs twice"


def check_indexes(wire, table, schema, items, what):
    """Every index of the table holds exactly what these items demand. Returns entries checked."""
    checked = 0
    for index in schema.indexes:
        found = Counter(map(canonical, read_all(wire, table, index.name)))
        _check_multisets(schema.entries(index, items), found, f"{what}, index {index.name}")
        checked += found.total()
    return checked


def check_table(wire, table, schema, expected, what):
    """The table holds exactly `expected`, and so do its indexes. Returns items and entries
    compared."""
    found = read_all(wire, table)
    check_items(schema, expected, found, what)
    return len(found) + check_indexes(wire, table, schema, expected, what)


def _check_multisets(expected, found, what):
    missing, surplus = expected - found, found - expected
    if not missing and not surplus:
        return
    lines = [f"{what}: {missing.total()} missing, {surplus.total()} not expected"]
    lines += [f"  missing:      {text}" for text in sorted(missing)[:5]]
    lines += [f"  not expected: {text}" for text in sorted(surplus)[:5]]
    raise AssertionError("\n".join(lines))


def create_table(wire, table, schema, **members):
    """Creates a table and waits until it serves."""
    wire.call("CreateTable", schema.create_request(table, **members))
    return wait_active(wire, table)


def wait_active(wire, table, seconds=60):
    """Waits until the table is ACTIVE, and returns its description. Until then it may only be
    CREATING or UPDATING, and once it is ACTIVE so is each of its indexes."""

    def active():
        description = wire.DescribeTable(TableName=table)["Table"]
        if description["TableStatus"] == "ACTIVE":
            return description
        assert description["TableStatus"] in ("CREATING", "UPDATING"), description
        return None

    description = until(active, f"table {table} ACTIVE", seconds)
    for index in description.get("GlobalSecondaryIndexes", ()):
        assert index["IndexStatus"] == "ACTIVE", index
    return description


def exists(wire, table):
    """Whether DescribeTable finds the table."""
    try:
        wire.DescribeTable(TableName=table)
        return True
    except Fault as fault:
        assert fault.code == "ResourceNotFoundException", fault
        return False


def drop_table(wire, table):
    """Deletes a table and waits until it is gone."""
    wire.DeleteTable(TableName=table)
    until(lambda: not exists(wire, table), f"table {table} gone")


def put_all(wire, table, items):
    """Writes items in batches; returns the commit timestamp of the last."""
    commit = None
    for start in range(0, len(items), 25):
        requests = [{"PutRequest": {"Item": item}} for item in items[start : start + 25]]
        reply = wire.BatchWriteItem(RequestItems={table: requests})
        assert reply["UnprocessedItems"] == {}, reply
        commit = reply.commit
    return commit
