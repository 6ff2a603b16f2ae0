"""Figures of a release build, as ratios within one run: `python -m conformance.bench`.

Every figure stands beside a yardstick that is measured in the same minutes on the same machine,
because the machine's own speed drifts: requests beside an HTTP server that does nothing, durable
writes beside the bare committer on the same bytes, restores beside the engine's own bulk load.
Nothing here passes or fails; the targets are printed beside what was reached.

Start reading at `__main__`; a module measures one thing each.
"""
