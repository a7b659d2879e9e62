"""Who pushes: this process, or several workers that share the hosts (`rackwright.configure.shards`).

``RW_WORKERS`` names them: ``local:2``, or ``receptor:/run/receptor.sock:node-a,node-b`` over an existing mesh.
"""

from __future__ import annotations

from collections.abc import Mapping

from rackwright.configure.shards import Worker, named_workers
from rackwright.diagnostics import InputError

VARIABLE = "RW_WORKERS"


def workers_of(environment: Mapping[str, str], *, own_ssh: bool) -> tuple[Worker, ...]:
    """The workers that the environment names; none where it names none.

    `InputError` for a mistake, and for a way in of the person's own (`own_ssh`), which workers do not have.
    """
    named = environment.get(VARIABLE)
    if not named:
        return ()
    try:
        found = named_workers(named)
    except InputError as problem:
        raise InputError(problem.summary, where=VARIABLE, hint=problem.hint) from problem
    if own_ssh:
        raise InputError(
            "workers reach hosts by the stack's own key, not by an ssh configuration of this machine",
            where=VARIABLE,
            hint="unset RW_WORKERS or RW_SSH_CONFIG",
        )
    return found
