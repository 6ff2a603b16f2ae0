"""Waiting for a condition, with a deadline: no check here sleeps for a length of time."""

import time

POLL_SECONDS = 0.02


def until(condition, what, seconds=30):
    """Calls `condition` until its answer is true, and returns that answer."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(POLL_SECONDS)
