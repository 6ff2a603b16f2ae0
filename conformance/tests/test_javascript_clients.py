"""The JavaScript SDK and what is built on it: each does a task, and what it left is compared item
by item with what the task must leave."""

import http.client
import json
import urllib.parse

import pytest

from conformance.javascript import DynamodbAdmin, run_task
from conformance.tables import Index, Schema, check_table, create_table, drop_table, exists, put_all
from conformance.terraform import TIME_TO_LIVE_IS_BUILT
from conformance.waiting import until

ORDERS = Schema("customer", "number", (Index("by-status", "status", "number"),), {"number": "N"})
ZOO = Schema("pk", "sk", (Index("by-keeper", "keeper", "weight"),), {"weight": "N"})
STORE = Schema("pk", "sk", (Index("gsi1", "gsi1pk", "gsi1sk"),))
MEASUREMENTS = Schema("sensor", "time", (Index("by-site", "site", "time"),), {"time": "N"})
MINUTE = 60_000
NEW_YEAR = 1_767_225_600_000


@pytest.fixture
def check(wire):
    """Compares a table with what it must hold, and drops it."""

    def check(table, schema, expected):
        assert check_table(wire, table, schema, expected, table) >= len(expected)
        drop_table(wire, table)

    return check


def number(value):
    """As a JavaScript client sends it: `2`, `2.5`."""
    return {"N": str(int(value) if value == int(value) else value)}


def test_the_sdk(endpoint, wire, table, check):
    result = run_task("sdk", endpoint, table)
    before = orders()
    added = {"customer": {"S": "c1"}, "number": {"N": "64"}, "status": {"S": "shipped"}, "amount": {"N": "80"}}
    check(result["fromBackup"], ORDERS, before)
    check(result["toInstant"], ORDERS, [*before, added])
    # The instant came to the server with its milliseconds.
    assert result["shown"] == result["instant"]
    check(result["table"], ORDERS, [*before, {**added, "status": {"S": "too late"}}])
    wire.DeleteBackup(BackupArn=result["backupArn"])


def orders():
    """What is left of the orders before the restores."""
    items = {n: order(n) for n in [*range(1, 62)] if n != 3}
    items[1] |= {"status": {"S": "shipped"}, "amount": {"N": "2.25"}}
    items[2] |= {"amount": {"N": "2"}}
    return [every_type(), *items.values()]


def order(n):
    return {
        "customer": {"S": f"c{n % 3}"},
        "number": {"N": str(n)},
        "status": {"S": "open" if n % 2 else "shipped"},
        "amount": number(n * 1.25),
    }


def every_type():
    three = {"L": [{"NULL": True}, {"M": {"three": {"N": "3"}}}]}
    return {
        "customer": {"S": "every type"},
        "number": {"N": "0"},
        "text": {"S": "žluťoučký kůň ☃ 🎵 \0"},
        "empty": {"S": ""},
        "integer": {"N": "-9007199254740991"},
        "fraction": {"N": "0.00000000015"},
        "exact": {"N": "12345678901234567890123456789012345678"},
        "large": {"N": "123456789012345678901234567890"},
        "bytes": {"B": "AAF/gP8="},
        "yes": {"BOOL": True},
        "no": {"BOOL": False},
        "nothing": {"NULL": True},
        "list": {"L": [{"N": "1"}, {"S": "two"}, three]},
        "map": {"M": {"deep": {"M": {"deeper": {"M": {"deepest": {"L": []}}}}}, "none": {"M": {}}}},
        "texts": {"SS": ["a", "b"]},
        "numbers": {"NS": ["1", "2.5"]},
        "binaries": {"BS": ["AQ==", "AgM="]},
    }


def test_dynamodb_toolbox(endpoint, table, check):
    run_task("toolbox", endpoint, table)
    check(f"{table}-zoo", ZOO, [leo(), *zebras(), cage("zebra", 1, 500), cage("lion", 2, 250)])


def leo():
    meals = [("beef", 5000), ("goat", 750)]
    return {
        **animal("lion", "Leo", 195, tame=False),
        "tags": {"SS": ["fed", "loud", "old"]},
        "meals": {"L": [{"M": {"what": {"S": what}, "grams": number(grams)}} for what, grams in meals]},
        "notes": {
            "M": {
                "teeth": {"L": [{"N": "28"}, {"NULL": True}]},
                "born": {"M": {"year": {"N": "2014"}}},
                "eyes": {"S": "brown"},
            }
        },
        "picture": {"B": "iVBORw=="},
    }


def zebras():
    herd = [animal("zebra", f"Z{n:02}", 300 + n, tame=True) for n in range(10)]
    for n, zebra in enumerate(herd):
        zebra["keeper"] = {"S": "Ada" if n % 2 else "Max"}
        zebra["meals"] = {"L": []}
    herd[0]["keeper"] = {"S": "Eve"}
    herd[1]["weight"] = {"N": "300"}
    return herd


def animal(species, name, weight, tame):
    return {
        "pk": {"S": f"SPECIES#{species}"},
        "sk": {"S": f"ANIMAL#{name}"},
        "_et": {"S": "animal"},
        "species": {"S": species},
        "name": {"S": name},
        "weight": number(weight),
        "tame": {"BOOL": tame},
    }


def cage(species, n, area):
    return {
        "pk": {"S": f"SPECIES#{species}"},
        "sk": {"S": f"CAGE#{n}"},
        "_et": {"S": "cage"},
        "species": {"S": species},
        "number": number(n),
        "area": number(area),
    }


def test_electrodb(endpoint, table, check):
    run_task("electro", endpoint, table)
    ann = {
        **employee("ann", 2600),
        "skills": {"SS": ["go", "rust", "sql"]},
        "address": {"M": {"street": {"S": "Na Příkopě"}, "zip": {"N": "60201"}}},
        "reviews": {"L": [{"N": "5"}, {"N": "4.5"}, {"N": "3"}]},
    }
    tasks = [task(n) for n in range(28)]
    tasks[0]["done"] = {"BOOL": True}
    check(f"{table}-store", STORE, [ann, employee("bob", 1010), *tasks])


def employee(name, salary):
    return {
        "pk": {"S": f"$store#employee_{name}"},
        "sk": {"S": "$employee_1"},
        "gsi1pk": {"S": "$store#office_brno"},
        "gsi1sk": {"S": f"$workplace#employee_1#title_clerk#employee_{name}"},
        "__edb_e__": {"S": "employee"},
        "__edb_v__": {"S": "1"},
        "employee": {"S": name},
        "office": {"S": "brno"},
        "title": {"S": "clerk"},
        "salary": number(salary),
    }


def task(n):
    name, office = ("ann" if n % 2 else "bob"), ("brno" if n % 3 else "praha")
    return {
        "pk": {"S": f"$store#task_t{n:02}"},
        "sk": {"S": f"$task_1#employee_{name}"},
        "gsi1pk": {"S": f"$store#office_{office}"},
        "gsi1sk": {"S": f"$workplace#task_1#points_{n}"},
        "__edb_e__": {"S": "task"},
        "__edb_v__": {"S": "1"},
        "task": {"S": f"t{n:02}"},
        "employee": {"S": name},
        "office": {"S": office},
        "points": number(n),
        "done": {"BOOL": False},
    }


def test_dynamoose(endpoint, wire, table, check):
    run_task("dynamoose", endpoint, table)
    name = f"{table}-measurements"
    assert tags(wire, name) == {"purpose": "measuring"}
    first = {
        **measurement("s0", 0, "north", -40, valid=False),
        "labels": {"SS": ["cold", "new"]},
        "raw": {"B": "AP8Q"},
        "checked": {"N": str(NEW_YEAR + 123)},
        "history": {"L": [{"N": "1"}, {"N": "2.5"}, {"N": "7"}]},
    }
    expected = [first, measurement("s2", 0, "east", 1)]
    for n in range(22):
        expected.append(measurement(f"s{n % 2}", n + 1, "north" if n % 3 else "south", n / 4, n > 0))
    check(name, MEASUREMENTS, expected)


def test_dynamoose_changes_a_table_as_its_model_changes(endpoint, wire, table, check):
    run_task("dynamoose-update", endpoint, table)
    name = f"{table}-shapes"
    description = wire.DescribeTable(TableName=name)["Table"]
    assert description["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert "StreamSpecification" not in description
    assert [index["IndexName"] for index in description["GlobalSecondaryIndexes"]] == ["by-form"]
    assert tags(wire, name) == {"kept": "1", "added": "3"}
    expected = [
        {
            "id": {"S": f"shape {n}"},
            "color": {"S": "red" if n % 3 else "blue"},
            "form": {"S": "square" if n % 5 else "round"},
        }
        for n in range(20)
    ]
    check(name, Schema("id", indexes=(Index("by-form", "form"),)), expected)


def tags(wire, table):
    arn = wire.DescribeTable(TableName=table)["Table"]["TableArn"]
    shown = wire.ListTagsOfResource(ResourceArn=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in shown}


def measurement(sensor, minute, site, value, valid=True):
    return {
        "sensor": {"S": sensor},
        "time": {"N": str(NEW_YEAR + minute * MINUTE)},
        "site": {"S": site},
        "value": number(value),
        "valid": {"BOOL": valid},
    }


class Browser:
    """What a browser asks of dynamodb-admin's pages."""

    def __init__(self, url):
        self._address = urllib.parse.urlsplit(url).netloc

    def page(self, path, method="GET", body=None, status=200):
        """The text of a page that has to come with this status."""
        connection = http.client.HTTPConnection(self._address, timeout=30)
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Content-Type": "application/json"} if text else {})
        response = connection.getresponse()
        content = response.read().decode()
        connection.close()
        assert response.status == status, f"{method} {path}: {response.status} {content}"
        return content

    def rows(self, table, **query):
        """The items that the page of a table shows, over all its pages."""
        items = []
        while True:
            text = urllib.parse.urlencode(query)
            shown = json.loads(self.page(f"/tables/{table}/items?{text}"))
            items += [{k: v for k, v in item.items() if k != "__key"} for item in shown["Items"]]
            if shown["nextKey"] is None:
                return items
            query["startKey"] = urllib.parse.unquote(shown["nextKey"])


@pytest.fixture(scope="module")
def browser(endpoint):
    with DynamodbAdmin(endpoint) as admin:
        yield Browser(admin.url)


def test_dynamodb_admin_makes_a_table_and_deletes_it(wire, browser, table, check):
    definition = {
        "TableName": table,
        "HashAttributeName": "pk",
        "HashAttributeType": "S",
        "RangeAttributeName": "n",
        "RangeAttributeType": "N",
        "ReadCapacityUnits": 5,
        "WriteCapacityUnits": 4,
    }
    index = {
        "IndexName": "by-kind",
        "HashAttributeName": "kind",
        "HashAttributeType": "S",
        "ReadCapacityUnits": 3,
        "WriteCapacityUnits": 2,
        "IndexType": "global",
    }
    local = {**index, "IndexName": "local", "IndexType": "local", "HashAttributeName": "pk"}
    local |= {"RangeAttributeName": "kind", "RangeAttributeType": "S"}
    request = {"TableDefinition": definition, "SecondaryIndexes": [index, local]}
    browser.page("/create-table", "POST", request, status=204)
    refused = browser.page("/create-table", "POST", request, status=500)
    assert "Table already exists: " in refused, refused
    assert f"/tables/{table}" in browser.page("/")
    names = [shown["TableName"] for shown in json.loads(browser.page("/api/tables"))]
    assert table in names
    description = wire.DescribeTable(TableName=table)["Table"]
    assert description["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    kind = {"S": "k"}
    schema = Schema(
        "pk", "n", (Index("by-kind", "kind"), Index("local", "pk", "kind", local=True)), {"n": "N"}
    )
    browser.page(f"/tables/{table}/add-item")
    item = {"pk": "a b/ü", "n": 1.5, "kind": "k", "deep": {"list": [1, None, True]}}
    key = json.loads(browser.page(f"/tables/{table}/add-item", "PUT", item))
    assert key == {"pk": "a b/ü", "n": 1.5}
    stored = {
        "pk": {"S": "a b/ü"},
        "n": {"N": "1.5"},
        "kind": kind,
        "deep": {"M": {"list": {"L": [{"N": "1"}, {"NULL": True}, {"BOOL": True}]}}},
    }
    assert wire.GetItem(TableName=table, Key=schema.key_of(stored))["Item"] == stored
    path = f"/tables/{table}/items/{urllib.parse.quote('a b/ü', safe='')},1.5"
    assert "a b/ü" in browser.page(path)
    changed = json.loads(browser.page(path, "PUT", {**item, "kind": "other"}))
    assert changed == {**item, "kind": "other"}
    browser.page(path, "DELETE", status=204)
    browser.page(path, status=404)
    browser.page(f"/tables/{table}/add-item", "PUT", item)
    assert "by-kind" in browser.page(f"/tables/{table}/meta")
    browser.page(f"/tables/{table}/ttl", status=200 if TIME_TO_LIVE_IS_BUILT else 500)
    check_table(wire, table, schema, [stored], table)
    browser.page(f"/tables/{table}", "DELETE", status=204)
    until(lambda: not exists(wire, table), f"{table} gone")
    assert f"/tables/{table}" not in browser.page("/")


def test_dynamodb_admin_shows_pages_searches_and_empties_a_table(wire, browser, table):
    schema = Schema("pk", "n", (Index("by-kind", "kind", "n"),), {"n": "N"})
    create_table(wire, table, schema)
    rows = [{"pk": "p", "n": n, "kind": "even" if n % 2 == 0 else "odd"} for n in range(60)]
    put_all(wire, table, [
        {"pk": {"S": row["pk"]}, "n": number(row["n"]), "kind": {"S": row["kind"]}} for row in rows
    ])
    assert table in browser.page(f"/tables/{table}")
    assert browser.rows(table) == rows
    assert browser.rows(table, pageSize=7) == rows
    filters = {"kind": {"type": "S", "operator": "=", "value": "odd"}}
    odd = rows[1::2]
    assert browser.rows(table, filters=json.dumps(filters)) == odd
    by_kind = {"operationType": "query", "queryableSelection": "by-kind"}
    filters["n"] = {"type": "N", "operator": ">=", "value": "31"}
    assert browser.rows(table, filters=json.dumps(filters), pageSize=25, **by_kind) == odd[15:]
    key = {"pk": {"type": "S", "operator": "=", "value": "p"}, "n": filters["n"]}
    found = browser.rows(table, filters=json.dumps(key), operationType="query", pageSize=10)
    assert found == rows[31:]
    browser.page(f"/tables/{table}/all", "DELETE")
    assert check_table(wire, table, schema, [], table) == 0
    drop_table(wire, table)
