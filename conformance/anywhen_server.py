"""A server process on a free port with directories of its own: start, stop, kill -9, restart.

What holds: `start` returns when the server has said that it listens; `stop` fails unless the
server ended in order with status 0; both fail, with the end of the log, if the server panicked.
"""

import os
import re
import selectors
import signal
import subprocess
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
READY = re.compile(r"anywhen listening on (http://\S+)")
START_SECONDS = 60
STOP_SECONDS = 40


def binary():
    """The server to run: ANYWHEN_BINARY, or what `cargo build` made."""
    path = Path(os.environ.get("ANYWHEN_BINARY", REPOSITORY / "target/debug/anywhen"))
    if not path.exists():
        raise FileNotFoundError(f"{path}: build it with `cargo build --package anywhen`")
    return path


class Server:
    """One server; its directories outlive the process, so that it can be started again.

    `data_dir`, `archive_dir` and `master_key_file` may be another server's, to share them.
    `archive_url` names an archive that is no directory; `environment` is set at every start. One that
    `outlives_us` is not stopped with the terminal.
    """

    def __init__(
        self,
        root=None,
        *,
        data_dir=None,
        archive_dir=None,
        archive_url=None,
        master_key_file=None,
        environment=None,
        outlives_us=False,
    ):
        if root is None:
            self._keep = tempfile.TemporaryDirectory(prefix="anywhen-")
            root = self._keep.name
        self.root = Path(root)
        self.root.mkdir(parents=True, exist_ok=True)
        self.data_dir = Path(data_dir or self.root / "data")
        self.archive_dir = Path(archive_dir or self.root / "archive")
        self.archive_url = archive_url or str(self.archive_dir)
        self.environment = environment or {}
        self._new_session = outlives_us
        self.master_key_file = Path(master_key_file or self.root / "master.key")
        self.log_file = self.root / "server.log"
        self.endpoint = None
        self._process = None

    def start(self, **environment):
        """Starts the process; keywords become environment variables, e.g. ANYWHEN_LOG="debug"."""
        assert self._process is None, "already running"
        command = [binary(), "serve", "--listen", "127.0.0.1:0"]
        command += ["--data-dir", self.data_dir, "--archive", self.archive_url]
        command += ["--master-key-file", self.master_key_file]
        command += ["--account-id", "123456789012", "--default-region", "us-east-1"]
        with open(self.log_file, "ab") as log:
            self._process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                # SIGXFSZ stays ignored, as Python has it: a file size limit is then an error of
                # the write that meets it, not the end of the process.
                restore_signals=False,
                start_new_session=self._new_session,
                env={**os.environ, **self.environment, **environment},
            )
        self.endpoint = self._wait_until_ready()
        return self

    def _wait_until_ready(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(START_SECONDS):
                self.kill()
                raise TimeoutError(f"no ready line in {START_SECONDS} s\n{self.log_tail()}")
        line = self._process.stdout.readline().decode()
        ready = READY.fullmatch(line.strip())
        if ready is None:
            status = self._process.wait()
            self._process = None
            raise RuntimeError(f"server ended with {status} instead of listening\n{self.log_tail()}")
        return ready[1]

    @property
    def address(self):
        """(host, port), for sockets."""
        host, _, port = self.endpoint.removeprefix("http://").rpartition(":")
        return host, int(port)

    @property
    def pid(self):
        return self._process.pid

    @property
    def is_running(self):
        return self._process is not None and self._process.poll() is None

    def stop(self):
        """SIGTERM; the server has to drain and end with status 0."""
        self._process.send_signal(signal.SIGTERM)
        try:
            status = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise TimeoutError(f"still running {STOP_SECONDS} s after SIGTERM\n{self.log_tail()}")
        self._forget()
        assert status == 0, f"ended with {status} after SIGTERM\n{self.log_tail()}"
        self.check_no_panic()

    def kill(self):
        """SIGKILL: what a crash leaves."""
        self._process.kill()
        self._process.wait()
        self._forget()
        self.check_no_panic()

    def freeze(self):
        """SIGSTOP: it holds its connections and does nothing, until `thaw`, or a kill."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        """SIGCONT."""
        self._process.send_signal(signal.SIGCONT)

    def restart(self, **environment):
        """Stops if it runs, and starts again on the same directories."""
        if self._process is not None:
            self.stop()
        return self.start(**environment)

    def check_no_panic(self):
        assert b"panicked at" not in self.log_file.read_bytes(), self.log_tail()

    def log_tail(self, lines=40):
        text = self.log_file.read_text(errors="replace")
        return "\n".join(["last lines of the server's log:", *text.splitlines()[-lines:]])

    def _forget(self):
        self._process.stdout.close()
        self._process = None
        self.endpoint = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *error):
        if self._process is None:
            return
        if error[0] is None:
            self.stop()
        else:
            self.kill()
