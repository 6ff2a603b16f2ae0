# The commands of this repository. Each installs what it needs first.

.PHONY: demo test soak bench bench-peers lint setup

# Both restore walkthroughs with the real AWS CLI against a fresh server. KEEP=1 leaves it running,
# to be looked at in a browser.
demo: setup
	@scripts/demo

# Everything, each suite within its time budget.
test: setup
	@scripts/test

# The random and crash suites for half an hour, each round with a new seed.
soak: setup
	@scripts/soak

# Requests per second beside what the machine can do at most, and the speed of a restore.
bench: setup
	@scripts/bench

# Requests per second beside other servers of the API, installed from their registries.
bench-peers: setup
	@scripts/bench-peers

# Format, lints, licences.
lint: setup
	@scripts/lint

setup:
	@scripts/setup
