"""Waiting for a thing to become what it should: looks with growing pauses, and an end."""

from __future__ import annotations

import time
from collections.abc import Callable

from rackwright.diagnostics import StepFailed

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 5.0
"""Pauses between two looks: doubled each time, as most things are there at once or take minutes."""
WAIT_S = 1800.0
"""Longest wait; AWS's own tools give an EKS cluster or a node group as long."""


def wait_for(look: Callable[[], str | None], ready: str | None, what: str, wait_s: float = WAIT_S) -> None:
    """Look until the state is `ready` (None: until it is gone).

    `look` gives the state, None once there is nothing; it may raise what the state stands for. Raises `StepFailed` when
    the time is over.
    """
    deadline, pause = time.monotonic() + wait_s, FIRST_PAUSE_S
    while (state := look()) != ready:
        if time.monotonic() >= deadline:
            raise StepFailed(f"{what} is still {state or 'not there'} after {wait_s:g} s", where=what)
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_S)
