"""Peers from their registries, each pinned, each into a directory of its own.

What holds: nothing outside the directory is changed but the registries' own download caches; a peer
that is there in the pinned version is not installed again. `NotInstallable` says why one cannot be.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from conformance.anywhen_server import REPOSITORY

ROOT = REPOSITORY / "target/peers"
INSTALL_SECONDS = 1800


class NotInstallable(Exception):
    """Why a peer cannot be had on this machine."""


def from_cargo(crate, version, program, features):
    """Builds a crate's program, which takes minutes, and answers its path."""
    root = ROOT / crate

    def install():
        command = [_need("cargo"), "install", crate, "--version", version, "--locked"]
        command += ["--no-default-features", "--features", features, "--root", root]
        _run(command)

    _once(root, version, install)
    return root / "bin" / program


def from_npm(package, version):
    """Installs a package and answers the path of its program, which is named like it."""
    root = ROOT / package

    def install():
        root.mkdir(parents=True)
        command = [_need("npm"), "install", "--no-audit", "--no-fund", "--prefix", root]
        _run([*command, f"{package}@{version}"])

    _once(root, version, install)
    return root / "node_modules/.bin" / package


def from_pip(package, version, program, extras=""):
    """Installs a package into an environment of its own and answers a program's path."""
    root = ROOT / package

    def install():
        venv.create(root, with_pip=True)
        command = [root / "bin/pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*command, f"{package}{extras}=={version}"])

    _once(root, version, install)
    return root / "bin" / program


def supplied_jar():
    """DynamoDB Local is not in a registry: DYNAMODB_LOCAL_JAR names what the user has."""
    jar = os.environ.get("DYNAMODB_LOCAL_JAR")
    if not jar:
        raise NotInstallable("in no registry; set DYNAMODB_LOCAL_JAR to your DynamoDBLocal.jar")
    if not Path(jar).is_file():
        raise NotInstallable(f"DYNAMODB_LOCAL_JAR: no file {jar}")
    return _need("java"), Path(jar)


def _once(root, version, install):
    """The stamp is written last: an installation that broke off is begun again."""
    stamp = root / "installed-version"
    if stamp.exists() and stamp.read_text() == version:
        return
    print(f"installing {root.name} {version}", flush=True)
    shutil.rmtree(root, ignore_errors=True)
    install()
    stamp.write_text(version)


def _need(program):
    path = shutil.which(program)
    if path is None:
        raise NotInstallable(f"needs {program}, which is not on this machine")
    return path


def _run(command):
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=INSTALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise NotInstallable(f"not installed after {INSTALL_SECONDS} s") from None
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise NotInstallable(f"{Path(command[0]).name} failed: {last}")
