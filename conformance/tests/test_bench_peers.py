"""The comparison with other servers: what its table is made of, and what is left out and why."""

import pytest

from conformance.bench.peers import installing, measuring
from conformance.bench.peers.installing import NotInstallable

PROMISES = {"anywhen": "synced", "peer": "in memory"}


def reached(ours, theirs):
    """Every load has the same figures, (requests a second, microseconds of CPU), one per round."""
    return {
        "anywhen": dict.fromkeys(measuring.LOADS, ours),
        "peer": dict.fromkeys(measuring.LOADS, theirs),
    }


def test_ratios_are_of_medians():
    ours, theirs = [(100, 9), (900, 10), (300, 30)], [(50, 50), (150, 40), (9000, 20)]
    result = measuring.table(reached(ours, theirs), PROMISES, {})
    for row in result["rows"]:
        assert row["anywhen"] == {"requests_per_second": 300, "cpu_us": 10}
        assert row["peer"] == {
            "requests_per_second": 150,
            "cpu_us": 40,
            "rate_ratio": 2,
            "cpu_ratio": 4,
        }
    text = measuring.text(result)
    assert text.count("300 /s") == text.count("2.00") == len(measuring.LOADS)
    assert text.count("10 us") == text.count("4.00") == len(measuring.LOADS)
    assert "peer            in memory" in text


@pytest.mark.parametrize(
    "ours, theirs", [([(100, 9), (100, 9)], [(50, 9), None]), ([None, (100, 9)], [(50, 9)] * 2)]
)
def test_a_load_that_failed_in_any_round_has_no_ratio(ours, theirs):
    result = measuring.table(reached(ours, theirs), PROMISES, {})
    for row in result["rows"]:
        assert row["peer"]["rate_ratio"] is None and row["peer"]["cpu_ratio"] is None
    assert "failed" in measuring.text(result)
    assert result["rounds"]["peer"]["PutItem"] == theirs


def test_who_is_left_out_is_told_with_the_reason():
    missing = {"other": "not installable here: no npm"}
    result = measuring.table(reached([(1, 1)], [(1, 1)]), PROMISES, missing)
    assert "other           left out: not installable here: no npm" in measuring.text(result)


def test_an_installation_is_made_once_and_again_when_it_broke_off(tmp_path, monkeypatch):
    monkeypatch.setattr(installing, "ROOT", tmp_path)
    calls = []

    def fake(command):
        calls.append(command)
        if len(calls) == 1:
            raise NotInstallable("npm failed")

    monkeypatch.setattr(installing, "_run", fake)
    monkeypatch.setattr(installing, "_need", lambda program: program)
    with pytest.raises(NotInstallable):
        installing.from_npm("dynalite", "4.0.0")
    for _ in range(2):
        path = installing.from_npm("dynalite", "4.0.0")
    assert path == tmp_path / "dynalite/node_modules/.bin/dynalite"
    assert len(calls) == 2
    installing.from_npm("dynalite", "4.0.1")
    assert len(calls) == 3 and calls[-1][-1] == "dynalite@4.0.1"


def test_dynamodb_local_is_only_what_the_user_supplies(tmp_path, monkeypatch):
    monkeypatch.delenv("DYNAMODB_LOCAL_JAR", raising=False)
    with pytest.raises(NotInstallable, match="set DYNAMODB_LOCAL_JAR"):
        installing.supplied_jar()
    monkeypatch.setenv("DYNAMODB_LOCAL_JAR", str(tmp_path / "absent.jar"))
    with pytest.raises(NotInstallable, match="no file"):
        installing.supplied_jar()


def test_a_program_that_is_missing_is_the_reason():
    with pytest.raises(NotInstallable, match="needs no-such-program"):
        installing._need("no-such-program")
    with pytest.raises(NotInstallable, match="sh failed: last words"):
        installing._run(["sh", "-c", "echo first >&2; echo last words >&2; exit 3"])
