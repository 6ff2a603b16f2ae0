"""The oracle: every version of every item of a table, by commit timestamp.

Writers record what they were told: a key, the commit timestamp of the reply (microseconds) and
the item as it then was, or None for a deletion. The state at an instant is each key's last
version at or before it. Where a writer was not told the exact commit (a batch has one timestamp
for many commits, a killed server answers nothing), it records the interval it must lie in; inside
that interval both the version and its predecessor are right.
"""

import threading
from collections import defaultdict
from dataclasses import dataclass

from conformance.tables import canonical

ABSENT = None


@dataclass(frozen=True)
class Version:
    """A version that came to be after `after` and not later than `until`."""

    after: int
    until: int
    item: dict | None


class History:
    """All versions of one table. Writes of one key may be recorded in any order, by any thread,
    as long as their intervals do not overlap."""

    def __init__(self, schema):
        self.schema = schema
        self._versions = defaultdict(list)
        self._lock = threading.Lock()
        self.last_commit = 0

    def record(self, key, commit, item):
        """`key` became `item` (None: deleted) at exactly `commit`."""
        self.record_between(key, commit - 1, commit, item)

    def record_between(self, key, after, until, item):
        """`key` became `item` at some instant in (after, until]."""
        with self._lock:
            versions = self._versions[canonical(key)]
            versions.append(Version(after, until, item))
            versions.sort(key=lambda version: version.until)
            self.last_commit = max(self.last_commit, until)

    def forget_after(self, instant):
        """What came later has been lost."""
        with self._lock:
            for key, versions in self._versions.items():
                self._versions[key] = [version for version in versions if version.until <= instant]
            self.last_commit = min(self.last_commit, instant)

    def commits(self):
        """All instants at which something changed, sorted."""
        return sorted({v.until for versions in self._versions.values() for v in versions})

    def at(self, instant):
        """The items at an instant about which there is no doubt for any key."""
        items = []
        for key in self._versions:
            images = self._images(key, instant)
            assert len(images) == 1, f"{key} is uncertain at {instant}"
            items += [item for item in images if item is not ABSENT]
        return items

    def item_at(self, key, instant):
        """The item of a key about which there is no doubt at an instant; None if there is none."""
        (image,) = self._images(canonical(key), instant)
        return image

    def tells(self, key, commit, item):
        """Whether `key` may have become `item` at exactly this commit."""
        versions = self._versions.get(canonical(key), ())
        return any(v.after < commit <= v.until and _text(v.item) == _text(item) for v in versions)

    def latest(self):
        """The items after all that was recorded."""
        return self.at(max(version.until for all_ in self._versions.values() for version in all_))

    def check(self, instant, found, what):
        """`found` is a state that the table may have had at `instant`."""
        remaining = {canonical(self.schema.key_of(item)): item for item in found}
        assert len(remaining) == len(found), f"{what}: a key occurs twice"
        faults = []
        for key in self._versions:
            item = remaining.pop(key, ABSENT)
            images = self._images(key, instant)
            if _text(item) not in map(_text, images):
                faults.append(f"  {key}: found {_text(item)}, expected {self._explain(key, instant)}")
        faults += [f"  {key}: never written" for key in remaining]
        if faults:
            raise AssertionError("\n".join([f"{what}: {len(faults)} keys differ", *faults[:5]]))

    def is_state(self, instant, found):
        """Whether `found` is a state that the table may have had at `instant`."""
        try:
            self.check(instant, found, "")
        except AssertionError:
            return False
        return True

    def _images(self, key, instant):
        """What the key may be at the instant: one image, or two while a version is uncertain."""
        images = [ABSENT]
        for version in self._versions[key]:
            if version.until <= instant:
                images = [version.item]
            elif version.after < instant:
                images.append(version.item)
        return images

    def _explain(self, key, instant):
        images = " or ".join(map(_text, self._images(key, instant)))
        around = [v.until - instant for v in self._versions[key] if abs(v.until - instant) < 10**7]
        return f"{images} (its commits, in microseconds from the instant: {around})"


def _text(item):
    return "nothing" if item is ABSENT else canonical(item)
