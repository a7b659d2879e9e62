"""Creations and updates whose answer is lost: look what there is, then do what is left."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator

from rackwright.engine.providers.aws.changes import diff_response
from rackwright.engine.providers.aws.cloud import Cloud
from rackwright.engine.providers.aws.comparison import project_inputs
from rackwright.engine.providers.aws.resource import Resource, Wanted
from rackwright.engine.providers.aws.retries import OutcomeUnknown
from rackwright.engine.providers.aws.shapes import Props

ROUNDS = 4
"""Tries of one creation or update whose answers are lost, the first included."""
BASE_S, LONGEST_S = 1.0, 5.0
"""First and longest mean pause between two of them; the real one is jittered over twice that.

What a lost request made shows in a listing only after a moment: the pause comes before the look.
"""

Sleep = Callable[[float], None]
_random = random.SystemRandom()


def pauses() -> Iterator[float]:
    """Seconds before each further try: exponential, with full jitter."""
    for attempt in range(ROUNDS - 1):
        yield _random.uniform(0, 2 * min(BASE_S * 2**attempt, LONGEST_S))


def create(kind: Resource, cloud: Cloud, wanted: Wanted, sleep: Sleep = time.sleep) -> str:
    """Create it exactly once; what a lost answer had made is found by its mark and completed."""
    for pause in pauses():
        try:
            return kind.create(cloud, wanted)
        except OutcomeUnknown:
            sleep(pause)
            found = kind.find(cloud, wanted)
        if found is not None:
            update(kind, cloud, found, {}, wanted, frozenset(), sleep)
            return found
    return kind.create(cloud, wanted)


def update(
    kind: Resource,
    cloud: Cloud,
    id_: str,
    old: Props,
    wanted: Wanted,
    changed: frozenset[str],
    sleep: Sleep = time.sleep,
) -> None:
    """Change what differs; with nothing in `changed`, or after a lost answer, what is seen to differ."""
    for pause in pauses():
        try:
            if not changed:
                old, changed = _left(kind, cloud, id_, wanted)
            if changed:
                kind.update(cloud, id_, old, wanted, changed)
        except OutcomeUnknown:
            changed = frozenset()
            sleep(pause)
        else:
            return
    raise OutcomeUnknown(f"{ROUNDS} answers in a row were lost")


def _left(kind: Resource, cloud: Cloud, id_: str, wanted: Wanted) -> tuple[Props, frozenset[str]]:
    """The inputs as they are, and those that differ from what is wanted."""
    live = kind.read(cloud, id_, wanted.props) or {}
    there = project_inputs(wanted.props, live)
    return there, frozenset(diff_response(there, wanted.props, frozenset(), delete_first=False).diffs)
