"""`python -m conformance.bench.peers [PEER...]`: one table of Anywhen beside some peers, or all."""

import argparse
import contextlib
import json
import tempfile
from pathlib import Path

from conformance.anywhen_server import REPOSITORY
from conformance.bench.peers import measuring, servers
from conformance.bench.peers.installing import NotInstallable

FIGURES = REPOSITORY / "target/bench/peers.json"


def options():
    names = [peer.name for peer in servers.PEERS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", nargs="*", help=", ".join(names))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="of each load in each round")
    parser.add_argument("--records", type=int, default=20_000, help="of 1,000 bytes")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1, help="of the first round's choices")
    given = parser.parse_args()
    given.peer = given.peer or names
    if unknown := set(given.peer) - set(names):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if given.rounds < 1:
        parser.error("at least one round")
    return given


def main():
    given = options()
    missing, starts = {}, {}
    for peer in servers.PEERS:
        if peer.name in given.peer:
            try:
                starts[peer] = peer.install(peer.version)
            except NotInstallable as reason:
                missing[peer.name] = f"not installable here: {reason}"
    with (
        tempfile.TemporaryDirectory(prefix="anywhen-peers-") as directory,
        contextlib.ExitStack() as stack,
    ):
        directory = Path(directory)
        started = {"anywhen": stack.enter_context(servers.anywhen(directory))}
        durability = {"anywhen": "file, every write synced before it is acknowledged"}
        for peer, start in starts.items():
            try:
                running = servers.running(peer.name, start, directory)
                started[peer.name] = stack.enter_context(running)
                durability[peer.name] = f"{peer.version}: {peer.durability}"
            except RuntimeError as reason:
                missing[peer.name] = f"it does not start: {reason}"
        for name in list(started):
            print(f"loading {name}", flush=True)
            if failure := measuring.load(started[name].endpoint, given):
                if name == "anywhen":
                    raise SystemExit(f"anywhen: {failure}")
                missing[name] = f"it cannot be loaded: {failure}"
                del started[name], durability[name]
        figures = measuring.rounds(started, given, directory)
    result = measuring.table(figures, durability, missing)
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps(result, indent=1) + "\n")
    print(f"\n{measuring.text(result)}\nkept in {FIGURES}")


if __name__ == "__main__":
    main()
