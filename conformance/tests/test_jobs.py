"""Long work that is interrupted: restores, deletions and backups held at a point, then kill -9.

The next server takes each up where its record says; meanwhile the API tells its state. And the
archive may go away for a while: writes go on, nothing is lost.
"""

import itertools
import re

import pytest

from conformance.clients import Wire, seconds
from conformance.faults import check_refused
from conformance.music import MUSIC, songs
from conformance.tables import check_table, create_table, exists, put_all, wait_active
from conformance.waiting import until
from conformance.walkthrough import backup_status, system_backups, window

ITEMS = songs()[:120]
ON = {"PointInTimeRecoveryEnabled": True}


@pytest.fixture
def music(make_server):
    """music(failpoint): (server, wire) with the table `Music`, whose history is kept."""

    def start(failpoint, continuous=True):
        server = make_server().start(ANYWHEN_FAILPOINTS=f"{failpoint}=pause")
        wire = Wire(server.endpoint)
        create_table(wire, "Music", MUSIC)
        if continuous:
            wire.UpdateContinuousBackups(TableName="Music", PointInTimeRecoverySpecification=ON)
        put_all(wire, "Music", ITEMS)
        return server, wire

    return start


def killed_and_started(server):
    server.kill()
    return Wire(server.start().endpoint)


@pytest.mark.parametrize("point", ["restore::before_load", "restore::before_publish"])
def test_a_killed_restore_is_finished(music, point):
    server, wire = music(point)
    wire.RestoreTableToPointInTime(
        SourceTableName="Music", TargetTableName="Again", UseLatestRestorableTime=True
    )
    begun = wire.DescribeTable(TableName="Again")["Table"]
    # What the source becomes afterwards is not the restore's business.
    put_all(wire, "Music", songs()[120:])
    assert wire.DescribeTable(TableName="Again")["Table"]["TableStatus"] == "CREATING"
    wire = killed_and_started(server)
    description = wait_active(wire, "Again")
    assert description["TableId"] == begun["TableId"]
    check_table(wire, "Again", MUSIC, ITEMS, "finished after a kill")
    check_table(wire, "Music", MUSIC, songs(), "the source")
    server.stop()


def test_a_killed_deletion_is_finished(music):
    server, wire = music("delete::before_finish")
    assert wire.DeleteTable(TableName="Music")["TableDescription"]["TableStatus"] == "DELETING"
    assert wire.DescribeTable(TableName="Music")["Table"]["TableStatus"] == "DELETING"
    assert "Music" in wire.ListTables()["TableNames"]
    deleting = "Attempt to change a resource which is still in use: Table is being deleted: Music"
    check_refused(wire, "DeleteTable", {"TableName": "Music"}, "ResourceInUseException", deleting)
    taken = re.compile("Table already exists: Music|.*Table is being deleted: Music")
    create = MUSIC.create_request("Music")
    check_refused(wire, "CreateTable", create, "ResourceInUseException", taken)
    put = {"TableName": "Music", "Item": ITEMS[0]}
    missing = ("ResourceNotFoundException", "Requested resource not found")
    check_refused(wire, "PutItem", put, *missing)

    wire = killed_and_started(server)
    until(lambda: not exists(wire, "Music"), "Music gone")
    (backup,) = until(lambda: system_backups(wire), "the SYSTEM backup AVAILABLE")
    wire.RestoreTableFromBackup(TargetTableName="Music", BackupArn=backup["BackupArn"])
    wait_active(wire, "Music")
    check_table(wire, "Music", MUSIC, ITEMS, "the deleted table")
    server.stop()


@pytest.mark.parametrize("continuous", [True, False])
def test_a_table_may_be_deleted_while_it_is_backed_up(music, continuous):
    server, wire = music("backup::before_keyframe", continuous)
    arn = wire.CreateBackup(TableName="Music", BackupName="Held")["BackupDetails"]["BackupArn"]
    wire.DeleteTable(TableName="Music")
    wire = killed_and_started(server)
    until(lambda: not exists(wire, "Music"), "Music gone")

    def settled():
        backups = wire.ListBackups(TableName="Music")["BackupSummaries"]
        return all(backup["BackupStatus"] == "AVAILABLE" for backup in backups)

    until(settled, "no backup stays CREATING")
    if continuous:
        assert backup_status(wire, arn) == "AVAILABLE"
        wire.RestoreTableFromBackup(TargetTableName="Music", BackupArn=arn)
        wait_active(wire, "Music")
        check_table(wire, "Music", MUSIC, ITEMS, "the deleted table")
    create_table(wire, "Next", MUSIC)
    server.stop()


def test_the_archive_may_go_away_for_a_while(make_server):
    server = make_server().start()
    wire = Wire(server.endpoint)
    create_table(wire, "Music", MUSIC)
    wire.UpdateContinuousBackups(TableName="Music", PointInTimeRecoverySpecification=ON)
    earliest, _ = window(wire, "Music")
    put_all(wire, "Music", ITEMS[:40])

    def put(item):
        return wire.PutItem(TableName="Music", Item=item).commit

    # The window opens at a whole second; what is asked of it comes after that.
    plays = itertools.count()
    until(lambda: put({**ITEMS[40], "Plays": {"N": f"{next(plays)}"}}) > earliest, "window opens")
    before = put(ITEMS[40])
    until(lambda: window(wire, "Music")[1] >= before, "the write restorable")

    away = server.archive_dir.with_name("archive-away")
    server.archive_dir.rename(away)
    server.archive_dir.write_bytes(b"no directory")
    for item in ITEMS[41:80]:
        between = put(item)
    assert window(wire, "Music")[1] < between, "what is not in the archive is not restorable"
    check_table(wire, "Music", MUSIC, ITEMS[:80], "without an archive")

    server.archive_dir.unlink()
    away.rename(server.archive_dir)
    last = put_all(wire, "Music", ITEMS[80:])
    until(lambda: window(wire, "Music")[1] >= last, "everything restorable", 60)
    for name, instant, expected in (("Between", between, ITEMS[:80]), ("Last", last, ITEMS)):
        wire.RestoreTableToPointInTime(
            SourceTableName="Music", TargetTableName=name, RestoreDateTime=seconds(instant)
        )
        wait_active(wire, name)
        check_table(wire, name, MUSIC, expected, name)
    server.stop()
