"""What clients store is nowhere on disk in the clear: neither in the data directory nor in the archive.

One exception is by design: the engine orders items by their sort keys, so the data directory holds
sort-key values, of tables and of indexes, as they are. The archive holds not even those.
"""

import base64
import os
import secrets
from pathlib import Path

from conformance.clients import Wire
from conformance.tables import Index, Schema, check_table, create_table, drop_table, wait_active
from conformance.waiting import until
from conformance.walkthrough import backup_status, system_backups


def secret(kind):
    """A word that occurs nowhere by chance, and that compression does not shorten away."""
    return f"{kind}-{secrets.token_hex(12)}"


def test_planted_words_are_found_nowhere(make_server):
    server = make_server().start()
    wire = Wire(server.endpoint)
    partition, name, nested_name, text, old_text, index_key = words = [
        secret(kind) for kind in ("pk", "name", "nested", "text", "old", "index")
    ]
    sort, local_sort = sort_keys = [secret("sk"), secret("local-sk")]
    blob = secrets.token_bytes(24)
    number = str(10**30 + secrets.randbelow(10**30))[:37] + "7"
    schema = Schema("pk", "sk", (Index("by-owner", "owner"), Index("local", "pk", "at", local=True)))
    item = {
        "pk": {"S": partition},
        "sk": {"S": sort},
        "at": {"S": local_sort},
        "owner": {"S": index_key},
        name: {"S": text},
        "b": {"B": base64.b64encode(blob).decode()},
        "n": {"N": number},
        "m": {"M": {nested_name: {"L": [{"S": text}]}}},
        "set": {"SS": [text]},
    }
    for table in ("Backed", "Continuous"):
        create_table(wire, table, schema)
    enable = {"PointInTimeRecoveryEnabled": True}
    wire.UpdateContinuousBackups(TableName="Continuous", PointInTimeRecoverySpecification=enable)
    for table in ("Backed", "Continuous"):
        wire.PutItem(TableName=table, Item={**item, name: {"S": old_text}})
        wire.PutItem(TableName=table, Item=item)
    arn = wire.CreateBackup(TableName="Backed", BackupName="Full")["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", "the backup AVAILABLE")
    wire.RestoreTableFromBackup(TargetTableName="FromBackup", BackupArn=arn)
    wire.RestoreTableToPointInTime(
        SourceTableName="Continuous", TargetTableName="FromHistory", UseLatestRestorableTime=True
    )
    for table in ("FromBackup", "FromHistory"):
        wait_active(wire, table)
        check_table(wire, table, schema, [item], table)
    drop_table(wire, "Continuous")
    until(lambda: system_backups(wire), "the SYSTEM backup AVAILABLE")

    planted = [word.encode() for word in words] + [blob, base64.b64encode(blob), number.encode()]
    keys = [key.encode() for key in sort_keys]

    def check(when):
        assert search(planted, server.data_dir, server.archive_dir, server.log_file) == {}, when
        assert search(keys, server.archive_dir, server.log_file) == {}, when

    assert search(keys, server.data_dir).keys() == set(keys), "the search itself has to find"
    check("while running")
    server.stop()
    check("after an ordered stop")
    server.start()
    check("after a restart")
    server.kill()
    check("after kill -9")


def search(words, *places):
    """{word: a file that holds it} over these files and directories. A running server may replace
    files and directories meanwhile; what comes in their stead is looked at by the next search."""
    found = {}
    for place in places:
        inside = (Path(root, name) for root, _, names in os.walk(place) for name in names)
        files = [place] if place.is_file() else list(inside)
        assert files, f"{place} is empty"
        for path in files:
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                continue
            found.update({word: path for word in words if word in content})
    return found
