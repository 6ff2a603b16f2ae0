"""Tags, resource policies, quotas and endpoints: what stands beside a table's structure."""

import json
import re

import pytest

from conformance.clients import Wire
from conformance.faults import VALIDATION, refused
from conformance.tables import Schema, create_table, drop_table, wait_active
from conformance.waiting import until
from conformance.walkthrough import backup_status

OMP = "One or more parameter values were invalid: "
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/"
POLICY = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "dynamodb:GetItem", "Resource": "*"}],
})
OTHER = POLICY.replace("Allow", "Deny")


def refuse(wire, operation, members, code, text=None):
    with refused(code, text):
        wire.call(operation, members)


def tags(**members):
    return [{"Key": key, "Value": value} for key, value in members.items()]


def tags_of(wire, arn):
    """All tags of a resource, page by page, as a dictionary."""
    found, members = {}, {"ResourceArn": arn}
    while True:
        page = wire.call("ListTagsOfResource", members)
        assert len(page["Tags"]) <= 10
        for tag in page["Tags"]:
            assert tag["Key"] not in found
            found[tag["Key"]] = tag["Value"]
        if "NextToken" not in page:
            return found
        members["NextToken"] = page["NextToken"]


def test_tags_are_added_replaced_and_removed(wire, table):
    create_table(wire, table, Schema(), Tags=tags(team="storage", empty=""))
    arn = ARN + table
    assert tags_of(wire, arn) == {"team": "storage", "empty": ""}
    assert wire.call("TagResource", {"ResourceArn": arn, "Tags": tags(team="core", stage="test")}) == {}
    assert tags_of(wire, arn) == {"team": "core", "empty": "", "stage": "test"}
    assert wire.call("UntagResource", {"ResourceArn": arn, "TagKeys": ["empty", "never"]}) == {}
    assert tags_of(wire, arn) == {"team": "core", "stage": "test"}

    many = {f"key-{number:02}": str(number) for number in range(48)}
    wire.call("TagResource", {"ResourceArn": arn, "Tags": tags(**many)})
    whole = {"team": "core", "stage": "test", **many}
    assert tags_of(wire, arn) == whole
    refuse(wire, "TagResource", {"ResourceArn": arn, "Tags": tags(team="x", more="y")}, VALIDATION,
            "Number of Tags exceed the current limit for the provided ResourceArn")
    assert tags_of(wire, arn) == whole, "a refused call has changed something"
    # A token that was never given out is ignored.
    first = wire.call("ListTagsOfResource", {"ResourceArn": arn, "NextToken": "%%%"})
    assert len(first["Tags"]) == 10


@pytest.mark.parametrize("given, text", [
    (tags(**{"aws:x": "y"}), "Tag Key cannot be prefixed with aws:, Key: aws:x"),
    (tags(**{"a*b": "y"}), "The Tag Key provided is invalid, Key: a*b"),
    (tags(a="b*c"), "The Tag Value provided is invalid, Value: b*c"),
    (tags(a="1") + tags(a="2"), "Duplicate Tag Keys provided as input: Duplicate Tag Key found a"),
    ([], "Atleast one Tag needs to be provided as Input."),
    (tags(**{"k" * 129: "v"}), f"The Tag Key provided is invalid, Key: {'k' * 129}"),
    (tags(k="v" * 257), f"The Tag Value provided is invalid, Value: {'v' * 257}"),
])
def test_tags_that_cannot_be(wire, table, given, text):
    refuse(wire, "TagResource", {"ResourceArn": ARN + table, "Tags": given}, VALIDATION, text)


@pytest.mark.parametrize("arn, code, text", [
    ("Music", VALIDATION, OMP + "ARNs must start with 'arn:': Music"),
    ("arn:aws:s3:us-east-1:123456789012:bucket", VALIDATION,
     OMP + "Provided Arn is not a DynamoDB resource arn: arn:aws:s3:us-east-1:123456789012:bucket"),
    (ARN + "Music/index/by-year", VALIDATION,
     OMP + "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: " + ARN + "Music/index/by-year"),
    (ARN.replace("us-east-1", "eu-west-1") + "Music", VALIDATION,
     "Invalid TableArn: Invalid ResourceArn provided as input " + ARN.replace("us-east-1", "eu-west-1") + "Music"),
    (ARN.replace("1234", "9999") + "Music", "AccessDeniedException", "Access is denied"),
    (ARN + "No-Such-Table", "ResourceNotFoundException",
     "Requested resource not found: ResourceArn: " + ARN + "No-Such-Table not found"),
])
def test_resources_that_have_no_tags(wire, arn, code, text):
    refuse(wire, "ListTagsOfResource", {"ResourceArn": arn}, code, text)
    refuse(wire, "TagResource", {"ResourceArn": arn, "Tags": tags(a="b")}, code, text)
    refuse(wire, "UntagResource", {"ResourceArn": arn, "TagKeys": ["a"]}, code, text)


def test_a_policy_has_revisions(wire, table):
    create_table(wire, table, Schema())
    arn = ARN + table
    missing = "Resource-based policy not found for the provided ResourceArn: "
    refuse(wire, "GetResourcePolicy", {"ResourceArn": arn}, "PolicyNotFoundException", missing + arn)
    assert wire.call("DeleteResourcePolicy", {"ResourceArn": arn}) == {}

    put = {"ResourceArn": arn, "Policy": POLICY}
    first = wire.call("PutResourcePolicy", {**put, "ExpectedRevisionId": "NO_POLICY"})["RevisionId"]
    assert wire.call("PutResourcePolicy", put)["RevisionId"] == first, "the same document"
    assert wire.call("GetResourcePolicy", {"ResourceArn": arn}) == {"Policy": POLICY, "RevisionId": first}
    refuse(wire, "PutResourcePolicy", {**put, "ExpectedRevisionId": "NO_POLICY"}, "PolicyNotFoundException",
            missing + f"Requested policy update expecting none to be present for table {table}, but a policy exists with revision id {first}.")
    second = wire.call("PutResourcePolicy", {"ResourceArn": arn, "Policy": OTHER, "ExpectedRevisionId": first})["RevisionId"]
    assert second != first
    refuse(wire, "DeleteResourcePolicy", {"ResourceArn": arn, "ExpectedRevisionId": first}, "PolicyNotFoundException",
            missing + f"Requested update for policy with revision id {first}, but the policy associated to target table {table} has revision id {second}.")
    assert wire.call("DeleteResourcePolicy", {"ResourceArn": arn, "ExpectedRevisionId": second}) == {"RevisionId": second}
    refuse(wire, "GetResourcePolicy", {"ResourceArn": arn}, "PolicyNotFoundException", missing + arn)


@pytest.mark.parametrize("policy, text", [
    ("{", re.compile(re.escape(OMP + "Invalid policy document: it is not JSON"))),
    ("[]", OMP + "Invalid policy document: it is not a JSON object"),
    ("{}", OMP + "Invalid policy document: Statement is missing or empty"),
    (POLICY.replace("Allow", "Maybe"), OMP + "Invalid policy document: Effect must be Allow or Deny"),
    (POLICY.replace('"Action"', '"Acting"'), OMP + "Invalid policy document: a statement has no Action"),
    (POLICY + " " * 20480, OMP + "Maximum policy size of 20480 bytes exceeded"),
])
def test_policies_that_cannot_be(wire, table, policy, text):
    refuse(wire, "PutResourcePolicy", {"ResourceArn": ARN + table, "Policy": policy}, VALIDATION, text)


def test_a_policy_of_no_table(wire):
    refuse(wire, "PutResourcePolicy", {"ResourceArn": ARN + "No-Such-Table", "Policy": POLICY},
            "ResourceNotFoundException", "Requested resource not found: Table: No-Such-Table not found")


STREAM = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


def test_tags_and_policy_of_a_stream(server):
    wire = Wire(server.endpoint)
    create_table(wire, "Streamed", Schema(), StreamSpecification=STREAM, Tags=tags(of="table"))
    arn = wire.DescribeTable(TableName="Streamed")["Table"]["LatestStreamArn"]
    label = arn.rpartition("/")[2]
    assert tags_of(wire, arn) == {}
    wire.call("TagResource", {"ResourceArn": arn, "Tags": tags(of="stream", team="core")})
    wire.call("UntagResource", {"ResourceArn": arn, "TagKeys": ["team"]})
    put = {"ResourceArn": arn, "Policy": POLICY}
    refuse(wire, "GetResourcePolicy", {"ResourceArn": arn}, "PolicyNotFoundException",
            f"Resource-based policy not found for the provided ResourceArn: {arn}")
    revision = wire.call("PutResourcePolicy", put)["RevisionId"]
    refuse(wire, "PutResourcePolicy", {**put, "ExpectedRevisionId": "NO_POLICY"}, "PolicyNotFoundException",
            "Resource-based policy not found for the provided ResourceArn: Requested policy update expecting none to be "
            f"present for stream {label}, but a policy exists with revision id {revision}.")
    server.kill()
    wire = Wire(server.start().endpoint)
    # They stay with the stream when it ends, and are not its successor's.
    wire.UpdateTable(TableName="Streamed", StreamSpecification={"StreamEnabled": False})
    wire.UpdateTable(TableName="Streamed", StreamSpecification=STREAM)
    assert tags_of(wire, arn) == {"of": "stream"}
    assert wire.call("GetResourcePolicy", {"ResourceArn": arn}) == {"Policy": POLICY, "RevisionId": revision}
    assert tags_of(wire, ARN + "Streamed") == {"of": "table"}
    newer = wire.DescribeTable(TableName="Streamed")["Table"]["LatestStreamArn"]
    assert newer != arn and tags_of(wire, newer) == {}
    refuse(wire, "GetResourcePolicy", {"ResourceArn": newer}, "PolicyNotFoundException")
    assert wire.call("DeleteResourcePolicy", {"ResourceArn": arn}) == {"RevisionId": revision}
    server.stop()


@pytest.mark.parametrize("label", ["2000-01-01T00:00:00.000", "yesterday"])
def test_streams_that_are_not_there_have_nothing(wire, table, label):
    create_table(wire, table, Schema())
    arn = f"{ARN}{table}/stream/{label}"
    missing = f"Requested resource not found: ResourceArn: {arn} not found"
    refuse(wire, "ListTagsOfResource", {"ResourceArn": arn}, "ResourceNotFoundException", missing)
    refuse(wire, "TagResource", {"ResourceArn": arn, "Tags": tags(a="b")}, "ResourceNotFoundException", missing)
    missing = f"Requested resource not found: Stream: {label} not found for Table: {table}"
    refuse(wire, "GetResourcePolicy", {"ResourceArn": arn}, "ResourceNotFoundException", missing)
    refuse(wire, "PutResourcePolicy", {"ResourceArn": arn, "Policy": POLICY}, "ResourceNotFoundException", missing)


@pytest.mark.parametrize("arn, text", [
    ("Music", OMP + "ARNs must start with 'arn:': Music"),
    (ARN + "Music/index/by-year",
     OMP + "Invalid resource arn provided, only table or stream is accepted. Provided resource arn: " + ARN + "Music/index/by-year"),
    (ARN.replace("us-east-1", "eu-west-1") + "Music", OMP + "Invalid resource Arn: " + ARN.replace("us-east-1", "eu-west-1") + "Music"),
    (ARN.replace("1234", "9999") + "Music", "This action is only supported by accounts that match the resource owner\u2019s account."),
])
def test_resources_that_have_no_policy(wire, arn, text):
    refuse(wire, "GetResourcePolicy", {"ResourceArn": arn}, VALIDATION, text)
    refuse(wire, "PutResourcePolicy", {"ResourceArn": arn, "Policy": POLICY}, VALIDATION, text)
    refuse(wire, "DeleteResourcePolicy", {"ResourceArn": arn}, VALIDATION, text)


def test_settings_survive_a_restart_and_go_with_their_table(server):
    wire = Wire(server.endpoint)
    create_table(wire, "Tagged", Schema(), Tags=tags(team="storage"), ResourcePolicy=POLICY)
    revision = wire.call("GetResourcePolicy", {"ResourceArn": ARN + "Tagged"})["RevisionId"]
    wire.call("TagResource", {"ResourceArn": ARN + "Tagged", "Tags": tags(stage="test")})
    server.kill()
    wire = Wire(server.start().endpoint)
    assert tags_of(wire, ARN + "Tagged") == {"team": "storage", "stage": "test"}
    assert wire.call("GetResourcePolicy", {"ResourceArn": ARN + "Tagged"}) == {"Policy": POLICY, "RevisionId": revision}

    # A restored table begins without, and so does one that is created anew.
    backup = wire.call("CreateBackup", {"TableName": "Tagged", "BackupName": "tagged"})["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, backup) == "AVAILABLE", "the backup AVAILABLE")
    wire.call("RestoreTableFromBackup", {"TargetTableName": "Restored", "BackupArn": backup})
    wait_active(wire, "Restored")
    drop_table(wire, "Tagged")
    create_table(wire, "Tagged", Schema())
    for name in ("Restored", "Tagged"):
        assert tags_of(wire, ARN + name) == {}
        refuse(wire, "GetResourcePolicy", {"ResourceArn": ARN + name}, "PolicyNotFoundException")
    server.stop()


def test_limits_and_endpoints(wire, endpoint):
    assert wire.call("DescribeLimits", {}) == {
        "AccountMaxReadCapacityUnits": 80000, "AccountMaxWriteCapacityUnits": 80000,
        "TableMaxReadCapacityUnits": 40000, "TableMaxWriteCapacityUnits": 40000,
    }
    address = endpoint.split("://")[1]
    assert wire.call("DescribeEndpoints", {}) == {"Endpoints": [{"Address": address, "CachePeriodInMinutes": 1440}]}


def test_what_this_server_does_not_have_is_none(wire, table):
    create_table(wire, table, Schema())
    name = {"TableName": table}
    off = {**name, "ContributorInsightsStatus": "DISABLED"}
    assert wire.call("DescribeContributorInsights", name) == off
    assert wire.call("UpdateContributorInsights", {**name, "ContributorInsightsAction": "DISABLE"}) == off
    assert wire.call("ListContributorInsights", name) == {"ContributorInsightsSummaries": []}
    assert wire.call("DescribeKinesisStreamingDestination", name) == {**name, "KinesisDataStreamDestinations": []}
    assert wire.call("DescribeTableReplicaAutoScaling", name) == {
        "TableAutoScalingDescription": {**name, "TableStatus": "ACTIVE", "Replicas": []}
    }
    assert wire.call("ListGlobalTables", {}) == {"GlobalTables": []}
    assert wire.call("ListBulkOperations", {}) == {"BulkOperationsSummaryList": []}
    refuse(wire, "DescribeContributorInsights", {**name, "IndexName": "no-index"}, "ResourceNotFoundException")


@pytest.mark.parametrize("operation, members", [
    ("DescribeContributorInsights", {}),
    ("ListContributorInsights", {}),
    ("DescribeKinesisStreamingDestination", {}),
    ("DescribeTableReplicaAutoScaling", {}),
])
def test_nothing_is_said_of_a_table_that_is_not_there(wire, operation, members):
    refuse(wire, operation, {"TableName": "No-Such-Table", **members}, "ResourceNotFoundException")


KINESIS = {"TableName": "Music", "StreamArn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}
REPLICAS = [{"Create": {"RegionName": "eu-west-1"}}]


@pytest.mark.parametrize("operation, members, text", [
    ("EnableKinesisStreamingDestination", KINESIS, "Kinesis destinations"),
    ("DisableKinesisStreamingDestination", KINESIS, "Kinesis destinations"),
    ("CreateGlobalTable", {"GlobalTableName": "Music", "ReplicationGroup": [{"RegionName": "eu-west-1"}]}, "global tables"),
    ("UpdateTableReplicaAutoScaling", {"TableName": "Music"}, "replicas"),
])
def test_what_this_server_does_not_have_is_refuse(wire, operation, members, text):
    refuse(wire, operation, members, VALIDATION, f"{operation} is not supported: this server has no {text}")


def test_there_are_no_global_tables(wire):
    text = "Global table not found: Global table with name: 'Music' does not exist"
    for operation in ("DescribeGlobalTable", "DescribeGlobalTableSettings"):
        refuse(wire, operation, {"GlobalTableName": "Music"}, "GlobalTableNotFoundException", text)
    members = {"GlobalTableName": "Music", "ReplicaUpdates": REPLICAS}
    refuse(wire, "UpdateGlobalTable", members, "GlobalTableNotFoundException", text)
