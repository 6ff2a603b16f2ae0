"""A restore over a damaged archive: it fails, names the object and leaves no table. With the archive
mended it succeeds."""

import pytest

from conformance.clients import Fault, Wire
from conformance.music import MUSIC, songs
from conformance.tables import check_table, create_table, put_all, wait_active
from conformance.walkthrough import backup_status
from conformance.waiting import until


def flip(content):
    """One bit in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGES = {"flipped": flip, "cut": lambda content: content[: len(content) // 2], "deleted": lambda content: None}


def begins(wire, arn):
    """Begins a restore, unless the failed one has not quite ended."""
    try:
        return wire.RestoreTableFromBackup(BackupArn=arn, TargetTableName="Back")
    except Fault as fault:
        assert "BackupInUse" in fault.code
        return None


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_restore_over_damage_leaves_no_table(make_server, damage):
    server = make_server().start()
    wire = Wire(server.endpoint)
    create_table(wire, "Music", MUSIC)
    put_all(wire, "Music", songs()[:100])
    arn = wire.CreateBackup(TableName="Music", BackupName="kept")["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", "the backup AVAILABLE")
    put_all(wire, "Music", songs()[100:150])
    music = wire.DescribeTable(TableName="Music")["Table"]["TableId"]
    (path,) = server.archive_dir.glob(f"accounts/*/regions/*/timelines/{music}/keyframes/*")
    whole = path.read_bytes()

    damaged = DAMAGES[damage](whole)
    path.write_bytes(damaged) if damaged is not None else path.unlink()
    wire.RestoreTableFromBackup(BackupArn=arn, TargetTableName="Back")
    until(lambda: wire.ListTables()["TableNames"] == ["Music"], "the target is gone")
    until(lambda: path.name in server.log_file.read_text(), "the log names the object")
    assert backup_status(wire, arn) == "AVAILABLE"
    check_table(wire, "Music", MUSIC, songs()[:150], "the source")

    path.write_bytes(whole)
    until(lambda: begins(wire, arn), "the backup is free for another restore")
    wait_active(wire, "Back")
    check_table(wire, "Back", MUSIC, songs()[:100], "restored from the mended archive")
    server.stop()
