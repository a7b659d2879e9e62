"""Who pushes, as the environment says it."""

from __future__ import annotations

import pytest

from rackwright.diagnostics import InputError
from rackwright.pipeline.nodes.workers import VARIABLE, workers_of


def test_nobody_else_pushes_unless_somebody_is_named() -> None:
    assert workers_of({}, own_ssh=True) == ()
    assert len(workers_of({VARIABLE: "local:3"}, own_ssh=False)) == 3


@pytest.mark.parametrize(
    ("named", "own_ssh", "says"), [("many", False, "names no workers"), ("local:2", True, "own key")]
)
def test_a_mistake_is_told_with_the_variable(named: str, own_ssh: bool, says: str) -> None:
    with pytest.raises(InputError, match=says) as refused:
        workers_of({VARIABLE: named}, own_ssh=own_ssh)
    assert refused.value.where == VARIABLE
