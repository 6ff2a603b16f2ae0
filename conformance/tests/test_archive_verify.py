"""`anywhen archive verify` beside a real server: what it says, and its exit status."""

import subprocess

import pytest

from conformance.anywhen_server import binary
from conformance.clients import Wire
from conformance.music import MUSIC, songs
from conformance.tables import create_table, put_all
from conformance.walkthrough import backup_status
from conformance.waiting import until


def verify(*arguments):
    """Runs it; what it answers has `returncode`, `stdout` and `stderr`."""
    command = [binary(), "archive", "verify", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def of(server, *, with_key=True):
    key = ["--master-key-file", server.master_key_file] if with_key else []
    return verify("--archive", server.archive_dir, *key)


@pytest.fixture
def server(make_server):
    """A server whose archive has a backup and a table's history."""
    server = make_server().start()
    wire = Wire(server.endpoint)
    create_table(wire, "Music", MUSIC)
    put_all(wire, "Music", songs()[:100])
    wire.UpdateContinuousBackups(
        TableName="Music", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    arn = wire.CreateBackup(TableName="Music", BackupName="kept")["BackupDetails"]["BackupArn"]
    until(lambda: backup_status(wire, arn) == "AVAILABLE", "the backup AVAILABLE")
    put_all(wire, "Music", songs()[100:150])
    return server


def test_beside_a_server_that_writes(server):
    wire = Wire(server.endpoint)
    for song in songs()[150:155]:
        wire.PutItem(TableName="Music", Item=song)
        for with_key in (True, False):
            found = of(server, with_key=with_key)
            assert (found.returncode, found.stderr) == (0, ""), found
            last = found.stdout.splitlines()[-1]
            assert last == "no problems", found.stdout
    assert "contents were not opened" in found.stdout
    # It has claimed nothing: the server still writes history, and stops in order.
    wire.PutItem(TableName="Music", Item=songs()[160])
    server.stop()
    assert of(server).returncode == 0


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:-7])


def delete(path):
    path.unlink()


KINDS = {
    "identity": "anywhen-archive.json",
    "realm manifest": "accounts/*/regions/*/manifest/*",
    "timeline manifest": "accounts/*/regions/*/timelines/*/manifest/*",
    "segment": "accounts/*/regions/*/segments/*",
    "keyframe": "accounts/*/regions/*/timelines/*/keyframes/*",
}


def test_every_damaged_object_is_named(server):
    server.stop()
    archive = server.archive_dir
    checked = 0
    for kind, pattern in KINDS.items():
        path = max(archive.glob(pattern), default=None)
        assert path is not None, f"no {kind} in {sorted(archive.rglob('*'))}"
        name = path.relative_to(archive).as_posix()
        whole = path.read_bytes()
        # Without its newest manifest a chain is as it was before; that is told elsewhere.
        for damage in (flip, cut) if "manifest" in kind else (flip, cut, delete):
            damage(path)
            for with_key in (True, False):
                found = of(server, with_key=with_key)
                if kind == "identity" and damage is delete:
                    assert found.returncode in (1, 2) and name in found.stdout + found.stderr
                    continue
                lines = found.stdout.splitlines()
                assert found.returncode == 1, f"{kind} {damage.__name__}: {found}"
                assert any(line.startswith(f"problem: {name}: ") for line in lines), found.stdout
                checked += 1
            path.write_bytes(whole)
    assert checked >= 20
    assert of(server).returncode == 0, "put back, all is well"


def test_where_nothing_can_be_said(server, tmp_path):
    server.stop()
    archive = server.archive_dir
    absent, empty, foreign = tmp_path / "absent", tmp_path / "empty", tmp_path / "foreign.key"
    empty.mkdir()
    for arguments, said in [
        (["--archive", absent], str(absent)),
        (["--archive", empty], f"there is no archive at {empty}"),
        (["--archive", "gopher://x"], "gopher"),
        (["--archive", archive, "--master-key-file", foreign], str(foreign)),
        ([], "--archive"),
    ]:
        found = verify(*arguments)
        assert (found.returncode, found.stdout) == (2, ""), f"{arguments}: {found}"
        assert said in found.stderr, f"{arguments}: {found.stderr}"
    assert not absent.exists() and not foreign.exists() and not list(empty.iterdir())


def test_stats_tell_what_is_held_and_what_a_restore_would_read(server):
    wire = Wire(server.endpoint)
    commit = wire.PutItem(TableName="Music", Item=songs()[170]).commit
    server.stop()
    command = [binary(), "archive", "stats", "--archive", server.archive_dir]
    command += ["--master-key-file", server.master_key_file]
    at = f"{commit // 1_000_000}.{commit % 1_000_000:06}"
    found = subprocess.run([*command, "--at", at], capture_output=True, text=True, timeout=60)
    assert (found.returncode, found.stderr) == (0, ""), found
    for said in (
        "realm 123456789012/us-east-1: archived through ",
        ", open, window from ",
        "keyframes: 1 in 1 file, ",
        "  pin of a backup at ",
        f"  a restore at {at} reads up to ",
    ):
        assert said in found.stdout, f"{said!r} is not in:\n{found.stdout}"
    refused = subprocess.run([*command, "--at", "noon"], capture_output=True, text=True, timeout=60)
    assert refused.returncode == 2 and "seconds since the epoch" in refused.stderr, refused
