"""The real AWS CLI, run as a person would: a command line through bash, shown with its answer."""

import json
import os
import subprocess
import sys
from pathlib import Path

from conformance.clients import REGION

COMMAND_SECONDS = 120


class Refused(Exception):
    """The CLI ended with an error of the service; `text` is what it wrote."""

    def __init__(self, text):
        self.text = text
        super().__init__(text)


class AwsCli:
    """Runs command lines against one endpoint, with nobody's configuration but its own."""

    def __init__(self, endpoint, show=print):
        self._show = show
        self._environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",
            "HOME": os.environ.get("HOME", "/"),
            "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "anywhen",
            "AWS_SECRET_ACCESS_KEY": "anywhen",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
            "NO_PROXY": "*",
        }

    def run(self, command):
        """Runs `command`, shows it and its answer, and returns the answer; or raises Refused."""
        self._show(f"\n$ {command}")
        done = subprocess.run(
            ["bash", "-c", command],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
        )
        self._show((done.stdout + done.stderr).strip())
        if done.returncode != 0:
            raise Refused(done.stderr.strip())
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def refused(self, command, *words):
        """Runs a command that the service has to refuse with an error that has these words."""
        try:
            self.run(command)
        except Refused as refused:
            missing = [word for word in words if word.lower() not in refused.text.lower()]
            assert not missing, f"the refusal does not name {missing}: {refused.text}"
            return
        raise AssertionError(f"not refused: {command}")
