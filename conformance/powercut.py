"""Power cuts: what a disk may hold after one, at any moment of a recorded life of a process.

A process runs once under `tools/powercut/recorder.c`, which writes down every change that it makes
to files and directories, in order. From that trace `Disk` rebuilds the disk at any moment, and
`Disk.survive` writes down what a power cut at that moment may leave, as harshly as POSIX allows:

* A file holds what it held at its last completed fsync or fdatasync. A directory has the names it
  had at its last completed fsync; syncing a file does not make its name durable.
* Of all later changes nothing survives (`DROPPED`), or anything may (`TORN`): of files any sector
  as it was after any of the changes to it, and any of the sizes, zeros where a size came without
  its data; of directories a prefix or any subset of the changes, each name for itself. A rename
  within a directory is atomic; between two directories each has its own half.
* Or everything survives (`KEPT`): the process died, the machine did not.

What holds: replaying the whole trace gives the directory tree that the process left, byte for
byte; `check_replay` proves for each recording that nothing went past the recorder.
"""

import bisect
import copy
import enum
import os
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

RECORDER = Path(__file__).resolve().parent.parent / "tools/powercut/recorder.c"
HEAD = struct.Struct("<IIIIQQQQq")
SECTOR_BYTES = (512, 4096)


class Operation(enum.IntEnum):
    """The numbers are recorder.c's, which says what each record holds."""

    CREATE = 1
    WRITE = 2
    TRUNCATE = 3
    EXTEND = 4
    MKDIR = 5
    RMDIR = 6
    UNLINK = 7
    RENAME = 8
    LINK = 9
    SYNC = 10


class Fate(enum.Enum):
    """What becomes of changes that were not synced."""

    DROPPED = "dropped"
    TORN = "torn"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Record:
    """One change; the times are of CLOCK_MONOTONIC, `identity` is (device, inode)."""

    operation: Operation
    path: str
    second: str
    data: bytes
    started_ns: int
    ended_ns: int
    identity: tuple
    value: int


def build_recorder(directory):
    """Compiles the recorder; the path of the library to preload."""
    library = Path(directory) / "powercut-recorder.so"
    command = ["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o", library, RECORDER]
    try:
        subprocess.run(command, check=True)
    except FileNotFoundError as error:
        raise RuntimeError("no C compiler: install `cc` to build tools/powercut") from error
    return library


def recording_environment(library, trace):
    """The environment in which a process is recorded into the file `trace`. It must not exec."""
    return {"LD_PRELOAD": str(library), "POWERCUT_TRACE": str(trace)}


def read_trace(path):
    """All records of a trace, in order."""
    content, at, records = Path(path).read_bytes(), 0, []
    while at < len(content):
        operation, *sizes, started, ended, device, inode, value = HEAD.unpack_from(content, at)
        at += HEAD.size
        parts = []
        for size in sizes:
            parts.append(content[at : at + size])
            at += size
        names = [os.path.normpath(os.fsdecode(part)) if part else "" for part in parts[:2]]
        records.append(
            Record(Operation(operation), *names, parts[2], started, ended, (device, inode), value)
        )
    assert at == len(content), f"{path} ends in the middle of a record"
    return records


class Content:
    """Bytes of a file: `data`, then zeros up to `size`."""

    def __init__(self, data=b"", size=None):
        self.data = bytearray(data)
        self.size = len(data) if size is None else size

    def copy(self):
        return Content(self.data, self.size)

    def apply(self, record):
        """Changes the content as the record says."""
        if record.operation is Operation.WRITE:
            self.put(record.value, record.data)
            self.size = max(self.size, record.value + len(record.data))
        elif record.operation is Operation.TRUNCATE:
            self.resize(record.value)
        else:
            self.size = max(self.size, record.value)

    def put(self, offset, data):
        """Sets bytes, whatever the size."""
        if offset > len(self.data):
            self.data.extend(bytes(offset - len(self.data)))
        self.data[offset : offset + len(data)] = data

    def resize(self, size):
        """Cuts off or adds zeros. What was cut off does not come back."""
        del self.data[size:]
        self.size = size

    def write_to(self, path):
        """Makes the file; zeros at the end take no space."""
        with open(path, "wb") as file:
            file.write(memoryview(self.data)[: self.size])
            file.truncate(self.size)

    def is_in(self, path):
        """Whether the file holds just this."""
        data = bytes(self.data[: self.size])
        with open(path, "rb") as file:
            if os.fstat(file.fileno()).st_size != self.size or file.read(len(data)) != data:
                return False
            return not file.read().strip(b"\0")


class Node:
    """What names mean: `place` is the directory and the name that it was last given."""

    def __init__(self, mode):
        self.mode, self.links, self.place = mode, 0, None

    @property
    def path(self):
        """Where it is, from the root; "" for the root."""
        if self.place is None:
            return ""
        directory, name = self.place
        return f"{directory.path}/{name}"


class File(Node):
    """A file: what is durable, and the changes since."""

    def __init__(self, mode, content=None):
        super().__init__(mode)
        self.durable, self.pending = content or Content(), []

    def change(self, record):
        self.pending.append(record)

    def sync(self):
        for record in self.pending:
            self.durable.apply(record)
        self.pending = []

    def survivor(self, fate, rng, sector_bytes):
        """The content that is found after the cut."""
        if fate is Fate.DROPPED or not self.pending:
            return self.durable
        if fate is Fate.KEPT:
            return self._after(self.pending)
        style = rng.choice(("nothing", "everything", "prefix", "sectors", "sectors"))
        if style == "sectors":
            return self._written_back(rng, sector_bytes)
        kept = {"nothing": 0, "everything": len(self.pending)}
        return self._after(self.pending[: kept.get(style, rng.randint(0, len(self.pending)))])

    def _after(self, records):
        content = self.durable.copy()
        for record in records:
            content.apply(record)
        return content

    def _written_back(self, rng, sector_bytes):
        """Runs through the changes; after each, some of the sectors that it touched go to the disk
        as they then are, and perhaps the size."""
        live, disk = self.durable.copy(), self.durable.copy()
        chance = rng.choice((0.05, 0.5, 0.95))
        for record in self.pending:
            live.apply(record)
            if record.operation is Operation.WRITE:
                first = record.value // sector_bytes
                last = (record.value + len(record.data) - 1) // sector_bytes
                for sector in range(first, last + 1):
                    if rng.random() < chance:
                        at = sector * sector_bytes
                        disk.put(at, live.data[at : at + sector_bytes])
            if rng.random() < chance:
                # Sectors above the size are on the disk, but nobody finds them.
                if record.operation is Operation.TRUNCATE:
                    del disk.data[record.value :]
                disk.size = live.size
        return disk


class Directory(Node):
    """A directory: the names that are durable, the changes since, and the names as they are. A
    change is a list of (name, node or None)."""

    def __init__(self, mode):
        super().__init__(mode)
        self.durable, self.pending, self.entries = {}, [], {}

    def change(self, *assignments):
        self.pending.append(assignments)
        _assign(self.entries, assignments)

    def sync(self):
        self.durable, self.pending = dict(self.entries), []

    def survivor(self, fate, rng):
        """The names that are found after the cut."""
        if fate is Fate.KEPT:
            return self.entries
        if fate is Fate.DROPPED or not self.pending:
            return self.durable
        style = rng.choice(("nothing", "everything", "prefix", "subset"))
        chance = rng.choice((0.2, 0.5, 0.8))
        ended = rng.randint(0, len(self.pending))
        kept = {
            "nothing": (),
            "everything": self.pending,
            "prefix": self.pending[:ended],
            "subset": [change for change in self.pending if rng.random() < chance],
        }
        names = dict(self.durable)
        for assignments in kept[style]:
            _assign(names, assignments)
        return names


def _assign(names, assignments):
    for name, node in assignments:
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


class Disk:
    """Everything below one directory. What is there when this is made is durable."""

    # A disk that lies: tells of a node whether its syncs do nothing.
    forgets = staticmethod(lambda node: False)

    def __init__(self, root):
        self.root_path = str(root)
        assert os.path.realpath(root) == self.root_path, f"{root} is not the path the kernel tells"
        self._nodes = {}
        self.root = self._read(Path(root))

    def _read(self, path):
        found = path.lstat()
        identity, mode = (found.st_dev, found.st_ino), stat.S_IMODE(found.st_mode)
        if stat.S_ISREG(found.st_mode):
            content = Content(path.read_bytes().rstrip(b"\0"), found.st_size)
            node = self._nodes.get(identity) or File(mode, content)
        else:
            assert stat.S_ISDIR(found.st_mode), f"{path} is neither file nor directory"
            node = Directory(mode)
            for entry in os.scandir(path):
                child = self._read(path / entry.name)
                child.links += 1
                child.place = node, entry.name
                node.change((entry.name, child))
            node.sync()
        self._nodes[identity] = node
        return node

    def apply(self, record):
        """Takes a change of the trace, if it is one below the root."""
        operation = record.operation
        if operation in (Operation.CREATE, Operation.MKDIR):
            # The number may have been another file's, here or elsewhere.
            self._nodes.pop(record.identity, None)
            place = self._place(record.path)
            if place is not None:
                made = File if operation is Operation.CREATE else Directory
                self._nodes[record.identity] = made(record.value)
                self._link(place, record.identity)
        elif operation in (Operation.UNLINK, Operation.RMDIR):
            self._unlink(self._place(record.path), record.identity)
        elif operation is Operation.LINK:
            self._link(self._place(record.second), record.identity)
        elif operation is Operation.RENAME:
            self._rename(self._place(record.path), self._place(record.second), record.identity)
        elif record.identity in self._nodes:
            node = self._nodes[record.identity]
            if operation is not Operation.SYNC:
                node.change(record)
            elif not self.forgets(node):
                node.sync()

    def _place(self, path):
        """The directory and the name that a path means; None outside the root."""
        if not path.startswith(self.root_path + "/"):
            return None
        *above, name = path[len(self.root_path) + 1 :].split("/")
        directory = self.root
        for part in above:
            directory = directory.entries[part]
        return directory, name

    def _link(self, place, identity):
        if place is not None:
            directory, name = place
            node = self._nodes[identity]
            node.links += 1
            node.place = place
            directory.change((name, node))

    def _unlink(self, place, identity):
        if place is not None:
            directory, name = place
            self._lose(directory, name, identity)
            directory.change((name, None))

    def _rename(self, source, target, identity):
        assert (source is None) == (target is None), "a rename across the border of the recording"
        if source is None:
            return
        node = self._nodes[identity]
        (directory, name), (other, new_name) = source, target
        assert directory.entries[name] is node, f"{name} is not what was renamed"
        if new_name in other.entries:
            self._lose(other, new_name, None)
        if other is directory:
            directory.change((name, None), (new_name, node))
        else:
            other.change((new_name, node))
            directory.change((name, None))
        node.place = target

    def _lose(self, directory, name, identity):
        """Counts a name less. Without any, the number may come to mean another file."""
        node = directory.entries[name]
        assert identity is None or self._nodes[identity] is node, f"{name} is not what was removed"
        node.links -= 1
        if node.links == 0:
            self._nodes = {key: value for key, value in self._nodes.items() if value is not node}

    def survive(self, target, fate_of, rng):
        """Writes to the directory `target`, which must not exist, what is found after a power cut
        now. `fate_of` tells the fate of each name in the root and all below it."""
        self._sector_bytes = rng.choice(SECTOR_BYTES)
        target = Path(target)
        target.mkdir(self.root.mode)
        names = {**self.root.durable, **self.root.entries}
        for name in sorted(names):
            fate = fate_of(name)
            node = self.root.survivor(fate, rng).get(name)
            if node is not None:
                self._write(node, target / name, fate, rng, {})

    def _write(self, node, path, fate, rng, written):
        if node in written:
            os.link(written[node], path)
        elif isinstance(node, File):
            node.survivor(fate, rng, self._sector_bytes).write_to(path)
            path.chmod(node.mode)
            written[node] = path
        else:
            path.mkdir(node.mode)
            for name, child in sorted(node.survivor(fate, rng).items()):
                self._write(child, path / name, fate, rng, written)


def check_replay(records, disk):
    """The whole trace, from the disk as it was when it began, gives what the process left."""
    disk = copy.deepcopy(disk)
    for record in records:
        disk.apply(record)
    faults = []
    _compare(disk.root, Path(disk.root_path), faults)
    assert not faults, "\n".join(["changes went past the recorder:", *faults[:10]])


def _compare(node, path, faults):
    if isinstance(node, File):
        if not path.is_file() or not node.survivor(Fate.KEPT, None, None).is_in(path):
            faults.append(f"  {path} is another file")
        return
    found = set(os.listdir(path))
    faults += [f"  {path / name}: not in the trace" for name in sorted(found - set(node.entries))]
    faults += [f"  {path / name}: in the trace only" for name in sorted(set(node.entries) - found)]
    for name in sorted(found & set(node.entries)):
        _compare(node.entries[name], path / name, faults)


@dataclass(frozen=True)
class Cut:
    """A moment of a recording: the changes before number `complete` have been made."""

    complete: int
    at_ns: int


def choose_cut(records, rng, after_ns=0):
    """A moment of the recording, not before `after_ns`: between two changes or in the middle of one.
    Half of them are where names change, which are few among all changes."""
    names = (Operation.CREATE, Operation.MKDIR, Operation.RMDIR, Operation.UNLINK)
    names += (Operation.RENAME, Operation.LINK)
    first = bisect.bisect_left(records, after_ns, key=lambda record: record.started_ns)
    chosen = range(first, len(records))
    if rng.random() < 0.5:
        # Up to the third change behind one of names: there its sync is.
        around = {n + late for n in chosen if records[n].operation in names for late in range(4)}
        chosen = sorted(around & set(chosen)) or chosen
    number = rng.choice(chosen)
    record = records[number]
    if rng.random() < 0.5:
        # A sync that has not ended promises nothing; another change may have had its effect.
        made = record.operation is not Operation.SYNC
        return Cut(number + made, rng.randint(record.started_ns, record.ended_ns - 1))
    before_ns = records[number - 1].ended_ns if number else 0
    return Cut(number, rng.randint(max(before_ns, after_ns), record.started_ns))
