"""The life of a table as Terraform's AWS provider lives it: created, read back, changed, restored and
destroyed, with a plan that is empty after each step and every item kept."""

import pytest

from conformance.clients import seconds
from conformance.faults import VALIDATION, refused
from conformance.history import History
from conformance.tables import Index, Schema, check_table, exists, put_all
from conformance.terraform import TABLE_CLASS_IS_BUILT, Provider
from conformance.waiting import until
from conformance.walkthrough import backup_status, window

BY_AUTHOR = Index("by-author", "author", "year")
BY_GENRE = Index("by-genre", "genre", projection=("pages",))
BY_YEAR = Index("by-year", "shelf", "year", projection="KEYS_ONLY", local=True)
TYPES = {"year": "N"}
MARK = {"shelf": {"S": "new"}, "title": {"S": "mark"}}
ITEMS = [
    {
        "shelf": {"S": f"shelf {n % 4}"},
        "title": {"S": f"Book {n}"},
        "author": {"S": f"Author {n % 5}"},
        "genre": {"S": "crime" if n % 2 else "poetry"},
        "year": {"N": str(1900 + n)},
        "pages": {"N": str(100 + n)},
        "gone": {"N": "4102444800"},
    }
    for n in range(60)
]


def schema(*indexes):
    return Schema("shelf", "title", indexes, TYPES)


def argument(index, **capacity):
    """An index as an argument of the resource."""
    projected = isinstance(index.projection, tuple)
    found = {"name": index.name, "projection_type": "INCLUDE" if projected else index.projection}
    if projected:
        found["non_key_attributes"] = sorted(index.projection)
    if not index.local:
        found["hash_key"] = index.hash
    if index.range:
        found["range_key"] = index.range
    return {**found, **capacity}


def units(read, write):
    return {"read_capacity": read, "write_capacity": write}


NONE = units(0, 0)


@pytest.fixture
def provider(wire):
    return Provider(wire)


def unchanged(provider, configuration):
    """What `terraform plan` must say after an apply."""
    assert provider.plan(configuration) == {}


def test_a_provisioned_table_is_changed_step_by_step(wire, provider, table):
    configuration = {
        "name": table,
        "billing_mode": "PROVISIONED",
        **units(5, 4),
        "hash_key": "shelf",
        "range_key": "title",
        "attribute": {"shelf": "S", "title": "S", "author": "S", "genre": "S", "year": "N"},
        "global_secondary_index": [argument(BY_AUTHOR, **units(3, 2)), argument(BY_GENRE, **units(1, 1))],
        "local_secondary_index": [argument(BY_YEAR)],
        "tags": {"Name": "library", "Environment": "test"},
    }
    state = provider.create(configuration)
    assert state["arn"].endswith(f":table/{table}")
    assert state["stream_arn"] is None
    unchanged(provider, configuration)
    put_all(wire, table, ITEMS)

    def apply(indexes=(BY_AUTHOR, BY_GENRE, BY_YEAR), **changes):
        configuration.update(changes)
        provider.apply(configuration)
        unchanged(provider, configuration)
        check_table(wire, table, schema(*indexes), ITEMS, table)

    apply(tags={"Name": "the library", "Owner": "Ada = + @ ž"})
    larger = argument(BY_AUTHOR, **units(9, 8))
    apply(**units(7, 6), global_secondary_index=[larger, argument(BY_GENRE, **units(2, 1))])
    apply(stream_enabled=True, stream_view_type="NEW_IMAGE")
    first = provider.refresh(table)["stream_arn"]
    apply(stream_view_type="KEYS_ONLY")
    second = provider.refresh(table)["stream_arn"]
    assert first is not None and second is not None and first != second
    apply(stream_enabled=False, stream_view_type="")
    # A projection cannot be changed: the provider drops the index and makes it again.
    everything = Index("by-genre", "genre")
    apply(
        (BY_AUTHOR, everything, BY_YEAR),
        global_secondary_index=[larger, argument(everything, **units(2, 1))],
    )
    apply(
        (BY_AUTHOR, BY_YEAR),
        global_secondary_index=[larger],
        attribute={"shelf": "S", "title": "S", "author": "S", "year": "N"},
    )
    on_demand = {"billing_mode": "PAY_PER_REQUEST", **NONE}
    apply((BY_AUTHOR, BY_YEAR), **on_demand, global_secondary_index=[argument(BY_AUTHOR, **NONE)])
    provisioned = {"billing_mode": "PROVISIONED", **units(2, 2)}
    apply(
        (BY_AUTHOR, BY_YEAR),
        **provisioned,
        global_secondary_index=[argument(BY_AUTHOR, **units(1, 1))],
    )
    # Alone: with another change in the same request DynamoDB refuses it.
    apply((BY_AUTHOR, BY_YEAR), deletion_protection_enabled=True)
    with refused(VALIDATION):
        provider.destroy(table)
    apply((BY_AUTHOR, BY_YEAR), deletion_protection_enabled=False)
    provider.destroy(table)
    assert provider.refresh(table) is None
    # Destroyed by somebody else meanwhile: done all the same.
    provider.destroy(table)


def on_demand(name, **arguments):
    return {
        "name": name,
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "shelf",
        "range_key": "title",
        "attribute": {"shelf": "S", "title": "S", "author": "S", "year": "N"},
        "global_secondary_index": [argument(BY_AUTHOR, **NONE)],
        "local_secondary_index": [argument(BY_YEAR)],
        **arguments,
    }


def test_recovery_and_streams_are_switched_on_and_off(wire, provider, table):
    configuration = on_demand(
        table,
        stream_enabled=True,
        stream_view_type="NEW_AND_OLD_IMAGES",
        point_in_time_recovery={"enabled": True, "recovery_period_in_days": 7},
        server_side_encryption={"enabled": True},
        tags={"Name": table[:100]},
    )
    state = provider.create(configuration)
    assert state["stream_label"] in state["stream_arn"]
    unchanged(provider, configuration)
    put_all(wire, table, ITEMS)
    for recovery in (
        {"enabled": True, "recovery_period_in_days": 35},
        {"enabled": False},
        {"enabled": True},
        {"enabled": False},
    ):
        configuration["point_in_time_recovery"] = recovery
        provider.apply(configuration)
        unchanged(provider, configuration)
        check_table(wire, table, schema(BY_AUTHOR, BY_YEAR), ITEMS, table)
    provider.destroy(table)
    assert not exists(wire, table)


def test_class_and_encryption_are_changed_each_alone(wire, provider, table):
    configuration = on_demand(table, table_class="STANDARD_INFREQUENT_ACCESS")
    if not TABLE_CLASS_IS_BUILT:
        with refused(VALIDATION):
            provider.create(configuration)
        return
    provider.create(configuration)
    unchanged(provider, configuration)
    put_all(wire, table, ITEMS)
    for changes in (
        {"table_class": "STANDARD"},
        {"server_side_encryption": {"enabled": True}},
        {"table_class": "STANDARD_INFREQUENT_ACCESS", "server_side_encryption": {"enabled": False}},
    ):
        configuration.update(changes)
        provider.apply(configuration)
        unchanged(provider, configuration)
        check_table(wire, table, schema(BY_AUTHOR, BY_YEAR), ITEMS, table)
    provider.destroy(table)


def test_time_to_live_is_set_changed_and_read_back(wire, provider, table):
    configuration = on_demand(table, ttl={"attribute_name": "gone", "enabled": True})
    provider.create(configuration)
    unchanged(provider, configuration)
    put_all(wire, table, ITEMS)
    configuration["ttl"] = {"attribute_name": "gone", "enabled": False}
    provider.apply(configuration)
    unchanged(provider, configuration)
    configuration["ttl"] = {"attribute_name": "until", "enabled": True}
    provider.apply(configuration)
    unchanged(provider, configuration)
    check_table(wire, table, schema(BY_AUTHOR, BY_YEAR), ITEMS, table)
    provider.destroy(table)


def test_tables_are_restored_and_then_set_up(wire, provider, table):
    """A restored table has neither tags, time to live, recovery nor stream: the provider adds them."""
    source = on_demand(table, point_in_time_recovery={"enabled": True}, tags={"from": "source"})
    source["ttl"] = {"attribute_name": "gone", "enabled": True}
    state = provider.create(source)
    history = History(schema())
    for item in ITEMS:
        commit = wire.PutItem(TableName=table, Item=item).commit
        history.record(schema().key_of(item), commit, item)
    earliest, _ = window(wire, table)

    def mark():
        reply = wire.UpdateItem(
            TableName=table,
            Key=MARK,
            UpdateExpression="ADD pages :n",
            ExpressionAttributeValues={":n": {"N": "1"}},
            ReturnValues="ALL_NEW",
        )
        history.record(MARK, reply.commit, reply["Attributes"])
        return reply.commit > earliest + 1_000_000

    until(mark, "a whole second in the middle of the writes")
    backup = wire.CreateBackup(TableName=table, BackupName="for-terraform")["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, backup) == "AVAILABLE", "the backup AVAILABLE")
    backed_up = history.latest()
    instant = history.last_commit // 1_000_000 * 1_000_000
    key = schema().key_of(ITEMS[0])
    history.record(key, wire.DeleteItem(TableName=table, Key=key).commit, None)
    latest = history.latest()
    settings = {
        "tags": {"restored": "yes"},
        "point_in_time_recovery": {"enabled": True},
        "ttl": {"attribute_name": "gone", "enabled": True},
    }
    everything = {"global_secondary_index": [argument(BY_AUTHOR, **NONE)]}
    restores = [
        ("latest", {"restore_source_name": table, "restore_to_latest_time": True}, latest),
        ("by-arn", {"restore_source_table_arn": state["arn"], "restore_to_latest_time": True}, latest),
        ("instant", {"restore_source_name": table, "restore_date_time": seconds(instant)}, history.at(instant)),
        ("backup", {"restore_backup_arn": backup}, backed_up),
    ]
    for name, source_of, expected in restores:
        target = on_demand(f"{table}-{name}", **source_of, **settings, **everything)
        if name == "by-arn":
            target["server_side_encryption"] = {"enabled": True}
        restored = provider.create(target)
        unchanged(provider, target)
        assert restored["stream_enabled"] is False
        assert check_table(wire, target["name"], schema(BY_AUTHOR, BY_YEAR), expected, name) > 0
        provider.destroy(target["name"])
    wire.DeleteBackup(BackupArn=backup)
    provider.destroy(table)
