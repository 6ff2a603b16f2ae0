"""Both restore walkthroughs, as `make demo` runs them."""

from conformance import walkthrough


def test_both_walkthroughs_with_the_real_cli(server):
    assert walkthrough.run(server.endpoint) > 5000
