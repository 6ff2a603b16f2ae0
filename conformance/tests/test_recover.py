"""`anywhen recover`: the host is lost, and its server is rebuilt from archive and master key.

What comes back is compared item by item, through every index, with what was acknowledged up to
the sealed instant that the command prints; so is every restore to an instant before the loss.
"""

import datetime
import os
import random
import re
import shutil
import signal
import subprocess
from collections import namedtuple

import pytest

from conformance.anywhen_server import binary
from conformance.clients import Fault, Wire, seconds
from conformance.history import History
from conformance.music import MUSIC, songs
from conformance.tables import (
    check_indexes,
    check_table,
    create_table,
    drop_table,
    exists,
    put_all,
    read_all,
    wait_active,
)
from conformance.waiting import until
from conformance.walkthrough import backup_status, window
from conformance.workload import SCHEMA, Writer

KILLS = int(os.environ.get("ANYWHEN_RECOVER_KILLS", 8))
RECOVER_SECONDS = 120
ENABLE = {"PointInTimeRecoveryEnabled": True}
TABLES = ("Load", "Other")


class Lost:
    """A server with a load behind it, whose data directory is gone."""

    def __init__(self, make_server, rng):
        self.server = make_server("lost").start()
        self.wire = Wire(self.server.endpoint)
        self.histories = {table: History(SCHEMA) for table in TABLES}
        self.writers = []
        for table, history in self.histories.items():
            create_table(self.wire, table, SCHEMA)
            self.writers += [
                Writer(f"{table}-{n}", self.wire, table, history, random.Random(rng.random()), 60)
                for n in range(3)
            ]
        self.load(60)
        for table in TABLES:
            self.wire.UpdateContinuousBackups(
                TableName=table, PointInTimeRecoverySpecification=ENABLE
            )
        self.earliest = {table: window(self.wire, table)[0] for table in TABLES}
        create_table(self.wire, "Plain", MUSIC)
        create_table(self.wire, "Bare", MUSIC)
        put_all(self.wire, "Plain", songs()[:40])
        put_all(self.wire, "Bare", songs()[:10])
        self.backup = self.wire.CreateBackup(TableName="Plain", BackupName="OfPlain")
        self.backup = self.backup["BackupDetails"]["BackupArn"]
        until(lambda: backup_status(self.wire, self.backup) == "AVAILABLE", "backup AVAILABLE")
        late = max(self.earliest.values())
        until(lambda: self.load(1) or self.last_commit > late, "the windows open")

    @property
    def last_commit(self):
        return min(history.last_commit for history in self.histories.values())

    def load(self, steps):
        for _ in range(steps):
            for writer in self.writers:
                writer.step()

    def flushed(self):
        """Waits until everything acknowledged is in the archive, and returns that instant."""
        last = max(history.last_commit for history in self.histories.values())
        until(lambda: archived(self.wire) >= last, "everything is archived")
        return last

    def lose(self):
        """The host burns."""
        self.server.kill()
        shutil.rmtree(self.server.data_dir)

    def server_on(self, make_server, data_dir):
        return make_server(
            data_dir.name,
            data_dir=data_dir,
            archive_dir=self.server.archive_dir,
            master_key_file=self.server.master_key_file,
        ).start()


Only = namedtuple("Only", "server")


def command(lost, data_dir, *more, **options):
    named = {
        "archive": lost.server.archive_dir,
        "master-key-file": lost.server.master_key_file,
        "data-dir": data_dir,
        **options,
    }
    return [binary(), "recover", *(f"--{name}={value}" for name, value in named.items()), *more]


def recover(lost, data_dir, *more, **options):
    return subprocess.run(
        command(lost, data_dir, *more, **options),
        capture_output=True,
        text=True,
        timeout=RECOVER_SECONDS,
    )


def recovered(lost, data_dir, *more):
    """Recovers, and returns the report's lines by their first word."""
    done = recover(lost, data_dir, *more)
    assert done.returncode == 0, done.stderr
    assert "panicked" not in done.stderr, done.stderr
    return report(done.stdout)


def report(stdout):
    lines = {}
    for line in stdout.splitlines()[1:]:
        word, _, rest = line.strip().partition(" ")
        lines.setdefault(word, []).append(rest.strip())
    return lines


def instant(text):
    """Microseconds, of an instant as the report prints it."""
    found = re.match(r"(\S+)\.(\d{6})Z", text)
    whole = datetime.datetime.fromisoformat(found[1] + "+00:00")
    return int(whole.timestamp()) * 1_000_000 + int(found[2])


def archived(wire):
    _, _, body = wire.request("GET", "/metrics")
    found = re.search(rb"^anywhen_archive_archived_through_seconds (\S+)$", body, re.MULTILINE)
    return round(float(found[1]) * 1_000_000) if found else 0


def check_now(wire, lost, at, what):
    for table, history in lost.histories.items():
        items = read_all(wire, table)
        history.check(at, items, f"{table} {what}")
        check_indexes(wire, table, SCHEMA, items, f"{table} {what}")


def check_instant(wire, lost, table, at, target):
    wire.RestoreTableToPointInTime(
        SourceTableName=table, TargetTableName=target, RestoreDateTime=seconds(at)
    )
    wait_active(wire, target)
    items = read_all(wire, target)
    lost.histories[table].check(at, items, f"{target} at {at}")
    check_indexes(wire, target, SCHEMA, items, target)
    drop_table(wire, target)


def test_a_lost_host_comes_back_however_often_its_recovery_is_killed(make_server, seed, tmp_path):
    rng = random.Random(seed)
    lost = Lost(make_server, rng)
    lost.flushed()
    # What is acknowledged last may not be in the archive yet: the report says where it ends.
    for _ in range(20):
        for writer in lost.writers:
            writer.put()
    lost.lose()

    new = tmp_path / "new"
    kill_held(lost, new, "recover::before_publish")
    too_early = make_server(
        "too-early",
        data_dir=new,
        archive_dir=lost.server.archive_dir,
        master_key_file=lost.server.master_key_file,
    )
    with pytest.raises(RuntimeError, match="anywhen recover"):
        too_early.start()
    kill_again_and_again(lost, new, rng)
    lines = recovered(lost, new)
    sealed = instant(lines["sealed"][0])
    assert [line.split(":")[0] for line in lines["table"]] == ["Load", "Other"], lines
    assert [line.split(":")[0] for line in lines["lost"]] == ["Bare", "Plain"], lines
    assert lost.backup in lines["newest"][0] and lines["backups"] == ["1"], lines
    assert any("key Artist (S), SongTitle (S)" in line for line in lines["it"]), lines

    server = lost.server_on(make_server, new)
    wire = Wire(server.endpoint)
    check_now(wire, lost, sealed, "after the loss")
    assert not exists(wire, "Plain") and not exists(wire, "Bare")
    for table in TABLES:
        assert window(wire, table)[0] == lost.earliest[table], "the window begins where it began"
        check_instant(wire, lost, table, rng.randrange(lost.earliest[table], sealed), f"{table}-A")
    listed = [backup["BackupArn"] for backup in wire.ListBackups()["BackupSummaries"]]
    assert listed == [lost.backup]
    wire.RestoreTableFromBackup(TargetTableName="Plain", BackupArn=lost.backup)
    wait_active(wire, "Plain")
    check_table(wire, "Plain", MUSIC, songs()[:40], "Plain")

    # History goes on over the loss, which can be survived again.
    go_on(lost, wire, sealed)
    last = lost.flushed()
    server.kill()
    again = tmp_path / "again"
    lines = recovered(lost, again)
    server = lost.server_on(make_server, again)
    wire = Wire(server.endpoint)
    check_now(wire, lost, last, "after the second loss")
    for n, at in enumerate((rng.randrange(lost.earliest["Load"], sealed), sealed + 1, last)):
        check_instant(wire, lost, "Load", at, f"Again-{n}")
    server.stop()


def kill_again_and_again(lost, data_dir, rng):
    """Starts the recovery and kills it, a little later each time."""
    for attempt in range(KILLS):
        process = subprocess.Popen(
            command(lost, data_dir),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            # None of them comes to its end.
            env={**os.environ, "ANYWHEN_FAILPOINTS": "recover::before_finish=pause"},
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0.02, 0.1) * (attempt + 1))
        process.kill()
        _, stderr = process.communicate()
        assert process.returncode == -signal.SIGKILL and b"panicked" not in stderr, stderr


def kill_held(lost, data_dir, point):
    """Kills the recovery where it is held, after it has loaded a table."""
    log = data_dir.with_suffix(".log")
    with open(log, "wb") as stderr:
        process = subprocess.Popen(
            command(lost, data_dir),
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env={**os.environ, "ANYWHEN_FAILPOINTS": f"{point}=pause"},
        )
        try:
            until(lambda: "90 %" in log.read_text(), f"held at {point}", RECOVER_SECONDS)
        finally:
            process.kill()
            process.wait()


def go_on(lost, wire, sealed):
    """The writers find out what was lost with the host, and write on."""
    lost.wire = wire
    for history in lost.histories.values():
        history.forget_after(sealed)
    for writer in lost.writers:
        writer.go_on(wire, read_all(wire, writer.table))
    lost.load(20)


def test_an_earlier_instant_comes_back_and_costs_no_history(make_server, seed, tmp_path):
    rng = random.Random(seed)
    lost = Lost(make_server, rng)
    then = lost.flushed()
    lost.load(20)
    create_table(lost.wire, "Late", MUSIC)
    put_all(lost.wire, "Late", songs()[:20])
    lost.wire.UpdateContinuousBackups(TableName="Late", PointInTimeRecoverySpecification=ENABLE)
    late = window(lost.wire, "Late")[0]
    until(lambda: window(lost.wire, "Late")[1] > late, "its window opens")
    last = lost.flushed()
    lost.lose()

    new = tmp_path / "new"
    lines = recovered(lost, new, f"--at={seconds(then)}")
    assert instant(lines["as"][0].removeprefix("of").strip()) == then
    (kept,) = lines["kept"]
    server = lost.server_on(make_server, new)
    wire = Wire(server.endpoint)
    check_now(wire, lost, then, "as of then")
    assert not exists(wire, "Late")
    arn = kept.rpartition(" ")[2]
    wire.RestoreTableFromBackup(TargetTableName="LateAgain", BackupArn=arn)
    wait_active(wire, "LateAgain")
    check_table(wire, "LateAgain", MUSIC, songs()[:20], "LateAgain")
    for n, at in enumerate((rng.randrange(lost.earliest["Load"], then), then, last)):
        check_instant(wire, lost, "Load", at, f"At-{n}")
    server.stop()

    # Another try at another instant is not spoiled by the first.
    other = tmp_path / "other"
    recovered(lost, other, f"--at={seconds(last)}")
    server = lost.server_on(make_server, other)
    check_now(Wire(server.endpoint), lost, last, "as of the end")
    server.stop()


def test_the_old_server_is_fenced_if_it_lives(make_server, tmp_path):
    old = make_server("old").start()
    wire = Wire(old.endpoint)
    create_table(wire, "Music", MUSIC)
    create_table(wire, "Free", MUSIC)
    wire.UpdateContinuousBackups(TableName="Music", PointInTimeRecoverySpecification=ENABLE)
    last = put_all(wire, "Music", songs()[:50])
    until(lambda: archived(wire) >= last, "everything is archived")

    recovered(Only(old), tmp_path / "new")

    def refused():
        try:
            wire.PutItem(TableName="Music", Item=songs()[60])
        except Fault as fault:
            return fault

    fault = until(refused, "the old server refuses writes to tables with history")
    assert fault.status == 500, fault
    assert "taken over" in old.log_file.read_text()
    wire.PutItem(TableName="Free", Item=songs()[60])
    with pytest.raises(RuntimeError, match="was replaced"):
        old.restart()
    new = make_server("new", data_dir=tmp_path / "new", archive_dir=old.archive_dir,
                      master_key_file=old.master_key_file).start()
    check_table(Wire(new.endpoint), "Music", MUSIC, songs()[:50], "Music")
    new.stop()


def test_what_cannot_be_recovered_is_refused_and_nothing_is_made(make_server, tmp_path):
    old = make_server("old").start()
    wire = Wire(old.endpoint)
    create_table(wire, "Music", MUSIC)
    wire.UpdateContinuousBackups(TableName="Music", PointInTimeRecoverySpecification=ENABLE)
    last = put_all(wire, "Music", songs()[:5])
    until(lambda: archived(wire) >= last, "everything is archived")
    other = make_server("other").start()
    other.stop()
    new = tmp_path / "new"
    for options, more, word in (
        ({"archive": tmp_path / "nowhere"}, (), "there is no archive at"),
        ({"master-key-file": tmp_path / "no.key"}, (), "no.key"),
        ({"master-key-file": other.master_key_file}, (), "key"),
        ({}, ("--at=yesterday",), "yesterday"),
        ({"data-dir": other.data_dir}, (), "is not empty"),
    ):
        done = recover(Only(old), options.pop("data-dir", new), *more, **options)
        assert done.returncode == 1 and done.stdout == "", done
        assert word in done.stderr, done.stderr
        assert not new.exists(), options
    assert not (tmp_path / "nowhere").exists()
    done = recover(Only(old), new, "--at=2001-01-01T00:00:00Z")
    assert done.returncode == 1 and "begins at" in done.stderr, done
    # Whoever was refused has replaced nobody.
    old.restart().stop()


def test_an_archive_that_is_lost_swapped_or_older_is_told_at_start(make_server, tmp_path):
    server = make_server().start()
    wire = Wire(server.endpoint)
    create_table(wire, "Music", MUSIC)
    wire.UpdateContinuousBackups(TableName="Music", PointInTimeRecoverySpecification=ENABLE)
    last = put_all(wire, "Music", songs()[:25])
    until(lambda: archived(wire) >= last, "everything is archived")
    server.stop()
    older = tmp_path / "older"
    shutil.copytree(server.archive_dir, older)
    older_data = tmp_path / "older-data"
    shutil.copytree(server.data_dir, older_data)
    wire = Wire(server.start().endpoint)
    last = put_all(wire, "Music", songs()[25:50])
    until(lambda: archived(wire) >= last, "everything is archived")
    server.stop()
    other = make_server("other", master_key_file=server.master_key_file).start()
    other.stop()

    def on(name, data_dir, archive_dir):
        return make_server(name, data_dir=data_dir, archive_dir=archive_dir,
                           master_key_file=server.master_key_file)

    for name, data_dir, archive_dir, words in (
        ("lost", server.data_dir, tmp_path / "gone", ("--archive", "--adopt-archive")),
        ("swapped", server.data_dir, other.archive_dir, ("is in archive", "--adopt-archive")),
        (
            "older-data",
            older_data,
            server.archive_dir,
            ("acknowledged writes", "anywhen recover", "--accept-lost-writes"),
        ),
    ):
        refused = on(name, data_dir, archive_dir)
        with pytest.raises(RuntimeError) as error:
            refused.start()
        for word in words:
            assert word in str(error.value), f"{name}: {error.value}"
    assert not (tmp_path / "gone").exists(), "no archive is made in the lost one's stead"

    # Each choice that was offered works.
    accepted = on("accepted", older_data, shutil.copytree(server.archive_dir, tmp_path / "copy"))
    accepted.start(ANYWHEN_ACCEPT_LOST_WRITES="1")
    check_table(Wire(accepted.endpoint), "Music", MUSIC, songs()[:25], "without the lost writes")
    accepted.stop()
    recovered(Only(server), tmp_path / "new")
    rebuilt = on("rebuilt", tmp_path / "new", server.archive_dir).start()
    check_table(Wire(rebuilt.endpoint), "Music", MUSIC, songs()[:50], "rebuilt")
    rebuilt.stop()
    # An archive that was set back is gone on with, and the gap is told.
    set_back = on("set-back", server.data_dir, older)
    wire = Wire(set_back.start().endpoint)
    assert "history between these instants is lost" in set_back.log_file.read_text()
    check_table(wire, "Music", MUSIC, songs()[:50], "set back")
    set_back.stop()
    adopted = on("adopted", server.data_dir, other.archive_dir)
    adopted.start(ANYWHEN_ADOPT_ARCHIVE="1")
    check_table(Wire(adopted.endpoint), "Music", MUSIC, songs()[:50], "adopted")
    adopted.stop()
