"""PynamoDB: models with every kind of attribute and index, as its users write them; what they store
is compared item by item with what they must have stored."""

import datetime
import zoneinfo

import pytest
from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    NumberSetAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.connection import Connection
from pynamodb.exceptions import (
    DoesNotExist,
    PutError,
    TableError,
    TransactWriteError,
    UpdateError,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, IncludeProjection, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite

from conformance.clients import REGION
from conformance.tables import Index, Schema, check_table, drop_table, exists
from conformance.terraform import TIME_TO_LIVE_IS_BUILT
from conformance.waiting import until

FORUM = Schema(
    "forum",
    "subject",
    (
        Index("by-views", "author", "views", ("replies",)),
        Index("by-time", "forum", "posted", local=True),
    ),
    {"views": "N"},
)
NOON = datetime.datetime(2026, 1, 1, 12, tzinfo=zoneinfo.ZoneInfo("UTC"))


class Place(MapAttribute):
    city = UnicodeAttribute()
    floor = NumberAttribute(null=True)


def access(endpoint):
    """What a model's Meta says about the endpoint."""

    class Access:
        host = endpoint
        region = REGION
        aws_access_key_id = "anywhen"
        aws_secret_access_key = "anywhen"
        max_retry_attempts = 0

    return Access


@pytest.fixture
def thread(endpoint, table):
    """The model of a table that does not exist yet."""

    class ByViews(GlobalSecondaryIndex):
        class Meta:
            index_name = "by-views"
            projection = IncludeProjection(["replies"])

        author = UnicodeAttribute(hash_key=True)
        views = NumberAttribute(range_key=True)
        forum = UnicodeAttribute()
        subject = UnicodeAttribute()
        replies = NumberAttribute(null=True)

    class ByTime(LocalSecondaryIndex):
        class Meta:
            index_name = "by-time"
            projection = AllProjection()

        forum = UnicodeAttribute(hash_key=True)
        posted = UTCDateTimeAttribute(range_key=True)

    class Thread(Model):
        class Meta(access(endpoint)):
            table_name = table
            billing_mode = "PAY_PER_REQUEST"
            stream_view_type = "NEW_IMAGE"

        forum = UnicodeAttribute(hash_key=True)
        subject = UnicodeAttribute(range_key=True)
        author = UnicodeAttribute(null=True)
        views = NumberAttribute(default=0)
        replies = NumberAttribute(null=True)
        posted = UTCDateTimeAttribute(null=True)
        pinned = BooleanAttribute(default=False)
        tags = UnicodeSetAttribute(null=True)
        scores = NumberSetAttribute(null=True)
        picture = BinaryAttribute(null=True, legacy_encoding=False)
        settings = JSONAttribute(null=True)
        place = Place(null=True)
        anything = ListAttribute(null=True)
        version = VersionAttribute()
        by_views = ByViews()
        by_time = ByTime()

    Thread.create_table(wait=True)
    assert Thread.exists()
    return Thread


def full(thread):
    return thread(
        "cooking",
        "Soup",
        author="Eva",
        views=10,
        replies=3,
        posted=NOON,
        pinned=True,
        tags={"hot", "salty"},
        scores={1, 2.5},
        picture=b"\x00\xff",
        settings={"deep": [1, None]},
        place=Place(city="Brno", floor=-1),
        anything=["a", 1, {"b": [True, None]}],
    )


def stored(n, **changed):
    """A thread of the many, as the table must hold it."""
    item = {
        "forum": {"S": f"f{n % 2}"},
        "subject": {"S": f"s{n:02}"},
        "author": {"S": "Eva" if n % 3 else "Jan"},
        "views": {"N": str(n)},
        "posted": {"S": (NOON + datetime.timedelta(hours=n)).strftime("%Y-%m-%dT%H:%M:%S.%f+0000")},
        "pinned": {"BOOL": False},
        "version": {"N": "1"},
    }
    return {**item, **changed}


def unversioned(item):
    """What PynamoDB's batches write: they keep no versions."""
    return {name: value for name, value in item.items() if name != "version"}


def many(thread):
    for n in range(60):
        author, posted = ("Eva" if n % 3 else "Jan"), NOON + datetime.timedelta(hours=n)
        yield thread(f"f{n % 2}", f"s{n:02}", author=author, views=n, posted=posted)


def test_models_write_read_query_and_scan(wire, table, thread):
    one = full(thread)
    one.save(thread.forum.does_not_exist())
    with pytest.raises(PutError) as refused:
        full(thread).save(thread.forum.does_not_exist())
    assert refused.value.cause_response_code == "ConditionalCheckFailedException"
    read = thread.get("cooking", "Soup", consistent_read=True)
    assert read.serialize() == one.serialize()
    with pytest.raises(DoesNotExist):
        thread.get("cooking", "Salad")
    with thread.batch_write() as batch:
        for other in many(thread):
            batch.save(other)
    keys = [(f"f{n % 2}", f"s{n:02}") for n in range(60)]
    got = {item.subject: item.views for item in thread.batch_get(keys)}
    assert got == {f"s{n:02}": n for n in range(60)}

    found = thread.query(
        "f1", thread.subject.between("s10", "s40"), thread.author == "Eva", limit=9, page_size=4,
        scan_index_forward=False,
    )
    odd = [n for n in range(39, 9, -2) if n % 3]
    assert [item.views for item in found] == odd[:9]
    assert found.last_evaluated_key is not None
    rest = thread.query(
        "f1", thread.subject.between("s10", "s40"), thread.author == "Eva",
        scan_index_forward=False, last_evaluated_key=found.last_evaluated_key,
    )
    assert [item.views for item in rest] == odd[9:]
    by_views = thread.by_views.query("Jan", thread.views >= 30, page_size=3)
    assert [item.views for item in by_views] == list(range(30, 60, 3))
    late = NOON + datetime.timedelta(hours=50)
    by_time = thread.by_time.query("f0", thread.posted > late)
    assert [item.views for item in by_time] == [52, 54, 56, 58]
    assert thread.count("f0") == 30
    assert thread.by_views.count("Eva") == 41
    scanned = [item.views for segment in (0, 1) for item in thread.scan(
        thread.pinned == False, segment=segment, total_segments=2, page_size=7,  # noqa: E712
        attributes_to_get=["views"],
    )]
    assert sorted(scanned) == list(range(60))
    expected = {
        "forum": {"S": "cooking"},
        "subject": {"S": "Soup"},
        "author": {"S": "Eva"},
        "views": {"N": "10"},
        "replies": {"N": "3"},
        "posted": {"S": "2026-01-01T12:00:00.000000+0000"},
        "pinned": {"BOOL": True},
        "tags": {"SS": ["hot", "salty"]},
        "scores": {"NS": ["1", "2.5"]},
        "picture": {"B": "AP8="},
        "settings": {"S": '{"deep": [1, null]}'},
        "place": {"M": {"city": {"S": "Brno"}, "floor": {"N": "-1"}}},
        "anything": {"L": [{"S": "a"}, {"N": "1"}, {"M": {"b": {"L": [{"BOOL": True}, {"NULL": True}]}}}]},
        "version": {"N": "1"},
    }
    batched = [unversioned(stored(n)) for n in range(60)]
    check_table(wire, table, FORUM, [expected, *batched], table)
    drop_table(wire, table)


def test_updates_versions_and_transactions(wire, endpoint, table, thread):
    for other in many(thread):
        other.save()
    first = thread.get("f0", "s00")
    stale = thread.get("f0", "s00")
    first.update(
        [
            thread.views.set(thread.views + 5),
            thread.replies.set(thread.replies | 1),
            thread.tags.add({"new"}),
            thread.anything.set(["x"]),
            thread.author.remove(),
        ],
        condition=thread.views < 5,
    )
    assert (first.views, first.replies, first.tags, first.version) == (5, 1, {"new"}, 2)
    with pytest.raises(UpdateError):
        stale.update([thread.views.set(1)])
    first.update([thread.anything.set(thread.anything.append([{"y": 1}])), thread.tags.delete({"new"})])
    second = thread.get("f1", "s01")
    second.delete(thread.views == 1)

    connection = Connection(
        region=REGION, host=endpoint, max_retry_attempts=0, aws_access_key_id="anywhen",
        aws_secret_access_key="anywhen",
    )

    def transact(views, token):
        with TransactWrite(connection=connection, client_request_token=token) as write:
            write.save(thread("f2", "new", views=1))
            write.update(thread("f0", "s02", version=1), actions=[thread.views.add(100)])
            write.delete(thread("f0", "s04", version=1))
            write.condition_check(thread, "f0", "s06", condition=thread.views == views)

    with pytest.raises(TransactWriteError) as cancelled:
        transact(7, f"{table[-20:]}-1")
    # PynamoDB sends the checks first.
    codes = [reason and reason.code for reason in cancelled.value.cancellation_reasons]
    assert codes == ["ConditionalCheckFailed", None, None, None]
    transact(6, f"{table[-20:]}-2")
    transact(6, f"{table[-20:]}-2")
    with TransactGet(connection=connection) as read:
        new, changed = read.get(thread, "f2", "new"), read.get(thread, "f0", "s02")
    assert (new.get().views, changed.get().views) == (1, 102)

    zero = stored(0, views={"N": "5"}, replies={"N": "1"}, version={"N": "3"})
    zero["anything"] = {"L": [{"S": "x"}, {"M": {"y": {"N": "1"}}}]}
    del zero["author"]
    two = stored(2, views={"N": "102"}, version={"N": "2"})
    saved = {
        "forum": {"S": "f2"},
        "subject": {"S": "new"},
        "views": {"N": "1"},
        "pinned": {"BOOL": False},
        "version": {"N": "1"},
    }
    rest = [stored(n) for n in (3, *range(5, 60))]
    check_table(wire, table, FORUM, [zero, two, saved, *rest], table)
    thread.delete_table()
    until(lambda: not exists(wire, table), f"{table} gone")
    assert not thread.exists()


def test_a_model_that_expires(wire, endpoint, table):
    """A model with such an attribute switches time to live on when it makes its table."""

    class Session(Model):
        class Meta(access(endpoint)):
            table_name = table
            billing_mode = "PAY_PER_REQUEST"

        user = UnicodeAttribute(hash_key=True)
        expires = TTLAttribute(null=True)

    if not TIME_TO_LIVE_IS_BUILT:
        with pytest.raises(TableError, match="UnknownOperationException"):
            Session.create_table(wait=True)
        drop_table(wire, table)
        return
    Session.create_table(wait=True)
    Session("eva", expires=NOON.replace(year=2100)).save()
    Session("jan").save()
    described = wire.DescribeTimeToLive(TableName=table)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    assert Session.get("eva").expires == NOON.replace(year=2100)
    eva = {"user": {"S": "eva"}, "expires": {"N": "4102488000"}}
    check_table(wire, table, Schema("user"), [eva, {"user": {"S": "jan"}}], table)
    drop_table(wire, table)
