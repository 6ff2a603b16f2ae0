"""The console's files and the admin API: shapes, refusals, headers, and what is told of a server at work.

What DynamoDB's API says as well is compared with what it says.
"""

import gzip
import json
import re
import urllib.parse

import pytest

from conformance.clients import REGION, Fault, Wire
from conformance.faults import VALIDATION, refused
from conformance.music import MUSIC, songs
from conformance.tables import create_table, exists, put_all, wait_active
from conformance.tests.test_backups import back_up, describe, table_arn
from conformance.waiting import until
from conformance.walkthrough import window

ITEMS = songs()[:50]
ON = {"PointInTimeRecoveryEnabled": True}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def get(wire, path, status=200, **query):
    """The JSON at a path of the admin API."""
    path = f"/admin/v1/{path}"
    if query:
        path += "?" + urllib.parse.urlencode(query)
    found, headers, body = wire.request("GET", path)
    assert found == status, (path, found, body)
    assert headers["content-type"] == "application/json"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    return json.loads(body)


def in_region(path, region=REGION):
    return f"regions/{region}/{path}"


# --- the server ---


def test_the_server_tells_of_itself(wire, table):
    create_table(wire, table, MUSIC)
    told = get(wire, "server")
    assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])
    assert told["account"] == "123456789012"
    assert 0 < told["started_at_seconds"] <= told["now_seconds"]
    assert told["default_region"] == REGION and REGION in told["regions"]
    assert told["health"] == {"ok": True}
    assert told["default_sse"] == "AWS_OWNED"
    assert told["archive"] == {"kind": "directory", "is_default": False}
    assert told["point_in_time"] == {"period_days_min": 1, "period_days_max": 35}
    assert told["limits"]["tables_max"] == 2500
    assert (told["throttling"], told["durability"]) == (False, "fsync")
    capabilities = told["capabilities"]
    assert set(capabilities) == {
        "restore_to_another_region",
        "customer_managed_keys",
        "replicas",
        "export",
        "import",
        "sign_in",
    }
    for capability in capabilities.values():
        assert capability["available"] is False and capability["reason"]


def test_what_is_missing_is_refused_with_the_same_words(wire, table):
    create_table(wire, table, MUSIC)
    arn = back_up(wire, table)
    reasons = {name: told["reason"] for name, told in get(wire, "server")["capabilities"].items()}
    managed = {"Enabled": True, "SSEType": "KMS"}
    elsewhere = Wire(wire.endpoint, "us-west-2")
    with refused(VALIDATION, re.compile(re.escape(reasons["restore_to_another_region"]))):
        elsewhere.RestoreTableFromBackup(
            TargetTableName="Target", BackupArn=arn, SSESpecificationOverride=managed
        )
    key = {**managed, "KMSMasterKeyId": "abcd1234-abcd-1234-a123-ab1234a1b234"}
    with refused(VALIDATION, re.compile(re.escape(reasons["customer_managed_keys"]))):
        wire.RestoreTableFromBackup(TargetTableName="Target", BackupArn=arn, SSESpecificationOverride=key)
    with refused(VALIDATION, re.compile(re.escape(reasons["replicas"]))):
        wire.UpdateTableReplicaAutoScaling(TableName=table)
    for operation in ("ExportTableToPointInTime", "ImportTable"):
        with refused("UnknownOperationException"):
            wire.call(operation, {})


# --- tables ---


def test_the_list_says_what_describe_table_says(wire, table):
    create_table(wire, table, MUSIC, ProvisionedThroughput={"ReadCapacityUnits": 7, "WriteCapacityUnits": 3})
    put_all(wire, table, ITEMS)
    wire.UpdateContinuousBackups(TableName=table, PointInTimeRecoverySpecification=ON)
    plain = f"{table}-plain"
    wire.CreateTable(
        TableName=plain,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "N"}],
        DeletionProtectionEnabled=True,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        TableClass="STANDARD_INFREQUENT_ACCESS",
    )
    wait_active(wire, plain)
    wire.UpdateTimeToLive(
        TableName=plain, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    answer = get(wire, in_region("tables"))
    rows = {row["name"]: row for row in answer["tables"]}
    assert answer["total"] == len(rows) and "next_start" not in answer
    assert [row["name"] for row in answer["tables"]] == sorted(rows)
    for name in (table, plain):
        row, described = rows[name], wire.DescribeTable(TableName=name)["Table"]
        types = {a["AttributeName"]: a["AttributeType"] for a in described["AttributeDefinitions"]}
        throughput = described["ProvisionedThroughput"]
        billing = described.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
        assert row == {
            "name": name,
            "table_id": described["TableId"],
            "arn": described["TableArn"],
            "status": described["TableStatus"],
            "restoring": False,
            "keys": [
                {
                    "attribute_name": key["AttributeName"],
                    "attribute_type": types[key["AttributeName"]],
                    "key_type": key["KeyType"],
                }
                for key in described["KeySchema"]
            ],
            "global_index_count": len(described.get("GlobalSecondaryIndexes", ())),
            "local_index_count": len(described.get("LocalSecondaryIndexes", ())),
            "billing_mode": billing,
            "read_capacity_units": throughput["ReadCapacityUnits"],
            "write_capacity_units": throughput["WriteCapacityUnits"],
            "size_bytes": described["TableSizeBytes"],
            "item_count": described["ItemCount"],
            "point_in_time_recovery": "ENABLED" if name == table else "DISABLED",
            "deletion_protection": described["DeletionProtectionEnabled"],
            "table_class": described.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
            "stream": "StreamSpecification" in described,
            "time_to_live": name == plain,
            "created_at_seconds": pytest.approx(float(described["CreationDateTime"]), abs=0.001),
        }
    assert rows[table]["item_count"] == len(ITEMS)


def test_the_list_comes_in_pages(make_server):
    wire = Wire(make_server().start().endpoint)
    names = [f"Table-{n}" for n in range(5)]
    for name in names:
        create_table(wire, name, MUSIC)
    seen, start = [], {}
    while True:
        page = get(wire, in_region("tables"), limit=2, **start)
        assert page["total"] == 5
        seen.append([row["name"] for row in page["tables"]])
        if "next_start" not in page:
            break
        start = {"start": page["next_start"]}
    assert seen == [names[:2], names[2:4], names[4:]]
    # A page may begin behind a table that is not there.
    page = get(wire, in_region("tables"), start="Table-0a", limit=1)
    assert [row["name"] for row in page["tables"]] == ["Table-1"]


def test_looking_at_a_region_does_not_make_it(wire):
    region = "me-central-1"
    assert get(wire, in_region("tables", region)) == {"tables": [], "total": 0}
    assert get(wire, in_region("restores", region)) == {"restores": []}
    get(wire, in_region("tables/Music/history", region), 404)
    assert region not in get(wire, "server")["regions"]


# --- what is refused ---

# fmt: off
BAD = [
    ("server?x=1", 400, "unknown parameter \"x\"; it takes none"),
    ("nothing", 404, "no such path"),
    ("", 404, "no such path"),
    ("server/", 404, "no such path"),
    ("regions", 404, "no such path"),
    ("regions/us-east-1", 404, "no such path"),
    ("regions/us-east-1/tables/Music", 404, "no such path"),
    ("regions/us-east-1/tables/Music/../../../server", 404, "no such path"),
    ("regions/mars/tables", 400, "\"mars\" is no name of a Region"),
    ("regions/us-east-1a/tables", 400, "no name of a Region"),
    ("regions//tables", 400, "no name of a Region"),
    ("regions/%2e%2e/tables", 400, "no name of a Region"),
    ("regions/us-east-1/tables?limit=0", 400, "limit is \"0\"; it must be a whole number from 1 to 2500"),
    ("regions/us-east-1/tables?limit=2501", 400, "from 1 to 2500"),
    ("regions/us-east-1/tables?limit=1&limit=2", 400, "limit twice"),
    ("regions/us-east-1/tables?start=a", 400, "start: "),
    ("regions/us-east-1/tables?start=%41bc", 400, "start: "),
    ("regions/us-east-1/restores?limit=1", 400, "it takes none"),
    ("regions/us-east-1/tables/a/history", 400, "the table's name: "),
    ("regions/us-east-1/tables/Not.There/history", 404, "Region us-east-1 has no table Not.There"),
    ("regions/us-east-1/tables/Not.There/metrics", 404, "has no table Not.There"),
    ("regions/us-east-1/tables/{table}/history?from=2&to=1", 400, "from must be before to"),
    ("regions/us-east-1/tables/{table}/history?from=2&to=2", 400, "from must be before to"),
    ("regions/us-east-1/tables/{table}/history?from=yesterday", 400, "seconds since 1970"),
    ("regions/us-east-1/tables/{table}/history?from=-1", 400, "seconds since 1970"),
    ("regions/us-east-1/tables/{table}/history?to=99999999999999999999", 400, "seconds since 1970"),
    ("regions/us-east-1/tables/{table}/history?buckets=0", 400, "from 1 to 1000"),
    ("regions/us-east-1/tables/{table}/history?buckets=1001", 400, "from 1 to 1000"),
    ("regions/us-east-1/tables/{table}/history?bucket=5", 400, "it takes from, to, buckets"),
    ("regions/us-east-1/tables/{table}/metrics?from=2&to=1", 400, "from must be before to"),
    ("metrics?from=2&to=1", 400, "from must be before to"),
    ("metrics?step_seconds=0", 400, "from 1 to 86400"),
    ("metrics?step_seconds=1e3", 400, "from 1 to 86400"),
    ("metrics?step=10", 400, "it takes from, to, step_seconds"),
]
# fmt: on


def test_what_is_wrong_is_said(wire, table):
    create_table(wire, table, MUSIC)
    for path, status, text in BAD:
        told = get(wire, path.format(table=table), status)
        code = {400: "BadRequest", 404: "NotFound"}[status]
        assert told["code"] == code and text in told["message"], (path, told)


def test_only_reading(wire):
    for path in ("/admin/v1/server", "/console/", "/console", "/admin/v1/nothing"):
        for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            status, headers, _ = wire.request(method, path)
            assert (status, headers["allow"]) == (405, "GET, HEAD"), (method, path)
    for path in ("/admin/v1/server", "/console/", "/admin/v1/nothing"):
        whole, headers, body = wire.request("GET", path)
        status, head, nothing = wire.request("HEAD", path)
        assert (status, nothing) == (whole, b"")
        assert int(headers["content-length"]) == len(body)
        if path != "/admin/v1/server":  # It tells the time.
            assert {**head, "date": ""} == {**headers, "date": ""}
    assert wire.request("GET", "/admin/v2/server")[0] == 404
    assert wire.request("GET", "/administrator")[0] == 404


def test_foreign_pages_are_kept_out(wire):
    for path in ("/admin/v1/server", "/console/", "/console", "/console/assets/x.js"):
        for headers in (
            {"Host": "evil.example"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Host": "127.0.0.1.evil.example:8000"},
        ):
            status, _, body = wire.request("GET", path, headers)
            assert status == 403, (path, headers, body)
    own = wire.endpoint
    status, headers, _ = wire.request("GET", "/admin/v1/server", {"Origin": own})
    assert (status, headers["access-control-allow-origin"]) == (200, own)
    status, headers, _ = wire.request("GET", "/admin/v1/server")
    assert "access-control-allow-origin" not in headers
    assert headers["cross-origin-resource-policy"] == "same-origin"


# --- the console's files ---


def test_browsers_land_in_the_console(wire):
    status, headers, _ = wire.request("GET", "/", BROWSER)
    assert (status, headers["location"], headers["vary"]) == (307, "/console/", "Accept")
    status, headers, _ = wire.request("GET", "/console")
    assert (status, headers["location"]) == (307, "/console/")
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "text/plain"}):
        status, _, body = wire.request("GET", "/", headers)
        assert status == 200 and body.startswith(b"healthy: "), body


def is_built(wire):
    return b"scripts/console" not in wire.request("GET", "/console/")[2]


def test_every_file_carries_the_policy(wire):
    for path in ("/console/", "/console/tables/Music", "/console/nothing.js", "/console/../etc/passwd"):
        _, headers, _ = wire.request("GET", path)
        assert headers["content-security-policy"] == POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-cache"


def test_pages_are_told_from_files(wire):
    page = wire.request("GET", "/console/")[2]
    for path, headers in (
        ("tables", {}),
        ("tables/Music/backups", {}),
        ("tables/Music/backups?from=1", {}),
        ("tables/a.b.js", BROWSER),
    ):
        assert wire.request("GET", f"/console/{path}", headers)[::2] == (200, page), path
    assert wire.request("GET", "/console/nothing.js")[0] == 404
    for path in (
        "assets/nothing-1234.js",
        "assets/nothing",
        "../Cargo.toml",
        "../../../../etc/passwd",
        "tables/../../../etc/passwd",
        "%2e%2e/%2e%2e/etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "..\\..\\etc\\passwd",
        "/etc/passwd",
        "./index.html",
    ):
        status, _, body = wire.request("GET", f"/console/{path}", BROWSER)
        assert b"root:" not in body and b"[workspace]" not in body
        assert status == 404 or (path == "/etc/passwd" and body == page), (path, status)


def test_hashed_files_are_kept_and_compressed(wire):
    if not is_built(wire):
        pytest.skip("this server was built without the console")
    page = wire.request("GET", "/console/")[2].decode()
    files = re.findall(r'(?:src|href)="/console/(assets/[^"]+)"', page)
    assert any(file.endswith(".js") for file in files), page
    assert "http://" not in page and "https://" not in page and "<script>" not in page
    for file in files:
        status, headers, plain = wire.request("GET", f"/console/{file}")
        assert (status, headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
        assert "content-encoding" not in headers and headers["vary"] == "Accept-Encoding"
        status, zipped, body = wire.request("GET", f"/console/{file}", {"Accept-Encoding": "br, gzip"})
        if file.endswith((".js", ".css")) and len(plain) > 2048:
            assert (zipped["content-encoding"], gzip.decompress(body)) == ("gzip", plain)
            assert len(body) < len(plain)
        assert zipped["etag"] == headers["etag"]
        known = {"If-None-Match": headers["etag"]}
        status, again, nothing = wire.request("GET", f"/console/{file}", known)
        assert (status, nothing, again["etag"]) == (304, b"", headers["etag"])


# --- restores ---


def restores(wire):
    return get(wire, in_region("restores"))["restores"]


def source(wire):
    """A table with a backup: the backup's ARN."""
    create_table(wire, "Source", MUSIC)
    put_all(wire, "Source", ITEMS)
    return back_up(wire, "Source")


@pytest.mark.parametrize(
    ("point", "phase"), [("restore::before_load", "waiting"), ("restore::before_publish", "indexing")]
)
def test_a_restore_is_followed(make_server, point, phase):
    server = make_server().start(ANYWHEN_FAILPOINTS=f"{point}=pause")
    wire = Wire(server.endpoint)
    arn = source(wire)
    assert restores(wire) == []
    wire.RestoreTableFromBackup(TargetTableName="Target", BackupArn=arn)
    row = until(lambda: (rows := restores(wire)) and rows[0].get("phase") == phase and rows[0], phase)
    instant = describe(wire, arn)["BackupDetails"]["BackupCreationDateTime"]
    assert (row["table_name"], row["source"], row["state"]) == ("Target", arn, "running")
    assert row["at_seconds"] == pytest.approx(float(instant), abs=1)
    assert not {"ended_at_seconds", "reason"} & set(row)
    if phase == "indexing":
        assert row["items_done"] == len(ITEMS)
        assert row["bytes_done"] == row["bytes_total"] > 0
    listed = {table["name"]: table for table in get(wire, in_region("tables"))["tables"]}
    assert (listed["Target"]["status"], listed["Target"]["restoring"]) == ("CREATING", True)
    begun = row["started_at_seconds"]
    # The next life goes on with it, and says so.
    server.kill()
    wire = Wire(server.start().endpoint)
    wait_active(wire, "Target")
    row = until(lambda: (rows := restores(wire)) and rows[0]["state"] == "finished" and rows[0], "its end")
    assert not {"phase", "seconds_left", "reason"} & set(row)
    assert row["items_done"] == len(ITEMS)
    assert row["started_at_seconds"] == begun <= row["ended_at_seconds"]
    server.stop()


def test_a_restore_that_fails_says_why(make_server):
    point = "restore::before_publish=1*return(the disk of this test is full)"
    server = make_server().start(ANYWHEN_FAILPOINTS=point)
    wire = Wire(server.endpoint)
    arn = source(wire)
    wire.RestoreTableFromBackup(TargetTableName="Target", BackupArn=arn)
    until(lambda: not exists(wire, "Target"), "the failed target goes")
    row = until(lambda: (rows := restores(wire)) and rows[0]["state"] == "failed" and rows[0], "it fails")
    assert row["reason"] == "the disk of this test is full"
    assert (row["table_name"], row["items_done"]) == ("Target", len(ITEMS))
    # Its name is free; the second attempt is a restore of its own.
    wire.RestoreTableFromBackup(TargetTableName="Target", BackupArn=arn)
    wait_active(wire, "Target")
    until(lambda: [row["state"] for row in restores(wire)] == ["finished", "failed"], "both are listed")
    server.stop()


# --- history ---


def test_the_history_of_a_table(make_server):
    server = make_server().start()
    wire = Wire(server.endpoint)
    create_table(wire, "Music", MUSIC)
    put_all(wire, "Music", ITEMS)
    history = get(wire, in_region("tables/Music/history"))
    assert (history["earliest_seconds"], history["latest_seconds"]) == (None, None)
    assert sum(bucket["writes"] for bucket in history["buckets"]) == 0

    wire.UpdateContinuousBackups(TableName="Music", PointInTimeRecoverySpecification=ON)
    window(wire, "Music")
    commits = [wire.PutItem(TableName="Music", Item={**item, "Note": {"S": "x"}}).commit for item in ITEMS]
    arn = back_up(wire, "Music", "Half.Way")
    commits.append(wire.DeleteItem(TableName="Music", Key=MUSIC.key_of(ITEMS[0])).commit)
    begin, end = commits[0] / 1e6, commits[-1] / 1e6

    def archived():
        told = get(wire, in_region("tables/Music/history"))
        return told["archived_through_seconds"] >= end and told["latest_seconds"] >= end and told

    def check():
        told = until(archived, "the archive has all of it")
        earliest, latest = window(wire, "Music")
        assert told["table_arn"] == table_arn("Music")
        assert told["earliest_seconds"] == earliest / 1e6
        assert told["latest_seconds"] == pytest.approx(latest / 1e6, abs=60)
        # A window that has just opened has no length; the picture of it has a second.
        assert told["from_seconds"] == earliest / 1e6
        assert told["to_seconds"] == max(told["latest_seconds"], told["earliest_seconds"] + 1)
        assert len(told["buckets"]) == 120
        around = get(wire, in_region("tables/Music/history"), **{"from": int(begin) - 5, "to": int(end) + 5, "buckets": 10})
        edges = [bucket["from_seconds"] for bucket in around["buckets"]] + [around["to_seconds"]]
        assert edges == sorted(edges) and len(edges) == 11
        assert [bucket["to_seconds"] for bucket in around["buckets"]] == edges[1:]
        assert sum(bucket["writes"] for bucket in around["buckets"]) == len(commits)
        assert sum(bucket["bytes"] for bucket in around["buckets"]) > 0
        before = get(wire, in_region("tables/Music/history"), **{"from": int(begin) - 90, "to": int(begin) - 60})
        assert sum(bucket["writes"] for bucket in before["buckets"]) == 0 and before["backups"] == []
        (backup,) = around["backups"]
        assert around["backups_total"] == 1
        assert (backup["arn"], backup["name"]) == (arn, "Half.Way")
        assert (backup["type"], backup["status"]) == ("USER", "AVAILABLE")
        assert backup["at_seconds"] == pytest.approx(float(describe(wire, arn)["BackupDetails"]["BackupCreationDateTime"]), abs=1)

    check()
    # A server that has read no segment yet counts the same.
    server.restart()
    wire = Wire(server.endpoint)
    check()
    server.stop()


# --- metrics ---


TABLE_SERIES = {
    "read_requests_per_second",
    "write_requests_per_second",
    "read_capacity_units_per_second",
    "write_capacity_units_per_second",
    "throttled_requests_per_second",
}
LAG_SECONDS_MAX = 5


def steps(wire):
    """By when they begin, the steps of the last hour of a server: the value of each series."""
    told = get(wire, "metrics")
    assert told["step_seconds"] == 10 and told["start_seconds"] % 10 == 0
    series = told["series"]
    assert len({len(values) for values in series.values()}) <= 1
    rows = zip(*series.values(), strict=True)
    return {told["start_seconds"] + 10 * at: dict(zip(series, row, strict=True)) for at, row in enumerate(rows)}


def step_of(wire, instant):
    """The values of the step that an instant lies in, once it has ended."""
    begin = instant // 10 * 10
    return until(lambda: steps(wire).get(begin), f"the step that begins at {begin}", 60)


def test_metrics_tell_what_was_done(make_server):
    wire = Wire(make_server().start().endpoint)

    def now():
        return get(wire, "server")["now_seconds"]

    create_table(wire, "Music", MUSIC)
    key = MUSIC.key_of(ITEMS[0])
    wire.PutItem(TableName="Music", Item=ITEMS[0])
    begun = now()
    # Its step has ended, and nobody else asks this server: what is done now is in later ones.
    step_of(wire, begun)
    for _ in range(20):
        wire.GetItem(TableName="Music", Key=key)
    for _ in range(10):
        with pytest.raises(Fault):
            wire.GetItem(TableName="Not.There", Key=key)
    # The archive had nothing to do for a while. That is no lag of what is written just before the step ends.
    until(lambda: now() % 10 > 9.7, "the step is about to end")
    wire.PutItem(TableName="Music", Item=ITEMS[1])
    written = now()
    known = step_of(wire, written) and steps(wire)
    done = [values for begin, values in known.items() if begin > begun // 10 * 10]
    total = {name: sum(values[name] or 0 for values in done) * 10 for name in done[0]}
    # A step that ends late is longer than ten seconds.
    assert total["requests_per_second.GetItem"] == pytest.approx(30, rel=0.2)
    assert total["requests_per_second.PutItem"] == pytest.approx(1, rel=0.2)
    assert total["requests_per_second"] == pytest.approx(31, rel=0.2)
    assert total["client_errors_per_second"] == pytest.approx(10, rel=0.2)
    assert total["errors_per_second.ResourceNotFoundException"] == pytest.approx(10, rel=0.2)
    assert total["server_errors_per_second"] == total["throttled_requests_per_second"] == 0
    busy = [values for values in done if values["requests_per_second"]]
    for values in busy:
        median, *above = (values[f"latency_p{rank}_seconds"] for rank in (50, 90, 99))
        assert 0 < median <= above[0] <= above[1] < 5
    for values in done:
        assert 0 <= values["archive_lag_seconds"] < LAG_SECONDS_MAX
        assert values["restores_running"] == 0
        assert values["connections"] >= 1
        assert values["data_bytes"] > 0 and values["archive_bytes"] >= 0
    coarse = get(wire, "metrics", step_seconds=300)
    assert coarse["step_seconds"] == 300
    of_table = get(wire, in_region("tables/Music/metrics"))
    assert of_table["step_seconds"] == 60
    # Its steps are a minute long: it may be that none has ended.
    assert set(of_table["series"]) in (set(), TABLE_SERIES)
