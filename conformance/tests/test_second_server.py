"""A server that has lost everything but the archive and the master key still restores."""

import subprocess

import pytest

from conformance.anywhen_server import binary
from conformance.clients import Wire
from conformance.music import MUSIC, songs
from conformance.tables import check_table, create_table, drop_table, put_all, wait_active
from conformance.waiting import until
from conformance.walkthrough import backup_status, system_backups


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_restore_from_archive_and_master_key_alone(make_server, ending):
    first = make_server("first").start()
    wire = Wire(first.endpoint)
    items = songs()
    create_table(wire, "Music", MUSIC)
    create_table(wire, "Kept", MUSIC)
    put_all(wire, "Music", items[:100])
    put_all(wire, "Kept", items[50:])
    wire.UpdateContinuousBackups(
        TableName="Kept", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    without_history = backup(wire, "Music")
    with_history = backup(wire, "Kept")
    put_all(wire, "Kept", items[:50])
    drop_table(wire, "Kept")
    (system,) = until(lambda: system_backups(wire), "the SYSTEM backup AVAILABLE")
    expected = {
        without_history: items[:100],
        with_history: items[50:],
        system["BackupArn"]: items,
    }
    getattr(first, ending)()

    second = make_server(
        "second", archive_dir=first.archive_dir, master_key_file=first.master_key_file
    )
    assert not second.data_dir.exists()
    second.start()
    wire = Wire(second.endpoint)
    listed = {b["BackupArn"]: b for b in wire.ListBackups(BackupType="ALL")["BackupSummaries"]}
    assert set(listed) == set(expected)
    assert all(summary["BackupStatus"] == "AVAILABLE" for summary in listed.values())
    for number, (arn, items_then) in enumerate(expected.items()):
        described = wire.DescribeBackup(BackupArn=arn)["BackupDescription"]
        assert described["BackupDetails"]["BackupArn"] == arn
        target = f"Again{number}"
        wire.RestoreTableFromBackup(TargetTableName=target, BackupArn=arn)
        wait_active(wire, target)
        check_table(wire, target, MUSIC, items_then, target)
    # What was restored is a table like any other, also after a restart.
    wire.PutItem(TableName="Again0", Item=items[200])
    second.restart()
    wire = Wire(second.endpoint)
    check_table(wire, "Again0", MUSIC, [*items[:100], items[200]], "after a restart")
    wire.DeleteBackup(BackupArn=without_history)
    second.stop()


def test_another_master_key_is_refused(make_server):
    first = make_server("first").start()
    wire = Wire(first.endpoint)
    create_table(wire, "Music", MUSIC)
    put_all(wire, "Music", songs()[:10])
    backup(wire, "Music")
    first.stop()

    for name, directories in {
        "same-archive": {"archive_dir": first.archive_dir},
        "same-data": {"archive_dir": first.archive_dir, "data_dir": first.data_dir},
    }.items():
        other = make_server(name, **directories)
        with pytest.raises(RuntimeError, match="(?i)key"):
            other.start()

    # The right key still opens it.
    assert len(Wire(first.start().endpoint).ListBackups()["BackupSummaries"]) == 1
    first.stop()


def test_a_command_line_that_cannot_be_served_says_why(tmp_path):
    for arguments, word in (
        (["--listen", "0.0.0.0:0"], "loopback"),
        (["--listen", "nonsense"], "nonsense"),
        (["--account-id", "12"], "12"),
        (["--config", str(tmp_path / "missing.toml")], "missing.toml"),
    ):
        done = subprocess.run(
            [binary(), "serve", "--data-dir", tmp_path / "data", *arguments],
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode in (1, 2), done
        assert word in done.stderr, done.stderr
        assert done.stdout == "", done.stdout


def backup(wire, table):
    reply = wire.CreateBackup(TableName=table, BackupName="ForLater")
    arn = reply["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", f"backup {arn} AVAILABLE")
    return arn
