"""The JavaScript clients: tasks of `clients-js`, each a program run by Node, and `dynamodb-admin`.

The packages are those of `clients-js/package-lock.json`; `scripts/setup` installs them. A task that
fails says why on its standard error, which is the test's.
"""

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path

from conformance.waiting import until

TASKS = Path(__file__).resolve().parent / "clients-js"
TASK_SECONDS = 120
START_SECONDS = 60
LISTENING = re.compile(r"dynamodb-admin listening on (http://\S+)")


def run_task(name, endpoint, prefix):
    """Runs `clients-js/NAME.mjs`; what it printed as its last line."""
    ended = subprocess.run(
        ["node", installed(TASKS / f"{name}.mjs"), endpoint, prefix],
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=TASK_SECONDS,
    )
    if ended.returncode != 0:
        raise AssertionError(f"{name}.mjs ended with {ended.returncode}\n{ended.stderr}")
    return json.loads(ended.stdout.splitlines()[-1])


class DynamodbAdmin:
    """The `dynamodb-admin` program on a free port, pointed at an endpoint."""

    def __init__(self, endpoint):
        self._command = ["node", installed(TASKS / "node_modules/dynamodb-admin/dist/dynamodb-admin.js")]
        self._command += ["--host", "127.0.0.1", "--port", "0", "--dynamo-endpoint", endpoint]

    def __enter__(self):
        self._log = tempfile.NamedTemporaryFile(prefix="dynamodb-admin-", suffix=".log")
        self._process = subprocess.Popen(
            self._command,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        try:
            self.url = until(self._listening, "dynamodb-admin listens", START_SECONDS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _listening(self):
        log = Path(self._log.name).read_text()
        assert self._process.poll() is None, log
        listening = LISTENING.search(log)
        return listening and listening[1]

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._log.close()


def installed(path):
    """The path, if the packages that its program needs are there."""
    if not (TASKS / "node_modules").is_dir():
        raise FileNotFoundError(f"{TASKS}/node_modules: run scripts/setup")
    return path


def _environment():
    # The SDK's warning about the next year's versions of Node is not ours to heed.
    return {**os.environ, "NODE_NO_WARNINGS": "1"}
