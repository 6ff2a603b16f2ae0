"""The instruction counts' comparison: what is within the tolerance, and what is named."""

import pytest

from conformance.bench.instructions import verdict


@pytest.mark.parametrize(
    "count, before, expected",
    [
        (1000, None, "nothing to compare with"),
        (1050, 1000, "+5.0%"),
        (950, 1000, "-5.0%"),
        (1051, 1000, "+5.1%, SLOWER: it was 1,000"),
        (900, 1000, "-10.0%, faster: it was 1,000"),
    ],
)
def test_only_changes_beyond_the_tolerance_are_named(count, before, expected):
    assert verdict(count, before) == expected
