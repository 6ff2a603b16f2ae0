"""Anywhen beside other servers of the API, on this machine: `python -m conformance.bench.peers`.

Every peer comes from its registry, at a pinned version, into `target/peers`, and stores durably if
it can; what its storage promises is printed beside its figures, because a write that is only in
memory is another thing than one on disk. A peer that cannot be had here is named with the reason.

Runs are interleaved: each round sends each load to each server for the same time, so that a machine
whose speed drifts drifts for all. A figure is the median of the rounds. `installing` gets a peer,
`servers` starts it, `measuring` sends the loads; start at `__main__`.
"""
