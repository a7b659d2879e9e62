"""The smallest set of demands that contradict each other (QuickXplain).

Junker, "QuickXplain: preferred explanations and relaxations for over-constrained problems", AAAI 2004, figure 2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

_T = TypeVar("_T")


def minimal_conflict(demands: Sequence[_T], possible: Callable[[Sequence[_T]], bool]) -> tuple[_T, ...]:
    """A subset of `demands` that is not `possible`, while it is without any one of its members; empty if all are.

    Where there are several, earlier demands are kept out of it if that can be. `possible` must not turn from false to
    true when a demand is added. ValueError when not even the empty set is possible.
    """
    if possible(demands):
        return ()
    if not possible(()):
        raise ValueError("nothing is possible, whatever is demanded: the catalog contradicts itself")
    return _explain((), (), tuple(demands), possible)


def _explain(
    background: tuple[_T, ...], added: tuple[_T, ...], demands: tuple[_T, ...], possible: Callable[[Sequence[_T]], bool]
) -> tuple[_T, ...]:
    """Members of `demands` that a minimal conflict needs beside `background`, of which `added` came last."""
    if added and not possible(background):
        return ()
    if len(demands) == 1:
        return demands
    half = len(demands) // 2
    first, second = demands[:half], demands[half:]
    of_second = _explain(background + first, first, second, possible)
    of_first = _explain(background + of_second, of_second, first, possible)
    return of_first + of_second
