"""What the AWS provider of Terraform sends for an `aws_dynamodb_table`, replayed over the bare wire.

`Provider` takes and answers a table's configuration in the provider's own terms. What it insists on
is kept: which states may be seen while it waits, that a target is seen twice in a row, which errors
it takes for "try again" or "gone already", and the order of the calls. Its pauses are not.

A configuration is a dict with the argument names of the resource: `name`, `hash_key`, `attribute`
and so on. `refresh` reads a table back in the same form, so `plan` is empty exactly when Terraform
would say that nothing has to change.
"""

import time

from conformance.clients import Fault

WAIT_SECONDS = 60
POLL_SECONDS = 0.02
NOT_FOUND = "ResourceNotFoundException"
# The one place that knows of time to live: until the server has it, both of its operations must say
# so. When it has it, this becomes True, and every configuration with a `ttl` is played in full.
TIME_TO_LIVE_IS_BUILT = True
# The same for the class of a table, and for UpdateTable of its encryption.
TABLE_CLASS_IS_BUILT = True
UNSET = {
    "range_key": None,
    "read_capacity": 0,
    "write_capacity": 0,
    "global_secondary_index": [],
    "local_secondary_index": [],
    "stream_enabled": False,
    "stream_view_type": "",
    "server_side_encryption": None,
    "deletion_protection_enabled": False,
    "table_class": None,
    "tags": {},
    "ttl": {"attribute_name": "", "enabled": False},
    "point_in_time_recovery": {"enabled": False},
}
RESTORE = (
    "restore_source_name",
    "restore_source_table_arn",
    "restore_backup_arn",
    "restore_date_time",
    "restore_to_latest_time",
)


class Provider:
    """The resource's four operations, and what a plan compares."""

    def __init__(self, wire):
        self._wire = wire

    def create(self, configuration):
        """Creates or restores the table, brings up its settings, and reads it back."""
        wanted = complete(configuration)
        if wanted.get("restore_backup_arn"):
            self._retry_limits("RestoreTableFromBackup", backup_restore(wanted))
        elif wanted.get("restore_source_name") or wanted.get("restore_source_table_arn"):
            self._retry_limits("RestoreTableToPointInTime", instant_restore(wanted))
        else:
            self._retry_limits("CreateTable", creation(wanted))
        name = wanted["name"]
        self._wait_table_active(name)
        self._wait_indexes_active(name)
        if wanted["ttl"]["enabled"]:
            self._update_ttl(name, wanted["ttl"])
        if wanted["point_in_time_recovery"]["enabled"]:
            self._update_recovery(name, wanted["point_in_time_recovery"])
        if any(name in wanted for name in RESTORE) and wanted["tags"]:
            self._update_tags(self._describe(name)["TableArn"], {}, wanted["tags"])
        return self.refresh(name)

    def refresh(self, name):
        """The table in the resource's terms, by the calls of every plan; None if it is gone."""
        try:
            table = self._describe(name)
        except Fault as fault:
            if fault.code == NOT_FOUND:
                return None
            raise
        recovery = self._recovery(name)
        state = {
            **complete(described(table)),
            "point_in_time_recovery": {"enabled": recovery["PointInTimeRecoveryStatus"] == "ENABLED"},
            "ttl": self._ttl(name),
            "tags": self._tags(table["TableArn"]),
            "arn": table["TableArn"],
            "stream_arn": table.get("LatestStreamArn"),
            "stream_label": table.get("LatestStreamLabel"),
        }
        if "RecoveryPeriodInDays" in recovery:
            days = recovery["RecoveryPeriodInDays"]
            state["point_in_time_recovery"]["recovery_period_in_days"] = days
        return state

    def plan(self, configuration):
        """What Terraform would change: {argument: (now, wanted)}."""
        state = self.refresh(configuration["name"])
        return difference(state, complete(configuration))

    def apply(self, configuration):
        """Updates the table to the configuration, in the provider's phases, and reads it back."""
        wanted, name = complete(configuration), configuration["name"]
        state = self.refresh(name)
        changed = difference(state, wanted)
        now, then = (
            {index["name"]: index for index in side["global_secondary_index"]}
            for side in (state, wanted)
        )
        replaced = {n for n in now if n in then and same_but_capacity(now[n]) != same_but_capacity(then[n])}
        for index in now:
            if index not in then or index in replaced:
                self._update(name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": index}}])
                self._wait_index_deleted(name, index)
        if "stream_view_type" in changed and "stream_enabled" not in changed and wanted["stream_enabled"]:
            self._update(name, StreamSpecification={"StreamEnabled": False})
            self._wait_table_active(name)
            self._update(name, StreamSpecification=stream(wanted))
            self._wait_table_active(name)
        resized = [n for n in now if n in then and n not in replaced and capacity(now[n]) != capacity(then[n])]
        members = table_update(wanted, changed, [then[n] for n in resized])
        if members:
            self._update(name, **members)
            self._wait_table_active(name)
            for index in resized:
                self._wait_index_active(name, index)
        if "table_class" in changed:
            # Alone: with another change in the same request DynamoDB refuses it.
            self._update(name, TableClass=wanted["table_class"])
            self._wait_table_active(name)
        for index in then:
            if index not in now or index in replaced:
                self._update(
                    name,
                    AttributeDefinitions=attributes(wanted),
                    GlobalSecondaryIndexUpdates=[{"Create": global_index(then[index], wanted)}],
                )
                self._wait_index_active(name, index)
        if "server_side_encryption" in changed:
            self._update(name, SSESpecification=encryption(wanted))
            self._wait_encryption(name)
        if "ttl" in changed:
            self._update_ttl(name, wanted["ttl"])
        if "tags" in changed:
            self._update_tags(state["arn"], state["tags"], wanted["tags"])
        if "point_in_time_recovery" in changed:
            self._update_recovery(name, wanted["point_in_time_recovery"])
        return self.refresh(name)

    def destroy(self, name):
        """Deletes the table and waits until it is gone; a table that is gone already is no error."""

        def deleted():
            try:
                self._wire.DeleteTable(TableName=name)
            except Fault as fault:
                if fault.code == NOT_FOUND:
                    assert fault.message.startswith("Requested resource not found: Table: "), fault
                    return True
                return retried(fault, {"ResourceInUseException": "", "LimitExceededException": "simultaneously"})
            return True

        poll(deleted, f"{name} can be deleted")
        self._wait_gone(lambda: self._status(name), {"ACTIVE", "DELETING"}, f"{name} deleted")

    def _describe(self, name):
        return self._wire.DescribeTable(TableName=name)["Table"]

    def _update(self, name, **members):
        self._wire.UpdateTable(TableName=name, **members)

    def _retry_limits(self, operation, members):
        def done():
            try:
                reply = self._wire.call(operation, members)
            except Fault as fault:
                simultaneously = "can be created, updated, or deleted simultaneously"
                return retried(fault, {"ThrottlingException": "", "LimitExceededException": simultaneously})
            assert reply["TableDescription"], reply
            return True

        poll(done, operation)

    def _update_ttl(self, name, ttl):
        specification = {"AttributeName": ttl["attribute_name"], "Enabled": ttl["enabled"]}
        request = {"TableName": name, "TimeToLiveSpecification": specification}
        if not TIME_TO_LIVE_IS_BUILT:
            refuses_time_to_live(self._wire, "UpdateTimeToLive", request)
            return
        self._wire.UpdateTimeToLive(**request)
        steps = ("ENABLED", {"DISABLED", "ENABLING"}), ("DISABLED", {"ENABLED", "DISABLING"})
        target, pending = steps[0 if ttl["enabled"] else 1]
        self._wait(lambda: self._ttl_status(name), pending, target, f"time to live of {name}")

    def _ttl_status(self, name):
        reply = self._wire.DescribeTimeToLive(TableName=name)
        return reply["TimeToLiveDescription"]["TimeToLiveStatus"]

    def _ttl(self, name):
        if not TIME_TO_LIVE_IS_BUILT:
            refuses_time_to_live(self._wire, "DescribeTimeToLive", {"TableName": name})
            return dict(UNSET["ttl"])
        reply = self._wire.DescribeTimeToLive(TableName=name)
        found = reply.get("TimeToLiveDescription", {})
        enabled = found.get("TimeToLiveStatus") == "ENABLED"
        return {"attribute_name": found.get("AttributeName", ""), "enabled": enabled}

    def _update_recovery(self, name, recovery):
        specification = {"PointInTimeRecoveryEnabled": recovery["enabled"]}
        if recovery["enabled"] and "recovery_period_in_days" in recovery:
            specification["RecoveryPeriodInDays"] = recovery["recovery_period_in_days"]

        def updated():
            try:
                self._wire.UpdateContinuousBackups(
                    TableName=name, PointInTimeRecoverySpecification=specification
                )
            except Fault as fault:
                enabling = "Backups are being enabled"
                return retried(fault, {"ContinuousBackupsUnavailableException": enabling})
            return True

        poll(updated, f"point-in-time recovery of {name} updated")
        target, pending = ("ENABLED", {"DISABLED", "ENABLING"}) if recovery["enabled"] else ("DISABLED", None)
        status = lambda: self._recovery(name)["PointInTimeRecoveryStatus"]  # noqa: E731
        self._wait(status, pending, target, f"point-in-time recovery of {name}")

    def _recovery(self, name):
        reply = self._wire.DescribeContinuousBackups(TableName=name)
        return reply["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]

    def _update_tags(self, arn, now, wanted):
        removed = [key for key in now if key not in wanted]
        if removed:
            self._wire.UntagResource(ResourceArn=arn, TagKeys=removed)
        put = {key: value for key, value in wanted.items() if now.get(key) != value}
        if put:
            self._wire.TagResource(ResourceArn=arn, Tags=tag_list(put))
        poll(lambda: self._tags(arn) == wanted, f"tags of {arn}")

    def _tags(self, arn):
        tags, page = {}, {}
        while True:
            reply = self._wire.ListTagsOfResource(ResourceArn=arn, **page)
            tags |= {tag["Key"]: tag["Value"] for tag in reply.get("Tags", ())}
            if "NextToken" not in reply:
                return tags
            page = {"NextToken": reply["NextToken"]}

    def _status(self, name):
        try:
            return self._describe(name)["TableStatus"]
        except Fault as fault:
            if fault.code == NOT_FOUND:
                return None
            raise

    def _wait_table_active(self, name):
        pending = {"CREATING", "UPDATING"}
        self._wait(lambda: self._status(name), pending, "ACTIVE", f"{name} ACTIVE", times=2)
        # Absent is as good as ACTIVE.
        warm = self._describe(name).get("WarmThroughput", {"Status": "ACTIVE"})
        assert warm["Status"] == "ACTIVE", warm

    def _wait_indexes_active(self, name):
        for index in self._describe(name).get("GlobalSecondaryIndexes", ()):
            self._wait_index_active(name, index["IndexName"])

    def _wait_index_active(self, name, index):
        status = lambda: self._index_status(name, index)  # noqa: E731
        self._wait(status, {"CREATING", "UPDATING"}, "ACTIVE", f"{index} of {name} ACTIVE")

    def _wait_index_deleted(self, name, index):
        pending = {"ACTIVE", "DELETING", "UPDATING"}
        self._wait_gone(lambda: self._index_status(name, index), pending, f"{index} of {name} deleted")

    def _wait_encryption(self, name):
        def status():
            now = self._describe(name).get("SSEDescription", {"Status": "DISABLED"})["Status"]
            return "settled" if now in ("DISABLED", "ENABLED") else now

        pending = {"DISABLING", "ENABLING", "UPDATING"}
        self._wait(status, pending, "settled", f"encryption of {name}", times=2)

    def _index_status(self, name, index):
        for found in self._describe(name).get("GlobalSecondaryIndexes", ()):
            if found["IndexName"] == index:
                return found["IndexStatus"]
        return None

    def _wait(self, status, pending, target, what, times=1):
        """Until `target` is seen `times` in a row; meanwhile only `pending` may be, or anything if
        that is None."""
        seen = 0

        def reached():
            nonlocal seen
            now = status()
            seen = seen + 1 if now == target else 0
            assert now == target or pending is None or now in pending, f"{what}: saw {now}"
            return seen == times

        poll(reached, what)

    def _wait_gone(self, status, pending, what):
        def gone():
            now = status()
            assert now is None or now in pending, f"{what}: saw {now}"
            return now is None

        poll(gone, what)


def refuses_time_to_live(wire, operation, members):
    """The server says that it does not have the operation, and nothing else."""
    try:
        wire.call(operation, members)
    except Fault as fault:
        assert fault.code == "UnknownOperationException", fault
        return
    raise AssertionError(f"{operation} is there: set TIME_TO_LIVE_IS_BUILT in conformance/terraform.py")


def retried(fault, retryable):
    """False if the provider tries again after this fault; otherwise it is raised."""
    if fault.code in retryable and retryable[fault.code] in fault.message:
        return False
    raise fault


def poll(condition, what):
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {WAIT_SECONDS} s"
        time.sleep(POLL_SECONDS)


def complete(configuration):
    """The configuration with every argument that it leaves to its default."""
    return {**UNSET, **configuration}


def difference(state, wanted):
    """The arguments whose values differ. Lists of indexes are sets, as in the resource."""
    changed = {}
    for argument, value in wanted.items():
        if argument in RESTORE or (argument == "ttl" and not TIME_TO_LIVE_IS_BUILT):
            continue
        now = state[argument]
        if argument == "ttl" and not value["enabled"]:
            # What is off is described without its attribute.
            now, value = now["enabled"], False
        if argument == "table_class":
            # What has no class said has the usual one.
            now, value = now or "STANDARD", value or "STANDARD"
        if argument == "server_side_encryption":
            now, value = (side is not None and side["enabled"] for side in (now, value))
        if argument == "point_in_time_recovery" and "recovery_period_in_days" not in value:
            now = {"enabled": now["enabled"]}
        if as_set(now) != as_set(value):
            changed[argument] = (now, value)
    return changed


def as_set(value):
    return sorted(value, key=lambda index: index["name"]) if isinstance(value, list) else value


def capacity(index):
    return index.get("read_capacity", 0), index.get("write_capacity", 0)


def same_but_capacity(index):
    return {k: v for k, v in index.items() if k not in ("read_capacity", "write_capacity")}


def creation(wanted):
    """Members of CreateTable."""
    request = {
        "TableName": wanted["name"],
        "BillingMode": wanted["billing_mode"],
        "KeySchema": key_schema(wanted),
        "AttributeDefinitions": attributes(wanted),
    }
    if wanted["tags"]:
        request["Tags"] = tag_list(wanted["tags"])
    if wanted["billing_mode"] == "PROVISIONED":
        request["ProvisionedThroughput"] = throughput(wanted)
    if wanted["stream_enabled"]:
        request["StreamSpecification"] = stream(wanted)
    if wanted["deletion_protection_enabled"]:
        request["DeletionProtectionEnabled"] = True
    if wanted["table_class"]:
        request["TableClass"] = wanted["table_class"]
    names = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes", "SSESpecification")
    return {**request, **indexes_and_encryption(wanted, *names)}


def instant_restore(wanted):
    """Members of RestoreTableToPointInTime."""
    request = {"TargetTableName": wanted["name"], **overrides(wanted)}
    for argument, member in (
        ("restore_source_name", "SourceTableName"),
        ("restore_source_table_arn", "SourceTableArn"),
        ("restore_date_time", "RestoreDateTime"),
        ("restore_to_latest_time", "UseLatestRestorableTime"),
    ):
        if argument in wanted:
            request[member] = wanted[argument]
    return request


def backup_restore(wanted):
    """Members of RestoreTableFromBackup."""
    target = {"TargetTableName": wanted["name"], "BackupArn": wanted["restore_backup_arn"]}
    return {**target, **overrides(wanted)}


def overrides(wanted):
    """What both restores override. The billing mode is not among it."""
    request = {}
    if wanted["billing_mode"] == "PROVISIONED" and wanted["read_capacity"] and wanted["write_capacity"]:
        request["ProvisionedThroughputOverride"] = throughput(wanted)
    names = ("GlobalSecondaryIndexOverride", "LocalSecondaryIndexOverride", "SSESpecificationOverride")
    return {**request, **indexes_and_encryption(wanted, *names)}


def indexes_and_encryption(wanted, global_member, local_member, encryption_member):
    """What a new table and a restored one are told alike, each under names of its own."""
    parts = (
        ("global_secondary_index", global_member, global_indexes),
        ("local_secondary_index", local_member, local_indexes),
        ("server_side_encryption", encryption_member, encryption),
    )
    return {member: of(wanted) for argument, member, of in parts if wanted[argument]}


def table_update(wanted, changed, resized):
    """Members of the one UpdateTable for the table itself and the capacity of indexes, if any."""
    members = {}
    if {"billing_mode", "read_capacity", "write_capacity"} & set(changed):
        members["BillingMode"] = wanted["billing_mode"]
        if wanted["billing_mode"] == "PROVISIONED":
            members["ProvisionedThroughput"] = throughput(wanted)
    if "deletion_protection_enabled" in changed:
        members["DeletionProtectionEnabled"] = wanted["deletion_protection_enabled"]
    if "stream_enabled" in changed:
        members["StreamSpecification"] = stream(wanted)
    if wanted["billing_mode"] == "PROVISIONED" and resized:
        members["GlobalSecondaryIndexUpdates"] = [
            {"Update": {"IndexName": index["name"], "ProvisionedThroughput": throughput(index)}}
            for index in resized
        ]
    return members


def key_schema(part):
    keys = [{"AttributeName": part["hash_key"], "KeyType": "HASH"}]
    if part.get("range_key"):
        keys.append({"AttributeName": part["range_key"], "KeyType": "RANGE"})
    return keys


def attributes(wanted):
    return [{"AttributeName": n, "AttributeType": t} for n, t in wanted["attribute"].items()]


def throughput(part):
    return {"ReadCapacityUnits": part["read_capacity"], "WriteCapacityUnits": part["write_capacity"]}


def stream(wanted):
    if not wanted["stream_enabled"]:
        return {"StreamEnabled": False}
    return {"StreamEnabled": True, "StreamViewType": wanted["stream_view_type"]}


def encryption(wanted):
    return {"Enabled": wanted["server_side_encryption"]["enabled"]}


def projection(index):
    members = {"ProjectionType": index["projection_type"]}
    if index.get("non_key_attributes"):
        members["NonKeyAttributes"] = index["non_key_attributes"]
    return members


def global_index(index, wanted):
    members = {"IndexName": index["name"], "KeySchema": key_schema(index), "Projection": projection(index)}
    if wanted["billing_mode"] == "PROVISIONED":
        members["ProvisionedThroughput"] = throughput(index)
    return members


def global_indexes(wanted):
    return [global_index(index, wanted) for index in wanted["global_secondary_index"]]


def local_indexes(wanted):
    return [
        {
            "IndexName": index["name"],
            "KeySchema": key_schema({"hash_key": wanted["hash_key"], **index}),
            "Projection": projection(index),
        }
        for index in wanted["local_secondary_index"]
    ]


def tag_list(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def described(table):
    """A TableDescription in the resource's terms."""
    streaming = table.get("StreamSpecification", {})
    state = {
        "name": table["TableName"],
        "billing_mode": table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        "attribute": {d["AttributeName"]: d["AttributeType"] for d in table["AttributeDefinitions"]},
        **described_keys(table),
        **described_capacity(table),
        "global_secondary_index": [
            {**described_index(index), **described_capacity(index)}
            for index in table.get("GlobalSecondaryIndexes", ())
        ],
        "local_secondary_index": [
            described_index(index, "hash_key") for index in table.get("LocalSecondaryIndexes", ())
        ],
        "stream_enabled": streaming.get("StreamEnabled", False),
        "stream_view_type": streaming.get("StreamViewType", ""),
        "deletion_protection_enabled": table.get("DeletionProtectionEnabled", False),
        "table_class": table.get("TableClassSummary", {}).get("TableClass"),
    }
    if "SSEDescription" in table:
        state["server_side_encryption"] = {"enabled": table["SSEDescription"]["Status"] == "ENABLED"}
    return state


def described_keys(part):
    keys = {}
    for element in part["KeySchema"]:
        keys[f"{element['KeyType'].lower()}_key"] = element["AttributeName"]
    return keys


def described_index(index, *without):
    found = {
        "name": index["IndexName"],
        **described_keys(index),
        "projection_type": index["Projection"]["ProjectionType"],
    }
    if "NonKeyAttributes" in index["Projection"]:
        found["non_key_attributes"] = sorted(index["Projection"]["NonKeyAttributes"])
    return {argument: value for argument, value in found.items() if argument not in without}


def described_capacity(part):
    units = part.get("ProvisionedThroughput", {})
    read, write = units.get("ReadCapacityUnits", 0), units.get("WriteCapacityUnits", 0)
    return {"read_capacity": read, "write_capacity": write}
